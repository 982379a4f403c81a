"""Count what many reports have in common, one report at a time."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable

import msgspec

from auditor.errors import BrokenAnswer
from auditor.fetch.record_dump import RecordDump
from auditor.model.report import Report, RulebookId
from auditor.model.snapshot import Snapshot
from auditor.model.survey import Count, Share, Source, Survey
from auditor.pipeline.auditor import Auditor
from auditor.pipeline.dump_subjects import dump_subjects

__all__ = ["SurveyCount", "survey_of"]

_EXAMPLES = 5
_LISTED = 40
_OPEN_TERMS = 4


class _Subject(msgspec.Struct, frozen=True):
    """One repository as the questions see it."""

    report: Report
    text_listed: bool
    bases: tuple[Report, ...]
    alone: Report | None
    shown_base: Report | None

    @property
    def declares(self) -> bool:
        return bool(self.report.weights_license.declared)

    @property
    def names_base(self) -> bool:
        return any(edge.relation != "trained-on-dataset" for edge in self.report.lineage.edges)

    def status(self, wanted: str) -> bool:
        license_report = self.report.weights_license
        return wanted == license_report.status or wanted in license_report.also

    @property
    def restricted(self) -> bool:
        return _restricted(self.report)

    @property
    def inherits(self) -> bool:
        """Return whether a base limits what this repository's own license does not limit."""
        return self.alone is not None and not _restricted(self.alone) and any(_restricted(base) for base in self.bases)


def _restricted(report: Report) -> bool:
    return bool(report.weights_license.concluded) and report.grades["terms"].ceiling < _OPEN_TERMS


class _Question(msgspec.Struct, frozen=True):
    id: str
    title: str
    holds: Callable[[_Subject], bool]


_QUESTIONS = (
    _Question("no-license", "No license: no tag and no license file", lambda s: not s.declares and not s.text_listed),
    _Question("tag-without-text", "A license tag and no license file", lambda s: s.declares and not s.text_listed),
    _Question("text-listed", "A license file is listed", lambda s: s.text_listed),
    _Question("conflict", "Licenses are named that contradict each other", lambda s: s.status("conflict")),
    _Question("multiple", "Several licenses, and no word on which applies", lambda s: s.status("multiple")),
    _Question(
        "unresolved", "The tag names no license we know of, or could be several",
        lambda s: s.declares and s.status("unresolved"),
    ),
    _Question("restricted", "Its own license limits use, change or passing on", lambda s: s.restricted),
    _Question("names-base", "Names a base model", lambda s: s.names_base),
    _Question("inherited-restriction", "Inherits limits that its own license does not show", lambda s: s.inherits),
    _Question(
        "base-without-license", "Built on a base model without a license",
        lambda s: any(not base.weights_license.declared for base in s.bases),
    ),
    _Question(
        "base-not-held", "Names a base model that this collection does not hold",
        lambda s: s.names_base and not s.bases,
    ),
    _Question(
        "shown-base", "Names no base, but is called after another model of the collection (a hint, no proof)",
        lambda s: s.shown_base is not None,
    ),
    _Question(
        "shown-restriction", "of these: the other model's license limits use, and its own does not say so",
        lambda s: s.shown_base is not None and _restricted(s.shown_base) and not s.restricted,
    ),
    _Question(
        "shown-base-without-license", "of these: licensed, while the other model has no license",
        lambda s: s.shown_base is not None and not s.shown_base.weights_license.declared and s.declares,
    ),
    _Question(
        "shown-license-dropped", "of these: without a license, while the other model has one",
        lambda s: s.shown_base is not None and bool(s.shown_base.weights_license.declared)
        and not s.declares and not s.text_listed,
    ),
)  # fmt: skip


class SurveyCount:
    """Takes one report at a time and keeps only counts, so that memory does not grow with the collection."""

    def __init__(self) -> None:
        self._repositories = 0
        self._downloads = 0
        self._counts: Counter[str] = Counter()
        self._weights: Counter[str] = Counter()
        self._examples: dict[str, list[tuple[int, str]]] = {question.id: [] for question in _QUESTIONS}
        self._labels: Counter[str] = Counter()
        self._ceilings: Counter[str] = Counter()
        self._statuses: Counter[str] = Counter()
        self._licenses: Counter[str] = Counter()
        self._findings: Counter[str] = Counter()
        self._bases: Counter[str] = Counter()
        self._levels: dict[str, Counter[str]] = {}

    def add(
        self,
        report: Report,
        *,
        downloads: int,
        text_listed: bool,
        bases: tuple[Report, ...] = (),
        alone: Report | None = None,
        shown_base: Report | None = None,
    ) -> None:
        """Count one report.

        `text_listed` says whether the repository lists a license file; `bases` are the reports on the bases it
        names, `alone` is what its own license says without them; `shown_base` is the report on the repository that
        its name begins with, when it names no base itself.
        """
        self._repositories += 1
        self._downloads += downloads
        subject = _Subject(report, text_listed, bases, alone, shown_base)
        for question in _QUESTIONS:
            if question.holds(subject):
                self._counts[question.id] += 1
                self._weights[question.id] += downloads
                _keep(self._examples[question.id], (downloads, report.subject.id))
        self._labels[report.label] += 1
        self._ceilings[report.label_ceiling] += 1
        self._statuses[report.weights_license.status] += 1
        self._licenses[report.weights_license.concluded or "none"] += 1
        self._findings.update({finding.code for finding in report.findings if finding.outcome == "not_met"})
        self._bases.update({edge.to for edge in report.lineage.edges if edge.relation != "trained-on-dataset"})
        for name, grade in report.grades.items():
            self._levels.setdefault(name, Counter())[str(grade.level)] += 1

    def result(
        self, *, rulebook: RulebookId, as_of: str, sources: tuple[tuple[str, str], ...], unreadable: int
    ) -> Survey:
        """Return the survey."""
        return Survey(
            rulebook=rulebook,
            as_of=as_of,
            sources=tuple(Source(name=name, sha256=sha256) for name, sha256 in sources),
            repositories=self._repositories,
            unreadable=unreadable,
            downloads=self._downloads,
            shares=tuple(self._share(question) for question in _QUESTIONS),
            labels=_ranked(self._labels),
            label_ceilings=_ranked(self._ceilings),
            statuses=_ranked(self._statuses),
            levels={
                name: tuple(sorted(_ranked(counts), key=lambda one: one.id))
                for name, counts in sorted(self._levels.items())
            },
            licenses=_ranked(self._licenses)[:_LISTED],
            findings=_ranked(self._findings),
            bases=_ranked(self._bases)[:_LISTED],
        )  # fmt: skip

    def _share(self, question: _Question) -> Share:
        best = sorted(self._examples[question.id], key=lambda one: (-one[0], one[1]))
        return Share(
            id=question.id,
            title=question.title,
            count=self._counts[question.id],
            percent=_percent(self._counts[question.id], self._repositories),
            downloads_percent=_percent(self._weights[question.id], self._downloads),
            examples=tuple(name for _, name in best),
        )


def _keep(heap: list[tuple[int, str]], entry: tuple[int, str]) -> None:
    """Keep the most downloaded few; among equals those first in the alphabet do not matter to a count."""
    if len(heap) < _EXAMPLES:
        heapq.heappush(heap, entry)
    else:
        heapq.heappushpop(heap, entry)


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


def _ranked(counts: Counter[str]) -> tuple[Count, ...]:
    return tuple(
        Count(id=name, count=count) for name, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    )


def survey_of(auditor: Auditor, dump: RecordDump, *, now: str) -> Survey:
    """Audit every repository of a dump and return what they have in common.

    Raises `SubjectUnreachable` when a file cannot be read, `BrokenAnswer` when it holds no record at all.
    """
    count = SurveyCount()
    known: dict[str, Report] = {}

    def report_on(base: Snapshot) -> Report:
        if base.id not in known:
            known[base.id] = auditor.report(base)
        return known[base.id]

    rulebook: RulebookId | None = None
    for subject in dump_subjects(dump, auditor.reading, now=now):
        report = auditor.report(subject.snapshot)
        count.add(
            report,
            downloads=subject.downloads,
            text_listed=subject.text_listed,
            bases=tuple(report_on(base) for base in subject.bases),
            alone=auditor.report(subject.alone) if subject.alone is not None else None,
            shown_base=report_on(subject.shown_base) if subject.shown_base is not None else None,
        )
        rulebook = report.rulebook
    if rulebook is None:
        raise BrokenAnswer("the file holds no record of a repository")
    return count.result(rulebook=rulebook, as_of=now, sources=dump.sources(), unreadable=dump.unreadable)
