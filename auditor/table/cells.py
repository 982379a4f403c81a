"""One cell from one report: its value by the kind of the column, and the words for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from auditor.render.license_text import term_words
from auditor.render.wording import safe_line
from auditor.rulebook.table_rules import Column, ColumnKind
from auditor.table.interface import Cell
from auditor.table.paths import at, first, followed

__all__ = ["NOTHING", "cell_of", "safe_text"]

NOTHING = "\N{EN DASH}"
MAX_TEXT = 300
"""Characters of a cell; a longer text is cut and says so with an ellipsis."""


def safe_text(value: object, limit: int = MAX_TEXT) -> str:
    """Return a value as one line of at most `limit` characters that can do nothing to a page or a terminal."""
    text = str(value)
    if not text.isprintable():
        # Noncharacters are no part of XML, and Python does not count them as control characters.
        kept = (c for c in safe_line(text) if ord(c) & 0xFFFE != 0xFFFE and not 0xFDD0 <= ord(c) <= 0xFDEF)
        text = "".join(kept)
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "\N{HORIZONTAL ELLIPSIS}"


def cell_of(column: Column, report: Mapping[str, Any]) -> Cell:
    """Return the cell without its notes; a value the report does not have is shown as a dash or the column's words."""
    return _MAKERS[column.kind](column, report)


def _cell(column: Column, value: str | float | None) -> Cell:
    if value is None or value == "":
        return Cell(None, None, column.none or NOTHING)
    return Cell(value, value, value if isinstance(value, str) else f"{value:g}")


def _text(column: Column, report: Mapping[str, Any]) -> Cell:
    value = first(report, column.path)
    if column.part == "owner" and isinstance(value, str):
        value = value.partition("/")[0]
    return _cell(column, None if value is None else safe_text(value))


def _interval(column: Column, report: Mapping[str, Any]) -> Cell:
    low, high = _number(first(report, column.path)), _number(at(report, column.high or ""))
    if low is None:
        return _cell(column, None)
    high = low if high is None else high
    return Cell(low, high, f"{low:g}" if low == high else f"{low:g}\N{EN DASH}{high:g}")


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _ladder(column: Column, report: Mapping[str, Any]) -> Cell:
    low, high = first(report, column.path), at(report, column.high or "")
    if low is None:
        return _cell(column, None)
    low = safe_text(low)
    high = low if high is None else safe_text(high)
    return Cell(low, high, low if low == high else f"{low} \N{EN DASH} {high}")


def _list(column: Column, report: Mapping[str, Any]) -> Cell:
    found = sorted({safe_text(value) for path in column.path for value in followed(report, path) if value})
    return _cell(column, safe_text(", ".join(found)))


def _value(column: Column, report: Mapping[str, Any]) -> Cell:
    value = first(report, column.path)
    return _cell(column, None if value is None else safe_text(term_words(value)))


def _count(column: Column, report: Mapping[str, Any]) -> Cell:
    entries = [entry for path in column.path for entry in followed(report, path) if isinstance(entry, dict)]
    return _cell(column, sum(all(entry.get(k) == v for k, v in column.where.items()) for entry in entries))


def _roots(column: Column, report: Mapping[str, Any]) -> Cell:
    """Return the ends of the lineage: models that the subject was made from and that were made from none."""
    made_from: dict[str, list[str]] = {}
    for edge in followed(report, f"{column.path[0]}.edges.*"):
        if edge["relation"] != "trained-on-dataset":
            made_from.setdefault(edge["from"], []).append(edge["to"])
    start = str(at(report, "subject.id"))
    seen, waiting, roots = {start}, [start], set()
    while waiting:
        one = waiting.pop()
        bases = made_from.get(one, [])
        if not bases:
            roots.add(one)
        waiting += [base for base in dict.fromkeys(bases) if base not in seen]
        seen.update(bases)
    # A lineage that runs in a circle has no end; the model is then its own family.
    return _cell(column, safe_text(" + ".join(sorted(roots or {start}))))


_MAKERS: Final[dict[ColumnKind, Callable[[Column, Mapping[str, Any]], Cell]]] = {
    "text": _text,
    "date": _text,
    "interval": _interval,
    "ladder": _ladder,
    "list": _list,
    "value": _value,
    "count": _count,
    "roots": _roots,
}
