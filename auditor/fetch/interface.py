"""What every source of snapshots has in common: one call, one set of options."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import msgspec

from auditor.fetch.targets import Target
from auditor.model.snapshot import Snapshot

__all__ = ["DEFAULT_ENDPOINT", "FetchOptions", "Source"]

DEFAULT_ENDPOINT = "https://huggingface.co"


class FetchOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to read a subject; nothing here comes from the environment by itself."""

    now: str
    """ISO 8601 UTC, written into `retrieved_at`: sources never look at a clock for what they record."""
    offline: bool = False
    revision: str | None = None
    """`--revision`; a revision inside the target must be equal or absent."""
    checkpoints: bool = False
    """Ask for branches and tags even when nothing speaks of checkpoints."""
    complete: bool = False
    """`--complete`: the user vouches that a folder is the whole repository."""
    token: str | None = None
    endpoint: str = DEFAULT_ENDPOINT
    hub_cache: Path | None = None
    """`HF_HUB_CACHE`: the client's own cache, read only."""
    store: Path | None = None
    """Our content-addressed store (`AUDITOR_CACHE`)."""
    deadline: float = 120.0
    """Seconds allowed for one subject, everything included."""
    timeout: float = 20.0
    """Seconds one socket may stay silent."""
    retries: int = 4
    """How often one request is repeated when the fault may pass."""
    patience: float = 330.0
    """Batches only: seconds a subject may wait for the server's rate limit before its own deadline starts anew."""
    related_age: float = 86_400.0
    """Seconds for which stored branches, base models and datasets of an unchanged subject are not asked for again."""
    depth: int = 4
    """How many generations of base models are visited."""
    width: int = 24
    """How many base models and datasets of one subject are visited."""

    def __repr__(self) -> str:
        """Return the options without the token, so that no log or traceback can hold it."""
        shown = {name: getattr(self, name) for name in self.__struct_fields__ if name != "token"}
        return f"FetchOptions({', '.join(f'{name}={value!r}' for name, value in shown.items())})"


class Source(Protocol):
    """Something that turns a target into a snapshot."""

    def fetch(self, target: Target, options: FetchOptions) -> Snapshot:
        """Return everything read for `target`.

        Raises a `SubjectUnreachable` (or a subclass) when nothing could be read at all; a fault that leaves
        something to audit becomes a `Problem` or a `Document` with its status instead.
        """
        ...
