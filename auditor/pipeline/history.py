"""How the license of a repository changed over its commits (schema `auditor/history/1`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from auditor.facts.license_claims import license_claims
from auditor.facts.subject_view import view_of
from auditor.fetch.hub_history import History, Version
from auditor.model.license import LicenseReference, Resolution
from auditor.pipeline.auditor import Auditor
from auditor.pipeline.licensing import license_subject

__all__ = ["history_report"]

_COMPARED = ("declared", "detected", "stated", "concluded", "status", "documents")


def history_report(auditor: Auditor, history: History, *, requested: str, now: str, limit: int) -> dict[str, Any]:
    """Return one entry for every state of the license, newest first, with what changed against the one before.

    Judged is the repository alone, by today's rulebook: what its base models pass on is no part of it.
    """
    states = [_state(auditor, version) for version in history.versions]
    whole = not history.more and history.cut is None
    entries = []
    # A commit that touched the card and changed nothing about the license is no entry: the oldest of equal ones is.
    kept = [n for n, state in enumerate(states) if n + 1 == len(states) or _facts(state) != _facts(states[n + 1])]
    for position, n in enumerate(kept):
        older = states[kept[position + 1]] if position + 1 < len(kept) else None
        entries.append({**states[n], "changed": _changes(older, states[n]) if older else None})
    if entries:
        entries[-1]["first"] = whole
    rulebook = auditor.rulebook
    return {
        "schema": "auditor/history/1",
        "subject": {"kind": history.kind, "id": history.id, "requested": requested, "revision": history.revision},
        "retrieved_at": now,
        "rulebook": {"version": rulebook.version, "sha256": rulebook.sha256, "overlays": list(rulebook.overlays)},
        "commits": {"listed": history.listed, "limit": limit, "more": history.more, "states": len(history.versions)},
        "requests": history.requests,
        "complete": whole,
        "cut": _cut(history, limit),
        "entries": entries,
    }


def _cut(history: History, limit: int) -> str | None:
    if history.cut is not None:
        return history.cut
    return f"only the {limit} newest commits were looked at; there are older ones" if history.more else None


def _state(auditor: Auditor, version: Version) -> dict[str, Any]:
    snapshot = version.snapshot
    claims = license_claims(view_of(snapshot), auditor.reading)
    complete = snapshot.files_complete and snapshot.card_complete
    licensing = license_subject(snapshot.id, claims, auditor.knowledge, auditor.rulebook, complete=complete)
    weights: Resolution = licensing.weights
    texts = sorted((one for one in snapshot.documents if one.role != "card"), key=lambda document: document.path)
    return {
        "revision": version.commit.id,
        "date": version.commit.date,
        "title": version.commit.title,
        "declared": _references(weights.declared),
        "detected": _references(weights.detected),
        "stated": _references(weights.stated),
        "concluded": weights.concluded,
        "status": weights.status,
        "documents": [{"path": d.path, "role": d.role, "status": d.status, "sha256": d.sha256} for d in texts],
        "problems": [msgspec.to_builtins(problem) for problem in snapshot.problems],
        "first": False,
    }


def _references(references: Sequence[LicenseReference]) -> list[dict[str, Any]]:
    found = [
        {"id": r.id, "raw": r.raw, "channel": r.channel, "match": r.match.status if r.match else None}
        for r in references
    ]
    return [entry for n, entry in enumerate(found) if entry not in found[:n]]


def _facts(state: dict[str, Any]) -> list[Any]:
    return [state[name] for name in _COMPARED]


def _changes(old: dict[str, Any], new: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"field": name, "a": old[name], "b": new[name]} for name in _COMPARED if old[name] != new[name]]
