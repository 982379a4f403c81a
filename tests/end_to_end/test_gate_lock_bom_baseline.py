"""`gate --lock`, `--bom` and `--baseline`: none of them makes a pass of what is not one."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from auditor.gate.locked_evidence import evidence_file
from auditor.rulebook.schema_check import load_schema
from tests.end_to_end.command import Command, Ran, command
from tests.end_to_end.repositories import CUSTOM, license_texts, model
from tests.replay_hub import ReplayHub

pytestmark = pytest.mark.corpus
NAMED = {"id": "named", "title": "Only these licenses", "license": {"allow": ["mit", "apache-2.0"]}}
NAME = "acme/anvil"
CODE = f'from transformers import AutoModel\n\nAutoModel.from_pretrained("{NAME}")\n'


def mit_model(**more: Any) -> Any:
    return model(NAME, {"license": "mit"}, {"LICENSE": license_texts()("mit")}, **more)


@pytest.fixture
def run(tmp_path: Path, hub: ReplayHub) -> Command:
    made = command(tmp_path, hub.endpoint)
    subprocess.run(["git", "init", "-q", str(made.cwd)], check=True, capture_output=True)
    policy = {"schema": "auditor/policy/1", "name": "ours", "title": "What we accept", "rules": [NAMED]}
    (made.cwd / "policy.yaml").write_text(json.dumps(policy), "utf-8")
    (made.cwd / "app.py").write_text(CODE, "utf-8")
    return made


def gate(run: Command, *words: str | Path) -> tuple[Ran, dict[str, Any]]:
    ran = run("gate", *words, "--policy", "policy.yaml", "--format", "json")
    assert ran.out, ran.err
    data = json.loads(ran.out)
    jsonschema.Draft202012Validator(load_schema("gate.v1")).validate(data)
    return ran, data


def of_lock(data: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["target"], one["outcome"]) for one in data["results"] if one["rule"] == "lock"]


# -- the lock file -----------------------------------------------------------------------------------------------


def test_offline_with_a_lock_and_its_evidence_the_gate_decides(run: Command, hub: ReplayHub) -> None:
    hub.add(mit_model())
    assert run("lock", "--update", "--evidence", "--scan", ".").code == 0
    down = run.having(HF_ENDPOINT="http://127.0.0.1:9", AUDITOR_CACHE=str(run.cwd.parent / "empty"))
    ran, data = gate(down, "--scan", ".", "--lock", "auditor.lock", "--offline")
    assert (ran.code, data["outcome"]) == (0, "pass"), ran.err
    assert of_lock(data) == [(NAME, "pass")]
    ran, data = gate(down, "--lock", "auditor.lock", "--offline")
    assert (ran.code, of_lock(data)) == (0, [(NAME, "pass")])


def test_a_lock_alone_needs_no_request_once_the_store_has_it(run: Command, hub: ReplayHub) -> None:
    hub.add(mit_model())
    assert run("lock", "--update", "--scan", ".").code == 0
    before = hub.started
    ran, _ = gate(run, "--scan", ".", "--lock", "auditor.lock")
    assert ran.code == 0
    assert hub.started == before


def test_a_commit_after_the_lock_changes_nothing(run: Command, hub: ReplayHub) -> None:
    hub.add(mit_model())
    assert run("lock", "--update", "--scan", ".").code == 0
    hub.add(model(NAME, {"license": "cc-by-nc-4.0"}, {"LICENSE": CUSTOM}, sha="2" * 40))
    ran, data = gate(run, "--scan", ".", "--lock", "auditor.lock")
    assert (ran.code, of_lock(data)) == (0, [(NAME, "pass")])
    assert run("lock").code == 10


def test_a_model_the_lock_does_not_know_fails(run: Command, hub: ReplayHub) -> None:
    hub.add(mit_model())
    hub.add(model("acme/new", {"license": "mit"}, {"LICENSE": license_texts()("mit")}))
    assert run("lock", "--update", "--scan", ".").code == 0
    (run.cwd / "more.py").write_text(CODE.replace(NAME, "acme/new"), "utf-8")
    ran, data = gate(run, "--scan", ".", "--lock", "auditor.lock")
    assert ran.code == 10
    assert of_lock(data) == [(NAME, "pass"), ("acme/new", "fail")]


@pytest.mark.parametrize("key", ["evidence_hash", "label", "status", "concluded"])
def test_a_lock_that_says_something_else_fails(run: Command, hub: ReplayHub, key: str) -> None:
    hub.add(mit_model())
    assert run("lock", "--update", "--scan", ".").code == 0
    file = run.cwd / "auditor.lock"
    data = json.loads(file.read_text("utf-8"))
    data["subjects"][NAME][key] = "0" * 64 if key == "evidence_hash" else "something"
    file.write_text(json.dumps(data), "utf-8")
    ran, _ = gate(run, "--scan", ".", "--lock", "auditor.lock")
    assert ran.code == 10


def test_evidence_of_another_model_is_not_taken(run: Command, hub: ReplayHub) -> None:
    hub.add(mit_model())
    hub.add(model("acme/nc", {"license": "cc-by-nc-4.0"}))
    assert run("lock", "--update", "--evidence", "--scan", ".").code == 0
    assert run("snapshot", "acme/nc", "-o", "nc.zip").code == 0
    evidence_file(run.cwd / "auditor.lock", NAME).write_bytes((run.cwd / "nc.zip").read_bytes())
    ran, data = gate(run, "--scan", ".", "--lock", "auditor.lock", "--offline")
    assert ran.code == 3
    assert data["outcome"] != "pass"


def test_without_store_and_evidence_an_outage_is_an_outage(run: Command, hub: ReplayHub) -> None:
    hub.add(mit_model())
    assert run("lock", "--update", "--scan", ".").code == 0
    down = run.having(HF_ENDPOINT="http://127.0.0.1:9", AUDITOR_CACHE=str(run.cwd.parent / "empty"))
    ran, data = gate(down, "--scan", ".", "--lock", "auditor.lock")
    assert ran.code == 3
    assert data["outcome"] == "undecided"
    assert run("gate", "--scan", ".", "--lock", "no.lock", "--policy", "policy.yaml").code == 4


# -- the bill of materials ---------------------------------------------------------------------------------------


def bill(run: Command, *components: dict[str, Any]) -> Path:
    file = run.cwd / "bom.json"
    file.write_text(
        json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": list(components)}), "utf-8"
    )
    return file


def component(name: str, license_id: str | None = None) -> dict[str, Any]:
    licenses = {"licenses": [{"license": {"id": license_id}}]} if license_id else {}
    return {"type": "machine-learning-model", "name": name, "purl": f"pkg:huggingface/{name}", **licenses}


def test_the_models_of_a_bill_are_judged(run: Command, hub: ReplayHub) -> None:
    hub.add(mit_model())
    ran, data = gate(run, "--bom", bill(run, component(NAME, "MIT")))
    assert (ran.code, data["outcome"]) == (0, "pass")
    assert data["warnings"] == []


def test_a_claim_of_the_bill_never_stands_in_for_the_sources(run: Command, hub: ReplayHub) -> None:
    hub.add(model(NAME, {"license": "cc-by-nc-4.0"}, {"LICENSE": license_texts()("cc-by-nc-4.0")}))
    ran, data = gate(run, "--bom", bill(run, component(NAME, "MIT")))
    assert ran.code == 10
    assert any("claims MIT" in warning and "CC-BY-NC-4.0" in warning for warning in data["warnings"])


def test_a_component_without_a_source_is_not_accepted(run: Command, hub: ReplayHub) -> None:
    hub.add(mit_model())
    ran, data = gate(run, "--bom", bill(run, component(NAME), {"type": "machine-learning-model", "name": "in-house"}))
    assert ran.code == 3
    assert data["outcome"] == "undecided"
    assert [one["target"] for one in data["errors"]] == ["in-house"]


def test_a_bill_without_models_is_no_pass(run: Command) -> None:
    ran = run("gate", "--bom", bill(run, {"type": "library", "name": "x"}), "--policy", "policy.yaml")
    assert ran.code == 2


# -- the baseline ------------------------------------------------------------------------------------------------


def test_what_the_baseline_holds_does_not_fail_and_what_is_new_does(run: Command, hub: ReplayHub) -> None:
    hub.add(model(NAME, {"license": "cc-by-nc-4.0"}, {"LICENSE": license_texts()("cc-by-nc-4.0")}))
    ran, _ = gate(run, "--scan", ".")
    assert ran.code == 10
    (run.cwd / "old.json").write_text(ran.out, "utf-8")
    ran, data = gate(run, "--scan", ".", "--baseline", "old.json")
    assert (ran.code, data["outcome"]) == (0, "pass")
    assert [one["in_baseline"] for one in data["results"]] == [True]
    hub.add(model("acme/other", {"license": "cc-by-nc-4.0"}))
    (run.cwd / "more.py").write_text(CODE.replace(NAME, "acme/other"), "utf-8")
    ran, _ = gate(run, "--scan", ".", "--baseline", "old.json")
    assert ran.code == 10


def test_a_changed_license_is_no_longer_in_the_baseline(run: Command, hub: ReplayHub) -> None:
    hub.add(model(NAME, {"license": "cc-by-nc-4.0"}, {"LICENSE": license_texts()("cc-by-nc-4.0")}))
    ran, _ = gate(run, "--scan", ".")
    (run.cwd / "old.json").write_text(ran.out, "utf-8")
    hub.add(model(NAME, {"license": "cc-by-nc-4.0"}, {"LICENSE": CUSTOM}, sha="2" * 40))
    ran, data = gate(run, "--scan", ".", "--baseline", "old.json")
    assert ran.code in (10, 11)
    assert any("license evidence changed" in warning for warning in data["warnings"])


def test_a_baseline_hides_no_outage(run: Command, hub: ReplayHub) -> None:
    hub.add(mit_model())
    ran, _ = gate(run, "--scan", ".")
    (run.cwd / "old.json").write_text(ran.out, "utf-8")
    down = run.having(HF_ENDPOINT="http://127.0.0.1:9", AUDITOR_CACHE=str(run.cwd.parent / "empty"))
    ran, data = gate(down, "--scan", ".", "--baseline", "old.json")
    assert ran.code == 3
    assert data["outcome"] == "undecided"
