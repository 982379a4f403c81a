"""What the Hub's record of a repository says, read with distrust: identity, files, and the repositories it names."""

from __future__ import annotations

import re
from typing import Any

from auditor.errors import BrokenAnswer
from auditor.model.repositories import is_hub_id, strings_of
from auditor.model.snapshot import FileEntry, Problem

__all__ = [
    "files_of",
    "identity_of",
    "is_full_sha",
    "is_plain_path",
    "speaks_of_checkpoints",
]

_SHA = re.compile(r"[0-9a-f]{40}", re.ASCII)
_FILES = 500_000
_PATH_LENGTH = 1_024
_CHECKPOINTS = re.compile(
    r"\b(?:intermediate|training|pre-?training|earlier)\s+checkpoints?\b|\bcheckpoints?\s+(?:from|at|for)\s+(?:every|each|different|various)\b"
    r"|\brevision\s*=\s*[\"'][\w.-]*step",
    re.IGNORECASE,
)
_CHECKPOINT_CHARACTERS = 2_000_000


def is_full_sha(revision: str | None) -> bool:
    """Return whether `revision` is a full commit id, under which nothing can change."""
    return revision is not None and _SHA.fullmatch(revision) is not None


def identity_of(record: dict[str, Any], asked: str, pinned: str | None) -> tuple[str, str]:
    """Return id and full sha of a record.

    Raises `BrokenAnswer` when either is missing or malformed, or when the sha is not the one that was pinned.
    """
    identifier, sha = record.get("id"), record.get("sha")
    if not isinstance(identifier, str) or not is_hub_id(identifier):
        raise BrokenAnswer(f"{asked}: the record has no repository id")
    if not isinstance(sha, str) or not is_full_sha(sha):
        raise BrokenAnswer(f"{asked}: the record does not say at which commit it is")
    if pinned is not None and sha != pinned:
        raise BrokenAnswer(f"{asked}: asked for commit {pinned}, the record is of {sha}")
    return identifier, sha


def is_plain_path(name: str) -> bool:
    """Return whether `name` is a relative path without `..`, backslashes, drives or control characters."""
    parts = name.split("/")
    return (
        0 < len(name) <= _PATH_LENGTH
        and "\\" not in name
        and name.isprintable()
        and not any(part in ("", ".", "..") for part in parts)
        and not re.match(r"[A-Za-z]:", name)
    )


def files_of(record: dict[str, Any]) -> tuple[tuple[FileEntry, ...], bool, list[Problem]]:
    """Return the files a record lists, whether that is all of them, and the names that are not used for paths.

    A name that leads out of the repository is listed nowhere: the list is then incomplete.
    """
    siblings = record.get("siblings")
    if not isinstance(siblings, list):
        return (), False, []
    files: dict[str, FileEntry] = {}
    problems: list[Problem] = []
    for entry in siblings[:_FILES]:
        name = entry.get("rfilename") if isinstance(entry, dict) else None
        if isinstance(name, str) and is_plain_path(name):
            size = entry.get("size")
            whole = isinstance(size, int) and not isinstance(size, bool) and size >= 0
            files[name] = FileEntry(path=name, size=size if whole else None)
        elif len(problems) < 20:
            problems.append(
                Problem(code="unsafe-file-name", message=f"a listed file name is not used: {str(name)[:100]!r}")
            )
    if len(siblings) > _FILES:
        problems.append(Problem(code="too-many-files", message=f"only the first {_FILES} listed files are read"))
    return tuple(files[name] for name in sorted(files)), not problems, problems


def speaks_of_checkpoints(record: dict[str, Any], card: str) -> bool:
    """Return whether card or tags speak of intermediate checkpoints, so that branches are worth a request."""
    tags = any("checkpoint" in tag.lower() for tag in strings_of(record.get("tags")))
    return tags or _CHECKPOINTS.search(card[:_CHECKPOINT_CHARACTERS]) is not None
