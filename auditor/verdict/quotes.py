"""Quote the deciding section from the license text that the snapshot holds: at most five lines, or nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from auditor.model.verdict import Reason, Verdict

__all__ = ["quoted", "section_lines"]

MAX_LINES = 5
MAX_CHARACTERS = 900
_PARTS = re.compile(r"[A-Za-z0-9]+")
_BEGINS = r"^[\s>*#_\-]*(?:(?:section|article|paragraph)\s+)?[(\[]?{part}[.):\]]?(?:[\s*_]|$)"


def quoted(verdict: Verdict, texts: Mapping[str, tuple[str, str]]) -> Verdict:
    """Return the verdict with a quote on every deciding reason whose section was found in its text."""
    reasons = tuple(_with_quote(reason, texts) for reason in verdict.reasons)
    return msgspec.structs.replace(verdict, reasons=reasons)


def _with_quote(reason: Reason, texts: Mapping[str, tuple[str, str]]) -> Reason:
    if reason.quote or not reason.section or reason.license not in texts:
        return reason
    path, text = texts[reason.license]
    found = section_lines(text, reason.section.split(";")[0].strip())
    if found is None:
        return reason
    first, last, words = found
    return msgspec.structs.replace(reason, quote=f"{path}:{first}-{last}: {words}")


def section_lines(text: str, section: str) -> tuple[int, int, str] | None:
    """Return first line, last line and words of a numbered section such as `1.b.i`, or `None` if it is not found.

    Each part must begin a line, one after the other; a section that is named in words only is not looked for.
    """
    parts = _PARTS.findall(section)
    if not parts or not re.fullmatch(r"[0-9IVXLC]+[a-z0-9().\s]*", section, re.IGNORECASE):
        return None
    lines = text.splitlines()
    here = -1
    for part in parts:
        pattern = re.compile(_BEGINS.format(part=re.escape(part)), re.IGNORECASE)
        here = next((n for n in range(max(here, 0) + (here >= 0), len(lines)) if pattern.match(lines[n])), -2)
        if here < 0:
            return None
    taken = lines[here : here + MAX_LINES]
    end = next((n for n, line in enumerate(taken) if n and not line.strip()), len(taken))
    words = " ".join(line.strip() for line in taken[:end])[:MAX_CHARACTERS]
    return here + 1, here + end, words
