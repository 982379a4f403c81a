"""What the Hub's record of a repository says, read with distrust: identity, files, and the repositories it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

import msgspec

from auditor.errors import BrokenAnswer
from auditor.fetch.targets import is_hub_id
from auditor.model.snapshot import FileEntry, Problem

__all__ = [
    "Named",
    "files_of",
    "identity_of",
    "is_full_sha",
    "is_plain_path",
    "named_repositories",
    "speaks_of_checkpoints",
]

_SHA = re.compile(r"[0-9a-f]{40}", re.ASCII)
_FILES = 500_000
_NAMES = 1_000
_PATH_LENGTH = 1_024
_RELATIONS = frozenset({"finetune", "adapter", "quantized", "merge"})
_CHECKPOINTS = re.compile(
    r"\b(?:intermediate|training|pre-?training|earlier)\s+checkpoints?\b|\bcheckpoints?\s+(?:from|at|for)\s+(?:every|each|different|various)\b"
    r"|\brevision\s*=\s*[\"'][\w.-]*step",
    re.IGNORECASE,
)
_CHECKPOINT_CHARACTERS = 2_000_000


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A repository named as base model or training dataset."""

    kind: Literal["model", "dataset"]
    id: str
    relation: str
    """finetune, adapter, quantized or merge; `base` when not said; `trained-on-dataset` for datasets."""
    path: str
    """The field of the record that names it."""


def is_full_sha(revision: str | None) -> bool:
    """Return whether `revision` is a full commit id, under which nothing can change."""
    return revision is not None and _SHA.fullmatch(revision) is not None


def identity_of(record: dict[str, Any], asked: str, pinned: str | None) -> tuple[str, str]:
    """Return id and full sha of a record.

    Raises `BrokenAnswer` when either is missing or malformed, or when the sha is not the one that was pinned.
    """
    identifier, sha = record.get("id"), record.get("sha")
    if not isinstance(identifier, str) or not is_hub_id(identifier):
        raise BrokenAnswer(f"{asked}: the record has no repository id")
    if not isinstance(sha, str) or not is_full_sha(sha):
        raise BrokenAnswer(f"{asked}: the record does not say at which commit it is")
    if pinned is not None and sha != pinned:
        raise BrokenAnswer(f"{asked}: asked for commit {pinned}, the record is of {sha}")
    return identifier, sha


def is_plain_path(name: str) -> bool:
    """Return whether `name` is a relative path without `..`, backslashes, drives or control characters."""
    parts = name.split("/")
    return (
        0 < len(name) <= _PATH_LENGTH
        and "\\" not in name
        and name.isprintable()
        and not any(part in ("", ".", "..") for part in parts)
        and not re.match(r"[A-Za-z]:", name)
    )


def files_of(record: dict[str, Any]) -> tuple[tuple[FileEntry, ...], bool, list[Problem]]:
    """Return the files a record lists, whether that is all of them, and the names that are not used for paths.

    A name that leads out of the repository is listed nowhere: the list is then incomplete.
    """
    siblings = record.get("siblings")
    if not isinstance(siblings, list):
        return (), False, []
    files: dict[str, FileEntry] = {}
    problems: list[Problem] = []
    for entry in siblings[:_FILES]:
        name = entry.get("rfilename") if isinstance(entry, dict) else None
        if isinstance(name, str) and is_plain_path(name):
            size = entry.get("size")
            whole = isinstance(size, int) and not isinstance(size, bool) and size >= 0
            files[name] = FileEntry(path=name, size=size if whole else None)
        elif len(problems) < 20:
            problems.append(
                Problem(code="unsafe-file-name", message=f"a listed file name is not used: {str(name)[:100]!r}")
            )
    if len(siblings) > _FILES:
        problems.append(Problem(code="too-many-files", message=f"only the first {_FILES} listed files are read"))
    return tuple(files[name] for name in sorted(files)), not problems, problems


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


def speaks_of_checkpoints(record: dict[str, Any], card: str) -> bool:
    """Return whether card or tags speak of intermediate checkpoints, so that branches are worth a request."""
    tags = any("checkpoint" in tag.lower() for tag in _strings(record.get("tags")))
    return tags or _CHECKPOINTS.search(card[:_CHECKPOINT_CHARACTERS]) is not None


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
    for tag in _strings(record.get("tags")):
        if tag.startswith("base_model:"):
            first, colon, rest = tag.removeprefix("base_model:").partition(":")
            known = bool(colon) and first in _RELATIONS
            name = rest if known else tag.removeprefix("base_model:")
            yield from _named(name, first if known else "base", "tags")
    config = record.get("config")
    adapter = config.get("peft") if isinstance(config, dict) else None
    if isinstance(adapter, dict):
        yield from _named(adapter.get("base_model_name_or_path"), "adapter", "config.peft.base_model_name_or_path")


def _datasets(record: dict[str, Any], card: dict[str, Any]) -> Iterator[Named]:
    yield from _named(card.get("datasets"), "trained-on-dataset", "cardData.datasets", kind="dataset")
    tagged = [tag.removeprefix("dataset:") for tag in _strings(record.get("tags")) if tag.startswith("dataset:")]
    yield from _named(tagged, "trained-on-dataset", "tags", kind="dataset")


def _named(value: Any, relation: str, path: str, kind: Literal["model", "dataset"] = "model") -> Iterator[Named]:
    for text in _strings([value] if isinstance(value, str) else value):
        name = text.strip()
        if name:
            yield Named(
                kind=kind,
                id=name.removeprefix("datasets/") if kind == "dataset" else name,
                relation=relation,
                path=path,
            )


def _relation(value: Any) -> str:
    return value if isinstance(value, str) and value in _RELATIONS else "base"


def _strings(value: Any) -> Iterable[str]:
    return [item for item in value[:_FILES] if isinstance(item, str)] if isinstance(value, list) else []
