"""`lock` at the command's boundary: what is written, what drifts, and what a bad file does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from auditor.gate.locked_evidence import evidence_file
from auditor.rulebook.schema_check import load_schema
from tests.end_to_end.command import Command, command
from tests.end_to_end.repositories import CUSTOM, model
from tests.replay_hub import ReplayHub

MIT = {"license": "mit"}
NAME = "acme/own"


@pytest.fixture
def hub() -> Any:
    with ReplayHub() as running:
        yield running


@pytest.fixture
def run(tmp_path: Path, hub: ReplayHub) -> Command:
    return command(tmp_path, hub.endpoint)


def lock_of(run: Command) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((run.cwd / "auditor.lock").read_text("utf-8"))
    jsonschema.Draft202012Validator(load_schema("lock.v1")).validate(data)
    return data["subjects"]


def test_what_is_locked_is_what_was_concluded(run: Command, hub: ReplayHub) -> None:
    hub.add(model(NAME, {**MIT, "base_model": "acme/base"}))
    hub.add(model("acme/base", MIT, {"LICENSE": CUSTOM}))
    ran = run("lock", "--update", NAME)
    assert ran.code == 0, ran.err
    entry = lock_of(run)[NAME]
    assert entry["id"] == NAME
    assert len(entry["revision"]) == 40
    assert list(entry["parents"]) == ["acme/base"]
    assert entry["status"]
    assert run("lock").code == 0


def test_the_file_is_the_same_bytes_again_and_sorted(run: Command, hub: ReplayHub) -> None:
    for name in ("acme/b", "acme/a", "acme/c"):
        hub.add(model(name, MIT))
    assert run("lock", "--update", "acme/c", "acme/a", "acme/b").code == 0
    first = (run.cwd / "auditor.lock").read_bytes()
    assert run("lock", "--update", "acme/a", "acme/b", "acme/c").code == 0
    assert (run.cwd / "auditor.lock").read_bytes() == first
    assert list(lock_of(run)) == ["acme/a", "acme/b", "acme/c"]


def test_a_changed_license_text_is_drift(run: Command, hub: ReplayHub) -> None:
    hub.add(model(NAME, MIT, {"LICENSE": CUSTOM}))
    assert run("lock", "--update", NAME).code == 0
    hub.add(model(NAME, MIT, {"LICENSE": CUSTOM + " and more"}, sha="2" * 40))
    ran = run("lock")
    assert ran.code == 10
    assert "the license evidence changed" in ran.out
    assert "LICENSE" in ran.out


def test_a_base_that_changed_its_license_is_drift_of_the_derivative(run: Command, hub: ReplayHub) -> None:
    hub.add(model(NAME, {**MIT, "base_model": "acme/base"}))
    hub.add(model("acme/base", MIT))
    assert run("lock", "--update", NAME).code == 0
    hub.add(model("acme/base", {"license": "cc-by-nc-4.0"}, sha="3" * 40))
    ran = run("lock")
    assert ran.code == 10
    assert "base acme/base changed" in ran.out


def test_a_new_commit_with_the_same_license_is_a_note(run: Command, hub: ReplayHub) -> None:
    hub.add(model(NAME, MIT))
    assert run("lock", "--update", NAME).code == 0
    hub.add(model(NAME, MIT, {"train.py": "print()"}, sha="2" * 40))
    ran = run("lock")
    assert ran.code == 0
    assert ran.out.startswith("note: ")


def test_a_hub_that_is_down_is_never_in_order(run: Command, hub: ReplayHub) -> None:
    hub.add(model(NAME, MIT))
    assert run("lock", "--update", NAME).code == 0
    before = (run.cwd / "auditor.lock").read_bytes()
    down = run.having(HF_ENDPOINT="http://127.0.0.1:9", AUDITOR_CACHE=str(run.cwd / "empty"))
    assert down("lock").code == 3
    assert down("lock", "--update").code == 3
    assert (run.cwd / "auditor.lock").read_bytes() == before


def test_a_target_more_or_less_is_said(run: Command, hub: ReplayHub) -> None:
    for name in ("acme/a", "acme/b"):
        hub.add(model(name, MIT))
    assert run("lock", "--update", "acme/a").code == 0
    ran = run("lock", "acme/b")
    assert ran.code == 10
    assert "acme/b: the code uses it" in ran.out
    assert "note: acme/a: locked, and no longer used" in ran.out


def test_evidence_beside_the_file(run: Command, hub: ReplayHub) -> None:
    hub.add(model(NAME, MIT))
    assert run("lock", "--update", "--evidence", NAME).code == 0
    assert evidence_file(run.cwd / "auditor.lock", NAME).is_file()
    ran = run("audit", f"snapshot:{evidence_file(run.cwd / 'auditor.lock', NAME)}", "--format", "json")
    assert ran.report["subject"]["id"] == NAME


@pytest.mark.parametrize("target", ["../../etc/passwd", "/etc/passwd", "a" * 500, "x/..", "\udcff", ""])
def test_no_target_names_a_file_outside(target: str) -> None:
    file = evidence_file(Path("/work/auditor.lock"), target)
    assert file.parent == Path("/work/auditor.lock.d")
    assert len(file.name) < 120


@pytest.mark.parametrize(
    ("content", "word"),
    [
        ("", "auditor.lock"),
        ("{", "auditor.lock"),
        ("[]", "top"),
        ('{"schema": "auditor/lock/2", "subjects": {}}', "schema"),
        ('{"schema": "auditor/lock/1", "subjects": {"a/b": {}}}', "missing"),
        ('{"schema": "auditor/lock/1", "schema": "auditor/lock/1", "subjects": {}}', "twice"),
        ('{\n<<<<<<< ours\n"schema"\n=======\n>>>>>>> theirs\n}', "merge conflict"),
        ("[" * 100_000, "auditor.lock"),
    ],
)
def test_a_bad_file_is_no_lock(run: Command, content: str, word: str) -> None:
    (run.cwd / "auditor.lock").write_text(content)
    ran = run("lock", NAME)
    assert ran.code == 4
    assert word in ran.err
    assert "Traceback" not in ran.err


def test_nothing_to_lock_is_a_usage_problem(run: Command) -> None:
    assert run("lock").code == 2
    assert run("lock", "--update").code == 2
    assert run("lock", "--evidence", NAME).code == 2
