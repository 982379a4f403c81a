"""Check an audited derivative against its bases: what card and files show becomes the flags of the lineage room."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditor.facts.reading import Reading
from auditor.facts.subject_view import SubjectView
from auditor.fetch.documents import role_of
from auditor.lineage.checks import check
from auditor.lineage.derivative import Base, CardFlags, Derivative
from auditor.lineage.stated import Stated, findings_of
from auditor.model.finding import Finding
from auditor.model.license import LicenseProfile
from auditor.model.snapshot import Snapshot
from auditor.pipeline.assessment import BaseAssessment, Licensing
from auditor.rulebook.license_files import fold_name
from auditor.rulebook.load import Rulebook

__all__ = ["declared_alone", "derivative_findings", "flags_of"]

# The resolver says these of every subject; here they would be said twice.
_SAID_BY_RESOLVER = frozenset({"ok", "ambiguous-license-tag", "undeclared-base", "license-conflict", "needs-counsel",
                               "data-terms-unknown", "data-license-conflict"})  # fmt: skip
TAUGHT = "distilled-from-outputs"
LONG_TITLE = 16
"""Letters of a license's name that stands for nothing else in running text."""
_RELATIONS = frozenset({"finetune", "adapter", "quantized", "merge"})
_CHANGED = re.compile(
    r"fine-?\s?tun|quanti[sz]|merged?\b|converted|distill|further train|continu\w+ (?:pre-?)?train"
    r"|\blora\b|adapter|modified",
    re.IGNORECASE,
)


_DENIED = re.compile(r"\bnot\b|\bno\b|n't\b|\bnever\b", re.IGNORECASE)


def derivative_findings(
    view: SubjectView, licensing: Licensing, bases: Sequence[BaseAssessment], rulebook: Rulebook, reading: Reading
) -> list[Finding]:
    """Return what the subject owes to its bases and does not show, from the terms of every base that was read."""
    given = list(_bases(bases))
    if not given:
        return []
    relation = next((base.claim.relation for base in bases if base.claim.relation in _RELATIONS), "finetune")
    profiles = [rulebook.licenses[base.license] for base in given]
    alone = declared_alone(licensing)
    declared = rulebook.licenses[alone] if alone else None
    derivative = Derivative(
        name=view.snapshot.id,
        distributed=True,
        declared_license=alone,
        card_flags=flags_of(view, licensing, profiles, [base.model for base in given], declared, reading),
    )
    made_from = [base for base in bases if base.claim.relation != TAUGHT]
    stated = check(list(_bases(made_from)), derivative, relation, rulebook) if made_from else []
    for teacher in (base for base in bases if base.claim.relation == TAUGHT and base.assessment):
        # Of a teacher only outputs were used: what it was made from itself asks nothing of the student.
        for one in _bases([teacher]):
            stated += check([one], derivative, TAUGHT, rulebook) if one.model == teacher.claim.id else []
    stated += _notices_left_out(view, bases, rulebook)
    stated += _disclosed_in_card(view, given, declared, rulebook)
    return findings_of(_new(stated), rulebook.vocabulary.finding_codes)


def _notices_left_out(view: SubjectView, bases: Sequence[BaseAssessment], rulebook: Rulebook) -> Iterator[Stated]:
    """Yield bases with a notice file, under a license that keeps notices, where the derivative has no such file."""
    snapshot = view.snapshot
    if not snapshot.files_complete or any(d.role == "notice" for d in snapshot.documents):
        return
    for base in bases:
        if base.assessment is None or not any(
            role_of(file.path) == "notice" for file in base.assessment.snapshot.files
        ):
            continue
        for name in base.assessment.licensing.weights.governing:
            terms = rulebook.licenses[name].terms
            if terms["retain_notices"].value is True and terms["notice_file"].value is None:
                said = f"{base.claim.id} has a notice file, and there is none here."
                yield Stated("missing-apache-notices", said, license=name, profile=name,
                             section=terms["retain_notices"].section, severity="warning")  # fmt: skip


def _disclosed_in_card(
    view: SubjectView, given: Sequence[Base], declared: LicenseProfile | None, rulebook: Rulebook
) -> Iterator[Stated]:
    """Yield a base whose license the card's text names in full although another one is declared."""
    text = fold_name(" ".join(line.text for line in view.card.prose_lines())[:200_000])
    for name in dict.fromkeys(base.license for base in given):
        profile = rulebook.licenses[name]
        titles = {fold_name(title) for title in (profile.title, *profile.aliases)}
        if declared and declared.id != name and any(len(t) >= LONG_TITLE and f"-{t}-" in f"-{text}-" for t in titles):
            said = f"The card's text says that a base is under {name}; {declared.id} is declared."
            yield Stated("card-discloses-base-license", said, license=name, profile=name,
                         section=profile.terms["derivative_relicensing"].section, severity="warning")  # fmt: skip


def _new(stated: Sequence[Stated]) -> list[Stated]:
    return [one for one in stated if one.code not in _SAID_BY_RESOLVER]


def declared_alone(licensing: Licensing) -> str | None:
    """Return the license that is declared and governs, if it is the only one."""
    governing = [name for name in licensing.weights.governing if name in _declared(licensing)]
    return governing[0] if len(governing) == 1 else None


def _declared(licensing: Licensing) -> set[str]:
    return {reference.id for reference in licensing.weights.declared if reference.id}


def _bases(bases: Sequence[BaseAssessment]) -> Iterator[Base]:
    """Yield every ancestor with each license that governs it; one whose license is not known yields nothing."""
    for base in bases:
        if base.assessment is None:
            continue
        for name in base.assessment.licensing.weights.governing:
            yield Base(model=base.claim.id, license=name)
        yield from _bases(base.assessment.binding)


def flags_of(
    view: SubjectView,
    licensing: Licensing,
    profiles: Sequence[LicenseProfile],
    names: Sequence[str],
    declared: LicenseProfile | None,
    reading: Reading,
) -> CardFlags:
    """Return what card and files show of what the licenses of some bases ask for; `declared` is the own license."""
    snapshot = view.snapshot
    document = snapshot.document("card")
    card = document.text if document and snapshot.card_complete else None
    copies = _license_copies(snapshot, licensing, profiles)
    return CardFlags(
        license_copy=copies,
        notice_file=_notices(snapshot, profiles),
        display_phrase=_phrases(card, profiles),
        states_changes=True if card and _CHANGED.search(card) else None,
        passes_restrictions=_passes_on(copies, declared),
        names_base=_named(card, names),
        guardrail_removed=_guardrail_removed(view, reading),
    )


def _passes_on(copies: bool | None, declared: LicenseProfile | None) -> bool | None:
    """Return whether restrictions on use reach recipients: by the text of the base, or not at all."""
    if copies:
        return True
    free = declared is not None and declared.terms["use_restrictions"].value in ("none", "law-only")
    return False if copies is False and free else None


def _guardrail_removed(view: SubjectView, reading: Reading) -> bool | None:
    """Return `True` where a line of the card says so; silence is no proof that nothing was taken out."""
    said = reading.statements["guardrail_removed"]
    lines = (line.text[:2_000] for line in view.card.prose_lines())
    return True if any(said.first(line) and not _DENIED.search(line) for line in lines) else None


def _license_copies(snapshot: Snapshot, licensing: Licensing, profiles: Sequence[LicenseProfile]) -> bool | None:
    """Return whether the text of every base's license is here; `None` while files may be hidden or unread."""
    here = {reference.id for reference in licensing.weights.detected if reference.match is not None}
    if all(profile.id in here for profile in profiles):
        return True
    hidden = any(d.role in ("license", "notice") and d.status != "read" for d in snapshot.documents)
    unknown = any(reference.match is None for reference in licensing.weights.detected)
    return None if hidden or unknown or not snapshot.files_complete else False


def _notices(snapshot: Snapshot, profiles: Sequence[LicenseProfile]) -> bool | None:
    lines = [p.terms["notice_file"].value for p in profiles if isinstance(p.terms["notice_file"].value, str)]
    # A license that prescribes the line quotes it: its own text is no notice file.
    texts = [d.text for d in snapshot.documents if d.role in ("notice", "card") and d.text]
    found = " ".join(fold_name(text) for text in texts)
    if all(fold_name(line) in found for line in lines if line != "unknown"):
        return True
    unread = any(d.role in ("notice", "license") and d.status != "read" for d in snapshot.documents)
    return None if unread or not snapshot.files_complete else False


def _phrases(card: str | None, profiles: Sequence[LicenseProfile]) -> bool | None:
    displays = [p.terms["attribution_display"].value for p in profiles]
    phrases = [fold_name(str(value["phrase"])) for value in displays if isinstance(value, dict)]
    return None if card is None else all(phrase in fold_name(card) for phrase in phrases)


def _named(card: str | None, names: Sequence[str]) -> bool | None:
    """Return whether the card names every base; its metadata counts."""
    return None if card is None else all(fold_name(name.rsplit("/", 1)[-1]) in fold_name(card) for name in names)
