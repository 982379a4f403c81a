"""Take out of two lists what says the same on both sides, whatever the subjects are called."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from auditor.pipeline.diff_sides import Side

__all__ = ["unmatched"]

Entry: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[str, ...]

_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z?)?")
_SHA = re.compile(r"\b[0-9a-f]{40}\b")


def unmatched(
    old: Sequence[Entry], new: Sequence[Entry], a: Side, b: Side, key: Callable[[Entry], Key]
) -> tuple[list[Entry], list[Entry]]:
    """Return what is left of both lists, in order, after every entry with a twin on the other side was taken out.

    Twins have the same key word for word, or the same but for dates, commits and the name of their own subject.
    """
    old, new = _without_twins(old, new, key, key)
    return _without_twins(old, new, lambda entry: _neutral(key(entry), a), lambda entry: _neutral(key(entry), b))


def _without_twins(
    old: Sequence[Entry], new: Sequence[Entry], key_a: Callable[[Entry], Key], key_b: Callable[[Entry], Key]
) -> tuple[list[Entry], list[Entry]]:
    waiting: dict[Key, list[int]] = {}
    for place, entry in enumerate(new):
        waiting.setdefault(key_b(entry), []).append(place)
    left: list[Entry] = []
    taken: set[int] = set()
    for entry in old:
        places = waiting.get(key_a(entry))
        if places:
            taken.add(places.pop(0))
        else:
            left.append(entry)
    return left, [entry for place, entry in enumerate(new) if place not in taken]


def _neutral(key: Key, side: Side) -> Key:
    name = re.compile(rf"(?<![\w./-]){re.escape(side.name)}(?![\w/-])")
    return tuple(_SHA.sub("(commit)", _DAY.sub("(date)", name.sub("(subject)", part))) for part in key)
