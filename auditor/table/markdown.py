"""A table as Markdown: pipes, superscript note numbers, notes and citation below."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.render.markdown import escaped
from auditor.render.wording import DISCLAIMER
from auditor.table.citation import citation_lines, failed_lines, input_lines
from auditor.table.interface import Cell, Table, TableOptions
from auditor.table.notes import note_words, numbers_shown

__all__ = ["write"]


def write(table: Table, options: TableOptions) -> bytes:  # noqa: ARG001 - Markdown has no options
    """Return the page; everything read from a subject is escaped."""
    parts = []
    for group in table.groups:
        if group.name is not None and table.group_by is not None:
            parts.append(f"## {escaped(table.group_by.heading)}: {escaped(group.name)}\n")
        parts.append(_line([escaped(column.heading) for column in table.columns]))
        parts.append(_line([_rule(column.kind) for column in table.columns]))
        parts += [_line(map(_cell, row.cells)) for row in group.rows]
        parts.append("")
    parts.append(
        "An interval runs from what is proved to what is not ruled out; numbers in parentheses are notes. "
        "A higher score can have a lower label.\n"
    )
    if table.failed:
        parts += [f"- {escaped(line)}" for line in failed_lines(table)] + [""]
    if table.notes:
        parts.append("### Notes\n")
        parts += [f"{number}. {escaped(note_words(note))}" for number, note in enumerate(table.notes, start=1)]
        parts.append("")
    parts.append("### Citation\n")
    parts += [f"- {escaped(line)}" for line in [*citation_lines(table), *input_lines(table)]]
    parts.append(f"\n_{DISCLAIMER}_\n")
    return "\n".join(parts).encode()


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _rule(kind: str) -> str:
    return "--:" if kind in ("interval", "count") else "---"


def _cell(cell: Cell) -> str:
    notes = f" <sup>({', '.join(numbers_shown(cell.notes))})</sup>" if cell.notes else ""
    return escaped(cell.shown) + notes
