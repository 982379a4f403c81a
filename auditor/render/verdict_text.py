"""A verdict as a person reads it: outcome, what decides, what one must do, what is asked, what to watch."""

from __future__ import annotations

from typing import Any

from auditor.render.wording import safe_line

__all__ = ["OUTCOME_WORDS", "render_verdict", "watch_words"]

OUTCOME_WORDS = {
    "allowed": "allowed: nothing is triggered",
    "allowed-with-obligations": "allowed, if the duties below are met",
    "needs-separate-license": "not granted: a separate license must be asked for",
    "prohibited": "not allowed",
    "unclear": "unclear: a fact is missing, the text contradicts itself, or nobody has read it",
}
MAX_SUPPORT = 6


def render_verdict(verdict: dict[str, Any], indent: str = "") -> str:
    """Return the lines of a verdict in the shape `auditor/verdict/1`."""
    lines = [f"{safe_line(verdict['license'])}: {verdict['outcome']} ({OUTCOME_WORDS[verdict['outcome']]})"]
    lines += [f"  note: {safe_line(note)}" for note in verdict["notes"]]
    deciding = [reason for reason in verdict["reasons"] if reason["decides"]]
    for reason in deciding:
        lines.append(f"  because {_place(reason)}: {safe_line(reason['detail'])}")
        if reason["quote"]:
            lines.append(f"    text: {safe_line(reason['quote'])}")
    for reason in [reason for reason in verdict["reasons"] if not reason["decides"]][:MAX_SUPPORT]:
        lines.append(f"  looked at {_place(reason)}: {safe_line(reason['detail'])}")
    for duty in verdict["obligations"]:
        when = "now" if duty["when"] == "now" else f"only on {duty['when']}"
        lines.append(f"  duty ({when}) {duty['kind']}, {_place(duty)}: {safe_line(duty['detail'])}")
    lines += [f"  question {question['field']}: {safe_line(question['why'])}" for question in verdict["questions"]]
    lines += [f"  watch {_place(entry)}: {watch_words(entry)}" for entry in verdict["watch"]]
    return "".join(f"{indent}{line}\n" for line in lines)


def _place(entry: dict[str, Any]) -> str:
    section = f" section {entry['section']}" if entry["section"] else ""
    return safe_line(f"{entry['license']}{section}")


def watch_words(entry: dict[str, Any]) -> str:
    """Return a watched limit in words."""
    if entry["limit"] is None:
        return str(entry["effect"])
    yours = "not given" if entry["your_value"] is None else entry["your_value"]
    left = "" if entry["headroom"] is None else f", headroom {entry['headroom']:,.0f}"
    term = entry["term"].replace("_", " ")
    limit = f"{term} {entry['comparator']} {entry['limit']:,} ({entry['reference']})"
    return f"{limit}, yours {yours}{left}, then {entry['effect']}"
