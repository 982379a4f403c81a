"""From targets to reports: pick the source, fetch in threads, audit in order, let no failure stop the others."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias, TypeVar

from auditor.errors import AuditorError
from auditor.fetch.in_order import in_order
from auditor.fetch.interface import FetchOptions
from auditor.fetch.targets import Target, TargetProblem
from auditor.model.report import FailedTarget, Report
from auditor.model.snapshot import Snapshot
from auditor.pipeline.auditor import Auditor
from auditor.pipeline.disclosed_subject import disclosed_snapshot
from auditor.verdict.context import Context

__all__ = ["Outcome", "Subjects"]

T = TypeVar("T")
Outcome: TypeAlias = Report | tuple[FailedTarget, AuditorError]


class Subjects:
    """Reads and audits the subjects of one command; sources and their memory are shared by all of them."""

    def __init__(
        self,
        auditor: Auditor,
        options: FetchOptions,
        *,
        recorded: Callable[[Target], Snapshot | None] | None = None,
    ) -> None:
        """Prepare for a batch; what `recorded` gives for a target is taken in place of asking its source."""
        from auditor.fetch.sources import Sources

        self._auditor = auditor
        self._options = options
        self._recorded = recorded
        self._sources = Sources()

    def fetch(self, target: Target, stopped: threading.Event | None = None) -> Snapshot:
        """Return the snapshot of one target from the source its scheme names; safe to call from threads.

        With `stopped` it is one of a batch: a spent rate limit is waited for.

        Raises a `SubjectUnreachable` when nothing could be read.
        """
        kept = self._recorded(target) if self._recorded is not None else None
        if kept is not None:
            return kept
        if target.scheme == "disclosed":
            now, rulebook = self._options.now, self._auditor.rulebook
            return disclosed_snapshot(rulebook, target.id, target.requested, now, target.channel)
        return self._sources.fetch(target, self._options, stopped)

    def audit(
        self,
        targets: Iterable[Target | TargetProblem],
        *,
        as_of: str | None = None,
        concurrency: int = 8,
        context: Context | None = None,
    ) -> Iterator[Outcome]:
        """Yield one report, or one failure with its error, for each target in order.

        At most `concurrency` subjects are read at a time, and twice as many wait to be taken.
        """
        for outcome, _ in self.audit_with_evidence(targets, as_of=as_of, concurrency=concurrency, context=context):
            yield outcome

    def audit_with_evidence(
        self,
        targets: Iterable[Target | TargetProblem],
        *,
        as_of: str | None = None,
        concurrency: int = 8,
        context: Context | None = None,
    ) -> Iterator[tuple[Outcome, Snapshot | None]]:
        """Yield what `audit` yields, each with the snapshot it was made from, or with `None`."""

        def report(snapshot: Snapshot) -> tuple[Report, Snapshot]:
            return self._auditor.report(snapshot, as_of=as_of, context=context), snapshot

        for _, (first, second) in self.each(targets, report, concurrency=concurrency):
            if isinstance(first, Report) and isinstance(second, Snapshot):
                yield first, second
            elif isinstance(first, FailedTarget) and isinstance(second, AuditorError):
                yield (first, second), None

    def each(
        self,
        targets: Iterable[Target | TargetProblem],
        judge: Callable[[Snapshot], T],
        *,
        concurrency: int = 8,
    ) -> Iterator[tuple[Target | TargetProblem, T | tuple[FailedTarget, AuditorError]]]:
        """Yield each target, in order, with what `judge` makes of its snapshot, or with its failure and error."""
        stopped = threading.Event()

        def read(target: Target | TargetProblem) -> tuple[Target | TargetProblem, Snapshot | AuditorError]:
            if isinstance(target, TargetProblem):
                # The same class, so that the code stays; the message gains the line of the list.
                return target, type(target.error)(target.message, hint=target.error.help)
            try:
                return target, self.fetch(target, stopped)
            except AuditorError as error:
                return target, error

        for _, (target, entry) in in_order(targets, read, concurrency, stopped):
            outcome = entry if isinstance(entry, AuditorError) else self._judged(target.requested, entry, judge)
            if isinstance(outcome, AuditorError):
                failure = FailedTarget(
                    target=target.requested, code=outcome.code, message=outcome.message, hint=outcome.help
                )
                yield target, (failure, outcome)
            else:
                yield target, outcome

    def _judged(self, requested: str, snapshot: Snapshot, judge: Callable[[Snapshot], T]) -> T | AuditorError:
        try:
            return judge(snapshot)
        except AuditorError as error:
            return error
        except Exception as error:
            # A subject that breaks our reading must not take the others of the batch with it.
            return AuditorError(f"{requested}: internal error: {type(error).__name__}: {error}")

    def stats_line(self) -> str:
        """Return what was asked of the Hub, in one line."""
        return self._sources.stats_line()
