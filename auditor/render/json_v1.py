"""A batch as JSON, version 1: sorted keys, two-space indent, the same bytes on every machine."""

from __future__ import annotations

import json

from auditor.model.report import Batch
from auditor.render.interface import RenderOptions

__all__ = ["render"]


def render(batch: Batch, options: RenderOptions) -> str:  # noqa: ARG001 - JSON looks the same everywhere
    """Return the batch as `auditor/batch/1`."""
    return json.dumps(batch.to_dict(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
