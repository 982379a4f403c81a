"""One run of the gate as a comment on a pull request: what holds it first, the rest folded, within the size allowed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from auditor.model.gate import Gate, GateResult
from auditor.render.gate_formats import GateView
from auditor.render.gate_standing import (
    STANDINGS,
    Standing,
    places_by_file,
    rule_of,
    standing,
    summary,
    unexplained,
    waiver_words,
)
from auditor.render.markdown import escaped
from auditor.render.wording import DISCLAIMER, safe_line

__all__ = ["LIMIT", "marker", "render"]

LIMIT: Final = 65_000
"""Characters; comments on GitHub hold 65,536."""
_SENTENCE: Final = 1_000
_PLACES: Final = 5
_TITLES: Final[dict[Standing, str]] = {
    "failed": "Failed",
    "undecided": "Undecided",
    "warned": "Warnings",
    "waived": "Waived",
    "known": "In the baseline",
}
_ICONS: Final = {"pass": ":white_check_mark:", "fail": ":x:", "undecided": ":grey_question:"}
# What sites turn into links and mentions even when Markdown's own signs are escaped.
_LINKING = re.compile(r"[@#!$&~%](?=\w)|(?<=\b[Gg][Hh])-(?=\d)|:(?=//)|(?<=\b[Ww]{3})\.|(?<=[Mm][Aa][Ii][Ll][Tt][Oo]):")


def marker(gate: Gate) -> str:
    """Return the hidden line by which a later run finds the comment to update: one for each policy and use."""
    name = "/".join(part for part in (gate.policy.name, gate.policy.use) if part)
    return f"<!-- auditor-gate: {re.sub(r'[^A-Za-z0-9._/]+', '-', name)[:120]} -->"


def render(gate: Gate, view: GateView) -> str:
    """Return the comment, at most `LIMIT` characters; entries beyond that are counted."""
    head = f"{marker(gate)}\n## {_ICONS[gate.outcome]} {_prose(summary(gate))}\n\n"
    tail = f"\n<sub>{_footer(gate)}</sub>\n"
    page = _Page(LIMIT - len(head) - len(tail) - 400)
    reason = unexplained(gate)
    if reason:
        page.block([f"**{_prose(reason)}**\n\n"])
    for state in STANDINGS:
        entries = [_entry(gate, result, view) for result in gate.results if standing(result) == state]
        if entries and state != "passed":
            page.section(_TITLES[state], entries, folded=state not in ("failed", "undecided"))
    page.section("Not audited", [_line(e.target, f"{e.code}: {e.message}") for e in gate.errors], folded=False)
    if gate.scan:
        calls = [_line(f"{view.path(c.file)}:{c.line}", f"{c.how}: {c.expression}") for c in gate.scan.unresolved]
        page.section("Models that no parser can see", calls, folded=True)
    unused = [_line(w.target, f"the exception of {w.owner} for {w.rule} matches nothing") for w in gate.unused_waivers]
    page.section("Exceptions to remove", unused, folded=True)
    page.section("Notes", [f"- {_prose(warning)}\n" for warning in gate.warnings], folded=True)
    return head + page.text() + tail


class _Page:
    """Text that never grows beyond its room; what did not fit is counted in the place it belongs to."""

    def __init__(self, room: int) -> None:
        self._parts: list[str] = []
        self._room = room

    def block(self, parts: Iterable[str]) -> bool:
        text = "".join(parts)
        if len(text) > self._room:
            return False
        self._parts.append(text)
        self._room -= len(text)
        return True

    def section(self, title: str, entries: list[str], *, folded: bool) -> None:
        """Write a section with as many of its entries as there is room for."""
        if not entries:
            return
        name = f"{title} ({len(entries)})"
        start = f"<details><summary>{name}</summary>\n\n" if folded else f"### {name}\n\n"
        end = "\n</details>\n\n" if folded else "\n"
        left_out = f"- and {len(entries)} more; the JSON has them all\n"
        if not self.block([start]):
            return
        self._room -= len(end) + len(left_out)
        written = 0
        for entry in entries:
            if not self.block([entry]):
                break
            written += 1
        if written < len(entries):
            self._parts.append(f"- and {len(entries) - written} more; the JSON has them all\n")
        self._parts.append(end)

    def text(self) -> str:
        return "".join(self._parts)


def _entry(gate: Gate, result: GateResult, view: GateView) -> str:
    rule = rule_of(gate, result)
    lines = [f"- {_code(result.subject)} {_code(result.rule)}: {_prose(result.detail)}"]
    places = [(file, ref) for file, refs in places_by_file(result).items() for ref in refs]
    if places:
        shown = [_code(f"{view.path(file)}:{ref.line}") for file, ref in places[:_PLACES]]
        more = f" and {len(places) - _PLACES} more places" if len(places) > _PLACES else ""
        lines.append(f"  at {', '.join(shown)}{more}")
    if result.missing and result.outcome == "undecided":
        lines.append(f"  not known: {', '.join(map(_code, result.missing))}")
    for evidence in result.evidence[:2]:
        quote = f": {_code(evidence.quote)}" if evidence.quote else ""
        path = f" {evidence.path}" if evidence.path else ""
        lines.append(f"  {evidence.kind} in {_code(evidence.source + path)}{quote}")
    waiver = waiver_words(result)
    if waiver:
        lines.append(f"  {_prose(waiver)}")
    advice = result.help or (rule.help if rule else "")
    if advice and standing(result) in ("failed", "undecided", "warned"):
        lines.append(f"  **help:** {_prose(advice)}")
    # Two spaces at the end of a line are a line break within the item.
    return "  \n".join(lines) + "\n"


def _line(what: str, words: str) -> str:
    return f"- {_code(what)}: {_prose(words)}\n"


def _footer(gate: Gate) -> str:
    policy, rulebook = gate.policy, gate.rulebook
    return (
        f"policy {_code(policy.name)} {_code(policy.sha256[:12])}, rulebook {_code(rulebook.version)} "
        f"{_code(rulebook.sha256[:12])}, as of {_code(gate.as_of)}. {DISCLAIMER}"
    )


def _prose(text: str) -> str:
    """Return a sentence that shows as it is: no markup, no mention, no link."""
    # A sign of no width keeps the site from seeing a link; it is put in after everything else is escaped.
    cut = safe_line(text)[:_SENTENCE]
    return escaped(_LINKING.sub(lambda match: f"{match[0]}\ue000", cut)).replace("\ue000", "&#8203;")


def _code(text: str) -> str:
    """Return a code span: sites put neither mentions nor links into it."""
    line = safe_line(text)[:300].strip() or "-"
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    pad = " " if "`" in line else ""
    return f"{fence}{pad}{line}{pad}{fence}"
