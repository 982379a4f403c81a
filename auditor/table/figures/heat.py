"""Heat strip: a row for each model, a field for each dimension, from the level proved to the one not ruled out."""

from __future__ import annotations

from auditor.model.finding import DIMENSIONS
from auditor.table.figures.palette import LEVELS, hatch, ink_on
from auditor.table.figures.svg import FOOTER, Figure, Shape, footer, rect, rendered, shortened, text
from auditor.table.interface import Table, TableOptions

__all__ = ["MAX_ROWS", "draw"]

MAX_ROWS = 400
_NAMES, _FIELD, _LABEL, _ROW, _TOP = 250, 84, 330, 22, 66
_WIDTH = _NAMES + 4 * _FIELD + _LABEL


def draw(table: Table, options: TableOptions) -> str:  # noqa: ARG001 - nothing to choose
    """Return the strip in the order of the table; of more than `MAX_ROWS` rows the first ones, and it says so."""
    groups = table.groups
    shown, left = [], MAX_ROWS
    for group in groups:
        shown.append((group.name, group.rows[:left]))
        left -= len(shown[-1][1])
    total, count = len(table.rows), MAX_ROWS - left
    more = f" The first {count} of {total} are drawn." if count < total else ""
    shapes = [text(8, 20, "Openness of models, levels 0 to 4", font_size=15, font_weight="bold"), *_legend()]
    shapes += [
        text(_NAMES + n * _FIELD + _FIELD / 2 - 2, _TOP - 6, name, anchor="middle", font_weight="bold")
        for n, name in enumerate(DIMENSIONS)
    ]
    shapes.append(text(_NAMES + 4 * _FIELD + 8, _TOP - 6, "label proved", font_weight="bold"))
    y = float(_TOP)
    for name, rows in shown:
        if name is not None and rows:
            shapes.append(text(8, y + 15, shortened(name, 60), font_style="italic"))
            y += _ROW
        for row in rows:
            one = row.plotted
            shapes.append(text(_NAMES - 8, y + 15, shortened(one.name, 36), anchor="end", title=one.name))
            for n, dimension in enumerate(DIMENSIONS):
                shapes += _field(_NAMES + n * _FIELD, y, *one.grades[dimension], f"{one.name}, {dimension}")
            shapes.append(text(_NAMES + 4 * _FIELD + 8, y + 15, one.label))
            y += _ROW
    if more:
        shapes.append(text(8, y + 15, more.strip(), font_size=11))
        y += _ROW
    figure = Figure(
        name="heat",
        title="Openness of models by dimension",
        description=f"{count} models, each with its level of weights, code, data and terms from 0 to 4. A plain field "
        "is settled; a hatched part shows how far the level could rise if every open question were answered "
        f"well.{more}",
        width=_WIDTH,
        height=y + FOOTER + 6,
        shapes=(*shapes, footer(table, y + FOOTER)),
    )
    return rendered(figure, table)


def _field(x: float, y: float, low: int, high: int, name: str) -> list[Shape]:
    height, width = _ROW - 2, _FIELD - 4
    words = str(low) if low == high else f"{low}\N{EN DASH}{high}"
    title = f"{name}: {low}" if low == high else f"{name}: {low} proved, {high} not ruled out"
    proved = width if low == high else width * 0.55
    shapes = [rect(x, y, proved, height, LEVELS[low], title=title)]
    if low != high:
        shapes.append(rect(x + proved, y, width - proved, height, f"url(#heat-{hatch(high)})", title=title))
    shapes.append(text(x + proved / 2, y + 14.5, words, anchor="middle", fill=ink_on(LEVELS[low])))
    return shapes


def _legend() -> list[Shape]:
    shapes: list[Shape] = []
    x = 430.0
    for level, color in enumerate(LEVELS):
        shapes += [
            rect(x, 8, 24, 16, color),
            text(x + 12, 20, str(level), anchor="middle", fill=ink_on(color)),
        ]
        x += 28
    shapes += [
        rect(x + 8, 8, 24, 16, f"url(#heat-{hatch(4)})"),
        text(x + 38, 20, "not ruled out, up to the second number"),
    ]
    return shapes
