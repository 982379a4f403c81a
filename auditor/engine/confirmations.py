"""What a person's answers change: they settle what is open, and never lift what evidence rules out.

An answer within what is not ruled out takes the place of an open one. One that is lower than ours wins, because nothing
here may read better than a person who looked found it. One that is higher than what evidence allows is shown and counts
for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from auditor.engine.framework_results import result_of
from auditor.model.confirmation import Confirmation
from auditor.model.evidence import Evidence
from auditor.model.frameworks import CriterionReport, FrameworkReport
from auditor.rulebook.frameworks import Framework

__all__ = ["with_confirmations"]

_RANK = {"no": 0, "partial": 1, "yes": 2}


def with_confirmations(
    framework: Framework, report: FrameworkReport, confirmations: Iterable[Confirmation]
) -> FrameworkReport:
    """Return the report with the confirmations that speak of this framework taken in, and its result anew."""
    criteria = dict(report.criteria)
    changed = False
    for entry in confirmations:
        if entry.framework == framework.id and entry.criterion in criteria:
            criteria[entry.criterion] = _confirmed(criteria[entry.criterion], entry)
            changed = True
    return result_of(framework, criteria) if changed else report


def _confirmed(ours: CriterionReport, entry: Confirmation) -> CriterionReport:
    evidence = Evidence(
        kind="clarified", source=entry.source, path=entry.place, quote=entry.note or None, read_on=entry.on
    )
    said = f"{entry.by} answered {entry.answer} on {entry.on}."
    if _RANK[entry.answer] > _RANK.get(ours.ceiling, 2):
        detail = f"{ours.detail} {said} The evidence rules that out, so it does not count."
        return msgspec.structs.replace(ours, detail=detail, evidence=(*ours.evidence, evidence))
    return msgspec.structs.replace(
        ours,
        answer=entry.answer,
        ceiling=entry.answer,
        confidence="high",
        confirm=False,
        confirmed_by={"by": entry.by, "on": entry.on, "source": entry.source},
        detail=said if ours.answer == entry.answer else f"{said} Without a person: {ours.answer}. {ours.detail}",
        evidence=(evidence, *ours.evidence),
    )
