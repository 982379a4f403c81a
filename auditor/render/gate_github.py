"""One run of the gate as annotations of GitHub Actions: one workflow command a line, and nothing else on any line."""

from __future__ import annotations

from typing import Final

from auditor.model.gate import Gate, GateResult
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
from auditor.render.source_excerpt import excerpt
from auditor.render.wording import safe_line

__all__ = ["annotation", "render"]

# GitHub shows ten of each level for a step; the rest stays in the log.
_LEVELS: Final[dict[Standing, str]] = {"failed": "error", "undecided": "error", "warned": "warning"}
_LENGTH = 4_000


def render(gate: Gate, view: GateView) -> str:
    """Return annotations, heaviest first; a gate that did not pass always has an `error`, a waived result a notice."""
    lines = [line for result in by_weight(gate.results) for line in _result(gate, result, view)]
    lines += [annotation("error", f"{e.target}: {e.message} {e.hint}".strip(), title=e.code) for e in gate.errors]
    for waiver in gate.unused_waivers:
        words = f"the exception of {waiver.owner} for {waiver.rule} on {waiver.target} matches nothing: remove it"
        place = view.standby(waiver.file)
        lines.append(annotation("warning", words, title="exception-unused", file=place, line=waiver.line))
    lines += [annotation("warning", warning, title="gate") for warning in gate.warnings]
    reason = unexplained(gate)
    if reason:
        lines.append(annotation("error", reason, title="gate"))
    lines.append(annotation("notice" if gate.outcome == "pass" else "error", summary(gate), title="gate"))
    return "".join(f"{line}\n" for line in lines)


def annotation(
    level: str, message: str, *, title: str, file: str | None = None, line: int | None = None, column: int | None = None
) -> str:
    """Return one workflow command; whatever the words hold, they end neither the command nor one of its parts.

    The runner splits at the line break, at `,` and `:` of the properties and reads `%XX` back: those are escaped
    (`%` first); other control characters are dropped.
    """
    properties: dict[str, object] = {"file": file, "line": line, "col": column, "title": title}
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items() if value is not None)
    return f"::{level} {written}::{_data(message)}"


def _result(gate: Gate, result: GateResult, view: GateView) -> list[str]:
    level = _LEVELS.get(standing(result)) or ("notice" if standing(result) == "waived" else None)
    if level is None:
        return []
    rule = rule_of(gate, result)
    advice = result.help or (rule.help if rule else "")
    if standing(result) == "waived":
        message = f"{result.subject}: {result.detail}\n{waiver_words(result)}"
    else:
        state = "undecided: " if result.outcome == "undecided" else ""
        message = f"{result.subject}: {state}{result.detail}" + (f"\nhelp: {advice}" if advice else "")
    title = f"auditor {result.rule}"
    places = places_by_file(result)
    if not places:
        file = view.standby(rule.file if rule else None)
        line = rule.line if rule and file == rule.file else None
        return [annotation(level, message, title=title, file=file, line=line)]
    return [_placed(level, message, title, file, references[0], view) for file, references in places.items()]


def _placed(level: str, message: str, title: str, file: str, reference: Reference, view: GateView) -> str:
    found = excerpt(view.lines(file), reference.line, reference.column, reference.target)
    path = view.path(file)
    if reference.cell is not None and not (found and found.found):
        message = f"cell {reference.cell}, line {reference.line}: {message}"
        return annotation(level, message, title=title, file=path)
    return annotation(level, message, title=title, file=path, line=reference.line, column=reference.column)


def _data(text: str) -> str:
    kept = "\n".join(safe_line(line) for line in text[:_LENGTH].split("\n"))
    return kept.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text.replace("\n", " ")).replace(":", "%3A").replace(",", "%2C")
