"""By which names a card speaks of its own model."""

from __future__ import annotations

import re

from auditor.facts.lineage_claims import BaseClaim
from auditor.facts.subject_view import SubjectView

__all__ = ["own_names"]

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
        names.append(r"[-_ .]{0,2}".join(map(re.escape, name)))
    if not names:
        return None
    # A name that goes on is that of a sibling.
    return re.compile(rf"(?<![A-Za-z0-9_/-])(?:{'|'.join(names)})(?![-_.]?[A-Za-z0-9])", re.IGNORECASE)
