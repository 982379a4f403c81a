"""Merge the terms of several licenses into the terms that bind a subject (design section 5).

Strictest is per term: an enum takes the strictest of its values in the order of the vocabulary, a condition or
limitation that one license sets holds for all, lists and thresholds unite with their sources. Unknown merged with
a prohibition is the prohibition, with anything else unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from auditor.model.license import LicenseProfile
from auditor.rulebook.vocabulary import TermType

__all__ = ["BoundTerm", "TermSource", "merge_terms", "terms_of_profile", "unread_terms"]

UNKNOWN = "unknown"


class TermSource(msgspec.Struct, frozen=True, order=True):
    """Where one value of a term comes from."""

    subject: str
    license: str
    section: str


class BoundTerm(msgspec.Struct, frozen=True, kw_only=True):
    """One effective term: its value, whether it is known, and every source that sets it."""

    id: str
    known: bool
    value: Any
    """Enum or boolean value; a sorted list of words or records for lists, records and strings."""
    complete: bool = True
    """For lists: no license in the merge left this term unread."""
    sources: tuple[TermSource, ...] = ()


def terms_of_profile(profile: LicenseProfile, terms: Mapping[str, TermType], subject: str) -> dict[str, BoundTerm]:
    """Return the terms of one license as they bind `subject`."""
    return {name: _bound(kind, profile, subject) for name, kind in terms.items()}


def unread_terms(terms: Mapping[str, TermType]) -> dict[str, BoundTerm]:
    """Return the terms of a license that nobody knows: merged with a prohibition they are the prohibition."""
    return {
        name: BoundTerm(id=name, known=False, value=None)
        if kind.kind in ("enum", "boolean")
        else BoundTerm(id=name, known=True, value=[], complete=False)
        for name, kind in terms.items()
    }


def _bound(kind: TermType, profile: LicenseProfile, subject: str) -> BoundTerm:
    term = profile.terms[kind.id]
    source = TermSource(subject, profile.id, term.section or "")
    if kind.kind in ("enum", "boolean"):
        known = term.value != UNKNOWN
        return BoundTerm(id=kind.id, known=known, value=term.value if known else None, sources=(source,))
    if term.value == UNKNOWN:
        return BoundTerm(id=kind.id, known=True, value=[], complete=False, sources=(source,))
    values = [] if term.value is None else term.value if isinstance(term.value, list) else [term.value]
    values = [value for value in values if not _says_nothing(kind, value)]
    if kind.kind == "record":
        values = [{**value, "license": profile.id, "section": term.section} for value in values]
    return BoundTerm(id=kind.id, known=True, value=values, sources=(source,) if values else ())


def _says_nothing(kind: TermType, value: Any) -> bool:
    """Return whether a record only states that there is nothing, like a use policy of kind none."""
    return isinstance(value, dict) and isinstance(kind.silence, dict) and value == kind.silence


def merge_terms(parts: Sequence[Mapping[str, BoundTerm]], terms: Mapping[str, TermType]) -> dict[str, BoundTerm]:
    """Return term by term the strictest of `parts`; order and repetition do not matter.

    Raises `ValueError` when there is nothing to merge: no license is not the same as no terms.
    """
    if not parts:
        raise ValueError("no terms to merge")
    return {name: _merged(kind, [part[name] for part in parts]) for name, kind in terms.items()}


def _merged(kind: TermType, parts: Sequence[BoundTerm]) -> BoundTerm:
    if kind.kind == "enum":
        return _strictest(kind, parts, strictest=list(kind.values)[-1], rank=lambda value: kind.strictness(value))
    if kind.kind == "boolean":
        return _strictest(kind, parts, strictest=True, rank=int)
    united: list[Any] = []
    for part in parts:
        united += [value for value in part.value if value not in united]
    return BoundTerm(
        id=kind.id,
        known=True,
        value=sorted(united, key=_order),
        complete=all(part.complete for part in parts),
        sources=_sources(parts),
    )


def _strictest(kind: TermType, parts: Sequence[BoundTerm], *, strictest: Any, rank: Any) -> BoundTerm:
    known = [part for part in parts if part.known]
    if known:
        value = max((part.value for part in known), key=rank)
        if value == strictest or len(known) == len(parts):
            setting = [part for part in known if part.value == value]
            return BoundTerm(id=kind.id, known=True, value=value, sources=_sources(setting))
    return BoundTerm(id=kind.id, known=False, value=None, sources=_sources([p for p in parts if not p.known]))


def _sources(parts: Iterable[BoundTerm]) -> tuple[TermSource, ...]:
    return tuple(sorted({source for part in parts for source in part.sources}))


def _order(value: Any) -> str:
    return msgspec.json.encode(value, order="deterministic").decode()
