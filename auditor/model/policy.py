"""What people record beside the rules of a policy: exceptions they answer for, and readings of a license."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

__all__ = ["Clarification", "Clarified", "PolicyException", "SubjectKind", "UnknownMeans", "subject_names"]

UnknownMeans = Literal["undecided", "fail", "pass"]
"""What becomes of a rule that reads a fact nobody knows."""
SubjectKind = Literal["model", "dataset", "hosted"]


class PolicyException(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody lets one subject through one rule until a day, as long as the license evidence stays what it was."""

    target: str
    """As on the command line, without a revision; compared without regard to case."""
    rule: str
    owner: str
    reason: str
    expires: str
    """The last day on which it holds (ISO date)."""
    evidence_hash: str
    """`license_evidence.sha256` of the report its owner saw."""
    revision: str | None = None
    pin: Literal["revision"] | None = None
    """`revision`: another revision voids it even when the license evidence is the same."""
    file: str | None = None
    line: int | None = None


class Clarification(msgspec.Struct, frozen=True, kw_only=True):
    """What a person read in the license evidence of one subject."""

    target: str
    evidence_hash: str
    by: str
    on: str
    """The day of the reading (ISO date)."""
    license: str | None = None
    """Profile id of the license that governs, or whose terms are taken as a start where `terms` is given too."""
    terms: dict[str, Any] | None = None
    """Terms as the person read them; without `license` every other term is unknown."""
    note: str | None = None
    source: str = ""
    """Where it is recorded: `file:line`."""


class Clarified(msgspec.Struct, frozen=True, kw_only=True):
    """A reading that counts: who concluded what, when, and what the sources alone would have given."""

    by: str
    on: str
    license: str
    source: str
    note: str | None
    before: str
    """The status without the reading."""
    before_concluded: str | None


def subject_names(*, kind: str, source: str, id: str, requested: str) -> frozenset[str]:  # noqa: A002 - the subject's own word
    """Return the names, in lower case, by which exceptions and clarifications can mean a subject.

    A folder or file goes by the words it was asked for with: its name proves nothing about where it came from.
    """
    if kind == "disclosed":
        return frozenset({f"disclosed:{id}".lower(), requested.lower()})
    if source in ("folder", "file"):
        return frozenset({requested.lower(), f"path:{requested}".lower()})
    if kind == "dataset":
        return frozenset({f"dataset:{id}".lower(), f"datasets/{id}".lower()})
    return frozenset({id.lower(), f"hub:{id}".lower()})
