"""An audit as a release record that another tool reads: only what is shown is listed, the rest is said in comments.

A record read back by that tool can come out below the audit, never above it: a part is listed without a license where
no single license is established for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from auditor.model.evidence import Evidence
from auditor.model.frameworks import CriterionReport, FrameworkReport
from auditor.model.report import Batch, Report
from auditor.render.interface import RenderOptions
from auditor.render.wording import DISCLAIMER, safe_line
from auditor.rulebook.frameworks import Criterion, Framework, RecordPart
from auditor.rulebook.load import load_rulebook

__all__ = ["render"]

SHOWN_EVIDENCE = 3
_RANK = {"no": 0, "unknown": 0, "partial": 1, "yes": 2}


def render(batch: Batch, options: RenderOptions) -> str:  # noqa: ARG001 - a record looks the same everywhere
    """Return one YAML document for each report, and a comment for each target that was not audited."""
    framework = next((entry for entry in load_rulebook().frameworks.values() if entry.record is not None), None)
    documents = [
        "\n".join(_document(report, framework, report.frameworks[framework.id]))
        for report in batch.reports
        if framework is not None and framework.id in report.frameworks
    ]
    failed = [_comment(f"{error.target}: not audited: {error.code}: {error.message}") for error in batch.errors]
    return "\n---\n".join(documents) + ("\n" if documents else "") + "".join(f"{line}\n" for line in failed)


def _document(report: Report, framework: Framework, result: FrameworkReport) -> Iterator[str]:
    subject = report.subject
    header = framework.record.header if framework.record else {}
    yield _comment(f"{framework.title} {framework.version}: {result.result} (not ruled out: {result.ceiling})")
    yield _comment(f"Written from an audit of {subject.id}, as of {report.as_of}, rulebook {report.rulebook.version}")
    yield _comment(f"sha256 {report.rulebook.sha256}. Only parts that were shown are listed.")
    yield _comment(DISCLAIMER)
    yield "framework:"
    for key, value in header.items():
        yield f"  {key}: {_quoted(value)}"
    yield "release:"
    for key, value in _about(report, framework, result).items():
        yield f"  {key}: {_quoted(value)}"
    yield "  license: {}"
    listed = [c for c in framework.criteria if c.record and _is_listed(c.record, result.criteria[c.id])]
    # The tool's own schema wants the list even where nothing is in it.
    yield "  components:" if listed else "  components: []"
    for criterion in listed:
        yield from _component(criterion, result.criteria[criterion.id], report)
    left_out = [c for c in framework.criteria if c.record and c not in listed]
    if left_out:
        yield _comment("Not listed, because nothing shows that they are there under a license:")
    for criterion in left_out:
        entry = result.criteria[criterion.id]
        yield _comment(f"- {criterion.record.name if criterion.record else ''}: {entry.answer}. {entry.detail}")


def _is_listed(part: RecordPart, entry: CriterionReport) -> bool:
    return _RANK[entry.answer] >= _RANK[part.listed]


def _about(report: Report, framework: Framework, result: FrameworkReport) -> dict[str, str]:
    """Return what is known of the release; what is not known stays empty, which the tool's schema allows."""
    subject = report.subject
    on_hub = subject.source in ("hub", "cache", "snapshot") and "/" in subject.id
    owner = subject.id.split("/", maxsplit=1)[0] if on_hub else ""
    edges = [
        edge for edge in report.lineage.edges if edge.from_ == subject.id and edge.relation != "trained-on-dataset"
    ]
    bases = [edge.to for edge in edges]
    trained = [c.id for c in framework.criteria if c.license and c.license.role == "training-code"]
    code = [url for name in trained if (url := result.criteria[name].url)]
    return {
        "name": subject.title or subject.id.rsplit("/", maxsplit=1)[-1],
        "version": "",
        "date": report.as_of[:10],
        "type": "",
        "architecture": "",
        "origin": bases[0] if len(bases) == 1 else "",
        "producer": subject.publisher or owner,
        "contact": "",
        "repository": code[0] if code else "",
        "huggingface": (subject.url or "").partition("/tree/")[0] if on_hub else "",
    }


def _component(criterion: Criterion, entry: CriterionReport, report: Report) -> Iterator[str]:
    assert criterion.record is not None
    sure = f", confidence {entry.confidence}" if entry.confidence else ""
    confirm = ", a person has to confirm it" if entry.confirm else ""
    yield f"    {_comment(f'{entry.answer}{sure}{confirm}: {entry.detail}')}"
    for item in entry.evidence[:SHOWN_EVIDENCE]:
        yield f"    {_comment(f'evidence: {_place(item)}')}"
    yield f"    - name: {_quoted(criterion.record.name)}"
    yield f"      description: {_quoted(criterion.record.description)}"
    if entry.license:
        yield f"      license: {_quoted(entry.license)}"
    elif entry.answer == "yes":
        yield f"      {_comment('license: an open one is shown, its id is not known here: read it and fill it in')}"
    here = report.subject.url if criterion.license and criterion.license.role is None else None
    if entry.url or here:
        yield f"      component_path: {_quoted(entry.url or here or '')}"


def _place(item: Evidence) -> str:
    lines = f":{item.lines[0]}-{item.lines[1]}" if item.lines else ""
    path = f" {item.path}{lines}" if item.path else ""
    quote = f' "{item.quote[:100]}"' if item.quote else ""
    return f"{item.kind} {item.source}{path}{quote}"


def _comment(text: str) -> str:
    return f"# {safe_line(text)}".rstrip()


def _quoted(text: str) -> str:
    """Return a YAML scalar in double quotes, which no content can leave."""
    return json.dumps(safe_line(text), ensure_ascii=False)
