"""The citation as lines of text, for comments, footers and captions."""

from __future__ import annotations

from auditor.table.interface import Table

__all__ = ["MAX_LISTED", "citation_lines", "failed_lines", "input_lines"]

MAX_LISTED = 60
"""Inputs named one by one in text formats; of more, the combined hash stands for all, and JSON has the list."""


def citation_lines(table: Table) -> list[str]:
    """Return what a paper needs, a fact a line; text only, not escaped for any format."""
    citation = table.citation
    lines = [f"Made by auditor {citation.auditor}", f"Command: {citation.command}"]
    for rules in citation.rulebooks:
        overlays = "".join(f", overlay sha256 {digest}" for digest in rules.overlays)
        lines.append(f"Rulebook {rules.version}, sha256 {rules.sha256}{overlays}")
    if len(citation.rulebooks) > 1:
        lines.append(
            "Warning: these rows were judged by different rulebooks; audit the snapshots again to compare them"
        )
    if citation.as_of:
        first, last = citation.as_of
        lines.append(f"As of {first}" if first == last else f"As of {first} to {last}")
    lines.append(f"{citation.reports} reports, sha256 of their sorted list of hashes {citation.reports_sha256}")
    lines.append(f"Sorted by {', '.join(table.sort)}")
    return lines


def input_lines(table: Table) -> list[str]:
    """Return one line for each report the table was made from, or none where there are too many to read."""
    if len(table.citation.inputs) > MAX_LISTED:
        return []
    return [
        f"{one.id}@{one.revision or '-'} report {one.report_sha256}"
        + (f" snapshot {one.snapshot_sha256}" if one.snapshot_sha256 else "")
        for one in table.citation.inputs
    ]


def failed_lines(table: Table) -> list[str]:
    """Return one line for each target that has no row."""
    from auditor.table.cells import safe_text

    return [f"not audited: {safe_text(one.target)}: {one.code}: {safe_text(one.message)}" for one in table.failed]
