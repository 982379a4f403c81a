"""A lint report as a person reads it: one line for each thing to mend, with the lines to add below it."""

from __future__ import annotations

from auditor.model.lint import LintEntry, LintReport
from auditor.render.wording import safe_line

__all__ = ["render_lint"]


def render_lint(report: LintReport) -> str:
    """Return the entries in the style of compilers, what was written, and a count."""
    lines = [f"{safe_line(entry.file)}: fixed {entry.rule}: {_added(entry)}" for entry in report.fixed]
    for entry in report.entries:
        place = safe_line(entry.file) if entry.line is None else f"{safe_line(entry.file)}:{entry.line}"
        lines.append(f"{place}: {entry.severity} {entry.rule}: {safe_line(entry.message)}")
        lines += [f"    {'add' if entry.certain else 'consider'}: {safe_line(line)}" for line in entry.add]
    lines.append(f"{safe_line(report.subject.requested)}: {_count(report)}")
    return "".join(f"{line}\n" for line in lines)


def _added(entry: LintEntry) -> str:
    return safe_line("; ".join(entry.add))


def _count(report: LintReport) -> str:
    fixed = f"{len(report.fixed)} fixed, " if report.fixed else ""
    if not report.entries:
        return f"{fixed}nothing to mend"
    certain = sum(entry.certain for entry in report.entries)
    hint = f", {certain} of them certain: --fix writes them" if certain else ""
    return f"{fixed}{len(report.entries)} to mend{hint}"
