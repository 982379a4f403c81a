"""Weights against terms: what can be had against what may be done, with bars to what is not ruled out."""

from __future__ import annotations

import math

from auditor.render.wording import LADDER
from auditor.table.figures.palette import ink_on, label_color
from auditor.table.figures.svg import FOOTER, Figure, Shape, circle, footer, line, path, rendered, shortened, text
from auditor.table.interface import Plotted, Table, TableOptions

__all__ = ["MAX_NAMED", "MAX_POINTS", "draw"]

MAX_NAMED = 150
"""Points that get a number and a line in the list of names."""
MAX_POINTS = 400
"""Of more, each field shows how many there are instead of points."""
_LEFT, _TOP, _X, _Y = 70, 44, 128, 112
_RIGHT, _BOTTOM = _LEFT + 5 * _X, _TOP + 5 * _Y
_COLUMNS = 3
_LANE = 5


def draw(table: Table, options: TableOptions) -> str:  # noqa: ARG001 - nothing to choose
    """Return the scatter; points of one field stand side by side in the order of their ids, not at random."""
    rows = [row.plotted for row in sorted(table.rows, key=lambda row: row.key)]
    shapes = [text(8, 20, "Weights against terms", font_size=15, font_weight="bold"), *_axes()]
    y = _BOTTOM + 50.0
    if len(rows) > MAX_POINTS:
        shapes += _counts(rows)
        said = f"{len(rows)} models are too many for points: each field shows how many have these levels proved."
        shapes.append(text(8, y, said))
        y += 16
    else:
        shapes += _points(rows)
        said = f"{len(rows)} models stand at the levels proved; bars reach to the levels not ruled out."
        y = _key(rows, shapes, y)
    figure = Figure(
        name="scatter",
        title="Openness of weights against openness of license terms",
        description=f"Horizontal: level of the weights, 0 to 4. Vertical: level of the terms, 0 to 4. {said}",
        width=_RIGHT + 20,
        height=y + FOOTER + 6,
        shapes=(*shapes, footer(table, y + FOOTER)),
    )
    return rendered(figure, table)


def _axes() -> list[Shape]:
    shapes: list[Shape] = []
    for n in range(6):
        shapes += [
            line(_LEFT + n * _X, _TOP, _LEFT + n * _X, _BOTTOM, "#bbb"),
            line(_LEFT, _TOP + n * _Y, _RIGHT, _TOP + n * _Y, "#bbb"),
        ]
    for n in range(5):
        shapes.append(text(_LEFT + (n + 0.5) * _X, _BOTTOM + 16, str(n), anchor="middle"))
        shapes.append(text(_LEFT - 10, _BOTTOM - (n + 0.5) * _Y + 4, str(n), anchor="end"))
    middle = _TOP + 2.5 * _Y
    shapes.append(text(_LEFT + 2.5 * _X, _BOTTOM + 34, "level of the weights", anchor="middle", font_weight="bold"))
    shapes.append(
        text(
            24,
            middle,
            "level of the terms",
            anchor="middle",
            font_weight="bold",
            transform=f"rotate(-90 24 {middle:g})",
        )
    )
    return shapes


def _counts(rows: list[Plotted]) -> list[Shape]:
    counts: dict[tuple[int, int], int] = {}
    for one in rows:
        place = (one.grades["weights"][0], one.grades["terms"][0])
        counts[place] = counts.get(place, 0) + 1
    most = max(counts.values())
    shapes: list[Shape] = []
    for (weights, terms), count in sorted(counts.items()):
        x, y = _LEFT + (weights + 0.5) * _X, _BOTTOM - (terms + 0.5) * _Y
        title = f"weights {weights}, terms {terms}: {count} models"
        shapes.append(circle(x, y, 8 + 40 * math.sqrt(count / most), "#56b4e9", title=title, stroke="#000"))
        shapes.append(text(x, y + 4, str(count), anchor="middle", font_weight="bold"))
    return shapes


def _points(rows: list[Plotted]) -> list[Shape]:
    fields: dict[tuple[int, int], list[int]] = {}
    for number, one in enumerate(rows):
        fields.setdefault((one.grades["weights"][0], one.grades["terms"][0]), []).append(number)
    bars: list[Shape] = []
    marks: list[Shape] = []
    for (weights, terms), numbers in sorted(fields.items()):
        across = math.ceil(math.sqrt(len(numbers) * _X / _Y))
        down = math.ceil(len(numbers) / across)
        step = min((_X - 12 - 4 * _LANE) / across, (_Y - 12 - 4 * _LANE) / down, 26)
        size = max(2.5, step * 0.42)
        for place, number in enumerate(numbers):
            one = rows[number]
            # Each column and each row of fields has a lane of its own, so that bars and other fields' marks stay apart.
            x = _LEFT + weights * _X + 10 + terms * _LANE + step * (place % across + 0.5)
            y = _BOTTOM - (terms + 1) * _Y + 4 + weights * _LANE + step * (place // across + 0.5)
            bars += _bars(x, y, one)
            marks += _mark(x, y, size, number + 1 if len(rows) <= MAX_NAMED else None, one)
    return [*bars, *marks]


def _bars(x: float, y: float, one: Plotted) -> list[Shape]:
    shapes = []
    (low, high), (under, over) = one.grades["weights"], one.grades["terms"]
    if high > low:
        end = _LEFT + high * _X + 4.0
        shapes += [line(x, y, end, y, "#666"), line(end, y - 4, end, y + 4, "#666")]
    if over > under:
        end = _BOTTOM - over * _Y - 4.0
        shapes += [line(x, y, x, end, "#666"), line(x - 4, end, x + 4, end, "#666")]
    return shapes


def _mark(x: float, y: float, size: float, number: int | None, one: Plotted) -> list[Shape]:
    color = label_color(one.label)
    (low, high), (under, over) = one.grades["weights"], one.grades["terms"]
    title = f"{one.name}: {one.label}; weights {low} to {high}, terms {under} to {over}"
    shapes = [_form(x, y, size, one.label, color, title)]
    if number is not None and size >= 5:
        font = size * (1.1 if number < 100 else 0.85)
        shapes.append(text(x, y + font * 0.36, str(number), anchor="middle", font_size=font, fill=ink_on(color)))
    return shapes


def _form(x: float, y: float, size: float, label: str, color: str, title: str | None) -> Shape:
    """Return the mark of a label: its outline tells it apart where its color does not."""
    corners = (4, 4, 3, 5, 6, 8, 0)[LADDER.index(label)]
    turn = (0.25, 0.0, 0.0, 0.0, 0.0, 0.0625, 0.0)[LADDER.index(label)]
    if not corners:
        return circle(x, y, size, color, title=title, stroke="#000", stroke_width=0.8)
    # Few corners make a small shape: drawn larger, so that all marks look alike in size.
    reach = size * {3: 1.35, 4: 1.2}.get(corners, 1.05)
    angles = [2 * math.pi * (n / corners + turn / 2 - 0.25) for n in range(corners)]
    points = "L".join(f"{x + reach * math.cos(a):.2f} {y + reach * math.sin(a):.2f}" for a in angles)
    return path(f"M{points}Z", color, title=title, stroke="#000", stroke_width=0.8)


def _key(rows: list[Plotted], shapes: list[Shape], y: float) -> float:
    """Add marks with labels, then numbers with names; return where the next line goes."""
    present = [label for label in LADDER if any(one.label == label for one in rows)]
    for place, label in enumerate(present):
        x = 16 + place % 4 * 180
        shapes += [_form(x, y + place // 4 * 20, 6, label, label_color(label), None)]
        shapes += [text(x + 12, y + place // 4 * 20 + 4, label)]
    y += (len(present) + 3) // 4 * 20 + 8
    if len(rows) > MAX_NAMED:
        return y
    lines = math.ceil(len(rows) / _COLUMNS)
    for number, one in enumerate(rows):
        column = 8 + number // max(lines, 1) * (_RIGHT + 10) / _COLUMNS
        words = shortened(f"{number + 1} {one.name}", 38)
        shapes.append(text(column, y + number % max(lines, 1) * 14, words, font_size=11, title=one.name))
    return y + lines * 14
