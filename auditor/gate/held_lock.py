"""A run under a lock file: subjects are judged at their locked commit, and what drifted fails."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from auditor.fetch.targets import Target
from auditor.gate.lock import Drift, drift_of, locked
from auditor.gate.locked_evidence import recorded_evidence
from auditor.gate.subject import GateSubject
from auditor.model.gate import GateResult
from auditor.model.lock import Lock
from auditor.model.snapshot import Snapshot

__all__ = ["LOCK_RULE", "at_locked_commit", "drift_results", "recorded"]

LOCK_RULE = "lock"
_HELP = "Look at the change, then run `auditor lock --update` and commit the file."
_READ = " A clarification counts here: a lock is written under it with `--policy FILE`."
_ON_THE_HUB = ("hub", "dataset")


def at_locked_commit(target: Target, lock: Lock) -> Target:
    """Return the target at the commit that is locked for it; what the code pins itself stays as it is."""
    entry = lock.subjects.get(target.requested)
    if entry is None or entry.revision is None or target.scheme not in _ON_THE_HUB:
        return target
    return msgspec.structs.replace(target, revision=entry.revision)


def recorded(lock: Lock, file: Path) -> Callable[[Target], Snapshot | None]:
    """Return a reader of the evidence recorded beside a lock file; it gives `None` where nothing was recorded.

    Only a commit of the Hub stands for what lies there: folders, files and the catalog are at hand, and read again.
    """

    def read(target: Target) -> Snapshot | None:
        entry = lock.subjects.get(target.requested)
        if entry is None or target.scheme not in _ON_THE_HUB:
            return None
        return recorded_evidence(file, target.requested, entry)

    return read


def drift_results(
    lock: Lock, used: Sequence[str], subjects: Sequence[GateSubject]
) -> tuple[tuple[GateResult, ...], tuple[str, ...]]:
    """Return a failed result for each drift and a passed one for each subject without, and notes as warnings.

    `used` are the targets of the code, those that could not be audited among them.
    """
    by_target = {subject.asked: subject for subject in subjects}
    now = {target: locked(subject.report) for target, subject in by_target.items()}
    drifts = drift_of(lock, used, now)
    failed = [drift for drift in drifts if drift.fails]
    results = [_result(drift, by_target.get(drift.target)) for drift in failed]
    whole = sorted(set(by_target) - {drift.target for drift in failed})
    results += [_kept(target, by_target[target]) for target in whole]
    notes = tuple(f"{drift.target}: {drift.detail}" for drift in drifts if not drift.fails)
    return tuple(sorted(results, key=lambda one: (one.subject, one.detail))), notes


def _result(drift: Drift, subject: GateSubject | None) -> GateResult:
    files = sorted({reference.file for reference in subject.references}) if subject else []
    words = "\0".join([LOCK_RULE, drift.kind, drift.target.lower(), *files])
    return GateResult(
        subject=subject.name if subject else drift.target,
        outcome="fail",
        rule=LOCK_RULE,
        detail=drift.detail[:2000],
        target=drift.target,
        help=_HELP + (_READ if subject is not None and subject.clarified and drift.kind == "conclusion" else ""),
        references=subject.references if subject else (),
        evidence_hash=subject.report.license_evidence.sha256 if subject else None,
        fingerprint=hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:32],
    )


def _kept(target: str, subject: GateSubject) -> GateResult:
    return GateResult(
        subject=subject.name,
        outcome="pass",
        rule=LOCK_RULE,
        detail="commit, license evidence and conclusions are as locked",
        target=target,
        references=subject.references,
        evidence_hash=subject.report.license_evidence.sha256,
        fingerprint=hashlib.sha256(f"{LOCK_RULE}\0{target.lower()}".encode("utf-8", "replace")).hexdigest()[:32],
    )
