"""What a derivative declares: one license we know, a name with several meanings, something unknown, or nothing."""

from __future__ import annotations

import msgspec

from auditor.errors import AmbiguousLicense, UnknownLicense
from auditor.model.license import LicenseProfile
from auditor.rulebook.license_files import fold_name
from auditor.rulebook.load import Rulebook

__all__ = ["Declared", "declared_of", "profile_of"]

GENERIC = frozenset({"other", "unknown", "none", ""})


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """The declared license of a derivative."""

    raw: str | None
    profile: LicenseProfile | None = None
    candidates: tuple[str, ...] = ()
    """For a name with several meanings: what it could be."""

    @property
    def allows_commerce(self) -> bool:
        """Return whether whoever receives the derivative is told that commerce is allowed."""
        if self.profile is None:
            return False
        limited = any(self.profile.terms[term].value is True for term in ("noncommercial_only", "research_only"))
        return not limited and self.profile.terms["commercial_use"].value in ("yes", "below-threshold")


def declared_of(raw: str | None, rulebook: Rulebook) -> Declared:
    """Return what a declared license (Hub id or `other:<license_name>`) means."""
    if raw is None or raw.strip().lower() in GENERIC:
        return Declared(raw=raw)
    name = raw.removeprefix("other:").strip()
    try:
        return Declared(raw=raw, profile=rulebook.get_license(name))
    except AmbiguousLicense:
        return Declared(raw=raw, candidates=rulebook.ambiguous[fold_name(name)].candidates)
    except UnknownLicense:
        return Declared(raw=raw)


def profile_of(name: str, rulebook: Rulebook) -> LicenseProfile | None:
    """Return the profile of a base's license, or `None` for a name that is not one license we know."""
    try:
        return rulebook.get_license(name)
    except (AmbiguousLicense, UnknownLicense):
        return None
