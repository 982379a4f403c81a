"""Separate licenses that the organization already holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.model.license import LicenseProfile
from auditor.model.verdict import Duty
from auditor.rulebook.license_files import fold_name
from auditor.verdict.barriers import Barrier
from auditor.verdict.context import Context

__all__ = ["held_for"]


def held_for(profile: LicenseProfile, one: Barrier, context: Context, date: str) -> Duty | None:
    """Return the duty to keep to a license that is held, or `None` if none covers what is withheld on `date`."""
    for held in context.get("organization.licenses_held") or ():
        if _names(profile, held) and not _expired(held, date) and _covers(held, one, context):
            reference = f" ({held['reference']})" if held.get("reference") else ""
            until = f", until {held['expires']}" if held.get("expires") else ""
            detail = f"Rests on a separate license that is held{reference}{until}; keep to its terms."
            return Duty(kind="include-terms", detail=detail, when="now", license=profile.id, section=one.reason.section)
    return None


def _names(profile: LicenseProfile, held: Mapping[str, Any]) -> bool:
    names = {fold_name(name) for name in (profile.id, profile.spdx, profile.title, *profile.aliases)}
    if held.get("license"):
        return fold_name(held["license"]) in names
    vendor, publisher = fold_name(held["vendor"]), fold_name(profile.publisher or "")
    return bool(publisher) and vendor == publisher


def _expired(held: Mapping[str, Any], date: str) -> bool:
    expires = held.get("expires")
    return bool(expires) and str(expires) < date


def _covers(held: Mapping[str, Any], one: Barrier, context: Context) -> bool:
    """Return whether the held license reaches the use; one that says nothing of its reach is taken at its word."""
    stated = held.get("covers")
    if not stated:
        return True
    words = {fold_name(word) for word in ([stated] if isinstance(stated, str) else stated)}
    use = {"all", one.covers or "", str(context.get("use.kind")), str(context.get("use.model") or "")}
    if context.get("use.commercial"):
        use |= {"commercial", "commercial-use"}
    return bool(words & {fold_name(word) for word in use if word})
