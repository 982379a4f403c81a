"""What is known of one snapshot after reading, resolving and grading; the report is written from it."""

from __future__ import annotations

import msgspec

from auditor.facts.disclosed import Contradiction
from auditor.facts.lineage_claims import BaseClaim
from auditor.facts.teacher_claims import TeacherClaim
from auditor.licenses.terms import BoundTerm
from auditor.model.evidence import Facts
from auditor.model.finding import Dimension, Finding, Grade
from auditor.model.license import Resolution
from auditor.model.policy import Clarification
from auditor.model.snapshot import Related, Snapshot
from auditor.pipeline.release_record import ReleaseRecord
from auditor.rulebook.disclosures import Disclosure

__all__ = ["Assessment", "BaseAssessment", "DatasetAssessment", "Licensing"]


class Licensing(msgspec.Struct, frozen=True, kw_only=True):
    """The licenses of one subject and the terms that bind it."""

    weights: Resolution
    code: Resolution
    bound: dict[str, BoundTerm] | None
    """Effective terms on the weights; `None` when no license governs."""
    voided: tuple[Clarification, ...] = ()
    """Readings of this subject whose evidence is no longer what was read."""


class DatasetAssessment(msgspec.Struct, frozen=True, kw_only=True):
    """One data set the subject lists, one hop away."""

    id: str
    related: Related | None
    resolution: Resolution
    noncommercial: bool | None
    open: bool | None
    exists: bool | None
    obtainable: bool | None


class BaseAssessment(msgspec.Struct, frozen=True, kw_only=True):
    """One base model a subject names or shows, audited as far as it was read."""

    claim: BaseClaim
    assessment: Assessment | None
    """`None` when nothing about the base was read."""


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """Everything an audit concluded about one snapshot."""

    snapshot: Snapshot
    disclosure: Disclosure | None
    facts: Facts
    licensing: Licensing
    bases: tuple[BaseAssessment, ...]
    binding: tuple[BaseAssessment, ...]
    """Those of the bases, or of their bases, whose licenses bind the subject."""
    datasets: tuple[DatasetAssessment, ...]
    teachers: tuple[TeacherClaim, ...]
    """Models whose outputs it was trained with."""
    contradictions: tuple[Contradiction, ...]
    findings: tuple[Finding, ...]
    grades: dict[Dimension, Grade]
    record: ReleaseRecord | None = None
    """The release record the subject is, if it is one."""
