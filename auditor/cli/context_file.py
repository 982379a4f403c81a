"""Read the context that a command is given."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from auditor.errors import UsageProblem

if TYPE_CHECKING:
    from auditor.verdict.context import Context

__all__ = ["context_from"]

MAX_BYTES = 1_000_000


def context_from(path: Path) -> Context:
    """Return the context in a YAML or JSON file; `-` is standard input.

    Raises `UsageProblem` when it cannot be read and `ContextInvalid` with every problem in it.
    """
    from auditor.verdict.context import read_context

    if str(path) == "-":
        import sys

        return read_context(sys.stdin.read(MAX_BYTES), "-")
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageProblem(f"cannot read the context {path}: {error}") from error
    if len(data) > MAX_BYTES:
        raise UsageProblem(f"the context {path} is larger than {MAX_BYTES} bytes")
    return read_context(text, path.as_posix())
