"""The report in the shape other people's scripts rely on (design section 9, schemas/report.v1.json)."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from auditor.model.evidence import Evidence
from auditor.model.finding import Capability, Finding, Grade, Obligation
from auditor.model.frameworks import FrameworkReport
from auditor.model.policy import Clarified
from auditor.model.snapshot import Problem

__all__ = [
    "Batch",
    "ChannelReport",
    "DeclaredLicense",
    "DisclosedLink",
    "DisclosedReport",
    "DisclosedStage",
    "EffectiveTermReport",
    "EffectiveTermSource",
    "FailedTarget",
    "LicenseEvidence",
    "LicenseReport",
    "Licenses",
    "LineageEdge",
    "LineageNode",
    "LineageReport",
    "ParentEvidence",
    "Released",
    "Report",
    "RulebookId",
    "Score",
    "SubjectReport",
]


class RulebookId(msgspec.Struct, frozen=True, kw_only=True):
    """Which rules judged."""

    version: str
    sha256: str
    overlays: tuple[str, ...] = ()


class Released(msgspec.Struct, frozen=True, kw_only=True):
    """The day a subject came out, and what says so."""

    on: str
    """ISO date."""
    evidence: Evidence


class SubjectReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was audited, and where it was read."""

    kind: str
    id: str
    requested: str
    revision: str | None
    source: str
    url: str | None
    retrieved_at: str
    renamed_from: str | None = None
    channel: str | None = None
    title: str | None = None
    publisher: str | None = None
    released: Released | None = None


class Score(msgspec.Struct, frozen=True):
    """The interval of the score, 0 to 100."""

    low: float
    high: float


class DeclaredLicense(msgspec.Struct, frozen=True, kw_only=True):
    """A license as one place names it."""

    id: str | None
    raw: str
    evidence: Evidence
    channel: str
    match: dict[str, Any] | None = None
    """For texts: status, score, added and missing places of the match."""


class LicenseReport(msgspec.Struct, frozen=True, kw_only=True):
    """The resolution of one part of the subject."""

    declared: tuple[DeclaredLicense, ...]
    detected: tuple[DeclaredLicense, ...]
    stated: tuple[DeclaredLicense, ...]
    concluded: str | None
    spdx: str | None
    status: str
    also: tuple[str, ...]
    candidates: tuple[str, ...]
    id: str | None = None
    """For data sets: the data set."""
    clarified: Clarified | msgspec.UnsetType = msgspec.UNSET
    """A person's reading that counts; absent where there is none."""


class Licenses(msgspec.Struct, frozen=True, kw_only=True):
    """The licenses of every part of the subject; data sets are sorted by id."""

    weights: LicenseReport
    code: LicenseReport
    datasets: tuple[LicenseReport, ...] = ()


class EffectiveTermSource(msgspec.Struct, frozen=True, kw_only=True):
    """Whose license sets a term, and the section that says so."""

    subject: str
    license: str
    section: str | None


class EffectiveTermReport(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """One term that binds the subject; value `unknown` when nobody read it."""

    value: Any
    from_: tuple[str, ...]
    section: str | None
    license: str | None
    complete: bool = True
    sources: tuple[EffectiveTermSource, ...] = ()
    """Every subject that sets the value, sorted by subject, license and section."""


class LineageNode(msgspec.Struct, frozen=True, kw_only=True):
    """The subject, a base model or a data set."""

    id: str
    kind: str
    status: str
    """read, or why it was not: gated, missing, unreachable, not-visited."""
    license: str | None = None
    license_status: str | None = None
    """How the license was resolved; `None` for what was not read."""
    gated: bool = False
    """Read, and its files are behind a gate."""
    url: str | None = None


class LineageEdge(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """`from` was made from `to`."""

    from_: str
    to: str
    relation: str
    evidence: tuple[Evidence, ...] = ()


class LineageReport(msgspec.Struct, frozen=True, kw_only=True):
    """Where the subject comes from, as far as it was followed."""

    nodes: tuple[LineageNode, ...] = ()
    edges: tuple[LineageEdge, ...] = ()


class ChannelReport(msgspec.Struct, frozen=True, kw_only=True):
    """One way of getting at the model."""

    id: str
    operator: str
    offered: Any
    regions: Any
    data_location: Any
    trains_on_inputs: Any
    retention: Any
    terms_url: str | None
    terms_read: bool
    read_on: str | None
    evidence: tuple[Evidence, ...] = ()


class DisclosedStage(msgspec.Struct, frozen=True, kw_only=True):
    """What is disclosed of the data of one training stage."""

    stage: str
    data: str
    """released, partly-released, listed, described, not-disclosed or unknown."""
    names: tuple[str, ...] = ()
    license: str | None = None
    note: str | None = None
    evidence: tuple[Evidence, ...] = ()


class DisclosedLink(msgspec.Struct, frozen=True, kw_only=True):
    """Where a paper, code, data or checkpoints are."""

    role: str
    url: str
    license: str | None = None


class DisclosedReport(msgspec.Struct, frozen=True, kw_only=True):
    """What our dated catalog adds to a report, and who read it."""

    source: str
    read_by: str
    read_on: str
    stages: tuple[DisclosedStage, ...] = ()
    links: tuple[DisclosedLink, ...] = ()


class ParentEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """A base model and the hash of what its own license rests on; `not-read` when nothing of it was read."""

    id: str
    sha256: str


class LicenseEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """What the license conclusion rests on, as one hash and its parts."""

    sha256: str
    files: tuple[str, ...]
    """Path and sha256 of each license, notice and use-policy file; a status where it was not read."""
    declared: tuple[str, ...]
    """Scope, place and words of everything that names a license."""
    parents: tuple[ParentEvidence, ...] = ()


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One audit."""

    schema: Literal["auditor/report/1"] = "auditor/report/1"
    rulebook: RulebookId
    subject: SubjectReport
    as_of: str
    label: str
    label_ceiling: str
    score: Score
    grades: dict[str, Grade]
    licenses: Licenses
    effective_terms: dict[str, EffectiveTermReport]
    lineage: LineageReport
    capabilities: dict[str, Capability]
    frameworks: dict[str, FrameworkReport]
    findings: tuple[Finding, ...]
    obligations: tuple[Obligation, ...]
    channels: tuple[ChannelReport, ...]
    license_evidence: LicenseEvidence
    disclosed: DisclosedReport | None = None
    verdict: dict[str, Any] | None = None
    problems: tuple[Problem, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the promised JSON shape as plain data."""
        result: dict[str, Any] = msgspec.to_builtins(self)
        return result

    @property
    def weights_license(self) -> LicenseReport:
        """Return the resolution for the weights."""
        return self.licenses.weights


class FailedTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A target that could not be audited."""

    target: str
    code: str
    message: str
    hint: str = ""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one `audit` command produced."""

    schema: Literal["auditor/batch/1"] = "auditor/batch/1"
    reports: tuple[Report, ...] = ()
    errors: tuple[FailedTarget, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the promised JSON shape as plain data."""
        result: dict[str, Any] = msgspec.to_builtins(self)
        return result
