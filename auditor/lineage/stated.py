"""One finding on a derivative before it has a number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from auditor.model.evidence import Evidence
from auditor.model.finding import Finding, Outcome, Severity
from auditor.rulebook.vocabulary import FindingCode

__all__ = ["Stated", "findings_of"]

MET = frozenset({"ok", "relicensing-ok", "license-choice-free"})


class Stated(msgspec.Struct, frozen=True):
    """Code, words, and the license and section they rest on."""

    code: str
    detail: str
    license: str | None = None
    """The license as the base names it."""
    profile: str | None = None
    section: str | None = None
    severity: Severity | None = None
    """`None`: the usual one of the code."""


def findings_of(stated: Iterable[Stated], codes: Mapping[str, FindingCode]) -> list[Finding]:
    """Return findings with ids `<code>#<n>`, errors first, then by code."""
    rank = {"error": 0, "warning": 1, "info": 2}
    count: dict[str, int] = {}
    found: list[Finding] = []
    for one in sorted(stated, key=lambda s: (rank[_severity(s, codes)], s.code, s.license or "", s.section or "")):
        code = codes[one.code]
        count[one.code] = count.get(one.code, 0) + 1
        outcome: Outcome = "met" if one.code in MET else "not_met"
        place = " ".join(part for part in (one.license, one.section) if part)
        found.append(
            Finding(
                id=f"{one.code}#{count[one.code]}",
                code=one.code,
                severity=_severity(one, codes),
                outcome=outcome,
                title=code.plain,
                detail=f"{place}: {one.detail}" if place else one.detail,
                dimension=code.dimension,
                evidence=(_evidence(one),) if one.profile else (),
                remediation=None if outcome == "met" else code.remediation,
            )
        )
    return found


def _severity(one: Stated, codes: Mapping[str, FindingCode]) -> Severity:
    return one.severity or codes[one.code].severity


def _evidence(one: Stated) -> Evidence:
    path = f"section {one.section}" if one.section else None
    return Evidence(kind="declared", source=f"rules/licenses/{one.profile}.yaml", path=path)
