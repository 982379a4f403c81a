"""One run of the gate as SARIF 2.1.0, in the subset that GitHub's code scanning reads.

Plain data rather than an object model: the ones published are older than the last errata of the standard or bring a
validation framework with them; the tests hold every output against the standard's own schema instead.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import quote

from auditor.model.gate import Gate, GateResult, GateRule
from auditor.model.scan import Reference
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
from auditor.render.markdown import escaped
from auditor.render.source_excerpt import excerpt
from auditor.render.wording import safe_line

__all__ = ["render", "sarif_log"]

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_BASE: Final = "%SRCROOT%"
# GitHub refuses a run with more.
_RESULTS: Final = 25_000
_RELATED: Final = 50
_LENGTH: Final = 1_000
# An undecided result holds the gate as a failed one does: a lower level would read as a pass.
_LEVELS: Final[dict[Standing, str]] = {
    "failed": "error",
    "undecided": "error",
    "warned": "warning",
    "waived": "error",
    "known": "error",
}
_PLACEHOLDER = re.compile(r"\{(\d+)\}")


def render(gate: Gate, view: GateView) -> str:
    """Return the log as indented JSON, the same bytes on every machine."""
    return json_text(sarif_log(gate, view))


def sarif_log(gate: Gate, view: GateView) -> dict[str, Any]:
    """Return one run: a rule for each rule of the policy, a result for each failed or open one and file."""
    rules = _rules(gate)
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    seen: set[str] = set()
    known = any(result.in_baseline for result in gate.results)
    results = [
        {**found, "ruleIndex": index[found["ruleId"]]}
        for result in by_weight(gate.results)
        if standing(result) != "passed"
        for found in _results(gate, result, view, seen, baseline=known)
    ]
    driver: dict[str, Any] = {"name": "auditor", "rules": rules}
    if view.version:
        driver["version"] = view.version
    run: dict[str, Any] = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"auditor-gate/{_slug(gate)}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {_BASE: {"description": {"text": "The root of the repository."}}},
        "invocations": [_invocation(gate, left_out=max(0, len(results) - _RESULTS))],
        "results": results[:_RESULTS],
        "properties": {"policy": gate.policy.name, "policySha256": gate.policy.sha256, "asOf": gate.as_of},
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rules(gate: Gate) -> list[dict[str, Any]]:
    rules = {rule.id: rule for rule in gate.rules}
    for result in gate.results:
        # A result whose rule the gate does not describe still needs an entry to point at.
        rules.setdefault(result.rule, GateRule(id=result.rule, title=result.rule, help=result.help))
    return [_rule(rule) for rule in rules.values()]


def _rule(rule: GateRule) -> dict[str, Any]:
    text = safe_line(rule.help) or safe_line(rule.title)
    place = f"\n\nPolicy: `{_code(f'{rule.file}:{rule.line}' if rule.line else rule.file)}`" if rule.file else ""
    return {
        "id": rule.id,
        "name": "".join(part.capitalize() for part in re.split(r"[^A-Za-z0-9]+", rule.id)) or "Rule",
        "shortDescription": {"text": _message(rule.title)},
        "fullDescription": {"text": _message(rule.title)},
        "help": {"text": _message(text), "markdown": f"**{escaped(rule.title)}**\n\n{escaped(text)}{place}"},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {
            "tags": ["ai-model", "license", "policy"],
            "precision": "high",
            "problem.severity": rule.severity,
        },
    }


def _results(gate: Gate, result: GateResult, view: GateView, seen: set[str], *, baseline: bool) -> list[dict[str, Any]]:
    places = places_by_file(result)
    if not places:
        rule = rule_of(gate, result)
        file = view.standby(rule.file if rule else None)
        line = rule.line if rule and rule.line and file == rule.file else None
        region = {"startLine": line} if line else None
        return [_result(result, file, region, [], seen, baseline=baseline)]
    found = []
    for file, references in places.items():
        first, *others = references
        related = [
            {"id": number, **_location(view.path(file), _region(file, reference, view))}
            for number, reference in enumerate(others[:_RELATED], start=1)
        ]
        region = _region(file, first, view)
        where = f"cell {first.cell}, line {first.line}: " if region is None and first.cell is not None else ""
        found.append(_result(result, view.path(file), region, related, seen, where=where, baseline=baseline))
    return found


def _result(
    result: GateResult,
    file: str,
    region: dict[str, Any] | None,
    related: list[dict[str, Any]],
    seen: set[str],
    *,
    baseline: bool,
    where: str = "",
) -> dict[str, Any]:
    state = standing(result)
    level = result.severity if state in ("warned", "waived", "known") else _LEVELS[state]
    undecided = "undecided: " if result.outcome == "undecided" else ""
    missing = f" Not known: {', '.join(result.missing)}." if undecided and result.missing else ""
    waiver = waiver_words(result)
    lapsed = f" ({waiver})" if waiver and state != "waived" else ""
    advice = f" Help: {result.help}" if result.help else ""
    text = f"{where}{result.subject}: {undecided}{_sentence(result.detail)}{missing}{lapsed}{advice}"
    found: dict[str, Any] = {
        "ruleId": result.rule,
        "level": level,
        "message": {"text": _message(text)},
        "locations": [_location(file, region)],
        "partialFingerprints": _fingerprints(result, file, seen),
        "properties": {"outcome": result.outcome, "standing": state, "subject": safe_line(result.subject)},
    }
    if related:
        found["relatedLocations"] = related
    if state == "waived":
        found["suppressions"] = [{"kind": "external", "status": "accepted", "justification": _message(waiver or "")}]
    if baseline:
        found["baselineState"] = "unchanged" if result.in_baseline else "new"
    return found


def _fingerprints(result: GateResult, file: str, seen: set[str]) -> dict[str, str]:
    """Return what tells this result from others over time: rule, target and file, never a line.

    GitHub matches alerts by `primaryLocationLineHash`, which its upload action would otherwise compute from the words
    around the line: an edit of a neighboring line would then close the alert and open another.
    """
    digest = unique_fingerprint((result.rule, result.target or result.subject, file), seen)
    return {"auditorResult/v1": digest, "primaryLocationLineHash": f"{digest[:16]}:1"}


def _location(file: str, region: dict[str, Any] | None) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(file.encode("utf-8", "replace")), "uriBaseId": _BASE}}
    if region:
        place["region"] = region
    return {"physicalLocation": place}


def _region(file: str, reference: Reference, view: GateView) -> dict[str, Any] | None:
    lines = view.lines(file)
    found = excerpt(lines, reference.line, reference.column, reference.target)
    # In a notebook the line counts within its cell; only the words themselves prove that it is this one.
    if reference.cell is not None and not (found and found.found):
        return None
    region: dict[str, Any] = {"startLine": max(1, reference.line), "startColumn": max(1, reference.column)}
    if reference.end_line > reference.line:
        region["endLine"] = reference.end_line
    if found and found.found:
        region["snippet"] = {"text": found.text}
    return region


def _invocation(gate: Gate, *, left_out: int) -> dict[str, Any]:
    notes = [("error", f"{error.target}: {error.code}: {error.message}") for error in gate.errors]
    notes += [("warning", warning) for warning in gate.warnings]
    for waiver in gate.unused_waivers:
        notes.append(("warning", f"the exception of {waiver.owner} for {waiver.rule} on {waiver.target} is not used"))
    if gate.scan:
        for call in gate.scan.unresolved:
            place = f"{call.file}:{call.line}:{call.column}"
            notes.append(("warning", f"{place}: {call.how} loads a model that no parser can see: {call.expression}"))
        for problem in gate.scan.problems:
            place = problem.file if problem.line is None else f"{problem.file}:{problem.line}"
            notes.append(("warning", f"{place}: {problem.message}"))
    reason = unexplained(gate)
    if reason:
        notes.append(("error", reason))
    if left_out:
        notes.append(("error", f"{left_out} results are left out: a run holds {_RESULTS} at most"))
    invocation: dict[str, Any] = {"executionSuccessful": not gate.errors}
    if notes:
        invocation["toolExecutionNotifications"] = [
            {"level": level, "message": {"text": _message(text)}} for level, text in notes
        ]
    return invocation


def _message(text: str) -> str:
    """Return plain text for a message; brackets would become links and `{0}` be filled in, so both are escaped."""
    line = safe_line(text)[:_LENGTH]
    line = line.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
    return _PLACEHOLDER.sub(r"{{\1}}", line) or "-"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _code(text: str) -> str:
    return safe_line(text).replace("`", "'")


def _slug(gate: Gate) -> str:
    parts = (gate.policy.name, gate.policy.use or "")
    return "-".join(re.sub(r"[^A-Za-z0-9._-]+", "-", part) for part in parts if part)[:80]
