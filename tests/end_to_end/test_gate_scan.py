"""`auditor gate --scan` over a git repository: places, pins, hosted models, and trees in which there is nothing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.command import Command, Ran, command
from tests.end_to_end.repositories import license_texts, model
from tests.replay_hub import ReplayHub

pytest.importorskip("auditor.pipeline.scanning")
RULES = [
    {"id": "named", "title": "Only these", "license": {"allow": ["mit", "apache-2.0"]}},
    {"id": "pinned", "title": "Pinned", "severity": "warning", "revision": "pinned"},
]


@pytest.fixture
def tree(tmp_path: Path, hub: ReplayHub) -> Command:
    made = command(tmp_path, hub.endpoint)
    subprocess.run(["git", "init", "-q", str(made.cwd)], check=True, capture_output=True)
    write(
        made, "policy.yaml", json.dumps({"schema": "auditor/policy/1", "name": "ours", "title": "Ours", "rules": RULES})
    )
    return made


def write(tree: Command, name: str, text: str) -> None:
    path = tree.cwd / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def gate(tree: Command, *words: str) -> tuple[Ran, dict[str, Any]]:
    ran = tree("gate", "--scan", ".", "--policy", "policy.yaml", "--format", "json", *words)
    assert ran.out, ran.err
    return ran, json.loads(ran.out)


def code(name: str, more: str = "") -> str:
    return f"from transformers import AutoModel\n\nmodel = AutoModel.from_pretrained({name!r}{more})\n"


def test_what_the_code_uses_is_judged_with_its_place(tree: Command, hub: ReplayHub) -> None:
    good = hub.add(model("acme/good", {"license": "mit"}, {"LICENSE": license_texts()("mit")}))
    hub.add(model("acme/bad", {"license": "cc-by-nc-4.0"}))
    write(tree, "src/good.py", code("acme/good", f", revision={good.sha!r}"))
    assert gate(tree)[0].code == 0
    write(tree, "src/bad.py", code("acme/bad"))
    ran, data = gate(tree)
    assert ran.code == 10
    wrong = [result for result in data["results"] if result["outcome"] == "fail" and result["severity"] == "error"]
    assert [(r["references"][0]["file"], r["references"][0]["line"]) for r in wrong] == [("src/bad.py", 3)]
    pinned = {r["subject"].partition("@")[0]: r["outcome"] for r in data["results"] if r["rule"] == "pinned"}
    assert pinned == {"acme/good": "pass", "acme/bad": "fail"}
    assert "src/bad.py:3" in tree("gate", "--scan", ".", "--policy", "policy.yaml").out


def test_a_fingerprint_survives_unrelated_edits(tree: Command, hub: ReplayHub) -> None:
    hub.add(model("acme/bad", {"license": "cc-by-nc-4.0"}))
    write(tree, "a.py", code("acme/bad"))
    before = [result["fingerprint"] for result in gate(tree)[1]["results"]]
    write(tree, "a.py", "# a comment\n\n\n" + code("acme/bad"))
    assert [result["fingerprint"] for result in gate(tree)[1]["results"]] == before
    assert len(set(before)) == len(before)


def test_a_tree_without_models_passes_with_a_warning(tree: Command) -> None:
    write(tree, "a.py", "print('hello')\n")
    ran, data = gate(tree)
    assert (ran.code, data["outcome"], data["results"]) == (0, "pass", [])
    assert "nothing was judged" in " ".join(data["warnings"])


def test_a_model_that_is_not_there_is_never_a_pass(tree: Command) -> None:
    write(tree, "a.py", code("acme/nowhere"))
    ran, data = gate(tree)
    assert (ran.code, data["outcome"]) == (3, "undecided")


@pytest.mark.parametrize(("word", "exit_code"), [("warn", 0), ("undecided", 11), ("fail", 10)])
def test_a_call_nobody_can_see_through_is_told(tree: Command, hub: ReplayHub, word: str, exit_code: int) -> None:
    hub.add(model("acme/good", {"license": "mit"}))
    write(tree, "a.py", code("acme/good") + "def load(name):\n    return AutoModel.from_pretrained(name)\n")
    data = {"schema": "auditor/policy/1", "name": "ours", "title": "Ours", "rules": RULES, "on_unresolved": word}
    write(tree, "policy.yaml", json.dumps(data))
    ran, found = gate(tree)
    assert ran.code == exit_code
    assert found["scan"]["unresolved"]
    assert "no parser can see" in " ".join(found["warnings"])


def test_what_tests_mention_is_listed_only_when_asked(tree: Command, hub: ReplayHub) -> None:
    hub.add(model("acme/good", {"license": "mit"}))
    write(tree, "a.py", code("acme/good"))
    write(tree, "tests/test_a.py", code("acme/never-asked-for"))
    ran, data = gate(tree)
    assert ran.code == 0
    assert "acme/never-asked-for" not in " ".join(data["warnings"])
    assert "acme/never-asked-for" in " ".join(gate(tree, "--mentioned")[1]["warnings"])


def test_a_hosted_model_is_judged_and_never_a_pass(tree: Command) -> None:
    write(tree, "a.py", 'from openai import OpenAI\n\nOpenAI().chat.completions.create(model="gpt-5", messages=[])\n')
    ran, data = gate(tree)
    assert ran.code in (3, 10, 11)
    assert data["outcome"] != "pass"
