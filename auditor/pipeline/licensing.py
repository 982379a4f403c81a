"""From license claims to the licenses that govern, the terms that bind, and the facts they give."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.engine.grades import grade_dimension
from auditor.licenses.grant import grant_fact, license_facts, term_facts
from auditor.licenses.knowledge import RulebookKnowledge
from auditor.licenses.resolution import resolve
from auditor.licenses.terms import BoundTerm, merge_terms, terms_of_profile, unread_terms
from auditor.model.evidence import Fact, Facts
from auditor.model.license import LicenseClaim, Resolution
from auditor.pipeline.assessment import Licensing
from auditor.rulebook.load import Rulebook

__all__ = ["bound_terms", "license_subject", "licensing_facts", "merged_with_bases"]


def license_subject(
    subject: str,
    claims: Sequence[LicenseClaim],
    knowledge: RulebookKnowledge,
    rulebook: Rulebook,
    *,
    complete: bool,
    contradictions: Sequence[str] = (),
) -> Licensing:
    """Resolve weights and code of `subject` and bind the terms of what governs the weights."""
    weights = resolve("weights", claims, knowledge, complete=complete, contradictions=contradictions)
    code = resolve("code", claims, knowledge, complete=complete)
    return Licensing(weights=weights, code=code, bound=bound_terms(weights, subject, rulebook))


def bound_terms(resolution: Resolution, subject: str, rulebook: Rulebook) -> dict[str, BoundTerm] | None:
    """Return the terms of what governs, term by term the strictest; `None` when no license governs."""
    kinds = rulebook.vocabulary.terms
    if resolution.choice:
        offers = [terms_of_profile(rulebook.licenses[i], kinds, subject) for i in resolution.choice]
        return max(offers, key=lambda offer: _terms_level(offer, rulebook))
    if not resolution.governing:
        return None
    parts = [terms_of_profile(rulebook.licenses[i], kinds, subject) for i in resolution.governing]
    return merge_terms(parts, kinds)


def _terms_level(bound: dict[str, BoundTerm], rulebook: Rulebook) -> tuple[int, int]:
    """Return `(level, ceiling)` the terms would have under an established grant: the measure of a choice."""
    granted = Fact(name="grant_established", state="known", value=True)
    facts = Facts({**term_facts(bound, rulebook.vocabulary.terms), "grant_established": granted})
    grade = grade_dimension(rulebook.spectrum.dimensions["terms"], facts, [])
    return grade.level, grade.ceiling


def licensing_facts(licensing: Licensing, rulebook: Rulebook, *, complete: bool) -> dict[str, Fact]:
    """Return every fact that follows from the resolution of weights and code."""
    governing = licensing.weights.choice or licensing.weights.governing
    profiles = [rulebook.licenses[i] for i in governing]
    found = license_facts(licensing.weights, profiles, complete=complete)
    found |= term_facts(licensing.bound, rulebook.vocabulary.terms)
    found["grant_established"] = grant_fact(licensing.weights, profiles)
    if licensing.code.concluded:
        evidence = tuple(reference.evidence for reference in licensing.code.detected + licensing.code.declared)
        found["code_license_stated"] = Fact(name="code_license_stated", state="known", value=True, evidence=evidence)
    return found


def merged_with_bases(
    own: dict[str, BoundTerm] | None, bases: Sequence[dict[str, BoundTerm] | None], rulebook: Rulebook
) -> dict[str, BoundTerm] | None:
    """Return the subject's terms made as strict as those of its bases; a base nobody read adds nothing here."""
    read = [base for base in bases if base is not None]
    if own is None and not read:
        return None
    parts = [unread_terms(rulebook.vocabulary.terms) if own is None else own, *read]
    return merge_terms(parts, rulebook.vocabulary.terms)
