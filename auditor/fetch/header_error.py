"""The error readers of weight-file headers raise among themselves."""

from __future__ import annotations

__all__ = ["HeaderError"]


class HeaderError(Exception):
    """A header is damaged, hostile or of a kind we do not read; never leaves `read_header`."""
