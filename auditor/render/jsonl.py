"""One report or error a line, for streams of many subjects."""

from __future__ import annotations

import json

from auditor.model.report import Batch, FailedTarget, Report
from auditor.render.interface import RenderOptions

__all__ = ["line", "render"]


def line(entry: Report | FailedTarget) -> str:
    """Return one line: a report, or `{"error": ...}` for a target that failed."""
    import msgspec

    data = entry.to_dict() if isinstance(entry, Report) else {"error": msgspec.to_builtins(entry)}
    return json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":")) + "\n"


def render(batch: Batch, options: RenderOptions) -> str:  # noqa: ARG001 - JSON looks the same everywhere
    """Return every report, then every error, a line each."""
    return "".join([*map(line, batch.reports), *map(line, batch.errors)])
