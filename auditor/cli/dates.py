"""Check the dates that options take."""

from __future__ import annotations

from auditor.errors import UsageProblem

__all__ = ["checked_date"]


def checked_date(as_of: str | None) -> str | None:
    """Return the value of `--as-of`, a moment with another time zone in UTC; raises `UsageProblem` when it is no date.

    Dates are compared by their first ten characters everywhere, so that all of them are written YYYY-MM-DD.
    """
    if as_of is None:
        return None
    from datetime import UTC, datetime

    try:
        moment = datetime.fromisoformat(as_of)
        if moment.utcoffset():
            return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError):
        raise UsageProblem(f"--as-of takes a date such as 2026-11-25, not {as_of!r}") from None
    if as_of[:10] != moment.date().isoformat():
        raise UsageProblem(f"--as-of takes a date written as {moment.date().isoformat()}, not {as_of!r}")
    return as_of
