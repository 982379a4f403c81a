"""One straight line: snapshot -> facts -> licenses -> findings -> grades -> report."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from auditor.engine.evaluate import findings_of_checks
from auditor.engine.grades import grades_of
from auditor.facts.base_hints import base_hints
from auditor.facts.disclosed import Contradiction, acceptance, with_disclosure
from auditor.facts.extract import extract
from auditor.facts.license_claims import license_claims
from auditor.facts.lineage_claims import BaseClaim, base_models, training_datasets
from auditor.facts.open_claims import open_claims
from auditor.facts.reading import Reading
from auditor.facts.stated_licenses import base_licenses
from auditor.facts.subject_view import SubjectView, view_of
from auditor.facts.teacher_claims import teacher_claims
from auditor.licenses.knowledge import RulebookKnowledge
from auditor.model.confirmation import Confirmation
from auditor.model.evidence import Evidence, Fact, Facts
from auditor.model.license import LicenseClaim
from auditor.model.policy import Clarification
from auditor.model.report import Report
from auditor.model.snapshot import Snapshot
from auditor.pipeline.assessment import Assessment, BaseAssessment, Licensing
from auditor.pipeline.bases import (
    assess_bases,
    base_contradictions,
    binding_bases,
    capped_by_bases,
    guarded,
    unnamed_base,
)
from auditor.pipeline.build_report import build_report
from auditor.pipeline.claim_findings import hint_findings, open_claim_findings, weighed_hints
from auditor.pipeline.clarifying import Readings, with_readings
from auditor.pipeline.datasets import assess_datasets, dataset_facts
from auditor.pipeline.derivatives import derivative_findings
from auditor.pipeline.disclosed_subject import disclosed_license_claims, disclosed_snapshot
from auditor.pipeline.license_evidence import evidence_of
from auditor.pipeline.licensing import bound_terms, license_subject, licensing_facts, merged_with_bases
from auditor.pipeline.release_record import release_record_of, without_grant
from auditor.pipeline.resolver_findings import resolver_findings
from auditor.pipeline.revisions import revision_findings
from auditor.pipeline.teachers import bound_by_outputs, renumbered, teacher_findings
from auditor.pipeline.verdicts import verdict_on
from auditor.rulebook.disclosures import Disclosure
from auditor.rulebook.load import Rulebook
from auditor.verdict.context import Context

__all__ = ["Auditor"]


class Auditor:
    """Audits snapshots under one rulebook; holds what is built once for a whole batch."""

    def __init__(
        self,
        rulebook: Rulebook,
        clarifications: Sequence[Clarification] = (),
        *,
        confirmations: Sequence[Confirmation] = (),
        yardsticks: bool = True,
    ) -> None:
        """Prepare for a batch; `confirmations` are a person's answers to criteria of frameworks.

        Without `yardsticks` reports have no frameworks.
        """
        self._readings = Readings(rulebook, (*rulebook.clarifications, *clarifications))
        self.rulebook = rulebook = self._readings.rulebook
        self.confirmations = tuple(confirmations)
        self.yardsticks = yardsticks
        self.reading = Reading.from_mapping(rulebook.reading)
        self.knowledge = RulebookKnowledge(rulebook)

    def report(self, snapshot: Snapshot, *, as_of: str | None = None, context: Context | None = None) -> Report:
        """Return the report on a snapshot, with a verdict where a `context` is given.

        `as_of` (default: when the snapshot was retrieved) is the day it speaks of.
        """
        moment = as_of or snapshot.retrieved_at
        assessment = self.assess(snapshot, date=moment[:10])
        verdict = verdict_on(assessment, context, self.rulebook, date=moment[:10]) if context else None
        return build_report(
            assessment,
            self.rulebook,
            as_of=moment,
            verdict=verdict,
            confirmations=self.confirmations,
            yardsticks=self.yardsticks,
        )

    def assess(self, snapshot: Snapshot, *, date: str, depth: int = 0) -> Assessment:
        """Return everything concluded about a snapshot; bases are assessed the same way, one generation deeper."""
        disclosure = self._disclosure(snapshot)
        view = view_of(snapshot)
        record = release_record_of(snapshot, self.rulebook)
        claimed = record.bases if record else self._base_claims(view, disclosure)
        facts, contradictions = self._facts(view, disclosure, claimed)
        if record is not None:
            facts = facts.merged(record.facts.values)
        closed = facts.get("weights_published").value is False
        # Where no weights are published there is nothing a license could be hidden in.
        complete = closed or (snapshot.files_complete and snapshot.card_complete)
        claims = record.claims if record else self._license_claims(view, disclosure)
        bases = assess_bases(
            snapshot,
            claimed,
            lambda base, generation: self.assess(base, date=date, depth=generation),
            self._disclosed_base if record is None else _nothing_disclosed,
            depth,
        )
        binding = binding_bases(bases, disclosure, self.rulebook)
        licensing = self._licensing(snapshot, claims, bases, binding, complete=complete)
        datasets = assess_datasets(snapshot, training_datasets(view), self.knowledge, self.rulebook)
        facts = facts.merged(licensing_facts(licensing, self.rulebook, complete=complete))
        facts = facts.merged(dataset_facts(datasets, complete=complete))
        if closed:
            # Nothing can be granted in weights that nobody can get; a service has terms of its own.
            evidence = facts.get("weights_published").evidence
            facts = facts.merged({"grant_established": _no_grant(evidence)})
        known = self.rulebook.hints
        hints = () if bases or disclosure else weighed_hints(base_hints(view, known.families), licensing.weights)
        teachers = teacher_claims(view, self.reading, known.teachers, known.synthetic_data)
        hinted = tuple(item for hint in hints if hint.confidence != "low" for item in hint.evidence)
        hinted += bound_by_outputs(teachers, self.rulebook)
        facts = facts.merged(guarded(facts, bases, () if bases else unnamed_base(view, facts), hinted, binding))
        if record is not None:
            facts = facts.merged(without_grant(facts))
        findings = [
            *findings_of_checks(self.rulebook.checks.values(), facts),
            *resolver_findings(
                self.rulebook.vocabulary,
                licensing=licensing,
                facts=facts,
                bases=bases,
                datasets=datasets,
                contradictions=contradictions,
                date=date,
            ),
            *hint_findings(hints, self.rulebook),
            *(derivative_findings(view, licensing, binding, self.rulebook, self.reading) if depth == 0 else ()),
        ]
        grades = capped_by_bases(grades_of(self.rulebook.spectrum, facts, findings), facts, bases)
        if depth == 0:
            stated = base_licenses(view, self.reading)
            findings += revision_findings(snapshot, licensing, binding, stated, self.knowledge, self.rulebook)
            said = open_claims(view, self.reading, claimed)
            findings += renumbered(teacher_findings(view, licensing, teachers, self.rulebook, self.reading), findings)
            findings += open_claim_findings(said, licensing, facts, grades, self.rulebook)
        return Assessment(
            snapshot=snapshot,
            disclosure=disclosure,
            facts=facts,
            licensing=licensing,
            bases=bases,
            binding=binding,
            datasets=datasets,
            teachers=teachers,
            contradictions=tuple(contradictions),
            findings=tuple(findings),
            grades=grades,
            record=record,
        )

    def _disclosure(self, snapshot: Snapshot) -> Disclosure | None:
        if snapshot.kind == "disclosed":
            return self.rulebook.disclosures[snapshot.id]
        # A folder's name proves nothing about where it came from.
        known = [snapshot.id, snapshot.renamed_from] if snapshot.source in ("hub", "cache", "snapshot") else []
        return next((d for name in known if name and (d := self.rulebook.disclosure_of(name))), None)

    def _disclosed_base(self, base_id: str, now: str) -> Snapshot | None:
        disclosure = self.rulebook.disclosure_of(base_id)
        return disclosed_snapshot(self.rulebook, disclosure.id, base_id, now) if disclosure else None

    def _base_claims(self, view: SubjectView, disclosure: Disclosure | None) -> tuple[BaseClaim, ...]:
        claims = base_models(view, self.reading)
        if disclosure is None or disclosure.base is None or claims:
            return claims
        evidence = (Evidence(kind="disclosed", source=disclosure.key, path="base", quote=disclosure.base),)
        named = BaseClaim(id=disclosure.base, relation="base", evidence=evidence, confidence="high", declared=True)
        return (named,)

    def _facts(
        self, view: SubjectView, disclosure: Disclosure | None, claimed: tuple[BaseClaim, ...]
    ) -> tuple[Facts, list[Contradiction]]:
        facts = extract(view, self.reading, self.rulebook.vocabulary.lists, claimed)
        contradictions: list[Contradiction] = []
        if disclosure is not None:
            facts, contradictions = with_disclosure(facts, disclosure, self.rulebook.vocabulary)
        return facts.merged(acceptance(facts)), contradictions

    def _license_claims(self, view: SubjectView, disclosure: Disclosure | None) -> Sequence[LicenseClaim]:
        claims = license_claims(view, self.reading)
        if claims or disclosure is None:
            return claims
        return disclosed_license_claims(disclosure)

    def _licensing(
        self,
        snapshot: Snapshot,
        claims: Sequence[LicenseClaim],
        bases: Sequence[BaseAssessment],
        binding: Sequence[BaseAssessment],
        *,
        complete: bool,
    ) -> Licensing:
        licensing = license_subject(snapshot.id, claims, self.knowledge, self.rulebook, complete=complete)
        contradictions = base_contradictions(licensing.weights, binding, self.rulebook)
        if contradictions:
            licensing = license_subject(
                snapshot.id, claims, self.knowledge, self.rulebook, complete=complete, contradictions=contradictions
            )
        licensing = self._clarified(snapshot, licensing, bases)
        theirs = [base.assessment.licensing.bound for base in binding if base.assessment]
        return msgspec.structs.replace(licensing, bound=merged_with_bases(licensing.bound, theirs, self.rulebook))

    def _clarified(self, snapshot: Snapshot, licensing: Licensing, bases: Sequence[BaseAssessment]) -> Licensing:
        """Return the licensing with what people read, as far as the evidence is still what they read."""
        readings = self._readings.about(snapshot)
        if not readings:
            return licensing
        current = evidence_of(snapshot, licensing, bases).sha256
        valid = [reading for reading in readings if reading.clarification.evidence_hash == current]
        voided = tuple(r.clarification for r in readings if r.clarification.evidence_hash != current)
        if not valid:
            return msgspec.structs.replace(licensing, voided=voided)
        weights = with_readings(licensing.weights, valid, self.rulebook)
        against = base_contradictions(weights, bases, self.rulebook)
        if against:
            # A base that lets nobody relicense outweighs what was read of the derivative.
            every = tuple(dict.fromkeys((*weights.contradictions, *against)))
            also = tuple(status for status in (weights.status, *weights.also) if status != "conflict")
            weights = msgspec.structs.replace(weights, status="conflict", also=also, contradictions=every)
        bound = bound_terms(weights, snapshot.id, self.rulebook)
        return msgspec.structs.replace(licensing, weights=weights, bound=bound, voided=voided)


def _nothing_disclosed(base_id: str, now: str) -> None:
    """Return that no disclosure is laid under a subject that is known from a record alone."""


def _no_grant(evidence: tuple[Evidence, ...]) -> Fact:
    return Fact(name="grant_established", state="known", value=False, evidence=evidence)
