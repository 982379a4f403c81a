"""SPDX license texts, found by the `licenseclassifier` package; its spans only, judged by us.

Its version is pinned in pyproject.toml and by a golden test: what it lets pass inside a span decides what is exact.
"""

from __future__ import annotations

import msgspec

__all__ = ["SpdxSpan", "spdx_spans"]

MAX_CHARACTERS = 300_000
"""The engine takes some 5 ms for 10 KB; no SPDX text is longer than this."""


class SpdxSpan(msgspec.Struct, frozen=True):
    """One SPDX license found in a text, with first and last line."""

    spdx: str
    first: int
    last: int


def spdx_spans(text: str) -> list[SpdxSpan]:
    """Return every SPDX license whose words stand in `text`, in order; nothing for a mere mention."""
    from licenseclassifier import identify_license

    kept = text[:MAX_CHARACTERS]
    return [
        SpdxSpan(found.id, kept.count("\n", 0, found.start) + 1, kept.count("\n", 0, max(found.end - 1, 0)) + 1)
        for found in identify_license(kept, 0)
    ]
