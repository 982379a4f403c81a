"""Comparing reports: directions, matching, and that equal sides never differ."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.pipeline.diff_sides import Side, side_from_report
from auditor.pipeline.finding_diff import diff_findings
from auditor.pipeline.report_diff import diff_reports
from auditor.pipeline.term_diff import direction_of
from auditor.render.diff import render_diff
from auditor.rulebook.load import load_rulebook
from tests.unit.render.report_factory import ATTACK, auditor, disclosed, hostile

TERMS = load_rulebook().vocabulary.terms
OPEN = "allenai/olmo-2-1124-7b"


def term(value: Any, *, complete: bool = True) -> dict[str, Any]:
    return {"value": value, "from": ["a/b"], "section": "1", "license": "x", "complete": complete}


@pytest.mark.parametrize(
    ("name", "old", "new", "way"),
    [
        ("commercial_use", "yes", "no", "stricter"), ("commercial_use", "below-threshold", "yes", "looser"),
        ("commercial_use", "yes", "yes", "same"), ("commercial_use", "yes", "unknown", "unknown"),
        ("commercial_use", "unknown", "yes", "unknown"), ("commercial_use", "yes", "of another rulebook", "unknown"),
        ("commercial_use", "yes", ["yes"], "unknown"), ("retain_notices", False, True, "stricter"),
        ("retain_notices", True, False, "looser"), ("notice_file", [], ["a"], "stricter"), ("notice_file", ["a"], [], "looser"),
        ("notice_file", ["a"], ["b"], "changed"), ("notice_file", ["a", "b"], ["b", "a"], "same"),
        ("mau_threshold", [{"number": 1, "license": "x", "section": "2"}], [{"number": 1, "license": "y", "section": "3"}], "same"),
        ("mau_threshold", [{"number": 1}], [{"number": 2}], "changed"), ("mau_threshold", [], [{"number": 2}], "stricter"),
        ("no_such_term", "a", "b", "unknown"),
    ],
)  # fmt: skip
def test_directions_follow_the_vocabulary(name: str, old: Any, new: Any, way: str) -> None:
    assert direction_of(TERMS.get(name), term(old), term(new)) == way


def test_what_was_not_read_has_no_direction() -> None:
    kind = TERMS["notice_file"]
    assert direction_of(kind, term([], complete=False), term(["a"])) == "unknown"
    assert direction_of(kind, term([]), term([], complete=False)) == "unknown"
    assert direction_of(kind, None, term([])) == "unknown"
    assert direction_of(kind, term([]), None) == "unknown"


@given(data=st.data(), name=st.sampled_from(sorted(name for name, kind in TERMS.items() if kind.kind == "enum")))
def test_the_way_back_is_the_other_way(data: st.DataObject, name: str) -> None:
    kind = TERMS[name]
    values = st.sampled_from([*kind.values, "unknown"])
    a, b = term(data.draw(values)), term(data.draw(values))
    turned = {"stricter": "looser", "looser": "stricter"}
    there = direction_of(kind, a, b)
    assert direction_of(kind, b, a) == turned.get(there, there)


def side(report: Any, **subject: str) -> Side:
    plain = msgspec.json.decode(msgspec.json.encode(report))
    plain["subject"].update(subject)
    return side_from_report("r.json", plain)


def test_equal_reports_never_differ() -> None:
    for report in (disclosed(OPEN), disclosed("openai/gpt-5"), hostile()):
        diff = diff_reports(side(report), side(report), auditor().rulebook.vocabulary)
        assert not diff["differs"]


def finding(code: str, number: int, outcome: str, detail: str) -> dict[str, Any]:
    return {"id": f"{code}#{number}", "code": code, "outcome": outcome, "severity": "info", "title": "t",
            "detail": detail, "dimension": "data", "evidence": [], "remediation": None}  # fmt: skip


def with_findings(name: str, *findings: dict[str, Any]) -> Side:
    return Side(requested=name, report={"subject": {"id": name}, "findings": list(findings)}, documents=())


def test_findings_are_matched_by_words_and_not_by_number() -> None:
    a = with_findings(
        "a/m", finding("x", 1, "not_met", "one"), finding("x", 2, "not_met", "two"), finding("y", 1, "met", "-")
    )
    b = with_findings(
        "a/m", finding("x", 1, "not_met", "two"), finding("y", 1, "unknown", "-"), finding("z", 1, "met", "-")
    )
    found = diff_findings(a, b)
    assert [entry["a"]["detail"] for entry in found["disappeared"]] == ["one"]
    assert [(entry["code"], entry["a"]["outcome"], entry["b"]["outcome"]) for entry in found["appeared"]] == [
        ("y", "met", "unknown")
    ]
    assert found["changed"] == []


def test_names_dates_and_commits_are_no_change() -> None:
    a = with_findings("a/m", finding("x", 1, "not_met", f"a/m at {'0' * 40} as of 2025-01-01; the model"))
    b = with_findings("model", finding("x", 1, "not_met", f"model at {'1' * 40} as of 2026-01-01; the model"))
    assert diff_findings(a, a) == {"appeared": [], "disappeared": [], "changed": []}
    # A subject may be called like a word of the sentence: then the sentence counts as changed, never as the same.
    assert len(diff_findings(a, b)["changed"]) == 1
    c = with_findings("b/n", finding("x", 1, "not_met", f"b/n at {'1' * 40} as of 2026-01-01; the model"))
    assert diff_findings(a, c) == {"appeared": [], "disappeared": [], "changed": []}


def test_another_rulebook_is_said() -> None:
    other = disclosed(OPEN)
    other = msgspec.structs.replace(other, rulebook=msgspec.structs.replace(other.rulebook, sha256="0" * 64))
    diff = diff_reports(side(disclosed(OPEN)), side(other), auditor().rulebook.vocabulary)
    assert any("different rulebooks" in note for note in diff["notes"])
    assert not diff["differs"]


@pytest.mark.parametrize("markdown", [False, True])
def test_hostile_reports_render_on_their_own_lines(markdown: bool) -> None:
    diff = diff_reports(side(disclosed(OPEN)), side(hostile(), id=ATTACK), auditor().rulebook.vocabulary)
    text = render_diff(diff, markdown=markdown)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "Findings" in text
    if markdown:
        assert "<script>" not in text
