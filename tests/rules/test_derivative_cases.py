"""Worked derivative cases: exactly these findings, no more and no fewer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import auditor
from auditor.errors import UsageProblem

CASES = Path(__file__).parents[1] / "cases" / "derivatives"


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}-{case['id']}")
        for path in sorted(CASES.glob("*.jsonl"))
        for case in map(json.loads, path.read_text("utf-8").splitlines())
    ]


@pytest.mark.parametrize("case", cases())
def test_the_findings_are_right(case: dict[str, Any]) -> None:
    found = auditor.check_derivative(case["bases"], case["derivative"], case["relation"])
    assert {(one.code, one.severity) for one in found} == {(e["code"], e["severity"]) for e in case["expected"]}
    for one in found:
        assert one.id.startswith(f"{one.code}#")
        assert one.outcome == ("met" if one.code in ("ok", "relicensing-ok", "license-choice-free") else "not_met")
        assert one.to_dict()["code"] == one.code


BASE = {"model": "acme/base", "license": "llama-3.1"}


def codes(derivative: dict[str, Any], *bases: dict[str, Any], relation: str = "finetune") -> set[str]:
    return {one.code for one in auditor.check_derivative(list(bases) or [BASE], derivative, relation)}


def test_a_mis_tagged_parent_does_not_wash_the_grandparent() -> None:
    parent = {"model": "acme/parent", "license": "mit"}
    derivative = {"name": "acme-7b", "distributed": True, "declared_license": "mit", "ancestors": [BASE]}
    assert {"license-conflict", "missing-name-prefix"} <= codes(derivative, parent)


def test_a_private_derivative_owes_nothing_tied_to_distribution() -> None:
    assert codes({"name": "acme-7b", "distributed": False, "declared_license": "mit"}) == {"ok"}


def test_nobody_looked_is_never_an_error() -> None:
    derivative = {"name": "Llama-Acme", "distributed": True, "declared_license": "llama3.1"}
    found = auditor.check_derivative([BASE], derivative, "finetune")
    assert {one.severity for one in found} == {"warning"}
    assert {one.code for one in found} == {"check-files"}


@pytest.mark.parametrize("name", ["Llama-3.1-8B-Acme", "acme/Llama_3.1_8B", "Llama 3 Acme"])
def test_separators_count_alike(name: str) -> None:
    assert "missing-name-prefix" not in codes({"name": name, "distributed": True, "declared_license": "llama3.1"})


def test_an_unknown_license_of_a_base_asks_for_counsel_and_is_never_ok() -> None:
    for unknown in ("acme-anvil", "llama", "unknown", "jamba-open-model"):
        found = codes(
            {"name": "x", "distributed": True, "declared_license": "mit"}, {"model": "a/b", "license": unknown}
        )
        assert found == {"needs-counsel"}


@pytest.mark.parametrize(
    ("bases", "derivative"),
    [([{"model": "x"}], {"name": "y"}), ([BASE], {}), ([BASE], {"name": "y", "card_flags": {"licence_copy": True}}), ([BASE], {"name": 3})],
)  # fmt: skip
def test_data_of_another_shape_is_refused(bases: list[Any], derivative: dict[str, Any]) -> None:
    with pytest.raises(UsageProblem):
        auditor.check_derivative(bases, derivative, "finetune")
