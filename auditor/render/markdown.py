"""A batch as Markdown for issues, wikis and memos; everything read from a subject is escaped."""

from __future__ import annotations

import re
from typing import Any

from auditor.model.report import Batch, Report
from auditor.render.interface import RenderOptions
from auditor.render.license_text import term_words
from auditor.render.lineage_graph import items_of, node_words, relation_words
from auditor.render.verdict_text import OUTCOME_WORDS, watch_words
from auditor.render.wording import (
    DISCLAIMER,
    SCORE_NOTE,
    interval,
    is_weighty,
    label_interval,
    safe_line,
    status_words,
    why_they_differ,
)

__all__ = ["escaped", "render"]

MAX_SOURCES = 4
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~&])")


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", safe_line(text))


def render(batch: Batch, options: RenderOptions) -> str:  # noqa: ARG001 - Markdown looks the same everywhere
    """Return a comparison when there are several reports, then each report, then what failed."""
    parts: list[str] = []
    if len(batch.reports) > 1:
        parts += ["# Openness audit\n", _comparison(batch), f"\n{SCORE_NOTE}\n"]
    parts += [_one(report) for report in batch.reports]
    if batch.errors:
        parts.append("## Not audited\n")
        parts += [f"- {escaped(e.target)}: {e.code}: {escaped(e.message)}" for e in batch.errors]
        parts.append("")
    parts.append(f"_{DISCLAIMER}_\n")
    return "\n".join(parts)


def _comparison(batch: Batch) -> str:
    rows = ["| model | label | weights | code | data | terms | score | license |", "|---|---|---|---|---|---|---|---|"]
    for report in batch.reports:
        grades = " | ".join(interval(grade) for grade in report.grades.values())
        score = f"{report.score.low:g}-{report.score.high:g}"
        license_part = report.weights_license
        rows.append(
            f"| {escaped(report.subject.id)} | {label_interval(report)} | {grades} | {score} "
            f"| {escaped(license_part.concluded or '-')}, {license_part.status} |"
        )
    return "\n".join(rows)


def _one(report: Report) -> str:
    subject, license_part = report.subject, report.weights_license
    revision = f" at `{safe_line(subject.revision)}`" if subject.revision else ""
    lines = [f"## {escaped(subject.id)}\n", f"**{label_interval(report)}**{revision}, as of {report.as_of}\n"]
    if report.verdict:
        lines += _verdict(report.verdict)
    lines += ["| dimension | level | what would raise it |", "|---|---|---|"]
    for dimension, grade in report.grades.items():
        lines.append(f"| {dimension} | {interval(grade)} | {escaped(' '.join(grade.next))} |")
    concluded = escaped(license_part.concluded or "none established")
    lines.append(
        f"\nLicense of the weights: {concluded} ({license_part.status}: {status_words(license_part.status)})\n"
    )
    lines += ["| can you | answer | why |", "|---|---|---|"]
    lines += [f"| {name} | {c.answer} | {escaped(c.reason)} |" for name, c in report.capabilities.items()]
    if report.frameworks:
        lines += _frameworks(report)
    wanted = [f for f in report.findings if f.outcome == "not_met" and f.severity != "info"]
    if wanted:
        lines.append("\nFindings\n")
        lines += [f"- **{f.severity}** {escaped(f.detail)} (`{f.id}`)" for f in wanted]
    lines += [*_terms(report), *_lineage(report)]
    if report.obligations:
        lines.append("\nDuties\n")
        lines += [
            f"- {escaped(o.detail)} ({o.when}; {escaped(o.license)} {escaped(o.section or 'no section')})"
            for o in report.obligations
        ]
    lines.append(f"\nRulebook {report.rulebook.version}, sha256 `{report.rulebook.sha256}`\n")
    return "\n".join(lines)


def _frameworks(report: Report) -> list[str]:
    lines = ["\n| yardstick | result | not ruled out | stands before the next |", "|---|---|---|---|"]
    lines.append(f"| openness spectrum (this report) | {report.label} | {report.label_ceiling} | |")
    for entry in report.frameworks.values():
        before = [f"{entry.criteria[name].title}: {entry.criteria[name].answer}" for name in entry.blockers]
        shown = "" if entry.score else escaped("; ".join(before))
        lines.append(
            f"| {escaped(entry.title)} {escaped(entry.version)} | {escaped(entry.result)} "
            f"| {escaped(entry.ceiling)} | {shown} |"
        )
    staying = [duty for entry in report.frameworks.values() for duty in entry.staying]
    why = why_they_differ(report)
    if why:
        lines += ["\nWhy they differ\n", *(f"- {escaped(text)}" for text in why)]
    if staying:
        lines += ["\nStays due whatever the result\n"]
        lines += [f"- {escaped(duty.plain)} ({escaped(duty.section)})" for duty in staying]
    return lines


def _terms(report: Report) -> list[str]:
    """Return the terms that ask or take away something, each with whose license says so and where."""
    rows = []
    for name, term in report.effective_terms.items():
        if not is_weighty(term):
            continue
        sources = []
        for one in term.sources[:MAX_SOURCES]:
            whose = f", from {escaped(one.subject)}" if one.subject != report.subject.id else ""
            sources.append(f"{escaped(one.license)} {escaped(one.section or 'no section')}{whose}")
        more = len(term.sources) - MAX_SOURCES
        sources += [f"and {more} more"] if more > 0 else []
        unread = "" if term.complete else " (not all of it was read)"
        rows.append(
            f"| {name.replace('_', ' ')} | {escaped(term_words(term.value))}{unread} | {'; '.join(sources) or '-'} |"
        )
    return ["\n| term that binds | value | from |", "|---|---|---|", *rows] if rows else []


def _lineage(report: Report) -> list[str]:
    """Return where the subject comes from as a nested list."""
    found, left_out = items_of(report)
    if not found:
        return []
    lines = ["\nWhere it comes from\n"]
    for item in found:
        relation = f"{escaped(relation_words(item.relation))} " if item.relation else ""
        kind = " (data set)" if item.node.kind == "dataset" else ""
        known = "listed above" if item.repeated else escaped(node_words(item.node))
        lines.append(f"{'  ' * item.level}- {relation}{escaped(item.node.id)}{kind}: {known}")
    return [*lines, f"\nand {left_out} more in the JSON report"] if left_out else lines


def _verdict(verdict: dict[str, Any]) -> list[str]:
    outcome = verdict["outcome"]
    lines = [f"**Verdict: {outcome}** ({OUTCOME_WORDS[outcome]}), license {escaped(verdict['license'])}\n"]
    lines += [f"- note: {escaped(note)}" for note in verdict["notes"]]
    lines += [f"- because {_cited(r)}: {escaped(r['detail'])}" for r in verdict["reasons"] if r["decides"]]
    lines += [f"- looked at {_cited(r)}: {escaped(r['detail'])}" for r in verdict["reasons"] if not r["decides"]]
    lines += [f"- duty ({d['when']}) {d['kind']}, {_cited(d)}: {escaped(d['detail'])}" for d in verdict["obligations"]]
    lines += [f"- question {escaped(q['field'])}: {escaped(q['why'])}" for q in verdict["questions"]]
    lines += [f"- watch {_cited(w)}: {escaped(watch_words(w))}" for w in verdict["watch"]]
    return [*lines, ""]


def _cited(entry: dict[str, Any]) -> str:
    return escaped(f"{entry['license']} {entry['section'] or ''}".strip())
