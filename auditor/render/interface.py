"""What every renderer is: a function from a batch of reports to text, found by the name of its format."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Final, TypeAlias

import msgspec

from auditor.model.report import Batch

__all__ = ["FORMATS", "Format", "RenderOptions", "Renderer", "renderer"]


class RenderOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the place of output can show; renderers never look at the environment."""

    color: bool = False
    width: int = 100
    """Columns of a terminal; files are written as for 100."""


Renderer: TypeAlias = Callable[[Batch, RenderOptions], str]


class Format(msgspec.Struct, frozen=True):
    """One output format: the module that renders it, and the ending of its files."""

    module: str
    extension: str


FORMATS: Final[dict[str, Format]] = {
    "text": Format("auditor.render.terminal_text", "txt"),
    "json": Format("auditor.render.json_v1", "json"),
    "jsonl": Format("auditor.render.jsonl", "jsonl"),
    "html": Format("auditor.render.html_page", "html"),
    "markdown": Format("auditor.render.markdown", "md"),
    "csv": Format("auditor.render.csv_table", "csv"),
    "mot": Format("auditor.render.release_record", "mot.yaml"),
}


def renderer(name: str) -> Renderer:
    """Return the renderer of a format; its module is imported only now.

    Raises `KeyError` for a format that does not exist.
    """
    module = importlib.import_module(FORMATS[name].module)
    function: Renderer = module.render
    return function
