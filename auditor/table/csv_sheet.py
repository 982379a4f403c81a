"""A table as plain CSV: one header row, one value a cell, an interval as two columns; what a data frame reads."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from auditor.render.csv_table import disarmed
from auditor.table.citation import citation_lines, failed_lines
from auditor.table.interface import Row, Table, TableOptions

__all__ = ["header", "values", "write"]


def write(table: Table, options: TableOptions) -> bytes:
    """Return the sheet; with `options.comments` the citation stands in front of it as `#` lines."""
    out = io.StringIO()
    if options.comments:
        out.writelines(f"# {line}\n" for line in [*citation_lines(table), *failed_lines(table)])
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header(table))
    for group in table.groups:
        for row in group.rows:
            writer.writerow([disarmed("" if value is None else value) for value in values(table, row, group.name)])
    return out.getvalue().encode()


def header(table: Table) -> list[str]:
    """Return the names of the columns; the group comes first where the table is grouped by something not shown."""
    return [*_group(table), *(name for column in table.columns for name in column.names)]


def values(table: Table, row: Row, group: str | None) -> Iterator[str | float | None]:
    """Yield the values of a row as `header` names them; `None` where there is none."""
    yield from (group for _ in _group(table))
    for column, cell in zip(table.columns, row.cells, strict=True):
        yield cell.low
        if column.ends:
            yield cell.high


def _group(table: Table) -> list[str]:
    column = table.group_by
    return [column.id] if column and column not in table.columns else []
