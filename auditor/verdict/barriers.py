"""What stands in the way of a use, and what was looked at and does not."""

from __future__ import annotations

from typing import Literal

import msgspec

from auditor.model.license import LicenseProfile
from auditor.model.verdict import Question, Reason

__all__ = ["Barrier", "Finding", "barrier", "passed"]

Effect = Literal["withheld", "barred", "unclear"]


class Barrier(msgspec.Struct, frozen=True, kw_only=True):
    """One reason against: a right withheld, something barred in words, or something that cannot be decided."""

    effect: Effect
    reason: Reason
    covers: str | None = None
    """What a separate license would have to cover."""
    questions: tuple[Question, ...] = ()
    routed: bool = False
    """The term itself says that a separate license is the way."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one part of the examination found."""

    barriers: tuple[Barrier, ...] = ()
    support: tuple[Reason, ...] = ()

    def plus(self, other: Finding) -> Finding:
        """Return both together, in order."""
        return Finding(barriers=self.barriers + other.barriers, support=self.support + other.support)


def barrier(
    profile: LicenseProfile,
    effect: Effect,
    term: str,
    section: str | None,
    detail: str,
    *,
    covers: str | None = None,
    questions: tuple[Question, ...] = (),
    routed: bool = False,
) -> Finding:
    """Return a finding of one barrier."""
    reason = Reason(license=profile.id, term=term, section=section, detail=detail)
    return Finding(barriers=(Barrier(effect=effect, reason=reason, covers=covers, questions=questions, routed=routed),))


def passed(profile: LicenseProfile, term: str, section: str | None, detail: str) -> Finding:
    """Return a finding of something that was looked at and does not stand in the way."""
    return Finding(support=(Reason(license=profile.id, term=term, section=section, detail=detail, decides=False),))
