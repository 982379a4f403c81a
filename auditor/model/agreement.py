"""Our answers beside those of an expert data set (schemas/agreement.v1.json)."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from auditor.model.report import RulebookId

__all__ = ["Agreement", "CriterionAgreement", "Disagreement", "ExpertData", "ExpertRecord", "NotAudited"]


class ExpertRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What one record of the data set says, in our words."""

    name: str
    hub_id: str | None
    """The repository it speaks of; `None` when it names none."""
    answers: dict[str, str | None]
    """Criterion -> yes, partial, no; `None` where the record says nothing."""
    evidence: dict[str, tuple[str, ...]]
    result: str | None = None
    """The framework's result as the data set has it."""


class ExpertData(msgspec.Struct, frozen=True, kw_only=True):
    """Which data set was compared."""

    id: str
    title: str
    credit: str
    framework: str
    file: str
    sha256: str
    records: int


class NotAudited(msgspec.Struct, frozen=True, kw_only=True):
    """A record that was not compared, and why."""

    name: str
    target: str | None
    reason: str


class CriterionAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """How far two readings of one criterion go together."""

    id: str
    pairs: int
    """Both answered."""
    agreed: int
    agreement: float | None
    """Share of the pairs; `None` without a pair."""
    kappa: float | None
    """Cohen's kappa over the pairs; `None` where it is not defined: no pair, or one answer throughout."""
    weighted_kappa: float | None
    """The same with linear weights: partial is half way."""
    two_step: int
    """One says yes, the other no."""
    we_abstained: int
    they_abstained: int
    confusion: dict[str, dict[str, int]]
    """Theirs -> ours -> count."""


class Disagreement(msgspec.Struct, frozen=True, kw_only=True):
    """One criterion of one subject that is read in two ways."""

    target: str
    name: str
    criterion: str
    ours: str
    theirs: str
    two_step: bool
    our_reason: str
    our_evidence: tuple[str, ...]
    their_evidence: tuple[str, ...]


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """One comparison; criteria are sorted by id, disagreements by criterion, then target."""

    schema: Literal["auditor/agreement/1"] = "auditor/agreement/1"
    rulebook: RulebookId
    as_of: str
    data: ExpertData
    compared: int
    not_audited: tuple[NotAudited, ...]
    criteria: tuple[CriterionAgreement, ...]
    overall: CriterionAgreement
    results: CriterionAgreement | None
    """Of the framework's result, where the data set has one."""
    disagreements: tuple[Disagreement, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON shape as plain data."""
        data: dict[str, Any] = msgspec.to_builtins(self)
        return data
