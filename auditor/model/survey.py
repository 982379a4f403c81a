"""Counts over many reports (schemas/survey.v1.json)."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from auditor.model.report import RulebookId

__all__ = ["Count", "Share", "Source", "Survey"]


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One file that the survey was made from."""

    name: str
    sha256: str


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many repositories have one value."""

    id: str
    count: int


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """How many repositories something is true of, with the most downloaded of them."""

    id: str
    title: str
    count: int
    percent: float
    """Of all repositories, with one decimal."""
    downloads_percent: float
    """The same weighted by downloads."""
    examples: tuple[str, ...] = ()


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """What many repositories have in common; every list is sorted by falling count, then by id."""

    schema: Literal["auditor/survey/1"] = "auditor/survey/1"
    rulebook: RulebookId
    as_of: str
    sources: tuple[Source, ...]
    repositories: int
    unreadable: int
    downloads: int
    shares: tuple[Share, ...]
    labels: tuple[Count, ...]
    """What is proved."""
    label_ceilings: tuple[Count, ...]
    """What is not ruled out."""
    statuses: tuple[Count, ...]
    levels: dict[str, tuple[Count, ...]]
    licenses: tuple[Count, ...]
    findings: tuple[Count, ...]
    """Codes of findings that are not met, by the number of repositories."""
    bases: tuple[Count, ...]
    """The base models most often named."""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON shape as plain data."""
        result: dict[str, Any] = msgspec.to_builtins(self)
        return result
