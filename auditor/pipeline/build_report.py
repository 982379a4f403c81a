"""Write the report from an assessment: the promised shape, every list in a stated order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from auditor.engine.grades import capabilities_of, label_of, score_of
from auditor.licenses.obligations import obligations_of
from auditor.licenses.terms import BoundTerm
from auditor.model.confirmation import Confirmation
from auditor.model.license import LicenseReference, Resolution
from auditor.model.report import (
    ChannelReport,
    DeclaredLicense,
    DisclosedLink,
    DisclosedReport,
    DisclosedStage,
    EffectiveTermReport,
    EffectiveTermSource,
    LicenseReport,
    Licenses,
    Report,
    RulebookId,
    Score,
    SubjectReport,
)
from auditor.model.verdict import Verdict
from auditor.pipeline.assessment import Assessment
from auditor.pipeline.frameworks import frameworks_of
from auditor.pipeline.license_evidence import license_evidence
from auditor.pipeline.lineage_report import lineage_of
from auditor.pipeline.released import released_of
from auditor.rulebook.disclosures import Channel, Disclosure, source_evidence
from auditor.rulebook.load import Rulebook

__all__ = ["build_report"]


def build_report(
    assessment: Assessment,
    rulebook: Rulebook,
    *,
    as_of: str,
    verdict: Verdict | None = None,
    confirmations: Sequence[Confirmation] = (),
    yardsticks: bool = True,
) -> Report:
    """Return the report; findings are sorted by id, lineage by id and relation, data sets by id.

    Without `yardsticks` the frameworks are left out, for whoever counts many reports and looks at none of them.
    """
    facts, licensing = assessment.facts, assessment.licensing
    label, ceiling = label_of(rulebook.spectrum, assessment.grades, facts)
    low, high = score_of(assessment.grades)
    return Report(
        rulebook=RulebookId(version=rulebook.version, sha256=rulebook.sha256, overlays=rulebook.overlays),
        subject=_subject(assessment),
        as_of=as_of,
        label=label,
        label_ceiling=ceiling,
        score=Score(low, high),
        grades={str(dimension): grade for dimension, grade in assessment.grades.items()},
        licenses=Licenses(
            weights=_license(licensing.weights),
            code=_license(licensing.code),
            datasets=tuple(_license(dataset.resolution, dataset.id) for dataset in assessment.datasets),
        ),
        effective_terms=_terms(licensing.bound),
        lineage=lineage_of(assessment),
        capabilities=capabilities_of(rulebook.spectrum, facts),
        frameworks=frameworks_of(assessment, rulebook, confirmations) if yardsticks else {},
        findings=tuple(sorted(assessment.findings, key=lambda finding: finding.id)),
        obligations=obligations_of(rulebook.obligations, licensing.bound),
        channels=_channels(assessment),
        license_evidence=license_evidence(assessment),
        disclosed=_disclosed(assessment.disclosure),
        verdict=verdict.to_dict() if verdict else None,
        problems=tuple(sorted(assessment.snapshot.problems, key=lambda problem: (problem.code, problem.message))),
    )


def _subject(assessment: Assessment) -> SubjectReport:
    snapshot = assessment.snapshot
    named = assessment.disclosure or assessment.record
    return SubjectReport(
        kind=snapshot.kind,
        id=snapshot.id,
        requested=snapshot.requested,
        revision=snapshot.revision,
        source=snapshot.source,
        url=snapshot.url,
        retrieved_at=snapshot.retrieved_at,
        renamed_from=snapshot.renamed_from,
        channel=snapshot.channel,
        title=named.title if named else None,
        publisher=named.publisher if named else None,
        released=released_of(snapshot, assessment.disclosure),
    )


def _license(resolution: Resolution, subject: str | None = None) -> LicenseReport:
    return LicenseReport(
        id=subject,
        declared=tuple(map(_reference, resolution.declared)),
        detected=tuple(map(_reference, resolution.detected)),
        stated=tuple(map(_reference, resolution.stated)),
        concluded=resolution.concluded,
        spdx=resolution.spdx,
        status=resolution.status,
        also=resolution.also,
        candidates=resolution.candidates,
        clarified=resolution.clarified or msgspec.UNSET,
    )


def _reference(reference: LicenseReference) -> DeclaredLicense:
    match: dict[str, Any] | None = reference.match.to_dict() if reference.match else None
    return DeclaredLicense(
        id=reference.id, raw=reference.raw, evidence=reference.evidence, channel=reference.channel, match=match
    )


def _terms(bound: dict[str, BoundTerm] | None) -> dict[str, EffectiveTermReport]:
    return {name: _term(term) for name, term in (bound or {}).items()}


def _term(term: BoundTerm) -> EffectiveTermReport:
    sections = sorted({source.section for source in term.sources if source.section})
    licenses = sorted({source.license for source in term.sources})
    return EffectiveTermReport(
        value=term.value if term.known else "unknown",
        from_=tuple(sorted({source.subject for source in term.sources})),
        section="; ".join(sections) or None,
        license=" AND ".join(licenses) or None,
        complete=term.complete,
        sources=tuple(
            EffectiveTermSource(subject=one.subject, license=one.license, section=one.section or None)
            for one in term.sources
        ),
    )


def _disclosed(disclosure: Disclosure | None) -> DisclosedReport | None:
    if disclosure is None:
        return None
    stages = tuple(
        DisclosedStage(
            stage=row["stage"],
            data=row["data"],
            names=tuple(row.get("names", ())),
            license=row.get("license"),
            note=row.get("note"),
            evidence=(source_evidence(row["source"]),) if "source" in row else (),
        )
        for row in disclosure.stages
    )
    links = tuple(
        DisclosedLink(role=row["role"], url=row["url"], license=row.get("license")) for row in disclosure.links
    )
    return DisclosedReport(
        source=disclosure.key, read_by=disclosure.read_by, read_on=disclosure.read_on, stages=stages, links=links
    )


def _channels(assessment: Assessment) -> tuple[ChannelReport, ...]:
    if assessment.disclosure is None:
        return ()
    wanted = assessment.snapshot.channel
    entries = [c for c in assessment.disclosure.channels if wanted is None or c.id == wanted]
    return tuple(_channel(entry) for entry in sorted(entries, key=lambda entry: entry.id))


def _channel(entry: Channel) -> ChannelReport:
    parts = (entry.offered, entry.regions, entry.data_location, entry.trains_on_inputs, entry.retention)
    return ChannelReport(
        id=entry.id,
        operator=entry.operator,
        offered=entry.offered.value,
        regions=entry.regions.value,
        data_location=entry.data_location.value,
        trains_on_inputs=entry.trains_on_inputs.value,
        retention=entry.retention.value,
        terms_url=entry.terms_url,
        terms_read=entry.terms_read,
        read_on=entry.read_on,
        evidence=tuple(dict.fromkeys(item for part in parts for item in part.evidence)),
    )
