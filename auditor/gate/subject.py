"""One audited subject as the rules of a policy see it."""

from __future__ import annotations

import re

import msgspec

from auditor.fetch.targets import Target
from auditor.model.evidence import Facts
from auditor.model.policy import SubjectKind, subject_names
from auditor.model.report import LicenseReport, Report
from auditor.model.scan import Reference
from auditor.model.verdict import Verdict
from auditor.pipeline.judged import Judged

__all__ = ["GateSubject", "gate_subject"]

_COMMIT = re.compile(r"[0-9a-fA-F]{40}")
_HELD = ("folder", "file")


class GateSubject(msgspec.Struct, frozen=True, kw_only=True):
    """A subject with what was asked for and where the tree names it."""

    report: Report
    facts: Facts
    verdicts: dict[str, Verdict] = {}
    text_gaps: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    endings: frozenset[str] = frozenset()
    kind: SubjectKind
    asked: str
    """The words of the command line or of the tree."""
    asked_revision: str | None = None
    references: tuple[Reference, ...] = ()

    @property
    def name(self) -> str:
        """Return the id and revision audited: `org/name@sha`, `dataset:org/name@sha`, `disclosed:org/model`."""
        revision = self.report.subject.revision
        return f"{self.target}@{revision}" if revision else self.target

    @property
    def target(self) -> str:
        """Return the subject as a command line would name it, without a revision."""
        subject = self.report.subject
        if subject.kind == "disclosed":
            return f"disclosed:{subject.id}" + (f"@{subject.channel}" if subject.channel else "")
        if subject.source in _HELD:
            return subject.requested
        return f"dataset:{subject.id}" if subject.kind == "dataset" else subject.id

    @property
    def names(self) -> frozenset[str]:
        """Return every name, in lower case, by which an exception can mean it."""
        subject = self.report.subject
        found = subject_names(kind=subject.kind, source=subject.source, id=subject.id, requested=subject.requested) | {
            self.target.lower()
        }
        if subject.renamed_from:
            found |= subject_names(
                kind=subject.kind, source=subject.source, id=subject.renamed_from, requested=subject.requested
            )
        return frozenset(found)

    @property
    def license(self) -> LicenseReport:
        """Return the resolution of the license of the weights, or of the data set."""
        return self.report.licenses.weights

    @property
    def holding(self) -> frozenset[str]:
        """Return every license status that holds."""
        return frozenset((self.license.status, *self.license.also))

    @property
    def clarified(self) -> bool:
        """Return whether a person's reading of the license counts."""
        return self.license.clarified is not msgspec.UNSET

    @property
    def pinned(self) -> bool:
        """Return whether a full commit was asked for."""
        return bool(_COMMIT.fullmatch(self.asked_revision or "")) and all(ref.pinned for ref in self.references)

    @property
    def newer_possible(self) -> bool:
        """Return whether what is loaded may be another commit than the one audited."""
        return self.report.subject.source == "hub" and not self.pinned

    @property
    def cataloged(self) -> bool:
        """Return whether it is an entry of the catalog of disclosures, read in the place of a repository."""
        return self.report.subject.kind == "disclosed"

    @property
    def held(self) -> bool:
        """Return whether it is files at hand, of which nothing says where they came from."""
        return self.report.subject.source in _HELD


def gate_subject(
    found: Judged, target: Target, references: tuple[Reference, ...] = (), revision: str | None = None
) -> GateSubject:
    """Return the subject; `revision` is that of the command line, where it is no part of the target."""
    report = found.report
    unpublished = found.facts.get("weights_published").value is False
    kind: SubjectKind = "model"
    if report.subject.kind == "dataset":
        kind = "dataset"
    elif report.subject.kind == "disclosed" and unpublished:
        kind = "hosted"
    return GateSubject(
        report=report,
        facts=found.facts,
        verdicts=found.verdicts,
        text_gaps=found.text_gaps,
        unread=found.unread,
        endings=found.endings,
        kind=kind,
        asked=target.requested,
        asked_revision=target.revision or revision,
        references=references,
    )
