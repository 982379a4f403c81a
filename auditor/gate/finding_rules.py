"""Rules about what an audit found wrong."""

from __future__ import annotations

from auditor.gate.answers import Answer, Asking, open_facts
from auditor.gate.subject import GateSubject
from auditor.model.finding import Finding
from auditor.rulebook.policies import PolicyRule

__all__ = ["judge_findings"]

MAX_SHOWN = 5


def judge_findings(rule: PolicyRule, subject: GateSubject, asking: Asking) -> Answer:
    """Judge findings by code and by severity; a check that nobody could answer leaves the rule open."""
    codes = set(rule.data.get("deny", ()))
    severities = set(rule.data.get("severity", ()))
    findings = subject.report.findings
    wrong = [f for f in findings if f.outcome == "not_met" and (f.code in codes or f.severity in severities)]
    if wrong:
        return Answer(
            met=False,
            detail="; ".join(f"{f.code}: {f.detail}" for f in wrong[:MAX_SHOWN]) + _more(len(wrong)),
            help=" ".join(dict.fromkeys(f.remediation for f in wrong if f.remediation)),
            evidence=tuple(dict.fromkeys(item for f in wrong for item in f.evidence)),
        )
    checks = asking.rulebook.checks
    open_ones = [f for f in findings if f.outcome == "unknown" and _asked(f, codes, severities, asking)]
    unasked = sorted((codes & set(checks)) - {finding.code for finding in findings})
    if open_ones or unasked:
        reads = frozenset[str]().union(*(checks[f.code].when.reads for f in open_ones if f.code in checks))
        return Answer(
            met=None,
            detail="not answered: "
            + ", ".join([*(f.code for f in open_ones), *unasked][:MAX_SHOWN])
            + _more(len(open_ones) + len(unasked)),
            missing=tuple(fact.name for fact in open_facts(subject, reads)) or tuple(f.code for f in open_ones),
            help=" ".join(dict.fromkeys(f.detail for f in open_ones)),
        )
    unread = _unread_service(subject, codes, asking)
    if unread:
        return Answer(
            met=None,
            detail=f"the operator's terms were not read, so nothing is known of {', '.join(unread)}",
            missing=("service terms",),
            help="Have the terms of the service read.",
        )
    return Answer(met=True, detail="none of them was found")


def _asked(finding: Finding, codes: set[str], severities: set[str], asking: Asking) -> bool:
    check = asking.rulebook.checks.get(finding.code)
    return finding.code in codes or (check is not None and check.severity in severities)


def _unread_service(subject: GateSubject, codes: set[str], asking: Asking) -> list[str]:
    """Return codes about terms that are never stated of a service, because its terms are not judged."""
    if subject.kind != "hosted":
        return []
    known = asking.rulebook.vocabulary.finding_codes
    return sorted(code for code in codes if code in known and known[code].dimension == "terms")


def _more(count: int) -> str:
    return f" (and {count - MAX_SHOWN} more)" if count > MAX_SHOWN else ""
