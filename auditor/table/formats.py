"""The formats and figures there are, by name; nothing heavy is imported to list them."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    from auditor.table.interface import Table, TableOptions, Writer

__all__ = ["FIGURES", "FORMATS", "IMAGES", "Format", "figure", "writer"]


class Format(msgspec.Struct, frozen=True):
    """One format: the module with its `write`, the ending of its files, and how it travels."""

    module: str
    extension: str
    binary: bool = False
    """Not for a terminal."""
    sidecar: bool = False
    """Its file holds values only; notes and citation go into one beside it."""


FORMATS: Final[dict[str, Format]] = {
    "csv": Format("auditor.table.csv_sheet", "csv", sidecar=True),
    "markdown": Format("auditor.table.markdown", "md"),
    "latex": Format("auditor.table.latex", "tex"),
    "html": Format("auditor.table.html", "html"),
    "json": Format("auditor.table.json_v1", "json"),
    "parquet": Format("auditor.table.parquet", "parquet", binary=True, sidecar=True),
}
IMAGES: Final[tuple[str, ...]] = ("svg", "png")
FIGURES: Final[dict[str, str]] = {
    "heat": "auditor.table.figures.heat",
    "scatter": "auditor.table.figures.scatter",
    "adoption": "auditor.table.figures.adoption",
    "licenses": "auditor.table.figures.licenses",
}


def writer(name: str) -> Writer:
    """Return the writer of a format; raises `KeyError` for one that does not exist."""
    module: Any = importlib.import_module(FORMATS[name].module)
    function: Writer = module.write
    return function


def figure(name: str, table: Table, options: TableOptions) -> str:
    """Return a figure as SVG; raises `KeyError` for one that does not exist."""
    module: Any = importlib.import_module(FIGURES[name])
    drawn: str = module.draw(table, options)
    return drawn
