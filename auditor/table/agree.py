"""Audit what an expert data set speaks of, and compare answer by answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from auditor.errors import UsageProblem
from auditor.fetch.expert_records import digest_of, expert_records
from auditor.model.agreement import Agreement, ExpertData, ExpertRecord, NotAudited
from auditor.model.report import RulebookId
from auditor.rulebook.agreement_files import AgreementSource
from auditor.rulebook.load import Rulebook
from auditor.rulebook.suggestion import did_you_mean
from auditor.table.agreement import compare, criterion_agreement, disagreements_of
from auditor.table.expert_reading import plain_source, read_records, source_of

__all__ = ["ExpertSet", "agreement_of", "read_expert_set"]


class ExpertSet:
    """An expert data set, read."""

    def __init__(self, file: Path, source: AgreementSource, records: Sequence[ExpertRecord]) -> None:
        self.source = source
        self.records = tuple(records)
        self.data = ExpertData(
            id=source.id,
            title=source.title,
            credit=source.credit,
            framework=source.framework,
            file=file.name,
            sha256=digest_of(file),
            records=len(records),
        )


def read_expert_set(file: Path, rulebook: Rulebook, wanted: str | None = None) -> ExpertSet:
    """Return the data set in `file`; `wanted` is the id of the source it has to be of.

    Raises `UsageProblem` for a file of another shape and for a framework we do not have.
    """
    raw = expert_records(file)
    source = source_of(raw, rulebook.agreement_sources)
    if wanted is not None and (source is None or source.id != wanted):
        raise UsageProblem(f"{file.name} holds no records of {rulebook.agreement_sources[wanted].title}")
    records: list[ExpertRecord]
    if source is None:
        source, records = plain_source(raw)
    else:
        records = read_records(raw, source)
    framework = rulebook.frameworks.get(source.framework)
    if framework is None:
        raise UsageProblem(f"no framework {source.framework!r}{did_you_mean(source.framework, rulebook.frameworks)}")
    criteria = [criterion.id for criterion in framework.criteria]
    unknown = sorted({name for record in records for name in record.answers} - set(criteria))
    if unknown:
        raise UsageProblem(
            f"{file.name}: {source.framework} has no criterion {unknown[0]!r}{did_you_mean(unknown[0], criteria)}"
        )
    return ExpertSet(file, source, records)


def agreement_of(
    experts: ExpertSet,
    reports: Mapping[str, Mapping[str, Any]],
    failures: Mapping[str, str],
    rulebook: RulebookId,
    *,
    as_of: str,
) -> Agreement:
    """Return the comparison of each record with the report on the repository it names.

    `reports` are plain data by lower-case Hub id; `failures` says in the same way why there is no report.
    """
    judged: list[tuple[ExpertRecord, Mapping[str, Any]]] = []
    left_out = []
    for record in experts.records:
        key = record.hub_id.lower() if record.hub_id else None
        if key is not None and key in reports:
            judged.append((record, reports[key]))
        else:
            reason = "the record names no repository" if key is None else failures.get(key, "no report on it was given")
            left_out.append(NotAudited(name=record.name, target=record.hub_id, reason=reason))
    framework = experts.source.framework
    pairs, results = compare(judged, framework)
    everything = [pair for criterion in sorted(pairs) for pair in pairs[criterion]]
    return Agreement(
        rulebook=rulebook,
        as_of=as_of,
        data=experts.data,
        compared=len(judged),
        not_audited=tuple(sorted(left_out, key=lambda one: (one.name.lower(), one.name, one.target or ""))),
        criteria=tuple(criterion_agreement(name, pairs[name]) for name in sorted(pairs)),
        overall=criterion_agreement("overall", everything),
        results=criterion_agreement("result", results, order=None) if results else None,
        disagreements=disagreements_of(judged, framework),
    )
