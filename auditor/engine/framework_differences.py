"""Say in one sentence each why two yardsticks come out differently, from rules that are data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from auditor.model.evidence import Facts
from auditor.model.frameworks import Difference, FrameworkReport
from auditor.rulebook.frameworks import DifferenceRule, DifferenceSide

__all__ = ["differences"]


def differences(
    rules: Iterable[DifferenceRule], reports: Mapping[str, FrameworkReport], facts: Facts
) -> dict[str, tuple[Difference, ...]]:
    """Return the differences that hold, for each framework in the order of the rules."""
    found: dict[str, list[Difference]] = {}
    for rule in rules:
        left, right = reports.get(rule.left.framework), reports.get(rule.right.framework)
        if left is None or right is None or not (_holds(rule.left, left) and _holds(rule.right, right)):
            continue
        if rule.when is not None and rule.when.evaluate(facts.get) is not True:
            continue
        text = _sentence(rule, right)
        for own, other in ((rule.left.framework, rule.right.framework), (rule.right.framework, rule.left.framework)):
            found.setdefault(own, []).append(Difference(id=rule.id, other=other, text=text))
    return {name: tuple(entries) for name, entries in found.items()}


def _holds(side: DifferenceSide, report: FrameworkReport) -> bool:
    if side.results and report.result not in side.results:
        return False
    return side.criterion is None or report.criteria[side.criterion].answer in side.answers


def _sentence(rule: DifferenceRule, right: FrameworkReport) -> str:
    """Return the rule's words with the criteria that are not met and their answers."""
    short = [
        f"{right.criteria[name].title.lower()}: {right.criteria[name].answer}"
        for name in rule.because
        if right.criteria[name].answer != "yes"
    ]
    return f"{rule.text.rstrip('.')} ({'; '.join(short)})." if short else f"{rule.text.rstrip('.')}."
