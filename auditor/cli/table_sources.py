"""Where the rows of a table come from: targets that are audited now, and reports and recordings in files."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from auditor.cli.dates import checked_date
from auditor.cli.environment import endpoint_of, fetch_options, now_utc
from auditor.cli.exit_codes import ExitCodes
from auditor.errors import AuditorError, SubjectUnreachable
from auditor.model.report import FailedTarget

if TYPE_CHECKING:
    from auditor.fetch.report_folder import Found
    from auditor.fetch.targets import Target, TargetProblem
    from auditor.rulebook.load import Rulebook

__all__ = ["TableSources"]

_SHOWN = 5


class TableSources:
    """Yields reports as plain data, one at a time; what failed is collected and said on stderr."""

    def __init__(self, rulebook: Rulebook, *, offline: bool, as_of: str | None, concurrency: int) -> None:
        from auditor.pipeline.auditor import Auditor
        from auditor.pipeline.subjects import Subjects

        self._as_of = checked_date(as_of)
        self._concurrency = concurrency
        self._subjects = Subjects(Auditor(rulebook), fetch_options(now=now_utc(), offline=offline))
        self.codes = ExitCodes()
        self.failures: list[FailedTarget] = []

    def reports(self, targets: Sequence[str], places: Sequence[Path]) -> Iterator[tuple[dict[str, Any], str | None]]:
        """Yield `(report, sha256 of the manifest of its snapshot)` for every target, then for everything in files.

        The second is `None` for a report that was read from a file. Raises `UsageProblem` when a list or a folder
        cannot be read at all.
        """
        from auditor.fetch.report_file import is_report_file
        from auditor.fetch.report_folder import found_in
        from auditor.fetch.targets import HUB_ENDPOINTS, expand_targets

        files = [*places, *(Path(word) for word in targets if is_report_file(word))]
        words = [word for word in targets if not is_report_file(word)]
        yield from self._audited(expand_targets(words, endpoints=(*HUB_ENDPOINTS, endpoint_of())))
        for place in files:
            found = found_in(place)
            skipped: list[str] = []
            # Recordings are audited a run at a time, so that neither they nor the reports are ever held all at once.
            for recorded, run in itertools.groupby(found, key=lambda one: one.kind == "snapshot"):
                if recorded:
                    yield from self._audited(_snapshot(one.place) for one in run)
                else:
                    yield from self._read(run, skipped)
            if skipped:
                names = ", ".join(skipped[:_SHOWN]) + (", ..." if len(skipped) > _SHOWN else "")
                click.echo(f"left out: {len(skipped)} files that hold no report: {names}", err=True)

    def failed(self, target: str, error: AuditorError) -> None:
        """Note that a target has no row, and say so."""
        self.codes.add(error)
        self.failures.append(
            FailedTarget(target=target, code=error.code, message=error.message, hint=error.help)
        )  # fmt: skip
        click.echo(f"error: {target}: {error.message}", err=True)
        if error.help:
            click.echo(f"help: {error.help}", err=True)

    def _read(self, run: Iterator[Found], skipped: list[str]) -> Iterator[tuple[dict[str, Any], str | None]]:
        for one in run:
            if one.report is not None:
                yield one.report, None
            elif one.error is not None:
                self.failed(one.place, one.error)
            elif one.failed is not None:
                # It failed when the file was written: the table says so, and is incomplete as it would be then.
                self.codes.add(SubjectUnreachable(one.failed.message))
                self.failures.append(one.failed)
            else:
                skipped.append(one.place)

    def _audited(self, targets: Any) -> Iterator[tuple[dict[str, Any], str | None]]:
        from auditor.fetch.recorded import manifest_sha256

        outcomes = self._subjects.audit_with_evidence(targets, as_of=self._as_of, concurrency=self._concurrency)
        for outcome, snapshot in outcomes:
            if isinstance(outcome, tuple):
                self.failed(outcome[0].target, outcome[1])
            else:
                # Through JSON, as a report file goes, so that both have the same hash.
                plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(outcome))
                yield plain, manifest_sha256(snapshot) if snapshot else None


def _snapshot(place: str) -> Target | TargetProblem:
    from auditor.fetch.targets import Target

    return Target(scheme="snapshot", id=Path(place).name, path=place, requested=place)
