"""A report for the terminal: label first, then levels, license, what one can do, and what needs attention."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from auditor.model.report import Batch, Report
from auditor.render.interface import RenderOptions
from auditor.render.verdict_text import render_verdict
from auditor.render.wording import DISCLAIMER, framework_line, interval, label_interval, safe_line, status_words

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["render"]

SHOWN_FINDINGS = 12
_SYMBOLS = {"yes": "yes", "no": "no", "with-conditions": "with conditions", "unknown": "unknown"}
_SEVERITY_STYLE = {"error": "bold red", "warning": "yellow", "info": "default"}


def render(batch: Batch, options: RenderOptions) -> str:
    """Return every report as text, then what failed."""
    from rich.console import Console

    out = io.StringIO()
    console = Console(
        file=out, width=options.width, force_terminal=options.color, no_color=not options.color,
        highlight=False, markup=False, emoji=False, legacy_windows=False,
    )  # fmt: skip
    if len(batch.reports) > 1:
        _overview(console, batch)
    for report in batch.reports:
        _one(console, report)
    for error in batch.errors:
        console.print(f"{safe_line(error.target)}: {error.code}: {safe_line(error.message)}", style="bold red")
        if error.hint:
            console.print(f"  help: {error.hint}")
    if batch.reports:
        console.print(DISCLAIMER, style="dim")
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def _overview(console: Console, batch: Batch) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("model", "label", "weights", "code", "data", "terms", "license"):
        table.add_column(heading, overflow="fold")
    for report in batch.reports:
        grades = [interval(report.grades[dimension]) for dimension in ("weights", "code", "data", "terms")]
        license_part = report.weights_license
        concluded = f"{license_part.concluded or '-'} ({license_part.status})"
        table.add_row(safe_line(report.subject.id), report.label, *grades, concluded)
    console.print(table)
    console.print()


def _one(console: Console, report: Report) -> None:
    subject = report.subject
    revision = f" @ {subject.revision[:12]}" if subject.revision else ""
    console.print(f"{safe_line(subject.id)}{revision}", style="bold")
    console.print(f"  {label_interval(report)}", style="bold cyan")
    for dimension, grade in report.grades.items():
        bar = "#" * grade.level + "." * (grade.ceiling - grade.level) + " " * (4 - grade.ceiling)
        inherited = f"  set by the base {safe_line(grade.inherited_from)}" if grade.inherited_from else ""
        console.print(f"  {dimension:<8}[{bar}] {interval(grade)}{inherited}")
    license_part = report.weights_license
    console.print(f"  license  {license_part.concluded or 'none established'}: {license_part.status}, "
                  f"{status_words(license_part.status)}")  # fmt: skip
    answers = [f"{name}: {_SYMBOLS[c.answer]}" for name, c in report.capabilities.items()]
    console.print("  can you  " + "; ".join(answers), soft_wrap=False)
    if report.frameworks:
        console.print(f"  others   {safe_line(framework_line(report))}", soft_wrap=False)
    if report.verdict:
        console.print(f"  verdict  {render_verdict(report.verdict, '  ').strip()}", soft_wrap=False)
    _findings(console, report)
    console.print(
        f"  as of {report.as_of}, rulebook {report.rulebook.version} ({report.rulebook.sha256[:12]})", style="dim"
    )
    console.print()


def _findings(console: Console, report: Report) -> None:
    rank = {"error": 0, "warning": 1, "info": 2}
    wanted = [f for f in report.findings if f.outcome == "not_met" and f.severity != "info"]
    wanted.sort(key=lambda finding: (rank[finding.severity], finding.id))
    for finding in wanted[:SHOWN_FINDINGS]:
        console.print(f"  {finding.severity}: {safe_line(finding.detail)} [{finding.id}]",
                      style=_SEVERITY_STYLE[finding.severity])  # fmt: skip
    if len(wanted) > SHOWN_FINDINGS:
        console.print(f"  and {len(wanted) - SHOWN_FINDINGS} more; see --format json or html")
    raised = [(dimension, grade.next[0]) for dimension, grade in report.grades.items() if grade.next]
    for dimension, sentence in raised:
        console.print(f"  to raise {dimension}: {safe_line(sentence)}")
    for problem in report.problems:
        console.print(f"  note: {safe_line(problem.message)} [{problem.code}]")
