"""Lines that only name somebody: the copyright holder, a project. Whatever says more is no such line."""

from __future__ import annotations

import re

from auditor.licenses.restrictions import restricts

__all__ = ["is_holder_line", "is_name"]

MAX_WORDS = 14
MAX_LENGTH = 300
_NOTICE = re.compile(r"^\W{0,20}(?:copyright\b|©|\(c\)|all\s+rights\s+reserved)", re.IGNORECASE)
_MARKS = re.compile(
    r"\bcopyright\b|\(c\)|©|\ball\s+rights\s+reserved\b\.?|\b\d{4}\b|<[^<>\s]{1,80}@[^<>\s]{1,80}>|\b[\w.+-]{1,60}@[\w.-]{1,60}",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\(?<?https?://[\w./~%-]{1,120}>?\)?")
_TERMS_PAGE = re.compile(r"terms|polic|eula|condition|restrict|agreement|aup\b", re.IGNORECASE)
# A full stop inside a line begins a sentence, unless it ends an abbreviation.
_SENTENCE = re.compile(
    r"(?<!\binc)(?<!\bltd)(?<!\bco)(?<!\bcorp)(?<!\bet al)(?<!\bdr)(?<!\bst)(?<!\b[a-z])[.;:!?]\s+[^\W_]"
    r"|[\u3002\uff1b\uff0c\uff1a\uff01\uff1f]",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]+")
_SMALL = frozenset(
    [
        "and",
        "or",
        "of",
        "by",
        "the",
        "its",
        "contributors",
        "authors",
        "author",
        "et",
        "al",
        "present",
        "de",
        "la",
        "van",
        "von",
        "der",
        "den",
        "und",
        "holders",
        "team",
        "project",
        "others",
        "inc",
    ]
)
_BINDING = frozenset(
    [
        "for",
        "in",
        "to",
        "on",
        "at",
        "as",
        "is",
        "are",
        "with",
        "from",
        "when",
        "while",
        "before",
        "after",
        "where",
        "use",
        "used",
        "using",
        "uses",
        "only",
    ]
)
# Words of restriction that are common in the names of organizations, if written like a name.
_IN_NAMES = re.compile(r"\b(?:Research|Limited|LIMITED|Education|Enterprises?|Company|Academia|Business)\b")


def is_holder_line(raw: str) -> bool:
    """Return whether a line as written is a copyright notice and nothing more."""
    if len(raw) > MAX_LENGTH or not _NOTICE.match(raw):
        return False
    return not _WORD.search(_MARKS.sub(" ", raw)) or is_name(_MARKS.sub(" ", raw))


def is_name(raw: str, *, small_words: int = 2) -> bool:
    """Return whether words as written can only be a name.

    Capitals, or letters of scripts without them, or at most `small_words` words in small letters.
    """
    address = _ADDRESS.search(raw)
    if len(raw) > MAX_LENGTH or (address and _TERMS_PAGE.search(address.group())):
        return False
    bare = _ADDRESS.sub(" ", raw).strip(" \t\n,.;:-\u2013\u2014()[]<>*/#|\"'\u201c\u201d")
    if _SENTENCE.search(bare):
        return False
    words = _WORD.findall(bare)
    plain = " ".join(_WORD.findall(_IN_NAMES.sub(" ", bare))).lower() if len(words) > 1 else bare.lower()
    if not words or len(words) > MAX_WORDS or restricts(plain):
        return False
    small = [word for word in words if word.islower() and word.isascii() and word not in _SMALL]
    return not any(word.lower() in _BINDING for word in words) and len(small) <= small_words
