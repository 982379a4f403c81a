"""Pick licenses by what their terms grant or set."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.errors import UsageProblem
from auditor.model.license import LicenseProfile, TermValue
from auditor.rulebook.load import Rulebook
from auditor.rulebook.suggestion import did_you_mean
from auditor.rulebook.vocabulary import TermType

__all__ = ["filtered_licenses", "grants_fully", "is_set"]


def filtered_licenses(
    rulebook: Rulebook,
    *,
    allows: Sequence[str] = (),
    without: Sequence[str] = (),
    having: Sequence[str] = (),
    scope: str | None = None,
) -> list[LicenseProfile]:
    """Return the licenses, sorted by id, that fit every filter; an unknown value fits none.

    Raises `UsageProblem` for a name that is no term.
    """
    terms = rulebook.vocabulary.terms
    for name in (*allows, *without, *having):
        if name not in terms:
            raise UsageProblem(f"{name!r} is no license term{did_you_mean(name, terms)}")

    def fits(profile: LicenseProfile) -> bool:
        return (
            (scope is None or profile.scope == scope)
            and all(grants_fully(terms[name], profile.terms[name]) for name in allows)
            and all(is_set(terms[name], profile.terms[name]) is False for name in without)
            and all(is_set(terms[name], profile.terms[name]) is True for name in having)
        )

    return [profile for profile in rulebook.licenses.values() if fits(profile)]


def grants_fully(kind: TermType, term: TermValue) -> bool:
    """Return whether a term takes nothing away: it has the least strict of its values."""
    if term.value == "unknown":
        return False
    if kind.kind == "enum":
        return bool(term.value == next(iter(kind.values)))
    return is_set(kind, term) is False


def is_set(kind: TermType, term: TermValue) -> bool | None:
    """Return whether the text sets a condition or limit: anything beyond silence and beyond the least strict value."""
    if term.value == "unknown":
        return None
    if kind.kind == "enum":
        return term.value not in (kind.silence, next(iter(kind.values)))
    return bool(term.value != kind.silence and term.value)
