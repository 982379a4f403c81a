"""Shapes, and the figure they make: one SVG document from a template that escapes everything in it."""

from __future__ import annotations

import functools
from typing import Any

import msgspec

from auditor.render.templates import template_environment
from auditor.table.citation import citation_lines
from auditor.table.figures.palette import PATTERNS
from auditor.table.interface import Table

__all__ = ["Figure", "Shape", "circle", "footer", "line", "path", "rect", "rendered", "shortened", "text"]

FOOTER = 18
"""Height that the line at the bottom of every figure takes."""


class Shape(msgspec.Struct, frozen=True):
    """One element; `attributes` are ours, `text` and `title` may come from a subject."""

    tag: str
    attributes: dict[str, str | float]
    text: str | None = None
    title: str | None = None


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """Everything drawn, in order; later shapes lie on top."""

    name: str
    title: str
    description: str
    width: float
    height: float
    shapes: tuple[Shape, ...]


def rect(x: float, y: float, width: float, height: float, fill: str, *, title: str | None = None, **more: Any) -> Shape:
    """Return a rectangle; `more` are attributes, with _ for -."""
    return Shape(
        "rect", {"x": x, "y": y, "width": width, "height": height, "fill": fill, **_named(more)}, title=title
    )  # fmt: skip


def circle(x: float, y: float, radius: float, fill: str, *, title: str | None = None, **more: Any) -> Shape:
    """Return a circle."""
    return Shape("circle", {"cx": x, "cy": y, "r": radius, "fill": fill, **_named(more)}, title=title)


def path(d: str, fill: str, *, title: str | None = None, **more: Any) -> Shape:
    """Return a path."""
    return Shape("path", {"d": d, "fill": fill, **_named(more)}, title=title)


def line(x1: float, y1: float, x2: float, y2: float, stroke: str = "#888", **more: Any) -> Shape:
    """Return a line."""
    return Shape("line", {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "stroke": stroke, **_named(more)})


def text(x: float, y: float, words: str, *, anchor: str = "start", title: str | None = None, **more: Any) -> Shape:
    """Return words whose baseline is at `y`."""
    return Shape("text", {"x": x, "y": y, "text-anchor": anchor, **_named(more)}, words, title)


def _named(more: dict[str, Any]) -> dict[str, str | float]:
    return {key.replace("_", "-"): value for key, value in more.items()}


def shortened(words: str, length: int) -> str:
    """Return at most `length` characters, with an ellipsis where something was cut."""
    return words if len(words) <= length else words[: length - 1] + "\N{HORIZONTAL ELLIPSIS}"


def footer(table: Table, y: float) -> Shape:
    """Return the line that says what the figure was made from, in short; the metadata has it in full."""
    citation = table.citation
    rules = ", ".join(f"{one.version} ({one.sha256[:12]})" for one in citation.rulebooks)
    days = " to ".join(dict.fromkeys(day[:10] for day in citation.as_of or ()))
    words = f"auditor {citation.auditor}; rulebook {rules}; as of {days}; {citation.reports} reports "
    return text(8, y, shortened(f"{words}({citation.reports_sha256[:12]})", 140), font_size=9, fill="#444")


def rendered(figure: Figure, table: Table) -> str:
    """Return the document."""
    drawn: str = _template().render(
        figure=figure, patterns=[p for p in PATTERNS if _used(figure, p[0])], citation=citation_lines(table)
    )
    return drawn


def _used(figure: Figure, pattern: str) -> bool:
    return any(shape.attributes.get("fill") == f"url(#{figure.name}-{pattern})" for shape in figure.shapes)


@functools.cache
def _template() -> Any:
    environment = template_environment(html=True)
    environment.filters["number"] = lambda value: f"{round(value, 2):g}" if isinstance(value, int | float) else value
    return environment.get_template("figure.svg.j2")
