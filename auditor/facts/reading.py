"""How cards and file lists are read: the patterns of rules/reading.yaml, compiled once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

__all__ = ["Patterns", "Reading"]


class Patterns(msgspec.Struct, frozen=True):
    """Several alternatives for one meaning."""

    alternatives: tuple[re.Pattern[str], ...]

    def first_exact(self, text: str) -> re.Match[str] | None:
        """Return the first match that also has the capital letters of the pattern."""
        exact = (re.compile(pattern.pattern) for pattern in self.alternatives)
        return next((found for pattern in exact if (found := pattern.search(text))), None)

    def first(self, text: str) -> re.Match[str] | None:
        """Return the match of the first alternative that fits anywhere in `text`."""
        return next((found for pattern in self.alternatives if (found := pattern.search(text))), None)


def _compiled(sources: Sequence[str]) -> Patterns:
    return Patterns(tuple(re.compile(source, re.IGNORECASE) for source in sources))


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that tells how words and file names are understood."""

    files: dict[str, Patterns]
    shard: re.Pattern[str]
    text_tasks: frozenset[str]
    more_than_text_tasks: frozenset[str]
    other_tasks: frozenset[str]
    library_by_file: tuple[tuple[str, str], ...]
    headings: dict[str, tuple[str, ...]]
    placeholders: Patterns
    statements: dict[str, Patterns]
    relations: tuple[tuple[str, re.Pattern[str]], ...]
    """Relation and the words that mean it, most exact first."""

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> Reading:
        """Compile the schema-checked data of rules/reading.yaml.

        Raises `re.error` for a pattern that is none.
        """
        statements = {k: v for k, v in data["statements"].items() if k != "base_relation"}
        return cls(
            files={name: _compiled(v) for name, v in data["files"].items() if name != "shard"},
            shard=re.compile(data["files"]["shard"]),
            text_tasks=frozenset(data["tasks"]["text"]),
            more_than_text_tasks=frozenset(data["tasks"]["more_than_text"]),
            other_tasks=frozenset(data["tasks"]["other"]),
            library_by_file=tuple((row["file"], row["library"]) for row in data["library_by_file"]),
            headings={name: tuple(words) for name, words in data["headings"].items()},
            placeholders=_compiled(data["placeholders"]),
            statements={name: _compiled(sources) for name, sources in statements.items()},
            relations=tuple(
                (row["relation"], re.compile(row["pattern"], re.IGNORECASE))
                for row in data["statements"]["base_relation"]
            ),
        )

    def is_file(self, kind: str, path: str) -> bool:
        """Return whether a path looks like a file of this kind."""
        return self.files[kind].first(path.lower()) is not None

    def heading_is(self, kind: str, title: str) -> bool:
        """Return whether a heading announces a section of this kind."""
        lowered = title.lower()
        return any(word in lowered for word in self.headings[kind])
