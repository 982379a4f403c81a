"""Everything a policy can ask of one subject: its report, the facts behind it, and the verdicts it asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from auditor.model.evidence import Facts
from auditor.model.report import Report
from auditor.model.snapshot import Snapshot
from auditor.model.verdict import Verdict
from auditor.pipeline.assessment import Assessment
from auditor.pipeline.auditor import Auditor
from auditor.pipeline.build_report import build_report
from auditor.pipeline.verdicts import verdict_on
from auditor.verdict.context import Context

__all__ = ["Judged", "judged"]

# Documents that can say something about a license.
_SPEAKING = ("card", "license", "use-policy")


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One audited subject as a policy sees it."""

    report: Report
    facts: Facts
    verdicts: dict[str, Verdict] = {}
    """By the name of the context."""
    text_gaps: tuple[str, ...] = ()
    """The subject and each base, sorted, of whose license no text was compared word for word."""
    endings: frozenset[str] = frozenset()
    """What the names of the files end in, lower case: of every file that is listed."""
    unread: tuple[str, ...] = ()
    """Cards, licenses and use policies, sorted, that are there and were not read: of the subject and of each base."""


def judged(auditor: Auditor, snapshot: Snapshot, *, as_of: str, contexts: Mapping[str, Context]) -> Judged:
    """Return what a policy can ask of a snapshot on the day `as_of`, with a verdict for each context."""
    date = as_of[:10]
    assessment = auditor.assess(snapshot, date=date)
    return Judged(
        report=build_report(assessment, auditor.rulebook, as_of=as_of, confirmations=auditor.confirmations),
        facts=assessment.facts,
        verdicts={
            name: verdict_on(assessment, context, auditor.rulebook, date=date)
            for name, context in sorted(contexts.items())
        },
        text_gaps=tuple(sorted(set(_text_gaps(assessment)))),
        endings=frozenset(file.path.rpartition(".")[2].lower() for file in snapshot.files if "." in file.path),
        unread=tuple(sorted(set(_unread(assessment)))),
    )


def _unread(assessment: Assessment) -> Iterator[str]:
    """Yield what a gate or a fault hides; where a person read the evidence, the hidden file was part of it."""
    if assessment.licensing.weights.clarified is None:
        for document in assessment.snapshot.documents:
            if document.role in _SPEAKING and document.status != "read":
                yield f"{assessment.snapshot.id}/{document.path} ({document.status})"
    for base in assessment.bases:
        if base.assessment is not None:
            yield from _unread(base.assessment)


def _text_gaps(assessment: Assessment) -> Iterator[str]:
    weights = assessment.licensing.weights
    exact = {
        reference.id
        for reference in weights.detected
        if reference.match is not None and reference.match.status == "exact"
    }
    wanted = set(weights.choice or weights.governing)
    # Of a choice one text is enough; a person who read the evidence has compared more than a program can.
    compared = bool(wanted & exact) if weights.choice else bool(wanted) and wanted <= exact
    if not compared and weights.clarified is None:
        yield assessment.snapshot.id
    for base in assessment.bases:
        if base.assessment is None:
            yield base.claim.id
        else:
            yield from _text_gaps(base.assessment)
