"""Check the dates that options take."""

from __future__ import annotations

from auditor.errors import UsageProblem

__all__ = ["checked_date"]


def checked_date(as_of: str | None) -> str | None:
    """Return the value of `--as-of` as written; raises `UsageProblem` when it is no date."""
    if as_of is None:
        return None
    from datetime import datetime

    try:
        datetime.fromisoformat(as_of)
    except ValueError:
        raise UsageProblem(f"--as-of takes a date such as 2026-11-25, not {as_of!r}") from None
    return as_of
