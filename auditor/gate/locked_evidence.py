"""Recorded evidence beside a lock file, so that a machine without network and without a cache can judge."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from auditor.errors import AuditorError, BrokenSnapshot
from auditor.fetch.recorded import read_snapshot, write_snapshot
from auditor.model.lock import LockedSubject
from auditor.model.snapshot import Snapshot

__all__ = ["evidence_file", "evidence_folder", "recorded_evidence", "write_evidence"]

_PLAIN = re.compile(r"[^A-Za-z0-9._-]+", re.ASCII)


def evidence_folder(lock: Path) -> Path:
    """Return the folder that belongs to a lock file: `auditor.lock` has `auditor.lock.d`."""
    return lock.with_name(f"{lock.name}.d")


def evidence_file(lock: Path, target: str) -> Path:
    """Return where the evidence of a target lies; no target can name a place outside the folder."""
    digest = hashlib.sha256(target.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return evidence_folder(lock) / f"{_PLAIN.sub('_', target)[:80].strip('._')}-{digest}.zip"


def write_evidence(lock: Path, target: str, snapshot: Snapshot) -> None:
    """Record a snapshot beside the lock file."""
    write_snapshot(snapshot, evidence_file(lock, target))


def recorded_evidence(lock: Path, target: str, entry: LockedSubject) -> Snapshot | None:
    """Return the recorded snapshot of a locked target; `None` when nothing was recorded.

    Raises `BrokenSnapshot` for damage and for a recording of something else than what is locked.
    """
    file = evidence_file(lock, target)
    if not file.is_file():
        return None
    try:
        snapshot = read_snapshot(file)
    except BrokenSnapshot as error:
        raise BrokenSnapshot(f"{file.name}: {error.message}") from error
    except AuditorError:
        raise
    if (snapshot.id.lower(), snapshot.revision) != (entry.id.lower(), entry.revision):
        raise BrokenSnapshot(f"{file.name} holds {snapshot.id} at {snapshot.revision}, not what is locked")
    if snapshot.requested != target:
        # An entry edited by hand can agree with its recording and still speak of another repository.
        raise BrokenSnapshot(f"{file.name} was recorded for {snapshot.requested}, not for {target}")
    return snapshot
