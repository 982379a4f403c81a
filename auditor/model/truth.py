"""Three-valued truth with a fourth state for questions that do not apply.

`True`, `False` and `None` (unknown) follow Kleene's strong logic. `NOT_APPLICABLE` counts as true in `all_of`
and false in `any_of` (design section 7); a group of nothing but not-applicable answers is itself not applicable.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Final, Literal, TypeAlias

__all__ = ["NOT_APPLICABLE", "Truth", "all_of", "any_of", "negate"]


class _NotApplicable(Enum):
    TOKEN = "not_applicable"

    def __repr__(self) -> str:
        return "NOT_APPLICABLE"


NOT_APPLICABLE: Final = _NotApplicable.TOKEN
Truth: TypeAlias = bool | Literal[_NotApplicable.TOKEN] | None


def all_of(values: Iterable[Truth]) -> Truth:
    """Return Kleene conjunction: false wins, then unknown, then true."""
    seen = list(values)
    if any(value is False for value in seen):
        return False
    if any(value is None for value in seen):
        return None
    if seen and all(value is NOT_APPLICABLE for value in seen):
        return NOT_APPLICABLE
    return True


def any_of(values: Iterable[Truth]) -> Truth:
    """Return Kleene disjunction: true wins, then unknown, then false."""
    seen = list(values)
    if any(value is True for value in seen):
        return True
    if any(value is None for value in seen):
        return None
    if seen and all(value is NOT_APPLICABLE for value in seen):
        return NOT_APPLICABLE
    return False


def negate(value: Truth) -> Truth:
    """Return Kleene negation; unknown and not-applicable stay what they are."""
    return (not value) if isinstance(value, bool) else value
