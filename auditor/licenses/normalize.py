"""A text as words with their lines, freed of dress: markup, comment signs, page footers, the holder's line."""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

import msgspec

__all__ = [
    "MAX_CHARACTERS",
    "Paragraph",
    "Words",
    "normalized_sha256",
    "paragraphs_outside",
    "restricts",
    "words_of",
]

MAX_CHARACTERS = 2_000_000
"""How much of a text is looked at; no license is as long."""
HOLDER_CHARACTERS = 500
"""Lines that name the copyright holder are dropped only this near the beginning."""

_WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]")
_TAG_HINT = re.compile(
    r"<\s{0,3}/?\s{0,3}(?:html|body|div|p|br|h[1-6]|li|ul|ol|span|td|b|strong|em|a)\b", re.IGNORECASE
)
_HIDDEN = re.compile(
    r"<(script|style|nav|head|header|footer)\b[^>]{0,500}>.{0,200000}?</\1\s{0,5}>", re.IGNORECASE | re.DOTALL
)
_TAG = re.compile(r"<[/!]?[a-zA-Z][^<>]{0,500}>")
_HOLDER = re.compile(r"^\W{0,20}(?:copyright\b|©|\(c\)|all rights reserved)", re.IGNORECASE)
_RESTRICTING = re.compile(
    r"""\bnon\b | \bno\b | \bnever\b | \bmilitary\b
    | \bnon\ ?commercial | \bresearch\b | \bnot\b | \bonly\b | \bsolely\b | \bprohibit | \bforbid | \brestrict
    | \bmust\b | \bshall\b | \bunless\b | \bexcept | \bcommercial | \bpermission\b | \bconsent\b | \brequire
    | \bprovided\b | \bpersonal\ use\b | \brevo[ck]""",
    re.VERBOSE,
)


class Words(msgspec.Struct, frozen=True):
    """The words of a text, lower-cased, each with the line it stands on (1-based)."""

    words: list[str]
    lines: list[int]
    source: list[str]
    """The lines as written."""

    def quoted(self, first: int, last: int) -> str:
        """Return the lines from `first` to `last` as one string."""
        return " ".join(" ".join(self.source[first - 1 : last]).split())


def restricts(words: str) -> bool:
    """Return whether normalized words could take a right away or set a condition."""
    return _RESTRICTING.search(words) is not None


def words_of(text: str) -> Words:
    """Return the words of `text`; linear in its length, which is cut at `MAX_CHARACTERS`."""
    kept = text[:MAX_CHARACTERS].replace("\r\n", "\n").replace("\r", "\n").replace("\x00", " ")
    if len(_TAG_HINT.findall(kept[:200_000])) >= 3:
        # What is hidden or navigation is no text of a license; its line breaks stay, for the line numbers.
        kept = _HIDDEN.sub(lambda found: "\n" * found.group().count("\n"), kept)
        kept = _TAG.sub(lambda found: " " + "\n" * found.group().count("\n"), kept)
        kept = html.unescape(kept)
    source = kept.split("\n")
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
        if near_the_top and _HOLDER.match(line) and len(found) <= 15 and not restricts(" ".join(found)):
            continue
        words += found
        lines += [number] * len(found)
    return Words(words, lines, source)


def _words_in(line: str) -> list[str]:
    folded = line if line.isascii() else unicodedata.normalize("NFKC", line)
    return _WORD.findall(folded.lower())


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
            if rest and not restricts(rest):
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


def paragraphs_outside(words: Words, explained: list[bool]) -> Iterator[Paragraph]:
    """Yield the paragraphs made of words that are not `explained`; an explained word or a blank line ends one."""
    first = last = 0
    collected: list[str] = []
    for word, line, known in zip(words.words, words.lines, explained, strict=True):
        blank_between = last and line > last + 1
        if collected and (known or blank_between):
            yield Paragraph(first, last, " ".join(collected))
            collected = []
        if not known:
            first = first if collected else line
            collected.append(word)
        last = line
    if collected:
        yield Paragraph(first, last, " ".join(collected))
