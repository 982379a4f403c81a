"""Follow the paths of rules/table.yaml into a report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["at", "first", "followed"]


def followed(report: Mapping[str, Any], path: str) -> Iterator[Any]:
    """Yield everything `path` leads to: keys joined by dots, `*` for every entry of a list or mapping."""
    places: list[Any] = [report]
    for step in path.split("."):
        reached: list[Any] = []
        for place in places:
            if step == "*":
                reached += place.values() if isinstance(place, dict) else place if isinstance(place, list) else ()
            elif isinstance(place, dict) and step in place:
                reached.append(place[step])
        places = reached
    yield from places


def at(report: Mapping[str, Any], path: str) -> Any:
    """Return the first thing `path` leads to, or `None`."""
    return next(followed(report, path), None)


def first(report: Mapping[str, Any], paths: tuple[str, ...]) -> Any:
    """Return what the first path leads to that leads to something, or `None`."""
    return next((value for path in paths if (value := at(report, path)) is not None), None)
