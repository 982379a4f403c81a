"""The body of a card as sections of prose, with code blocks kept apart; a bounded scan, line by line."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

__all__ = ["Card", "Line", "Section", "read_card"]

MAX_CHARACTERS = 1_000_000
MAX_LINES = 50_000
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.{0,200})")
_FENCE = re.compile(r"^ {0,6}(`{3,}|~{3,})")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-{3,})[ \t]*$")
_BOLD = re.compile(r"^\*\*([^*]{2,80})\*\*:?\s*$")
_COMMENT = re.compile(r"<!--.{0,20000}?-->", re.DOTALL)
_TABLE = re.compile(r"^\s{0,6}\|")


class Line(msgspec.Struct, frozen=True):
    """One line of the card."""

    number: int
    text: str
    code: bool


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A heading and what stands below it, up to the next heading."""

    title: str
    lines: tuple[Line, ...]

    def prose(self) -> str:
        """Return the words of the section without code blocks."""
        return "\n".join(line.text for line in self.lines if not line.code).strip()

    def word_count(self) -> int:
        """Return how many words of prose the section has."""
        return len(re.findall(r"\w+", self.prose()))


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A card's body in sections; the first may have no title."""

    sections: tuple[Section, ...]
    truncated: bool

    def prose_lines(self) -> Iterator[Line]:
        """Yield every line that is prose: no code, no table row."""
        for line in self.all_lines():
            if not line.code and not _TABLE.match(line.text):
                yield line

    def all_lines(self) -> Iterator[Line]:
        """Yield every line."""
        for section in self.sections:
            yield from section.lines


def read_card(text: str, *, body_from: int = 0) -> Card:
    """Return the sections of a card; `body_from` is the last line of its metadata block."""
    truncated = len(text) > MAX_CHARACTERS
    # Comments are blanked, not removed: line numbers must stay what a reader sees.
    kept = _COMMENT.sub(lambda found: "\n" * found.group().count("\n"), text[:MAX_CHARACTERS])
    lines = kept.split("\n")
    sections: list[Section] = []
    title, collected, fence = "", list[Line](), ""
    for number, raw in enumerate(lines[:MAX_LINES], start=1):
        if number <= body_from:
            continue
        mark = _FENCE.match(raw)
        if fence or mark:
            collected.append(Line(number, raw, True))
            if mark and not fence:
                fence = mark.group(1)
            elif mark and mark.group(1).startswith(fence):
                fence = ""
            continue
        heading = _HEADING.match(raw) or _BOLD.match(raw)
        underlined = _UNDERLINE.match(raw) and collected and _could_be_title(collected[-1])
        if heading or underlined:
            new = heading.group(1) if heading else collected.pop().text
            sections.append(Section(title=title, lines=tuple(collected)))
            title, collected = new.strip().strip("#* ").strip(), []
        else:
            collected.append(Line(number, raw, raw.startswith("    ") and not raw.lstrip().startswith(("-", "*"))))
    sections.append(Section(title=title, lines=tuple(collected)))
    return Card(sections=tuple(sections), truncated=truncated or len(lines) > MAX_LINES)


def _could_be_title(line: Line) -> bool:
    text = line.text.strip()
    return 1 < len(text) < 100 and not line.code and not text.startswith(("|", "-", "*", ">"))
