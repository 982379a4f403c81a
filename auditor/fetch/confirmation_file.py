"""Read a person's confirmations from CSV; every fault is named with its line, and none is skipped."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import msgspec

from auditor.errors import ConfirmationsInvalid
from auditor.model.confirmation import Confirmation

__all__ = ["read_confirmations"]

_BYTES = 16_000_000
_ROWS = 100_000
_FILLED = ("answer", "by", "on", "source")
_NEEDED = ("target", "framework", "criterion", *_FILLED)


def read_confirmations(file: Path, criteria: Mapping[str, frozenset[str]]) -> tuple[Confirmation, ...]:
    """Return the filled rows of `file`; a row without answer and person is still open and left out.

    `criteria` names the criteria of each framework. Raises `ConfirmationsInvalid` with every problem.
    """
    problems: list[str] = []
    found: dict[tuple[str, str, str], Confirmation] = {}
    for number, row in _rows(file):
        place = f"{file.name}:{number}"
        if not any(row[name] for name in ("answer", "by", "on")):
            continue
        wrong = _problems(row, criteria)
        key = (row["target"].lower(), row["framework"], row["criterion"])
        if key in found:
            wrong.append(f"answered already in {found[key].place}")
        problems += [f"{place}: {problem}" for problem in wrong]
        if not wrong:
            values = {name: row[name] for name in (*_NEEDED, "note") if name in row}
            found[key] = msgspec.convert(
                {**values, "note": row.get("note", ""), "target": key[0], "place": place}, Confirmation
            )
    if problems:
        raise ConfirmationsInvalid(problems)
    return tuple(found[key] for key in sorted(found))


def _rows(file: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        with file.open("rb") as stream:
            data = stream.read(_BYTES + 1)
        text = data.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfirmationsInvalid([f"{file}: cannot be read: {error}"]) from error
    if len(data) > _BYTES:
        raise ConfirmationsInvalid([f"{file}: larger than {_BYTES} bytes"])
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        head = [name for name in _NEEDED if name not in (reader.fieldnames or ())]
        if head:
            raise ConfirmationsInvalid([f"{file.name}:1: missing column {', '.join(head)}"])
        rows: list[tuple[int, dict[str, str]]] = []
        for row in reader:
            if len(rows) >= _ROWS:
                raise ConfirmationsInvalid([f"{file.name}: more than {_ROWS} rows"])
            if None in row or None in row.values():
                raise ConfirmationsInvalid(
                    [f"{file.name}:{reader.line_num}: another number of fields than the head has"]
                )
            rows.append((reader.line_num, {name: _plain(value) for name, value in row.items()}))
    except csv.Error as error:
        raise ConfirmationsInvalid([f"{file.name}: {error}"]) from error
    return rows


def _plain(value: str) -> str:
    """Return a cell without the quote that disarms it in a spreadsheet."""
    value = value.strip()
    return value[1:] if value[:1] == "'" and value[1:2] in ("=", "+", "-", "@") else value


def _problems(row: Mapping[str, str], criteria: Mapping[str, frozenset[str]]) -> list[str]:
    found = [f"{name} is empty" for name in _NEEDED if not row[name]]
    if row["framework"] and row["framework"] not in criteria:
        found.append(f"no framework {row['framework']!r}")
    elif row["criterion"] and row["criterion"] not in criteria.get(row["framework"], frozenset()):
        found.append(f"{row['framework']} has no criterion {row['criterion']!r}")
    if row["answer"] and row["answer"] not in ("yes", "partial", "no"):
        found.append(f"the answer is yes, partial or no, not {row['answer']!r}")
    try:
        date.fromisoformat(row["on"] or "2000-01-01")
    except ValueError:
        found.append(f"on is a date such as 2026-11-25, not {row['on']!r}")
    return found
