"""One row for each subject, for spreadsheets; cells that a spreadsheet would run as formulas are disarmed."""

from __future__ import annotations

import csv
import io

from auditor.model.finding import DIMENSIONS
from auditor.model.report import Batch, FailedTarget, Report
from auditor.render.interface import RenderOptions

__all__ = ["disarmed", "render"]

COLUMNS = (
    "id", "revision", "kind", "source", "label", "label_ceiling", "score_low", "score_high",
    *(f"{dimension}_{end}" for dimension in DIMENSIONS for end in ("level", "ceiling")),
    "license", "license_spdx", "license_status", "findings_error", "findings_warning", "as_of", "error",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def render(batch: Batch, options: RenderOptions) -> str:  # noqa: ARG001 - CSV looks the same everywhere
    """Return the table with a header row; failed targets are rows with only `id` and `error`."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    for row in [*map(_row, batch.reports), *map(_failed, batch.errors)]:
        writer.writerow({key: disarmed(value) for key, value in row.items()})
    return out.getvalue()


def _row(report: Report) -> dict[str, object]:
    license_part = report.weights_license
    severities = [finding.severity for finding in report.findings if finding.outcome == "not_met"]
    row: dict[str, object] = {
        "id": report.subject.id,
        "revision": report.subject.revision,
        "kind": report.subject.kind,
        "source": report.subject.source,
        "label": report.label,
        "label_ceiling": report.label_ceiling,
        "score_low": report.score.low,
        "score_high": report.score.high,
        "license": license_part.concluded,
        "license_spdx": license_part.spdx,
        "license_status": license_part.status,
        "findings_error": severities.count("error"),
        "findings_warning": severities.count("warning"),
        "as_of": report.as_of,
    }
    for dimension, grade in report.grades.items():
        row[f"{dimension}_level"], row[f"{dimension}_ceiling"] = grade.level, grade.ceiling
    return row


def _failed(error: FailedTarget) -> dict[str, object]:
    return {"id": error.target, "error": f"{error.code}: {error.message}"}


def disarmed(value: object) -> object:
    """Return text with a quote in front when it starts like a formula (=, +, -, @, their wide forms, tab, return)."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value
