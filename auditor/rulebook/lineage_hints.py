"""What betrays a base model that nothing names: the families and signs of `rules/lineage_hints.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from auditor.rulebook.rule_files import RuleReader
from auditor.rulebook.suggestion import did_you_mean

__all__ = ["Family", "LineageHints", "Sign", "Teacher", "read_lineage_hints"]


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a model of a family shows; everything that is set must hold."""

    strength: Literal["strong", "weak"]
    """A strong sign leaves the chain not followed; a weak one, such as a name, is only said."""
    plain: str
    licenses: tuple[str, ...] = ()
    """Of the version this sign shows; the family's where none are named."""
    model_type: tuple[str, ...] = ()
    pipeline: tuple[str, ...] = ()
    bos_token: tuple[str, ...] = ()
    vocab_size: tuple[int, int] | None = None
    """Smallest and largest."""
    hidden_size: tuple[int, ...] = ()
    num_hidden_layers: tuple[int, ...] = ()
    parameters: tuple[int, ...] = ()
    name: str | None = None
    header_name: str | None = None


class Family(msgspec.Struct, frozen=True, kw_only=True):
    """Models of one publisher that others build on."""

    id: str
    name: str
    publishers: tuple[str, ...]
    """Owners, in lower case, whose models need no base."""
    licenses: tuple[str, ...] = ()
    """Licenses the family is under: a model that carries one of them has its terms already."""
    signs: tuple[Sign, ...]


class Teacher(msgspec.Struct, frozen=True, kw_only=True):
    """A model whose outputs others train with."""

    id: str
    license: str | None
    """The profile with the terms on outputs; `None` when nobody read them."""
    names: str
    """How cards write its name, as a pattern."""


class LineageHints(msgspec.Struct, frozen=True, kw_only=True):
    """Everything `rules/lineage_hints.yaml` says."""

    families: tuple[Family, ...]
    teachers: tuple[Teacher, ...]
    synthetic_data: tuple[tuple[str, tuple[str, ...]], ...]
    """Data set, lower case with `*` for anything, and the teachers whose outputs it holds."""


def read_lineage_hints(reader: RuleReader, licenses: Iterable[str]) -> LineageHints | None:
    """Return the hints in the order of the file; problems go to the reader."""
    document = reader.read("lineage_hints.yaml", "lineage-hints.v1")
    if document is None:
        return None
    data = document.data
    before = len(reader.problems)
    for part in ("families", "teachers"):
        ids = [row["id"] for row in data[part]]
        reader.problems += [
            f"{document.at((part, n))}: {name} stands twice" for n, name in enumerate(ids) if name in ids[:n]
        ]
    known, teachers = set(licenses), {row["id"] for row in data["teachers"]}
    for n, row in enumerate(data["families"]):
        named = [*row.get("licenses", ()), *(name for sign in row["signs"] for name in sign.get("licenses", ()))]
        unread = [name for name in named if name not in known]
        where = document.at(("families", n))
        reader.problems += [f"{where}: no profile {name!r}{did_you_mean(name, known)}" for name in unread]
        for m, sign in enumerate(row["signs"]):
            where = document.at(("families", n, "signs", m))
            reader.problems += [f"{where}: {problem}" for problem in _problems(sign)]
    for n, row in enumerate(data["teachers"]):
        where = document.at(("teachers", n))
        reader.problems += [f"{where}: {problem}" for problem in _problems({"name": row["names"]})]
        if row["license"] is not None and row["license"] not in known:
            reader.problems.append(f"{where}: no profile {row['license']!r}{did_you_mean(row['license'], known)}")
    for n, row in enumerate(data["synthetic_data"]):
        where = document.at(("synthetic_data", n))
        unknown = [name for name in row["teachers"] if name not in teachers]
        reader.problems += [f"{where}: no teacher {name!r}{did_you_mean(name, teachers)}" for name in unknown]
    if len(reader.problems) > before:
        return None
    return LineageHints(
        families=tuple(msgspec.convert(row, Family) for row in data["families"]),
        teachers=tuple(msgspec.convert(row, Teacher) for row in data["teachers"]),
        synthetic_data=tuple((row["dataset"], tuple(row["teachers"])) for row in data["synthetic_data"]),
    )


def _problems(sign: dict[str, Any]) -> list[str]:
    found = []
    for key in ("name", "header_name"):
        try:
            re.compile(sign.get(key, ""))
        except re.error as error:
            found.append(f"{key} is no pattern: {error}")
    if "vocab_size" in sign and sign["vocab_size"][0] > sign["vocab_size"][1]:
        found.append("vocab_size is a range, the smaller number first")
    return found
