"""What changed between two reports: one comparison of everything a report promises (schema `auditor/diff/1`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.model.finding import DIMENSIONS
from auditor.pipeline.diff_sides import Side
from auditor.pipeline.finding_diff import diff_findings
from auditor.pipeline.license_diff import diff_documents, diff_licenses, diff_lineage
from auditor.pipeline.term_diff import diff_terms
from auditor.pipeline.verdict_diff import diff_verdicts
from auditor.rulebook.vocabulary import Vocabulary

__all__ = ["diff_reports"]

_CHANNEL_FIELDS = (
    "operator", "offered", "regions", "data_location", "trains_on_inputs", "retention", "terms_url", "terms_read",
)  # fmt: skip
_DUTY_FIELDS = ("kind", "detail", "when", "license", "section")


def diff_reports(a: Side, b: Side, vocabulary: Vocabulary, *, asked: bool = False) -> dict[str, Any]:
    """Return what changed from `a` to `b`; `asked` says that a context was given.

    `differs` is true when anything compared differs; another revision, time or rulebook alone is no difference.
    """
    old, new = a.report, b.report
    found: dict[str, Any] = {
        "label": _label(old, new),
        "grades": _grades(old["grades"], new["grades"]),
        "licenses": diff_licenses(old["licenses"], new["licenses"]),
        "effective_terms": diff_terms(old["effective_terms"], new["effective_terms"], vocabulary.terms),
        "findings": diff_findings(a, b),
        "documents": diff_documents(a, b),
        "lineage": diff_lineage(a, b),
        "capabilities": _capabilities(old["capabilities"], new["capabilities"]),
        "obligations": _obligations(old["obligations"], new["obligations"]),
        "channels": _channels(old["channels"], new["channels"]),
    }
    documents = found["documents"]
    elsewhere = _differs(found)
    verdict = diff_verdicts(a, b, differs=elsewhere, unread=bool(documents["not_compared"]), asked=asked)
    changed = verdict is not None and (bool(verdict["changes"]) or verdict["outcomes"]["a"] != verdict["outcomes"]["b"])
    both = verdict is not None and verdict["a"] is not None and verdict["b"] is not None
    return {
        "schema": "auditor/diff/1",
        "differs": elsewhere or (changed and both),
        "a": a.to_dict(),
        "b": b.to_dict(),
        "notes": _notes(a, b, documents),
        **found,
        "verdict": verdict,
    }


def _differs(found: Mapping[str, Any]) -> bool:
    documents, lineage = found["documents"], found["lineage"]
    return any(
        (
            found["label"], found["grades"], found["licenses"], found["effective_terms"]["changes"],
            *found["findings"].values(), *(documents[name] for name in ("added", "removed", "changed")),
            *lineage["nodes"].values(), *lineage["edges"].values(), found["capabilities"],
            *found["obligations"].values(), found["channels"],
        )
    )  # fmt: skip


def _label(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any] | None:
    sides = [{"label": one["label"], "ceiling": one["label_ceiling"]} for one in (old, new)]
    return None if sides[0] == sides[1] else {"a": sides[0], "b": sides[1]}


def _grades(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    changes = []
    for dimension in DIMENSIONS:
        a, b = (
            {name: one[dimension][name] for name in ("level", "ceiling", "inherited_from")} for one in (old, new)
        )  # fmt: skip
        if a != b:
            moved = (b["level"], b["ceiling"]), (a["level"], a["ceiling"])
            way = "same" if moved[0] == moved[1] else "higher" if moved[0] > moved[1] else "lower"
            changes.append({"dimension": dimension, "direction": way, "a": a, "b": b})
    return changes


def _capabilities(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    answers = [{name: one["answer"] for name, one in side.items()} for side in (old, new)]
    names = [*answers[0], *(name for name in answers[1] if name not in answers[0])]
    return [
        {"id": name, "a": answers[0].get(name), "b": answers[1].get(name)}
        for name in names
        if answers[0].get(name) != answers[1].get(name)
    ]


def _obligations(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    left, right = ([{name: duty[name] for name in _DUTY_FIELDS} for duty in side] for side in (old, new))
    return {
        "added": [duty for duty in right if duty not in left],
        "removed": [duty for duty in left if duty not in right],
    }


def _channels(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    left, right = ({one["id"]: one for one in side} for side in (old, new))
    changes = []
    for name in sorted(left.keys() | right.keys()):
        for field in _CHANNEL_FIELDS:
            a, b = (side[name][field] if name in side else None for side in (left, right))
            if a != b:
                changes.append({"id": name, "field": field, "a": a, "b": b})
    return changes


def _notes(a: Side, b: Side, documents: Mapping[str, Any]) -> list[str]:
    """Return what a reader must know before trusting the comparison, in words."""
    notes = []
    if a.report["rulebook"] != b.report["rulebook"]:
        notes.append("The two reports were made under different rulebooks: a change may come from the rules alone.")
    if a.name != b.name:
        notes.append("The two sides are different subjects.")
    if a.report["as_of"][:10] != b.report["as_of"][:10]:
        days = f"{a.report['as_of'][:10]} and {b.report['as_of'][:10]}"
        notes.append(f"The two reports speak of different days, {days}.")
    for name, side in (("A", a), ("B", b)):
        if side.report["problems"]:
            notes.append(f"Not everything of {name} could be read: a change may come from that.")
    if documents["compared"] == "named":
        notes.append("A report file names only the license texts it rests on; other files were not compared.")
    if documents["not_compared"]:
        notes.append("Some license files could not be read on both sides: whether they changed is not known.")
    return notes
