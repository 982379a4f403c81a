"""Hooks on the Hub client's one HTTP session: count, bound in time and bytes, and keep the token at home.

The session belongs to the whole process, so the hooks do nothing for requests that are not ours: ours carry a
`Call` in a context variable.
"""

from __future__ import annotations

import functools
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import msgspec

from auditor.errors import BrokenAnswer
from auditor.fetch.hub_errors import AnswerTooLarge

if TYPE_CHECKING:
    from huggingface_hub.utils import httpx

    from auditor.fetch.pacing import Allowances, Deadline

__all__ = ["Call", "Counters", "FetchStats", "watched"]

_ERROR_BYTES = 1_000_000
_HARNESS_PATH = "/api/agent-harnesses"
_HARNESS_SECONDS = 3.0
_CONNECT_SECONDS = 10.0
_CHUNK = 65_536


class FetchStats(msgspec.Struct, frozen=True, kw_only=True):
    """What a source did so far, for `--stats`."""

    requests: int = 0
    """Requests we started, repeats included."""
    redirects: int = 0
    """Hops the server sent us on."""
    retries: int = 0
    """How many of `requests` repeat one that failed."""
    agent_harness: int = 0
    """The client's own daily call for its user-agent line."""
    from_store: int = 0
    """Answers taken from the local store."""
    bytes: int = 0
    """Bytes of answers, unpacked."""


class Counters:
    """`FetchStats` under construction; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}

    def add(self, name: str, amount: int = 1) -> None:
        """Add to the count that `FetchStats` has under `name`."""
        with self._lock:
            self._counts[name] = self._counts.get(name, 0) + amount

    def stats(self) -> FetchStats:
        """Return the counts of this moment."""
        with self._lock:
            return FetchStats(**self._counts)


class Call:
    """One request of ours with the hops it takes: what it may use, and what came back."""

    def __init__(
        self,
        *,
        endpoint: str,
        group: str,
        limit: int,
        timeout: float,
        deadline: Deadline,
        allowances: Allowances,
        counters: Counters,
    ) -> None:
        self.endpoint = _origin(endpoint)
        self.group = group
        """Which requests it shares a rate limit with: `api` or `resolve`."""
        self.limit = limit
        """Bytes of a good answer, unpacked."""
        self.timeout = timeout
        self.deadline = deadline
        self.allowances = allowances
        self.counters = counters
        self.started = False
        self.body = bytearray()
        """Of the last answer, as far as it was read."""
        self.headers: Mapping[str, str] = {}
        self.commit: str | None = None
        """`X-Repo-Commit` of any hop: proof that a Hub and no proxy's page is talking."""


_CALL: ContextVar[Call | None] = ContextVar("auditor_hub_call", default=None)
_ATTACHING = threading.Lock()


@contextmanager
def watched(call: Call) -> Iterator[None]:
    """Watch what this thread does with the client's shared session, on behalf of `call`, until the block ends."""
    from huggingface_hub.utils import get_session

    client = get_session()
    with _ATTACHING:
        # The client builds a new session whenever somebody closed it, so this is looked at every time.
        hooks = client.event_hooks
        if _on_request not in hooks["request"]:
            client.event_hooks = {
                "request": [*hooks["request"], _on_request],
                "response": [*hooks["response"], _on_response],
            }
    token = _CALL.set(call)
    try:
        yield
    finally:
        _CALL.reset(token)


def _on_request(request: httpx.Request) -> None:
    call = _CALL.get()
    if call is None:
        return
    call.deadline.check()
    seconds = min(call.timeout, call.deadline.left())
    at_home = _is_home(call.endpoint, str(request.url))
    if not at_home:
        request.headers.pop("Authorization", None)
    if request.url.path.endswith(_HARNESS_PATH):
        if not at_home:
            # The client would ask its default address, whatever endpoint we were given; it swallows this refusal.
            raise BrokenAnswer("the agent-harness list of another server is not asked for")
        call.counters.add("agent_harness")
        seconds = min(seconds, _HARNESS_SECONDS)
    else:
        if not at_home and not call.started:
            raise BrokenAnswer("the Hub's client turned to another server than the one it was given")
        call.counters.add("redirects" if call.started else "requests")
        call.started = True
    # gzip is the one packing that `_bounded` can stop in time.
    request.headers["Accept-Encoding"] = "gzip"
    request.extensions["timeout"] = {
        "connect": min(seconds, _CONNECT_SECONDS),
        "read": seconds,
        "write": seconds,
        "pool": seconds,
    }


def _on_response(response: httpx.Response) -> None:
    call = _CALL.get()
    if call is None:
        return
    harness = response.request.url.path.endswith(_HARNESS_PATH)
    good = response.is_success
    if not harness:
        if _is_home(call.endpoint, str(response.request.url)):
            call.allowances.observe(call.group if not call.headers else None, response.headers)
        call.headers = response.headers
        call.commit = response.headers.get("X-Repo-Commit") or call.commit
        call.body = bytearray()
    if response.is_stream_consumed:  # A test's transport hands out answers that were read already.
        call.body += response.content
        return
    limit = call.limit if good and not harness else min(call.limit, _ERROR_BYTES)
    encoding = response.headers.pop("Content-Encoding", "identity").strip().lower()
    sink = bytearray() if harness else call.body
    response.stream = _bounded()(response.stream, call, sink, limit, encoding)


@functools.cache
def _bounded() -> Any:
    from huggingface_hub.utils import httpx

    class Bounded(httpx.SyncByteStream):
        """An answer's bytes, unpacked here so that neither size nor time nor a bomb can run away."""

        def __init__(
            self, stream: httpx.SyncByteStream, call: Call, sink: bytearray, limit: int, encoding: str
        ) -> None:
            self._stream, self._call, self._sink, self._limit = stream, call, sink, limit
            self._encoding = encoding

        def __iter__(self) -> Iterator[bytes]:
            if self._encoding not in ("identity", "gzip", ""):
                raise BrokenAnswer(f"the answer is packed as {self._encoding!r}, which was not asked for")
            unpacker = zlib.decompressobj(wbits=31) if self._encoding == "gzip" else None
            size = 0
            for chunk in self._stream:
                self._call.deadline.check()
                for piece in _unpack(unpacker, chunk) if unpacker else (chunk,):
                    size += len(piece)
                    if size > self._limit:
                        raise AnswerTooLarge(self._limit)
                    self._call.counters.add("bytes", len(piece))
                    self._sink += piece
                    yield piece
            if unpacker is not None and not unpacker.eof:
                raise BrokenAnswer("the packed answer ends in the middle")

        def close(self) -> None:
            self._stream.close()

    return Bounded


def _unpack(unpacker: Any, chunk: bytes) -> Iterator[bytes]:
    waiting = chunk
    while waiting and not unpacker.eof:
        try:
            piece = unpacker.decompress(waiting, _CHUNK)
        except zlib.error as error:
            raise BrokenAnswer("the packed answer is damaged") from error
        waiting = unpacker.unconsumed_tail
        if piece:
            yield piece


def _origin(address: str) -> tuple[str, str, int | None]:
    parts = urlsplit(address)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or {"http": 80, "https": 443}.get(scheme)


def _is_home(endpoint: tuple[str, str, int | None], address: str) -> bool:
    """Return whether `address` is on the endpoint: same host and port, or its move from plain http to https."""
    there = _origin(address)
    upgraded = there[1] == endpoint[1] and (endpoint[0], endpoint[2]) == ("http", 80) and there[0::2] == ("https", 443)
    return there == endpoint or upgraded
