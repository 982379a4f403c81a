"""Take markup off a text in one linear pass, so that nothing a reader sees is lost and nothing struck out stays."""

from __future__ import annotations

import html
import re
from bisect import bisect_left

from auditor.licenses.restrictions import foreign, restricts

__all__ = ["without_markup"]

_HINT = re.compile(r"<\s{0,3}/?\s{0,3}(?:html|body|div|p|br|h[1-6]|li|ul|ol|span|td|b|strong|em|a)\b", re.IGNORECASE)
_KNOWN = (
    "html|body|div|p|br|h[1-6]|li|ul|ol|span|td|tr|th|table|tbody|thead|b|i|u|strong|em|a|hr|pre|code|font|center|meta"
    "|link|img|title|head|header|footer|nav|main|section|article|script|style|sup|sub|small|dl|dt|dd|blockquote|button"
    "|form|input|label|svg|path|noscript|iframe|details|summary|abbr|cite|figure|address|aside|tt|kbd|time|mark|ins"
)
_TAG = re.compile(rf"</?(?:{_KNOWN})(?:\s[^<>]{{0,1000}}|/)?>|<!doctype[^<>]{{0,300}}>", re.IGNORECASE)
_STRUCK_TAG = re.compile(r"</?(?:del|s|strike)(?:\s[^<>]{0,300})?>", re.IGNORECASE)
_STRUCK = re.compile(r"~~(?=[^\s~])")
_COMMENT = re.compile(r"<!--(.{0,500}?)-->", re.DOTALL)
_BLOCK = re.compile(r"<(script|style|head|nav|header|footer)(?:\s[^<>]{0,1000})?>", re.IGNORECASE)
_CLOSING = re.compile(r"</(script|style|head|nav|header|footer)\b")
_WORDS = re.compile(r"[^\W_]+")
_UNSEEN = frozenset({"script", "style", "head"})
_HUGE_REFERENCE = re.compile(r"&#(?:x[0-9a-f]{7,}|[0-9]{8,});?", re.IGNORECASE)
MAX_NAVIGATION = 5_000
HINTS = 3
HINT_CHARACTERS = 200_000
STRUCK = " struckout "
"""Stands where a text is struck out or commented out, so that a license with such a place is not word for word."""


def without_markup(text: str) -> list[str]:
    """Return the lines of `text` as a reader sees them; line numbers stay."""
    kept = _COMMENT.sub(lambda found: f"{STRUCK}{found.group(1)}{STRUCK}", _STRUCK.sub(STRUCK, text))
    if len(_HINT.findall(kept[:HINT_CHARACTERS])) < HINTS:
        return kept.split("\n")
    kept = _STRUCK_TAG.sub(STRUCK, _without_blocks(kept))
    kept = _HUGE_REFERENCE.sub(" ", _TAG.sub(_line_breaks, kept))
    # Line by line, because a character reference may stand for a line break.
    return [html.unescape(line).replace("\n", " ").replace("\r", " ") for line in kept.split("\n")]


def _line_breaks(found: re.Match[str]) -> str:
    return " " + "\n" * found.group().count("\n")


def _without_blocks(text: str) -> str:
    """Drop blocks that nobody sees, and navigation that says nothing of rights."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a letter whose small form is longer: places would not fit
        return text
    closing: dict[str, list[int]] = {}
    for found in _CLOSING.finditer(lowered):
        closing.setdefault(found.group(1), []).append(found.start())
    parts: list[str] = []
    position = 0
    for found in _BLOCK.finditer(lowered):
        name = found.group(1)
        ends = closing.get(name, [])
        place = bisect_left(ends, found.end())
        if found.start() < position or place == len(ends):
            continue
        end = ends[place]
        if name not in _UNSEEN and not _says_nothing(lowered, found.end(), end):
            continue
        parts += [text[position : found.start()], " ", "\n" * text.count("\n", found.start(), end)]
        position = end
    return "".join([*parts, text[position:]])


def _says_nothing(text: str, begin: int, end: int) -> bool:
    if end - begin > MAX_NAVIGATION:
        return False
    inside = " ".join(_WORDS.findall(_TAG.sub(" ", text[begin:end])))
    return not restricts(inside) and not foreign(inside)
