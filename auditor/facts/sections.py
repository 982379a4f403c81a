"""Cut the body of a card into headings, paragraphs, list items, table rows and code, in one pass over its lines.

A bounded line scan and no Markdown parser: it takes time in proportion to the text whatever the text is, and it
knows the line of everything.
"""

from __future__ import annotations

import re
from typing import Literal

import msgspec

__all__ = ["Block", "Link", "links_in", "plain_text", "read_blocks", "sentences"]

BlockKind = Literal["heading", "text", "item", "row", "code"]

MAX_BLOCKS = 50_000
MAX_BLOCK = 20_000
MAX_LINE = 20_000

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|(?<=##)(?=\w))(\S.*)\Z")
_HTML_HEADING = re.compile(r"<h([1-6])[^<>]{0,300}>", re.IGNORECASE)
_UNDERLINE = re.compile(r" {0,3}(=+|-{3,})[ \t]*\Z")
_BOLD_LINE = re.compile(r"[ \t]*(?:\*\*|__)([^*_]{2,60})(?:\*\*|__)[ \t]*:?[ \t]*\Z")
_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})([^`]{0,200})\Z")
_ITEM = re.compile(r"[ \t]*(?:[-*+•]|\d{1,3}[.)])[ \t]+")
_SEPARATOR = re.compile(r"[ \t|:+-]+\Z")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,800}>")
_ANCHOR = re.compile(
    r"<a\b[^<>]{0,300}?\bhref[ ]?=[ ]?[\"']([^\"'<>]{1,600})[\"'][^<>]{0,300}>([^<]{0,300})</a>", re.IGNORECASE
)
_LINK = re.compile(r"(!?)\[([^\[\]]{0,300})\](?:\([ ]?<?([^()<>\s]{0,600}(?:\([^()<>\s]{0,100}\)[^()<>\s]{0,100})?)"
                   r">?(?:[ ]\"[^\"]{0,200}\")?[ ]?\)|\[[^\[\]]{0,100}\])")  # fmt: skip
_BARE = re.compile(r"https?://[^\s<>()\[\]\"'`|]{3,600}")
_SENTENCE = re.compile(r"(?<=[.!?])[ ]+(?=[A-Z0-9\[\"'(])|(?<=[。！？；])|\n(?=[ \t]*\n)")
_EMPHASIS = re.compile(r"\*+|`+|__|</?(?:b|i|em|strong|code)>")


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """One piece of the card's body."""

    kind: BlockKind
    text: str
    lines: tuple[int, int]
    """First and last line in the card, 1-based."""
    path: tuple[str, ...]
    """Headings above it, outermost first; of a heading, itself included."""
    info: str = ""
    """Of code: the word after the fence."""


class Link(msgspec.Struct, frozen=True):
    """A link: what is shown and where it leads."""

    text: str
    href: str


def read_blocks(body: str, first_line: int) -> tuple[Block, ...]:
    """Return the blocks of a body whose first line is `first_line` of the card; never raises."""
    return tuple(_Scan(body, first_line).run())


class _Scan:
    def __init__(self, body: str, first_line: int) -> None:
        self.lines = [line[:MAX_LINE] for line in _without_comments(body).split("\n")]
        self.offset = first_line
        self.blocks: list[Block] = []
        self.headings: list[tuple[int, str]] = []
        self.held: list[str] = []
        self.held_kind: BlockKind = "text"
        self.held_from = 0

    def run(self) -> list[Block]:
        number = 0
        while number < len(self.lines) and len(self.blocks) < MAX_BLOCKS:
            number = self._line(number)
        self._flush(number)
        return self.blocks

    def _line(self, number: int) -> int:
        line = self.lines[number]
        fence = _FENCE.match(line)
        if fence:
            self._flush(number)
            return self._code(number, fence[1], fence[2].strip())
        stripped = line.strip().lstrip("> ")
        if not stripped:
            self._flush(number)
            return number + 1
        title = self._title(number, line, stripped)
        if title is not None:
            return title
        if _is_row(stripped):
            self._flush(number)
            if not _SEPARATOR.match(stripped):
                self._add("row", stripped, number, number)
            return number + 1
        item = _ITEM.match(line)
        if item:
            self._flush(number)
            self.held, self.held_kind, self.held_from = [line[item.end() :]], "item", number
        elif self.held:
            self.held.append(stripped)
        else:
            self.held, self.held_kind, self.held_from = [stripped], "text", number
        return number + 1

    def _title(self, number: int, line: str, stripped: str) -> int | None:
        """Enter a heading if one stands here, and return the next line."""
        match = _HEADING.match(line)
        if match:
            self._enter(len(match[1]), match[2].rstrip("# \t") or match[2], number, number)
            return number + 1
        html = _HTML_HEADING.search(stripped)
        if html:
            self._enter(int(html[1]), _TAG.sub(" ", stripped), number, number)
            return number + 1
        below = self.lines[number + 1] if number + 1 < len(self.lines) else ""
        underline = _UNDERLINE.match(below)
        if underline and not self.held and len(stripped) <= 120 and not _ITEM.match(line) and not _is_row(stripped):
            self._enter(1 if underline[1].startswith("=") else 2, stripped, number, number + 1)
            return number + 2
        bold = _BOLD_LINE.match(line)
        if bold and not self.held:
            self._enter(7, bold[1], number, number)
            return number + 1
        return None

    def _enter(self, level: int, title: str, first: int, last: int) -> None:
        self._flush(first)
        while self.headings and self.headings[-1][0] >= level:
            self.headings.pop()
        self.headings.append((level, plain_text(title).strip()[:300]))
        self._add("heading", title, first, last)

    def _code(self, number: int, fence: str, info: str) -> int:
        end = number + 1
        while end < len(self.lines):
            closing = self.lines[end].strip(" \t>")
            if closing.startswith(fence) and not closing.strip(fence[0]):
                break
            end += 1
        text = "\n".join(self.lines[number + 1 : end])
        self._add("code", text, number, min(end, len(self.lines) - 1), info)
        return end + 1

    def _flush(self, number: int) -> None:
        if self.held:
            self._add(self.held_kind, "\n".join(self.held), self.held_from, max(number - 1, self.held_from))
            self.held = []

    def _add(self, kind: BlockKind, text: str, first: int, last: int, info: str = "") -> None:
        lines = (first + self.offset, last + self.offset)
        path = tuple(title for _, title in self.headings)
        self.blocks.append(Block(kind=kind, text=text[:MAX_BLOCK], lines=lines, path=path, info=info))


def _is_row(stripped: str) -> bool:
    return stripped.startswith("|") or (stripped.count("|") >= 2 and " | " in stripped)


def _without_comments(body: str) -> str:
    """Return the body with HTML comments blanked; their line breaks stay, so that lines keep their numbers."""
    parts: list[str] = []
    at = 0
    while True:
        start = body.find("<!--", at)
        if start < 0:
            parts.append(body[at:])
            return "".join(parts)
        end = body.find("-->", start + 4)
        if end < 0:
            # Never closed: a browser shows nothing more, a reader of the file does.
            parts.append(body[at:])
            return "".join(parts)
        parts += [body[at:start], "\n" * body.count("\n", start, end)]
        at = end + 3


def links_in(text: str) -> list[Link]:
    """Return the links of a block: Markdown, HTML, and bare addresses; images are left out."""
    found = [Link(match[2], match[1]) for match in _ANCHOR.finditer(text)]
    for match in _LINK.finditer(text):
        if not match[1] and match[3]:
            found.append(Link(_EMPHASIS.sub("", match[2]), match[3]))
    known = {link.href for link in found}
    for match in _BARE.finditer(text):
        href = match[0].rstrip(".,;:!?*")
        if href not in known:
            found.append(Link(href, href))
    return found


def plain_text(text: str) -> str:
    """Return text as a reader sees it: links as their words, no tags, no emphasis."""
    text = _ANCHOR.sub(lambda match: match[2], text)
    text = _LINK.sub(lambda match: " " if match[1] else match[2], text)
    text = _TAG.sub(" ", text)
    return _EMPHASIS.sub("", text).replace("\u00a0", " ")


def sentences(block: Block) -> list[tuple[str, tuple[int, int]]]:
    """Return the sentences of a block as written, joined to one line each, with their lines in the card."""
    found: list[tuple[str, tuple[int, int]]] = []
    # Line breaks become spaces of the same length, so that offsets still tell the line.
    joined = block.text.replace("\n", " ")
    start = 0
    ends = [match.start() for match in _SENTENCE.finditer(joined)] + [len(joined)]
    line, counted = block.lines[0], 0
    for end in ends:
        piece = joined[start:end]
        if piece.strip():
            line += block.text.count("\n", counted, start)
            last = line + block.text.count("\n", start, end)
            counted = start
            found.append((piece.strip()[:4000], (line, min(last, block.lines[1]))))
        start = end
    return found
