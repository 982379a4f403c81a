"""By which names a card speaks of its own model."""

from __future__ import annotations

import re

from auditor.facts.lineage_claims import BaseClaim
from auditor.facts.subject_view import SubjectView

__all__ = ["own_names"]

_OF_CARD = re.compile(r"^(?:the\s+)?model\s+card\s*(?:for|of|[:\u2013\u2014-])\s*(?:the\s+)?", re.IGNORECASE)
_GENERAL = re.compile(
    r"\b(?:models?|cards?|readme|introduction|overview|about|description|usage|licen[sc]e|welcome|summary|news|open)\b",
    re.IGNORECASE,
)
_PARTS = re.compile(r"[A-Za-z]+|[0-9]+(?:\.[0-9]+)*|[^\W\dA-Za-z_]+")


def own_names(view: SubjectView, bases: tuple[BaseClaim, ...]) -> re.Pattern[str] | None:
    """Return a pattern of the names that can only mean this model: its own, shortened from the end part by part."""
    parts = _PARTS.findall(view.snapshot.id.rsplit("/", 1)[-1])[:12]
    theirs = {tuple(part.lower() for part in _PARTS.findall(base.id.rsplit("/", 1)[-1])) for base in bases}
    names = []
    for length in range(len(parts), 0, -1):
        name = parts[:length]
        folded = tuple(part.lower() for part in name)
        if any(other[:length] == folded for other in theirs) or len("".join(name)) < 4:
            break
        if length == 1 and _GENERAL.fullmatch(name[0]):
            break
        names.append(r"[-_ .]{0,2}".join(map(re.escape, name)))
    names += _of_title(view, theirs)
    if not names:
        return None
    # A name that goes on is that of a sibling.
    return re.compile(rf"(?<![A-Za-z0-9_/-])(?:{'|'.join(names)})(?![-_.]?[A-Za-z0-9])", re.IGNORECASE)


def _of_title(view: SubjectView, theirs: set[tuple[str, ...]]) -> list[str]:
    """Return the name in the card's first heading, where the heading is a name and nothing else."""
    title = next((section.title for section in view.card.sections if section.title), "") or ""
    parts = _PARTS.findall(_OF_CARD.sub("", title[:120]))
    words = tuple(part.lower() for part in parts)
    general = _GENERAL.search(_OF_CARD.sub("", title[:120])) is not None
    if general or not 0 < len(title.split()) <= 6 or not 0 < len(parts) <= 5 or not parts[0][:1].isupper():
        return []
    if len("".join(parts)) < 4 or any(other[: len(words)] == words for other in theirs):
        return []
    return [r"[-_ .]{0,2}".join(map(re.escape, parts))]
