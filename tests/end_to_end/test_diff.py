"""`diff` at the command's boundary: reports, recordings and revisions, with and without a context."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from auditor.rulebook.schema_check import load_schema
from tests.end_to_end.command import Command, command
from tests.end_to_end.repositories import USER_CAP, WEIGHTS, front_matter, license_texts, model
from tests.replay_hub import Commit, ReplayHub

CONTEXT = """organization: {country: US, sector: software, monthly_active_users_in_reference_month: 50000}
use: {kind: product, commercial: true, modality: [text], model_is_multimodal: false}
"""
MIT = {"license": "mit"}


@pytest.fixture
def hub() -> Any:
    with ReplayHub() as running:
        yield running


@pytest.fixture
def run(tmp_path: Path, hub: ReplayHub) -> Command:
    made = command(tmp_path, hub.endpoint)
    (made.cwd / "us.yaml").write_text(CONTEXT, "utf-8")
    return made


def diff(run: Command, *arguments: str) -> dict[str, Any]:
    ran = run("diff", *arguments, "--format", "json")
    assert ran.code == 0, ran.err
    data: dict[str, Any] = json.loads(ran.out)
    validator = jsonschema.Draft202012Validator(load_schema("diff.v1"))
    validator.validate(data)
    for side in ("a", "b"):
        if data["verdict"] and data["verdict"][side]:
            jsonschema.Draft202012Validator(load_schema("verdict.v1")).validate(data["verdict"][side])
    return data


def relicensed(hub: ReplayHub) -> tuple[str, str]:
    """A model that was MIT with its text and is for non-commercial use now; returns both targets."""
    old = Commit("first", "2025-01-01T00:00:00.000Z",
                 {**WEIGHTS, "README.md": front_matter(MIT), "LICENSE": license_texts()("mit")},
                 {"cardData": MIT, "tags": ["license:mit"]})  # fmt: skip
    card = {"license": "cc-by-nc-4.0"}
    hub.add(model("acme/m", card, {"LICENSE": license_texts()("cc-by-nc-4.0")}, earlier=(old,)))
    return f"acme/m@{old.sha}", "acme/m"


def test_a_relicensed_model_is_stricter_and_matters(run: Command, hub: ReplayHub) -> None:
    old, new = relicensed(hub)
    data = diff(run, old, new, "--context", "us.yaml")
    fields = {(c["part"], c["field"]): (c["a"], c["b"]) for c in data["licenses"]}
    assert fields["weights", "concluded"] == ("mit", "cc-by-nc-4.0")
    assert ("weights", "status") not in fields
    terms = {change["term"]: change for change in data["effective_terms"]["changes"]}
    assert terms["commercial_use"]["direction"] == "stricter"
    assert (terms["commercial_use"]["a"]["value"], terms["commercial_use"]["b"]["value"]) == ("yes", "no")
    assert terms["commercial_use"]["b"]["section"]
    (text,) = data["documents"]["changed"]
    assert (text["path"], data["documents"]["compared"]) == ("LICENSE", "all")
    assert data["label"] == {
        "a": {"label": "open-weights", "ceiling": data["label"]["a"]["ceiling"]},
        "b": {"label": "weights-available", "ceiling": "weights-available"},
    }
    assert {change["dimension"]: change["direction"] for change in data["grades"]}["terms"] == "lower"
    assert "terms-any-purpose" in {f["code"] for f in data["findings"]["appeared"]}
    assert data["verdict"]["outcomes"] == {"a": "allowed", "b": "prohibited"}
    assert data["verdict"]["matters"] == "yes"
    back = diff(run, new, old)
    assert {c["term"]: c["direction"] for c in back["effective_terms"]["changes"]}["commercial_use"] == "looser"
    assert "terms-any-purpose" in {f["code"] for f in back["findings"]["disappeared"]}
    assert back["verdict"] is None


def test_markdown_says_signs_in_words(run: Command, hub: ReplayHub) -> None:
    out = run("diff", *relicensed(hub), "--format", "markdown").out
    assert "\n- commercial use: yes [grant] -> no" in out
    assert "\n- added: terms-any-purpose" in out
    assert "\n- changed: LICENSE" in out
    assert not any(line.startswith(("- + ", "- - ", "- ~ ")) for line in out.splitlines())


def test_exit_code_and_sameness(run: Command, hub: ReplayHub) -> None:
    old, new = relicensed(hub)
    assert run("diff", old, new).code == 0
    assert run("diff", old, new, "--exit-code").code == 10
    same = run("diff", new, new, "--exit-code", "--context", "us.yaml")
    assert same.code == 0
    assert "Nothing differs" in same.out


def test_a_report_a_recording_and_a_target_of_one_revision_are_the_same(run: Command, hub: ReplayHub) -> None:
    _, new = relicensed(hub)
    assert run("audit", new, "--format", "json", "-o", "old.json").code == 0
    assert run("audit", new, "--format", "jsonl", "-o", "old.jsonl").code == 0
    assert run("snapshot", new, "-o", "rec.zip").code == 0
    later = run.having(AUDITOR_NOW="2026-05-05T05:05:05Z")
    for a, b in (("old.json", new), ("old.jsonl", "rec.zip"), ("rec.zip", new), ("old.json", "old.jsonl")):
        ran = later("diff", a, b, "--exit-code")
        assert ran.code == 0, ran.out
    assert diff(run, "old.json", "rec.zip")["documents"]["compared"] == "named"
    assert diff(run, "rec.zip", new)["documents"]["compared"] == "all"


def test_a_report_file_cannot_be_judged_again_and_says_so(run: Command, hub: ReplayHub) -> None:
    old, new = relicensed(hub)
    run("audit", old, "--format", "json", "-o", "old.json")
    data = diff(run, "old.json", new, "--context", "us.yaml")
    assert (data["verdict"]["matters"], data["verdict"]["a"]) == ("unknown", None)
    assert data["verdict"]["outcomes"]["b"] == "prohibited"
    run("audit", old, "--context", "us.yaml", "--format", "json", "-o", "judged.json")
    run("audit", new, "--context", "us.yaml", "--format", "json", "-o", "now.json")
    data = diff(run, "judged.json", "now.json")
    assert data["verdict"]["outcomes"] == {"a": "allowed", "b": "prohibited"}
    assert data["verdict"]["matters"] == "unknown"


def test_a_change_that_does_not_matter_for_the_context(run: Command, hub: ReplayHub) -> None:
    mit = license_texts()("mit")
    old = Commit("first", "2025-01-01T00:00:00.000Z",
                 {**WEIGHTS, "README.md": front_matter(MIT), "LICENSE": mit}, {"cardData": MIT})  # fmt: skip
    hub.add(model("acme/m", MIT, {"LICENSE": mit.replace(b"\n", b"\r\n"), "NOTICE": "By Acme.\n"}, earlier=(old,)))
    data = diff(run, f"acme/m@{old.sha}", "acme/m", "--context", "us.yaml")
    assert data["documents"]["added"] == ["NOTICE"]
    assert [change["path"] for change in data["documents"]["changed"]] == ["LICENSE"]
    assert data["differs"]
    assert data["verdict"]["matters"] == "no"


def test_texts_behind_a_gate_are_not_called_the_same(run: Command, hub: ReplayHub) -> None:
    mit = license_texts()("mit")
    old = Commit("first", "2025-01-01T00:00:00.000Z",
                 {**WEIGHTS, "README.md": front_matter(MIT), "LICENSE": mit}, {"cardData": MIT})  # fmt: skip
    hub.add(model("acme/m", MIT, {"LICENSE": mit + USER_CAP.encode()}, earlier=(old,), gated="auto"))
    data = diff(run, f"acme/m@{old.sha}", "acme/m", "--context", "us.yaml")
    assert data["documents"]["not_compared"] == ["LICENSE"]
    assert data["verdict"]["matters"] == "unknown"
    assert any("could not be read" in note for note in data["notes"])


def test_an_unclear_verdict_on_two_modified_texts_may_matter(run: Command, hub: ReplayHub) -> None:
    mit = license_texts()("mit")
    old = Commit("first", "2025-01-01T00:00:00.000Z",
                 {**WEIGHTS, "README.md": front_matter(MIT), "LICENSE": mit + USER_CAP.encode()}, {"cardData": MIT})  # fmt: skip
    changed = mit + USER_CAP.replace("ten thousand", "five thousand").encode()
    hub.add(model("acme/m", MIT, {"LICENSE": changed}, earlier=(old,)))
    verdict = diff(run, f"acme/m@{old.sha}", "acme/m", "--context", "us.yaml")["verdict"]
    assert verdict["outcomes"] == {"a": "unclear", "b": "unclear"}
    assert verdict["matters"] == "unknown"


def test_a_new_base_and_a_missing_license(run: Command, hub: ReplayHub) -> None:
    base = {"license": "mit", "base_model": "acme/base"}
    old = Commit("first", "2025-01-01T00:00:00.000Z", {**WEIGHTS, "README.md": front_matter({})}, {"cardData": None, "tags": []})  # fmt: skip
    hub.add(model("acme/base", MIT, {"LICENSE": license_texts()("mit")}))
    hub.add(
        model("acme/m", base, {"LICENSE": license_texts()("mit")}, bases=("finetune", ["acme/base"]), earlier=(old,))
    )
    hub.repositories["model", "acme/m"].earlier[0].record["baseModels"] = None
    data = diff(run, f"acme/m@{old.sha}", "acme/m")
    assert [node["id"] for node in data["lineage"]["nodes"]["added"]] == ["acme/base"]
    assert data["effective_terms"]["governed"] == {"a": False, "b": True}
    assert {change["direction"] for change in data["effective_terms"]["changes"]} == {"unknown"}
    assert "no license governs A" in run("diff", f"acme/m@{old.sha}", "acme/m").out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not JSON"), ("[]", "no report"), ('{"schema": "auditor/gate/1"}', "no report"),
        ('{"schema": "auditor/batch/1", "reports": [], "errors": []}', "0 reports"),
        ('{"schema": "auditor/batch/1", "reports": [], "errors": [{"target": "a/b", "code": "gated", "message": "", "hint": ""}]}', "gated"),
        ('{"schema": "auditor/batch/1", "reports": [{"schema": "auditor/report/1"}], "errors": []}', "schema"),
        ('{"schema": "auditor/report/1", "label": 3}', "schema"), ("[" * 100_000, "JSON"), ("\xff", "JSON"),
    ],
)  # fmt: skip
def test_what_is_no_report_is_refused(run: Command, content: str, said: str) -> None:
    (run.cwd / "bad.json").write_text(content, "latin-1")
    ran = run("diff", "bad.json", "disclosed:openai/gpt-5")
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("none.json", "disclosed:openai/gpt-5"), 2), (("disclosed:openai/gpt-5",), 2), (("a b", "disclosed:openai/gpt-5"), 2),
        (("acme/none", "disclosed:openai/gpt-5"), 3), (("disclosed:openai/gpt-5", "disclosed:openai/gpt-5", "--context", "no.yaml"), 2),
        (("disclosed:openai/gpt-5", "disclosed:openai/gpt-5", "--as-of", "soon"), 2),
    ],
)  # fmt: skip
def test_bad_words_are_usage_errors(run: Command, words: tuple[str, ...], code: int) -> None:
    ran = run("diff", *words)
    assert (ran.code, ran.out) == (code, "")
    assert "Traceback" not in ran.err


def test_two_reports_in_one_file_are_refused(run: Command) -> None:
    run("audit", "disclosed:openai/gpt-5", "disclosed:openai/gpt-4o", "--format", "json", "-o", "two.json")
    ran = run("diff", "two.json", "two.json")
    assert ran.code == 2
    assert "holds 2 reports" in ran.err


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_subjects_cannot_write_into_the_output(run: Command, hub: ReplayHub, form: str) -> None:
    attack = "\x1b[31m<script>alert(1)</script> | **x** [a](javascript:alert(1))\u202e"
    hub.add(model("acme/a", {"license": "mit"}))
    hub.add(model("acme/b", {"license": "other", "license_name": attack, "license_link": attack}))
    ran = run("diff", "acme/a", "acme/b", "--format", form, "--context", "us.yaml")
    assert ran.code == 0
    assert "\x1b" not in ran.out
    assert "\u202e" not in ran.out
    if form == "markdown":
        assert "<script>" not in ran.out
        assert "[a](javascript" not in ran.out
