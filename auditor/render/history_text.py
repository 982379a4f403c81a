"""The history of a repository's license as text, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.render.license_words import license_words
from auditor.render.wording import DISCLAIMER, safe_line

__all__ = ["render_history"]

LONGEST = 300
SCOPE = (
    "The repository alone, by today's rulebook: base models were not followed, and a file that came and went between "
    "two of these commits is not seen."
)


def render_history(history: Mapping[str, Any]) -> str:
    """Return the history in the shape `auditor/history/1` for a person."""
    subject, commits, entries = history["subject"], history["commits"], history["entries"]
    states = "1 license state" if len(entries) == 1 else f"{len(entries)} license states"
    lines = [
        f"{_said(subject['id'])} @ {subject['revision'][:12]}: {states} in {commits['listed']} commits, "
        f"{history['requests']} requests"
    ]
    if history["cut"]:
        lines.append(f"cut short: {_said(history['cut'])}")
    for entry in entries:
        lines += ["", f"{(entry['date'] or 'no date')[:10]}  {entry['revision'][:12]}  {_said(entry['title'])}"]
        lines.append(f"  license   {_said(entry['concluded'] or 'none established')}: {entry['status']}")
        lines.append(f"  declared  {_said(license_words(entry['declared']))}")
        lines.append(f"  detected  {_said(license_words(entry['detected']))}")
        if entry["stated"]:
            lines.append(f"  stated    {_said(license_words(entry['stated']))}")
        lines += [f"  {line}" for line in _changes(entry)]
        lines += [f"  note: {_said(problem['message'])} [{problem['code']}]" for problem in entry["problems"]]
    return "\n".join([*lines, "", SCOPE, DISCLAIMER, ""])


def _changes(entry: Mapping[str, Any]) -> list[str]:
    if entry["changed"] is None:
        return ["the first state" if entry["first"] else "what was before it was not looked at"]
    return [
        f"changed   {change['field']}: {_said(license_words(change['a']))} -> {_said(license_words(change['b']))}"
        for change in entry["changed"]
    ]


def _said(text: str) -> str:
    line = safe_line(text)
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}..."
