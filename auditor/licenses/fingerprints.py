"""Fingerprints of license texts: hashes of content-defined chunks, from which the text cannot be read.

A chunk ends where the hash of two neighboring words is the smallest within a radius of words on both sides, so a text
that stands inside another one is cut at the same places. A chunk covers at least eight words, some fifteen and more on
average, and only its hash and length are kept: no word of the text, no piece short enough to guess, and no overlapping
windows that could be unrolled (research on license matching, 3).
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

import msgspec

from auditor.licenses.normalize import paragraphs_outside, words_of

__all__ = ["Chunk", "Fingerprint", "build_fingerprint", "chunks_of", "digest", "load_fingerprint"]

RADII = (7, 15, 31, 63)
"""Distances in words within which a cut is the smallest hash; a chunk is longer than the radius."""
MAX_CHUNKS = 95
AROUND = 7
"""Radius for what may stand around a body: short texts, of which a filled-in copy should still be recognized."""


class Chunk(msgspec.Struct, frozen=True):
    """Hash and length in words of one piece of a text, and where it begins there."""

    hash: str
    count: int
    start: int = 0


class Fingerprint(msgspec.Struct, frozen=True, kw_only=True):
    """What we keep of one license text."""

    license: str
    role: Literal["license", "use-policy"]
    radius: int
    tokens: int
    """Words of the body."""
    head: Chunk
    """From the first word to the first cut, which a text in front would change."""
    chunks: tuple[Chunk, ...]
    tail: Chunk
    """From the last cut to the last word."""
    segments: tuple[Chunk, ...] = ()
    """For a template: the body in pieces, between which a holder's name stands."""
    around: tuple[Chunk, ...] = ()
    """Chunks and paragraphs of what may stand before or after the body, or be left out."""


def digest(words: Sequence[str]) -> str:
    """Return 48 bits of hash over words, as hexadecimal digits."""
    return hashlib.blake2b(" ".join(words).encode(), digest_size=6).hexdigest()


def chunks_of(words: Sequence[str], radii: Sequence[int]) -> dict[int, list[Chunk]]:
    """Return for each radius the chunks between the first and the last cut, with their places."""
    hashes = _pair_hashes(words)
    return {radius: _chunks(words, _cuts(hashes, radius)) for radius in radii}


def _pair_hashes(words: Sequence[str]) -> list[int]:
    return [zlib.crc32(f"{one} {two}".encode()) for one, two in pairwise(words)]


def _cuts(hashes: Sequence[int], radius: int) -> list[int]:
    """Return the positions after which a chunk ends: each hash that is the smallest within the radius."""
    found: list[int] = []
    here = 0
    while here < len(hashes):
        behind = hashes[here + 1 : here + radius + 1]
        least = min(behind, default=hashes[here])
        if least < hashes[here]:
            here += 1 + behind.index(least)  # nothing in between can be the smallest
            continue
        if hashes[here] < min(hashes[max(0, here - radius) : here], default=hashes[here] + 1):
            found.append(here + 2)
        here += radius + 1
    return found


def _cuts_inside(body: Sequence[str], radius: int) -> list[int]:
    """Return the cuts that stay whatever stands before or after the body."""
    return [cut for cut in _cuts(_pair_hashes(body), radius) if radius + 2 <= cut <= len(body) - radius]


def _chunks(words: Sequence[str], cuts: Sequence[int]) -> list[Chunk]:
    return [Chunk(digest(words[begin:end]), end - begin, begin) for begin, end in pairwise(cuts)]


def build_fingerprint(
    text: str,
    *,
    license_id: str = "",
    role: str = "license",
    body_from: str = "",
    body_to: str = "",
    names: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the fingerprint of a text as JSON data.

    `body_from` and `body_to` are words at which the body begins and after which it ends; what is outside may be left
    out of a copy (a preamble, an appendix on how to apply the license). `names` are the words, in order of place,
    that a copy replaces by the name of its holder. Raises `ValueError` when any of them are not there.
    """
    whole = words_of(text)
    words = whole.words
    begin = _find(words, words_of(body_from).words, 0) if body_from else 0
    end = _find(words, words_of(body_to).words, begin) + len(words_of(body_to).words) if body_to else len(words)
    body = words[begin:end]
    radius = next((r for r in RADII if len(_cuts_inside(body, r)) <= MAX_CHUNKS), RADII[-1])
    cuts = _cuts_inside(body, radius)
    if len(cuts) < 2:
        raise ValueError("the text is too short for a fingerprint")
    inner = _chunks(body, cuts)
    outside = [
        chunk
        for part in (words[:begin], words[end:])
        for chunk in _chunks(part, [0, *_cuts_inside(part, AROUND), len(part)] if part else [])
    ]
    known = [begin <= position < end for position in range(len(words))]
    outside += [Chunk(digest(p.words.split()), len(p.words.split())) for p in paragraphs_outside(whole, known)]
    return {
        "license": license_id,
        "role": role,
        "radius": radius,
        "tokens": len(body),
        "head": [digest(body[: cuts[0]]), cuts[0]],
        "chunks": [[chunk.hash, chunk.count] for chunk in inner],
        "tail": [digest(body[cuts[-1] :]), len(body) - cuts[-1]],
        "segments": _segments(body, [words_of(name).words for name in names]),
        "around": [[chunk.hash, chunk.count] for chunk in outside],
    }


def _segments(body: Sequence[str], names: Sequence[Sequence[str]]) -> list[list[Any]]:
    found: list[list[Any]] = []
    position = 0
    for name in names:
        place = _find(body, name, position)
        found.append([digest(body[position:place]), place - position])
        position = place + len(name)
    return [*found, [digest(body[position:]), len(body) - position]] if names else []


def _find(words: Sequence[str], wanted: Sequence[str], start: int) -> int:
    size = len(wanted)
    for position in range(start, len(words) - size + 1):
        if list(words[position : position + size]) == list(wanted):
            return position
    raise ValueError(f"the words {' '.join(wanted)!r} are not in the text")


def load_fingerprint(data: Mapping[str, Any]) -> Fingerprint:
    """Return a fingerprint from its JSON data."""
    return Fingerprint(
        license=data["license"],
        role=data["role"],
        radius=data["radius"],
        tokens=data["tokens"],
        head=Chunk(*data["head"]),
        chunks=tuple(Chunk(*entry) for entry in data["chunks"]),
        tail=Chunk(*data["tail"]),
        segments=tuple(Chunk(*entry) for entry in data["segments"]),
        around=tuple(Chunk(*entry) for entry in data["around"]),
    )
