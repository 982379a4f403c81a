"""Which source reads which target."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from auditor.errors import AuditorError, OfflineMiss, UsageProblem
from auditor.fetch.interface import FetchOptions
from auditor.fetch.targets import Target
from auditor.model.snapshot import Snapshot

if TYPE_CHECKING:
    from auditor.fetch.hub import HubSource

__all__ = ["Sources"]


class Sources:
    """Routes targets to sources; the Hub's client is imported with the first Hub target only."""

    def __init__(self) -> None:
        self._hub: HubSource | None = None

    def fetch(self, target: Target, options: FetchOptions, stopped: threading.Event | None = None) -> Snapshot:
        """Return the snapshot of `target`; with `stopped`, as one of a batch that waits for a spent rate limit.

        Raises a `SubjectUnreachable` when nothing could be read, and `UsageProblem` for a scheme without a source.
        """
        if target.scheme in ("path", "file"):
            from auditor.fetch.folder import FolderSource

            return FolderSource().fetch(target, options)
        if target.scheme == "snapshot":
            from auditor.fetch.recorded import RecordedSource

            return RecordedSource().fetch(target, options)
        if target.scheme == "mot":
            from auditor.fetch.release_record import RecordSource

            return RecordSource().fetch(target, options)
        if target.scheme in ("hub", "dataset"):
            return self._from_hub(target, options, stopped or threading.Event())
        raise UsageProblem(f"{target.requested}: nothing reads {target.scheme}: targets")

    def _from_hub(self, target: Target, options: FetchOptions, stopped: threading.Event) -> Snapshot:
        outcome = self._hub_source().fetch_patiently(target, options, stopped)
        if isinstance(outcome, OfflineMiss):
            # Our own store knows more (tags, gates, records); the client's cache is what is left.
            from auditor.fetch.cache import CacheSource

            return CacheSource().fetch(target, options)
        if isinstance(outcome, AuditorError):
            raise outcome
        return outcome

    def stats_line(self) -> str:
        """Return what was asked of the Hub, in one line."""
        return self._hub.stats_line() if self._hub else "requests: 0"

    def _hub_source(self) -> HubSource:
        if self._hub is None:
            from auditor.fetch.hub import HubSource

            self._hub = HubSource()
        return self._hub
