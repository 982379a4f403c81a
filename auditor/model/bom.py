"""The models and data sets that somebody else's bill of materials lists, and what it says of their licenses."""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = ["Bom", "BomEntry", "BomLicense", "BomProblem"]


class BomLicense(msgspec.Struct, frozen=True, kw_only=True):
    """One license as the bill claims it: a claim to compare with, never evidence for a grade."""

    value: str
    """An id, a name or an expression, in the bill's own spelling."""
    form: Literal["id", "name", "expression"]
    role: Literal["declared", "concluded", "unsaid"] = "unsaid"
    name: str | None = None
    """The full name or address the bill gives beside an id or a reference of its own."""


class BomEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One component with a source we can read."""

    target: str
    """A target as the command line takes it: `hub:org/name@commit`, `dataset:org/name`."""
    kind: Literal["model", "dataset"]
    name: str
    ref: str | None
    """The component's own id in the bill."""
    path: str
    """Where in the file: a JSON pointer."""
    via: str
    """The field that names the source."""
    pinned: bool
    """Whether the bill names a full commit."""
    licenses: tuple[BomLicense, ...] = ()
    note: str | None = None
    """What the reader should know before trusting the target, for example a version that is no commit."""


class BomProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A model or data set of the bill that nobody can audit; it must not read as one that passed."""

    name: str
    kind: Literal["model", "dataset"]
    ref: str | None
    path: str
    message: str
    licenses: tuple[BomLicense, ...] = ()


class Bom(msgspec.Struct, frozen=True, kw_only=True):
    """One bill as read; entries and problems are sorted by their place in the file."""

    format: str
    """For example `CycloneDX 1.6`, `SPDX-2.3`, `SPDX 3.0.1`."""
    sha256: str
    entries: tuple[BomEntry, ...]
    problems: tuple[BomProblem, ...]
    others: int
    """Components that are neither models nor data sets."""
