"""One subject while it is read: what was asked for, by what means, and the record that was found."""

from __future__ import annotations

from typing import Any

import msgspec

from auditor.fetch.hub_client import HubClient, RepositoryKind
from auditor.fetch.hub_store import Kept
from auditor.fetch.interface import FetchOptions
from auditor.fetch.pacing import Deadline

__all__ = ["Found", "Reading"]


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
