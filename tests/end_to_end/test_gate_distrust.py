"""Ways to get a green gate that somebody tried: by hand-made policies, locks, baselines, bills, comments and files."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.command import REPOSITORY, Command
from tests.end_to_end.repositories import CUSTOM, WEIGHTS, front_matter, license_texts, model
from tests.end_to_end.test_gate import (
    LICENSE_RULES,
    NAMED,
    PERMISSIVE,
    gate,
    mit_model,
    nc_model,
    outcomes,
    policy,
    run,
)
from tests.replay_hub import ReplayHub

__all__ = ["run"]  # the fixture of a git repository

HEAD = "schema: auditor/policy/1\nname: ours\ntitle: Ours\n"
LOADS = 'from transformers import pipeline\nm = pipeline(model="acme/nc")'


def warned(data: dict[str, Any], words: str) -> bool:
    return any(words in warning for warning in data["warnings"])


def evidence(run: Command, target: str) -> str:
    found: str = run.audit(target).report["license_evidence"]["sha256"]
    return found


# -- policies that say less than they seem to --------------------------------------------------------------------------

SAYS_NOTHING = {
    "framework": ("framework: {id: moff, in: [I]}", "did you mean 'mof'?"),
    "result": ("framework: {id: mof, in: [clazz]}", "unknown result 'clazz'; one of I, II, III, unclassified"),
    "not known": ("framework: {id: osaid, in: [undecided]}", "nobody knows"),
    "score": ("framework: {id: fmti, in: ['14']}", "gives a number"),
    "owner and name": ("publisher: {deny: ['acme/nc']}", "can be no publisher"),
    "wildcard": ("publisher: {allow: ['*']}", "can be no publisher"),
    "blank": ("publisher: {deny: ['acme ']}", "can be no publisher"),
    "ending": ("format: {deny: [pikcle]}", "did you mean 'pickle'?"),
    "good news": ("findings: {deny: [ok]}", "unknown finding 'ok'"),
    "lineage of data": ("lineage: {followed: true}, subjects: [dataset]", "says nothing of a dataset"),
    "label of data": ("label: {at_least: closed}, subjects: [dataset]", "says nothing of a dataset"),
}


@pytest.mark.parametrize("name", SAYS_NOTHING)
def test_a_rule_that_could_only_pass_is_refused(run: Command, name: str) -> None:
    rule, message = SAYS_NOTHING[name]
    (run.cwd / "policy.yaml").write_text(f"{HEAD}rules:\n  - {{id: a, title: aaa, {rule}}}\n", "utf-8")
    ran = run("policy", "check", "policy.yaml")
    assert (ran.code, ran.out) == (4, "")
    assert message in ran.err
    assert "policy.yaml:5:" in ran.err


@pytest.mark.parametrize("target", ["acme/*", "acme/nc ", "https://hub.example/acme/nc"])
def test_a_person_speaks_of_one_subject(run: Command, target: str) -> None:
    base = {"target": target, "evidence_hash": "0" * 64}
    policy(run, NAMED, exceptions=[{**base, "rule": "named", "owner": "me", "reason": "so", "expires": "2027-01-01"}])
    assert run("policy", "check", "policy.yaml").code == 4
    policy(run, NAMED, clarifications=[{**base, "by": "me", "on": "2026-01-01", "license": "mit"}])
    assert run("policy", "check", "policy.yaml").code == 4


def test_a_pickle_beside_safe_weights_is_found(run: Command, hub: ReplayHub) -> None:
    hub.add(mit_model("acme/head", weights={**WEIGHTS, "model_head.pkl": b"\0"}))
    policy(
        run, {"id": "deny", "title": "No pickles", "format": {"deny": ["pickle"]}},
        {"id": "allow", "title": "Safe only", "format": {"allow": ["safe"]}},
    )  # fmt: skip
    ran, data = gate(run, "acme/head")
    assert ran.code == 10
    assert outcomes(data) == {"deny": "fail", "allow": "fail"}
    assert "pkl" in data["results"][0]["detail"]


def test_a_context_of_another_kind_of_use_is_told(run: Command, hub: ReplayHub) -> None:
    hub.add(nc_model())
    rule = {"id": "v", "title": "We may", "verdict": {"in": ["allowed", "allowed-with-obligations"]}}
    policy(run, rule, context="ours", contexts={"ours": {"use": {"kind": "product", "commercial": True}}})
    for kind, commercial in (("research", False), ("product", True)):
        text = json.dumps({"use": {"kind": kind, "commercial": commercial}})
        (run.cwd / "given.yaml").write_text(text, "utf-8")
        data = gate(run, "acme/nc", "--context", "given.yaml")[1]
        assert warned(data, "judged is the use research") == (kind == "research")


# -- days --------------------------------------------------------------------------------------------------------------


def test_a_moment_elsewhere_is_the_day_it_is_in_utc(run: Command, hub: ReplayHub) -> None:
    hub.add(nc_model())
    entry = {"target": "acme/nc", "rule": "named", "owner": "me", "reason": "so", "expires": "2026-03-03",
             "evidence_hash": evidence(run, "acme/nc")}  # fmt: skip
    policy(run, NAMED, exceptions=[entry])
    assert gate(run, "acme/nc", "--as-of", "2026-03-03")[0].code == 0
    assert gate(run, "acme/nc", "--as-of", "2026-03-03T23:00:00-11:00")[0].code == 10
    for word in ("20260303", "2026-W10-2", "0001-01-01T00:00:00+14:00"):
        assert run("gate", "acme/nc", "--policy", "policy.yaml", "--as-of", word).code == 2


# -- clarifications ----------------------------------------------------------------------------------------------------


def test_a_reading_against_clear_sources_is_told(run: Command, hub: ReplayHub) -> None:
    hub.add(nc_model())
    entry = {"target": "acme/nc", "evidence_hash": evidence(run, "acme/nc"), "by": "me", "on": "2099-01-01"}
    policy(run, NAMED, clarifications=[{**entry, "license": "mit"}])
    data = gate(run, "acme/nc")[1]
    assert warned(data, "says mit where the sources say cc-by-nc-4.0 (confirmed)")
    assert warned(data, "is dated 2099-01-01")


def test_void_and_unused_readings_are_told(run: Command, hub: ReplayHub) -> None:
    hub.add(nc_model())
    entry = {"by": "me", "on": "2026-01-01", "license": "mit", "evidence_hash": "0" * 64}
    policy(run, NAMED, clarifications=[{**entry, "target": "acme/nc"}, {**entry, "target": "acme/elsewhere"}])
    ran, data = gate(run, "acme/nc")
    assert ran.code == 10
    assert warned(data, "for acme/elsewhere matches no subject")
    assert sum("acme/nc@" in warning for warning in data["warnings"]) == 1


def test_a_reading_of_a_base_is_not_called_unused(run: Command, hub: ReplayHub) -> None:
    hub.add(model("acme/base", {"license": "other"}, {"LICENSE": CUSTOM}))
    hub.add(mit_model("acme/copy", {"base_model": "acme/base"}, bases=("finetune", ["acme/base"])))
    entry = {"target": "ACME/base", "evidence_hash": evidence(run, "acme/base"), "by": "me", "on": "2026-01-01"}
    policy(run, NAMED, clarifications=[{**entry, "license": "mit"}])
    assert not warned(gate(run, "acme/copy")[1], "matches no subject")


# -- locks -------------------------------------------------------------------------------------------------------------


def lock(run: Command) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run.cwd / "auditor.lock").read_text("utf-8"))
    return found


def rewrite(run: Command, data: dict[str, Any]) -> None:
    (run.cwd / "auditor.lock").write_text(json.dumps(data), "utf-8")


def test_a_lock_cannot_answer_a_pinned_commit_with_another(run: Command, hub: ReplayHub) -> None:
    hub.add(mit_model("acme/flip", sha="1" * 40))
    assert run("lock", "--update", "acme/flip").code == 0
    data = lock(run)
    data["subjects"][f"acme/flip@{'2' * 40}"] = data["subjects"].pop("acme/flip")
    rewrite(run, data)
    hub.add(nc_model(sha="2" * 40))
    policy(run, NAMED)
    ran = run("gate", f"acme/flip@{'2' * 40}", "--lock", "auditor.lock", "--policy", "policy.yaml")
    assert (ran.code, ran.out) == (4, "")
    assert "is locked at 111" in ran.err


def test_evidence_beside_a_lock_speaks_of_nothing_else(run: Command, hub: ReplayHub) -> None:
    hub.add(mit_model())
    hub.add(nc_model())
    assert run("lock", "--update", "--evidence", "acme/anvil", "acme/nc").code == 0
    data = lock(run)
    data["subjects"]["acme/nc"] = data["subjects"]["acme/anvil"]
    rewrite(run, data)
    kept = {path.name.partition("-")[0]: path for path in (run.cwd / "auditor.lock.d").iterdir()}
    kept["acme_nc"].write_bytes(kept["acme_anvil"].read_bytes())
    policy(run, NAMED)
    ran, found = gate(run, "acme/nc", "--lock", "auditor.lock")
    assert (ran.code, found["outcome"]) == (3, "undecided")
    assert "was recorded for acme/anvil" in found["errors"][0]["message"]


def test_a_folder_is_judged_as_it_is_now(run: Command) -> None:
    folder = run.cwd / "model"
    folder.mkdir()

    def write(license_id: str) -> None:
        (folder / "README.md").write_bytes(front_matter({"license": license_id}))
        (folder / "LICENSE").write_bytes(license_texts()(license_id))

    write("mit")
    (folder / "model.safetensors").write_bytes(b"\0" * 64)
    assert run("lock", "--update", "--evidence", "./model").code == 0
    policy(run, NAMED)
    assert gate(run, "./model", "--lock", "auditor.lock")[0].code == 0
    write("cc-by-nc-4.0")
    ran, data = gate(run, "./model", "--lock", "auditor.lock")
    assert ran.code == 10
    assert outcomes(data) == {"named": "fail", "lock": "fail"}


def test_a_lock_is_written_under_the_clarifications_of_a_policy(run: Command, hub: ReplayHub) -> None:
    hub.add(model("acme/custom", {"license": "other"}, {"LICENSE": CUSTOM}))
    entry = {"target": "acme/custom", "evidence_hash": evidence(run, "acme/custom"), "by": "me", "on": "2026-01-01"}
    policy(run, NAMED, clarifications=[{**entry, "license": "mit"}])
    assert run("lock", "--update", "acme/custom").code == 0
    ran, data = gate(run, "--lock", "auditor.lock")
    assert ran.code == 10
    assert "--policy FILE" in next(one["help"] for one in data["results"] if one["rule"] == "lock")
    assert run("lock", "--update", "--policy", "policy.yaml").code == 0
    assert gate(run, "--lock", "auditor.lock")[0].code == 0
    assert run("lock", "--policy", "policy.yaml").code == 0


def test_a_lock_says_when_the_code_loads_whatever_is_newest(run: Command, hub: ReplayHub) -> None:
    hub.add(mit_model())
    (run.cwd / "app.py").write_text(LOADS.replace("acme/nc", "acme/anvil"), "utf-8")
    policy(run, NAMED)
    assert run("lock", "--update", "--scan", ".").code == 0
    ran, data = gate(run, "--scan", ".", "--lock", "auditor.lock")
    assert ran.code == 0
    assert warned(data, "the code names none")


# -- baselines and bills -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [{"rule": "harmless"}, {"subject": "acme/anvil", "target": "acme/anvil"}])
def test_an_entry_of_a_baseline_is_what_it_says(run: Command, hub: ReplayHub, change: dict[str, str]) -> None:
    hub.add(nc_model())
    policy(run, NAMED)
    data = gate(run, "acme/nc")[1]
    (run.cwd / "base.json").write_text(json.dumps(data), "utf-8")
    assert gate(run, "acme/nc", "--baseline", "base.json")[0].code == 0
    data["results"][0].update(change)
    (run.cwd / "base.json").write_text(json.dumps(data), "utf-8")
    ran, data = gate(run, "acme/nc", "--baseline", "base.json")
    assert ran.code == 10
    assert warned(data, "its fingerprint is that of named on acme/nc")


def bill(run: Command, *components: Any, **more: Any) -> str:
    data = {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": list(components), **more}
    (run.cwd / "bom.json").write_text(json.dumps(data), "utf-8")
    return "bom.json"


def test_a_component_of_two_repositories_is_not_judged_by_one(run: Command, hub: ReplayHub) -> None:
    hub.add(mit_model())
    hub.add(nc_model())
    policy(run, NAMED)
    component = {"type": "machine-learning-model", "name": "m", "purl": "pkg:huggingface/acme/anvil"}
    place = {"type": "vcs", "url": "https://huggingface.co/acme/anvil"}
    ran, data = gate(run, "--bom", bill(run, {**component, "externalReferences": [place]}, services=[{"name": "s"}]))
    assert ran.code == 0
    assert warned(data, "1 entry is no model")
    place = {"type": "vcs", "url": "https://huggingface.co/acme/nc"}
    assert gate(run, "--bom", bill(run, {**component, "externalReferences": [place]}))[0].code == 3
    assert gate(run, "--bom", bill(run, {"type": "Machine-Learning-Model", "name": "m"}))[0].code == 3
    assert gate(run, "--bom", bill(run, components={"0": component}))[0].code == 3


# -- trees -------------------------------------------------------------------------------------------------------------


def tree(run: Command, **files: str | bytes) -> Path:
    folder = run.cwd / "tree"
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


def test_what_a_comment_takes_out_is_told(run: Command, hub: ReplayHub) -> None:
    hub.add(nc_model())
    policy(run, NAMED)
    tree(run, **{"app.py": f"{LOADS}  # auditor: ignore, it is fine\n"})
    ran, data = gate(run, "--scan", "tree")
    assert ran.code == 0
    assert warned(data, "taken out by `auditor: ignore`, not judged: acme/nc (app.py:2)")


@pytest.mark.parametrize("version", [2, 3, 4])
def test_an_ignored_file_that_git_tracks_is_read(run: Command, hub: ReplayHub, version: int) -> None:
    hub.add(nc_model())
    policy(run, NAMED)
    tree(run, **{".gitignore": "src/\n", "src/app.py": LOADS, "src/deep/other.py": LOADS, "a.txt": "a"})
    ran, data = gate(run, "--scan", "tree")
    assert ran.code == 0
    assert warned(data, "folders that were not read: src")
    for words in (("add", "-f", "tree"), ("update-index", "--index-version", str(version))):
        subprocess.run(["git", "-C", str(run.cwd), *words], check=True, capture_output=True)
    assert gate(run, "--scan", "tree")[0].code == 10
    (run.cwd / ".git" / "index").write_bytes(b"DIRC\0\0\0\2\xff\xff\xff\xff")
    assert gate(run, "--scan", "tree")[0].code == 0  # what cannot be understood says nothing


HIDDEN: dict[str, dict[str, str | bytes]] = {
    "a NUL": {"app.py": LOADS + "\n#\0\n"},
    "UTF-16": {"app.py": LOADS.encode("utf-16")},
    "a large file": {"app.py": LOADS + "\n#" + "x" * 2_100_000},
    "the environment": {"app.py": "import os\nfrom transformers import pipeline\npipeline(model=os.environ['M'])\n"},
    "the environment, by name": {
        "app.py": "import os\nfrom transformers import pipeline\nM = os.getenv('M')\npipeline('text-generation', model=M)\n"
    },
}


@pytest.mark.parametrize("name", HIDDEN)
def test_what_cannot_be_seen_follows_the_policy(run: Command, name: str) -> None:
    tree(run, **HIDDEN[name])
    for word, code in (("warn", 0), ("undecided", 11), ("fail", 10)):
        policy(run, NAMED, on_unresolved=word)
        ran, data = gate(run, "--scan", "tree")
        assert ran.code == code
        assert data["warnings"]
        for form in ("junit", "sarif", "gitlab", "github", "markdown"):
            out = run("gate", "--scan", "tree", "--policy", "policy.yaml", "--format", form).out
            assert ("the gate is" in out) == (code != 0), form


def test_a_link_that_hides_a_source_file_is_a_problem(run: Command) -> None:
    policy(run, NAMED, on_unresolved="undecided")
    folder = tree(run, **{"real.txt": LOADS, "other.py": "x = 1\n"})
    (folder / "alias.py").symlink_to("other.py")
    assert gate(run, "--scan", "tree")[0].code == 0  # it is read under its own name
    (folder / "app.py").symlink_to("real.txt")
    assert gate(run, "--scan", "tree")[0].code == 11


# -- outputs -----------------------------------------------------------------------------------------------------------


def test_no_file_name_begins_a_line_of_a_log(run: Command, hub: ReplayHub) -> None:
    hub.add(nc_model())
    policy(run, *LICENSE_RULES)
    tree(run, **{"a\n::error file=x::y.py": LOADS})
    for form in ("text", "junit", "markdown", "sarif", "json", "gitlab"):
        out = run("gate", "--scan", "tree", "--policy", "policy.yaml", "--format", form).out
        assert not [line for line in out.splitlines() if line.startswith("::")], form


def test_explain_says_that_a_warning_holds_nothing(run: Command) -> None:
    policy(run, {**NAMED, "severity": "warning"}, {**PERMISSIVE, "on_unknown": "fail"}, on_unresolved="fail",
           contexts={"de": {"organization": {"country": "DE"}}})  # fmt: skip
    out = run("policy", "explain", "policy.yaml").out
    assert "a warning: it is told, and holds nothing" in out
    assert "what is not known fails" in out
    assert "exit 11" not in out
    assert "context de: {organization: {country: DE}}" in out
    assert "cannot be read, fail" in out
    assert "pkl" in run("policy", "explain", "commercial-product").out


# -- the catalog -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["permissive-only", "commercial-product"])
def test_an_open_model_of_the_catalog_is_undecided_and_names_its_repository(run: Command, name: str) -> None:
    ran = run("gate", "disclosed:qwen/qwen3-8b", "--policy", name, "--format", "json")
    assert ran.code == 11
    lineage = next(one for one in json.loads(ran.out)["results"] if one["rule"] == "lineage")
    assert lineage["outcome"] == "undecided"
    assert "Qwen/Qwen3-8B" in lineage["help"]


def test_a_verdict_on_a_catalog_entry_is_no_yes_while_its_bases_are_open(run: Command) -> None:
    use = {"kind": "product", "commercial": True}
    rule = {"id": "v", "title": "We may", "verdict": {"in": ["allowed", "allowed-with-obligations"]}}
    policy(run, rule, context="us", contexts={"us": {"use": use}})
    ran, data = gate(run, "disclosed:qwen/qwen2.5-7b-instruct")
    assert ran.code == 11
    assert data["results"][0]["missing"] == ["lineage_followed"]


def test_a_base_that_brings_the_limits_is_named(run: Command, hub: ReplayHub) -> None:
    hub.add(nc_model())
    hub.add(mit_model("acme/copy", {"base_model": "acme/nc"}, bases=("finetune", ["acme/nc"])))
    policy(run, PERMISSIVE)
    (result,) = gate(run, "acme/copy")[1]["results"]
    assert result["outcome"] == "fail"
    assert "by the terms of acme/nc too" in result["detail"]


def test_a_folder_that_is_all_there_is_can_pass(run: Command) -> None:
    folder = run.cwd / "model"
    folder.mkdir()
    (folder / "README.md").write_bytes(front_matter({"license": "apache-2.0"}))
    (folder / "LICENSE").write_bytes(license_texts()("apache-2.0"))
    (folder / "model.safetensors").write_bytes(b"\0" * 64)
    words = ("gate", "./model", "--policy", "commercial-product")
    ran = run(*words)
    assert ran.code == 11
    assert "--complete" in ran.out
    assert run(*words, "--complete").code == 0
    (folder / "head.pkl").write_bytes(b"\0")
    assert run(*words, "--complete").code == 10
    assert run(*words).code == 10
    assert run("lock", "--update", "--complete", "./model").code == 0
    assert run("lock", "--complete").code == 0


FILLED = """organization: {country: DE, annual_revenue_usd: 100000, monthly_active_users_in_reference_month: {max: 100000}}
use: {kind: product, commercial: true, fine_tunes: true, distributes_weights: false}
"""


def test_a_well_made_open_model_passes_the_ready_policies(run: Command, hub: ReplayHub) -> None:
    made = model("acme/apache", {"license": "apache-2.0"}, {"LICENSE": license_texts()("apache-2.0")})
    hub.add(made)
    (run.cwd / "filled.yaml").write_text(FILLED, "utf-8")
    target = f"acme/apache@{made.sha}"
    for words in (("permissive-only",), ("commercial-product", "--context", "filled.yaml"), ("redistribution",)):
        ran = run("gate", target, "--policy", *words, "--format", "json")
        data = json.loads(ran.out)
        assert (ran.code, set(outcomes(data).values()), data["warnings"]) == (0, {"pass"}, [])


def test_the_examples_of_the_page_on_policies_are_sound(run: Command) -> None:
    page = (REPOSITORY / "docs" / "policy.md").read_text("utf-8")
    (example,) = [part.partition("```")[0] for part in page.split("```yaml\n")[1:]]
    assert run("policy", "init", "-o", "mine.yaml").code == 0
    mine = run.cwd / "mine.yaml"
    mine.write_text(mine.read_text("utf-8") + "\n" + example, "utf-8")
    ran = run("policy", "check", "mine.yaml")
    assert ran.code == 0, ran.err
    assert "1 exceptions, 1 clarifications" in ran.out
