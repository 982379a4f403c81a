"""One run of the gate as JUnit XML: a suite for each subject, a test case for each rule.

What CI systems make of the states decides: they show skipped cases as harmless, so an undecided rule is an `error` (the
test could not be carried out), which holds a build as a failure does; only what does not hold the gate is skipped.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from auditor.model.gate import Gate, GateResult
from auditor.render.gate_formats import GateView
from auditor.render.gate_standing import places_by_file, rule_of, standing, unexplained, waiver_words
from auditor.render.wording import safe_line

__all__ = ["render"]

# What XML 1.0 cannot hold, not even escaped.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(gate: Gate, view: GateView) -> str:
    """Return the suites in the gate's order, and one suite for what no rule judged."""
    root = ET.Element("testsuites", {"name": _text(f"auditor gate: {gate.policy.name}")})
    suites: dict[str, ET.Element] = {}
    for result in gate.results:
        if result.subject not in suites:
            suites[result.subject] = ET.SubElement(root, "testsuite", {"name": _text(result.subject)})
        _case(suites[result.subject], gate, result, view)
    _beside(root, gate)
    for suite in (*root, root):
        _count(suite)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _case(suite: ET.Element, gate: Gate, result: GateResult, view: GateView) -> None:
    case = ET.SubElement(suite, "testcase", {"classname": _text(result.subject), "name": _text(result.rule)})
    places = [(view.path(file), ref) for file, refs in places_by_file(result).items() for ref in refs]
    if places:
        file, reference = places[0]
        case.set("file", _text(file))
        if reference.cell is None:
            case.set("line", str(reference.line))
    state = standing(result)
    if state == "passed":
        return
    head = {
        "failed": result.detail,
        "undecided": f"undecided: {result.detail}",
        "warned": f"warning ({result.outcome}): {result.detail}",
        "waived": waiver_words(result) or "waived",
        "known": f"in the baseline ({result.outcome}): {result.detail}",
    }[state]
    kind = {"failed": "failure", "undecided": "error"}.get(state, "skipped")
    child = ET.SubElement(case, kind, {"message": _text(head)})
    if kind != "skipped":
        child.set("type", _text(result.rule if kind == "failure" else "undecided"))
        body = _body(gate, result, [f"{file}:{ref.line}:{ref.column}" for file, ref in places])
        # Printed to the log of a job, a line of its own could be a command to the runner.
        child.text = _text("\n".join(map(safe_line, body)))


def _body(gate: Gate, result: GateResult, places: list[str]) -> list[str]:
    rule = rule_of(gate, result)
    lines = [result.detail]
    lines += [f"not known: {', '.join(result.missing)}"] if result.missing else []
    lines += [f"at {place}" for place in places]
    lines += [f"{e.kind} in {e.source} {e.path or ''}: {e.quote or ''}".rstrip(": ") for e in result.evidence]
    waiver = waiver_words(result)
    lines += [waiver] if waiver else []
    advice = result.help or (rule.help if rule else "")
    return [*lines, f"help: {advice}"] if advice else lines


def _beside(root: ET.Element, gate: Gate) -> None:
    """Add what holds the gate without a rule: targets that could not be audited, and an outcome nothing else shows."""
    reason = unexplained(gate)
    if not gate.errors and not reason:
        return
    suite = ET.SubElement(root, "testsuite", {"name": "gate"})
    for error in gate.errors:
        case = ET.SubElement(suite, "testcase", {"classname": "gate", "name": _text(f"audit {error.target}")})
        child = ET.SubElement(case, "error", {"message": _text(error.message), "type": _text(error.code)})
        child.text = _text(safe_line(error.hint or error.message))
    if reason:
        case = ET.SubElement(suite, "testcase", {"classname": "gate", "name": "outcome"})
        kind = "failure" if gate.outcome == "fail" else "error"
        ET.SubElement(case, kind, {"message": _text(reason), "type": gate.outcome})


def _count(suite: ET.Element) -> None:
    suite.set("tests", str(len(suite.findall(".//testcase"))))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(len(suite.findall(f".//{tag}"))))


def _text(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", "\n".join(safe_line(line) for line in text.split("\n")))
