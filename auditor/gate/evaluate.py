"""Judge one subject by every rule of a policy's use."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from auditor.gate.answers import Answer, Asking, Judge
from auditor.gate.finding_rules import judge_findings
from auditor.gate.grade_rules import judge_framework, judge_label, judge_level, judge_verdict
from auditor.gate.license_rules import judge_category, judge_license, judge_status
from auditor.gate.place_rules import judge_access, judge_format, judge_lineage, judge_publisher, judge_revision
from auditor.gate.subject import GateSubject
from auditor.gate.term_rules import judge_forbid, judge_require
from auditor.model.gate import GateOutcome, GateResult
from auditor.rulebook.load import Rulebook
from auditor.rulebook.policies import PolicyRule, PolicyWords

__all__ = ["NO_RULE", "asking", "judge_subject", "outcome_of"]

NO_RULE = "no-rule"
MAX_EVIDENCE = 6
MAX_DETAIL = 2000

_JUDGES: Final[dict[str, Judge]] = {
    "license": judge_license,
    "category": judge_category,
    "license_status": judge_status,
    "level": judge_level,
    "label": judge_label,
    "framework": judge_framework,
    "require": judge_require,
    "forbid": judge_forbid,
    "verdict": judge_verdict,
    "publisher": judge_publisher,
    "format": judge_format,
    "access": judge_access,
    "revision": judge_revision,
    "lineage": judge_lineage,
    "findings": judge_findings,
}


def asking(rulebook: Rulebook, words: PolicyWords) -> Asking:
    """Return what every rule of one run is judged with."""
    return Asking(rulebook=rulebook, words=words, ladder=tuple(rung.label for rung in rulebook.spectrum.ladder))


def judge_subject(rules: Sequence[PolicyRule], subject: GateSubject, with_: Asking) -> list[GateResult]:
    """Return one result for each rule that speaks of this kind of subject, in the policy's order.

    A subject of which no rule speaks is undecided: nobody said that it is accepted.
    """
    results = [
        _result(rule, subject, _JUDGES[rule.kind](rule, subject, with_))
        for rule in rules
        if subject.kind in rule.subjects
    ]
    if any(result.severity == "error" for result in results):
        return results
    detail = f"no rule of the policy that could refuse it speaks of a {subject.kind}"
    answer = Answer(met=None, detail=detail, missing=("rule",), help=f"Add a rule whose subjects have {subject.kind}.")
    return [*results, _written(subject, NO_RULE, "undecided", "error", answer)]


def _result(rule: PolicyRule, subject: GateSubject, answer: Answer) -> GateResult:
    if answer.met is not None:
        outcome: GateOutcome = "pass" if answer.met else "fail"
        return _written(subject, rule.id, outcome, rule.severity, answer, rule.help)
    if rule.on_unknown == "fail":
        answer = _told(answer, "the policy fails what is not known")
    elif rule.on_unknown == "pass":
        answer = _told(answer, "not known, and let through as the policy says (on_unknown: pass)")
    return _written(subject, rule.id, rule.on_unknown, rule.severity, answer, rule.help)


def _told(answer: Answer, words: str) -> Answer:
    return msgspec.structs.replace(answer, detail=f"{words}: {answer.detail}")


def _written(
    subject: GateSubject, rule: str, outcome: GateOutcome, severity: str, answer: Answer, advice: str = ""
) -> GateResult:
    sentences = dict.fromkeys(text for text in (answer.help, advice) if text) if outcome != "pass" else ()
    return GateResult(
        subject=subject.name,
        outcome=outcome,
        rule=rule,
        detail=answer.detail[:MAX_DETAIL],
        severity="warning" if severity == "warning" else "error",
        target=subject.asked,
        help=" ".join(sentences)[:MAX_DETAIL],
        missing=answer.missing if answer.met is None else (),
        evidence=answer.evidence[:MAX_EVIDENCE],
        references=subject.references,
        evidence_hash=subject.report.license_evidence.sha256,
        fingerprint=_fingerprint(rule, subject),
    )


def _fingerprint(rule: str, subject: GateSubject) -> str:
    """Return what names this result in later runs: rule, target and files, whatever lines or revisions they have."""
    files = sorted({reference.file for reference in subject.references})
    return hashlib.sha256("\0".join([rule, subject.target.lower(), *files]).encode("utf-8", "replace")).hexdigest()[:32]


def outcome_of(results: Iterable[GateResult]) -> GateOutcome:
    """Return what the results leave of a run; warnings, exceptions that apply and a baseline's entries hold nothing."""
    counting = [
        result.outcome
        for result in results
        if result.severity == "error"
        and not result.in_baseline
        and not (result.waiver is not None and result.waiver.state == "applied")
    ]
    if "fail" in counting:
        return "fail"
    return "undecided" if "undecided" in counting else "pass"
