"""What follows from training with another model's outputs, by the terms of that model's license."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from auditor.facts.reading import Reading
from auditor.facts.subject_view import SubjectView
from auditor.facts.teacher_claims import TeacherClaim
from auditor.lineage.checks import check
from auditor.lineage.derivative import Base, Derivative
from auditor.lineage.stated import findings_of
from auditor.model.evidence import Evidence
from auditor.model.finding import Finding
from auditor.pipeline.assessment import Licensing
from auditor.pipeline.derivatives import declared_alone, flags_of
from auditor.rulebook.load import Rulebook

__all__ = ["bound_by_outputs", "renumbered", "teacher_findings"]

# These say what a base asks of weights that were passed on; outputs carry no weights.
_NOT_OF_OUTPUTS = frozenset({"ok", "undeclared-base", "ambiguous-license-tag"})
_HOW = {
    "stated": "The card says so.",
    "data": "A listed data set holds such outputs.",
    "name": "Only the name says so.",
}


def bound_by_outputs(teachers: Iterable[TeacherClaim], rulebook: Rulebook) -> tuple[Evidence, ...]:
    """Return the evidence of teachers whose license makes a model of their outputs a derivative.

    Such a model is under terms that were not carried down to it; a name alone is not enough to say so.
    """
    found: list[Evidence] = []
    for teacher in teachers:
        profile = rulebook.licenses.get(teacher.license or "")
        if profile and teacher.how != "name" and profile.terms["output_training"].value == "counts-as-derivative":
            found += teacher.evidence
    return tuple(dict.fromkeys(found))


def teacher_findings(
    view: SubjectView,
    licensing: Licensing,
    teachers: Sequence[TeacherClaim],
    rulebook: Rulebook,
    reading: Reading,
) -> list[Finding]:
    """Return what each teacher's terms say of training with its outputs; by a name alone everything is a note."""
    found: list[Finding] = []
    alone = declared_alone(licensing)
    declared = rulebook.licenses[alone] if alone else None
    for teacher in teachers:
        profile = rulebook.licenses.get(teacher.license or "")
        derivative = Derivative(
            name=view.snapshot.id,
            distributed=True,
            declared_license=alone,
            card_flags=flags_of(view, licensing, [profile] if profile else [], [teacher.id], declared, reading),
        )
        base = Base(model=teacher.id, license=teacher.license or "unknown")
        stated = check([base], derivative, "synthetic-data-only", rulebook)
        kept = [one for one in stated if one.code not in _NOT_OF_OUTPUTS]
        found += [
            msgspec.structs.replace(
                finding,
                severity="info" if teacher.how == "name" else finding.severity,
                detail=f"Trained with outputs of {teacher.id}. {_HOW[teacher.how]} {finding.detail}",
                evidence=(*teacher.evidence, *finding.evidence),
            )
            for finding in findings_of(kept, rulebook.vocabulary.finding_codes)
        ]
    return found


def renumbered(findings: Iterable[Finding], taken: Iterable[Finding]) -> list[Finding]:
    """Return findings whose ids go on where those of `taken` end, and drop what says the same twice."""
    count: dict[str, int] = {}
    for finding in taken:
        count[finding.code] = count.get(finding.code, 0) + 1
    found: dict[tuple[str, str], Finding] = {}
    for finding in findings:
        if (finding.code, finding.detail) not in found:
            count[finding.code] = count.get(finding.code, 0) + 1
            found[finding.code, finding.detail] = msgspec.structs.replace(
                finding, id=f"{finding.code}#{count[finding.code]}"
            )
    return list(found.values())
