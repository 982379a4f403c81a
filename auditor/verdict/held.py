"""Separate licenses that the organization already holds."""

from __future__ import annotations

import re
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


_WORD = re.compile(r"[a-z0-9.-]+")
_LIMITING = frozenset({"except", "excluding", "only", "not", "no", "without", "unless"})


def _covers(held: Mapping[str, Any], one: Barrier, context: Context) -> bool:
    """Return whether the held license reaches the use.

    One that says nothing of its reach is taken at its word; one whose reach is limited in free words counts only when
    it names this very use.
    """
    stated = held.get("covers")
    if not stated:
        return True
    wanted = {str(context.get("use.kind")), one.covers or "", fold_name(str(context.get("use.model") or "-"))}
    if not isinstance(stated, str):
        words = {fold_name(word) for word in stated}
        return bool(words & (wanted | _broad(context)))
    words = set(_WORD.findall(stated.lower()))
    return bool(words & (wanted if words & _LIMITING else wanted | _broad(context)))


def _broad(context: Context) -> set[str]:
    return {"all", "any", "everything", *(("commercial", "commercial-use") if context.get("use.commercial") else ())}
