"""Base models: audited as far as they were read, and what they take away from a derivative (design 5 and 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from auditor.engine.grades import capped
from auditor.facts.lineage_claims import BaseClaim
from auditor.facts.subject_view import SubjectView
from auditor.model.evidence import Evidence, Fact, Facts
from auditor.model.finding import Dimension, Grade
from auditor.model.license import Resolution
from auditor.model.repositories import named_repositories
from auditor.model.snapshot import FileEntry, Related, Snapshot
from auditor.pipeline.assessment import Assessment, BaseAssessment
from auditor.rulebook.disclosures import Disclosure
from auditor.rulebook.load import Rulebook

__all__ = [
    "assess_bases",
    "base_contradictions",
    "binding_bases",
    "capped_by_bases",
    "guarded",
    "snapshot_of_related",
    "unnamed_base",
]

MAX_DEPTH = 6
FREE_RELICENSING = ("free", "free-with-flow-down")


def assess_bases(
    snapshot: Snapshot,
    claims: Sequence[BaseClaim],
    assess: Callable[[Snapshot, int], Assessment],
    disclosed: Callable[[str, str], Snapshot | None],
    depth: int,
) -> tuple[BaseAssessment, ...]:
    """Return one entry for each base, sorted by id; each is audited from its record or from a disclosure.

    `depth` counts generations; beyond `MAX_DEPTH`, and for a base that was not read, nothing is assumed.
    """
    related = {entry.id.lower(): entry for entry in snapshot.related if entry.kind == "model"}
    unique = {claim.id.lower(): claim for claim in claims}
    found = []
    for key, claim in sorted(unique.items()):
        base: Snapshot | None = None
        if depth < MAX_DEPTH:
            entry = related.get(key)
            base = snapshot_of_related(entry, snapshot) if entry else None
            base = base or disclosed(claim.id, snapshot.retrieved_at)
        found.append(BaseAssessment(claim=claim, assessment=assess(base, depth + 1) if base else None))
    return tuple(found)


def snapshot_of_related(entry: Related, parent: Snapshot) -> Snapshot | None:
    """Return a snapshot made of a base's API record, its file list, and what was read of its card and texts."""
    if entry.record is None:
        return None
    siblings = entry.record.get("siblings")
    names = [s.get("rfilename") for s in siblings if isinstance(s, dict)] if isinstance(siblings, list) else []
    files = tuple(FileEntry(path=name) for name in sorted({name for name in names if isinstance(name, str)}))
    named = {entry.id, entry.record.get("id")}
    sources = {f"hub:{name}@{entry.revision}" for name in named if isinstance(name, str)}
    documents = tuple(document for document in parent.related_documents if document.source in sources)
    card = next((document for document in documents if document.role == "card"), None)
    return Snapshot(
        kind="model",
        id=entry.id,
        requested=entry.id,
        source="hub",
        revision=entry.revision,
        retrieved_at=parent.retrieved_at,
        record=entry.record,
        files=files,
        files_complete=isinstance(siblings, list),
        card_complete=card is not None and card.status == "read" and not (card.detail or "").startswith("truncated"),
        documents=documents,
        related_documents=parent.related_documents,
        # The ancestors of this base are in the same flat list; the base itself must not be its own ancestor.
        related=tuple(other for other in parent.related if other.id.lower() != entry.id.lower()),
    )


def base_contradictions(own: Resolution, bases: Sequence[BaseAssessment], rulebook: Rulebook) -> list[str]:
    """Return where the subject's own license is not one that its base lets a derivative carry."""
    found = []
    for base in _ancestors(bases):
        if base.assessment is None:
            continue
        for license_id in base.assessment.licensing.weights.governing:
            profile = rulebook.licenses[license_id]
            rule = profile.terms["derivative_relicensing"]
            taught = base.claim.relation == "distilled-from-outputs"
            if taught and profile.terms["output_training"].value != "counts-as-derivative":
                continue  # a model made from outputs alone is no derivative of its teacher
            if rule.value == "unknown" or rule.value in FREE_RELICENSING:
                continue
            others = [name for name in own.governing if name != license_id]
            if others:
                where = f" ({license_id} {rule.section})" if rule.section else ""
                names = " and ".join(others)
                found.append(f"the subject says {names}, its base {base.claim.id} is under {license_id}{where}")
    return list(dict.fromkeys(found))


def _ancestors(bases: Sequence[BaseAssessment]) -> Iterator[BaseAssessment]:
    """Yield every base and what it was made from: a parent with another tag does not wash the grandparent."""
    for base in bases:
        yield base
        if base.assessment is not None:
            yield from _ancestors(base.assessment.binding)


def binding_bases(
    bases: Sequence[BaseAssessment], disclosure: Disclosure | None, rulebook: Rulebook
) -> tuple[BaseAssessment, ...]:
    """Return the bases whose licenses bind the subject.

    A base of the same publisher binds no more where a reviewed source says that the publisher released this model
    under a license of its own: who holds the rights may grant them twice. What that base was made from still binds.
    Decision 014; the owner's name alone proves nothing.
    """
    if disclosure is None or disclosure.licensed_anew is None:
        return tuple(bases)
    found: list[BaseAssessment] = []
    for base in bases:
        theirs = rulebook.disclosure_of(base.claim.id) or rulebook.disclosures.get(base.claim.id)
        named = theirs is not None and disclosure.base in (theirs.id, *theirs.hub_ids)
        if named and theirs is not None and theirs.publisher == disclosure.publisher and base.assessment is not None:
            found += base.assessment.binding
        else:
            found.append(base)
    return tuple(found)


def unnamed_base(view: SubjectView, facts: Facts) -> tuple[Evidence, ...]:
    """Return what shows that there is a base although nothing names it.

    An adapter or delta, a stated relation, or weight files in a converted form (somebody's copy of something); a
    `quantization_config` alone does not: models are also trained and published that way.
    """
    found: list[Evidence] = []
    form = facts.get("weights_form")
    if form.state == "known" and form.value in ("adapter", "delta"):
        found += form.evidence
    elif form.state == "known" and form.value == "quantized":
        found += [item for item in form.evidence if item.path in view.names]
    if isinstance(view.metadata.get("base_model_relation"), str):
        found.append(view.about_field("base_model_relation"))
    named, _ = named_repositories("model", {**view.record, "cardData": view.metadata})
    own = view.snapshot.id.lower()
    if any(entry.kind == "model" and entry.id.lower() == own for entry in named):
        # Who names itself says that there is a base, and not which.
        found.append(view.about_field("base_model"))
    return tuple(dict.fromkeys(found))


def guarded(
    facts: Facts,
    bases: Sequence[BaseAssessment],
    unnamed: tuple[Evidence, ...] = (),
    hinted: tuple[Evidence, ...] = (),
    binding: Sequence[BaseAssessment] | None = None,
) -> dict[str, Fact]:
    """Return the facts that hold until the chain was followed: no grant is established over a base (section 5).

    `binding` are those of the bases whose grant is needed, all of them by default.
    `unnamed` is the evidence of a base that nothing names; a chain that cannot even be begun was not followed.
    `hinted` only makes one likely: then no grant is established either, and whether there is a base stays open.
    """
    if not bases and not unnamed and not hinted:
        derivative = facts.get("subject_is_derivative")
        if derivative.state == "known" and derivative.value is False:
            return {"lineage_followed": Fact(name="lineage_followed", state="known", value=True)}
        return {}
    if bases and not hinted and all(map(_followed, bases)):
        return _granted_down(facts, bases, bases if binding is None else binding)
    names = ", ".join(sorted({base.claim.id for base in bases})) or "a base model that is not named"
    evidence = tuple(item for base in bases for item in base.claim.evidence) or unnamed or hinted
    followed = Fact(name="lineage_followed", state="known", value=False, evidence=evidence)
    found = {"lineage_followed": followed}
    if not bases and unnamed:
        for name, value in (("subject_is_derivative", True), ("base_model_declared", False)):
            found[name] = Fact(name=name, state="known", value=value, evidence=evidence)
    grant = facts.get("grant_established")
    if grant.state == "known" and grant.value is True:
        missing = f"Missing: the terms of {names}, followed to the root."
        found["grant_established"] = Fact(
            name="grant_established", state="unknown", evidence=(*grant.evidence, *evidence), missing=missing
        )
    return found


def _followed(base: BaseAssessment) -> bool:
    """Return whether a base was read as far as its own bases, and those to their roots."""
    if base.assessment is None or base.claim.confidence == "low":
        return False
    snapshot = base.assessment.snapshot
    # The record repeats the card's metadata, so a base behind a gate still names its own bases.
    metadata = snapshot.card_complete or isinstance((snapshot.record or {}).get("cardData"), dict)
    followed = base.assessment.facts.get("lineage_followed")
    if (snapshot.record or {}).get("disabled") is True:
        return False  # what the Hub has switched off can be neither read nor had
    return snapshot.files_complete and metadata and followed.value is not False


def _granted_down(facts: Facts, bases: Sequence[BaseAssessment], binding: Sequence[BaseAssessment]) -> dict[str, Fact]:
    """Return that the chain was followed, and the grant that is left of it: every base that binds must grant too."""
    evidence = tuple(item for base in bases for item in base.claim.evidence)
    found = {"lineage_followed": Fact(name="lineage_followed", state="known", value=True, evidence=evidence)}
    own = facts.get("grant_established")
    if own.state != "known" or own.value is not True:
        return found
    for base in binding:
        assert base.assessment is not None
        theirs = base.assessment.facts.get("grant_established")
        if theirs.state == "known" and theirs.value is False:
            # Nobody can pass on rights that the maker of the base never gave.
            found["grant_established"] = Fact(
                name="grant_established", state="known", value=False, evidence=(*theirs.evidence, *evidence)
            )
            return found
        if theirs.state != "known":
            missing = f"Missing: what the license of {base.claim.id} grants. {theirs.missing or ''}".strip()
            found["grant_established"] = Fact(
                name="grant_established", state="unknown", evidence=(*theirs.evidence, *evidence), missing=missing
            )
    return found


def capped_by_bases(
    grades: dict[Dimension, Grade], facts: Facts, bases: Sequence[BaseAssessment]
) -> dict[Dimension, Grade]:
    """Return the grades with code and data (and the weights of an adapter or delta) no higher than every base's."""
    capping: list[Dimension] = ["code", "data"]
    form = facts.get("weights_form")
    if form.state == "known" and form.value in ("adapter", "delta"):
        capping.append("weights")
    result = dict(grades)
    for base in bases:
        for dimension in capping:
            theirs = base.assessment.grades[dimension] if base.assessment else None
            result[dimension] = capped(result[dimension], theirs, base.claim.id)
    return result
