"""Lay a fingerprint against a text: which part of the license is there, where, and what is different."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import pairwise

import msgspec

from auditor.licenses.fingerprints import Chunk, Fingerprint, digest
from auditor.licenses.normalize import Words

__all__ = ["Aligned", "align"]

FAR = 150
"""Words between two found pieces, beyond what the license has there, that make them two places."""


class Aligned(msgspec.Struct, frozen=True, kw_only=True):
    """How one fingerprint fits a text; positions are word positions."""

    fingerprint: Fingerprint
    start: int
    end: int
    found: int
    """Words of the license that are there, word for word."""
    extra: tuple[tuple[int, int], ...]
    """Pieces of the text inside the window that the license does not have."""
    gaps: tuple[tuple[int, int], ...]
    """Word ranges of the license that are not there."""

    @property
    def score(self) -> float:
        """Return the share of the license that is there."""
        return self.found / self.fingerprint.tokens

    @property
    def whole(self) -> bool:
        """Return whether the license stands there word for word, without a word more or less."""
        return not self.extra and not self.gaps


def align(fingerprint: Fingerprint, words: Words, chunks: list[Chunk]) -> Aligned | None:
    """Return how the fingerprint fits; `chunks` are those of the text under the fingerprint's radius."""
    ours = [chunk.hash for chunk in fingerprint.chunks]
    theirs = [chunk.hash for chunk in chunks]
    matching = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    blocks = _nearest(fingerprint, chunks, [(block.a, block.b, block.size) for block in matching if block.size])
    if not blocks:
        return None
    starts = _starts(fingerprint)
    pieces = [
        (starts[a], starts[a + size - 1] + fingerprint.chunks[a + size - 1].count,
         chunks[b].start, chunks[b + size - 1].start + chunks[b + size - 1].count)
        for a, b, size in blocks
    ]  # fmt: skip
    pieces = _with_edges(fingerprint, words, pieces)
    return _differences(fingerprint, pieces)


def _starts(fingerprint: Fingerprint) -> list[int]:
    """Return where each inner chunk begins in the license."""
    position = fingerprint.head.count
    found = []
    for chunk in fingerprint.chunks:
        found.append(position)
        position += chunk.count
    return found


def _nearest(
    fingerprint: Fingerprint, chunks: list[Chunk], blocks: list[tuple[int, int, int]]
) -> list[tuple[int, int, int]]:
    """Return the blocks of the one place that holds most of the license; common phrases elsewhere are left out."""
    starts = _starts(fingerprint)
    places: list[list[tuple[int, int, int]]] = []
    for block in blocks:
        if places:
            a, b, size = places[-1][-1]
            in_license = starts[block[0]] - starts[a + size - 1]
            in_text = chunks[block[1]].start - chunks[b + size - 1].start
            if in_text - in_license <= FAR + in_license:
                places[-1].append(block)
                continue
        places.append([block])

    def weight(place: list[tuple[int, int, int]]) -> int:
        return sum(fingerprint.chunks[a + n].count for a, _, size in place for n in range(size))

    return max(places, key=weight, default=[])


def _with_edges(
    fingerprint: Fingerprint, words: Words, pieces: list[tuple[int, int, int, int]]
) -> list[tuple[int, int, int, int]]:
    """Add head and tail where they stand right beside the first and last chunk."""
    head, tail, total = fingerprint.head, fingerprint.tail, fingerprint.tokens
    a, b, c, d = pieces[0]
    if a == head.count and c >= head.count and digest(words.words[c - head.count : c]) == head.hash:
        pieces = [(0, b, c - head.count, d), *pieces[1:]]
    a, b, c, d = pieces[-1]
    if b == total - tail.count and digest(words.words[d : d + tail.count]) == tail.hash:
        pieces = [*pieces[:-1], (a, total, c, d + tail.count)]
    return pieces


def _differences(fingerprint: Fingerprint, pieces: list[tuple[int, int, int, int]]) -> Aligned:
    extra: list[tuple[int, int]] = []
    gaps: list[tuple[int, int]] = []
    if pieces[0][0] > 0:
        gaps.append((0, pieces[0][0]))
    for (_, end, _, text_end), (begin, _, text_begin, _) in pairwise(pieces):
        if text_begin > text_end:
            extra.append((text_end, text_begin))
        if begin > end:
            gaps.append((end, begin))
    if pieces[-1][1] < fingerprint.tokens:
        gaps.append((pieces[-1][1], fingerprint.tokens))
    return Aligned(
        fingerprint=fingerprint,
        start=pieces[0][2],
        end=pieces[-1][3],
        found=sum(end - begin for begin, end, _, _ in pieces),
        extra=tuple(extra),
        gaps=tuple(gaps),
    )
