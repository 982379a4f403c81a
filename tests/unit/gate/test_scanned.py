"""From references of a tree to the subjects that are judged."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.gate.scanned import targets_of_scan
from auditor.model.scan import FileCounts, Reference, Scan
from tests.unit.gate.subjects import rulebook


def reference(target: str = "acme/anvil", **more: Any) -> Reference:
    values = {
        "target": target, "provider": "hub", "type": "model", "use": "used", "file": "src/app.py", "line": 1, "end_line": 1,
        "column": 1, "cell": None, "revision": None, "pinned": False, "confidence": "high", "how": "from_pretrained",
    }  # fmt: skip
    return Reference(**{**values, **more})


def scan(*references: Reference) -> Scan:
    return Scan(root=".", references=references, files=FileCounts(scanned=1, skipped=0))


def test_each_target_and_revision_is_one_subject_with_its_places() -> None:
    found = targets_of_scan(
        scan(
            reference(), reference("Acme/Anvil", line=9), reference(revision="v1"), reference("acme/d", type="dataset")
        ),
        rulebook(),
    )
    named = [(target.scheme, target.id, target.revision, len(places)) for target, places in found.targets]
    assert named == [("dataset", "acme/d", None, 1), ("hub", "acme/anvil", None, 2), ("hub", "acme/anvil", "v1", 1)]


def test_what_is_mentioned_is_not_judged() -> None:
    found = targets_of_scan(scan(reference(use="mentioned")), rulebook())
    assert (found.targets, len(found.mentioned)) == ((), 1)


def test_a_hosted_model_is_judged_by_its_disclosure() -> None:
    row = next(d for d in rulebook().disclosures.values() if d.provider_ids)
    known = row.provider_ids[0]
    found = targets_of_scan(
        scan(
            reference(known["id"], provider=known["provider"], type="hosted"),
            reference("x", provider="acme", type="hosted", disclosed="openai/gpt-5"),
        ),
        rulebook(),
    )
    assert {target.requested for target, _ in found.targets} == {f"disclosed:{row.id}", "disclosed:openai/gpt-5"}


@pytest.mark.parametrize(
    "one",
    [
        reference("acme-9000", provider="acme", type="hosted"), reference("llama3.1:8b", provider="ollama"),
        reference("../../etc/passwd"), reference("a/b", revision="../../api/whoami"), reference("a b/c"),
    ],
)  # fmt: skip
def test_what_cannot_be_judged_is_a_failure_and_no_request(one: Reference) -> None:
    found = targets_of_scan(scan(one), rulebook())
    assert found.targets == ()
    assert [entry.code for entry in found.failed] == ["no-disclosure"]
    assert "src/app.py:1" in found.failed[0].message
