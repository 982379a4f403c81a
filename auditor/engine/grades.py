"""Grades, label, score and capabilities from facts and findings (design section 6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from auditor.model.evidence import Facts
from auditor.model.finding import DIMENSIONS, Capability, Dimension, Finding, Grade
from auditor.model.truth import NOT_APPLICABLE, Truth
from auditor.rulebook.checks import CapabilityRule, Requirement, Rung, Spectrum

__all__ = ["capabilities_of", "capped", "grade_dimension", "grades_of", "label_of", "score_of"]


def grades_of(spectrum: Spectrum, facts: Facts, findings: Sequence[Finding]) -> dict[Dimension, Grade]:
    """Return the grade of every dimension from the subject's own facts."""
    return {d: grade_dimension(spectrum.dimensions[d], facts, findings) for d in DIMENSIONS}


def grade_dimension(requirements: Sequence[Requirement], facts: Facts, findings: Sequence[Finding]) -> Grade:
    """Return level (all requirements up to it true) and ceiling (none up to it false).

    `decided_by` names the findings of the requirement that stopped the level, and of the one that set the ceiling.
    """
    answers: list[Truth] = [requirement.when.evaluate(facts.get) for requirement in requirements]
    level = _count_until(answers, lambda answer: answer is not True and answer is not NOT_APPLICABLE)
    ceiling = _count_until(answers, lambda answer: answer is False)
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code, []).append(finding)
    deciding = {min(level, len(requirements) - 1), min(ceiling, len(requirements) - 1)}
    if level > 0:
        deciding.add(level - 1)
    decided_by = [
        finding.id for n in sorted(deciding) for code in requirements[n].checks for finding in by_code.get(code, ())
    ]
    return Grade(
        level=level,
        ceiling=ceiling,
        decided_by=tuple(dict.fromkeys(decided_by)),
        next=tuple(requirement.raises for requirement in requirements[level : level + 1]),
    )


def _count_until(answers: Sequence[Truth], stops: Callable[[Truth], bool]) -> int:
    for count, answer in enumerate(answers):
        if stops(answer):
            return count
    return len(answers)


def capped(own: Grade, base: Grade | None, base_id: str) -> Grade:
    """Return `own` lowered to what the base allows; an unaudited base (`None`) proves nothing and forbids nothing."""
    level = min(own.level, base.level if base else 0)
    ceiling = min(own.ceiling, base.ceiling if base else 4)
    if (level, ceiling) == (own.level, own.ceiling):
        return own
    reason = f"Raise the base {base_id}: a derivative is never more open here than what it was made from."
    return Grade(
        level=level,
        ceiling=max(level, ceiling),
        decided_by=own.decided_by,
        inherited_from=base_id,
        next=(reason, *own.next) if level < own.level else own.next,
    )


def label_of(spectrum: Spectrum, grades: Mapping[Dimension, Grade], facts: Facts) -> tuple[str, str]:
    """Return `(label, label_ceiling)`: the highest rung proved and the highest rung not ruled out."""
    proved = possible = spectrum.ladder[0].label
    for rung in spectrum.ladder[1:]:
        answer = _stands(rung, grades, facts)
        if answer is True:
            proved = possible = rung.label
        elif answer is None:
            possible = rung.label
    return proved, possible


def _stands(rung: Rung, grades: Mapping[Dimension, Grade], facts: Facts) -> Truth:
    answers: list[Truth] = []
    for dimension, needed in rung.levels.items():
        grade = grades[dimension]
        answers.append(True if grade.level >= needed else (None if grade.ceiling >= needed else False))
    if rung.when is not None:
        answers.append(rung.when.evaluate(facts.get))
    if any(answer is False for answer in answers):
        return False
    return True if all(answer is True for answer in answers) else None


def score_of(grades: Mapping[Dimension, Grade]) -> tuple[float, float]:
    """Return the score interval 0 to 100: the mean of the levels, and of the ceilings, times 25."""
    low = sum(grade.level for grade in grades.values()) * 25 / len(grades)
    high = sum(grade.ceiling for grade in grades.values()) * 25 / len(grades)
    return low, high


def capabilities_of(spectrum: Spectrum, facts: Facts) -> dict[str, Capability]:
    """Return what a reader can do with the subject, each with its reason."""
    return {rule.id: _capability(rule, facts) for rule in spectrum.capabilities}


def _capability(rule: CapabilityRule, facts: Facts) -> Capability:
    if rule.no.evaluate(facts.get) is True:
        return Capability(answer="no", reason=rule.reasons["no"])
    if rule.yes.evaluate(facts.get) is True:
        return Capability(answer="yes", reason=rule.reasons["yes"])
    if rule.conditions is not None and rule.conditions.evaluate(facts.get) is True:
        return Capability(answer="with-conditions", reason=rule.reasons.get("with-conditions", rule.reasons["yes"]))
    return Capability(answer="unknown", reason=rule.reasons["unknown"])
