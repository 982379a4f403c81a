"""Many reports from files: a folder with reports, batches, jsonl and recorded snapshots, read one after the other."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import msgspec

from auditor.errors import BrokenReport, UsageProblem
from auditor.fetch.recorded import is_recorded
from auditor.model.finding import DIMENSIONS
from auditor.model.report import FailedTarget, Report

__all__ = ["Found", "found_in"]

MAX_FILES = 200_000
MAX_DEPTH = 8
MAX_FILE_BYTES = 4_000_000_000
"""Of a batch or jsonl file; it is mapped, never read into memory as a whole."""
MAX_REPORT_BYTES = 32_000_000
_HEAD = 4096
_LADDER_TOP = 4


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One thing in a file: a report, a target that had failed, a recorded snapshot, or why a file gave nothing."""

    kind: Literal["report", "failed", "snapshot", "skipped", "broken"]
    place: str
    """The file, with the line for jsonl; a path as it was given, joined with `/`."""
    report: dict[str, Any] | None = None
    failed: FailedTarget | None = None
    error: BrokenReport | None = None


class _Batch(msgspec.Struct):
    """A batch whose reports are still bytes."""

    schema: Literal["auditor/batch/1"]
    reports: list[msgspec.Raw] = []
    errors: list[FailedTarget] = []


class _Failure(msgspec.Struct):
    """A line of jsonl: a report, which has no such key, or a target that failed."""

    error: FailedTarget | None = None


class _Named(msgspec.Struct):
    """Any JSON object, as far as it says what it is."""

    schema: str | None = None


def found_in(place: Path) -> Iterator[Found]:
    """Yield everything below a folder, or in one file, in the order of the paths; links are not followed.

    A damaged file is `broken` and does not stop the others. Raises `UsageProblem` when nothing is at `place` or it
    holds more files than we look at.
    """
    if place.is_dir():
        if is_recorded(place):
            yield Found(kind="snapshot", place=str(place))
            return
        yield from _in_folder(place)
    elif place.is_file():
        yield from _in_file(place)
    else:
        raise UsageProblem(f"{str(place)!r} is neither a folder nor a file", hint="--from takes reports and snapshots")


def _in_folder(root: Path) -> Iterator[Found]:
    seen = 0
    for folder, folders, files in os.walk(root, followlinks=False):
        here = Path(folder)
        depth = len(here.relative_to(root).parts)
        if here != root and is_recorded(here):
            folders.clear()
            yield Found(kind="snapshot", place=here.as_posix())
            continue
        folders[:] = sorted(name for name in folders if not name.startswith(".") and depth < MAX_DEPTH)
        seen += len(files)
        if seen > MAX_FILES:
            raise UsageProblem(f"{str(root)!r} holds more than {MAX_FILES} files")
        for name in sorted(files):
            file = here / name
            if not name.startswith(".") and file.is_file() and not file.is_symlink():
                yield from _in_file(file)


def _in_file(file: Path) -> Iterator[Found]:
    place, ending = file.as_posix(), file.suffix.lower()
    if ending == ".zip":
        yield Found(kind="snapshot", place=place)
        return
    if ending not in (".json", ".jsonl"):
        yield Found(kind="skipped", place=place)
        return
    try:
        size = file.stat().st_size
        if size > MAX_FILE_BYTES:
            raise BrokenReport(f"{place} is larger than {MAX_FILE_BYTES} bytes", hint="split it into several files")
        with file.open("rb") as stream:
            if ending == ".jsonl":
                yield from _lines(stream, place)
            elif size:
                # A batch of ten thousand reports is half a gigabyte: the system pages it, we never hold it. Not closed
                # by hand, as reports not yet decoded look into it; it goes with the last of them.
                yield from _document(memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)), place)
            else:
                raise BrokenReport(f"{place} is empty")
    except OSError as error:
        yield _broken(BrokenReport(f"cannot read {place}: {error.strerror or error}"), place)
    except BrokenReport as error:
        yield _broken(error, place)


def _document(content: memoryview, place: str) -> Iterator[Found]:
    try:
        schema = msgspec.json.decode(content, type=_Named).schema
        if schema == "auditor/report/1":
            yield _report(content, place)
        elif schema == "auditor/batch/1":
            yield from _batch(msgspec.json.decode(content, type=_Batch), place)
        else:
            yield Found(kind="skipped", place=place)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise BrokenReport(f"{place}: {error}") from error


def _batch(batch: _Batch, place: str) -> Iterator[Found]:
    for number, raw in enumerate(batch.reports, start=1):
        where = f"{place}#{number}"
        try:
            yield _report(memoryview(raw), where)
        except BrokenReport as error:
            yield _broken(error, where)
    for failed in batch.errors:
        yield Found(kind="failed", place=place, failed=failed)


def _lines(stream: Any, place: str) -> Iterator[Found]:
    number = 0
    while line := stream.readline(MAX_REPORT_BYTES + 1):
        number += 1
        where = f"{place}:{number}"
        if len(line) > MAX_REPORT_BYTES:
            raise BrokenReport(f"{where} is longer than {MAX_REPORT_BYTES} bytes")
        if not line.strip():
            continue
        try:
            if failed := msgspec.json.decode(line, type=_Failure).error:
                yield Found(kind="failed", place=where, failed=failed)
            else:
                yield _report(line, where)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            yield _broken(BrokenReport(f"{where}: {error}"), where)
        except BrokenReport as error:
            yield _broken(error, where)


def _broken(error: BrokenReport, place: str) -> Found:
    return Found(kind="broken", place=place, error=error)


def _report(content: memoryview | bytes, place: str) -> Found:
    """Return a report as plain data; raises `BrokenReport` when it has not the shape of one."""
    if len(content) > MAX_REPORT_BYTES:
        raise BrokenReport(f"{place} is larger than {MAX_REPORT_BYTES} bytes")
    try:
        data = msgspec.json.decode(content)
        report = msgspec.convert(data, Report)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise BrokenReport(f"{place} is no report of ours: {error}", hint="write it again with this version") from error
    if sorted(report.grades) != sorted(DIMENSIONS):
        raise BrokenReport(f"{place}: grades for {', '.join(sorted(report.grades))} instead of {', '.join(DIMENSIONS)}")
    for name, grade in report.grades.items():
        if not 0 <= grade.level <= grade.ceiling <= _LADDER_TOP:
            raise BrokenReport(f"{place}: the grade of {name} runs from {grade.level} to {grade.ceiling}")
    if not 0 <= report.score.low <= report.score.high <= 100:
        raise BrokenReport(f"{place}: the score runs from {report.score.low:g} to {report.score.high:g}")
    return Found(kind="report", place=place, report=data)
