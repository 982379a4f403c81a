"""Both verdicts under one context, and whether what changed matters for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from auditor.pipeline.diff_matching import unmatched
from auditor.pipeline.diff_sides import Side

__all__ = ["diff_verdicts"]

_COMPARED: dict[str, tuple[str, ...]] = {
    "reasons": ("license", "term", "section", "detail"),
    "obligations": ("kind", "when", "license", "section", "detail", "phrase"),
    "questions": ("field", "why"),
    "watch": ("license", "term", "section", "limit", "comparator", "reference", "effect"),
}


def diff_verdicts(a: Side, b: Side, *, differs: bool, unread: bool, asked: bool) -> dict[str, Any] | None:
    """Return both verdicts, what differs in them, and whether the change matters for the context.

    `None` when neither side has one. It matters when the outcome, a deciding reason, a duty, an open question or a
    watched limit differs. It is not known whether it matters when a side was not judged under this context
    (`asked` says that there is one), when both are unclear while something else `differs`, or when license texts are
    `unread`.
    """
    old, new = a.report["verdict"], b.report["verdict"]
    if old is None and new is None and not asked:
        return None
    changes = _changes(old, new, a, b) if old is not None and new is not None else []
    outcomes = {"a": old and old["outcome"], "b": new and new["outcome"]}
    matters, why = _matters(a, b, outcomes, changes, differs=differs, unread=unread)
    return {"a": old, "b": new, "outcomes": outcomes, "changes": changes, "matters": matters, "why": why}


def _matters(
    a: Side, b: Side, outcomes: Mapping[str, Any], changes: Sequence[Any], *, differs: bool, unread: bool
) -> tuple[str, str]:
    if not (a.judged or b.judged):
        return (
            "unknown",
            "No side was judged here: a report file does not say under which context its verdict was made.",
        )
    if not (a.judged and b.judged):
        name = "B" if a.judged else "A"
        return "unknown", f"{name} was not judged under this context: give a target or a recorded snapshot."
    if outcomes["a"] != outcomes["b"]:
        return "yes", f"The verdict was {outcomes['a']} and is {outcomes['b']}."
    if changes:
        kinds = ", ".join(dict.fromkeys(change["in"] for change in changes))
        return "yes", f"The verdict is {outcomes['b']} on both sides; what differs: {kinds}."
    if unread:
        return "unknown", "The verdicts agree, and license files that could not be read may have changed."
    if outcomes["b"] == "unclear" and differs:
        return "unknown", "Both verdicts are unclear for the same reasons, and what they could not settle may differ."
    if differs:
        return "no", "Verdict, reasons, duties, questions and limits are the same under this context."
    return "no", "Nothing differs."


def _changes(old: Mapping[str, Any], new: Mapping[str, Any], a: Side, b: Side) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for kind, fields in _COMPARED.items():
        left, right = unmatched(_binding(old, kind), _binding(new, kind), a, b, _key_of(fields))
        for change, entries in (("removed", left), ("added", right)):
            found += [{"in": kind, "change": change, **{name: entry[name] for name in fields}} for entry in entries]
    return found


def _binding(verdict: Mapping[str, Any], kind: str) -> list[dict[str, Any]]:
    """Return the entries of a verdict, without reasons that were looked at and decide nothing."""
    return [entry for entry in verdict[kind] if kind != "reasons" or entry["decides"]]


def _key_of(fields: Sequence[str]) -> Callable[[dict[str, Any]], tuple[str, ...]]:
    return lambda entry: tuple(str(entry[name]) for name in fields)
