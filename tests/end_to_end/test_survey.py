"""`survey` at the command's boundary: what is counted, what lying files do, and the committed survey of 2022."""

from __future__ import annotations

import gzip
import html
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from auditor.rulebook.schema_check import load_schema
from tests.end_to_end.command import REPOSITORY, Command, command

SHA = "1" * 40
GALLERY = REPOSITORY / "reports" / "gallery"


def record(
    name: str, *tags: str, files: tuple[str, ...] = ("model.safetensors", "config.json"), **more: Any
) -> dict[str, Any]:
    return {
        "modelId": name, "sha": SHA, "tags": list(tags), "siblings": [{"rfilename": file} for file in files],
        "private": False, "downloads": 10, **more,
    }  # fmt: skip


@pytest.fixture
def run(tmp_path: Path) -> Command:
    return command(tmp_path, "http://127.0.0.1:9")


def surveyed(run: Command, records: list[Any], cards: dict[str, str] | None = None) -> dict[str, Any]:
    file = run.cwd / "records.jsonl"
    file.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in records))
    more: list[str] = []
    if cards is not None:
        beside = run.cwd / "cards.jsonl.gz"
        beside.write_bytes(
            gzip.compress("".join(json.dumps({"id": k, "front_matter": v}) + "\n" for k, v in cards.items()).encode())
        )
        more = ["--cards", str(beside)]
    ran = run("survey", str(file), *more, "--format", "json")
    assert ran.code == 0, ran.err
    data: dict[str, Any] = json.loads(ran.out)
    jsonschema.Draft202012Validator(load_schema("survey.v1")).validate(data)
    return data


def shares(data: dict[str, Any]) -> dict[str, int]:
    return {share["id"]: share["count"] for share in data["shares"] if share["count"]}


def test_tags_texts_and_their_absence_are_told_apart(run: Command) -> None:
    data = surveyed(run, [
        record("acme/none"),
        record("acme/tag", "license:apache-2.0"),
        record("acme/text", "license:mit", files=("LICENSE", "model.safetensors")),
        record("acme/odd", "license:acme-private-terms"),
        record("acme/nc", "license:cc-by-nc-4.0"),
    ])  # fmt: skip
    assert shares(data) == {"no-license": 1, "tag-without-text": 3, "text-listed": 1, "unresolved": 1, "restricted": 1}
    assert data["repositories"] == 5


def test_a_declared_base_passes_its_limits_on_and_a_permissive_tag_hides_nothing(run: Command) -> None:
    data = surveyed(
        run,
        [
            record("acme/base", "license:cc-by-nc-4.0"),
            record("acme/bare"),
            record("acme/washed", "license:mit", "base_model:acme/base"),
            record("acme/on-nothing", "license:mit"),
            record("acme/on-elsewhere", "license:mit", "base_model:acme/not-here"),
        ],
        cards={"acme/on-nothing": "license: mit\nbase_model: acme/bare"},
    )
    found = shares(data)
    assert found["names-base"] == 3
    assert found["inherited-restriction"] == 1
    assert found["base-without-license"] == 1
    assert found["base-not-held"] == 1
    by_id = {share["id"]: share for share in data["shares"]}
    assert by_id["inherited-restriction"]["examples"] == ["acme/washed"]
    assert data["bases"][0]["count"] == 1


def test_a_name_is_a_hint_and_counted_apart(run: Command) -> None:
    data = surveyed(run, [
        record("tiny-llm", "license:cc-by-nc-4.0"),
        record("acme/tiny-llm"),
        record("acme/tiny-llm-finetuned-anvils", "license:mit"),
        record("acme/other-finetuned-anvils", "license:mit"),
        record("one/twin"), record("two/twin"), record("acme/twin-finetuned", "license:mit"),
    ])  # fmt: skip
    found = shares(data)
    assert found["shown-base"] == 1
    assert found["shown-restriction"] == 1
    assert "names-base" not in found
    assert "inherited-restriction" not in found


def test_lying_lines_are_counted_and_end_nothing(run: Command) -> None:
    data = surveyed(run, [
        "{not json", "[" * 5000, "null", '"text"', {"modelId": 7}, {"sha": SHA},
        record("acme/<script>alert(1)</script>"), record("acme/odd", siblings="?", tags={"a": 1}, downloads=-4, sha=9),
        record("acme/circle", "base_model:acme/circle"), record("acme/good", "license:mit", downloads="many"),
    ])  # fmt: skip
    assert data["unreadable"] == 6
    assert data["repositories"] == 4
    assert data["downloads"] == 20


def test_the_page_escapes_what_it_was_given(run: Command) -> None:
    file = run.cwd / "r.jsonl"
    file.write_text(json.dumps(record("acme/<script>alert(1)</script>")) + "\n")
    ran = run("survey", str(file), "--format", "html")
    assert ran.code == 0, ran.err
    assert "<script" not in ran.out
    assert html.escape("<script>alert(1)</script>") in ran.out


@pytest.mark.parametrize("content", [b"", b"\n\n", b"nothing\n"])
def test_a_file_without_a_record_is_an_error(run: Command, content: bytes) -> None:
    file = run.cwd / "r.jsonl"
    file.write_bytes(content)
    ran = run("survey", str(file))
    assert ran.code == 3
    assert "no record" in ran.err


def test_a_broken_archive_is_an_error_and_no_traceback(run: Command) -> None:
    file = run.cwd / "r.jsonl.gz"
    file.write_bytes(gzip.compress(b"{}\n" * 1000)[:-12])
    ran = run("survey", str(file))
    assert ran.code == 3
    assert "Traceback" not in ran.err


def test_several_formats_need_a_place(run: Command) -> None:
    file = run.cwd / "r.jsonl"
    file.write_text(json.dumps(record("acme/a")) + "\n")
    assert run("survey", str(file), "--format", "json", "--format", "html").code == 2
    assert run("survey", str(file), "--format", "json", "--format", "html", "-o", "out/s").code == 0
    assert sorted(path.name for path in (run.cwd / "out").iterdir()) == ["s.html", "s.json"]


@pytest.mark.corpus
@pytest.mark.slow
def test_the_committed_survey_is_what_the_command_counts(run: Command, corpus: Path) -> None:
    hub = corpus / "hub"
    ran = run.having(AUDITOR_NOW="2026-11-25T00:00:00Z")(
        "survey", hub / "hub_2022-02_models.jsonl.gz", "--cards", hub / "hub_2022-02_front_matter.jsonl.gz",
        "--format", "json", "--format", "html", "-o", "hub-2022-02",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    made = json.loads((run.cwd / "hub-2022-02.json").read_text("utf-8"))
    kept = json.loads((GALLERY / "hub-2022-02.json").read_text("utf-8"))
    # A rule that changes no count does not make the survey stale; its page names the rulebook it was made with.
    old, new = kept.pop("rulebook"), made.pop("rulebook")
    assert made == kept, "stale: run `make survey`"
    page = (run.cwd / "hub-2022-02.html").read_text("utf-8").replace(new["sha256"][:12], old["sha256"][:12])
    assert page == (GALLERY / "hub-2022-02.html").read_text("utf-8"), "stale: run `make survey`"
