"""Places where no license is given."""

from __future__ import annotations

from auditor.model.license import LicenseProfile
from auditor.model.verdict import Question
from auditor.rulebook.verdicts import VerdictRules
from auditor.verdict.barriers import Finding, barrier, passed
from auditor.verdict.context import Context
from auditor.verdict.situation import members_of

__all__ = ["place_findings"]


def place_findings(profile: LicenseProfile, context: Context, rules: VerdictRules) -> Finding:
    """Return whether the user or the end users are in a place that the license leaves out."""
    term = profile.terms["territory_excluded"]
    if term.value == "unknown":
        return barrier(profile, "unclear", "territory_excluded", None, "Nobody has read whether places are left out.")
    if not term.value:
        return Finding()
    excluded = frozenset[str]().union(*(members_of(place, rules) for place in term.value))
    left_out = ", ".join(term.value)
    country = context.get("organization.country")
    if country is None:
        ask = Question(field="organization.country", why=f"No license is given in {left_out}.")
        return barrier(
            profile,
            "unclear",
            "territory_excluded",
            term.section,
            f"No license is given in {left_out}.",
            questions=(ask,),
        )
    if members_of(country, rules) & excluded:
        return barrier(
            profile, "barred", "territory_excluded", term.section,
            f"No license is given in {left_out}; the organization is in {country}.", covers="territory",
        )  # fmt: skip
    reached = [place for place in context.get("use.end_users_in") or () if members_of(place, rules) & excluded]
    if reached:
        return barrier(
            profile, "barred", "territory_excluded", term.section,
            f"No license is given in {left_out}; the use reaches {', '.join(reached)}.", covers="territory",
        )  # fmt: skip
    return passed(
        profile, "territory_excluded", term.section, f"{country} is not among the places left out ({left_out})."
    )
