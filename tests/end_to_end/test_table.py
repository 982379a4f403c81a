"""`auditor table`: the command itself, from targets, from files, to every format."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from pathlib import Path

import jsonschema
import pytest

from auditor.rulebook.schema_check import load_schema
from auditor.table.formats import FIGURES, FORMATS
from tests.end_to_end.command import Command
from tests.end_to_end.repositories import model
from tests.replay_hub import ReplayHub

NAME = "acme/anvil"
MIT = {"license": "mit"}
PAIR = ("disclosed:openai/gpt-5", "disclosed:allenai/olmo-2-1124-7b")


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_table_of_targets(auditor: Command) -> None:
    ran = auditor("table", *PAIR)
    assert ran.code == 0, ran.err
    assert ran.out.index("OLMo 2 7B") < ran.out.index("GPT-5"), "most open first"
    assert "Rulebook 1, sha256 " in ran.out
    assert "Command: auditor table disclosed:openai/gpt-5" in ran.out.replace("\\", "")


def test_every_format_lands_in_a_folder_the_same_twice(auditor: Command, tmp_path: Path) -> None:
    formats = [word for name in FORMATS for word in ("--format", name)]
    figures = [word for name in FIGURES for word in ("--figure", name)]
    for place in ("a", "b"):
        ran = auditor("table", *PAIR, *formats, "--format", "svg", *figures, "-o", tmp_path / place)
        assert ran.code == 0, ran.err
    expected = {f"table.{form.extension}" for form in FORMATS.values()} | {f"table-{name}.svg" for name in FIGURES}
    expected |= {"table.csv.citation.json", "table.parquet.citation.json"}
    assert {path.name for path in (tmp_path / "a").iterdir()} == expected
    for name in expected:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_a_sheet_is_plain_and_its_sidecar_speaks_of_it(auditor: Command, tmp_path: Path) -> None:
    out = tmp_path / "t.csv"
    assert auditor("table", *PAIR, "--format", "csv", "-o", out).code == 0
    assert out.read_text("utf-8").startswith("model,publisher,label,label_ceiling,weights_level,weights_ceiling,")
    beside = json.loads((tmp_path / "t.csv.citation.json").read_text("utf-8"))
    jsonschema.Draft202012Validator(load_schema("table-citation.v1")).validate(beside)
    assert beside["file"] == "t.csv"
    assert beside["file_sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    first = beside["cells"][0]
    assert first["row"] == 1
    assert {note["n"] for note in beside["notes"]} >= set(first["notes"])
    commented = auditor("table", *PAIR, "--format", "csv", "--comments")
    assert commented.out.startswith("# Made by auditor")
    assert auditor("table", *PAIR, "--format", "csv").err.startswith("cite: Made by auditor")


def test_json_follows_its_schema(auditor: Command) -> None:
    ran = auditor("table", *PAIR, "--format", "json", "--group-by", "publisher", "--sort", "id")
    data = json.loads(ran.out)
    jsonschema.Draft202012Validator(load_schema("table.v1")).validate(data)
    assert [group["name"] for group in data["groups"]] == ["Allen Institute for AI", "OpenAI"]
    assert data["citation"]["command"].endswith("--group-by publisher --sort id --format json")


def test_reports_batches_lines_and_recordings_give_the_same_rows(
    auditor: Command, hub: ReplayHub, tmp_path: Path
) -> None:
    hub.add(model(NAME, MIT))
    folder = tmp_path / "evidence"
    assert auditor("snapshot", NAME, "-o", folder / "deep" / "one.zip").code == 0
    assert auditor("snapshot", NAME, "-o", folder / "deep" / "two").code == 0
    assert auditor("audit", *PAIR, "--format", "json", "-o", folder / "batch.json").code == 0
    assert auditor("audit", *PAIR, "--format", "jsonl", "-o", folder / "lines.jsonl").code == 0
    (folder / "notes.txt").write_text("no report")
    (folder / "other.json").write_text('{"schema": "something/else"}')
    (folder / "link.json").symlink_to("/etc/passwd")
    auditor = auditor.having(HF_ENDPOINT="http://127.0.0.1:9")
    ran = auditor("table", "--from", folder, "--format", "csv", "--columns", "id,label,score", "--sort", "id")
    assert ran.code == 0, ran.err
    assert [row["id"] for row in rows_of(ran.out)] == sorted([NAME, "openai/gpt-5", "allenai/olmo-2-1124-7b"])
    assert "left out: 2 files that hold no report" in ran.err
    assert "left out: 3 reports that were given twice" in ran.err
    directly = auditor("table", folder / "batch.json", "--format", "csv", "--columns", "id,label,score")
    assert directly.code == 0, directly.err
    assert len(rows_of(directly.out)) == 2


def test_the_hash_of_a_recording_is_that_of_its_manifest(auditor: Command, hub: ReplayHub, tmp_path: Path) -> None:
    hub.add(model(NAME, MIT))
    assert auditor("snapshot", NAME, "-o", tmp_path / "one").code == 0
    data = json.loads(auditor("table", NAME, "--format", "json").out)
    (one,) = data["citation"]["inputs"]
    assert one["snapshot_sha256"] == hashlib.sha256((tmp_path / "one" / "manifest.json").read_bytes()).hexdigest()
    again = json.loads(auditor("table", "--from", tmp_path / "one", "--format", "json").out)
    assert again["citation"]["inputs"][0]["snapshot_sha256"] == one["snapshot_sha256"]


def test_what_cannot_be_read_is_named_and_stops_nothing(auditor: Command, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    auditor("audit", PAIR[0], "--format", "json", "-o", folder / "a.json")
    report = json.loads((folder / "a.json").read_text())["reports"][0]
    wrong = {
        **report,
        "grades": {**report["grades"], "weights": {**report["grades"]["weights"], "level": 4, "ceiling": 0}},
    }
    (folder / "b.json").write_text(json.dumps(wrong))
    (folder / "c.json").write_text('{"schema": "auditor/report/1"')
    (folder / "d.jsonl").write_text('{"schema": "auditor/report/1"}\n' + "[" * 100_000 + "\n\n")
    (folder / "e.zip").write_bytes(b"PK nothing")
    (folder / "f.json").write_bytes(b"\xff\xfe\x00")
    (folder / "g.json").write_text(json.dumps({**report, "label": "wide-open"}))
    (folder / "h.json").write_bytes(b"")
    ran = auditor("table", "--from", folder, "--format", "json")
    assert ran.code == 3
    data = json.loads(ran.out)
    assert [len(group["rows"]) for group in data["groups"]] == [1]
    assert len(data["errors"]) == 8, ran.err
    assert {error["code"] for error in data["errors"]} == {"broken-report", "broken-snapshot"}
    assert "Traceback" not in ran.err


def test_a_target_that_had_failed_is_said_again(auditor: Command, tmp_path: Path) -> None:
    for form in ("json", "jsonl"):
        out = tmp_path / f"x.{form}"
        assert auditor("audit", "disclosed:openai/gpt-nothing", PAIR[0], "--format", form, "-o", out).code == 3
        ran = auditor("table", out)
        assert ran.code == 3
        assert "not audited: disclosed:openai/gpt-nothing: no-disclosure" in ran.out.replace("\\", "")


def test_the_whole_catalog(auditor: Command) -> None:
    from auditor.rulebook.load import load_rulebook

    ran = auditor("table", "--disclosed", "--format", "csv", "--columns", "id")
    assert ran.code == 0
    assert {row["id"] for row in rows_of(ran.out)} == set(load_rulebook().disclosures)


def test_columns_are_listed_with_those_of_the_reports(auditor: Command) -> None:
    plain = auditor("table", "--list-columns")
    assert plain.code == 0
    assert "* weights " in plain.out
    assert "frameworks.NAME.result" in plain.out
    assert auditor("table", "--columns", "help").out == plain.out
    assert "term.commercial_use" in auditor("table", PAIR[1], "--list-columns").out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "nothing to make a table of"),
        ([PAIR[0], "--columns", "wieghts"], "did you mean 'weights'?"),
        ([PAIR[0], "--sort", "-scor"], "did you mean 'score'?"),
        ([PAIR[0], "--group-by", "frameworks.none.result"], "no report has a value"),
        ([PAIR[0], "--format", "csv", "--format", "json"], "several files need -o FOLDER"),
        ([PAIR[0], "--figure", "heat"], "--figure goes with"),
        ([PAIR[0], "--name", "../x"], "--name is the name of a file"),
        ([PAIR[0], "--as-of", "soon"], "--as-of takes a date"),
        (["--from", "nowhere"], "neither a folder nor a file"),
        (["nowhere.json"], "neither a folder nor a file"),
        ([PAIR[0], "--format", "csv", "-o", "/dev/null/x"], "cannot write"),
    ],
)
def test_what_cannot_be_understood_is_exit_2(auditor: Command, words: list[str], said: str) -> None:
    ran = auditor("table", *words)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err


def test_parquet_without_its_library_says_what_to_install(
    auditor: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    ran = auditor("table", PAIR[0], "--format", "parquet", "-o", tmp_path / "x.parquet")
    assert ran.code == 2
    assert "openness-auditor[parquet]" in ran.err


def test_the_day_a_repository_was_made_is_a_date_unless_the_hub_did_not_keep_it(
    auditor: Command, hub: ReplayHub
) -> None:
    names = {"acme/new": "2024-05-06T07:08:09.000Z", "acme/old": "2022-03-02T23:29:04.000Z"}
    for name, day in names.items():
        hub.add(model(name, MIT, record={"createdAt": day}))
    ran = auditor("table", *names, "--format", "csv", "--columns", "id,released", "--sort", "id")
    assert [row["released"] for row in rows_of(ran.out)] == ["2024-05-06", ""], ran.err
