"""What a card claims and does not keep, and what a repository shows and does not say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from auditor.facts.base_hints import BaseHint
from auditor.facts.open_claims import OpenClaim
from auditor.model.evidence import Facts
from auditor.model.finding import Dimension, Finding, Grade, Severity
from auditor.model.license import Resolution
from auditor.pipeline.assessment import Licensing
from auditor.rulebook.load import Rulebook

__all__ = ["CLAIM_CODE", "hint_findings", "open_claim_findings", "weighed_hints"]

CLAIM_CODE = "open-source-claim-unsupported"
HINT_CODE = "undeclared-base"
OPEN = 4
MAX_QUOTE = 160


def weighed_hints(hints: Sequence[BaseHint], own: Resolution) -> tuple[BaseHint, ...]:
    """Return the hints, those of a family whose own license is among those that bind only as notes.

    Its terms are carried already, however many others are named beside it; a choice between licenses carries none.
    """
    return tuple(
        msgspec.structs.replace(hint, confidence="low")
        if set(own.governing) & set(hint.licenses) and not own.choice
        else hint
        for hint in hints
    )


def open_claim_findings(
    claims: Sequence[OpenClaim],
    licensing: Licensing,
    facts: Facts,
    grades: Mapping[Dimension, Grade],
    rulebook: Rulebook,
) -> list[Finding]:
    """Return one finding for each kind of claim that is not supported; the evidence holds every such sentence.

    An error where the license is known to bar what "open source" promises, a warning where no open license is
    established, a note where the license is open and only the data (or the approval) is missing.
    """
    if facts.get("weights_published").value is False:
        return []
    found: list[Finding] = []
    code = rulebook.vocabulary.finding_codes[CLAIM_CODE]
    for kind in ("open-source", "approved-license"):
        ours = [claim for claim in claims if claim.kind == kind]
        judged = _judged(kind, licensing.weights, facts, grades["terms"], rulebook) if ours else None
        if judged is None:
            continue
        severity, why = judged
        first = ours[0].evidence
        line = f" line {first.lines[0]}" if first.lines else ""
        quote = ours[0].quote if len(ours[0].quote) <= MAX_QUOTE else ours[0].quote[:MAX_QUOTE].rstrip() + "..."
        found.append(
            Finding(
                id=f"{CLAIM_CODE}#{len(found) + 1}",
                code=CLAIM_CODE,
                severity=severity,
                outcome="not_met",
                title=code.plain,
                detail=f'{first.path}{line} says "{quote}" {why}',
                dimension=code.dimension,
                evidence=tuple(claim.evidence for claim in ours),
                remediation=code.remediation,
            )
        )
    return found


def hint_findings(hints: Sequence[BaseHint], rulebook: Rulebook) -> list[Finding]:
    """Return one finding for each family that a model seems to be made from; a weak sign is a note."""
    code = rulebook.vocabulary.finding_codes[HINT_CODE]
    return [
        Finding(
            id=f"{HINT_CODE}#{number}",
            code=HINT_CODE,
            severity="info" if hint.confidence == "low" else code.severity,
            outcome="not_met",
            title=code.plain,
            detail=f"Nothing names a base model; it may be {hint.name} ({hint.confidence} confidence: {hint.why}).",
            dimension=code.dimension,
            evidence=hint.evidence,
            remediation=code.remediation,
        )
        for number, hint in enumerate(hints, start=1)
    ]


def _judged(
    kind: str, weights: Resolution, facts: Facts, terms: Grade, rulebook: Rulebook
) -> tuple[Severity, str] | None:
    """Return how bad it is and why, or nothing where the claim stands."""
    concluded = weights.concluded or "no license that is established"
    inherited = f", set by the base {terms.inherited_from}" if terms.inherited_from else ""
    if weights.status == "missing":
        return "error", "No license is declared, stated or found: nobody is granted anything."
    if terms.ceiling < OPEN:
        return (
            "error",
            f"The terms ({concluded}{inherited}) hold back what open source gives: level {_span(terms)} of 4.",
        )
    if terms.level < OPEN:
        return (
            "warning",
            f"No open license is established for it: {concluded} ({weights.status}), level {_span(terms)}.",
        )
    governing = weights.choice or weights.governing
    answers = {name: rulebook.licenses[name].judgments["osi_approved"].answer for name in governing}
    missing = sorted(name for name, answer in answers.items() if answer != "yes")
    approved = any(answer == "yes" for answer in answers.values()) if weights.choice else not missing
    if not approved:
        severity: Severity = "warning" if kind == "approved-license" else "info"
        return severity, f"The license leaves every right, yet {', '.join(missing)} is not known to be OSI-approved."
    if kind == "open-source" and facts.get("training_data_described").value is not True:
        return "info", "The license is open; of the training data nothing is disclosed, so it is open weights."
    return None


def _span(grade: Grade) -> str:
    return str(grade.level) if grade.level == grade.ceiling else f"{grade.level} to {grade.ceiling}"
