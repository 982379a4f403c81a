"""Which effective terms changed, and whether each became stricter or looser by the vocabulary's order."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from auditor.rulebook.vocabulary import TermType

__all__ = ["DIRECTIONS", "diff_terms", "direction_of"]

UNKNOWN = "unknown"
DIRECTIONS = ("stricter", "looser", "changed", "unknown", "same")


def diff_terms(
    old: Mapping[str, Any], new: Mapping[str, Any], terms: Mapping[str, TermType]
) -> dict[str, Any]:  # fmt: skip
    """Return every term whose value or section differs, with a count for each direction.

    `same` marks a term that says the same in another place. A term that nothing binds on one side, or that nobody
    read, has the direction `unknown`: not knowing is neither stricter nor looser.
    """
    changes = []
    for name in sorted({*old, *new}):
        a, b = _said(old.get(name)), _said(new.get(name))
        if a == b:
            continue
        direction = direction_of(terms.get(name), old.get(name), new.get(name))
        changes.append({"term": name, "direction": direction, "a": a, "b": b})
    counts = {name: sum(change["direction"] == name for change in changes) for name in DIRECTIONS}
    return {"governed": {"a": bool(old), "b": bool(new)}, "counts": counts, "changes": changes}


def _said(term: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if term is None:
        return None
    return {name: term[name] for name in ("value", "section", "license", "complete")}


def direction_of(kind: TermType | None, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> str:
    """Return how a term moved: `stricter`, `looser`, `changed` (no order between the two), `unknown` or `same`."""
    if kind is None or old is None or new is None:
        return UNKNOWN
    a, b = old["value"], new["value"]
    if kind.kind in ("enum", "boolean"):
        return "same" if a == b else _by_rank(kind, a, b)
    if not (old["complete"] and new["complete"]) or not (isinstance(a, list) and isinstance(b, list)):
        return UNKNOWN if _plain(a) != _plain(b) or old["complete"] != new["complete"] else "same"
    left, right = _plain(a), _plain(b)
    if left == right:
        return "same"
    # Lists unite when licenses are merged: whoever has to heed more is bound more strictly.
    return "stricter" if left < right else "looser" if right < left else "changed"


def _by_rank(kind: TermType, a: Any, b: Any) -> str:
    """Return the direction between two values; one that the vocabulary does not have stands nowhere in its order."""
    order: list[Any] = [False, True] if kind.kind == "boolean" else list(kind.values)
    if a not in order or b not in order:
        return UNKNOWN
    return "stricter" if order.index(a) < order.index(b) else "looser"


def _plain(value: Any) -> frozenset[str]:
    """Return the entries of a list without the license and section they are noted with."""
    entries = value if isinstance(value, list) else [value]
    found = set()
    for entry in entries:
        if isinstance(entry, dict):
            entry = {name: inner for name, inner in entry.items() if name not in ("license", "section")}
        found.add(json.dumps(entry, sort_keys=True))
    return frozenset(found)
