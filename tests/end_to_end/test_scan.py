"""`scan` at the command's boundary: JSON as promised, text for people, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from auditor.rulebook.schema_check import load_schema
from tests.end_to_end.command import Command, command
from tests.unit.scan.labeled_tree import CASES, unpack


@pytest.fixture
def alone(tmp_path: Path) -> Command:
    return command(tmp_path, "http://127.0.0.1:9")


@pytest.mark.parametrize("bundle", ["python", "commands", "configs"])
def test_the_json_is_what_the_schema_says(alone: Command, bundle: str) -> None:
    unpack(CASES / f"{bundle}.txt", alone.cwd / "tree")
    ran = alone("scan", "tree", "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    jsonschema.validate(json.loads(ran.out), load_schema("scan.v1"))
    assert alone("scan", "tree", "--format", "json").out == ran.out


def test_text_names_places_and_counts(alone: Command) -> None:
    unpack(CASES / "python.txt", alone.cwd / "tree")
    out = alone("scan", "tree").out
    assert "app/loading.py:10:11: used hub model mistralai/Mistral-7B-Instruct-v0.3 [" in out
    assert "app/marks.py:4: excluded: kept-out/model-1b" in out
    assert ": unresolved: AM.from_pretrained() loads name\n" in out
    assert "disclosed:openai/gpt-4o" in out
    assert "app/broken.py:3: warning: not Python" in out
    assert "help: " in out


def test_a_hosted_id_leads_to_its_disclosure(alone: Command) -> None:
    (alone.cwd / "a.py").write_text('OpenAI().responses.create(model="gpt-5")\n')
    (one,) = json.loads(alone("scan", "a.py", "--format", "json").out)["references"]
    assert (one["target"], one["provider"], one["type"], one["disclosed"]) == (
        "gpt-5",
        "openai",
        "hosted",
        "openai/gpt-5",
    )


def test_include_and_output(alone: Command) -> None:
    (alone.cwd / "vendor").mkdir()
    (alone.cwd / "vendor" / "a.py").write_text('AutoModel.from_pretrained("acme/anvil-7b")\n')
    assert "0 used" in alone("scan", ".").out
    ran = alone("scan", ".", "--include", "vendor", "--format", "json", "-o", "out.json")
    assert (ran.code, ran.out) == (0, "")
    assert len(json.loads((alone.cwd / "out.json").read_text())["references"]) == 1


def test_what_cannot_be_is_said(alone: Command) -> None:
    ran = alone("scan", "nothing")
    assert ran.code == 2
    assert "no such file or folder" in ran.err
    assert alone("scan").code == 2
    (alone.cwd / "file").write_text("")
    assert alone("scan", ".", "-o", "file/x").code == 2


def test_names_cannot_rewrite_a_terminal(alone: Command) -> None:
    (alone.cwd / "a\x1b[31m.py").write_text('AutoModel.from_pretrained("acme/anvil-7b", revision="\\x1b[2J")\n')
    out = alone("scan", ".").out
    assert "\x1b" not in out
    assert "acme/anvil-7b" in out
