"""What published yardsticks say of a subject, side by side, criterion by criterion (design section 6)."""

from __future__ import annotations

from typing import Literal

import msgspec

from auditor.model.evidence import Evidence

__all__ = [
    "Answer",
    "ClassProgress",
    "Confidence",
    "CriterionReport",
    "Difference",
    "FrameworkReport",
    "FrameworkScore",
    "StayingDuty",
]

Answer = Literal["yes", "partial", "no", "unknown"]
Confidence = Literal["high", "medium", "low"]


class CriterionReport(msgspec.Struct, frozen=True, kw_only=True):
    """One criterion's answer: what is proved, and the best answer that is not ruled out."""

    title: str
    group: str
    section: str
    """Where the yardstick states the criterion."""
    answer: Answer
    ceiling: Answer
    confidence: Confidence | None
    """`None` while the answer is unknown."""
    confirm: bool
    """Whether a person has to confirm the answer before anybody relies on it."""
    detail: str
    evidence: tuple[Evidence, ...] = ()
    confirmed_by: dict[str, str] | None = None
    """Who answered it (`by`, `on`, `source`), where a person did."""
    license: str | None = None
    """SPDX expression of the license that covers this part, where one is established."""
    url: str | None = None
    """Where the part is, where that is known."""


class ClassProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a subject is on the way to one class; an unmet easier class makes it nothing."""

    id: str
    title: str
    met: int
    required: int
    percent: float
    blocked_by: tuple[str, ...]
    """Criteria that are not met, easier classes first."""


class FrameworkScore(msgspec.Struct, frozen=True, kw_only=True):
    """The points proved and the points not ruled out, of how many."""

    low: float
    high: float
    of: float


class StayingDuty(msgspec.Struct, frozen=True, kw_only=True):
    """What the yardstick asks whatever its result is."""

    id: str
    plain: str
    section: str


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Why this yardstick and another one come out differently."""

    id: str
    other: str
    """Id of the other framework."""
    text: str


class FrameworkReport(msgspec.Struct, frozen=True, kw_only=True):
    """One yardstick's result with everything it rests on."""

    title: str
    version: str
    published: str
    source: str
    result: str
    ceiling: str
    """The best result that is not ruled out; equal to `result` when nothing is open."""
    meaning: str
    """What the result says, in one sentence."""
    criteria: dict[str, CriterionReport]
    score: FrameworkScore | None = None
    progress: tuple[ClassProgress, ...] = ()
    """Easiest class first."""
    blockers: tuple[str, ...] = ()
    """Criteria that stand before the next better result."""
    staying: tuple[StayingDuty, ...] = ()
    limits: str | None = None
    """What of the yardstick cannot be seen from here."""
    disagreements: tuple[Difference, ...] = ()
