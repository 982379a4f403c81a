"""Which findings appeared, disappeared or changed between two reports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from auditor.pipeline.diff_matching import unmatched
from auditor.pipeline.diff_sides import Side

__all__ = ["diff_findings"]

_OPEN = ("not_met", "unknown")


def diff_findings(a: Side, b: Side) -> dict[str, list[dict[str, Any]]]:
    """Return what is a finding on one side only, and what is one on both and says something else.

    A question that is answered no or unknown is a finding; one answered yes, or that does not apply, is none. The
    number in an id may shift, so entries are matched by code and words; dates, commits and the subject's own name
    in the words are no change.
    """
    left, right = _by_code(a), _by_code(b)
    appeared, disappeared, changed = [], [], []
    for code in sorted(left.keys() | right.keys()):
        for old, new in _pairs(left.get(code, []), right.get(code, []), a, b):
            was_open = old is not None and old["outcome"] in _OPEN
            is_open = new is not None and new["outcome"] in _OPEN
            if was_open and not is_open:
                disappeared.append(_entry(code, old, new))
            elif is_open and not was_open:
                appeared.append(_entry(code, old, new))
            elif was_open or is_open:
                changed.append(_entry(code, old, new))
    return {"appeared": appeared, "disappeared": disappeared, "changed": changed}


def _by_code(side: Side) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for finding in side.report["findings"]:
        found.setdefault(finding["code"], []).append(finding)
    return found


def _pairs(
    old: Sequence[dict[str, Any]], new: Sequence[dict[str, Any]], a: Side, b: Side
) -> list[tuple[dict[str, Any] | None, dict[str, Any] | None]]:
    """Return what is left of both sides after equal entries were taken out, in order side by side."""
    left, rest = unmatched(old, new, a, b, lambda one: (one["outcome"], one["severity"], one["detail"]))
    width = max(len(left), len(rest))
    return [(left[n] if n < len(left) else None, rest[n] if n < len(rest) else None) for n in range(width)]


def _entry(code: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> dict[str, Any]:
    shown = new if new is not None else old
    assert shown is not None
    return {"code": code, "title": shown["title"], "dimension": shown["dimension"], "a": _state(old), "b": _state(new)}


def _state(finding: dict[str, Any] | None) -> dict[str, Any] | None:
    if finding is None:
        return None
    return {name: finding[name] for name in ("id", "outcome", "severity", "detail")}
