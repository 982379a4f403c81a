"""Subjects for rules to judge: reports made by the real pipeline from recordings of a few lines, and parts replaced."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import msgspec

from auditor.fetch.targets import parse_target
from auditor.gate.answers import Asking
from auditor.gate.evaluate import asking, judge_subject
from auditor.gate.run import with_contexts
from auditor.gate.subject import GateSubject, gate_subject
from auditor.model.gate import GateResult
from auditor.model.report import LicenseReport, LineageEdge, LineageNode, LineageReport
from auditor.model.snapshot import FileEntry, Snapshot
from auditor.pipeline.auditor import Auditor
from auditor.pipeline.disclosed_subject import disclosed_snapshot
from auditor.pipeline.judged import judged
from auditor.rulebook.load import Rulebook, load_rulebook
from auditor.rulebook.policies import PolicyRule, PolicyWords
from auditor.rulebook.policy_files import load_policy_words, read_policy
from auditor.verdict.context import context_of

SHA = "a" * 40
FILES = ("README.md", "config.json", "model.safetensors")
NOW = "2026-03-04T05:06:07Z"
CONTEXT = context_of({"use": {"kind": "product", "commercial": True, "model_is_multimodal": False}})


@functools.cache
def rulebook() -> Rulebook:
    return load_rulebook()


@functools.cache
def words() -> PolicyWords:
    return load_policy_words(rulebook())


@functools.cache
def with_() -> Asking:
    return asking(rulebook(), words())


@functools.cache
def _auditor() -> Auditor:
    return Auditor(rulebook())


def rules_of(*rules: dict[str, Any]) -> tuple[PolicyRule, ...]:
    """The rules as a policy file would have them."""
    data = {"schema": "auditor/policy/1", "name": "ours", "title": "Ours", "contexts": {"us": {"use": {}}}, "context": "us",
            "rules": [{"id": f"r{n}", "title": "A rule", **rule} for n, rule in enumerate(rules)]}  # fmt: skip
    policy = read_policy(
        msgspec.json.encode(data), "policy.yaml", rulebook(), words(), folder=Path(), source="policy.yaml"
    )
    use = with_contexts(policy.uses[None], given=False)
    assert use is not None
    return use.rules


def judge(rule: dict[str, Any], subject: GateSubject) -> GateResult:
    (first, *_) = judge_subject(rules_of(rule), subject, with_())
    return first


def _record(card: dict[str, Any]) -> dict[str, Any]:
    tags = [f"license:{card['license']}"] if isinstance(card.get("license"), str) else []
    return {"id": "acme/anvil", "sha": SHA, "gated": False, "private": False, "cardData": card, "tags": tags,
            "siblings": [{"rfilename": name} for name in FILES],
            "library_name": "transformers", "config": {"model_type": "qwen2"}}  # fmt: skip


@functools.cache
def hub_subject(license_id: str | None = "mit") -> GateSubject:
    """A model with a tag and no text, as the Hub's record shows it."""
    card = {"license": license_id} if license_id else {}
    snapshot = Snapshot(
        kind="model", id="acme/anvil", requested="acme/anvil", source="hub", revision=SHA, retrieved_at=NOW,
        record=_record(card), files=tuple(FileEntry(path=name) for name in FILES), files_complete=True, card_complete=True,
    )  # fmt: skip
    found = judged(_auditor(), snapshot, as_of=NOW, contexts={"us": CONTEXT})
    return gate_subject(found, parse_target("hub:acme/anvil"))


@functools.cache
def hosted_subject() -> GateSubject:
    snapshot = disclosed_snapshot(rulebook(), "openai/gpt-5", "disclosed:openai/gpt-5", NOW)
    return gate_subject(
        judged(_auditor(), snapshot, as_of=NOW, contexts={"us": CONTEXT}), parse_target("disclosed:openai/gpt-5")
    )


def having(
    subject: GateSubject,
    *,
    license: dict[str, Any] | None = None,  # noqa: A002
    nodes: tuple[LineageNode, ...] | None = None,
    edges: tuple[LineageEdge, ...] = (),
    **report: Any,
) -> GateSubject:
    """The subject with another resolution, lineage, or other part of its report."""
    old = subject.report
    weights: LicenseReport = msgspec.structs.replace(old.licenses.weights, **(license or {}))
    own = LineageNode(id=old.subject.id, kind="model", status="read", license=weights.concluded)
    lineage = old.lineage if nodes is None else LineageReport(nodes=(own, *nodes), edges=edges)
    changed = msgspec.structs.replace(
        old, licenses=msgspec.structs.replace(old.licenses, weights=weights), lineage=lineage, **report
    )
    return msgspec.structs.replace(subject, report=changed)
