"""What the outputs show of a scanned tree: lines of its files, and where it lies in the repository."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

__all__ = ["excerpts_of", "prefix_of"]

MAX_BYTES = 4_000_000


def excerpts_of(tree: Path | None) -> Callable[[str], Sequence[str] | None] | None:
    """Return a reader of the lines of a file of the tree; it gives `None` for what is no small text file inside it."""
    if tree is None:
        return None
    root = tree if tree.is_dir() else tree.parent
    inside = root.resolve()

    def lines(name: str) -> Sequence[str] | None:
        try:
            path = (root / name).resolve()
            # A link may lead out of the tree; what is shown in a report must not.
            if not path.is_relative_to(inside) or not path.is_file() or path.stat().st_size > MAX_BYTES:
                return None
            return path.read_text("utf-8", errors="replace").replace("\r\n", "\n").split("\n")
        except (OSError, ValueError):
            return None

    return lines


def prefix_of(tree: Path | None) -> str:
    """Return the tree's folder as seen from the working folder, written with "/"; empty when it is not below it."""
    if tree is None:
        return ""
    root = tree if tree.is_dir() else tree.parent
    try:
        prefix = root.resolve().relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return ""
    return "" if prefix == "." else prefix
