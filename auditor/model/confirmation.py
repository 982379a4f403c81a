"""What a person answered to a criterion that needs a person."""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = ["CONFIRMATION_COLUMNS", "Confirmation"]

CONFIRMATION_COLUMNS = (
    "target", "framework", "criterion", "question", "our_answer", "our_ceiling", "our_reason",
    "answer", "by", "on", "source", "note",
)  # fmt: skip
"""The columns of the file, ours first; the person fills the last five."""


class Confirmation(msgspec.Struct, frozen=True, kw_only=True):
    """One filled row."""

    target: str
    """Id of the subject, in lower case."""
    framework: str
    criterion: str
    answer: Literal["yes", "partial", "no"]
    by: str
    on: str
    """ISO date."""
    source: str
    """Address or document the answer was read in."""
    note: str
    place: str
    """File and line of the row."""
