"""What a publisher is told about a model card: one entry for each thing to mend."""

from __future__ import annotations

from typing import Any

import msgspec

from auditor.model.finding import Severity

__all__ = ["LintEntry", "LintReport", "LintSubject"]


class LintEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to mend, with the lines that mend it."""

    rule: str
    severity: Severity
    file: str
    """The file to change, relative to the repository."""
    line: int | None
    """The line it is about, 1-based; `None` where nothing stands yet."""
    message: str
    add: tuple[str, ...] = ()
    """Exact lines to add; none where only the publisher can know them."""
    certain: bool = False
    """True when the lines follow from the files alone: `--fix` writes them."""


class LintSubject(msgspec.Struct, frozen=True, kw_only=True):
    """What was linted."""

    id: str
    requested: str
    revision: str | None
    source: str
    files_complete: bool


class LintReport(msgspec.Struct, frozen=True, kw_only=True):
    """Everything found in one repository, and what `--fix` wrote into its card."""

    rulebook: dict[str, str]
    subject: LintSubject
    entries: tuple[LintEntry, ...]
    """What is left to mend, in the order of severity, file, line and rule."""
    fixed: tuple[LintEntry, ...] = ()
    """What was written into the card, in the order of the lines."""

    def to_dict(self) -> dict[str, Any]:
        """Return the promised JSON shape `auditor/lint/1`."""
        return {"schema": "auditor/lint/1", **msgspec.to_builtins(self)}
