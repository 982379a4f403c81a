"""A text as words with their lines, freed of dress: markup, comment signs, page footers, the holder's line."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

import msgspec

from auditor.licenses.holder import is_holder_line
from auditor.licenses.markup import without_markup
from auditor.licenses.restrictions import foreign, restricts

__all__ = [
    "MAX_CHARACTERS",
    "Paragraph",
    "Words",
    "normalized_sha256",
    "paragraphs_outside",
    "words_of",
]

MAX_CHARACTERS = 2_000_000
"""How much of a text is looked at; no license is as long."""
MAX_LINE = 20_000
"""A longer line is shown as a whole."""
HOLDER_CHARACTERS = 500
"""Lines that name the copyright holder are dropped only this near the beginning."""

_OTHER = r"[^\W_a-z0-9\u00aa-\u024f\u1e00-\u1eff\u3400-\u9fff]+"
_WORD = re.compile(rf"[a-z0-9]+|[\u3400-\u9fff]|{_OTHER}")
"""ASCII words, single Han characters, and runs of letters of other scripts: a sentence in Cyrillic is no empty line.

Accented Latin letters only part words, as they always did for the stored fingerprints.
"""


class Words(msgspec.Struct, frozen=True):
    """The words of a text, lower-cased, each with the line it stands on (1-based)."""

    words: list[str]
    lines: list[int]
    source: list[str]
    """The lines as written, without markup."""
    cut: bool = False
    """There are words beyond the part that was looked at."""

    def written(self, begin: int, end: int) -> list[str]:
        """Return the words from position `begin` up to `end` as written, with punctuation, one string a line."""
        found: list[str] = []
        position = begin
        while position < end:
            line = self.lines[position]
            last = position
            while last < end and self.lines[last] == line:
                last += 1
            found.append(self._part(line, position, last))
            position = last
        return found

    def _part(self, line: int, begin: int, end: int) -> str:
        first = begin
        while first > 0 and self.lines[first - 1] == line:
            first -= 1
        text = _folded(self.source[line - 1])
        if len(text) > MAX_LINE or len(text.lower()) != len(text):
            return text
        places = [(found.start(), found.end()) for found in _WORD.finditer(text.lower())]
        if end - first > len(places):
            return text
        stop = places[end - first][0] if end - first < len(places) else len(text)
        return text[places[begin - first][0] if begin > first else 0 : stop]

    def quoted(self, first: int, last: int) -> str:
        """Return the lines from `first` to `last` as one string."""
        return " ".join(" ".join(self.source[first - 1 : last]).split())


def words_of(text: str) -> Words:
    """Return the words of `text`; linear in its length, which is cut at `MAX_CHARACTERS`."""
    kept = text[:MAX_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n").replace("\x00", " ")
    source = without_markup(kept)
    footers = _footers(source)
    words: list[str] = []
    lines: list[int] = []
    seen = 0
    for number, line in enumerate(source, start=1):
        near_the_top = seen < HOLDER_CHARACTERS
        seen += len(line) + 1
        found = _words_in(line)
        if not found or (footers and " ".join(w for w in found if not w.isdigit()) in footers):
            continue
        if near_the_top and is_holder_line(line):
            continue
        words += found
        lines += [number] * len(found)
    return Words(words, lines, source, bool(text[MAX_CHARACTERS:].strip()))


def _words_in(line: str) -> list[str]:
    return _WORD.findall(_folded(line).lower())


def _folded(line: str) -> str:
    """Return one spelling of letters that look alike; a line that would grow without measure stays as it is."""
    if line.isascii():
        return line
    folded = unicodedata.normalize("NFKC", line)
    return folded if len(folded) <= 2 * len(line) + 100 else line


def _footers(source: list[str]) -> frozenset[str]:
    """Return the short lines that come again and again with another number: page footers."""
    counts: Counter[str] = Counter()
    numbers: dict[str, set[str]] = {}
    for line in source:
        if len(line) > 120:
            continue
        found = _words_in(line)
        digits = [word for word in found if word.isdigit()]
        if digits and 1 < len(found) <= 10:
            rest = " ".join(word for word in found if not word.isdigit())
            if rest and not restricts(rest) and not foreign(rest):
                counts[rest] += 1
                numbers.setdefault(rest, set()).add(digits[0])
    return frozenset(
        rest for rest, count in counts.items() if count >= 3 and len(numbers[rest]) >= 3 and "page" in rest
    )


def normalized_sha256(text: str) -> str:
    """Return the SHA-256 of the words of a text."""
    return hashlib.sha256(" ".join(words_of(text).words).encode()).hexdigest()


class Paragraph(msgspec.Struct, frozen=True):
    """Consecutive lines with words that belong to no license."""

    first: int
    last: int
    words: str
    begin: int = 0
    end: int = 0
    """Word positions: from `begin` up to `end`."""


def paragraphs_outside(words: Words, explained: list[bool]) -> Iterator[Paragraph]:
    """Yield the paragraphs made of words that are not `explained`; an explained word or a blank line ends one."""
    first = last = begin = 0
    collected: list[str] = []
    for position, (word, line, known) in enumerate(zip(words.words, words.lines, explained, strict=True)):
        blank_between = last and line > last + 1
        if collected and (known or blank_between):
            yield Paragraph(first, last, " ".join(collected), begin, position)
            collected = []
        if not known:
            first, begin = (first, begin) if collected else (line, position)
            collected.append(word)
        last = line
    if collected:
        yield Paragraph(first, last, " ".join(collected), begin, len(words.words))
