"""Ask every check of the rulebook about the facts of one subject."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.model.evidence import Evidence, Facts
from auditor.model.finding import Finding, Outcome
from auditor.model.truth import NOT_APPLICABLE, Truth
from auditor.rulebook.checks import Check

__all__ = ["ask", "findings_of_checks"]

_OUTCOMES: dict[Truth, Outcome] = {
    True: "met",
    False: "not_met",
    None: "unknown",
    NOT_APPLICABLE: "not_applicable",
}
MAX_EVIDENCE = 12


def ask(check: Check, facts: Facts) -> Outcome:
    """Return the answer of one check; a check that may not apply stays unknown, never met."""
    if check.applies is not None:
        applies = check.applies.evaluate(facts.get)
        if applies is False or applies is NOT_APPLICABLE:
            return "not_applicable"
        if applies is None:
            answer = check.when.evaluate(facts.get)
            return "met" if answer is True else "unknown"
    return _OUTCOMES[check.when.evaluate(facts.get)]


def findings_of_checks(checks: Iterable[Check], facts: Facts) -> list[Finding]:
    """Return one finding for each check, in the order of their ids."""
    return [_finding(check, facts) for check in sorted(checks, key=lambda check: check.id)]


def _finding(check: Check, facts: Facts) -> Finding:
    outcome = ask(check, facts)
    reads = sorted(check.when.reads)
    evidence: list[Evidence] = []
    for name in reads:
        evidence += [item for item in facts.get(name).evidence if item not in evidence]
    return Finding(
        id=f"{check.id}#1",
        code=check.id,
        severity=check.severity if outcome == "not_met" else "info",
        outcome=outcome,
        title=check.question,
        detail=_detail(check, outcome, reads, facts),
        dimension=check.dimension,
        evidence=tuple(evidence[:MAX_EVIDENCE]),
        remediation=check.remediation if outcome in ("not_met", "unknown") else None,
    )


def _detail(check: Check, outcome: Outcome, reads: list[str], facts: Facts) -> str:
    text = check.outcomes.get(outcome) or "This question does not apply to the subject."
    if outcome != "unknown":
        return text
    gaps = [fact.missing for fact in map(facts.get, reads) if fact.state == "unknown" and fact.missing]
    return " ".join([text, *dict.fromkeys(gap.rstrip(".") + "." for gap in gaps)])
