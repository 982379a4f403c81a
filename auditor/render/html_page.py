"""A batch as one self-contained HTML page: no script, no request, everything read from a subject escaped."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from auditor.model.evidence import Evidence
from auditor.model.finding import Finding
from auditor.model.report import Batch, EffectiveTermReport, Report
from auditor.render.interface import RenderOptions
from auditor.render.license_text import term_words
from auditor.render.lineage_graph import drawing_of, items_of, node_words, relation_words
from auditor.render.templates import template_environment
from auditor.render.verdict_text import OUTCOME_WORDS, watch_words
from auditor.render.wording import (
    DISCLAIMER,
    LADDER,
    SCORE_NOTE,
    interval,
    is_weighty,
    safe_line,
    status_words,
    why_they_differ,
)

__all__ = ["render", "web_address"]

_ORDER = {"not_met": 0, "unknown": 1, "met": 2, "not_applicable": 3}
_SEVERITY = {"error": 0, "warning": 1, "info": 2}
_DIMENSIONS = ("weights", "code", "data", "terms", "documentation", "access")


def render(batch: Batch, options: RenderOptions) -> str:  # noqa: ARG001 - a page looks the same everywhere
    """Return the page: a comparison when there are several reports, then each report, then what failed."""
    text: str = _template().render(batch=batch, disclaimer=DISCLAIMER, score_note=SCORE_NOTE, ladder=LADDER)
    return text


@functools.cache
def _template() -> Any:
    environment = template_environment(html=True)
    environment.filters.update(
        safe_words=_words,
        outcome_words=OUTCOME_WORDS.get,
        watch_words=watch_words,
        interval=interval,
        status_words=status_words,
        anchor=_anchor,
        web=web_address,
        place=_place,
        by_dimension=_by_dimension,
        deciding=_deciding,
        weighty=_weighty,
        slight=_slight,
        value_words=lambda value: safe_line(term_words(value)),
        lineage_drawing=drawing_of,
        lineage_items=items_of,
        node_words=node_words,
        relation_words=relation_words,
        heading=lambda report: safe_line(report.subject.title or report.subject.id),
        worst=_worst,
        no_weights=_no_weights,
        why_they_differ=why_they_differ,
    )
    return environment.get_template("report.html.j2")


def _words(value: object) -> str:
    """Return text on one line without characters that could turn a page around."""
    return safe_line("" if value is None else str(value))


def _anchor(report: Report, finding: str = "") -> str:
    """Return an id for a report or one of its findings that no subject can choose."""
    digest = hashlib.sha256(f"{report.subject.requested}\0{report.subject.id}".encode()).hexdigest()[:10]
    return f"r{digest}-{finding.replace('#', '-')}" if finding else f"r{digest}"


def web_address(address: object) -> str | None:
    """Return an address that may become a link: http or https and nothing else."""
    text = safe_line(str(address or ""))
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in ("https", "http") and parts.netloc and " " not in text else None


def _place(evidence: Evidence) -> str:
    """Return where something was read: source, path, lines."""
    lines = f" lines {evidence.lines[0]}-{evidence.lines[1]}" if evidence.lines else ""
    path = f" {evidence.path}" if evidence.path else ""
    return safe_line(f"{evidence.source}{path}{lines}")


def _by_dimension(report: Report) -> list[tuple[str, list[Finding], list[Finding]]]:
    """Return for each dimension what needs attention and what does not."""
    found = []
    for dimension in _DIMENSIONS:
        ours = [finding for finding in report.findings if finding.dimension == dimension]
        ours.sort(key=lambda f: (_ORDER[f.outcome], _SEVERITY[f.severity], f.id))
        open_ones = [finding for finding in ours if finding.outcome in ("not_met", "unknown")]
        settled = [finding for finding in ours if finding.outcome not in ("not_met", "unknown")]
        found.append((dimension, open_ones, settled))
    return found


def _deciding(report: Report, dimension: str) -> list[Finding]:
    wanted = set(report.grades[dimension].decided_by)
    return [f for f in report.findings if f.id in wanted and f.outcome != "not_applicable"]


def _weighty(terms: dict[str, EffectiveTermReport]) -> Iterable[tuple[str, EffectiveTermReport]]:
    return [(name, term) for name, term in terms.items() if is_weighty(term)]


def _slight(terms: dict[str, EffectiveTermReport]) -> Iterable[tuple[str, EffectiveTermReport]]:
    return [(name, term) for name, term in terms.items() if not is_weighty(term)]


def _no_weights(report: Report) -> bool:
    """Return whether the catalog says that no weights are published, so that there is nothing to license."""
    return report.subject.kind == "disclosed" and report.licenses.weights.status == "missing"


def _worst(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that speak against the subject, worst first."""
    bad = [finding for finding in findings if finding.outcome == "not_met" and finding.severity != "info"]
    return sorted(bad, key=lambda finding: (_SEVERITY[finding.severity], finding.id))
