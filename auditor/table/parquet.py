"""A table as Parquet: typed columns, an interval as two of them, the citation in the file's metadata."""

from __future__ import annotations

import io
from typing import Any

import msgspec

from auditor.errors import UsageProblem
from auditor.table.csv_sheet import header, values
from auditor.table.interface import Table, TableOptions

__all__ = ["write"]


def write(table: Table, options: TableOptions) -> bytes:  # noqa: ARG001 - Parquet has no options
    """Return the file; raises `UsageProblem` where the library that writes it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise UsageProblem(
            "Parquet needs pyarrow, which is not installed", hint="pip install 'openness-auditor[parquet]'"
        ) from None
    names = header(table)
    rows = [list(values(table, row, group.name)) for group in table.groups for row in group.rows]
    types = [pyarrow.string()] * (len(names) - sum(len(column.names) for column in table.columns))
    for column in table.columns:
        types += [_type(pyarrow, column.kind)] * len(column.names)
    arrays = [
        pyarrow.array([_value(row[place], kind, pyarrow) for row in rows], type=kind)
        for place, kind in enumerate(types)
    ]
    schema = pyarrow.schema(list(zip(names, types, strict=True)))
    citation = msgspec.json.encode(table.citation, order="sorted")
    schema = schema.with_metadata({b"auditor.citation": citation})
    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_arrays(arrays, schema=schema), out, compression="zstd")
    return out.getvalue()


def _type(pyarrow: Any, kind: str) -> Any:
    # Scores have halves, and one type for all intervals lets frames of several tables be joined.
    return {"interval": pyarrow.float64(), "count": pyarrow.int64(), "date": pyarrow.date32()}.get(
        kind, pyarrow.string()
    )


def _value(value: str | float | None, kind: Any, pyarrow: Any) -> Any:
    if value is None or kind != pyarrow.date32():
        return value
    from datetime import date

    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None
