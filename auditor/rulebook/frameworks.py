"""Published yardsticks as the rulebook holds them: criteria over our facts, and how their answers make a result."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from auditor.rulebook.conditions import Condition

__all__ = [
    "Clause",
    "Criterion",
    "DifferenceRule",
    "DifferenceSide",
    "Framework",
    "LicenseSource",
    "RecordForm",
    "RecordPart",
    "ResultStep",
    "ResultWords",
    "Substitute",
]


class Clause(msgspec.Struct, frozen=True):
    """A condition with the conditions it is made of, so that an answer can name the part that decided it."""

    condition: Condition
    word: Literal["all", "any", "leaf"]
    parts: tuple[Clause, ...] = ()


class LicenseSource(msgspec.Struct, frozen=True, kw_only=True):
    """Which list fact says under which license a part is: all of it, or the records of one role."""

    fact: str
    role: str | None = None


class RecordPart(msgspec.Struct, frozen=True, kw_only=True):
    """How a release record of another tool names this part, and what listing it states."""

    name: str
    description: str
    type: str
    """Kind of content, by which a license of the whole release may cover the part."""
    states: tuple[str, ...] = ()
    """Facts that are declared true by listing the part."""
    listed: str = "yes"
    """The least answer with which a record written from an audit lists the part: it is there, whatever its license."""


class Criterion(msgspec.Struct, frozen=True, kw_only=True):
    """One question of a yardstick; what neither `yes` nor `partial` allows is no, what is open is unknown."""

    id: str
    title: str
    group: str
    section: str
    plain: str
    yes: Clause
    partial: Clause | None
    no: Clause | None
    """What proves a no although the yes is still open."""
    confirm: bool
    confirm_when: Clause | None
    notes: dict[str, str]
    """Answer -> a sentence about it."""
    record: RecordPart | None
    license: LicenseSource | None
    remarks: tuple[tuple[Condition, str], ...] = ()
    """Sentences to add where their condition holds."""


class RecordForm(msgspec.Struct, frozen=True, kw_only=True):
    """How the release records of another tool are read by this yardstick."""

    fact: str
    """The list fact with one record for each part listed."""
    open: Condition
    """Asked of one part: is it under a license the yardstick counts as open."""
    unknown_name: str
    """Criterion as which a part is read whose name nobody knows."""
    unlicensed: tuple[str, ...]
    """Words that say that there is no license; no license of the whole release covers such a part."""
    whole: str
    """The kind of release license that covers every kind of part."""
    header: dict[str, str]
    """What a record says of the yardstick itself."""
    notes: dict[str, str]


class Substitute(msgspec.Struct, frozen=True, kw_only=True):
    """A criterion that may be left out where another one is met."""

    instead_of: str
    accepts: str


class ResultStep(msgspec.Struct, frozen=True, kw_only=True):
    """One class or rung: what it asks (beyond the easier classes, for classes)."""

    id: str
    title: str
    requires: tuple[str, ...]


class ResultWords(msgspec.Struct, frozen=True, kw_only=True):
    """How the answers make a result, all of it data."""

    kind: Literal["classes", "ladder", "all-of", "score"]
    steps: tuple[ResultStep, ...] = ()
    """Easiest first."""
    substitutes: tuple[Substitute, ...] = ()
    otherwise: str = ""
    """The result when no step is reached."""
    requires: tuple[str, ...] = ()
    """For `all-of`: the criteria that must be met."""
    met: str = ""
    not_met: str = ""
    undecided: str = ""
    points: dict[str, float] = {}
    counted: tuple[str, ...] = ()
    of: float = 0
    meanings: dict[str, str] = {}
    """Result -> sentence; for a score, under `score`."""

    @property
    def proved(self) -> tuple[str, ...]:
        """Return the results that can be proved, as reports write them; none for a score, which is a number."""
        if self.kind == "score":
            return ()
        found = (self.met, self.not_met) if self.kind == "all-of" else (*(s.id for s in self.steps), self.otherwise)
        return tuple(name for name in found if name and name != self.undecided)


class Framework(msgspec.Struct, frozen=True, kw_only=True):
    """One yardstick (one file of `rules/frameworks/`)."""

    id: str
    title: str
    version: str
    published: str
    source: str
    plain: str
    rank: int
    """Place in reports."""
    criteria: tuple[Criterion, ...]
    result: ResultWords
    staying: tuple[dict[str, str], ...]
    limits: str | None
    record: RecordForm | None
    lists: dict[str, tuple[str, ...]]

    def criterion(self, name: str) -> Criterion | None:
        """Return the criterion with this id, if there is one."""
        return next((criterion for criterion in self.criteria if criterion.id == name), None)

    @property
    def reads(self) -> frozenset[str]:
        """Return the names of all facts that can change an answer, for tools that look at all of them."""
        found: set[str] = {self.record.fact} if self.record else set()
        for criterion in self.criteria:
            clauses = (criterion.yes, criterion.partial, criterion.no, criterion.confirm_when)
            found.update(*(clause.condition.reads for clause in clauses if clause is not None))
            found.update(*(condition.reads for condition, _ in criterion.remarks))
        return frozenset(found)


class DifferenceSide(msgspec.Struct, frozen=True, kw_only=True):
    """What one framework must say for a difference to be worth a sentence."""

    framework: str
    results: tuple[str, ...] = ()
    """Any of these results."""
    criterion: str | None = None
    answers: tuple[str, ...] = ()
    """Any of these answers of `criterion`."""


class DifferenceRule(msgspec.Struct, frozen=True, kw_only=True):
    """Two yardsticks that differ, and which criteria of the second explain it."""

    id: str
    left: DifferenceSide
    right: DifferenceSide
    text: str
    because: tuple[str, ...]
    """Criteria of the right side; those that are not met are named with their answers."""
    when: Condition | None

    def to_mapping(self) -> dict[str, Any]:
        """Return what the docs say of the rule."""
        return {"id": self.id, "left": self.left.framework, "right": self.right.framework, "text": self.text}
