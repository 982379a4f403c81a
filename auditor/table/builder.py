"""Reports in, one after the other; a table out. A report is let go once its row is made."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from auditor.errors import BrokenReport, UsageProblem
from auditor.model.report import FailedTarget
from auditor.rulebook.load import Rulebook
from auditor.rulebook.suggestion import did_you_mean
from auditor.rulebook.table_rules import Column
from auditor.table.cells import cell_of, safe_text
from auditor.table.interface import Cell, Citation, Group, Input, Note, Plotted, Row, RulesUsed, Table
from auditor.table.notes import notes_of
from auditor.table.paths import at, followed

__all__ = ["Selection", "TableBuilder", "canonical_json"]

MAX_COMMAND = 2000


def canonical_json(report: Mapping[str, Any]) -> bytes:
    """Return the bytes whose sha256 stands for a report: compact JSON, keys sorted, UTF-8."""
    return msgspec.json.encode(report, order="sorted")


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked of the table."""

    columns: tuple[Column, ...]
    group_by: Column | None = None
    sort: tuple[tuple[Column, bool], ...]
    """Columns to sort by, each with whether the highest comes first."""


class _Draft(msgspec.Struct, frozen=True):
    """A row before notes have numbers: a cell for each column, the group and each sort key; notes for each column."""

    key: tuple[str, str, str, str]
    cells: tuple[Cell, ...]
    group: Cell | None
    order: tuple[Cell, ...]
    notes: tuple[tuple[Note, ...], ...]
    plotted: Plotted


class TableBuilder:
    """Collects rows; `table` sorts, groups, numbers the notes and writes the citation."""

    def __init__(self, rulebook: Rulebook, selection: Selection) -> None:
        self._rulebook = rulebook
        self._selection = selection
        self._shown = frozenset(column.id for column in selection.columns)
        self._ladder = list(rulebook.vocabulary.labels)
        self._drafts: list[_Draft] = []
        self._failed: list[FailedTarget] = []
        self._inputs: dict[str, Input] = {}
        self._rulebooks: set[RulesUsed] = set()
        self._known: dict[Note, Note] = {}
        self._strings: dict[str, str] = {}
        # For members of families: the names that were met where the column's own was not.
        self._missing = {column.id: set[str]() for column in self._asked() if column.each}
        self._met: set[str] = set()
        self.duplicates = 0
        """Reports that were left out because the very same report is in the table already."""

    def _asked(self) -> list[Column]:
        chosen = self._selection
        return [
            *chosen.columns,
            *([chosen.group_by] if chosen.group_by else ()),
            *(column for column, _ in chosen.sort),
        ]

    def add(self, report: Mapping[str, Any], snapshot_sha256: str | None = None) -> None:
        """Take one report as plain data in the shape of `auditor/report/1`.

        Raises `BrokenReport` for a label that is no rung of the ladder, or a ceiling below it.
        """
        rungs = [report["label"], report["label_ceiling"]]
        if not set(rungs) <= set(self._ladder) or sorted(rungs, key=self._ladder.index) != rungs:
            words = " to ".join(map(safe_text, rungs))
            raise BrokenReport(f"a label of {words} is none of this rulebook")
        digest = hashlib.sha256(canonical_json(report)).hexdigest()
        if digest in self._inputs:
            self.duplicates += 1
            return
        subject = report["subject"]
        one = Input(
            id=safe_text(subject["id"]),
            revision=safe_text(subject["revision"]) if subject["revision"] else None,
            requested=safe_text(subject["requested"]),
            as_of=safe_text(report["as_of"]),
            report_sha256=digest,
            snapshot_sha256=snapshot_sha256,
        )
        self._inputs[digest] = one
        self._rulebooks.add(msgspec.convert(report["rulebook"], RulesUsed))
        self._look_for_families(report)
        chosen = self._selection
        notes = [notes_of(column, report, self._rulebook.table, self._shown) for column in chosen.columns]
        self._drafts.append(
            _Draft(
                (one.id, one.revision or "", one.as_of, digest),
                tuple(self._cell(column, report) for column in chosen.columns),
                self._cell(chosen.group_by, report) if chosen.group_by else None,
                tuple(self._cell(column, report) for column, _ in chosen.sort),
                # Equal notes are one object: ten thousand rows cite a few hundred places.
                tuple(tuple(self._known.setdefault(note, note) for note in ours) for ours in notes),
                self._plotted(report),
            )
        )

    def fail(self, failure: FailedTarget) -> None:
        """Take a target that has no report."""
        self._failed.append(failure)

    def table(self, *, program: str, command: str) -> Table:
        """Return the table; raises `UsageProblem` for a column that no report has."""
        for name, others in self._missing.items():
            if name not in self._met and self._drafts:
                near = did_you_mean(name, others)
                raise UsageProblem(
                    f"no report has a value for the column {name!r}{near}",
                    hint="`auditor table --list-columns TARGET` names the columns that a report has",
                )
        self._drafts.sort(key=lambda draft: draft.key)
        # Python's sort is stable: the last key first, each in its own direction, empty cells at the end.
        for place, (column, descending) in reversed([*enumerate(self._selection.sort)]):
            rank = self._ranking(column)
            self._drafts.sort(key=lambda draft, p=place, r=rank: r(draft.order[p]), reverse=descending)  # type: ignore[misc] # lambda defaults bind now
            self._drafts.sort(key=lambda draft, p=place: draft.order[p].low is None)  # type: ignore[misc] # as above
        numbers: dict[Note, int] = {}
        groups = tuple(Group(name, tuple(_row(draft, numbers) for draft in drafts)) for name, drafts in self._grouped())
        chosen = self._selection
        return Table(
            columns=chosen.columns,
            group_by=chosen.group_by,
            sort=tuple(f"{'-' if descending else ''}{column.id}" for column, descending in chosen.sort),
            groups=groups,
            notes=tuple(numbers),
            failed=tuple(sorted(self._failed, key=lambda failure: (failure.target, failure.code, failure.message))),
            citation=self._citation(program, command),
        )

    def _cell(self, column: Column, report: Mapping[str, Any]) -> Cell:
        cell = cell_of(column, report)
        if not isinstance(cell.low, str):
            return cell
        low, high, shown = (
            self._strings.setdefault(str(text), str(text)) for text in (cell.low, cell.high, cell.shown)
        )
        return Cell(low, high, shown)

    def _look_for_families(self, report: Mapping[str, Any]) -> None:
        for column in self._asked():
            if column.each is None or column.id in self._met:
                continue
            if any(True for _ in followed(report, column.path[0])):
                self._met.add(column.id)
            elif isinstance(place := at(report, column.each), dict):
                name = column.id.split(".")
                position = column.path[0].removeprefix(column.each + ".").partition(".")[0]
                for other in place:
                    self._missing[column.id].add(".".join(other if step == position else step for step in name))

    def _plotted(self, report: Mapping[str, Any]) -> Plotted:
        subject = report["subject"]
        concluded = report["licenses"]["weights"]["concluded"]
        released = (subject.get("released") or {}).get("on")
        return Plotted(
            name=safe_text(subject.get("title") or subject["id"]),
            label=report["label"],
            grades={name: (grade["level"], grade["ceiling"]) for name, grade in report["grades"].items()},
            license=safe_text(concluded) if concluded else None,
            released=safe_text(released)[:10] if released else None,
            as_of=safe_text(report["as_of"])[:10],
        )

    def _ranking(self, column: Column) -> Callable[[Cell], Any]:
        def place(value: str | float | None) -> tuple[int, float, str]:
            if isinstance(value, str):
                rung = self._ladder.index(value) if column.kind == "ladder" and value in self._ladder else -1
                return (rung, 0.0, value.casefold())
            return (-1, value or 0.0, "")

        return lambda cell: (place(cell.low), place(cell.high))

    def _grouped(self) -> Sequence[tuple[str | None, list[_Draft]]]:
        column = self._selection.group_by
        if column is None:
            return [(None, self._drafts)]
        groups: dict[Cell, list[_Draft]] = {}
        for draft in self._drafts:
            groups.setdefault(draft.group or Cell(None, None, ""), []).append(draft)
        rank = self._ranking(column)
        ordered = sorted(groups, key=lambda cell: (cell.low is None, rank(cell)))
        return [(cell.shown, groups[cell]) for cell in ordered]

    def _citation(self, program: str, command: str) -> Citation:
        inputs = tuple(sorted(self._inputs.values(), key=lambda one: (one.id, one.revision or "", one.report_sha256)))
        lines = sorted(f"{one.report_sha256}  {one.id}@{one.revision or '-'}\n" for one in inputs)
        days = sorted(one.as_of for one in inputs)
        return Citation(
            auditor=program,
            command=safe_text(command, MAX_COMMAND),
            rulebooks=tuple(sorted(self._rulebooks)),
            as_of=(days[0], days[-1]) if days else None,
            reports=len(inputs),
            reports_sha256=hashlib.sha256("".join(lines).encode()).hexdigest(),
            inputs=inputs,
        )


def _row(draft: _Draft, numbers: dict[Note, int]) -> Row:
    cells = []
    for cell, notes in zip(draft.cells, draft.notes, strict=True):
        # Numbered by first appearance, as a reader of the finished table meets them.
        ours = tuple(sorted({numbers.setdefault(note, len(numbers) + 1) for note in notes}))
        cells.append(msgspec.structs.replace(cell, notes=ours) if ours else cell)
    return Row(key=draft.key, cells=tuple(cells), plotted=draft.plotted)
