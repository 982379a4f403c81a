"""One run of the gate as JSON, `auditor/gate/1`: what `--baseline` reads back."""

from __future__ import annotations

import json
from typing import Any

from auditor.model.gate import Gate
from auditor.render.gate_formats import GateView

__all__ = ["json_text", "render"]


def render(gate: Gate, view: GateView) -> str:  # noqa: ARG001 - JSON looks the same everywhere
    """Return the gate with sorted keys: the same bytes on every machine."""
    return json_text(gate.to_dict())


def json_text(data: Any) -> str:
    """Return plain data as indented JSON that can be written as UTF-8, whatever halves of characters it holds."""
    text = json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode("utf-8") + "\n"
