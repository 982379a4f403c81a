"""A field of a license resolution in words; shared by comparison and history."""

from __future__ import annotations

from typing import Any

__all__ = ["license_words"]


def license_words(value: Any) -> str:
    """Return an id, a status, or a list of places that name a license; a name we do not know keeps its own words."""
    if value is None:
        return "none"
    if not isinstance(value, list):
        return str(value)
    return "; ".join(_reference(entry) if isinstance(entry, dict) else str(entry) for entry in value) or "none"


def _reference(entry: dict[str, Any]) -> str:
    if "sha256" in entry:
        return f"{entry['path']} ({entry['sha256'][:16] if entry['sha256'] else entry['status']})"
    match = f", {entry['match']}" if entry["match"] else ""
    return f"{entry['id'] or 'unknown'} ({entry['channel']} {entry['raw']!r}{match})"
