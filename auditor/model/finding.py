"""Answers to checks, and grades built from them."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from auditor.model.evidence import Evidence

__all__ = ["DIMENSIONS", "Capability", "Dimension", "Finding", "Grade", "Obligation", "Outcome", "Severity"]

Outcome = Literal["met", "not_met", "unknown", "not_applicable"]
Severity = Literal["error", "warning", "info"]
Dimension = Literal["weights", "code", "data", "terms"]
DIMENSIONS: tuple[Dimension, ...] = ("weights", "code", "data", "terms")


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A check's or resolver's answer with its evidence; `id` is `<code>#<n>` within the report."""

    id: str
    code: str
    severity: Severity
    outcome: Outcome
    title: str
    detail: str
    dimension: str
    evidence: tuple[Evidence, ...] = ()
    remediation: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the promised JSON shape."""
        result: dict[str, Any] = msgspec.to_builtins(self)
        return result


class Grade(msgspec.Struct, frozen=True, kw_only=True):
    """One dimension: what is proved (`level`) and what could be if every unknown resolved well (`ceiling`)."""

    level: int
    ceiling: int
    decided_by: tuple[str, ...] = ()
    inherited_from: str | None = None
    next: tuple[str, ...] = ()
    """What would raise the level, one sentence each."""


class Capability(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader can do with the subject."""

    answer: Literal["yes", "no", "with-conditions", "unknown"]
    reason: str


class Obligation(msgspec.Struct, frozen=True, kw_only=True):
    """One duty a license puts on its user, with the section that says so."""

    kind: str
    detail: str
    when: str
    license: str
    section: str | None
