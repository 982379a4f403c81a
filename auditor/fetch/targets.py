"""What the words on the command line name: a Hub repository, a path, a snapshot, a disclosure (design section 8)."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

import msgspec

from auditor.errors import AmbiguousTarget, UsageProblem
from auditor.model.repositories import is_hub_id

__all__ = [
    "HUB_ENDPOINTS",
    "Target",
    "TargetProblem",
    "TargetScheme",
    "expand_targets",
    "parse_target",
    "read_target_list",
]

TargetScheme = Literal["hub", "dataset", "path", "file", "snapshot", "disclosed", "mot"]

HUB_ENDPOINTS = ("https://huggingface.co", "https://hf.co")
_SCHEMES = ("hub", "dataset", "path", "snapshot", "disclosed", "mot")
_FILE_SUFFIXES = (".gguf", ".safetensors")
_PATH_SUFFIXES = (*_FILE_SUFFIXES, ".zip")
_LIST_BYTES = 4_000_000
_TARGET_LENGTH = 4096

_CHANNEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?", re.ASCII)
# What `git check-ref-format` forbids; a revision goes into a URL, so nothing else may get through either.
_REVISION = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._/+=@,!-]{0,254})", re.ASCII)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
# First path segments under which the Hub has pages, not repositories.
_HUB_PAGES = frozenset(
    {
        "api", "blog", "chat", "collections", "docs", "join", "learn", "login", "models", "organizations",
        "papers", "posts", "pricing", "settings", "spaces", "tasks",
    }
)  # fmt: skip
_LONG_REFS = (re.compile(r"refs/(?:pr|convert)/[^/]+"), re.compile(r"refs/heads/[^/]+"))


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """One subject as named by the user."""

    scheme: TargetScheme
    id: str
    """Repository or disclosure id (`org/name`); for paths the last part of the path."""
    revision: str | None = None
    channel: str | None = None
    """Disclosures only: the channel after `@`."""
    path: str | None = None
    """Schemes path, file, snapshot and mot: where to read, relative to the working folder."""
    requested: str
    """The words the user wrote."""


class TargetProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a list file, or an argument, that names nothing we understand."""

    requested: str
    error: UsageProblem
    list_path: str | None = None
    line: int | None = None
    """1-based line in the list file."""

    @property
    def message(self) -> str:
        """Return the error with the place it was read from in front."""
        place = f"{self.list_path}:{self.line}: " if self.list_path and self.line else ""
        return f"{place}{self.error.message}"


def parse_target(
    text: str,
    *,
    exists: Callable[[str], bool] = os.path.lexists,
    is_snapshot: Callable[[str], bool] | None = None,
    endpoints: Sequence[str] = HUB_ENDPOINTS,
    base: Path | None = None,
) -> Target:
    """Return what `text` names, by the first rule of design section 8 that fits.

    `exists` says whether a path is there (for the ambiguity rule), `is_snapshot` whether a folder holds a
    recorded snapshot, `endpoints` are the addresses that count as the Hub, and relative paths are read from
    `base`. Raises `AmbiguousTarget` for a Hub id that is also a path and `UsageProblem` for everything else.
    """
    if not text or len(text) > _TARGET_LENGTH or any(ord(letter) < 32 or ord(letter) == 127 for letter in text):
        raise UsageProblem("a target is empty, longer than 4096 characters or has control characters in it")
    reader = _Reader(text, exists, is_snapshot or _holds_snapshot, endpoints, base)
    return reader.read()


def expand_targets(
    texts: Iterable[str],
    *,
    exists: Callable[[str], bool] = os.path.lexists,
    endpoints: Sequence[str] = HUB_ENDPOINTS,
) -> list[Target | TargetProblem]:
    """Return every target in order, list files (`@FILE`) opened; one bad argument does not stop the others.

    Raises `UsageProblem` when a list file itself cannot be read.
    """
    found: list[Target | TargetProblem] = []
    for text in texts:
        if text.startswith("@"):
            found += read_target_list(text[1:], exists=exists, endpoints=endpoints)
            continue
        try:
            found.append(parse_target(text, exists=exists, endpoints=endpoints))
        except UsageProblem as error:
            found.append(TargetProblem(requested=_without_password(text), error=error))
    return found


def read_target_list(
    path: str | Path,
    *,
    exists: Callable[[str], bool] = os.path.lexists,
    endpoints: Sequence[str] = HUB_ENDPOINTS,
) -> list[Target | TargetProblem]:
    """Return one entry for each line of a list file, in order; bad lines become problems with their number.

    Blank lines and lines starting with `#` are skipped; paths are relative to the list's folder. Raises
    `UsageProblem` when the file is missing, unreadable or larger than 4 MB.
    """
    place = Path(path)
    try:
        with place.open("rb") as stream:
            data = stream.read(_LIST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageProblem(f"cannot read the list of targets {str(path)!r}: {reason}") from error
    if len(data) > _LIST_BYTES:
        raise UsageProblem(f"the list of targets {str(path)!r} is larger than 4 MB")
    found: list[Target | TargetProblem] = []
    for number, raw in enumerate(data.decode("utf-8-sig", errors="replace").split("\n"), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        try:
            found.append(parse_target(line, exists=exists, endpoints=endpoints, base=place.parent))
        except UsageProblem as error:
            found.append(
                TargetProblem(requested=_without_password(line), error=error, list_path=str(path), line=number)
            )
    return found


class _Reader:
    """One target's text with the questions its rules ask."""

    def __init__(
        self,
        text: str,
        exists: Callable[[str], bool],
        is_snapshot: Callable[[str], bool],
        endpoints: Sequence[str],
        base: Path | None,
    ) -> None:
        self.text = text
        self._exists = exists
        self._is_snapshot = is_snapshot
        self._endpoints = endpoints
        self._base = base

    def read(self) -> Target:
        """Return the target by the first rule that fits."""
        text = self.text
        if "://" in text.partition("?")[0]:
            return self._url()
        scheme, colon, rest = text.partition(":")
        if colon and scheme in _SCHEMES:
            return self._with_scheme(scheme, rest)
        if text.startswith("@"):
            raise UsageProblem(f"{text!r} is a list file: a list cannot stand here")
        if text.startswith((".", "/")) or text.endswith("/") or text.lower().endswith(_PATH_SUFFIXES):
            return self._path(text)
        if colon and _SCHEME.match(text):
            known = ", ".join(f"{name}:" for name in _SCHEMES)
            raise UsageProblem(f"{text!r} starts with {scheme + ':'!r}, which is none of {known}")
        if text.startswith("datasets/"):
            return self._unless_path(self._repository("dataset", text.removeprefix("datasets/")))
        return self._unless_path(self._repository("hub", text))

    def _with_scheme(self, scheme: str, rest: str) -> Target:
        if not rest:
            raise UsageProblem(f"nothing follows {scheme + ':'!r}")
        if scheme == "hub":
            return self._repository("hub", rest)
        if scheme == "dataset":
            return self._repository("dataset", rest.removeprefix("datasets/"))
        if scheme == "disclosed":
            return self._disclosed(rest)
        if scheme == "path":
            return self._path(rest)
        return self._at_path("snapshot" if scheme == "snapshot" else "mot", rest)

    def _repository(self, scheme: Literal["hub", "dataset"], text: str) -> Target:
        name, at, revision = text.partition("@")
        if not is_hub_id(name):
            raise UsageProblem(
                f"{self.text!r} is neither a Hub id (org/name, of A-Z a-z 0-9 . _ -) nor clearly a path: "
                f"write path:{_dotted(self.text)} for a path"
            )
        return self._hub(scheme, name, revision if at else None)

    def _hub(self, scheme: Literal["hub", "dataset"], name: str, revision: str | None) -> Target:
        if revision is not None and not _is_revision(revision):
            raise UsageProblem(f"{self.text!r}: {revision!r} cannot be a branch, tag or commit")
        return Target(scheme=scheme, id=name, revision=revision, requested=self.text)

    def _unless_path(self, target: Target) -> Target:
        prefix = "datasets/" if target.scheme == "dataset" and self.text.startswith("datasets/") else ""
        candidates = dict.fromkeys((prefix + target.id, self.text))
        taken = next((path for path in candidates if self._exists(self._based(path))), None)
        if taken is None:
            return target
        revision = f"@{target.revision}" if target.revision else ""
        hub = f"{target.scheme}:{target.id}{revision}"
        raise AmbiguousTarget(
            f"{self.text!r} is a path here and could be a repository on the Hub: write {hub} or path:./{taken}",
            hint=f"{hub} reads the Hub, path:./{taken} reads the path",
        )

    def _disclosed(self, text: str) -> Target:
        name, at, channel = text.partition("@")
        if not is_hub_id(name) or "/" not in name:
            raise UsageProblem(f"{self.text!r}: a disclosure is written disclosed:org/model[@channel]")
        if at and not _CHANNEL.fullmatch(channel):
            raise UsageProblem(f"{self.text!r}: {channel!r} cannot be a channel")
        return Target(scheme="disclosed", id=name, channel=channel if at else None, requested=self.text)

    def _path(self, text: str) -> Target:
        place = self._based(text)
        if text.lower().endswith(".zip") or self._is_snapshot(place):
            return self._at_path("snapshot", text)
        return self._at_path("file" if text.lower().endswith(_FILE_SUFFIXES) else "path", text)

    def _at_path(self, scheme: Literal["path", "file", "snapshot", "mot"], text: str) -> Target:
        place = self._based(text)
        # `.` and `..` have no name of their own; the folder they stand for has.
        name = Path(place).name if Path(place).name not in {"", ".."} else Path(place).absolute().resolve().name
        return Target(scheme=scheme, id=name or "/", path=place, requested=self.text)

    def _based(self, text: str) -> str:
        return text if self._base is None else str(self._base / text)

    def _url(self) -> Target:
        try:
            parts = urlsplit(self.text)
            address = (parts.scheme.lower(), (parts.hostname or "").lower(), parts.port or _port(parts.scheme))
        except ValueError as error:
            raise UsageProblem("the address of a target is malformed") from error
        if "@" in parts.netloc:
            # Not quoted back: what stands before the @ may be a password.
            raise UsageProblem("the address of a target has a user name or password in it: leave it out")
        path = self._below_endpoint(address, parts.path)
        if path is None:
            raise UsageProblem(f"{self.text!r} is not an address on the Hub ({', '.join(self._endpoints)})")
        segments = [segment for segment in path.split("/") if segment]
        dataset = segments[:1] == ["datasets"]
        if dataset:
            segments = segments[1:]
        if not segments or (not dataset and segments[0] in _HUB_PAGES):
            raise UsageProblem(f"{self.text!r} is a page of the Hub, not a model or dataset")
        # Old repositories have no organization: `/name/tree/main`.
        width = 1 if len(segments) == 1 or segments[1] in _PLACES else 2
        name = "/".join(segments[:width])
        if not is_hub_id(name):
            raise UsageProblem(f"{self.text!r} holds no repository id")
        return self._hub("dataset" if dataset else "hub", name, self._revision_in(segments[width:]))

    def _below_endpoint(self, address: tuple[str, str, int | None], path: str) -> str | None:
        for endpoint in self._endpoints:
            ours = urlsplit(endpoint)
            same_host = address[1:] == ((ours.hostname or "").lower(), ours.port or _port(ours.scheme))
            plain = address == ("http", (ours.hostname or "").lower(), 80) and ours.port is None
            prefix = ours.path.rstrip("/")
            if (same_host or plain) and (path == prefix or path.startswith(prefix + "/")):
                return path.removeprefix(prefix)
        return None

    def _revision_in(self, rest: list[str]) -> str | None:
        if not rest or rest[0] == "discussions":
            return None
        if rest[0] not in _PLACES:
            raise UsageProblem(f"{self.text!r}: {rest[0]!r} is no place in a repository")
        if len(rest) == 1:
            return None
        tail = "/".join(rest[1:])
        long_ref = next((found.group() for form in _LONG_REFS if (found := form.match(tail))), None)
        return long_ref or unquote(rest[1])


_PLACES = frozenset({"tree", "blob", "resolve", "raw", "commit", "commits", "discussions", "blame"})


def _without_password(text: str) -> str:
    return re.sub(r"//[^/]*@", "//***@", text)


def _port(scheme: str) -> int | None:
    return {"https": 443, "http": 80}.get(scheme.lower())


def _is_revision(text: str) -> bool:
    return bool(_REVISION.fullmatch(text)) and ".." not in text and "//" not in text and "@{" not in text


def _dotted(text: str) -> str:
    return text if text.startswith((".", "/", "~")) else f"./{text}"


def _holds_snapshot(path: str) -> bool:
    from auditor.fetch.recorded import is_recorded

    return is_recorded(Path(path))
