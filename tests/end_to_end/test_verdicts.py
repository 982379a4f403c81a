"""`verdict`, `audit --context`, `obligations` and `license compare|list` at the command's boundary."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from auditor.rulebook.schema_check import load_schema
from tests.end_to_end.command import Command, command
from tests.end_to_end.repositories import license_texts, model
from tests.replay_hub import ReplayHub

SMALL = """organization: {country: US, sector: software, monthly_active_users_in_reference_month: 50000}
use: {kind: product, commercial: true, modality: [text], model_is_multimodal: false}
"""
LARGE = SMALL.replace("50000", "900000000")


@pytest.fixture
def hub() -> Any:
    with ReplayHub() as running:
        yield running


@pytest.fixture
def run(tmp_path: Path, hub: ReplayHub) -> Command:
    made = command(tmp_path, hub.endpoint)
    (made.cwd / "small.yaml").write_text(SMALL, "utf-8")
    (made.cwd / "large.yaml").write_text(LARGE, "utf-8")
    return made


def verdict_of(run: Command, license_id: str, context: str, *more: str) -> tuple[int, dict[str, Any]]:
    ran = run("verdict", "--license", license_id, "--context", context, "--format", "json", *more)
    data: dict[str, Any] = json.loads(ran.out)
    jsonschema.Draft202012Validator(load_schema("verdict.v1")).validate(data)
    return ran.code, data


def test_a_verdict_names_section_duty_and_headroom(run: Command) -> None:
    code, verdict = verdict_of(run, "llama-3.1", "small.yaml")
    assert (code, verdict["outcome"]) == (0, "allowed-with-obligations")
    assert {"display", "comply-aup"} <= {duty["kind"] for duty in verdict["obligations"] if duty["when"] == "now"}
    (display,) = [duty for duty in verdict["obligations"] if duty["kind"] == "display"]
    assert (display["phrase"], display["section"]) == ("Built with Llama", "1.b.i(B)")
    (limit,) = [entry for entry in verdict["watch"] if entry["term"] == "mau_threshold"]
    assert limit["headroom"] == 699_950_000


@pytest.mark.parametrize(
    ("license_id", "context", "code", "outcome"),
    [
        ("llama-3.1", "large.yaml", 10, "needs-separate-license"), ("mit", "small.yaml", 0, "allowed"),
        ("opt-175b", "small.yaml", 10, "prohibited"), ("nvidia-open-model AND opt-175b", "small.yaml", 10, "prohibited"),
        ("opt-175b OR mit", "small.yaml", 0, "allowed"), ("falcon-180b-tii", "small.yaml", 11, "unclear"),
    ],
)  # fmt: skip
def test_exit_code(run: Command, license_id: str, context: str, code: int, outcome: str) -> None:
    assert verdict_of(run, license_id, context, "--exit-code")[0] == code
    assert verdict_of(run, license_id, context)[1]["outcome"] == outcome
    assert verdict_of(run, license_id, context)[0] == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("use: {kind: produkt}", "bad.yaml:1:13"), ("use: {kindd: product}", "'kindd'"), ("[1]", "mapping"),
        ("use: &a {kind: product}", "anchors"), ("organization: {country: Germany}", "'Germany'"), ("use: {kind: product", "not YAML"),
        ("organization: {annual_revenue_usd: -5}", "bad.yaml:1:"), ("use: {commercial: yes}", "bad.yaml:1:"),
    ],
)  # fmt: skip
def test_a_bad_context_is_refused_with_its_place(run: Command, text: str, message: str) -> None:
    (run.cwd / "bad.yaml").write_text(text, "utf-8")
    ran = run("verdict", "--license", "mit", "--context", "bad.yaml")
    assert ran.code == 4
    assert message in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    "name", ["llama", "acme-anvil", "mit AND acme-anvil", "mit AND (", "GPL-3.0-only WITH Classpath-exception-2.0"]
)
def test_a_license_nobody_knows_is_a_usage_error(run: Command, name: str) -> None:
    ran = run("verdict", "--license", name, "--context", "small.yaml")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error:")


def test_missing_and_binary_contexts_are_usage_errors(run: Command) -> None:
    (run.cwd / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    for name in ("nowhere.yaml", "binary.yaml"):
        assert run("verdict", "--license", "mit", "--context", name).code == 2


LLAMA = {"license": "llama3.1"}


def audited(run: Command, hub: ReplayHub, *repositories: Any, context: str = "small.yaml") -> dict[str, Any]:
    for repository in repositories:
        hub.add(repository)
    ran = run.audit(repositories[0].id, "--context", context)
    found: dict[str, Any] = ran.report["verdict"]
    jsonschema.Draft202012Validator(load_schema("report.v1")).validate(ran.report)
    return found


def test_a_confirmed_license_gives_its_verdict_and_quotes_the_section(run: Command, hub: ReplayHub) -> None:
    texts = license_texts()
    verdict = audited(run, hub, model("a/llama", LLAMA, {"LICENSE": texts("llama-3.1")}), context="large.yaml")
    assert verdict["outcome"] == "needs-separate-license"
    (deciding, *_) = [reason for reason in verdict["reasons"] if reason["term"] == "mau_threshold"]
    assert deciding["quote"].startswith("LICENSE:")
    assert "700 million monthly active users" in deciding["quote"]


def test_a_tag_without_a_text_is_at_best_a_yes_with_a_duty(run: Command, hub: ReplayHub) -> None:
    verdict = audited(run, hub, model("a/tagged", {"license": "mit"}))
    assert verdict["outcome"] == "allowed-with-obligations"
    assert "dated copy" in verdict["obligations"][-1]["detail"]


@pytest.mark.parametrize(
    ("card", "files", "outcome"),
    [
        ({}, {}, "prohibited"), ({"license": "other"}, {}, "unclear"), ({"license": "other", "license_name": "acme"}, {}, "unclear"),
        ({"license": "mit"}, {"LICENSE": "Acme may use this and nobody else, for as long as the moon shines.\n" * 9}, "unclear"),
        ({"license": "mit", "base_model": "a/nowhere"}, {}, "unclear"),
    ],
)  # fmt: skip
def test_what_is_not_settled_is_never_allowed(
    run: Command, hub: ReplayHub, card: dict[str, Any], files: dict[str, str], outcome: str
) -> None:
    assert audited(run, hub, model("a/open", card, files))["outcome"] == outcome


def test_a_modified_text_is_unclear_and_shows_the_lines(run: Command, hub: ReplayHub) -> None:
    text = license_texts()("mit") + b"\nArmies may not use the software.\n"
    verdict = audited(run, hub, model("a/changed", {"license": "mit"}, {"LICENSE": text}))
    assert verdict["outcome"] == "unclear"
    assert any("Armies" in (reason["quote"] or "") for reason in verdict["reasons"])


def test_a_permissive_copy_of_a_restricted_base_has_the_verdict_of_the_base(run: Command, hub: ReplayHub) -> None:
    mit = license_texts()("mit")
    base = model("a/base", {"license": "cc-by-nc-4.0"})
    copy = model(
        "a/copy", {"license": "mit", "base_model": "a/base"}, {"LICENSE": mit}, bases=("quantized", ["a/base"])
    )
    assert audited(run, hub, copy, base)["outcome"] in ("prohibited", "unclear")


def test_a_service_whose_terms_nobody_read_is_unclear(run: Command) -> None:
    ran = run.audit("disclosed:openai/gpt-5", "--context", "small.yaml")
    verdict = ran.report["verdict"]
    assert verdict["outcome"] == "unclear"
    assert {reason["term"] for reason in verdict["reasons"]} == {"service-terms-not-read"}


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_every_form_shows_the_verdict(run: Command, form: str) -> None:
    ran = run("audit", "disclosed:meta-llama/llama-3.3-70b-instruct", "--context", "small.yaml", "--format", form)
    assert ran.code == 0
    assert "Built with Llama" in ran.out
    assert "allowed" in ran.out


def test_the_pack_is_written_and_never_over_another(run: Command, hub: ReplayHub) -> None:
    hub.add(model("a/llama", LLAMA, {"LICENSE": license_texts()("llama-3.1")}))
    ran = run("obligations", "a/llama", "--context", "small.yaml", "-o", "pack")
    assert ran.code == 0, ran.err
    folder = run.cwd / "pack"
    assert {path.name for path in folder.iterdir()} == {
        "memo.md",
        "memo.html",
        "checklist.csv",
        "NOTICE.txt",
        "licenses",
    }
    assert (folder / "licenses" / "LICENSE").read_bytes() == license_texts()("llama-3.1")
    assert run("obligations", "a/llama", "--context", "small.yaml", "-o", "pack").code == 2
    assert run("obligations", "a/llama", "--context", "small.yaml", "-o", "pack", "--force").code == 0


def test_licenses_are_compared_and_filtered(run: Command) -> None:
    data = json.loads(run("license", "compare", "llama3", "llama3.1", "--format", "json").out)
    assert data["terms"]["output_training"]["licenses"]["llama3"] == {
        "value": "no-other-llm", "section": "1.b.v", "note": data["terms"]["output_training"]["licenses"]["llama3"]["note"],
    }  # fmt: skip
    assert "license_copy" not in data["terms"] or data["terms"]["license_copy"]["differs"]
    assert "no-other-llm" in run("license", "compare", "llama3", "llama3.1").out
    assert run("license", "compare", "mit").code == 2
    ids = {
        row["id"]
        for row in json.loads(
            run("license", "list", "--allows", "commercial_use", "--without", "aup", "--format", "json").out
        )["licenses"]
    }
    assert {"mit", "apache-2.0"} <= ids
    assert not ids & {"llama3.1", "gemma", "cc-by-nc-4.0", "mnpl-0.1", "jamba-open-model"}
    limited = {
        row["id"]
        for row in json.loads(run("license", "list", "--with", "mau_threshold", "--format", "json").out)["licenses"]
    }
    assert "llama3.1" in limited
    assert "mit" not in limited
    assert run("license", "list", "--allows", "comercial_use").code == 2
