"""The questions we ask the Hub, through its own client: a record, branches and tags, one small file, commits."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from typing import Any, Literal, TypeVar

import msgspec

from auditor.errors import AuditorError, BrokenAnswer, RateLimited
from auditor.fetch.hub_errors import AnswerTooLarge, ExpandRefused, plain, translate, wait_asked
from auditor.fetch.hub_session import Call, Counters, watched
from auditor.fetch.interface import FetchOptions
from auditor.fetch.pacing import Allowances, Deadline, Pace, retrying

__all__ = ["DATASET_FIELDS", "MODEL_FIELDS", "CommitPage", "FileAnswer", "HubClient", "RepositoryKind"]

T = TypeVar("T")
RepositoryKind = Literal["model", "dataset"]

# One question for everything but the texts. `config` comes this way because fetching config.json counts as a download.
_SHARED_FIELDS = (
    "author cardData createdAt disabled downloads downloadsAllTime gated lastModified likes private sha siblings tags "
    "usedStorage"
)
MODEL_FIELDS = (
    f"{_SHARED_FIELDS} baseModels config evalResults gguf inferenceProviderMapping library_name model-index "
    "pipeline_tag safetensors spaces transformersInfo"
).split()
DATASET_FIELDS = f"{_SHARED_FIELDS} citation description mainSize paperswithcode_id".split()

_RECORD_BYTES = 48_000_000
_REFS_BYTES = 8_000_000
_COMMITS_BYTES = 8_000_000
_PAGE_STARTS = (b"<!doctype html", b"<html", b"<head", b"<script")
_COMMIT = re.compile(r"[0-9a-f]{40}", re.ASCII)


class FileAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A file as served."""

    data: bytes
    size: int
    """Bytes of the whole file where known; more than `len(data)` when reading stopped at the limit."""


class CommitPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a branch's commits, newest first."""

    commits: tuple[dict[str, Any], ...]
    next: dict[str, str] | None
    """The question for the page after it; `None` when there is none."""


class HubClient:
    """Asks one endpoint; every call is bounded in time and bytes, repeated when that may help, and counted."""

    def __init__(self, options: FetchOptions, allowances: Allowances, counters: Counters, pace: Pace) -> None:
        self.endpoint = options.endpoint.rstrip("/")
        # False, not None: without a token of ours the client would send the one it finds on this machine.
        self._token: str | Literal[False] = options.token or False
        self._options = options
        self._allowances = allowances
        self._counters = counters
        self._pace = pace

    def record(self, kind: RepositoryKind, id: str, revision: str | None, deadline: Deadline) -> dict[str, Any]:  # noqa: A002
        """Return the API's record of a repository as sent; asked plainly when the fields we name are refused.

        Raises a `SubjectUnreachable` or one of its subclasses.
        """
        fields = MODEL_FIELDS if kind == "model" else DATASET_FIELDS
        try:
            return self._record(kind, id, revision, deadline, fields)
        except ExpandRefused:
            return self._record(kind, id, revision, deadline, None)

    def refs(self, kind: RepositoryKind, id: str, deadline: Deadline) -> dict[str, Any]:  # noqa: A002
        """Return branches, tags and conversions as sent. Raises a `SubjectUnreachable` or one of its subclasses."""

        def ask(call: Call) -> dict[str, Any]:
            self._api().list_repo_refs(id, repo_type=kind)
            return _json_object(call)

        return self._ask(ask, subject=f"{_prefix(kind)}{id}", group="api", limit=_REFS_BYTES, deadline=deadline)

    def file(
        self,
        kind: RepositoryKind,
        id: str,  # noqa: A002
        sha: str,
        path: str,
        *,
        limit: int,
        deadline: Deadline,
    ) -> FileAnswer:
        """Return the file at `path` of commit `sha` by one GET; of a file larger than `limit` only that many bytes.

        `path` must be a plain relative path. Raises `FileMissing`, `RepositoryGated` or another `SubjectUnreachable`.
        """
        from huggingface_hub import hf_hub_url
        from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

        url = hf_hub_url(id, path, repo_type=kind, revision=sha, endpoint=self.endpoint)

        def ask(call: Call) -> FileAnswer:
            headers = build_hf_headers(token=self._token, library_name="openness-auditor")
            with get_session().stream("GET", url, headers=headers, follow_redirects=True) as response:
                hf_raise_for_status(response)
                _check_commit(call, sha)
                size = _announced(response.headers)
                if size is not None and size > limit:
                    return FileAnswer(data=b"", size=size)
                try:
                    data = b"".join(response.iter_bytes())
                    size = len(data)
                except AnswerTooLarge:
                    data, size = bytes(call.body), limit + 1
                _check_page(call, data)
                return FileAnswer(data=data, size=size)

        return self._ask(ask, subject=f"{_prefix(kind)}{id}: {path}", group="resolve", limit=limit, deadline=deadline)

    def commits(
        self,
        kind: RepositoryKind,
        id: str,  # noqa: A002
        revision: str,
        question: dict[str, str],
        deadline: Deadline,
    ) -> CommitPage:
        """Return one page of the commits up to `revision` as sent; `question` is a page size or an earlier `next`.

        Raises a `SubjectUnreachable` or one of its subclasses.
        """
        from urllib.parse import parse_qsl, urlsplit

        def ask(call: Call) -> CommitPage:
            response = self._send("GET", f"{kind}s/{id}/commits/{_quoted(revision)}", params=question)
            rows = _json_list(call)
            # Only the question is taken from the link: it is put to the address that we were given.
            link = response.links.get("next", {}).get("url", "")
            again = dict(parse_qsl(urlsplit(link).query)) if link else None
            return CommitPage(commits=rows, next=again)

        return self._ask(
            ask, subject=f"{_prefix(kind)}{id}: commits", group="api", limit=_COMMITS_BYTES, deadline=deadline
        )

    def paths(
        self,
        kind: RepositoryKind,
        id: str,  # noqa: A002
        sha: str,
        paths: list[str],
        deadline: Deadline,
    ) -> tuple[dict[str, Any], ...]:
        """Return what the Hub says of files at commit `sha`, each with its object id and last commit, as sent.

        Raises a `SubjectUnreachable` or one of its subclasses.
        """

        def ask(call: Call) -> tuple[dict[str, Any], ...]:
            self._send("POST", f"{kind}s/{id}/paths-info/{_quoted(sha)}", data={"paths": paths, "expand": True})
            return _json_list(call)

        return self._ask(
            ask, subject=f"{_prefix(kind)}{id}: files", group="api", limit=_COMMITS_BYTES, deadline=deadline
        )

    def _send(self, method: str, place: str, **content: Any) -> Any:
        """Send one request below the API's address through the client's session, whose hooks watch it."""
        from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

        headers = build_hf_headers(token=self._token, library_name="openness-auditor")
        response = get_session().request(
            method, f"{self.endpoint}/api/{place}", headers=headers, follow_redirects=True, **content
        )
        hf_raise_for_status(response)
        return response

    def _record(
        self,
        kind: RepositoryKind,
        id: str,  # noqa: A002
        revision: str | None,
        deadline: Deadline,
        fields: list[str] | None,
    ) -> dict[str, Any]:
        def ask(call: Call) -> dict[str, Any]:
            api = self._api()
            # The client's types list what it knows; which of it the server accepts is found out by asking.
            options: dict[str, Any] = {"revision": revision, "timeout": self._options.timeout, "expand": fields}
            # A card may hold anything anywhere, and the client's own parser of it stumbles over some of it.
            with contextlib.suppress(TypeError):
                api.model_info(id, **options) if kind == "model" else api.dataset_info(id, **options)
            # The client's object renames and drops fields; evidence is what was sent.
            return _json_object(call)

        at = f"@{revision}" if revision else ""
        return self._ask(ask, subject=f"{_prefix(kind)}{id}{at}", group="api", limit=_RECORD_BYTES, deadline=deadline)

    def _ask(self, ask: Callable[[Call], T], *, subject: str, group: str, limit: int, deadline: Deadline) -> T:
        def once() -> T:
            deadline.check()
            while (wait := self._allowances.take(group)) > 0:
                # Before a 429 comes: the server told what is left, and nothing is.
                spent = RateLimited(f"{subject}: the server's allowance is spent; wait {wait:.0f} seconds")
                deadline.wait(wait, spent)
            call = Call(
                endpoint=self.endpoint,
                group=group,
                limit=limit,
                timeout=self._options.timeout,
                deadline=deadline,
                allowances=self._allowances,
                counters=self._counters,
            )
            try:
                with watched(call):
                    return ask(call)
            finally:
                self._allowances.done(group)

        def put(error: Exception) -> AuditorError:
            translated = translate(error, subject)
            if subject not in translated.message:
                translated.message = f"{subject}: {translated.message}"
                translated.args = (translated.message,)
            return translated

        def asked_wait(error: Exception) -> float | None:
            if isinstance(error, RateLimited):  # Our own, from before any request: its window outlasts the deadline.
                return self._allowances.wait_hint()
            wait = wait_asked(error, self._pace.wall())
            if wait is not None and isinstance(translate(error, subject), RateLimited):
                self._allowances.hold(wait)
            return wait

        return retrying(
            once,
            translate=put,
            wait_asked=asked_wait,
            deadline=deadline,
            retries=self._options.retries,
            retried=lambda: self._counters.add("retries"),
        )

    def _api(self) -> Any:
        from huggingface_hub import HfApi

        return HfApi(endpoint=self.endpoint, token=self._token, library_name="openness-auditor")


def _prefix(kind: RepositoryKind) -> str:
    return "" if kind == "model" else "datasets/"


def _quoted(revision: str) -> str:
    from urllib.parse import quote

    return quote(revision, safe="")


def _json_of(call: Call) -> Any:
    import json

    def refuse(constant: str) -> object:
        raise ValueError(f"{constant} is not JSON")

    return json.loads(call.body.decode("utf-8", errors="replace"), parse_constant=refuse)


def _json_list(call: Call) -> tuple[dict[str, Any], ...]:
    """Return the objects of the list that was answered, as JSON that can be written again."""
    content = _json_of(call)
    if not isinstance(content, list):
        raise BrokenAnswer("the answer is no JSON list")
    return tuple(_writable(entry) for entry in content if isinstance(entry, dict))


def _json_object(call: Call) -> dict[str, Any]:
    """Return the body of the last answer as JSON that can be written again, whatever a card put into it."""
    content = _json_of(call)
    if not isinstance(content, dict):
        raise BrokenAnswer("the answer is no JSON object")
    try:
        msgspec.json.encode(content)
    except (ValueError, OverflowError):
        return {_writable(name): _writable(value) for name, value in content.items()}
    return content


def _writable(value: Any) -> Any:
    """Return `value` with what no JSON file can hold replaced: half surrogate pairs and integers beyond 64 bits."""
    if isinstance(value, str):
        return value.encode("utf-8", errors="replace").decode("utf-8")
    if isinstance(value, dict):
        return {_writable(name): _writable(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_writable(item) for item in value]
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value)
    return value


def _announced(headers: Any) -> int | None:
    text = headers.get("Content-Length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _check_commit(call: Call, sha: str) -> None:
    if call.commit is not None and _COMMIT.fullmatch(sha) and call.commit != sha:
        raise BrokenAnswer(f"the answer is from another commit ({plain(call.commit)[:40]!r})")


def _check_page(call: Call, data: bytes) -> None:
    """Refuse the page of a proxy or a login in a file's place: it comes with 200 and would be read as a license.

    The Hub names the commit with every file; mirrors exist that do not, and then nothing that looks like a page passes.
    """
    if call.commit is not None:
        return
    announced = call.headers.get("Content-Type", "").lower()
    if "html" in announced or "json" in announced or data[:1024].lstrip().lower().startswith(_PAGE_STARTS):
        raise BrokenAnswer("the answer names no commit and looks like a page: a proxy's, not the Hub's file")
