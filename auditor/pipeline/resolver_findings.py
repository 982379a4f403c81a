"""What is wrong with licenses, lineage and data, as findings in the codes of the vocabulary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from auditor.facts.disclosed import Contradiction
from auditor.licenses.spdx_list import spdx_entry
from auditor.model.evidence import Evidence, Facts
from auditor.model.finding import Finding, Outcome
from auditor.model.license import LicenseReference, Resolution
from auditor.pipeline.assessment import BaseAssessment, DatasetAssessment, Licensing
from auditor.rulebook.vocabulary import FindingCode, Vocabulary

__all__ = ["numbered", "resolver_findings"]

MAX_QUOTED = 6


class _Stated(msgspec.Struct, frozen=True):
    """One finding before it has a number."""

    code: str
    detail: str
    evidence: tuple[Evidence, ...] = ()
    outcome: Outcome = "not_met"


def resolver_findings(
    vocabulary: Vocabulary,
    *,
    licensing: Licensing,
    facts: Facts,
    bases: Sequence[BaseAssessment],
    datasets: Sequence[DatasetAssessment],
    contradictions: Sequence[Contradiction],
    date: str,
) -> list[Finding]:
    """Return every finding of the resolver, numbered within its code."""
    stated: list[_Stated] = []
    if facts.get("weights_published").value is not False:
        stated += _of_license(licensing.weights)
        stated += _of_readings(licensing)
    stated += _of_lineage(facts, bases)
    stated += _of_data(facts, licensing, datasets, date)
    stated += [_of_contradiction(contradiction) for contradiction in contradictions]
    stated += _of_channels(facts)
    return numbered(stated, vocabulary.finding_codes)


def numbered(stated: Iterable[_Stated], codes: dict[str, FindingCode]) -> list[Finding]:
    """Return findings with ids `<code>#<n>`, sorted by code and detail."""
    found: list[Finding] = []
    count: dict[str, int] = {}
    for entry in sorted(stated, key=lambda entry: (entry.code, entry.detail)):
        code = codes[entry.code]
        count[entry.code] = count.get(entry.code, 0) + 1
        found.append(
            Finding(
                id=f"{entry.code}#{count[entry.code]}",
                code=entry.code,
                severity=code.severity,
                outcome=entry.outcome,
                title=code.plain,
                detail=entry.detail,
                dimension=code.dimension,
                evidence=entry.evidence,
                remediation=code.remediation,
            )
        )
    return found


def _evidence(references: Iterable[LicenseReference]) -> tuple[Evidence, ...]:
    return tuple(dict.fromkeys(reference.evidence for reference in references))


def _of_license(resolution: Resolution) -> Iterator[_Stated]:
    holding = {resolution.status, *resolution.also}
    read = ""
    if resolution.clarified is not None:
        # What a person settled is no gap any more; what the sources disagree on stays a finding.
        holding -= {"missing", "unresolved"}
        read = f" Read as {resolution.clarified.license} by {resolution.clarified.by} on {resolution.clarified.on}."
    everything = (*resolution.declared, *resolution.detected, *resolution.stated)
    if "missing" in holding:
        yield _Stated("license-missing", "No license is declared, stated or found: all rights are reserved.")
    if "unresolved" in holding:
        unknown = ", ".join(map(_unknown_words, resolution.unsettled))
        hint = f" It could be {', '.join(resolution.candidates)}." if resolution.candidates else ""
        what = (
            f"No license that was read is meant by {unknown}."
            if unknown
            else "No license could be concluded from what was read."
        )
        yield _Stated("license-unresolved", what + hint, _evidence(everything))
    if "conflict" in holding:
        yield _Stated("license-conflict", "; ".join(resolution.contradictions) + "." + read, _evidence(everything))
    if "multiple" in holding and not resolution.choice:
        yield _Stated(
            "license-multiple",
            f"Declared together without a choice: {_before(resolution)}.{read}",
            _evidence(everything),
        )
    yield from _of_texts(resolution)
    if "unreadable" in holding:
        yield _Stated(
            "license-text-unreadable", "The license text is behind a gate and was not read.", _evidence(everything)
        )
    if "pointer-only" in holding:
        detail = "The license file holds only an address or a sentence."
        yield _Stated("license-pointer-only", detail, _evidence(resolution.detected))
    exact = any(r.match is not None and r.match.status == "exact" for r in resolution.detected)
    if resolution.governing and not exact and not holding & {"modified", "unreadable", "unresolved"}:
        detail = f"The text of {resolution.concluded} is nowhere in the repository."
        yield _Stated("license-text-missing", detail, _evidence(resolution.declared))
    if (
        any(r.id is None and r.channel in ("tag", "header", "name") for r in resolution.declared)
        and resolution.candidates
    ):
        names = ", ".join(sorted({r.raw for r in resolution.declared if r.id is None}))
        detail = f"{names!r} could mean {', '.join(resolution.candidates)}."
        yield _Stated("ambiguous-license-tag", detail, _evidence(resolution.declared))
    if not resolution.pinned:
        pointing = resolution.detected if "pointer-only" in holding else ()
        links = [reference for reference in resolution.declared if reference.channel == "link"]
        detail = "The license link can change, or does not lead to a file."
        yield _Stated("license-link-unpinned", detail, _evidence([*links, *pointing]))


def _before(resolution: Resolution) -> str | None:
    return resolution.clarified.before_concluded if resolution.clarified else resolution.concluded


def _of_readings(licensing: Licensing) -> Iterator[_Stated]:
    entry = licensing.weights.clarified
    if entry is not None:
        note = f" {entry.note}" if entry.note else ""
        before = f"{entry.before}, {entry.before_concluded}" if entry.before_concluded else entry.before
        detail = f"{entry.by} read {entry.license} on {entry.on}; the sources alone give: {before}.{note}"
        evidence = tuple(r.evidence for r in licensing.weights.stated if r.channel == "clarification")
        yield _Stated("license-clarified", detail, evidence, "met")
    for one in licensing.voided:
        detail = (
            f"The reading by {one.by} on {one.on} was of license evidence {one.evidence_hash[:12]}, "
            "which has changed since; it counts for nothing."
        )
        yield _Stated("clarification-void", detail, (Evidence(kind="clarified", source=one.source, read_on=one.on),))


def _unknown_words(name: str) -> str:
    """Return a name that leads to no profile, with what the SPDX list knows of it."""
    listed = spdx_entry(name)
    if listed is None:
        return repr(name)
    approved = "OSI-approved" if listed.osi_approved else "not OSI-approved"
    return f"{name!r} (SPDX {listed.id}, {approved}; nobody here has read its text)"


def _of_texts(resolution: Resolution) -> Iterator[_Stated]:
    for reference in resolution.detected:
        match = reference.match
        if match is None:
            continue
        if match.status == "modified":
            added = [f"lines {span.lines[0]}-{span.lines[1]}: “{span.text}”" for span in match.added[:MAX_QUOTED]]
            missing = [f"missing {part.get('section', 'a part')}" for part in match.missing[:MAX_QUOTED]]
            changes = "; ".join([*added, *missing]) or "words were changed"
            yield _Stated(
                "license-modified", f"{reference.raw} is {match.id} with changes: {changes}.", (reference.evidence,)
            )
        elif match.status == "partial":
            detail = f"{reference.raw} carries the title of {match.id}; its words were not all found."
            yield _Stated("license-title-only", detail, (reference.evidence,))


def _of_lineage(facts: Facts, bases: Sequence[BaseAssessment]) -> Iterator[_Stated]:
    if not bases:
        followed = facts.get("lineage_followed")
        if followed.value is False:
            sure = facts.get("subject_is_derivative").value is True
            yield _Stated(
                "lineage-not-followed",
                f"{'Made' if sure else 'Seems to be made'} from a base model that nothing names; no grant is "
                "established until its terms are known.",
                followed.evidence,
            )
        return
    names = ", ".join(sorted({base.claim.id for base in bases}))
    evidence = tuple(item for base in bases for item in base.claim.evidence)
    if facts.get("lineage_followed").value is not True:
        yield _Stated(
            "lineage-not-followed",
            f"Made from {names}, whose terms were not carried down to the root; no grant is established before.",
            evidence,
        )
    if facts.get("base_model_declared").value is False:
        yield _Stated("undeclared-base", f"The metadata does not declare {names}.", evidence)


def _of_data(facts: Facts, licensing: Licensing, datasets: Sequence[DatasetAssessment], date: str) -> Iterator[_Stated]:
    commercial = licensing.bound["commercial_use"].value if licensing.bound else None
    for dataset in datasets:
        evidence = dataset.related.evidence if dataset.related else ()
        if dataset.exists is False:
            yield _Stated("data-set-missing", f"{dataset.id} cannot be found.", evidence)
        elif dataset.noncommercial and commercial not in (None, "no"):
            concluded = dataset.resolution.concluded
            detail = f"{dataset.id} is under {concluded}, which bars commercial use; the model's license allows it."
            yield _Stated("data-license-conflict", detail, evidence)
        elif dataset.exists and not dataset.resolution.governing:
            yield _Stated("data-terms-unknown", f"{dataset.id} has no license that we know.", evidence)
    described = facts.get("training_data_described")
    if described.state == "unknown" and facts.get("card_present").value is True:
        yield _Stated("data-not-disclosed", f"Training data not disclosed as of {date}.", described.evidence)


def _of_contradiction(contradiction: Contradiction) -> _Stated:
    observed, disclosed = contradiction.observed, contradiction.disclosed
    detail = f"{observed.name}: observed {observed.value!r}, the catalog says {disclosed.value!r}."
    return _Stated("disclosure-contradicted", detail, (*observed.evidence, *disclosed.evidence))


def _of_channels(facts: Facts) -> Iterator[_Stated]:
    channels = facts.get("channels")
    unread = [item["id"] for item in channels.value or () if item.get("terms_read") is False]
    if unread:
        detail = f"Terms not read: {', '.join(sorted(unread))}."
        yield _Stated("service-terms-not-read", detail, channels.evidence)
