"""Rules about what an audit concludes: levels, label, yardsticks, verdicts. Only what is proved counts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from auditor.gate.answers import Answer, Asking, open_facts, settled_by
from auditor.gate.proof import not_followed, not_read
from auditor.gate.subject import GateSubject
from auditor.model.evidence import Fact
from auditor.model.finding import DIMENSIONS, Dimension
from auditor.rulebook.policies import PolicyRule

__all__ = ["judge_framework", "judge_label", "judge_level", "judge_verdict"]


def judge_level(rule: PolicyRule, subject: GateSubject, asking: Asking) -> Answer:
    """Judge the level that is proved in each dimension named; the ceiling decides only between no and not known."""
    low: list[str] = []
    gaps: list[Fact] = []
    raises: list[str] = []
    impossible = False
    for dimension in DIMENSIONS:
        wanted = rule.data.get(dimension, 0)
        grade = subject.report.grades[dimension]
        if grade.level >= wanted:
            continue
        low.append(f"{dimension} {grade.level} of {wanted}")
        raises += list(grade.next)
        if grade.ceiling < wanted:
            impossible = True
        else:
            gaps += _gaps_of_levels(subject, asking, dimension, grade.level, wanted)
    if not low:
        shown = ", ".join(f"{name} {subject.report.grades[name].level}" for name in rule.data)
        return Answer(met=True, detail=f"proved: {shown}")
    detail = f"proved so far: {', '.join(low)}"
    if impossible:
        return Answer(met=False, detail=detail, help=" ".join(dict.fromkeys(raises)))
    return _open(detail, gaps, asking, " ".join(dict.fromkeys(raises)))


def _gaps_of_levels(
    subject: GateSubject, asking: Asking, dimension: Dimension, level: int, wanted: int
) -> tuple[Fact, ...]:
    """Return the unknown facts behind the levels that are not proved yet."""
    requirements = asking.rulebook.spectrum.dimensions[dimension][level:wanted]
    reads = frozenset[str]().union(*(requirement.when.reads for requirement in requirements))
    return open_facts(subject, reads)


def _open(detail: str, gaps: Iterable[Fact], asking: Asking, otherwise: str) -> Answer:
    unique = tuple({fact.name: fact for fact in gaps}.values())
    return Answer(
        met=None,
        detail=detail,
        missing=tuple(fact.name for fact in unique) or ("grades of the bases",),
        help=settled_by(unique, asking) or otherwise or "Missing: what its base models allow; have them audited too.",
    )


def judge_label(rule: PolicyRule, subject: GateSubject, asking: Asking) -> Answer:
    """Judge the label that is proved against a rung of the ladder."""
    wanted: str = rule.data["at_least"]
    rank, report = asking.ladder.index, subject.report
    if rank(report.label) >= rank(wanted):
        return Answer(met=True, detail=f"proved: {report.label}")
    if rank(report.label_ceiling) < rank(wanted):
        return Answer(met=False, detail=f"at most {report.label_ceiling}, wanted {wanted}", help=_steps(subject))
    rung = next(rung for rung in asking.rulebook.spectrum.ladder if rung.label == wanted)
    gaps: list[Fact] = list(open_facts(subject, rung.when.reads)) if rung.when else []
    for dimension, level in rung.levels.items():
        grade = report.grades[dimension]
        if grade.level < level:
            gaps += _gaps_of_levels(subject, asking, dimension, grade.level, level)
    return _open(f"{report.label} is proved, {wanted} is not ruled out", gaps, asking, _steps(subject))


def _steps(subject: GateSubject) -> str:
    return " ".join(dict.fromkeys(step for grade in subject.report.grades.values() for step in grade.next))


def judge_framework(rule: PolicyRule, subject: GateSubject, asking: Asking) -> Answer:  # noqa: ARG001 - one shape for all
    """Judge the result under a published yardstick; a result that could still change proves nothing."""
    name, accepted = rule.data["id"], rule.data["in"]
    entry: Any = subject.report.frameworks.get(name)
    if entry is None:
        return Answer(
            met=None, detail=f"the report has no result under {name}", missing=(f"frameworks.{name}",),
            help="Check the name of the framework.",
        )  # fmt: skip
    result = _part(entry, "result")
    ceiling = _part(entry, "ceiling", result)
    if result in accepted and result != "unknown":
        return Answer(met=True, detail=f"{name}: {result}")
    if result == "unknown" or ceiling != result:
        criteria = _part(entry, "criteria", {})
        gaps = tuple(sorted(key for key, answer in criteria.items() if _part(answer, "answer") == "unknown"))
        return Answer(
            met=None, detail=f"{name}: {result}, not ruled out: {ceiling}", missing=gaps or (f"frameworks.{name}",),
            help=f"Settle the open criteria of {name}.",
        )  # fmt: skip
    return Answer(met=False, detail=f"{name}: {result}, wanted {' or '.join(accepted)}")


def _part(entry: Any, name: str, default: Any = "unknown") -> Any:
    return entry.get(name, default) if isinstance(entry, dict) else getattr(entry, name, default)


def judge_verdict(rule: PolicyRule, subject: GateSubject, asking: Asking) -> Answer:
    """Judge whether the use of a context is allowed."""
    name = rule.data["context"]
    verdict = subject.verdicts[name]
    deciding = [reason for reason in verdict.reasons if reason.decides]
    why = "; ".join(dict.fromkeys(_reason(r.license, r.section, r.detail) for r in deciding[:3]))
    detail = f"{verdict.outcome} under {name}" + (f": {why}" if why else "")
    if verdict.outcome in rule.data["in"]:
        hidden = not_read(subject) or not_followed(subject, asking)
        if hidden is not None:
            # What the hidden text, or the base, says could take the permission away.
            return hidden
        duties = sum(duty.when == "now" for duty in verdict.obligations)
        return Answer(met=True, detail=f"{verdict.outcome} under {name}" + (f", {duties} duties now" if duties else ""))
    if verdict.outcome == "unclear":
        asked = {question.field: question.why for question in verdict.questions}
        return Answer(
            met=None,
            detail=detail,
            missing=tuple(asked) or tuple(sorted({reason.term for reason in deciding})) or ("verdict",),
            help=" ".join(dict.fromkeys(asked.values())) or "Have the license read by a lawyer.",
        )
    return Answer(met=False, detail=detail)


def _reason(license_id: str, section: str | None, detail: str) -> str:
    return f"{license_id} {section}: {detail}" if section else f"{license_id}: {detail}"
