"""What a table is: rows of cells with notes and a citation, for the writers to write."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import msgspec

from auditor.model.report import FailedTarget
from auditor.rulebook.table_rules import Column

__all__ = [
    "Cell",
    "Citation",
    "Group",
    "Input",
    "Note",
    "Plotted",
    "Row",
    "RulesUsed",
    "Table",
    "TableOptions",
    "Writer",
]


class Note(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One piece of evidence behind cells; equal ones are one note."""

    kind: str
    """A kind of evidence (design section 2), `section` of a license, or `check` for a finding without evidence."""
    source: str
    path: str | None = None
    lines: tuple[int, int] | None = None
    section: str | None = None
    date: str | None = None
    """ISO date of the reading."""
    sha256: str | None = None
    quote: str | None = None


class Cell(msgspec.Struct, frozen=True):
    """One value; text in it is on one line and free of control and direction characters."""

    low: str | float | None
    """The value; for intervals and ladders what is proved. `None`: the report has none."""
    high: str | float | None
    """What is not ruled out; equal to `low` for a value without an interval."""
    shown: str
    notes: tuple[int, ...] = ()
    """Numbers of its notes, from 1."""


class Plotted(msgspec.Struct, frozen=True, kw_only=True):
    """What figures read of a row, whatever columns were chosen."""

    name: str
    label: str
    grades: dict[str, tuple[int, int]]
    license: str | None
    released: str | None
    as_of: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One report."""

    key: tuple[str, str, str, str]
    """Id, revision, day and hash of the report: what decides between rows that are otherwise equal."""
    cells: tuple[Cell, ...]
    """As many as the table has columns, in their order."""
    plotted: Plotted


class Group(msgspec.Struct, frozen=True):
    """Rows that belong together; a table that is not grouped has one without a name."""

    name: str | None
    rows: tuple[Row, ...]


class RulesUsed(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A rulebook that judged some of the rows."""

    version: str
    sha256: str
    overlays: tuple[str, ...] = ()


class Input(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One report the table was made from, and how to recognize it."""

    id: str
    revision: str | None
    requested: str
    as_of: str
    report_sha256: str
    """Of the report as compact JSON with sorted keys, in UTF-8."""
    snapshot_sha256: str | None
    """Of the manifest of its recording (`auditor snapshot`); `None` for a report that was read from a file."""


class Citation(msgspec.Struct, frozen=True, kw_only=True):
    """What a paper cites and a reader needs to make the table again."""

    auditor: str
    """Version of the program."""
    command: str
    """Makes the same table from the same inputs; without `-o`."""
    rulebooks: tuple[RulesUsed, ...]
    """More than one: the rows were not all judged by the same rules."""
    as_of: tuple[str, str] | None
    """First and last day the reports speak of."""
    reports: int
    reports_sha256: str
    """Over the lines `<report_sha256>  <id>@<revision or ->` of `inputs`, sorted, each with a newline."""
    inputs: tuple[Input, ...]


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a writer needs."""

    columns: tuple[Column, ...]
    group_by: Column | None
    sort: tuple[str, ...]
    groups: tuple[Group, ...]
    notes: tuple[Note, ...]
    """Note number 1 first."""
    failed: tuple[FailedTarget, ...]
    citation: Citation

    @property
    def rows(self) -> list[Row]:
        """Return all rows, group after group."""
        return [row for group in self.groups for row in group.rows]


class TableOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a writer may be told."""

    comments: bool = False
    """CSV: the citation as `#` lines in front."""
    figures: tuple[str, ...] = ()
    """HTML: which figures stand above the table."""
    dates: str = "released"
    """Figure of adoption: `released` or `as-of`."""


Writer: TypeAlias = Callable[[Table, TableOptions], bytes]
