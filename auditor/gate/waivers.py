"""Exceptions: let one subject through one rule, as long as the license evidence is what their owner saw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from auditor.gate.subject import GateSubject
from auditor.model.gate import GateResult, Waiver
from auditor.model.policy import PolicyException

__all__ = ["Waivers"]


class Waivers:
    """The exceptions of one policy on one day; remembers which of them did something."""

    def __init__(self, exceptions: Sequence[PolicyException], day: str) -> None:
        self._exceptions = exceptions
        self._day = day
        self._applied: set[int] = set()
        self._told: set[int] = set()
        self._seen: set[int] = set()
        self.warnings: list[str] = []

    def held_against(self, results: Sequence[GateResult], subject: GateSubject) -> list[GateResult]:
        """Return the results with the exceptions that speak of this subject attached to what they would let through."""
        names = subject.names
        mine = [n for n, one in enumerate(self._exceptions) if one.target.lower() in names]
        self._seen.update(mine)
        return [self._held(result, subject, mine) for result in results] if mine else list(results)

    def _held(self, result: GateResult, subject: GateSubject, mine: Sequence[int]) -> GateResult:
        if result.outcome == "pass":
            return result
        candidates = [(n, self._state(self._exceptions[n], subject)) for n in mine
                      if self._exceptions[n].rule == result.rule]  # fmt: skip
        if not candidates:
            return result
        # One that holds outweighs those that do not; else the reason of the first is told.
        n, (state, detail) = next((c for c in candidates if c[1][0] == "applied"), candidates[0])
        entry = self._exceptions[n]
        if state == "applied":
            self._applied.add(n)
            if detail:
                self.warnings.append(f"{subject.name}: exception to {entry.rule} by {entry.owner}: {detail}")
        else:
            self._told.add(n)
        return msgspec.structs.replace(result, waiver=_waiver(entry, state, detail))

    def _state(self, entry: PolicyException, subject: GateSubject) -> tuple[Literal["applied", "expired", "void"], str]:
        if self._day > entry.expires:
            return "expired", f"it held until {entry.expires}, this is {self._day}"
        current = subject.report.license_evidence.sha256
        if entry.evidence_hash != current:
            return (
                "void",
                f"the license evidence changed from {entry.evidence_hash[:12]} to {current[:12]}: read it again",
            )
        revision = subject.report.subject.revision
        if entry.revision is not None and entry.revision != revision:
            moved = f"the revision is {revision or 'not known'}, its owner saw {entry.revision}"
            if entry.pin == "revision":
                return "void", f"{moved}, and it is pinned to that"
            return "applied", f"{moved}; the license evidence is the same"
        return "applied", ""

    def unused(self) -> tuple[Waiver, ...]:
        """Return the exceptions that let nothing through and were told of at no result, in the policy's order."""
        found = []
        for n, entry in enumerate(self._exceptions):
            if n in self._applied or n in self._told:
                continue
            expired = self._day > entry.expires
            why = "no subject of this run has that name" if n not in self._seen else "the rule lets the subject through"
            detail = f"it held until {entry.expires}" if expired else why
            found.append(_waiver(entry, "expired" if expired else "unused", detail))
        return tuple(found)


def _waiver(entry: PolicyException, state: Literal["applied", "expired", "void", "unused"], detail: str) -> Waiver:
    return Waiver(
        target=entry.target,
        rule=entry.rule,
        owner=entry.owner,
        reason=entry.reason,
        expires=entry.expires,
        state=state,
        detail=detail,
        file=entry.file,
        line=entry.line,
    )
