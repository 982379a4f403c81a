"""Colors that color-blind readers and gray printers keep apart, and patterns for where they do not suffice.

Levels run along cividis, whose lightness rises evenly; labels take the Okabe-Ito colors from dark to light.
"""

from __future__ import annotations

from typing import Final

from auditor.render.wording import LADDER

__all__ = ["LEVELS", "PATTERNS", "hatch", "ink_on", "label_color", "label_pattern"]

LEVELS: Final = ("#00224e", "#434e6c", "#7d7c78", "#bcae6c", "#fee838")
_LABELS: Final = ("#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#f0e442")
_STROKES: Final = (
    "", "M0 8L8 0M-2 2L2 -2M6 10L10 6", "M0 4H8", "M4 0V8", "M0 0L8 8M-2 6L2 10M6 -2L10 2", "M0 4H8M4 0V8", "M4 3V5",
)  # fmt: skip


def ink_on(color: str) -> str:
    """Return black or white, whichever is easier to read on `color`."""
    red, green, blue = (_linear(int(color[place : place + 2], 16) / 255) for place in (1, 3, 5))
    light = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return "#000000" if (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) else "#ffffff"


def _linear(channel: float) -> float:
    # The transfer function of sRGB.
    return float(channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4)


def label_color(label: str) -> str:
    """Return the color of a label of the ladder."""
    return _LABELS[LADDER.index(label)]


def label_pattern(label: str) -> str:
    """Return the id of the pattern of a label of the ladder."""
    return f"label{LADDER.index(label)}"


def hatch(level: int) -> str:
    """Return the id of the pattern for a level that is not ruled out."""
    return f"open{level}"


PATTERNS: Final = (
    *((hatch(n), color, ink_on(color), _STROKES[1]) for n, color in enumerate(LEVELS)),
    *((f"label{n}", color, ink_on(color), _STROKES[n]) for n, color in enumerate(_LABELS)),
)
"""Id, background, ink and strokes of every pattern."""
