"""A line of source with a mark below the words a message is about; safe to print whatever the line holds."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import msgspec

__all__ = ["Excerpt", "excerpt", "printable"]

_WIDTH = 100
_BEFORE = 40
_TAB = "    "
_HIDDEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
# The runners of CI systems read commands out of a job's log, these in the middle of a line too.
_COMMAND = re.compile(r"##(?=\[|vso\[|teamcity\[)", re.IGNORECASE)


class Excerpt(msgspec.Struct, frozen=True, kw_only=True):
    """One line as it is shown, and the columns to mark, counted from 0."""

    text: str
    start: int
    width: int
    found: bool
    """Whether the words themselves stand there, so that the mark covers them."""


def printable(text: str) -> str:
    """Return text on one line that neither rewrites a terminal nor speaks to the runner of a CI system."""
    return _quiet("".join(map(_cell, text)))


def excerpt(lines: Sequence[str] | None, line: int, column: int, words: str) -> Excerpt | None:
    """Return line `line` (from 1) with a mark at `column` (from 1, in characters), `None` if there is no such line.

    The mark covers `words` where they stand at the column, after a quote or prefix at most; else one character. A
    long line is cut around the mark.
    """
    if lines is None or not 1 <= line <= len(lines):
        return None
    source = lines[line - 1].rstrip("\r\n")
    if not 1 <= column <= len(source) + 1:
        return None
    start = column - 1
    found = source.find(words, start, start + len(words) + 4) if words else -1
    end = found + len(words) if found >= 0 else min(start + 1, len(source))
    if found > start and end < len(source) and source[found - 1] == source[end] and source[end] in "'\"`":
        end += 1
    return _cut(source, start, end, found >= 0)


def _cut(source: str, start: int, end: int, found: bool) -> Excerpt:
    first = max(0, start - _BEFORE) if len(source) > _WIDTH else 0
    last = max(first + _WIDTH, min(end, first + 2 * _WIDTH))
    # Indentation says nothing in an excerpt of one line.
    head = ("..." if first else "") + printable(source[first:start]).lstrip()
    marked = printable(source[start : min(end, last)])
    tail = printable(source[min(end, last) : last]).rstrip() + ("..." if last < len(source) else "")
    return Excerpt(text=_quiet(head + marked + tail), start=_width(head), width=max(1, _width(marked)), found=found)


def _quiet(text: str) -> str:
    # Of the same width, so that marks stay where they are.
    return _COMMAND.sub("#_", text)


def _cell(char: str) -> str:
    if char == "\t":
        return _TAB
    if char in "\r\n":
        return " "
    return "�" if unicodedata.category(char) in _HIDDEN else char


def _width(text: str) -> int:
    """Return the columns of a terminal that text takes."""
    from rich.cells import cell_len

    return cell_len(text)
