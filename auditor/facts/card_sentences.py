"""The sentences of a card's prose with the lines they stand on; no code, no table, no quotation."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from auditor.facts.sections import Line
from auditor.facts.subject_view import SubjectView

__all__ = ["Sentence", "sentences_of"]

MAX_PARAGRAPH, MAX_SENTENCE, MAX_SENTENCES = 20_000, 1_200, 5_000
_ITEM = re.compile(r"^\s{0,12}(?:[-*+•]|\d{1,3}[.)])\s")
_QUOTATION = re.compile(r"^\s{0,6}(?:>|&gt;)")
_END = re.compile(
    r"(?<=[.!?])(?<!\b[Vv]\.)(?<!e\.g\.)(?<!i\.e\.)[\"'\u201d\u2019)*_]{0,3}\s+(?=[\"'\u201c\u2018(*_\[A-Z0-9#])|(?<=[\u3002\uff01\uff1f])|(?<=<br>)"
)
_LINK = re.compile(r"!?\[([^\]\[]{0,300})\]\([^)\s]{0,600}(?:\s[^)]{0,200})?\)")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,400}>")
_ADDRESS = re.compile(r"https?://\S{1,600}|\bmailto:\S{1,200}|\b[\w.+-]{1,60}@[\w-]{1,60}\.[\w.-]{2,40}")


class Sentence(msgspec.Struct, frozen=True):
    """One sentence as a reader sees it, and its first and last line."""

    text: str
    raw: str
    """The same with its markup: links have their targets."""
    first: Line
    last: Line


def sentences_of(view: SubjectView, *, quotations: bool = False) -> Iterator[Sentence]:
    """Yield at most 5,000 sentences in order; a list item and a paragraph never share one.

    `quotations`: with lines marked as quoted, which many cards use for remarks of their own.
    """
    count = 0
    for paragraph in _paragraphs(view, quotations):
        for sentence in _split(paragraph):
            yield sentence
            count += 1
            if count >= MAX_SENTENCES:
                return


def _paragraphs(view: SubjectView, quotations: bool) -> Iterator[list[Line]]:
    for section in view.card.sections:
        gathered: list[Line] = []
        size = previous = 0
        for line in section.lines:
            plain = not line.code and line.text.strip() and "|" not in line.text.strip()[:1]
            quoted = not quotations and _QUOTATION.match(line.text)
            apart = _ITEM.match(line.text) or line.number != previous + 1 or size > MAX_PARAGRAPH
            if gathered and (not plain or quoted or apart):
                yield gathered
                gathered, size = [], 0
            if plain and not quoted and len(line.text) <= MAX_PARAGRAPH:
                gathered.append(line)
                size += len(line.text)
            previous = line.number
        if gathered:
            yield gathered


def _split(paragraph: list[Line]) -> Iterator[Sentence]:
    text, starts = "", list[int]()
    for line in paragraph:
        starts.append(len(text))
        text += _QUOTATION.sub("", line.text).strip() + " "
    position = 0
    for part in [*(found.end() for found in _END.finditer(text)), len(text)]:
        raw = text[position:part]
        plain = _plain(raw)
        first, last = paragraph[_at(starts, position)], paragraph[_at(starts, part - 2)]
        # What is too long for one look is looked at in pieces: nothing can hide in a long sentence.
        for start in range(0, len(plain), MAX_SENTENCE):
            yield Sentence(plain[start : start + MAX_SENTENCE], raw[:MAX_PARAGRAPH], first, last)
        position = part


def _at(starts: list[int], position: int) -> int:
    return max(index for index, start in enumerate(starts) if start <= max(position, 0))


def _plain(text: str) -> str:
    """Return the words without markup: link labels stay, addresses and tags go."""
    text = _LINK.sub(r"\1", text)
    text = _ADDRESS.sub(" ", _TAG.sub(" ", text))
    return " ".join(re.sub(r"[*`_#]{1,3}(?=\S)|(?<=\S)[*`_]{1,3}", "", text).split())
