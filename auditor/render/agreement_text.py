"""A comparison with an expert data set as plain text, Markdown or CSV."""

from __future__ import annotations

import csv
import io

from auditor.model.agreement import Agreement, CriterionAgreement
from auditor.render.csv_table import disarmed
from auditor.render.markdown import escaped
from auditor.render.wording import safe_line

__all__ = ["render_agreement"]

_HEAD = ("criterion", "pairs", "agree", "kappa", "weighted", "two-step", "we abstain", "they abstain")
_SHOWN = 40


def render_agreement(agreement: Agreement, form: str) -> str:
    """Return the comparison as `text`, `markdown` or `csv` (of the disagreements)."""
    return {"text": _text, "markdown": _markdown, "csv": _csv}[form](agreement)


def _rows(agreement: Agreement) -> list[tuple[str, ...]]:
    parts = [*agreement.criteria, agreement.overall, *([agreement.results] if agreement.results else [])]
    return [_row(part) for part in parts]


def _row(part: CriterionAgreement) -> tuple[str, ...]:
    share = "-" if part.agreement is None else f"{100 * part.agreement:.1f} %"
    return (
        safe_line(part.id), str(part.pairs), share, _figure(part.kappa), _figure(part.weighted_kappa),
        str(part.two_step), str(part.we_abstained), str(part.they_abstained),
    )  # fmt: skip


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def _head(agreement: Agreement) -> str:
    data = agreement.data
    return (
        f"{agreement.compared} of {data.records} records of {safe_line(data.title)} compared"
        f" ({safe_line(data.file)}, sha256 {data.sha256[:12]}), as of {agreement.as_of[:10]}"
    )


def _text(agreement: Agreement) -> str:
    rows = [_HEAD, *_rows(agreement)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [_head(agreement), ""]
    for row in rows:
        first, *rest = row
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))]
        lines.append("  ".join(cells).rstrip())
    if agreement.disagreements:
        lines += ["", f"Disagreements ({len(agreement.disagreements)})"]
        for one in agreement.disagreements[:_SHOWN]:
            lines.append(f"  {safe_line(one.criterion)}: {safe_line(one.target)}: ours {one.ours}, theirs {one.theirs}")
            lines.append(f"    ours: {safe_line(one.our_reason)} {safe_line('; '.join(one.our_evidence[:2]))}".rstrip())
            lines.append(f"    theirs: {safe_line('; '.join(one.their_evidence[:2])) or 'no evidence given'}")
        if len(agreement.disagreements) > _SHOWN:
            lines.append(f"  and {len(agreement.disagreements) - _SHOWN} more: --format json or csv has all")
    if agreement.not_audited:
        lines += ["", f"Not compared ({len(agreement.not_audited)})"]
        lines += [f"  {safe_line(one.name)}: {safe_line(one.reason)}" for one in agreement.not_audited[:_SHOWN]]
        if len(agreement.not_audited) > _SHOWN:
            lines.append(f"  and {len(agreement.not_audited) - _SHOWN} more")
    if agreement.data.credit:
        lines += ["", safe_line(agreement.data.credit)]
    return "\n".join(lines) + "\n"


def _markdown(agreement: Agreement) -> str:
    lines = [f"# {escaped(agreement.data.title)}", "", escaped(_head(agreement)), ""]
    lines += [f"| {' | '.join(_HEAD)} |", f"|{'---|' * len(_HEAD)}"]
    lines += [f"| {' | '.join(escaped(cell) for cell in row)} |" for row in _rows(agreement)]
    lines += ["", "| criterion | subject | ours | theirs | our reason | their evidence |", f"|{'---|' * 6}"]
    for one in agreement.disagreements:
        cells = (one.criterion, one.target, one.ours, one.theirs, one.our_reason, "; ".join(one.their_evidence[:2]))
        lines.append(f"| {' | '.join(escaped(safe_line(cell)) for cell in cells)} |")
    return "\n".join([*lines, "", escaped(agreement.data.credit), ""])


def _csv(agreement: Agreement) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ("criterion", "target", "name", "ours", "theirs", "two_step", "our_reason", "our_evidence", "their_evidence")
    )
    for one in agreement.disagreements:
        cells = (one.criterion, one.target, one.name, one.ours, one.theirs, str(one.two_step).lower(), one.our_reason,
                 " ; ".join(one.our_evidence), " ; ".join(one.their_evidence))  # fmt: skip
        writer.writerow([disarmed(cell) for cell in cells])
    return out.getvalue()
