"""The lock file: write what was concluded, read it back, and say what drifted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from auditor.errors import LockInvalid
from auditor.model.lock import Lock, LockedSubject
from auditor.model.report import Report
from auditor.rulebook.schema_check import schema_errors

__all__ = ["Drift", "drift_of", "lock_text", "locked", "read_lock"]

_BYTES = 16_000_000
_COMMIT = re.compile(r"[0-9a-fA-F]{40}")
DriftKind = Literal["not-locked", "not-used", "evidence", "conclusion", "revision", "renamed"]


class Drift(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One difference between the lock and what is so now."""

    target: str
    kind: DriftKind
    detail: str
    fails: bool
    """False for what only deserves a word: an entry nobody uses, a new commit with the same license evidence."""


def locked(report: Report) -> LockedSubject:
    """Return the entry for a report."""
    evidence, weights = report.license_evidence, report.weights_license
    return LockedSubject(
        kind=report.subject.kind,
        id=report.subject.id,
        revision=report.subject.revision,
        evidence_hash=evidence.sha256,
        files=evidence.files,
        parents={parent.id: parent.sha256 for parent in evidence.parents},
        concluded=weights.concluded,
        status=weights.status,
        label=report.label,
        label_ceiling=report.label_ceiling,
        levels={name: (grade.level, grade.ceiling) for name, grade in report.grades.items()},
        rulebook=report.rulebook.sha256,
        locked_on=report.as_of[:10],
    )


def lock_text(lock: Lock) -> str:
    """Return the bytes of the file: sorted keys, one value a line, a final newline."""
    return json.dumps(lock.to_dict(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def read_lock(path: Path) -> Lock:
    """Return the lock in `path`; raises `LockInvalid` with every problem, a merge conflict among them."""
    try:
        with path.open("rb") as stream:
            data = stream.read(_BYTES + 1)
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LockInvalid([f"{path}: cannot be read: {error}"]) from error
    if len(data) > _BYTES:
        raise LockInvalid([f"{path}: larger than {_BYTES} bytes"])
    if "<<<<<<< " in text or "\n>>>>>>> " in text:
        raise LockInvalid([f"{path}: holds a merge conflict; keep both sides' entries, or run `auditor lock --update`"])
    try:
        content = json.loads(text, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise LockInvalid([f"{path}: {str(error)[:200]}"]) from error
    problems = [
        f"{path}: {'.'.join(map(str, where)) or 'top'}: {message}"
        for where, message, _ in schema_errors(content, "lock.v1")
    ]
    lock = None if problems else msgspec.convert(content, Lock)
    problems += [f"{path}: {message}" for message in _contradictions(lock)] if lock is not None else []
    if lock is None or problems:
        raise LockInvalid(problems)
    return lock


def _contradictions(lock: Lock) -> Iterable[str]:
    """Yield what no update would write: an entry that answers a pinned commit with another one."""
    for target, entry in sorted(lock.subjects.items()):
        named = target.rpartition("@")[2]
        if _COMMIT.fullmatch(named) and entry.revision != named.lower():
            yield f"{target} is locked at {entry.revision or 'no commit'}: write the entry again with --update"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"{key!r} stands there twice")
        found[key] = value
    return found


def drift_of(lock: Lock, used: Iterable[str], now: Mapping[str, LockedSubject]) -> list[Drift]:
    """Return what differs, sorted by target: `used` are the targets of the code, `now` what each is today.

    A target that could not be audited is not in `now` and is no drift: its failure is reported elsewhere.
    """
    wanted = set(used)
    found = [
        Drift(target=target, kind="not-locked", detail="the code uses it and the lock does not know it", fails=True)
        for target in wanted - set(lock.subjects)
    ]
    found += [
        Drift(target=target, kind="not-used", detail="locked, and no longer used by the code", fails=False)
        for target in set(lock.subjects) - wanted
    ]
    for target in wanted & set(lock.subjects) & set(now):
        found += _changes(target, lock.subjects[target], now[target])
    return sorted(found)


def _changes(target: str, old: LockedSubject, new: LockedSubject) -> Iterable[Drift]:
    if old.id.lower() != new.id.lower():
        yield Drift(target=target, kind="renamed", detail=f"it was {old.id}, it is {new.id}", fails=True)
    if old.evidence_hash != new.evidence_hash:
        yield Drift(target=target, kind="evidence", detail=_evidence_words(old, new), fails=True)
    before = (old.concluded, old.status, old.label, old.levels)
    after = (new.concluded, new.status, new.label, new.levels)
    if before != after:
        yield Drift(target=target, kind="conclusion", detail=_conclusion_words(old, new), fails=True)
    elif old.revision != new.revision and old.evidence_hash == new.evidence_hash:
        moved = f"commit {_short(old.revision)} became {_short(new.revision)}"
        detail = f"{moved}; license evidence and conclusions are the same"
        yield Drift(target=target, kind="revision", detail=detail, fails=False)


def _evidence_words(old: LockedSubject, new: LockedSubject) -> str:
    parts = [f"now {entry}" for entry in sorted(set(new.files) - set(old.files))]
    parts += [f"no longer {entry}" for entry in sorted(set(old.files) - set(new.files))]
    bases = sorted(old.parents.keys() | new.parents.keys())
    parts += [f"base {name} changed" for name in bases if old.parents.get(name) != new.parents.get(name)]
    return "the license evidence changed: " + ("; ".join(parts) or "what metadata or card say of the license")


def _conclusion_words(old: LockedSubject, new: LockedSubject) -> str:
    parts = []
    for name, before, after in (
        ("license", old.concluded or "none", new.concluded or "none"),
        ("status", old.status, new.status),
        ("label", old.label, new.label),
        *((name, _interval(old.levels.get(name)), _interval(new.levels.get(name))) for name in sorted(new.levels)),
    ):
        if before != after:
            parts.append(f"{name} {before} -> {after}")
    why = "" if old.rulebook == new.rulebook else " (another rulebook)"
    return "; ".join(parts) + why


def _interval(levels: tuple[int, int] | None) -> str:
    return "none" if levels is None else f"{levels[0]}-{levels[1]}"


def _short(revision: str | None) -> str:
    return revision[:12] if revision else "none"
