"""The verdict on an audited subject: its licenses, its bases, and how sure we are of them, under a context."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from auditor.model.license import LicenseReference, Resolution
from auditor.model.policy import Clarified
from auditor.model.verdict import Duty, Question, Reason, Verdict
from auditor.pipeline.assessment import Assessment
from auditor.rulebook.load import Rulebook
from auditor.verdict.context import Context
from auditor.verdict.judge import all_apply, best_of
from auditor.verdict.judgment import judge_profile
from auditor.verdict.quotes import quoted

__all__ = ["verdict_on"]

WEAK = frozenset({"declared-only", "resolved-name", "pointer-only", "unreadable"})

SEVERAL = frozenset({"multiple", "conflict"})


def verdict_on(assessment: Assessment, context: Context, rulebook: Rulebook, *, date: str) -> Verdict:
    """Return whether the use in `context` is within everything that binds the subject, on the day `date`."""
    if assessment.facts.get("weights_published").value is False:
        return _service(assessment, context)
    known, notes = _with_facts(assessment, context)
    own = _own(assessment, known, rulebook, date)
    parts = [own, *(_inherited(base.claim.id, base.assessment, known, rulebook, date) for base in assessment.binding)]
    if assessment.facts.get("grant_established").state == "unknown" and own.outcome.startswith("allowed"):
        parts.append(_not_established(assessment))
    profiles = [
        rulebook.licenses[name]
        for one in (assessment, *(base.assessment for base in assessment.binding if base.assessment))
        for name in one.licensing.weights.governing
    ]
    verdict = all_apply(parts, list({profile.id: profile for profile in profiles}.values()), known)
    verdict = msgspec.structs.replace(verdict, notes=tuple(dict.fromkeys([*verdict.notes, *notes])))
    return quoted(verdict, _texts(assessment))


def _service(assessment: Assessment, context: Context) -> Verdict:
    """Return the verdict on a model that can only be used as a service: nobody has read the service's terms."""
    wanted = context.get("use.channel") or assessment.snapshot.channel
    channels = assessment.disclosure.channels if assessment.disclosure else ()
    chosen = [channel for channel in channels if wanted is None or channel.id == wanted]
    unread = "The weights are not published; the terms of this channel were not read"
    reasons = [
        Reason(
            license=f"{channel.id} ({channel.operator})",
            term="service-terms-not-read",
            section=None,
            detail=f"{unread}: {channel.terms_url or 'no address known'}.",
        )
        for channel in chosen
    ]
    if not reasons:
        detail = "The weights are not published, and no channel whose terms were read is known."
        reasons = [Reason(license="none", term="service-terms-not-read", section=None, detail=detail)]
    asks = [Question(field="channel.terms", why=reason.detail) for reason in reasons]
    return Verdict(license="service terms", outcome="unclear", reasons=tuple(reasons), questions=tuple(sorted(asks)))


def _with_facts(assessment: Assessment, context: Context) -> tuple[Context, list[str]]:
    """Return the context with what the model itself shows, and a note where the context says less."""
    more = assessment.facts.get("subject_is_more_than_text")
    use = dict(context.use)
    notes: list[str] = []
    if more.state == "known" and more.value is True:
        if use.get("model_is_multimodal") is False:
            notes.append("The context says the model is not multimodal; its own record says it is, and that counts.")
        use["model_is_multimodal"] = True
    use.setdefault("model", assessment.snapshot.id)
    return Context(organization=context.organization, use=use), notes


def _own(assessment: Assessment, context: Context, rulebook: Rulebook, date: str) -> Verdict:
    resolution = assessment.licensing.weights
    verdict = _by_license(resolution, context, rulebook, date) or _without_license(resolution, assessment)
    # Several tags, or tags that contradict, are no better than one: nobody compared a text.
    weak = resolution.status in WEAK or (resolution.status in SEVERAL and "declared-only" in resolution.also)
    if weak and verdict.outcome == "allowed":
        verdict = msgspec.structs.replace(verdict, outcome="allowed-with-obligations")
    if weak and verdict.outcome == "allowed-with-obligations":
        verdict = msgspec.structs.replace(verdict, obligations=(*verdict.obligations, _keep(resolution)))
    if resolution.status == "unreadable":
        ask = Question(field="license.text", why="Compare the text behind the gate with the license the tag names.")
        verdict = msgspec.structs.replace(verdict, questions=(*verdict.questions, ask))
    return verdict


def _by_license(resolution: Resolution, context: Context, rulebook: Rulebook, date: str) -> Verdict | None:
    if resolution.status in ("unresolved", "missing") or not resolution.governing:
        return None
    if (resolution.status == "modified" or "modified" in resolution.also) and resolution.clarified is None:
        return _modified(resolution)
    if resolution.choice:
        return best_of([judge_profile(rulebook.licenses[i], context, rulebook, date=date) for i in resolution.choice])
    profiles = [rulebook.licenses[i] for i in resolution.governing]
    verdict = all_apply([judge_profile(p, context, rulebook, date=date) for p in profiles], profiles, context)
    if "conflict" in (resolution.status, *resolution.also):
        reasons = tuple(
            Reason(
                license=verdict.license,
                term="license-conflict",
                section=None,
                detail=said,
                decides=resolution.clarified is None,
            )
            for said in resolution.contradictions
        )
        verdict = msgspec.structs.replace(verdict, reasons=(*verdict.reasons, *reasons))
    if resolution.clarified is not None:
        verdict = msgspec.structs.replace(verdict, notes=(*verdict.notes, _read_by(resolution.clarified)))
    if resolution.unsettled:
        open_parts = Reason(
            license=verdict.license, term="license-unresolved", section=None,
            detail=f"What these mean for the grant is not known: {', '.join(resolution.unsettled)}.",
        )  # fmt: skip
        part = Verdict(license=verdict.license, outcome="unclear", reasons=(open_parts,))
        verdict = all_apply([verdict, part], profiles, context)
    return verdict


def _read_by(entry: Clarified) -> str:
    before = f"{entry.before}, {entry.before_concluded}" if entry.before_concluded else entry.before
    return f"{entry.license} is the reading of {entry.by} on {entry.on}; the sources alone say: {before}."


def _modified(resolution: Resolution) -> Verdict:
    reasons = [
        Reason(
            license=reference.id or reference.raw, term="license-modified",
            section=f"lines {span.lines[0]}-{span.lines[1]}", quote=span.text,
            detail=f"{reference.raw} has words that the license does not have.",
        )
        for reference in resolution.detected
        if reference.match is not None and reference.match.status == "modified"
        for span in reference.match.added
    ]  # fmt: skip
    name = " AND ".join(resolution.governing)
    detail = "A known license text was changed; a lawyer has to read the changed lines."
    changed = Reason(license=name, term="license-modified", section=None, detail=detail)
    ask = Question(field="license.text", why=changed.detail)
    return Verdict(license=name, outcome="unclear", reasons=(changed, *reasons), questions=(ask,))


def _without_license(resolution: Resolution, assessment: Assessment) -> Verdict:
    if resolution.status == "missing":
        detail = "No license is declared, stated or found: nobody granted anything."
        reason = Reason(license="none", term="license-missing", section=None, detail=detail)
        return Verdict(license="none", outcome="prohibited", reasons=(reason,))
    named = ", ".join(sorted({reference.raw for reference in _references(resolution)})) or assessment.snapshot.id
    detail = f"What is declared or present is no license we know: {named}."
    reason = Reason(license=named, term="license-unresolved", section=None, detail=detail)
    ask = Question(field="license.text", why="Find the text that governs, and have it read.")
    return Verdict(license=named, outcome="unclear", reasons=(reason,), questions=(ask,))


def _references(resolution: Resolution) -> Sequence[LicenseReference]:
    return (*resolution.declared, *resolution.detected, *resolution.stated)


def _inherited(base_id: str, base: Assessment | None, context: Context, rulebook: Rulebook, date: str) -> Verdict:
    if base is None:
        detail = f"The base model {base_id} was not read; its terms bind the subject too."
        reason = Reason(license=base_id, term="lineage-not-followed", section=None, detail=detail)
        ask = Question(field=f"license of {base_id}", why=detail)
        return Verdict(license=base_id, outcome="unclear", reasons=(reason,), questions=(ask,))
    own = _own(base, context, rulebook, date)
    deeper = [_inherited(one.claim.id, one.assessment, context, rulebook, date) for one in base.binding]
    return all_apply([own, *deeper], [], context)


def _not_established(assessment: Assessment) -> Verdict:
    missing = assessment.facts.get("grant_established").missing or "What governs the weights is not settled."
    reason = Reason(license=assessment.snapshot.id, term="lineage-not-followed", section=None, detail=missing)
    ask = Question(field="license of the bases", why=missing)
    return Verdict(license=assessment.snapshot.id, outcome="unclear", reasons=(reason,), questions=(ask,))


def _keep(resolution: Resolution) -> Duty:
    declared = [reference.evidence for reference in resolution.declared]
    place = next((evidence.path or evidence.source for evidence in declared), "the card")
    detail = f"Keep a dated copy of the publisher's statement ({place}): no license text was compared."
    name = " AND ".join(resolution.governing)
    return Duty(kind="provide-license-copy", detail=detail, when="now", license=name, section=None)


def _texts(assessment: Assessment) -> dict[str, tuple[str, str]]:
    """Return the license texts of the snapshot by license id: path and text, exact ones only."""
    contents = {document.path: document.text for document in assessment.snapshot.documents}
    found: dict[str, tuple[str, str]] = {}
    for reference in assessment.licensing.weights.detected:
        if reference.id and reference.match is not None and reference.match.status == "exact":
            text = contents.get(reference.raw)
            if text:
                found.setdefault(reference.id, (reference.raw, text))
    return found
