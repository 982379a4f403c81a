"""From targets to reports: pick the source, fetch in threads, audit in order, let no failure stop the others."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeAlias

from auditor.errors import AuditorError
from auditor.fetch.interface import FetchOptions
from auditor.fetch.targets import Target, TargetProblem
from auditor.model.report import FailedTarget, Report
from auditor.model.snapshot import Snapshot
from auditor.pipeline.auditor import Auditor
from auditor.pipeline.disclosed_subject import disclosed_snapshot

__all__ = ["Outcome", "Subjects", "snapshots_of"]

Fetch: TypeAlias = Callable[[Target], Snapshot]
Outcome: TypeAlias = Report | tuple[FailedTarget, AuditorError]


class Subjects:
    """Reads and audits the subjects of one command; sources and their memory are shared by all of them."""

    def __init__(self, auditor: Auditor, options: FetchOptions) -> None:
        from auditor.fetch.sources import Sources

        self._auditor = auditor
        self._options = options
        self._sources = Sources()

    def fetch(self, target: Target) -> Snapshot:
        """Return the snapshot of one target from the source its scheme names; safe to call from threads.

        Raises a `SubjectUnreachable` when nothing could be read.
        """
        if target.scheme == "disclosed":
            now, rulebook = self._options.now, self._auditor.rulebook
            return disclosed_snapshot(rulebook, target.id, target.requested, now, target.channel)
        return self._sources.fetch(target, self._options)

    def audit(
        self, targets: Iterable[Target | TargetProblem], *, as_of: str | None = None, concurrency: int = 8
    ) -> Iterator[Outcome]:
        """Yield one report, or one failure with its error, for each target in order."""
        for requested, entry in snapshots_of(targets, self.fetch, concurrency=concurrency):
            if isinstance(entry, AuditorError):
                failure = FailedTarget(target=requested, code=entry.code, message=entry.message, hint=entry.help)
                yield failure, entry
            else:
                yield self._auditor.report(entry, as_of=as_of)

    def stats_line(self) -> str:
        """Return what was asked of the Hub, in one line."""
        return self._sources.stats_line()


def snapshots_of(
    targets: Iterable[Target | TargetProblem], fetch: Fetch, *, concurrency: int
) -> Iterator[tuple[str, Snapshot | AuditorError]]:
    """Yield `(requested, snapshot or error)` in the order of the targets, with at most `concurrency` under way.

    Memory is bounded: no more than twice `concurrency` snapshots wait to be taken.
    """
    waiting: deque[tuple[str, Future[Snapshot] | AuditorError]] = deque()
    with ThreadPoolExecutor(max_workers=concurrency, thread_name_prefix="fetch") as pool:
        try:
            for target in targets:
                if isinstance(target, TargetProblem):
                    waiting.append((target.requested, _as_error(target)))
                else:
                    waiting.append((target.requested, pool.submit(fetch, target)))
                while len(waiting) >= 2 * concurrency:
                    yield _taken(*waiting.popleft())
            while waiting:
                yield _taken(*waiting.popleft())
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _as_error(problem: TargetProblem) -> AuditorError:
    # The same class, so that the code stays; the message gains the line of the list.
    return type(problem.error)(problem.message, hint=problem.error.help)


def _taken(requested: str, entry: Future[Snapshot] | AuditorError) -> tuple[str, Snapshot | AuditorError]:
    if isinstance(entry, AuditorError):
        return requested, entry
    try:
        return requested, entry.result()
    except AuditorError as error:
        return requested, error
