"""Reports from files: bounded, in the order of the paths, damage named and passed by."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import UsageProblem
from auditor.fetch import report_folder
from auditor.fetch.report_folder import found_in
from tests.unit.table.reports import changed, plain

REPORT = plain("openai/gpt-5")


def kinds(place: Path) -> list[tuple[str, str]]:
    return [(one.kind, Path(one.place).name) for one in found_in(place)]


def test_everything_comes_in_the_order_of_the_paths(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text(json.dumps(REPORT))
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "z.jsonl").write_text(json.dumps(REPORT) + "\n\n" + json.dumps(REPORT))
    (tmp_path / ".hidden.json").write_text("{")
    (tmp_path / "c.zip").write_bytes(b"")
    (tmp_path / "d.txt").write_bytes(b"")
    (tmp_path / "e.json").write_text(json.dumps({"schema": "auditor/batch/1", "reports": [REPORT, {}], "errors": []}))
    assert kinds(tmp_path) == [
        ("report", "b.json"), ("snapshot", "c.zip"), ("skipped", "d.txt"), ("report", "e.json#1"), ("broken", "e.json#2"),
        ("report", "z.jsonl:1"), ("report", "z.jsonl:3"),
    ]  # fmt: skip


def test_links_lead_nowhere(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x.json").write_text(json.dumps(REPORT))
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "folder").symlink_to(outside)
    (inside / "file.json").symlink_to(outside / "x.json")
    assert kinds(inside) == []


@pytest.mark.parametrize(
    "grades",
    [
        {"level": 3, "ceiling": 2},
        {"level": -1, "ceiling": 2},
        {"level": 3, "ceiling": 5},
        {"level": "4", "ceiling": "4"},
        {"level": 3.5, "ceiling": 4},
        {"level": None, "ceiling": 4},
    ],
)
def test_a_grade_that_cannot_be_is_no_row(tmp_path: Path, grades: dict[str, object]) -> None:
    report = changed("openai/gpt-5")
    report["grades"]["weights"].update(grades)
    (tmp_path / "x.json").write_text(json.dumps(report))
    assert kinds(tmp_path) == [("broken", "x.json")]


@pytest.mark.parametrize("score", [{"low": 50, "high": 20}, {"low": -1, "high": 0}, {"low": 0, "high": 101}])
def test_a_score_that_cannot_be_is_no_row(tmp_path: Path, score: dict[str, float]) -> None:
    (tmp_path / "x.json").write_text(json.dumps({**REPORT, "score": score}))
    assert kinds(tmp_path) == [("broken", "x.json")]


def test_a_dimension_more_or_less_is_no_row(tmp_path: Path) -> None:
    for number, change in enumerate(({"weights": None}, {"size": REPORT["grades"]["code"]})):
        grades = {name: grade for name, grade in {**REPORT["grades"], **change}.items() if grade}
        (tmp_path / f"{number}.json").write_text(json.dumps({**REPORT, "grades": grades}))
    assert [kind for kind, _ in kinds(tmp_path)] == ["broken", "broken"]


def test_sizes_and_counts_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.json").write_text(json.dumps(REPORT))
    (tmp_path / "y.jsonl").write_text(json.dumps(REPORT) + "\n")
    monkeypatch.setattr(report_folder, "MAX_REPORT_BYTES", 1000)
    assert [kind for kind, _ in kinds(tmp_path)] == ["broken", "broken"]
    monkeypatch.setattr(report_folder, "MAX_FILE_BYTES", 1000)
    assert [kind for kind, _ in kinds(tmp_path)] == ["broken", "broken"]
    monkeypatch.setattr(report_folder, "MAX_FILES", 1)
    with pytest.raises(UsageProblem, match="more than 1 files"):
        kinds(tmp_path)
    monkeypatch.setattr(report_folder, "MAX_DEPTH", 0)
    deep = tmp_path / "deep"
    (deep / "a").mkdir(parents=True)
    (deep / "a" / "x.json").write_text(json.dumps(REPORT))
    assert kinds(deep) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode), st.sampled_from(["json", "jsonl"]))
def test_no_bytes_make_it_fall(tmp_path: Path, content: bytes, ending: str) -> None:
    file = tmp_path / f"x.{ending}"
    file.write_bytes(content)
    assert {kind for kind, _ in kinds(file)} <= {"broken", "skipped"}
