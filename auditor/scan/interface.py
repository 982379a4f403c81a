"""What every reader of files is: a function from one file to everything that it names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

import msgspec

from auditor.rulebook.scan_rules import ScanRules

__all__ = ["MAX_FOUND", "Comment", "Confidence", "Draft", "Found", "Guess", "Reader", "SourceFile", "Use"]

Use = Literal["used", "mentioned"]
Confidence = Literal["high", "medium", "low"]

MAX_FOUND = 20_000
"""References, guesses and problems of one file; what is beyond is told as a problem."""


class SourceFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file to read, and how to ask whether the tree has a path."""

    path: str
    """Relative to the root, with "/"."""
    text: str
    rules: ScanRules
    in_tests: bool
    exists: Callable[[str], bool]
    """Whether a path stands in the tree, below the root or beside this file."""
    depth: int = 0
    """How many files this one stands inside of."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """One reference as a reader sees it; markers and folders of tests are judged later, for all readers alike."""

    target: str
    provider: str
    type: Literal["model", "dataset", "hosted"]
    line: int
    column: int
    end_line: int
    how: str
    confidence: Confidence
    use: Use = "used"
    cell: int | None = None
    revision: str | None = None
    via: tuple[int, ...] = ()
    """Lines of the calls that use it, where they are others."""


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """A call that loads something whose name is not in the file."""

    line: int
    column: int
    how: str
    expression: str
    cell: int | None = None


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """One comment, where it begins, and whether nothing else stands on its line."""

    line: int
    column: int
    text: str
    alone: bool
    cell: int | None = None


class Found(msgspec.Struct, kw_only=True):
    """Everything a reader found in one file."""

    comments: list[Comment] = msgspec.field(default_factory=list)
    """Where markers such as `auditor: ignore` can stand."""

    drafts: list[Draft] = msgspec.field(default_factory=list)
    unresolved: list[Guess] = msgspec.field(default_factory=list)
    problems: list[tuple[int | None, str]] = msgspec.field(default_factory=list)

    def add(self, *drafts: Draft) -> None:
        """Keep `drafts`, up to the bound of one file."""
        if len(self.drafts) + len(drafts) <= MAX_FOUND:
            self.drafts += drafts
        elif not any("more than" in message for _, message in self.problems):
            self.problems.append((None, f"more than {MAX_FOUND} references; the rest of the file was left out"))


Reader: TypeAlias = Callable[[SourceFile], Found]
