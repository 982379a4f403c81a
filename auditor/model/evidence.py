"""Facts and the evidence they rest on."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

__all__ = ["Evidence", "EvidenceKind", "Fact", "FactState", "Facts"]

EvidenceKind = Literal["observed", "declared", "stated", "disclosed", "inherited", "clarified"]
FactState = Literal["known", "unknown", "not_applicable"]


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Where a value was read (design section 2)."""

    kind: EvidenceKind
    source: str
    """Snapshot id (`hub:org/name@sha`), URL, or rulebook file the value came from."""
    path: str | None = None
    """File inside the source, or the API field."""
    lines: tuple[int, int] | None = None
    """First and last line, 1-based."""
    quote: str | None = None
    sha256: str | None = None
    read_on: str | None = None
    """ISO date on which a person read a disclosed source."""


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One value with its evidence; `unknown` is a value and says what would settle it."""

    name: str
    state: FactState
    value: Any = None
    evidence: tuple[Evidence, ...] = ()
    complete: bool = True
    """For lists: nothing can be missing from it. An incomplete empty list proves nothing."""
    missing: str | None = None
    """When unknown: the sentence naming what would settle it."""


class Facts(msgspec.Struct, frozen=True):
    """Every fact of one subject by name; a name that was never set reads as unknown."""

    values: dict[str, Fact]

    def get(self, name: str) -> Fact:
        """Return the fact, or an unknown one when nothing was recorded under `name`."""
        return self.values.get(name) or Fact(name=name, state="unknown")

    def merged(self, later: dict[str, Fact]) -> Facts:
        """Return a copy in which the facts of `later` take the place of ours."""
        return Facts({**self.values, **later})
