"""Whether a license file only points elsewhere: an address, a title, or a sentence that names where the terms are.

Decided by form: every sentence has to be one of a few, so that terms of one's own, in whatever words or language, are
never taken for a pointer. What is no pointer and no known text settles nothing (docs/decisions/003).
"""

from __future__ import annotations

import re
from collections.abc import Callable

from auditor.licenses.holder import is_holder_line

__all__ = ["pointed"]

MAX_WORDS = 60
NOTHING = ("",)
"""What a blank line or a holder says: a file of these alone reserves every right."""
_ADDRESS = r"(?:https?://|www\.)\S{1,500}"
_FILE = r"[\w./-]{0,100}(?:licen[sc]e|copying|notice|terms)[\w.-]{0,60}|[\w./-]{1,100}\.(?:md|txt|pdf|html?)"
_PLACE = rf"(?:{_ADDRESS}|{_FILE})"
_ARTICLE = r"(?:(?:the|this|an?|its|our|full|original|complete|following|same)\s){0,3}"
_SUBJECT = (
    rf"{_ARTICLE}(?:model|weights|models?\sweights|project|repository|work|software|license|licence|terms|text|"
    r"license\stext|terms\sof\suse)"
)
_WHERE = (
    rf"{_ARTICLE}(?:(?:page|site|website|repository|file|publisher|project|base\smodel|model|link)\s?(?:of|at|in|on)?"
    r"\s?){0,3}"
)
# What a reader is sent there for: nothing that could limit or grant.
_FOR = (
    rf"(?:\s(?:for|of|about)\s{_ARTICLE}(?:(?:license|licence|licensing|terms|details|text|information|copy|conditions|more|full|"
    rf"of|the|this|use|and|model|weights|repository|project|software|its|publisher|vendor)[\s,]?){{1,10}})"
)
# A name counts only where it is one we know: anything can be written in capitals.
_NAME = r"(?P<name>[\w.+-][\w.+, -]{0,120}?)"
_SENTENCES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        _PLACE,
        rf"(?:please\s)?(?:see|read|refer\sto|consult|visit|check)\s(?:{_WHERE}\s?)?(?:{_PLACE}|{_WHERE})"
        rf"(?:\s(?:file|page))?(?:\s(?:of|in|at)\s{_WHERE})?{_FOR}?",
        rf"{_SUBJECT}{_FOR}?\s(?:(?:is|are|can\sbe|may\sbe|found|available|published|here|at|in|on|under)\s){{1,6}}{_WHERE}{_PLACE}",
        rf"{_SUBJECT}\s?:?\s{{0,3}}{_PLACE}",
        rf"(?:(?:this|the|our)\s)?(?:[\w.-]{{1,40}}\s){{0,3}}(?:(?:is|are)\s)?(?:licensed|released|distributed|published)\sunder\s"
        rf"(?:the\s|an?\s)?{_NAME}(?:\slicen[sc]e)?(?:\s?\(?{_PLACE}\)?)?",
        rf"(?:licen[sc]e\s?:\s{{0,3}})?(?:the\s)?{_NAME}",
    )
)
_BREAK = re.compile(r"(?<=[.!])\s+(?=[A-Z])")


def pointed(text: str, named: Callable[[str], tuple[str, ...]]) -> tuple[str, ...] | None:
    """Return the license ids a pointer names, perhaps none; `None` for a file that is more than a pointer.

    A pointer holds nothing but addresses, titles, holders and sentences that say where the terms are; `named` returns
    the profile ids of a license name, or nothing for one that is not known.
    """
    if len(text.split()) > MAX_WORDS:
        return None
    said = [_said(sentence, named) for line in _joined(text) for sentence in _BREAK.split(line)]
    said = [ids for ids in said if ids != NOTHING]
    if not said or None in said:
        return None
    return tuple(dict.fromkeys(name for ids in said for name in ids or ()))


def _joined(text: str) -> list[str]:
    """Return the lines, those of one paragraph joined where a sentence runs on."""
    lines: list[str] = []
    for paragraph in re.split(r"\n\s*\n", text):
        for number, line in enumerate(line.strip() for line in paragraph.splitlines() if line.strip()):
            if number > 0 and line[:1].islower():
                lines[-1] = f"{lines[-1]} {line}"
            else:
                lines.append(line)
    return lines


def _said(sentence: str, named: Callable[[str], tuple[str, ...]]) -> tuple[str, ...] | None:
    plain = re.sub(r"\[([^\]]{0,200})\]\(([^)\s]{1,500})\)", r"\2", sentence[:1_000])
    plain = re.sub(r"[`*_#<>\"']", "", " ".join(plain.split())).strip(" .:-=")
    if not plain or is_holder_line(sentence):
        return NOTHING
    addresses = re.findall(_ADDRESS, plain, re.IGNORECASE)
    linked = tuple(name for address in addresses for name in named(address.rstrip(".,;)")))
    for pattern in _SENTENCES:
        if (fits := pattern.fullmatch(plain)) is None:
            continue
        name = fits.groupdict().get("name")
        if name is None:
            return linked
        if ids := named(name.strip()) or named(f"{name.strip()} License"):
            return (*ids, *linked)
    return None
