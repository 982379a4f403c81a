"""Whether the grant covers this kind of use, this purpose, and does not contradict itself about them."""

from __future__ import annotations

from auditor.model.license import LicenseProfile, StatedRule
from auditor.model.verdict import Question
from auditor.rulebook.verdicts import UseRule, VerdictRules
from auditor.rulebook.vocabulary import Vocabulary
from auditor.verdict.barriers import Finding, barrier, passed
from auditor.verdict.situation import Situation

__all__ = ["contradiction_findings", "kind_findings", "purpose_findings", "stated_grant"]

RESTRICTED = frozenset({"short-list", "list", "unknown"})


def stated_grant(profile: LicenseProfile, kind: str | None) -> StatedRule | None:
    """Return what the profile's own `grants` say of a kind of use."""
    return profile.application.grants.get(kind) if profile.application and kind else None


def kind_findings(profile: LicenseProfile, situation: Situation, use: UseRule) -> Finding:
    """Return what the grant says of the kind of use, and whether the text is about such things at all."""
    if use.on == "model" and profile.scope in ("data", "policy"):
        about = "data" if profile.scope == "data" else "rules of use"
        return barrier(
            profile, "unclear", "commercial_use", None, f"The text is about {about} and grants nothing on a model."
        )
    stated = stated_grant(profile, use.kind)
    if use.on == "data" and profile.scope == "weights" and stated is None:
        return barrier(profile, "unclear", "commercial_use", None, "The text is about a model, not about data.")
    if stated is None:
        return Finding()
    term = _term_of(use)
    detail = f"{use.kind}: {stated.note}" if stated.note else f"{use.kind}: {stated.answer}"
    if stated.answer == "yes":
        return passed(profile, term, stated.section, detail)
    if stated.answer == "unclear":
        return barrier(profile, "unclear", term, stated.section, detail)
    if stated.answer == "no":
        return barrier(profile, "withheld", term, stated.section, detail, covers=use.withheld_as)
    commercial = situation.context.get("use.commercial")
    if commercial is None:
        ask = Question(field="use.commercial", why="The grant covers this use for non-commercial purposes only.")
        return barrier(profile, "unclear", term, stated.section, detail, questions=(ask,))
    if commercial:
        return barrier(
            profile,
            "withheld",
            term,
            stated.section,
            f"For non-commercial purposes only. {detail}",
            covers="commercial-use",
        )
    return passed(profile, term, stated.section, detail)


def _term_of(use: UseRule) -> str:
    if use.kind.startswith("redistribute"):
        return "distribute" if "distribute" in use.acts else "distribute_derivatives"
    return {"hosted-api": "host_service", "train-other-model-on-outputs": "output_training"}.get(
        use.kind, "commercial_use"
    )


def purpose_findings(
    profile: LicenseProfile, situation: Situation, rules: VerdictRules, vocabulary: Vocabulary
) -> Finding:
    """Return what the text says of the purpose; a purpose in free words is judged by nobody."""
    purpose = situation.context.get("use.purpose")
    if purpose is None:
        return Finding()
    restrictions = profile.terms["use_restrictions"]
    stated = profile.application.purposes.get(purpose) if profile.application else None
    if stated is not None:
        return _stated_purpose(profile, purpose, stated)
    if restrictions.value not in RESTRICTED:
        return Finding()
    if purpose not in vocabulary.purposes:
        ask = Question(
            field="use.purpose", why="The license restricts uses, and free words cannot be compared with its list."
        )
        detail = f"Whether {purpose!r} is among the restricted uses cannot be told; name it by one of the purpose ids."
        return barrier(profile, "unclear", "use_restrictions", restrictions.section, detail, questions=(ask,))
    if purpose not in rules.sensitive_purposes:
        return Finding()
    term = rules.sensitive_purposes[purpose]
    value = profile.terms[term] if term else None
    if term and value and value.value not in ("silent", "unknown"):
        return barrier(
            profile, "barred", term, value.section, f"{purpose}: {value.note or value.value}", covers="use-restrictions"
        )
    detail = f"The license restricts uses, and nobody has asked its text about {purpose}."
    return barrier(profile, "unclear", "use_restrictions", restrictions.section, detail)


def _stated_purpose(profile: LicenseProfile, purpose: str, stated: StatedRule) -> Finding:
    detail = f"{purpose}: {stated.note}" if stated.note else f"{purpose}: {stated.answer}"
    if stated.answer == "prohibited":
        return barrier(profile, "barred", "use_restrictions", stated.section, detail)
    if stated.answer == "not-granted":
        return barrier(profile, "withheld", "use_restrictions", stated.section, detail, covers="commercial-use")
    if stated.answer == "unknown":
        said = f"{purpose}: the list of restrictions that would say so was not read."
        section = stated.section or profile.terms["use_restrictions"].section
        return barrier(profile, "unclear", "use_restrictions", section, said)
    return passed(profile, "use_restrictions", stated.section, detail)


def contradiction_findings(profile: LicenseProfile, situation: Situation) -> Finding:
    """Return the places where the text contradicts itself about this kind of use or purpose."""
    touched = {situation.kind, situation.context.get("use.purpose")}
    found = Finding()
    for place in profile.application.contradictions if profile.application else ():
        if touched & set(place.touches):
            found = found.plus(barrier(profile, "unclear", "contradiction", place.section, place.note))
    return found
