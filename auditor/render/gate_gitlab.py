"""One run of the gate as a GitLab code quality report: a list of issues that merge requests compare by fingerprint."""

from __future__ import annotations

from typing import Any, Final

from auditor.model.gate import Gate, GateResult
from auditor.render.gate_formats import GateView
from auditor.render.gate_json import json_text
from auditor.render.gate_standing import (
    Standing,
    by_weight,
    places_by_file,
    rule_of,
    standing,
    unexplained,
    unique_fingerprint,
    waiver_words,
)
from auditor.render.wording import safe_line

__all__ = ["render"]

# GitLab knows info, minor, major, critical and blocker; both that hold the gate are above `major`.
_SEVERITY: Final[dict[Standing, str]] = {
    "failed": "blocker",
    "undecided": "critical",
    "warned": "minor",
    "waived": "info",
    "known": "info",
}


def render(gate: Gate, view: GateView) -> str:
    """Return the issues, heaviest first; fingerprints are unique and hold no line number."""
    issues: list[dict[str, Any]] = []
    seen: set[str] = set()
    for result in by_weight(gate.results):
        state = standing(result)
        if state != "passed":
            words = {"undecided": "undecided: ", "known": "in the baseline: "}.get(state, "")
            waiver = f" ({waiver_words(result)})" if result.waiver else ""
            for path, line in _places(gate, result, view):
                text = f"{result.subject}: {words}{result.detail}{waiver}"
                parts = (result.rule, result.target or result.subject, path)
                issues.append(_issue(result.rule, text, _SEVERITY[state], path, line, unique_fingerprint(parts, seen)))
    for error in gate.errors:
        parts = ("error", error.code, error.target)
        text = f"{error.target}: could not be audited: {error.message}"
        issues.append(_issue(error.code, text, "critical", view.home, 1, unique_fingerprint(parts, seen)))
    reason = unexplained(gate)
    if reason:
        issues.append(_issue("gate", reason, "critical", view.home, 1, unique_fingerprint(("gate",), seen)))
    return json_text(issues)


def _places(gate: Gate, result: GateResult, view: GateView) -> list[tuple[str, int]]:
    places = places_by_file(result)
    if places:
        # The format asks for a line; that of a notebook counts within its cell, so the file's first stands for it.
        return [(view.path(file), refs[0].line if refs[0].cell is None else 1) for file, refs in places.items()]
    rule = rule_of(gate, result)
    file = view.standby(rule.file if rule else None)
    return [(file, rule.line if rule and rule.line and file == rule.file else 1)]


def _issue(rule: str, text: str, severity: str, path: str, line: int, fingerprint: str) -> dict[str, Any]:
    return {
        "description": safe_line(text),
        "check_name": f"auditor/{safe_line(rule)}",
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": safe_line(path), "lines": {"begin": max(1, line)}},
    }
