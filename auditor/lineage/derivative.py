"""A derivative and what it was made from, as plain data (shapes of contract/README.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from auditor.errors import UsageProblem

__all__ = ["Base", "CardFlags", "Derivative", "bases_of", "derivative_of"]


class Base(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a derivative was made from, with the license it is under."""

    model: str
    license: str
    relation: str | None = None


class CardFlags(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody saw in card and files; `None`: nobody looked, which is never an error."""

    license_copy: bool | None = None
    notice_file: bool | None = None
    display_phrase: bool | None = None
    phrase_used: str | None = None
    states_changes: bool | None = None
    passes_restrictions: bool | None = None
    names_base: bool | None = None
    guardrail_removed: bool | None = None


class Derivative(msgspec.Struct, frozen=True, kw_only=True):
    """A model made from others, as its publisher shows it."""

    name: str
    distributed: bool | None = None
    declared_license: str | None = None
    uploader_is_company: bool | None = None
    ancestors: tuple[Base, ...] = ()
    card_flags: CardFlags = CardFlags()
    source: str | None = None


def bases_of(data: Sequence[Base | Mapping[str, Any]]) -> tuple[Base, ...]:
    """Return bases from dataclasses or plain mappings; raises `UsageProblem`."""
    return tuple(one if isinstance(one, Base) else _converted(one, Base) for one in data)


def derivative_of(data: Derivative | Mapping[str, Any]) -> Derivative:
    """Return a derivative from a dataclass or a plain mapping; raises `UsageProblem`."""
    return data if isinstance(data, Derivative) else _converted(data, Derivative)


def _converted(data: Mapping[str, Any], kind: type[Any]) -> Any:
    try:
        return msgspec.convert(json.loads(json.dumps(dict(data))), kind)
    except (msgspec.ValidationError, TypeError, ValueError) as error:
        raise UsageProblem(f"not a {kind.__name__.lower()}: {error}") from None
