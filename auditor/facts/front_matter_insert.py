"""Put lines into the metadata block of a card and leave every other byte as it was."""

from __future__ import annotations

import codecs
from collections.abc import Sequence

from auditor.facts.front_matter import front_matter_span, read_front_matter

__all__ = ["CannotInsert", "with_metadata"]

_WIDE = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MARK = "\ufeff"


class CannotInsert(ValueError):
    """Lines cannot be put in without changing what the block says already."""


def with_metadata(data: bytes, lines: Sequence[str]) -> bytes:
    """Return the bytes of a card with `lines` at the end of its metadata block, or with a block made of them.

    Line ends are those of the block. Raises `CannotInsert` unless the block reads as before but for the new keys.
    """
    if data.startswith(_WIDE):
        raise CannotInsert("the file is not UTF-8")
    # What is no UTF-8 goes through unchanged.
    text = data.decode("utf-8", "surrogateescape")
    before = read_front_matter(text)
    if before.fault:
        raise CannotInsert(before.fault)
    begin, place = front_matter_span(text)
    if begin is None or place is None:
        place = len(_MARK) if text.startswith(_MARK) else 0
        end = _line_end(text)
        added = end.join(["---", *lines, "---", ""])
    else:
        end = _line_end(text[:begin])
        added = end.join([*lines, ""])
    changed = text[:place] + added + text[place:]
    after = read_front_matter(changed)
    new = read_front_matter("\n".join(["---", *lines, "---", ""]))
    if new.fault or after.fault:
        raise CannotInsert(new.fault or after.fault or "")
    if set(new.data) & set(before.data) or after.data != {**before.data, **new.data}:
        raise CannotInsert("the new lines would change what the metadata block says already")
    return changed.encode("utf-8", "surrogateescape")


def _line_end(text: str) -> str:
    """Return how the last line of `text` that has an end ends, and the first line of a text without a block."""
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"
