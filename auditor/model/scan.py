"""Where a source tree refers to models and data sets (design section 9, schemas/scan.v1.json)."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

__all__ = ["Excluded", "FileCounts", "Place", "Reference", "Scan", "ScanProblem", "Unresolved"]


class Place(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One line of a file of the tree; `file` is relative to the root and written with "/"."""

    file: str
    line: int


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """One model or data set that a file names."""

    target: str
    """The id as its provider knows it: `org/name` on the Hub, `name:8b` in a library without owners."""
    provider: str
    type: Literal["model", "dataset", "hosted"]
    use: Literal["used", "mentioned"]
    """`mentioned` in tests, docstrings, comments and prose: what does not reach a product."""
    file: str
    line: int
    """Where the literal stands, counted from 1."""
    end_line: int
    column: int
    """Where the literal begins, counted from 1 in characters."""
    cell: int | None
    """The cell of a notebook, counted from 1."""
    revision: str | None
    pinned: bool
    """Whether the revision is a full commit."""
    confidence: Literal["high", "medium", "low"]
    how: str
    """The call, key or command that names it."""
    via: tuple[Place, ...] = ()
    """The calls that use a literal that stands elsewhere."""
    disclosed: str | None = None
    """The disclosure of the rulebook that speaks of this hosted model, if there is one."""


class Unresolved(msgspec.Struct, frozen=True, kw_only=True):
    """A call that loads a model whose name no parser can see."""

    file: str
    line: int
    column: int
    how: str
    expression: str


class Excluded(msgspec.Struct, frozen=True, kw_only=True):
    """A reference that a comment of the tree takes out."""

    file: str
    line: int
    target: str


class ScanProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A file that could not be read as what its name says."""

    file: str
    line: int | None
    message: str


class FileCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many files were read, and how many were passed over."""

    scanned: int
    skipped: int


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything one look at a tree found; references are sorted by file, cell, line, column and target."""

    schema: Literal["auditor/scan/1"] = "auditor/scan/1"
    root: str
    references: tuple[Reference, ...]
    unresolved: tuple[Unresolved, ...] = ()
    excluded: tuple[Excluded, ...] = ()
    problems: tuple[ScanProblem, ...] = ()
    files: FileCounts
    passed_over: tuple[str, ...] = ()
    """Folders, sorted, that were not entered: vendored, ignored, environments."""

    def to_dict(self) -> dict[str, Any]:
        """Return the promised JSON shape as plain data."""
        result: dict[str, Any] = msgspec.to_builtins(self)
        return result
