"""`agree` and `confirm` at the command's boundary."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from auditor.rulebook.schema_check import load_schema
from tests.end_to_end.command import Command, command
from tests.end_to_end.repositories import model
from tests.replay_hub import ReplayHub

MIT = {"license": "mit"}
HEAD = "target,framework,criterion,answer,evidence\n"


@pytest.fixture
def hub() -> Any:
    with ReplayHub() as running:
        running.add(model("acme/one", MIT))
        running.add(model("acme/two", MIT))
        yield running


@pytest.fixture
def run(tmp_path: Path, hub: ReplayHub) -> Command:
    return command(tmp_path, hub.endpoint)


def table(run: Command, *rows: str, head: str = HEAD) -> Path:
    file = run.cwd / "experts.csv"
    file.write_text(head + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return file


def agreed(run: Command, file: Path, *more: str) -> dict[str, Any]:
    ran = run("agree", "--with", str(file), "--format", "json", *more)
    assert ran.code == 0, ran.err
    data: dict[str, Any] = json.loads(ran.out)
    jsonschema.Draft202012Validator(load_schema("agreement.v1")).validate(data)
    return data


def test_answers_are_compared_and_every_disagreement_has_both_sides(run: Command) -> None:
    file = table(
        run,
        "acme/one,osai-index,weights_endmodel,yes,https://acme.example/one",
        "acme/two,osai-index,weights_endmodel,no,https://acme.example/two",
        "acme/gone,osai-index,weights_endmodel,yes,",
    )
    data = agreed(run, file)
    weights = next(one for one in data["criteria"] if one["id"] == "weights_endmodel")
    assert (weights["pairs"], weights["agreed"], weights["two_step"]) == (2, 1, 1)
    assert data["compared"] == 2
    assert [one["target"] for one in data["not_audited"]] == ["acme/gone"]
    (one,) = [entry for entry in data["disagreements"] if entry["criterion"] == "weights_endmodel"]
    assert one["their_evidence"] == ["https://acme.example/two"]
    assert one["our_evidence"]


def test_no_record_compared_is_no_success(run: Command) -> None:
    ran = run("agree", "--with", str(table(run, "acme/gone,osai-index,weights_endmodel,yes,")))
    assert ran.code == 3


@pytest.mark.parametrize(
    ("rows", "head", "word"),
    [
        (["acme/one,osai-index,weights_endmodle,yes,"], HEAD, "weights_endmodel"),
        (["acme/one,osai-indx,weights_endmodel,yes,"], HEAD, "osai-index"),
        (["acme/one,osai-index,weights_endmodel,open,"], HEAD, "yes, partial or no"),
        (["acme/one,osai-index,weights_endmodel,yes,", "acme/one,mof,datasets,yes,"], HEAD, "one framework"),
        (["acme/one,osai-index"], HEAD, "number of fields"),
        ([], HEAD, "no record"),
        (["1,2"], "a,b\n", "no records of"),
    ],
)
def test_a_wrong_table_is_said_to_be_wrong(run: Command, rows: list[str], head: str, word: str) -> None:
    ran = run("agree", "--with", str(table(run, *rows, head=head)))
    assert ran.code == 2
    assert word in ran.err


@pytest.mark.parametrize("content", ["{", '{"a": 1}\n[2]\n', "[" * 99_999, '"x"'])
def test_broken_json_is_a_usage_problem(run: Command, content: str) -> None:
    file = run.cwd / "experts.jsonl"
    file.write_text(content)
    ran = run("agree", "--with", str(file))
    assert ran.code == 2
    assert "Traceback" not in ran.err


def test_a_named_set_needs_its_file(run: Command) -> None:
    ran = run("agree", "--with", "osai")
    assert ran.code == 2
    assert "--data" in ran.err


@pytest.mark.corpus
def test_a_named_set_is_found_in_the_corpus(run: Command, corpus: Path) -> None:
    ran = run.having(AUDITOR_CORPUS=str(corpus))("agree", "--with", "osai", "--offline", "--format", "json")
    assert ran.code == 0
    assert json.loads(ran.out)["compared"] > 50


@pytest.mark.corpus
def test_the_samples_of_the_index_and_of_the_tool_are_recognized(run: Command, corpus: Path) -> None:
    for name in ("osai", "mot"):
        ran = run(
            "agree",
            "--with",
            name,
            "--data",
            corpus / "frameworks" / f"{name}_sample.jsonl",
            "--offline",
            "--format",
            "json",
        )
        data = json.loads(ran.out)
        assert data["data"]["id"] == name
        assert data["compared"] > 0
        other = {"osai": "mot", "mot": "osai"}[name]
        wrong = run("agree", "--with", other, "--data", corpus / "frameworks" / f"{name}_sample.jsonl")
        assert wrong.code == 2


# -- confirmations ---------------------------------------------------------------------------------------------


def questions(run: Command, *more: str) -> list[dict[str, str]]:
    ran = run("confirm", "acme/one", *more)
    assert ran.code == 0, ran.err
    return list(csv.DictReader(io.StringIO(ran.out)))


def filled(run: Command, rows: list[dict[str, str]], **answer: str) -> Path:
    file = run.cwd / "answers.csv"
    with file.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        writer.writerows([{**row, **answer} for row in rows])
    return file


PERSON = {"by": "Wile E.", "on": "2026-02-03", "source": "https://acme.example/paper"}


def criterion(report: dict[str, Any], framework: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = report["frameworks"][framework]["criteria"][name]
    return found


def test_a_question_goes_out_and_its_answer_comes_back(run: Command) -> None:
    rows = [row for row in questions(run, "--framework", "osai-index") if row["criterion"] == "trainingcode"]
    (row,) = rows
    assert row["our_ceiling"] == "yes"
    file = filled(run, rows, answer="yes", **PERSON)
    report = run.audit("acme/one", "--confirmations", file).report
    found = criterion(report, "osai-index", "trainingcode")
    assert (found["answer"], found["confirm"]) == ("yes", False)
    assert found["confirmed_by"] == PERSON
    assert found["evidence"][0]["kind"] == "clarified"
    plain = run.audit("acme/one").report
    assert report["frameworks"]["osai-index"]["score"]["low"] > plain["frameworks"]["osai-index"]["score"]["low"]
    assert report["grades"] == plain["grades"]
    again = run("confirm", "acme/one", "--confirmations", file, "--framework", "osai-index")
    assert "Wile E." in again.out


def test_a_person_cannot_lift_what_the_files_rule_out(run: Command, hub: ReplayHub) -> None:
    hub.add(model("acme/empty", MIT, weights={}))
    report = run.audit("acme/empty").report
    name = "weights_endmodel"
    before = criterion(report, "osai-index", name)
    if before["ceiling"] == "yes":
        pytest.skip("nothing rules it out here")
    row = {"target": "acme/empty", "framework": "osai-index", "criterion": name}
    file = filled(run, [{**row, "answer": "", "by": "", "on": "", "source": "", "note": ""}], answer="yes", **PERSON)
    after = criterion(run.audit("acme/empty", "--confirmations", file).report, "osai-index", name)
    assert (after["answer"], after["ceiling"]) == (before["answer"], before["ceiling"])
    assert after["confirmed_by"] is None
    assert "does not count" in after["detail"]


def test_a_lower_answer_of_a_person_wins(run: Command) -> None:
    row = {"target": "acme/one", "framework": "osai-index", "criterion": "weights_endmodel"}
    assert criterion(run.audit("acme/one").report, "osai-index", "weights_endmodel")["answer"] == "yes"
    file = filled(run, [{**row, "answer": "", "by": "", "on": "", "source": "", "note": ""}], answer="no", **PERSON)
    assert (
        criterion(run.audit("acme/one", "--confirmations", file).report, "osai-index", "weights_endmodel")["answer"]
        == "no"
    )


def test_answers_about_another_model_change_nothing(run: Command) -> None:
    rows = [row for row in questions(run, "--framework", "osai-index") if row["criterion"] == "trainingcode"]
    file = filled(run, rows, answer="yes", **PERSON)
    assert run.audit("acme/two", "--confirmations", file).report == run.audit("acme/two").report


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ({"answer": "open"}, "the answer is yes, partial or no"),
        ({"answer": "yes", "by": ""}, "by is empty"),
        ({"answer": "yes", "source": ""}, "source is empty"),
        ({"answer": "yes", "on": "tomorrow"}, "on is a date"),
        ({"answer": "yes", "framework": "mo"}, "no framework"),
        ({"answer": "yes", "criterion": "prepint"}, "g7 has no criterion"),
    ],
)
def test_a_wrong_row_makes_the_file_invalid(run: Command, answer: dict[str, str], word: str) -> None:
    rows = questions(run)[:1]
    ran = run.audit("acme/one", "--confirmations", filled(run, rows, **{**PERSON, **answer}))
    assert ran.code == 4
    assert f"answers.csv:2: {word}" in ran.err


def test_two_answers_to_one_question_are_refused(run: Command) -> None:
    rows = questions(run)[:1]
    ran = run.audit("acme/one", "--confirmations", filled(run, rows * 2, answer="yes", **PERSON))
    assert ran.code == 4
    assert "answered already" in ran.err
