"""Write what a command was asked for to the place it was asked for."""

from __future__ import annotations

from pathlib import Path

from auditor.errors import UsageProblem

__all__ = ["write_output"]


def write_output(path: Path, content: str | bytes) -> None:
    """Write `content` to `path`, text as UTF-8 with plain newlines; folders on the way are made.

    Raises `UsageProblem` when that cannot be done.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    except OSError as error:
        raise UsageProblem(f"cannot write {path}: {error.strerror or error}") from error
