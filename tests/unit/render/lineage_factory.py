"""Lineages for the tests of drawings: plain, merged from many, circular, hostile."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import msgspec

from auditor.model.report import EffectiveTermSource, LineageEdge, LineageNode, LineageReport, Report
from tests.unit.render.report_factory import ATTACK, disclosed


def node(name: str, license_id: str | None = "mit", *, kind: str = "model", status: str = "read",
         gated: bool = False) -> LineageNode:  # fmt: skip
    return LineageNode(
        id=name, kind=kind, status=status, license=license_id if status == "read" else None,
        license_status=("confirmed" if license_id else "missing") if status == "read" else None,
        gated=gated, url=f"https://hub.example/{name}" if name.isprintable() else None,
    )  # fmt: skip


def report_of(nodes: Iterable[LineageNode], edges: Iterable[tuple[str, str, str]]) -> Report:
    """A report on the first of `nodes`."""
    nodes = list(nodes)
    report = disclosed("mistralai/mistral-7b-v0.3")
    lineage = LineageReport(
        nodes=tuple(sorted(nodes, key=lambda one: one.id)),
        edges=tuple(LineageEdge(from_=a, to=b, relation=relation) for a, b, relation in sorted(edges)),
    )
    subject = msgspec.structs.replace(report.subject, id=nodes[0].id, title=None)
    return msgspec.structs.replace(report, subject=subject, lineage=lineage)


def chained() -> Report:
    """A quantized fine-tune of a gated root, with data, a teacher, a missing parent and a skipped generation."""
    nodes = [
        node("acme/anvil-GGUF"), node("acme/anvil", "apache-2.0"), node("forge/iron-8b", "llama3.1", gated=True),
        node("forge/teacher", None), node("gone/model", status="missing"),
        node("acme/sentences", "cc-by-nc-4.0", kind="dataset"),
    ]  # fmt: skip
    return report_of(nodes, [
        ("acme/anvil-GGUF", "acme/anvil", "quantized"), ("acme/anvil", "forge/iron-8b", "finetune"),
        ("acme/anvil-GGUF", "forge/iron-8b", "base"), ("acme/anvil", "forge/teacher", "distilled-from-outputs"),
        ("acme/anvil", "gone/model", "merge"), ("acme/anvil", "acme/sentences", "trained-on-dataset"),
    ])  # fmt: skip


def merged(parents: int = 200) -> Report:
    """A merge of many."""
    names = [f"org{n:03d}/a-model-with-quite-a-long-name-{n:03d}" for n in range(parents)]
    nodes = [node("acme/soup"), *(node(name, None if n % 7 == 0 else "mit") for n, name in enumerate(names))]
    return report_of(nodes, [("acme/soup", name, "merge") for name in names])


def circular() -> Report:
    """Three models that name one another."""
    return report_of(
        [node("a/a"), node("a/b"), node("a/c")],
        [("a/a", "a/b", "finetune"), ("a/b", "a/c", "finetune"), ("a/c", "a/a", "finetune"), ("a/b", "a/b", "base")],
    )


def deep(generations: int = 3000) -> Report:
    """A chain longer than Python recurses."""
    nodes = [node(f"a/m{n:04d}") for n in range(generations)]
    return report_of(nodes, [(one.id, two.id, "finetune") for one, two in itertools.pairwise(nodes)])


def hostile_lineage() -> Report:
    """Every string an attack."""
    bad = node(ATTACK, ATTACK)
    worse = msgspec.structs.replace(node(ATTACK + "2", None), url="javascript:alert(7)", kind=ATTACK, status=ATTACK)
    report = report_of([bad, worse, node("\0", "漢字" * 80)],
                       [(ATTACK, ATTACK + "2", ATTACK), (ATTACK, "\0", "merge"), (ATTACK, ATTACK, "merge")])  # fmt: skip
    name, term = next(iter(report.effective_terms.items()))
    source = EffectiveTermSource(subject=ATTACK, license=ATTACK, section=ATTACK)
    term = msgspec.structs.replace(term, sources=(source,) * 9)
    return msgspec.structs.replace(report, effective_terms={**report.effective_terms, name: term})
