"""One subject while it is read: what was asked for, by what means, and the record that was found."""

from __future__ import annotations

from typing import Any

import msgspec

from auditor.errors import UsageProblem
from auditor.fetch.hub_client import HubClient, RepositoryKind
from auditor.fetch.hub_store import Kept
from auditor.fetch.interface import FetchOptions
from auditor.fetch.pacing import Deadline
from auditor.fetch.targets import Target
from auditor.model.repositories import is_hub_id
from auditor.model.snapshot import Document

__all__ = ["Found", "Reading", "asked_of", "is_whole"]


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for and the means to read it."""

    kind: RepositoryKind
    asked: str
    """The id as the user wrote it; the repository may have another by now."""
    revision: str | None
    client: HubClient | None
    """`None` offline: then only the store is read."""
    kept: Kept
    deadline: Deadline
    options: FetchOptions


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The record, and the identity everything else is read under."""

    id: str
    sha: str
    record: dict[str, Any]
    retrieved_at: str
    fresh: bool
    """Whether the server was asked now; if not, nothing else that can change is asked for either."""

    @property
    def key(self) -> str:
        """Return the snapshot's id, which is the source evidence names."""
        return f"hub:{self.id}@{self.sha}"


def asked_of(target: Target, options: FetchOptions) -> tuple[RepositoryKind, str | None]:
    """Return kind and revision of the repository a target names; raises `UsageProblem` when it names none."""
    if target.scheme not in ("hub", "dataset") or not is_hub_id(target.id):
        raise UsageProblem(f"{target.requested!r} is not a repository on the Hub")
    if options.revision and target.revision and options.revision != target.revision:
        raise UsageProblem(f"{target.requested!r} names another revision than --revision {options.revision}")
    return "dataset" if target.scheme == "dataset" else "model", target.revision or options.revision


def is_whole(card: Document) -> bool:
    """Return whether a card was read to its end."""
    return card.status == "read" and not (card.detail or "").startswith("truncated")
