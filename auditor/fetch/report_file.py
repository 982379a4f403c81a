"""Read one report back from a file that `audit --format json` (or one line of jsonl) wrote, with distrust."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from auditor.errors import UsageProblem
from auditor.rulebook.schema_check import schema_errors

__all__ = ["is_report_file", "read_report"]

MAX_BYTES = 64_000_000
_ENDINGS = (".json", ".jsonl")
_SHOWN = 5


def is_report_file(text: str) -> bool:
    """Return whether an argument names a report file: by its ending, as no target ends so without a scheme."""
    return text.lower().endswith(_ENDINGS) and ":" not in text.partition("/")[0]


def read_report(path: Path) -> dict[str, Any]:
    """Return the single report in a file as plain data in the shape of `auditor/report/1`.

    Raises `UsageProblem` when the file cannot be read, is no report, or holds none or several.
    """
    data = _json(path)
    if data.get("schema") == "auditor/report/1":
        reports = [data]
    elif data.get("schema") == "auditor/batch/1":
        _check(data, "batch.v1", path)
        reports = data["reports"]
        if not reports and data["errors"]:
            failed = data["errors"][0]
            raise UsageProblem(f"{path} holds no report: {failed['target']} could not be audited ({failed['code']})")
    else:
        raise UsageProblem(f"{path} is no report of ours", hint="write one with: auditor audit TARGET --format json")
    if len(reports) != 1:
        raise UsageProblem(f"{path} holds {len(reports)} reports; one on each side can be compared")
    _check(reports[0], "report.v1", path)
    only: dict[str, Any] = reports[0]
    return only


def _json(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        hint = "a Hub repository of that name is written hub:NAME"
        raise UsageProblem(f"cannot read the report {path}: {reason}", hint=hint) from error
    if len(content) > MAX_BYTES:
        raise UsageProblem(f"the report {path} is larger than {MAX_BYTES} bytes")
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UsageProblem(f"{path} is not JSON: {error}", hint="one line of jsonl output is one report") from error
    if not isinstance(data, dict):
        raise UsageProblem(f"{path} is no report of ours", hint="write one with: auditor audit TARGET --format json")
    return data


def _check(data: dict[str, Any], schema: str, path: Path) -> None:
    try:
        problems = [
            f"{'.'.join(map(str, place)) or '(top)'}: {message}"
            for place, message, _ in schema_errors(data, schema)
        ]  # fmt: skip
    except RecursionError as error:
        raise UsageProblem(f"{path}: nested too deeply") from error
    if problems:
        raise UsageProblem(f"{path} breaks the schema of a report\n" + "\n".join(problems[:_SHOWN]))
