"""Share of licenses: how many models each license governs, with the number and the share in words."""

from __future__ import annotations

from collections import Counter

from auditor.table.figures.svg import FOOTER, Figure, footer, rect, rendered, shortened, text
from auditor.table.interface import Table, TableOptions

__all__ = ["MAX_BARS", "NONE", "draw"]

MAX_BARS = 20
NONE = "none established"
_NAMES, _BARS, _ROW, _TOP = 230, 420, 24, 40


def draw(table: Table, options: TableOptions) -> str:  # noqa: ARG001 - nothing to choose
    """Return the bars, longest first, equal ones by name; rare licenses are added up at the end."""
    rows = [row.plotted for row in table.rows]
    counts = Counter(one.license for one in rows if one.license)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    bars = ordered[:MAX_BARS]
    rest = ordered[MAX_BARS:]
    if rest:
        bars.append((f"{len(rest)} other licenses", sum(count for _, count in rest)))
    without = len(rows) - sum(counts.values())
    if without:
        bars.append((NONE, without))
    most = max((count for _, count in bars), default=1)
    shapes = [text(8, 20, "Licenses of the weights", font_size=15, font_weight="bold")]
    y = float(_TOP)
    for name, count in bars:
        words = f"{count} ({100 * count / len(rows):.0f} %)"
        fill = "#ffffff" if name == NONE else "#0072b2"
        shapes += [
            text(_NAMES - 8, y + 15, shortened(name, 34), anchor="end", title=name),
            rect(
                _NAMES, y + 2, max(1.0, _BARS * count / most), _ROW - 6, fill, title=f"{name}: {words}", stroke="#000"
            ),
            text(_NAMES + _BARS * count / most + 6, y + 15, words),
        ]
        y += _ROW
    if not bars:
        shapes.append(text(8, y + 15, "No models."))
        y += _ROW
    figure = Figure(
        name="licenses",
        title="Share of licenses",
        description=f"{len(rows)} models by the license of their weights; none was established for {without}.",
        width=_NAMES + _BARS + 100,
        height=y + FOOTER + 6,
        shapes=(*shapes, footer(table, y + FOOTER)),
    )
    return rendered(figure, table)
