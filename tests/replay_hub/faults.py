"""Everything that can go wrong between us and the Hub, each as a switch."""

from __future__ import annotations

import functools
import gzip
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tests.replay_hub.server import Handler

FaultKind = Literal[
    "answer",  # status, headers and body as given
    "stall",  # take the request, answer nothing for `seconds`
    "drip",  # one byte every `seconds`
    "reset",  # promise a body, send half of it, drop the connection
    "refuse",  # drop the connection before the first byte
    "truncated-json",  # a whole answer whose JSON is cut
    "html",  # a proxy's page in place of the answer
    "rename-loop",  # 307 to itself, for ever
    "latency",  # wait `seconds`, then answer as if nothing were wrong
    "huge",  # an endless body
    "gzip-bomb",  # a small body that unpacks to hundreds of megabytes
]


@functools.cache
def _bomb() -> bytes:
    return gzip.compress(b" " * 100_000_000, 1)


@dataclass
class Fault:
    """One switch: what happens, on which kind of request, how often."""

    kind: FaultKind = "answer"
    on: Literal["any", "api", "record", "refs", "tree", "paths-info", "commits", "resolve", "list"] = "any"
    path: str | None = None
    """Only for the file of this name."""
    times: int | None = None
    """How often it happens before everything is well again; `None` is for ever."""
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b'{"error":"Internal Error"}'
    seconds: float = 0.0
    without_expand: bool = True
    """False: only requests with `expand` are hit."""

    @classmethod
    def error(cls, status: int, message: str = "", *, code: str | None = None, **more: object) -> Fault:
        """An HTTP error with the headers the Hub puts its truth into."""
        headers = {"X-Error-Message": message} if message else {}
        if code:
            headers["X-Error-Code"] = code
        extra = more.pop("headers", {})
        headers |= extra  # type: ignore[arg-type]
        text = (message or f"status {status}").replace('"', "'")
        return cls(status=status, headers=headers, body=b'{"error":"%s"}' % text.encode(), **more)  # type: ignore[arg-type]

    @classmethod
    def rate_limited(
        cls,
        *,
        retry_after: int | str | None = None,
        left: int | None = None,
        reset: int | None = None,
        times: int | None = None,
    ) -> Fault:
        """A 429, by Retry-After, by the RateLimit header, or with neither."""
        headers: dict[str, str] = {}
        if retry_after is not None:
            headers["Retry-After"] = str(retry_after)
        if left is not None:
            headers["RateLimit"] = f'"api";r={left};t={reset or 0}'
        return cls(status=429, headers=headers, body=b'{"error":"Too Many Requests"}', times=times)

    def play(self, handler: Handler) -> bool:
        """Do it; True when the request is answered (or dead) and nothing else may follow."""
        if self.kind == "latency":
            time.sleep(self.seconds)
            return False
        if self.kind == "stall":
            handler.hub.stopping.wait(self.seconds)
            handler.drop()
        elif self.kind == "refuse":
            handler.drop()
        elif self.kind == "answer":
            handler.send(self.status, self.body, self.headers)
        elif self.kind == "truncated-json":
            handler.send(200, b'{"_id":"0123","id":"acme/mod', {"Content-Type": "application/json; charset=utf-8"})
        elif self.kind == "html":
            handler.send(200, b"<!doctype html><html><body>Please log in</body></html>", {"Content-Type": "text/html"})
        elif self.kind == "rename-loop":
            handler.send(307, b"Temporary Redirect", {"Location": handler.path})
        elif self.kind == "gzip-bomb":
            handler.send(200, _bomb(), {"Content-Type": "application/json", "Content-Encoding": "gzip", **self.headers})
        else:
            handler.send_slowly(self.kind, self.seconds, self.headers)
        return True
