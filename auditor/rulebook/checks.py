"""Checks, spectrum and capabilities as the rulebook holds them: data with compiled conditions."""

from __future__ import annotations

from typing import Any

import msgspec

from auditor.model.finding import Dimension, Severity
from auditor.rulebook.conditions import Condition

__all__ = ["CapabilityRule", "Check", "Requirement", "Rung", "Spectrum"]


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """A yes/no question about facts; yes is good (one file of `rules/checks/`)."""

    id: str
    dimension: str
    question: str
    why: str
    severity: Severity
    when: Condition
    applies: Condition | None
    outcomes: dict[str, str]
    remediation: str
    references: tuple[str, ...]
    lifecycle: str
    since: str


class Requirement(msgspec.Struct, frozen=True, kw_only=True):
    """What one level of one dimension asks, beyond the levels below it."""

    plain: str
    when: Condition
    checks: tuple[str, ...]
    raises: str
    """What would make it true, in one sentence."""


class Rung(msgspec.Struct, frozen=True, kw_only=True):
    """One label of the ladder and what proves it."""

    label: str
    levels: dict[Dimension, int]
    when: Condition | None


class CapabilityRule(msgspec.Struct, frozen=True, kw_only=True):
    """When a reader can do something with the subject."""

    id: str
    plain: str
    yes: Condition
    conditions: Condition | None
    no: Condition
    reasons: dict[str, str]


class Spectrum(msgspec.Struct, frozen=True, kw_only=True):
    """Levels per dimension, the ladder from lowest to highest, and capabilities (design section 6)."""

    dimensions: dict[Dimension, tuple[Requirement, ...]]
    ladder: tuple[Rung, ...]
    capabilities: tuple[CapabilityRule, ...]

    def conditions(self) -> list[tuple[str, Any]]:
        """Return every condition with a name, for tools that look at all of them."""
        found: list[tuple[str, Any]] = []
        for dimension, requirements in self.dimensions.items():
            found += [(f"{dimension} level {n}", r.when) for n, r in enumerate(requirements, start=1)]
        found += [(f"label {rung.label}", rung.when) for rung in self.ladder if rung.when]
        return found
