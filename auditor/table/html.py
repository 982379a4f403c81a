"""A table as one self-contained page: sorted and filtered by a small script of its own, a plain table without it."""

from __future__ import annotations

import base64
import functools
import hashlib
from typing import Any

from auditor.render.html_page import web_address
from auditor.render.templates import template_environment
from auditor.render.wording import DISCLAIMER, LADDER
from auditor.rulebook.table_rules import Column
from auditor.table.citation import citation_lines, failed_lines
from auditor.table.formats import FIGURES, figure
from auditor.table.interface import Cell, Table, TableOptions
from auditor.table.notes import note_words

__all__ = ["write"]


def write(table: Table, options: TableOptions) -> bytes:
    """Return the page with the figures of `options`, or with all of them; it asks for nothing outside of itself."""
    from markupsafe import Markup

    script = _environment().get_template("table.js.j2").render()
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    present = {row.plotted.label for row in table.rows}
    # Not escaped again: the script is ours, and the template of a figure escapes what is in it.
    drawn = [Markup(figure(name, table, options)) for name in options.figures or FIGURES]
    page: str = (
        _environment()
        .get_template("table.html.j2")
        .render(
            table=table,
            figures=drawn,
            labels=[label for label in LADDER if label in present],
            citation=citation_lines(table),
            failed=failed_lines(table),
            disclaimer=DISCLAIMER,
            script=Markup(script),
            script_hash=digest,
        )
    )
    return page.encode()


@functools.cache
def _environment() -> Any:
    environment = template_environment(html=True)
    environment.filters.update(key=_key, words=note_words, web=web_address)
    return environment


def _key(cell: Cell, column: Column) -> Any:
    """Return the attributes by which the script sorts a cell: two numbers, or that there is nothing."""
    from markupsafe import Markup

    if cell.low is None:
        return Markup(" data-empty")
    if column.kind == "ladder" and {cell.low, cell.high} <= set(LADDER):
        return Markup(' data-low="{}" data-high="{}"').format(
            LADDER.index(str(cell.low)), LADDER.index(str(cell.high))
        )  # fmt: skip
    if isinstance(cell.low, str):
        return ""
    return Markup(' data-low="{}" data-high="{}"').format(cell.low, cell.high)
