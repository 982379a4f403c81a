"""SVG to PNG, for places that take no SVG; text needs a font of the machine, so pixels differ between machines."""

from __future__ import annotations

import functools
from typing import Any

from auditor.errors import UsageProblem

__all__ = ["SCALE", "png_of"]

SCALE = 2.0
"""Pixels for each unit of the drawing: sharp in print."""
_SAMPLE = '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20" font-family="{}">{}</svg>'
_FAMILIES = "Arial, 'Liberation Sans', 'DejaVu Sans', Helvetica, sans-serif"


def png_of(svg: str) -> bytes:
    """Return the picture.

    Raises `UsageProblem` where the library that draws it is not installed, or where the machine has no font: a figure
    without its words would be drawn all the same, and say something else.
    """
    try:
        import resvg_py
    except ImportError:
        raise UsageProblem(
            "PNG needs resvg-py, which is not installed", hint="pip install 'openness-auditor[figures]', or take SVG"
        ) from None
    if not _has_font(resvg_py.svg_to_bytes):
        raise UsageProblem(
            "this machine has no font that the figure can be drawn with",
            hint="install one (Debian: fonts-dejavu-core), or take SVG",
        )
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=SCALE))


@functools.cache
def _has_font(drawn: Any) -> bool:
    blank = bytes(drawn(svg_string=_SAMPLE.format(_FAMILIES, "")))
    words = bytes(drawn(svg_string=_SAMPLE.format(_FAMILIES, '<text x="2" y="15">0-4</text>')))
    return blank != words
