"""Over time: how many models there were by the end of each period, by the label proved today."""

from __future__ import annotations

import re

from auditor.render.wording import LADDER
from auditor.table.figures.palette import ink_on, label_color, label_pattern
from auditor.table.figures.svg import FOOTER, Figure, Shape, footer, line, rect, rendered, text
from auditor.table.interface import Plotted, Table, TableOptions

__all__ = ["MAX_PERIODS", "draw", "periods"]

MAX_PERIODS = 40
_LEFT, _TOP, _WIDTH, _HEIGHT = 56, 44, 700, 300
_DAY = re.compile(r"(\d{4})-(\d{2})-\d{2}", re.ASCII)


def draw(table: Table, options: TableOptions) -> str:
    """Return stacked bars; models without a date are left out, and the figure says how many.

    With `options.dates` `as-of` it counts, day by day of audit, what each day's reports say, and adds nothing up.
    """
    dated = [(day, row.plotted) for row in table.rows if (day := _day(row.plotted, options.dates))]
    unknown = len(table.rows) - len(dated)
    audits = options.dates == "as-of"
    names = sorted({day for day, _ in dated})[-MAX_PERIODS:] if audits else periods([day for day, _ in dated])
    stacks = [_stack(name, dated, same_day=audits) for name in names]
    heading = "Models by day of audit and label" if audits else "Models released so far, by label"
    shapes = [text(8, 20, heading, font_size=15, font_weight="bold")]
    left_out = f"{unknown} of {len(table.rows)} models have no known date and are left out." if unknown else ""
    y = _TOP + _HEIGHT + 40.0
    if stacks:
        y = _bars(names, stacks, shapes)
    else:
        shapes.append(text(_LEFT, _TOP + 20, "No model here has a known date."))
        y = _TOP + 40.0
    if left_out:
        shapes.append(text(8, y, left_out))
        y += 16
    figure = Figure(
        name="adoption",
        title=heading,
        description=f"{len(dated)} models with a date, by the label proved in this table. {left_out}".strip(),
        width=_LEFT + _WIDTH + 24,
        height=y + FOOTER,
        shapes=(*shapes, footer(table, y + FOOTER - 6)),
    )
    return rendered(figure, table)


def _day(one: Plotted, dates: str) -> str | None:
    day = one.as_of if dates == "as-of" else one.released
    found = _DAY.fullmatch(day or "")
    return day if found and 1 <= int(found[2]) <= 12 and int(found[1]) >= 1900 else None


def periods(days: list[str]) -> list[str]:
    """Return every month, quarter or year from the first day to the last, whichever makes a readable number of bars."""
    if not days:
        return []
    first, last = (int(day[:4]) * 12 + int(day[5:7]) - 1 for day in (min(days), max(days)))
    for kind, months in (("month", 1), ("quarter", 3), ("year", 12)):
        count = last // months - first // months + 1
        if count <= (24 if kind != "year" else MAX_PERIODS):
            break
    start = last // months - min(count, MAX_PERIODS) + 1
    return [_period(number * months, kind) for number in range(start, last // months + 1)]


def _period(month: int, kind: str) -> str:
    year, place = divmod(month, 12)
    return {"year": f"{year}", "quarter": f"{year} Q{place // 3 + 1}", "month": f"{year}-{place + 1:02d}"}[kind]


def _ends(period: str) -> str:
    """Return the last month of a period as `YYYY-MM`."""
    year, _, rest = period.replace(" Q", "-Q").partition("-")
    month = 12 if not rest else int(rest[1:]) * 3 if rest.startswith("Q") else int(rest)
    return f"{year}-{month:02d}"


def _stack(period: str, dated: list[tuple[str, Plotted]], *, same_day: bool) -> dict[str, int]:
    stack = dict.fromkeys(LADDER, 0)
    for day, one in dated:
        if day == period if same_day else day[:7] <= _ends(period):
            stack[one.label] += 1
    return stack


def _bars(names: list[str], stacks: list[dict[str, int]], shapes: list[Shape]) -> float:
    most = max(sum(stack.values()) for stack in stacks)
    bottom, step = _TOP + _HEIGHT, _WIDTH / len(names)
    width = min(step * 0.8, 60)
    for tick in _ticks(most):
        y = bottom - _HEIGHT * tick / most
        shapes += [line(_LEFT, y, _LEFT + _WIDTH, y, "#ccc"), text(_LEFT - 6, y + 4, str(tick), anchor="end")]
    for place, (name, stack) in enumerate(zip(names, stacks, strict=True)):
        x, y = _LEFT + step * place + (step - width) / 2, float(bottom)
        for label, count in stack.items():
            if not count:
                continue
            height = _HEIGHT * count / most
            y -= height
            fill = f"url(#adoption-{label_pattern(label)})"
            shapes.append(rect(x, y, width, height, fill, title=f"{name}, {label}: {count}", stroke="#000"))
            if height >= 13 and width >= 14:
                color = label_color(label)
                shapes.append(rect(x + width / 2 - 9, y + height / 2 - 7, 18, 13, color))
                shapes.append(
                    text(
                        x + width / 2, y + height / 2 + 4, str(count), anchor="middle", font_size=11, fill=ink_on(color)
                    )
                )
        if place % (len(names) // 14 + 1) == 0:
            shapes.append(text(x + width / 2, bottom + 16, name, anchor="middle", font_size=10))
    present = [label for label in LADDER if any(stack[label] for stack in stacks)]
    for place, label in enumerate(present):
        x, y = 8 + place % 4 * 190, bottom + 28 + place // 4 * 20
        shapes += [
            rect(x, y, 18, 14, f"url(#adoption-{label_pattern(label)})", stroke="#000"),
            text(x + 24, y + 12, label),
        ]
    return bottom + 28 + (len(present) + 3) // 4 * 20 + 16


def _ticks(most: int) -> list[int]:
    step = next(step for power in range(12) for base in (1, 2, 5) if most / (step := base * 10**power) <= 6)
    return list(range(0, most + 1, step))
