"""Rules that state a condition over facts and effective terms, in the language of the rulebook."""

from __future__ import annotations

from auditor.gate.answers import Answer, Asking, gaps_in, settled_by
from auditor.gate.license_rules import not_granted
from auditor.gate.proof import proved
from auditor.gate.subject import GateSubject
from auditor.model.evidence import Evidence, Fact
from auditor.rulebook.policies import PolicyRule

__all__ = ["judge_forbid", "judge_require"]

MAX_SHOWN = 6


def judge_require(rule: PolicyRule, subject: GateSubject, asking: Asking) -> Answer:
    """Judge a condition that must be true; one that does not apply to the subject is not met by that."""
    return _judge(rule, subject, asking, wanted=True)


def judge_forbid(rule: PolicyRule, subject: GateSubject, asking: Asking) -> Answer:
    """Judge a condition that must not be true."""
    return _judge(rule, subject, asking, wanted=False)


def _judge(rule: PolicyRule, subject: GateSubject, asking: Asking, *, wanted: bool) -> Answer:
    assert rule.condition is not None
    reads = rule.condition.reads
    about_terms = any(name.startswith("term.") for name in reads)
    if about_terms:
        refused = not_granted(subject)
        if refused is not None:
            return refused
    truth = rule.condition.evaluate(subject.facts.get)
    facts = [subject.facts.get(name) for name in sorted(reads)]
    evidence = _evidence(facts)
    if not isinstance(truth, bool):
        gaps = gaps_in(subject, reads)
        return Answer(
            met=None,
            detail=f"not known: {', '.join(fact.name for fact in gaps)}",
            missing=tuple(fact.name for fact in gaps),
            help=settled_by(gaps, asking),
            evidence=evidence,
        )
    answer = Answer(met=truth is wanted, detail=_values(facts), evidence=evidence)
    return proved(answer, subject, asking, rule.proof) if about_terms else answer


def _values(facts: list[Fact]) -> str:
    shown = [f"{fact.name} is {_word(fact.value)}" for fact in facts if fact.state == "known"][:MAX_SHOWN]
    rest = len(facts) - len(shown)
    return ", ".join(shown) + (f", and {rest} more" if rest > 0 else "")


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}" if value else "an empty list"
    return str(value)[:200]


def _evidence(facts: list[Fact]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(item for fact in facts for item in fact.evidence))
