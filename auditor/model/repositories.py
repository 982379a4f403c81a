"""Repository ids, and the repositories that a Hub record names as base models and training data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

import msgspec

__all__ = ["RELATIONS", "Named", "is_hub_id", "named_repositories", "strings_of"]

_NAMES = 1_000
_ENTRIES = 500_000
RELATIONS = frozenset({"finetune", "adapter", "quantized", "merge"})
# The rule of the Hub's own client: ASCII, each part at most 96, first and last character a word character.
_ID_PART = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_])?", re.ASCII)


def is_hub_id(text: str) -> bool:
    """Return whether `text` could be a repository id on the Hub (`name` or `org/name`)."""
    parts = text.split("/")
    return (
        1 <= len(parts) <= 2
        and all(_ID_PART.fullmatch(part) for part in parts)
        and "--" not in text
        and ".." not in text
        and not text.endswith(".git")
    )


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A repository named as base model or training dataset."""

    kind: Literal["model", "dataset"]
    id: str
    relation: str
    """finetune, adapter, quantized or merge; `base` when not said; `trained-on-dataset` for datasets."""
    path: str
    """The field of the record that names it."""


def named_repositories(kind: Literal["model", "dataset"], record: dict[str, Any]) -> tuple[list[Named], list[Named]]:
    """Return the base models and datasets a record names, each once, and at most 20 that cannot be repositories.

    Base models come from `baseModels` (an object or, as the client has it, a list), the card's `base_model`, the
    tags and an adapter's config; datasets from the card's `datasets` and the tags. The more exact relation wins.
    """
    found: dict[tuple[str, str], Named] = {}
    refused: dict[tuple[str, str], Named] = {}
    if kind == "dataset":
        return [], []
    card = record.get("cardData")
    card = card if isinstance(card, dict) else {}
    for named in (*_bases(record, card), *_datasets(record, card)):
        key = (named.kind, named.id.lower())
        if not is_hub_id(named.id):
            refused.setdefault(key, msgspec.structs.replace(named, id=named.id[:200]))
            continue
        known = found.get(key)
        if known is None or (known.relation == "base" and named.relation != "base"):
            found[key] = named if known is None else msgspec.structs.replace(known, relation=named.relation)
        if len(found) >= _NAMES:
            break
    return list(found.values()), list(refused.values())[:20]


def _bases(record: dict[str, Any], card: dict[str, Any]) -> Iterator[Named]:
    listed = record.get("baseModels")
    for group in listed if isinstance(listed, list) else [listed]:
        if isinstance(group, dict):
            models = group.get("models")
            ids = [model.get("id") for model in models if isinstance(model, dict)] if isinstance(models, list) else []
            yield from _named(ids or group.get("ids"), _relation(group.get("relation")), "baseModels")
        elif isinstance(group, str):
            yield from _named(group, "base", "baseModels")
    yield from _named(card.get("base_model"), _relation(card.get("base_model_relation")), "cardData.base_model")
    for tag in strings_of(record.get("tags")):
        if tag.startswith("base_model:"):
            first, colon, rest = tag.removeprefix("base_model:").partition(":")
            known = bool(colon) and first in RELATIONS
            name = rest if known else tag.removeprefix("base_model:")
            yield from _named(name, first if known else "base", "tags")
    config = record.get("config")
    adapter = config.get("peft") if isinstance(config, dict) else None
    if isinstance(adapter, dict):
        yield from _named(adapter.get("base_model_name_or_path"), "adapter", "config.peft.base_model_name_or_path")


def _datasets(record: dict[str, Any], card: dict[str, Any]) -> Iterator[Named]:
    yield from _named(card.get("datasets"), "trained-on-dataset", "cardData.datasets", kind="dataset")
    tagged = [tag.removeprefix("dataset:") for tag in strings_of(record.get("tags")) if tag.startswith("dataset:")]
    yield from _named(tagged, "trained-on-dataset", "tags", kind="dataset")


def _named(value: Any, relation: str, path: str, kind: Literal["model", "dataset"] = "model") -> Iterator[Named]:
    for text in strings_of([value] if isinstance(value, str) else value):
        name = text.strip()
        if name:
            yield Named(
                kind=kind,
                id=name.removeprefix("datasets/") if kind == "dataset" else name,
                relation=relation,
                path=path,
            )


def _relation(value: Any) -> str:
    return value if isinstance(value, str) and value in RELATIONS else "base"


def strings_of(value: Any) -> Iterable[str]:
    """Return the strings of a list, whatever else is in it; nothing for anything that is no list."""
    return [item for item in value[:_ENTRIES] if isinstance(item, str)] if isinstance(value, list) else []
