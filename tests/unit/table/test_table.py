"""Rows, order, groups, notes and the citation."""

from __future__ import annotations

import copy
import csv
import hashlib
import io
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import BrokenReport, UsageProblem
from auditor.rulebook.load import load_rulebook
from auditor.table.builder import canonical_json
from auditor.table.csv_sheet import header
from auditor.table.formats import writer
from auditor.table.interface import Cell, Table, TableOptions
from auditor.table.notes import MAX_NOTES, note_words, numbers_shown
from auditor.table.selection import members_met, selection
from tests.unit.table.reports import changed, plain, table_of

NAMES = (
    "openai/gpt-5", "openai/gpt-4o", "allenai/olmo-2-1124-7b", "meta-llama/llama-3.3-70b-instruct",
    "huggingfacetb/smollm3-3b", "mistralai/mistral-7b-v0.3",
)  # fmt: skip
REPORTS = [plain(name) for name in NAMES]


def column(table: Table, name: str) -> list[Cell]:
    place = [one.id for one in table.columns].index(name)
    return [row.cells[place] for row in table.rows]


def test_an_interval_shows_both_ends_and_never_a_middle() -> None:
    table = table_of(REPORTS, columns=["id", "weights", "code", "data", "terms", "score", "label"])
    for row in table.rows:
        (report,) = (one for one in REPORTS if one["subject"]["id"] == row.key[0])
        for cell, dimension in zip(row.cells[1:5], ("weights", "code", "data", "terms"), strict=True):
            grade = report["grades"][dimension]
            low, high = grade["level"], grade["ceiling"]
            assert (cell.low, cell.high) == (low, high)
            assert cell.shown == (f"{low}" if low == high else f"{low}\N{EN DASH}{high}")
        assert (row.cells[5].low, row.cells[5].high) == (report["score"]["low"], report["score"]["high"])
        assert (row.cells[6].low, row.cells[6].high) == (report["label"], report["label_ceiling"])


def test_rows_come_in_the_order_asked_for_and_empty_cells_last() -> None:
    reports = [
        *REPORTS,
        changed("openai/gpt-5", revision="abc", id="b/b"),
        changed("openai/gpt-5", revision="abd", id="a/a"),
    ]
    for order in ("revision", "-revision"):
        cells = [cell.low for cell in column(table_of(reports, columns=["id", "revision"], sort=[order]), "revision")]
        assert cells[:2] == (["abc", "abd"] if order == "revision" else ["abd", "abc"])
        assert cells[2:] == [None] * len(REPORTS)
    rungs = [str(cell.low) for cell in column(table_of(reports, columns=["label"], sort=["-label"]), "label")]
    ladder = list(load_rulebook().vocabulary.labels)
    assert rungs == sorted(rungs, key=ladder.index, reverse=True)
    scores = [cell.low for cell in column(table_of(reports, columns=["score"], sort=["score"]), "score")]
    assert scores == sorted(scores, key=lambda low: low or 0)


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(len(REPORTS))))
def test_the_order_of_the_input_changes_nothing(order: list[int]) -> None:
    def written(reports: list[dict[str, Any]]) -> bytes:
        return writer("json")(table_of(reports, group_by="license"), TableOptions())

    assert written([REPORTS[place] for place in order]) == written(REPORTS)


def test_groups_hold_every_row_once() -> None:
    table = table_of(REPORTS, columns=["id"], group_by="license")
    names = [group.name for group in table.groups]
    assert names == ["apache-2.0", "llama3.3", "none established"]
    assert sorted(row.key[0] for row in table.rows) == sorted(NAMES)
    assert header(table) == ["license", "id"]
    rows = list(csv.reader(io.StringIO(writer("csv")(table, TableOptions()).decode())))
    assert rows[-1][0] == "none established"


def test_a_family_is_the_end_of_the_lineage() -> None:
    edges = [("a/ft", "b/mid", "finetune"), ("b/mid", "c/root", "merge"), ("a/ft", "d/data", "trained-on-dataset")]
    report = changed("openai/gpt-5", id="a/ft", title=None)
    report["lineage"]["edges"] = [{"from": f, "to": t, "relation": r, "evidence": []} for f, t, r in edges]
    circle = changed("openai/gpt-5", id="x/x", title=None)
    circle["lineage"]["edges"] = [
        {"from": f, "to": t, "relation": "merge", "evidence": []} for f, t in (("x/x", "y/y"), ("y/y", "x/x"))
    ]
    table = table_of([report, circle, REPORTS[0]], columns=["id", "family"], sort=["id"])
    assert [cell.low for cell in column(table, "family")] == ["c/root", "openai/gpt-5", "x/x"]


def test_every_note_number_leads_to_the_evidence_of_the_report() -> None:
    table = table_of(REPORTS, columns=["id", "weights", "code", "data", "terms", "license"])
    assert len(set(table.notes)) == len(table.notes)
    used: set[int] = set()
    for row in table.rows:
        (report,) = (one for one in REPORTS if one["subject"]["id"] == row.key[0])
        for cell, dimension in zip(row.cells[1:5], ("weights", "code", "data", "terms"), strict=True):
            used.update(cell.notes)
            decided = set(report["grades"][dimension]["decided_by"])
            deciding = [f for f in report["findings"] if f["id"] in decided and f["outcome"] != "not_applicable"]
            sources = {item["source"] for finding in deciding for item in finding["evidence"]}
            checks = {finding["code"] for finding in deciding if not finding["evidence"]}
            assert bool(cell.notes) == bool(deciding)
            for number in cell.notes:
                note = table.notes[number - 1]
                assert note.source in (checks if note.kind == "check" else sources | {report["subject"]["id"]})
                assert note.date or note.kind == "report"
        used.update(row.cells[5].notes)
    assert used == set(range(1, len(table.notes) + 1))
    first_seen = [number for row in table.rows for cell in row.cells for number in cell.notes]
    assert list(dict.fromkeys(first_seen)) == sorted(set(first_seen))


def test_what_follows_from_other_columns_is_noted_only_without_them() -> None:
    both = table_of(REPORTS, columns=["label", "weights", "code"])
    assert not any(cell.notes for cell in column(both, "label"))
    alone = table_of(REPORTS, columns=["id", "label"])
    assert all(cell.notes for cell in column(alone, "label"))


def test_a_cell_with_too_much_evidence_says_so() -> None:
    report = plain("openai/gpt-5")
    (finding,) = (f for f in report["findings"] if f["id"] == report["grades"]["weights"]["decided_by"][0])
    item = {"kind": "stated", "path": None, "lines": None, "quote": None, "sha256": None, "read_on": None}
    finding["evidence"] = [{**item, "source": f"place {n}"} for n in range(40)]
    table = table_of([report], columns=["weights"])
    (cell,) = column(table, "weights")
    assert len(cell.notes) == MAX_NOTES
    assert any("more pieces of evidence in the report" in note_words(note) for note in table.notes)


@pytest.mark.parametrize(
    ("numbers", "shown"), [((), []), ((3,), ["3"]), ((1, 2), ["1", "2"]), ((9, 1, 4, 2, 3), ["1-4", "9"])]
)
def test_runs_of_numbers(numbers: tuple[int, ...], shown: list[str]) -> None:
    assert numbers_shown(numbers) == shown


def test_the_citation_can_be_made_again_by_hand() -> None:
    citation = table_of(REPORTS).citation
    by_hand = {
        hashlib.sha256(
            json.dumps(report, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
        ).hexdigest(): report["subject"]["id"]
        for report in REPORTS
    }
    assert {one.report_sha256: one.id for one in citation.inputs} == by_hand
    lines = "".join(sorted(f"{digest}  {name}@-\n" for digest, name in by_hand.items()))
    assert citation.reports_sha256 == hashlib.sha256(lines.encode()).hexdigest()
    assert canonical_json({"b": 1.0, "a": "\x1f\u2028"}) == '{"a":"\\u001f\u2028","b":1.0}'.encode()


def test_rows_of_two_rulebooks_come_with_a_warning() -> None:
    other = copy.deepcopy(REPORTS[1])
    other["rulebook"]["sha256"] = "0" * 64
    table = table_of([REPORTS[0], other])
    assert len(table.citation.rulebooks) == 2
    for name in ("markdown", "latex", "html"):
        assert "different rulebooks" in writer(name)(table, TableOptions()).decode()


def test_the_same_report_counts_once() -> None:
    assert len(table_of([REPORTS[0], copy.deepcopy(REPORTS[0])]).rows) == 1


def test_a_report_with_a_label_that_is_none_is_refused() -> None:
    for label, ceiling in (("wide-open", "wide-open"), ("open-weights", "closed")):
        report = copy.deepcopy(REPORTS[0])
        report["label"], report["label_ceiling"] = label, ceiling
        with pytest.raises(BrokenReport):
            table_of([report])


def with_framework(answer: str = "partial") -> dict[str, Any]:
    report = copy.deepcopy(REPORTS[2])
    evidence = [
        {
            "kind": "observed",
            "source": "hub:a/b",
            "path": "x",
            "lines": None,
            "quote": None,
            "sha256": None,
            "read_on": None,
        }
    ]
    report["frameworks"] = {
        "one": {"result": "II", "ceiling": "I", "score": {"low": 3, "high": 5}, "criteria": {"c-1": {"answer": answer, "evidence": evidence}}}
    }  # fmt: skip
    return report


def test_frameworks_are_columns_by_the_names_in_the_report() -> None:
    names = ["id", "frameworks.one.result", "frameworks.one.criteria.c-1", "frameworks.one.score"]
    table = table_of([with_framework(), REPORTS[0]], columns=names, sort=["-id"])
    shown = [[cell.shown for cell in row.cells] for row in table.rows]
    assert shown[0][1:] == ["\N{EN DASH}"] * 3, "a report that says nothing of a framework gets no answer"
    assert shown[1][1:] == ["II \N{EN DASH} I", "partial", "3\N{EN DASH}5"]
    assert table.rows[1].cells[2].notes
    assert set(names[1:]) <= set(members_met(load_rulebook().table, with_framework()))


@pytest.mark.parametrize(
    ("name", "near"),
    [("frameworks.on.result", "frameworks.one.result"), ("frameworks.one.criteria.c-2", "frameworks.one.criteria.c-1")],
)
def test_a_framework_that_no_report_has_is_an_error_with_the_nearest(name: str, near: str) -> None:
    with pytest.raises(UsageProblem, match=f"no report has a value .*{near}"):
        table_of([with_framework()], columns=[name])


@pytest.mark.parametrize(("name", "near"), [("wieghts", "weights"), ("licence", "license"), ("term_.x", "term")])
def test_a_name_that_is_no_column_gets_the_nearest(name: str, near: str) -> None:
    with pytest.raises(UsageProblem, match=f"no column is called .*{near}"):
        selection(load_rulebook().table, columns=[name])


def test_terms_and_capabilities_are_columns() -> None:
    table = table_of(REPORTS, columns=["id", "term.commercial_use", "can.sell", "errors"], sort=["id"])
    by_id = {row.key[0]: row for row in table.rows}
    mistral = by_id["mistralai/mistral-7b-v0.3"]
    assert [cell.shown for cell in mistral.cells[1:3]] == ["yes", "yes"]
    assert [note_words(table.notes[n - 1]) for n in mistral.cells[1].notes] == ["license apache-2.0, section 2; 3"]
    for row in table.rows:
        assert isinstance(row.cells[3].low, int)


def test_an_empty_table_is_still_a_table() -> None:
    table = table_of([])
    for name in ("csv", "markdown", "latex", "html", "json"):
        assert writer(name)(table, TableOptions())
