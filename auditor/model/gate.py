"""What a policy said of each subject (design section 9, schemas/gate.v1.json)."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from auditor.model.evidence import Evidence
from auditor.model.report import FailedTarget, RulebookId
from auditor.model.scan import Reference, ScanProblem, Unresolved

__all__ = ["Gate", "GateOutcome", "GateResult", "GateRule", "PolicyId", "ScanSummary", "Waiver"]

GateOutcome = Literal["pass", "fail", "undecided"]


class Waiver(msgspec.Struct, frozen=True, kw_only=True):
    """A person's exception to a rule of the policy, with what became of it."""

    target: str
    rule: str
    owner: str
    reason: str
    expires: str
    state: Literal["applied", "expired", "void", "unused"]
    """`void`: the license evidence is no longer what the owner saw."""
    detail: str = ""
    file: str | None = None
    line: int | None = None


class GateRule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of the policy as a reader meets it in a report."""

    id: str
    title: str
    help: str
    severity: Literal["error", "warning"] = "error"
    file: str | None = None
    line: int | None = None


class GateResult(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule said of one subject."""

    subject: str
    """The id and revision audited: `org/name@sha`."""
    outcome: GateOutcome
    rule: str
    detail: str
    """One sentence: what was found and what the rule wants."""
    waiver: Waiver | None = None
    severity: Literal["error", "warning", "note"] = "error"
    target: str = ""
    """What was asked for, before the revision was known."""
    help: str = ""
    """What would make it pass: the fact that settles it, or the change to make."""
    missing: tuple[str, ...] = ()
    """Facts that the rule reads and nobody knows."""
    evidence: tuple[Evidence, ...] = ()
    references: tuple[Reference, ...] = ()
    """Where the tree names the subject."""
    evidence_hash: str | None = None
    """The license evidence hash an exception would be bound to (sha256)."""
    fingerprint: str = ""
    """Stable under unrelated edits: of rule, target and file, never of a line number."""
    in_baseline: bool = False


class PolicyId(msgspec.Struct, frozen=True, kw_only=True):
    """Which policy judged."""

    name: str
    title: str
    sha256: str
    source: str
    """A file name, or `built-in`."""
    use: str | None = None
    """The section of the policy that applied: internal, product, redistribute."""


class ScanSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What the tree held beside the subjects that were judged."""

    root: str
    references: int
    unresolved: tuple[Unresolved, ...] = ()
    problems: tuple[ScanProblem, ...] = ()

    @property
    def unseen(self) -> bool:
        """Return whether there is more than could be judged: calls nobody can see, files nobody could read."""
        return bool(self.unresolved or self.problems)


class Gate(msgspec.Struct, frozen=True, kw_only=True):
    """One run of the gate; results are sorted by subject, then by the policy's own order of rules."""

    schema: Literal["auditor/gate/1"] = "auditor/gate/1"
    outcome: GateOutcome
    results: tuple[GateResult, ...]
    unused_waivers: tuple[Waiver, ...] = ()
    policy: PolicyId
    rules: tuple[GateRule, ...]
    rulebook: RulebookId
    as_of: str
    errors: tuple[FailedTarget, ...] = ()
    scan: ScanSummary | None = None
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the promised JSON shape as plain data."""
        result: dict[str, Any] = msgspec.to_builtins(self)
        return result
