"""Collects facts of one subject; what is not said stays unknown, and an unknown says what would settle it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from auditor.model.evidence import Evidence, Fact

__all__ = ["Collector"]

MAX_EVIDENCE = 8


class Collector:
    """Facts by name; a later statement about the same fact replaces an earlier one."""

    def __init__(self) -> None:
        self.facts: dict[str, Fact] = {}

    def say(self, name: str, value: Any, evidence: Iterable[Evidence] = (), *, complete: bool = True) -> None:
        """Record a known value with its evidence."""
        kept = tuple(evidence)[:MAX_EVIDENCE]
        self.facts[name] = Fact(name=name, state="known", value=value, evidence=kept, complete=complete)

    def leave_open(self, name: str, missing: str, evidence: Iterable[Evidence] = ()) -> None:
        """Record that a value is unknown and what would settle it."""
        self.facts[name] = Fact(name=name, state="unknown", evidence=tuple(evidence)[:MAX_EVIDENCE], missing=missing)

    def found_or(self, name: str, evidence: Iterable[Evidence], complete: bool, missing: str) -> None:
        """Record true when there is evidence, false when everything was read and there is none, else unknown."""
        kept = tuple(evidence)
        if kept:
            self.say(name, True, kept)
        elif complete:
            self.say(name, False)
        else:
            self.leave_open(name, missing)

    def value(self, name: str) -> Any:
        """Return the known value of a fact, or `None`."""
        fact = self.facts.get(name)
        return fact.value if fact and fact.state == "known" else None
