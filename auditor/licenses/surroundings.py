"""Which words of a text are accounted for: those of a license, and those that it is known to bring along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.licenses.fingerprints import AROUND, Chunk, chunks_of, digest
from auditor.licenses.normalize import Words, paragraphs_outside
from auditor.licenses.restrictions import foreign, restricts

__all__ = ["explained_words"]

MAX_HOLE = 24
"""Words that may be filled in within what stands around a license, if they are harmless."""
MIN_PIECE = 6
"""Shorter known pieces are looked for only as whole paragraphs: a word such as "not" would be known everywhere."""
MAX_SEARCHED = 600
"""Words of one gap in which known pieces are looked for at every place."""
MAX_GAPS = 40


def explained_words(
    words: Words, spans: Sequence[tuple[int, int]], around: Sequence[Chunk], titles: Sequence[Sequence[str]]
) -> list[bool]:
    """Return for each word whether it is accounted for.

    `spans` are the places of the licenses; `around` are pieces that stand before or after them in the original;
    `titles` are headings under which they may stand.
    """
    explained = [False] * len(words.words)
    for start, end in spans:
        explained[start:end] = [True] * (end - start)
    body = list(explained)
    known = {chunk.hash for chunk in around} | {digest(title) for title in titles}
    if known:
        _paragraphs(words, explained, known)
        _pieces(words, explained, around)
        for chunk in chunks_of(words.words, (AROUND,))[AROUND] if around else ():
            if chunk.hash in known:
                explained[chunk.start : chunk.start + chunk.count] = [True] * chunk.count
        _close_holes(words, explained, body)
    return explained


def _paragraphs(words: Words, explained: list[bool], known: set[str]) -> None:
    """Explain every paragraph that a license brings along, word for word."""
    for paragraph in list(paragraphs_outside(words, explained)):
        if digest(paragraph.words.split()) in known:
            explained[paragraph.begin : paragraph.end] = [True] * (paragraph.end - paragraph.begin)


def _pieces(words: Words, explained: list[bool], around: Sequence[Chunk]) -> None:
    """Explain known pieces wherever they stand in a gap: paragraphs of a copy may be joined or cut otherwise."""
    by_count: dict[int, set[str]] = {}
    for chunk in around:
        if chunk.count >= MIN_PIECE:
            by_count.setdefault(chunk.count, set()).add(chunk.hash)
    for number, (begin, end) in enumerate(list(_gaps(explained))):
        if number >= MAX_GAPS or not by_count:
            return
        position, stop = begin, min(end, begin + MAX_SEARCHED)
        while position < stop:
            step = next(
                (
                    count for count in sorted(by_count, reverse=True)
                    if position + count <= end and digest(words.words[position : position + count]) in by_count[count]
                ),
                0,
            )  # fmt: skip
            explained[position : position + step] = [True] * step
            position += step or 1


def _gaps(explained: Sequence[bool]) -> Iterator[tuple[int, int]]:
    begin = -1
    for position, known in enumerate([*explained, True]):
        if not known and begin < 0:
            begin = position
        elif known and begin >= 0:
            yield begin, position
            begin = -1


def _close_holes(words: Words, explained: list[bool], body: Sequence[bool]) -> None:
    """Explain a few harmless words within an appendix: a filled-in name or year; never beside the `body`."""
    for begin, end in list(_gaps(explained)):
        bounded = begin > 0 and end < len(explained) and not body[begin - 1] and not body[end]
        hole = " ".join(words.words[begin:end])
        if bounded and end - begin <= MAX_HOLE and not restricts(hole) and not foreign(hole):
            explained[begin:end] = [True] * (end - begin)
