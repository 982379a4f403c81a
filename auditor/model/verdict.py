"""The answer to "may we?": outcome, deciding sections, duties, questions and limits to watch (design section 9)."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

__all__ = ["Duty", "Question", "Reason", "Verdict", "VerdictOutcome", "WatchedLimit", "worst_outcome"]

VerdictOutcome = Literal["allowed", "allowed-with-obligations", "needs-separate-license", "prohibited", "unclear"]

_SEVERITY: tuple[VerdictOutcome, ...] = (
    "allowed", "allowed-with-obligations", "unclear", "needs-separate-license", "prohibited",
)  # fmt: skip


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that decides or supports the outcome, with the section it rests on."""

    license: str
    term: str
    section: str | None
    detail: str
    decides: bool = True
    """False for a limit that was looked at and does not stand in the way."""
    quote: str | None = None
    """The lines of the text, where the snapshot holds it."""


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """A duty, live under this context (`when` is `now`) or waiting for another act."""

    kind: str
    detail: str
    when: str
    license: str
    section: str | None
    phrase: str | None = None
    """The exact words to show, to begin a name with, or to put into a notice file."""


class Question(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A fact of the context that is missing and would decide."""

    field: str
    why: str


class WatchedLimit(msgspec.Struct, frozen=True, kw_only=True):
    """A threshold or a policy that can change, with how far away it is."""

    license: str
    term: str
    section: str | None
    limit: Any
    comparator: str | None
    your_value: Any
    headroom: Any
    reference: str | None
    effect: str


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Context x terms (schema `auditor/verdict/1`)."""

    license: str
    outcome: VerdictOutcome
    reasons: tuple[Reason, ...] = ()
    obligations: tuple[Duty, ...] = ()
    questions: tuple[Question, ...] = ()
    watch: tuple[WatchedLimit, ...] = ()
    notes: tuple[str, ...] = ()
    """What the reader should know beside the outcome: the choice made, a held license that was counted."""

    def to_dict(self) -> dict[str, Any]:
        """Return the promised JSON shape."""
        data: dict[str, Any] = msgspec.to_builtins(self)
        return {"schema": "auditor/verdict/1", **data}


def worst_outcome(outcomes: list[VerdictOutcome]) -> VerdictOutcome:
    """Return the outcome that governs when all of several licenses apply."""
    return max(outcomes, key=_SEVERITY.index)
