"""Whether a base may have changed its license after the derivative was made, from what was read anyway."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from auditor.licenses.knowledge import RulebookKnowledge
from auditor.model.evidence import Evidence
from auditor.model.finding import Finding
from auditor.model.snapshot import Snapshot
from auditor.pipeline.assessment import BaseAssessment, Licensing
from auditor.pipeline.bases import base_contradictions
from auditor.rulebook.load import Rulebook

__all__ = ["REVISION_CODE", "revision_findings"]

REVISION_CODE = "revision-check"
MAX_FINDINGS = 12
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", re.ASCII)


def revision_findings(
    snapshot: Snapshot,
    licensing: Licensing,
    bases: Sequence[BaseAssessment],
    stated: Iterable[tuple[str, Evidence]],
    knowledge: RulebookKnowledge,
    rulebook: Rulebook,
) -> list[Finding]:
    """Return where the license of a base today need not be the one under which the derivative was made.

    Either the card says that the base is under another license than it is now, or the licenses conflict and the base
    was changed after the derivative. No request is made: the history of the base settles it (`auditor history`).
    """
    read = [(base, base.assessment) for base in bases if base.assessment is not None]
    now = {name for _, theirs in read for name in theirs.licensing.weights.governing}
    found: list[tuple[str, bool, tuple[Evidence, ...]]] = []
    ids, today = ", ".join(sorted(base.claim.id for base, _ in read)), " and ".join(sorted(now))
    for name, evidence in stated if now else ():
        named = knowledge.named(name)
        if named.ids and not set(named.ids) & now:
            said = f"The card says that the base is under {' and '.join(named.ids)}; {ids} says {today} today."
            found.append((said, True, (evidence,)))
    for base, assessment in read:
        if not base_contradictions(licensing.weights, [base], rulebook):
            continue
        ours, theirs = _changed(snapshot), _changed(assessment.snapshot)
        if ours and theirs and theirs[:19] > ours[:19]:
            license_now = " and ".join(assessment.licensing.weights.governing)
            said = (
                f"{base.claim.id} was changed on {theirs[:10]}, after this model ({ours[:10]}): whether it was under "
                f"{license_now} when the derivative was made is in its history."
            )
            source = assessment.snapshot.key
            evidence = Evidence(kind="observed", source=source, path="lastModified", quote=theirs[:40])
            found.append((said, False, (evidence,)))
    code = rulebook.vocabulary.finding_codes[REVISION_CODE]
    unique = {said: (stated_so, evidence) for said, stated_so, evidence in reversed(found)}
    return [
        Finding(
            id=f"{REVISION_CODE}#{number}",
            code=REVISION_CODE,
            severity=code.severity if unique[said][0] else "info",
            outcome="not_met" if unique[said][0] else "unknown",
            title=code.plain,
            detail=said,
            dimension=code.dimension,
            evidence=unique[said][1],
            remediation=code.remediation,
        )
        for number, said in enumerate(sorted(unique)[:MAX_FINDINGS], start=1)
    ]


def _changed(snapshot: Snapshot) -> str | None:
    """Return when a repository was last changed, as the Hub writes it; anything else is no date."""
    moment = (snapshot.record or {}).get("lastModified")
    return moment if isinstance(moment, str) and _MOMENT.match(moment) else None
