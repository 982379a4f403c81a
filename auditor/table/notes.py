"""The evidence behind a cell, as notes that many cells can share."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import Any

from auditor.rulebook.table_rules import Column, EvidenceSource, TableRules
from auditor.table.cells import safe_text
from auditor.table.interface import Note
from auditor.table.paths import followed

__all__ = ["MAX_NOTES", "note_words", "notes_of", "numbers_shown"]

MAX_NOTES = 12
"""Notes on one cell; the rest is in the report, which the last note says."""


def notes_of(column: Column, report: Mapping[str, Any], rules: TableRules, shown: Collection[str]) -> tuple[Note, ...]:
    """Return the notes on a cell in the order of the rules; `shown` are the ids of all columns of the table."""
    found = dict.fromkeys(_all(column.evidence, report, rules, shown))
    notes = tuple(islice(found, MAX_NOTES))
    if len(found) > len(notes):
        more = f"{len(found) - len(notes)} more pieces of evidence"
        notes = (*notes[:-1], Note(kind="report", source=safe_text(report["subject"]["id"]), path=more))
    return notes


def _all(
    sources: tuple[EvidenceSource, ...], report: Mapping[str, Any], rules: TableRules, shown: Collection[str]
) -> Iterator[Note]:
    for source in sources:
        if source.at is not None:
            yield from (_evidence(item, report) for place in followed(report, source.at) for item in _items(place))
        elif source.findings is not None:
            wanted = {name for place in followed(report, source.findings) for name in _items(place)}
            for finding in report["findings"]:
                if finding["id"] in wanted and finding["outcome"] != "not_applicable":
                    yield from _finding(finding, report)
        elif source.sections is not None:
            for place in followed(report, source.sections):
                if isinstance(place, dict) and place.get("license"):
                    section = place.get("section")
                    yield Note(
                        kind="section",
                        source=safe_text(place["license"]),
                        section=safe_text(section) if section else None,
                    )
        elif not set(source.columns) & set(shown):
            for name in source.columns:
                yield from _all(rules.columns[name].evidence, report, rules, shown)


def _items(place: Any) -> list[Any]:
    return place if isinstance(place, list) else [place] if place is not None else []


def _finding(finding: Mapping[str, Any], report: Mapping[str, Any]) -> Iterator[Note]:
    if not finding["evidence"]:
        # Nothing was read that says so: the reader learns which check decided.
        yield Note(kind="check", source=safe_text(finding["code"]), date=_day(report))
    for item in finding["evidence"]:
        yield _evidence(item, report)


def _evidence(item: Mapping[str, Any], report: Mapping[str, Any]) -> Note:
    return Note(
        kind=item["kind"],
        source=safe_text(item["source"]),
        path=safe_text(item["path"]) if item["path"] else None,
        lines=tuple(item["lines"]) if item["lines"] else None,
        date=safe_text(item["read_on"]) if item["read_on"] else _day(report),
        sha256=safe_text(item["sha256"]) if item["sha256"] else None,
        quote=safe_text(item["quote"]) if item["quote"] else None,
    )


def _day(report: Mapping[str, Any]) -> str:
    return safe_text(report["subject"]["retrieved_at"])[:10]


def note_words(note: Note) -> str:
    """Return a note as one line without its quote: kind, source, place, date."""
    if note.kind == "section":
        return f"license {note.source}, " + (f"section {note.section}" if note.section else "silent")
    if note.kind == "check":
        return f"check {note.source}, without evidence of its own, {note.date}"
    if note.kind == "report":
        return f"{note.path} in the report on {note.source}"
    path = f", {note.path}" if note.path else ""
    lines = f", lines {note.lines[0]}-{note.lines[1]}" if note.lines else ""
    return f"{note.kind}: {note.source}{path}{lines}, {note.date}"


def numbers_shown(numbers: tuple[int, ...]) -> list[str]:
    """Return sorted numbers with runs of three and more joined: 1, 4-7."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [
        text
        for run in runs
        for text in ([f"{run[0]}-{run[-1]}"] if len(run) > 2 else [str(number) for number in run])
    ]  # fmt: skip
