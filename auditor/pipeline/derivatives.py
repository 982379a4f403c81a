"""Check an audited derivative against its bases: what card and files show becomes the flags of the lineage room."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from auditor.facts.subject_view import SubjectView
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
_RELATIONS = frozenset({"finetune", "adapter", "quantized", "merge"})
_CHANGED = re.compile(
    r"fine-?\s?tun|quanti[sz]|merged?\b|converted|distill|further train|continu\w+ (?:pre-?)?train"
    r"|\blora\b|adapter|modified",
    re.IGNORECASE,
)


def derivative_findings(
    view: SubjectView, licensing: Licensing, bases: Sequence[BaseAssessment], rulebook: Rulebook
) -> list[Finding]:
    """Return what the subject owes to its bases and does not show, from the terms of every base that was read."""
    given = list(_bases(bases))
    if not given:
        return []
    relation = next((base.claim.relation for base in bases if base.claim.relation in _RELATIONS), "finetune")
    profiles = [rulebook.licenses[base.license] for base in given]
    derivative = Derivative(
        name=view.snapshot.id,
        distributed=True,
        declared_license=declared_alone(licensing),
        card_flags=flags_of(view, licensing, profiles, [base.model for base in given]),
    )
    stated = check(given, derivative, relation, rulebook)
    return findings_of(_new(stated), rulebook.vocabulary.finding_codes)


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
        yield from _bases(base.assessment.bases)


def flags_of(
    view: SubjectView, licensing: Licensing, profiles: Sequence[LicenseProfile], names: Sequence[str]
) -> CardFlags:
    """Return what card and files show of what the licenses of some bases ask for."""
    snapshot = view.snapshot
    document = snapshot.document("card")
    card = document.text if document and snapshot.card_complete else None
    return CardFlags(
        license_copy=_license_copies(snapshot, licensing, profiles),
        notice_file=_notices(snapshot, profiles),
        display_phrase=_phrases(card, profiles),
        states_changes=True if card and _CHANGED.search(card) else None,
        passes_restrictions=None,
        names_base=_named(card, names),
    )


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
    texts = [d.text for d in snapshot.documents if d.role in ("notice", "license", "card") and d.text]
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
