"""Where the nodes of a Python module stand, in lines and columns of characters."""

from __future__ import annotations

import ast

from auditor.scan.hub_names import Name
from auditor.scan.interface import Confidence, Draft
from auditor.scan.python_texts import Value

__all__ = ["Places"]


class Places:
    """Knows the rows of one module."""

    def __init__(self, rows: list[str]) -> None:
        self._rows = rows

    def column(self, line: int, offset: int) -> int:
        """Return the column in characters of a place that `ast` gives in bytes."""
        row = self._rows[line - 1] if line <= len(self._rows) else ""
        return (offset if row.isascii() else len(row.encode()[:offset].decode(errors="ignore"))) + 1

    def draft(
        self,
        value: Value,
        name: Name,
        how: str,
        confidence: Confidence,
        *,
        call: ast.Call | None,
        revision: str | None = None,
    ) -> Draft:
        """Return the reference that the literal of `value` is, with the line of the call that uses it from afar."""
        node = value.node
        inside = call is not None and call.lineno <= node.lineno and (call.end_lineno or 0) >= (node.end_lineno or 0)
        away = call is not None and (not inside or call.lineno != node.lineno)
        return Draft(
            target=name.target, provider=name.provider, type=name.type, line=node.lineno, how=how,
            column=self.column(node.lineno, node.col_offset), end_line=node.end_lineno or node.lineno,
            confidence=confidence, revision=name.revision or (revision if name.provider == "hub" else None),
            via=(call.lineno,) if call is not None and away else (),
        )  # fmt: skip
