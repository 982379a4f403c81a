"""A table as JSON, version 1 (schemas/table.v1.json); and the sidecar that goes with a CSV or Parquet file."""

from __future__ import annotations

from typing import Any

import msgspec

from auditor.table.interface import Cell, Row, Table, TableOptions

__all__ = ["sidecar", "write"]


def write(table: Table, options: TableOptions) -> bytes:  # noqa: ARG001 - JSON has no options
    """Return the whole table: columns, groups of rows, notes, citation."""
    content = {
        "schema": "auditor/table/1",
        "group_by": table.group_by.id if table.group_by else None,
        "sort": list(table.sort),
        "groups": [{"name": group.name, "rows": [_row(table, row) for row in group.rows]} for group in table.groups],
        **_about(table),
    }
    return _bytes(content)


def sidecar(table: Table, file: str, sha256: str) -> bytes:
    """Return what a plain file of values cannot hold: which file it is about, columns, notes by cell, citation."""
    cells = [
        {"row": number, "column": column.id, "notes": list(cell.notes)}
        for number, row in enumerate(table.rows, start=1)
        for column, cell in zip(table.columns, row.cells, strict=True)
        if cell.notes
    ]
    content = {
        "schema": "auditor/table-citation/1", "file": file, "file_sha256": sha256, "cells": cells, **_about(table)
    }  # fmt: skip
    return _bytes(content)


def _about(table: Table) -> dict[str, Any]:
    columns = [
        {"id": c.id, "heading": c.heading, "kind": c.kind, "sentence": c.sentence, "names": list(c.names)}
        for c in table.columns
    ]
    notes = [{"n": number, **msgspec.to_builtins(note)} for number, note in enumerate(table.notes, start=1)]
    return {
        "columns": columns,
        "notes": notes,
        "errors": msgspec.to_builtins(table.failed),
        "citation": msgspec.to_builtins(table.citation),
    }


def _row(table: Table, row: Row) -> dict[str, Any]:
    cells = {column.id: _cell(cell) for column, cell in zip(table.columns, row.cells, strict=True)}
    return {"id": row.key[0], "revision": row.key[1] or None, "report_sha256": row.key[3], "cells": cells}


def _cell(cell: Cell) -> dict[str, Any]:
    return {"low": cell.low, "high": cell.high, "shown": cell.shown, "notes": list(cell.notes)}


def _bytes(content: dict[str, Any]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(content, order="sorted"), indent=1) + b"\n"
