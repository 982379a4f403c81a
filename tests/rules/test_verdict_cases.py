"""Worked verdict cases: written from the license texts, without looking at the rules; a wrong yes is the worst error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.model.verdict import Verdict
from auditor.rulebook.load import load_rulebook
from auditor.verdict.context import context_of
from auditor.verdict.judge import judge

CASES = Path(__file__).parents[1] / "cases" / "verdicts"
DAY = "2026-11-25"


def cases() -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            case = json.loads(line)
            found.append(pytest.param(case, id=f"{path.stem}-{case['id']}"))
    return found


def live(verdict: Verdict) -> set[str]:
    now = [duty for duty in verdict.obligations if duty.when == "now"]
    return {duty.kind for duty in now} | {f"{duty.kind}:{duty.phrase}" for duty in now if duty.phrase}


@pytest.mark.parametrize("case", cases())
def test_the_verdict_is_right(case: dict[str, Any]) -> None:
    expected = case["expected"]
    verdict = judge(case["license"], context_of(case["context"]), load_rulebook(), date=DAY)
    right = [expected["outcome"], *expected["also_acceptable"]]
    assert verdict.outcome in right, (case["why"], [reason.detail for reason in verdict.reasons])
    if verdict.outcome == expected["outcome"]:
        assert set(expected["obligations"]) <= live(verdict), case["why"]
    if verdict.outcome == "unclear":
        assert verdict.questions or any(reason.decides for reason in verdict.reasons)
    assert all(
        reason.section or reason.term in ("text", "commercial_use") for reason in verdict.reasons if reason.decides
    )
