"""One run of the gate as a person reads it, in the manners of compilers: what, where, why, what to do, and a count."""

from __future__ import annotations

from typing import Final

from auditor.model.evidence import Evidence
from auditor.model.gate import Gate, GateResult, Waiver
from auditor.model.scan import Reference
from auditor.render.gate_formats import GateView
from auditor.render.gate_standing import (
    Standing,
    by_weight,
    places_by_file,
    rule_of,
    standing,
    summary,
    unexplained,
    waiver_words,
)
from auditor.render.source_excerpt import excerpt, printable

__all__ = ["render"]

_SHOWN_PLACES = 3
_SHOWN_NOTES = 6
_HEADS: Final[dict[Standing, tuple[str, str]]] = {
    "failed": ("error", "bold red"),
    "undecided": ("undecided", "bold magenta"),
    "warned": ("warning", "bold yellow"),
    "waived": ("waived", "bold cyan"),
}


def render(gate: Gate, view: GateView) -> str:
    """Return every result that is no pass, heaviest first, then what was not judged, and one line that sums up.

    Results of the baseline are counted, not shown; the JSON has them.
    """
    page = _Page(gate, view)
    for result in by_weight(gate.results):
        if standing(result) in _HEADS:
            page.result(result)
    page.rest()
    return "".join(f"{line}\n" for line in page.lines)


class _Page:
    """The lines written so far, and how to paint them."""

    def __init__(self, gate: Gate, view: GateView) -> None:
        self.lines: list[str] = []
        self._gate = gate
        self._view = view
        self._told: set[str] = set()

    def result(self, result: GateResult) -> None:
        """Write one result as a block with a blank line below."""
        word, style = _HEADS[standing(result)]
        self._head(word, style, result.rule, f"{printable(result.subject)}: {printable(result.detail)}")
        margin = self._places(result)
        for text in self._notes(result):
            self.lines.append(f"{margin} {self._paint('=', 'bold blue')} {text}")
        rule = rule_of(self._gate, result)
        if rule is not None and rule.file is not None and standing(result) != "waived":
            place = rule.file if rule.line is None else f"{rule.file}:{rule.line}"
            self.lines.append(f"{margin} {self._paint('=', 'bold blue')} note: policy at {printable(place)}")
        self._hashes(result, margin)
        advice = result.help or (rule.help if rule else "")
        if advice and standing(result) != "waived":
            self.lines.append(f"{self._paint('help', 'bold cyan')}: {printable(advice)}")
        self.lines.append("")

    def _hashes(self, result: GateResult, margin: str) -> None:
        """Write, once for each subject, what an exception would have to be bound to."""
        if result.evidence_hash and standing(result) in ("failed", "undecided") and result.subject not in self._told:
            self._told.add(result.subject)
            self.lines.append(f"{margin} {self._paint('=', 'bold blue')} note: evidence_hash {result.evidence_hash}")

    def rest(self) -> None:
        """Write what no rule judged, what the policy should drop, and the summary."""
        gate = self._gate
        for error in gate.errors:
            self._head("error", "bold red", error.code, f"{printable(error.target)}: {printable(error.message)}")
            if error.hint:
                self.lines.append(f"{self._paint('help', 'bold cyan')}: {printable(error.hint)}")
            self.lines.append("")
        for call in gate.scan.unresolved if gate.scan else ():
            words = f"{printable(call.how)} loads a model that no parser can see: {printable(call.expression)}"
            self._head("warning", "bold yellow", "unresolved", words)
            self.lines += [f"  {self._paint('-->', 'bold blue')} {self._file(call.file)}:{call.line}:{call.column}", ""]
        for waiver in gate.unused_waivers:
            self._head("warning", "bold yellow", "exception-unused", _unused(waiver))
            self.lines.append("")
        for warning in gate.warnings:
            self.lines += [f"{self._paint('warning', 'bold yellow')}: {printable(warning)}", ""]
        reason = unexplained(gate)
        if reason:
            self.lines += [f"{self._paint('error', 'bold red')}: {printable(reason)}", ""]
        style = {"pass": "bold green", "fail": "bold red", "undecided": "bold magenta"}[gate.outcome]
        self.lines.append(self._paint(summary(gate), style))

    def _head(self, word: str, style: str, code: str, text: str) -> None:
        self.lines.append(f"{self._paint(f'{word}[{printable(code)}]', style)}: {text}")

    def _places(self, result: GateResult) -> str:
        """Write where the tree names the subject, the first places with their line; return the margin of the block."""
        places = [(file, ref) for file, references in places_by_file(result).items() for ref in references]
        shown = places[:_SHOWN_PLACES]
        margin = " " * max((len(str(ref.line)) for _, ref in shown), default=2)
        for index, (file, reference) in enumerate(shown):
            arrow = self._paint("-->" if index == 0 else ":::", "bold blue")
            self.lines.append(f"{margin}{arrow} {self._place(file, reference)}")
            self._source(file, reference, margin)
        if len(places) > len(shown):
            self.lines.append(f"{margin}{self._paint('...', 'bold blue')} and {len(places) - len(shown)} more places")
        return margin

    def _source(self, file: str, reference: Reference, margin: str) -> None:
        found = excerpt(self._view.lines(file), reference.line, reference.column, reference.target)
        # In a notebook the line counts within its cell; only the words themselves prove that it is this one.
        if found is None or (reference.cell is not None and not found.found):
            return
        bar = self._paint("|", "bold blue")
        number = self._paint(str(reference.line).rjust(len(margin)), "bold blue")
        mark = self._paint("^" * found.width, "bold red")
        self.lines += [
            f"{margin} {bar}",
            f"{number} {bar} {found.text}",
            f"{margin} {bar} {' ' * found.start}{mark} {printable(reference.how)}".rstrip(),
        ]

    def _place(self, file: str, reference: Reference) -> str:
        cell = "" if reference.cell is None else f":cell {reference.cell}"
        mention = "" if reference.use == "used" else " (mentioned)"
        return f"{self._file(file)}{cell}:{reference.line}:{reference.column}{mention}"

    def _file(self, file: str) -> str:
        return printable(self._view.path(file))

    def _notes(self, result: GateResult) -> list[str]:
        notes = [f"note: {_evidence(evidence)}" for evidence in result.evidence[:_SHOWN_NOTES]]
        if len(result.evidence) > _SHOWN_NOTES:
            notes.append(f"note: and {len(result.evidence) - _SHOWN_NOTES} more pieces of evidence, in the JSON")
        if result.missing and result.outcome == "undecided":
            notes.append(f"note: not known: {printable(', '.join(result.missing))}")
        waiver = waiver_words(result)
        if waiver:
            notes.append(f"note: {printable(waiver)}")
        return notes

    def _paint(self, text: str, style: str) -> str:
        if not self._view.color:
            return text
        from rich.color import ColorSystem
        from rich.style import Style

        return Style.parse(style).render(text, color_system=ColorSystem.STANDARD)


def _evidence(evidence: Evidence) -> str:
    place = printable(evidence.source) + (f" {printable(evidence.path)}" if evidence.path else "")
    if evidence.lines:
        first, last = evidence.lines
        place += f":{first}" if first == last else f":{first}-{last}"
    quote = f' "{printable(evidence.quote)}"' if evidence.quote else ""
    return f"{evidence.kind} in {place}{quote}"


def _unused(waiver: Waiver) -> str:
    place = "" if waiver.file is None else f" ({waiver.file}:{waiver.line})" if waiver.line else f" ({waiver.file})"
    what = f"the exception of {waiver.owner} for {waiver.rule} on {waiver.target} matches nothing: remove it{place}"
    return printable(what)
