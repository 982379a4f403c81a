"""What a code base settled on: model ids, revisions, license evidence and conclusions (schemas/lock.v1.json)."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

__all__ = ["Lock", "LockedSubject"]


class LockedSubject(msgspec.Struct, frozen=True, kw_only=True):
    """One subject as it was when somebody looked."""

    kind: str
    id: str
    """The id the Hub uses now; the key of the entry is what the code says."""
    revision: str | None
    """The commit; `None` for what has none (a disclosed model)."""
    evidence_hash: str
    files: tuple[str, ...]
    """Path and sha256 of each license, notice and use-policy file."""
    parents: dict[str, str]
    """Base model -> its license evidence hash, or `not-read`."""
    concluded: str | None
    status: str
    label: str
    label_ceiling: str
    levels: dict[str, tuple[int, int]]
    """Dimension -> level and ceiling."""
    rulebook: str
    """Sha256 of the rulebook that concluded this."""
    locked_on: str


class Lock(msgspec.Struct, frozen=True, kw_only=True):
    """One entry for each target; written sorted, one value a line, so that two branches merge."""

    schema: Literal["auditor/lock/1"] = "auditor/lock/1"
    subjects: dict[str, LockedSubject]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON shape as plain data."""
        data: dict[str, Any] = msgspec.to_builtins(self)
        return data
