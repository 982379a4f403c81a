"""The labeled trees of tests/cases/scan: `=== path` starts a file, ` @@ label` at the end of a line says what stands there.

A label is `target` and any of: mentioned, dataset, hosted, model, a provider, rev=REVISION, n=COUNT. `@@?` expects an
unresolved name, `@@-` a reference that a marker takes out.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

CASES = Path(__file__).resolve().parents[2] / "cases" / "scan"


@dataclass(frozen=True)
class Label:
    file: str
    cell: int | None
    line: int
    target: str
    provider: str
    type: str
    use: str
    revision: str | None
    count: int
    kind: str


def unpack(bundle: Path, root: Path) -> list[Label]:
    """Write the files of a bundle below `root`; return the labels."""
    labels: list[Label] = []
    for part in re.split(r"^=== ", bundle.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        name, _, text = part.partition("\n")
        path = root / name.strip()
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(".ipynb"):
            cells = []
            for number, cell in enumerate(re.split(r"^%% (?=code|markdown)", text, flags=re.MULTILINE)[1:], 1):
                kind, _, body = cell.partition("\n")
                rows = _labeled(body.rstrip("\n"), name.strip(), number, labels)
                cells.append({"cell_type": kind.strip(), "metadata": {}, "source": rows.splitlines(keepends=True)})
            path.write_text(json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}, indent=1))
        else:
            path.write_text(_labeled(text, name.strip(), None, labels), "utf-8")
    return labels


def _labeled(text: str, file: str, cell: int | None, labels: list[Label]) -> str:
    rows = []
    for number, row in enumerate(text.split("\n"), 1):
        row, *notes = re.split(r"\s+@@(?=[ ?-])", row)
        rows.append(row)
        for note in notes:
            kind = {"?": "unresolved", "-": "excluded"}.get(note[0], "reference")
            if kind == "unresolved":
                labels.append(Label(file, cell, number, note[1:].strip(), "", "", "", None, 1, kind))
                continue
            target, *words = note[1:].split() if kind == "excluded" else note.split()
            plain = [w for w in words if "=" not in w]
            provider = next((w for w in plain if w not in ("mentioned", "dataset", "hosted", "model")), "hub")
            type_ = next((w for w in plain if w in ("dataset", "hosted", "model")), "model")
            extra = dict(w.split("=") for w in words if "=" in w)
            use = "mentioned" if "mentioned" in plain else "used"
            labels.append(
                Label(file, cell, number, target, provider, type_, use, extra.get("rev"), int(extra.get("n", 1)), kind)
            )
    return "\n".join(rows)
