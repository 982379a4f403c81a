"""`auditor gate` and `auditor policy` at the command's boundary, in a git repository, against the replay Hub."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from auditor.rulebook.policy_files import built_in_policies
from auditor.rulebook.schema_check import load_schema
from tests.end_to_end.command import Command, Ran, command
from tests.end_to_end.repositories import CUSTOM, USER_CAP, dataset, license_texts, model
from tests.replay_hub import Fault, ReplayHub

HEAD = {"schema": "auditor/policy/1", "name": "ours", "title": "What we accept"}
PERMISSIVE = {"id": "permissive", "title": "Permissive only", "category": {"allow": ["permissive"]}}
NAMED = {"id": "named", "title": "Only these licenses", "license": {"allow": ["mit", "apache-2.0"]}}
REFUSED = {"id": "refused", "title": "Not these licenses", "license": {"deny": ["llama3.1", "cc-by-nc-4.0"]}}
GRANTED = {"id": "granted", "title": "Commerce is granted", "require": {"fact": "term.commercial_use", "is": "yes"}}
FORBIDDEN = {"id": "forbidden", "title": "No research limit", "forbid": {"fact": "term.research_only", "is": True}}
LICENSE_RULES = (PERMISSIVE, NAMED, REFUSED, GRANTED, FORBIDDEN)
PINNED = {"id": "pinned", "title": "A commit is named", "revision": "pinned"}
MIT = {"license": "mit"}


@pytest.fixture
def run(tmp_path: Path, hub: ReplayHub) -> Command:
    made = command(tmp_path, hub.endpoint)
    subprocess.run(["git", "init", "-q", str(made.cwd)], check=True, capture_output=True)
    return made


def policy(run: Command, *rules: dict[str, Any], **more: Any) -> Path:
    path = run.cwd / "policy.yaml"
    data = {**HEAD, **({"rules": list(rules)} if rules else {}), **more}
    path.write_text(json.dumps(data, indent=1), "utf-8")  # JSON is YAML, and has no anchors
    return path


def gate(run: Command, *words: str | Path) -> tuple[Ran, dict[str, Any]]:
    ran = run("gate", *words, "--policy", "policy.yaml", "--format", "json")
    assert ran.out, ran.err
    return ran, json.loads(ran.out)


def outcomes(data: dict[str, Any]) -> dict[str, str]:
    return {result["rule"]: result["outcome"] for result in data["results"]}


def mit_model(name: str = "acme/anvil", card: dict[str, Any] | None = None, **more: Any) -> Any:
    return model(name, {**MIT, **(card or {})}, {"LICENSE": license_texts()("mit")}, **more)


# -- the outcomes ----------------------------------------------------------------------------------------------------


def test_a_model_that_every_rule_accepts_passes(run: Command, hub: ReplayHub) -> None:
    hub.add(mit_model())
    policy(run, *LICENSE_RULES)
    ran, data = gate(run, "acme/anvil")
    assert (ran.code, data["outcome"]) == (0, "pass")
    assert set(outcomes(data).values()) == {"pass"}
    assert data["results"][0]["subject"].startswith("acme/anvil@")


def test_a_restricted_model_fails_and_says_why(run: Command, hub: ReplayHub) -> None:
    hub.add(model("acme/nc", {"license": "cc-by-nc-4.0"}, {"LICENSE": license_texts()("cc-by-nc-4.0")}))
    policy(run, *LICENSE_RULES)
    ran, data = gate(run, "acme/nc")
    assert (ran.code, data["outcome"]) == (10, "fail")
    assert outcomes(data)["named"] == outcomes(data)["refused"] == outcomes(data)["granted"] == "fail"
    text = run("gate", "acme/nc", "--policy", "policy.yaml").out
    assert "error[named]" in text
    assert "cc-by-nc-4.0" in text


NO_YES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "no license": ({}, {}, {}),
    "a name nobody knows": ({"license": "other", "license_name": "acme"}, {}, {}),
    "a text nobody knows": (MIT, {"LICENSE": CUSTOM}, {}),
    "a base that is gone": ({**MIT, "base_model": "acme/gone"}, {}, {}),
    "a quantized copy of nobody": ({**MIT, "base_model_relation": "quantized"}, {}, {}),
    "tag and prose disagree": (MIT, {}, {"body": "# M\n\nThis model is released under the CC BY-NC 4.0 license.\n"}),
    "several licenses": ({"license": ["mit", "cc-by-nc-4.0"]}, {}, {}),
    "a family name": ({"license": "cc"}, {}, {}),
}


@pytest.mark.parametrize("name", NO_YES)
@pytest.mark.parametrize("rule", LICENSE_RULES, ids=lambda rule: str(rule["id"]))
def test_what_is_not_settled_never_passes_a_rule_on_licenses_or_terms(
    run: Command, hub: ReplayHub, name: str, rule: dict[str, Any]
) -> None:
    card, files, more = NO_YES[name]
    hub.add(model("acme/open", card, files, **more))
    policy(run, rule)
    ran, data = gate(run, "acme/open")
    if name == "several licenses" and rule is FORBIDDEN:
        assert ran.code == 0  # neither of them has a research limit
        return
    assert ran.code in (10, 11), data["results"]
    for result in data["results"]:
        assert result["outcome"] != "undecided" or (result["missing"] and result["help"])


@pytest.mark.parametrize("rule", LICENSE_RULES, ids=lambda rule: str(rule["id"]))
def test_a_changed_text_never_passes(run: Command, hub: ReplayHub, rule: dict[str, Any]) -> None:
    hub.add(model("acme/capped", MIT, {"LICENSE": license_texts()("mit") + USER_CAP.encode()}))
    policy(run, rule)
    assert gate(run, "acme/capped")[0].code in (10, 11)


@pytest.mark.parametrize("rule", LICENSE_RULES, ids=lambda rule: str(rule["id"]))
def test_a_closed_model_never_passes_a_rule_on_licenses_or_terms(run: Command, rule: dict[str, Any]) -> None:
    policy(run, rule)
    ran, data = gate(run, "disclosed:openai/gpt-5")
    assert ran.code in (10, 11), data["results"]


@pytest.mark.parametrize("rule", LICENSE_RULES, ids=lambda rule: str(rule["id"]))
def test_a_tag_without_a_text_never_passes_a_rule_that_wants_proof(
    run: Command, hub: ReplayHub, rule: dict[str, Any]
) -> None:
    hub.add(model("acme/tag", MIT))
    hub.add(mit_model("acme/copy", {"base_model": "acme/tag"}, bases=("finetune", ["acme/tag"])))
    policy(run, rule)
    assert gate(run, "acme/tag", "acme/copy")[0].code == 0
    policy(run, {**rule, "proof": "text"})
    ran, data = gate(run, "acme/tag", "acme/copy")
    assert ran.code == 11
    # The copy has its own text; that of its base is a tag only.
    assert {result["outcome"] for result in data["results"]} == {"undecided"}


def test_the_license_of_a_base_counts(run: Command, hub: ReplayHub) -> None:
    llama = model("acme/llama", {"license": "llama3.1"}, {"LICENSE": license_texts()("llama-3.1")})
    hub.add(llama)
    hub.add(mit_model("acme/gguf", {"base_model": "acme/llama"}, bases=("quantized", ["acme/llama"])))
    policy(run, *LICENSE_RULES)
    ran, data = gate(run, "acme/gguf")
    assert ran.code == 10
    assert outcomes(data)["named"] == outcomes(data)["refused"] == outcomes(data)["permissive"] == "fail"


def test_a_choice_passes_by_the_license_that_is_accepted(run: Command, hub: ReplayHub) -> None:
    hub.add(model("acme/choice", {"license": "other", "license_name": "MIT OR CC-BY-NC-4.0"}))
    policy(run, NAMED, REFUSED)
    ran, data = gate(run, "acme/choice")
    assert ran.code in (0, 11), data["results"]  # never a proved failure: the reader may pick
    assert "fail" not in outcomes(data).values()


# -- what is not known -----------------------------------------------------------------------------------------------

SETTLED = {"id": "data", "title": "All data can be had", "require": {"fact": "data_obtainable", "is": True}}


@pytest.mark.parametrize(("word", "code"), [("undecided", 11), ("fail", 10), ("pass", 0)])
def test_the_policy_says_what_becomes_of_the_unknown(run: Command, hub: ReplayHub, word: str, code: int) -> None:
    hub.add(mit_model())
    for place in ({"on_unknown": word}, {}):
        policy(run, {**SETTLED, **({} if place else {"on_unknown": word})}, **place)
        ran, data = gate(run, "acme/anvil")
        assert ran.code == code
        (result,) = data["results"]
        assert result["missing"] == ["data_obtainable"]
        assert bool(data["warnings"]) == (word == "pass")


def test_only_facts_the_policy_reads_count(run: Command, hub: ReplayHub) -> None:
    hub.add(mit_model())
    policy(run, NAMED)
    assert gate(run, "acme/anvil")[0].code == 0  # its training data is not known, and nobody asked


def test_levels_and_labels_count_only_when_proved(run: Command, hub: ReplayHub) -> None:
    hub.add(mit_model())
    level = {"id": "level", "title": "Data level", "level": {"data": 2}}
    label = {"id": "label", "title": "Open source AI", "label": {"at_least": "open-source-ai"}}
    policy(run, level, label)
    ran, data = gate(run, "acme/anvil")
    assert ran.code == 11
    assert all(result["missing"] and result["help"] for result in data["results"])
    policy(run, {"id": "level", "title": "Weights", "level": {"weights": 2, "terms": 4}})
    assert gate(run, "acme/anvil")[0].code == 0


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"publisher": {"allow": ["ACME"]}}, 0), ({"publisher": {"allow": ["other"]}}, 10), ({"publisher": {"deny": ["acme"]}}, 10),
        ({"format": {"allow": ["safetensors"]}}, 0), ({"format": {"deny": ["pickle"]}}, 0), ({"format": {"allow": ["gguf"]}}, 10),
        ({"access": {"at_most": "open"}}, 0), ({"revision": "pinned"}, 10), ({"lineage": {"followed": True}}, 0),
        ({"license_status": {"in": ["confirmed"]}}, 0), ({"license_status": {"in": ["text-only"]}}, 10),
        ({"framework": {"id": "osaid", "in": ["open-source-ai"]}}, 11), ({"findings": {"deny": ["license-missing"]}}, 0),
        ({"findings": {"deny": ["data-not-disclosed"]}}, 10), ({"require": {"known": "license_text_present"}}, 0),
    ],
)  # fmt: skip
def test_every_kind_of_rule(run: Command, hub: ReplayHub, rule: dict[str, Any], code: int) -> None:
    hub.add(mit_model())
    policy(run, {"id": "one", "title": "One rule", **rule})
    ran, data = gate(run, "acme/anvil")
    assert ran.code == code, data["results"]


def test_pickles_gates_and_unfollowed_bases_are_refused(run: Command, hub: ReplayHub) -> None:
    pickled = {"config.json": b"{}", "pytorch_model.bin": b"\0", "model.safetensors": b"\0"}
    hub.add(mit_model("acme/bad", {"base_model": "acme/gone"}, weights=pickled, gated="manual", card_outside_gate=True))
    policy(
        run, {"id": "format", "title": "Formats", "format": {"deny": ["pickle"]}},
        {"id": "gate", "title": "Gate", "access": {"at_most": "automatic"}},
        {"id": "lineage", "title": "Lineage", "lineage": {"followed": True}},
    )  # fmt: skip
    assert outcomes(gate(run, "acme/bad")[1]) == {"format": "fail", "gate": "fail", "lineage": "fail"}


def test_a_pinned_commit_passes_and_a_branch_does_not(run: Command, hub: ReplayHub) -> None:
    repository = mit_model()
    hub.add(repository)
    policy(run, PINNED)
    assert gate(run, f"acme/anvil@{repository.sha}")[0].code == 0
    ran, data = gate(run, "acme/anvil@main")
    assert ran.code == 10
    assert repository.sha in data["results"][0]["help"]


def test_a_warning_holds_nothing_and_a_subject_no_rule_speaks_of_is_undecided(run: Command, hub: ReplayHub) -> None:
    hub.add(mit_model())
    hub.add(dataset("acme/data", MIT))
    policy(run, {**PINNED, "severity": "warning"}, {**NAMED, "subjects": ["model"]})
    assert gate(run, "acme/anvil")[0].code == 0
    ran, data = gate(run, "dataset:acme/data")
    assert ran.code == 11
    assert outcomes(data)["no-rule"] == "undecided"
    policy(run, NAMED)
    assert gate(run, "dataset:acme/data")[0].code == 0


# -- verdicts and uses -----------------------------------------------------------------------------------------------

VERDICT = {"id": "verdict", "title": "We may", "verdict": {"in": ["allowed", "allowed-with-obligations"]}}


def test_a_verdict_is_asked_under_the_context_of_the_use(run: Command, hub: ReplayHub) -> None:
    hub.add(model("acme/llama", {"license": "llama3.1"}, {"LICENSE": license_texts()("llama-3.1")}))
    small = "organization: {country: US, monthly_active_users_in_reference_month: 5000}\nuse: {kind: product, commercial: true, model_is_multimodal: false}\n"
    (run.cwd / "small.yaml").write_text(small, "utf-8")
    (run.cwd / "large.yaml").write_text(small.replace("5000", "900000000"), "utf-8")
    policy(
        run, contexts={"small": "small.yaml", "large": "large.yaml"}, default_use="product",
        uses={
            "product": {"title": "Sold", "context": "small", "rules": [VERDICT]},
            "redistribute": {"title": "Passed on", "rules": [{**VERDICT, "id": "v2", "verdict": {"context": "large", "in": ["allowed"]}}]},
            "internal": {"title": "Kept", "rules": [{**VERDICT, "id": "v3"}]},
        },
    )  # fmt: skip
    assert gate(run, "acme/llama")[0].code == 0
    assert gate(run, "acme/llama", "--use", "redistribute")[0].code == 10
    assert gate(run, "acme/llama", "--context", "large.yaml")[0].code == 10
    for words in (("--use", "internal"), ("--use", "produkt")):
        ran = run("gate", "acme/llama", "--policy", "policy.yaml", *words)
        assert (ran.code, ran.out) == (2, "")
    assert "did you mean 'product'" in ran.err
    unknown = policy(run, VERDICT, context="us", contexts={"us": {"use": {"kind": "product", "commercial": True}}})
    ran, data = gate(run, "acme/llama")
    assert unknown.exists()
    assert ran.code == 11
    assert data["results"][0]["missing"] == ["organization.monthly_active_users_in_reference_month"]


# -- exceptions ------------------------------------------------------------------------------------------------------


def nc_model(extra: str = "", **more: Any) -> Any:
    text = license_texts()("cc-by-nc-4.0") + extra.encode()
    return model("acme/nc", {"license": "cc-by-nc-4.0"}, {"LICENSE": text}, **more)


def waived(run: Command, hub: ReplayHub, **more: Any) -> dict[str, Any]:
    """Put a policy there with an exception for the model as it is now."""
    hub.add(nc_model())
    policy(run, NAMED)
    (result,) = gate(run, "acme/nc")[1]["results"]
    entry = {
        "target": "Acme/NC", "rule": "named", "owner": "legal@acme.example", "reason": "a license was bought",
        "expires": "2026-12-31", "evidence_hash": result["evidence_hash"], **more,
    }  # fmt: skip
    policy(run, NAMED, exceptions=[entry])
    return entry


def test_an_exception_lets_one_rule_through(run: Command, hub: ReplayHub) -> None:
    waived(run, hub)
    ran, data = gate(run, "acme/nc")
    (result,) = data["results"]
    assert (ran.code, data["outcome"], result["outcome"]) == (0, "pass", "fail")
    assert (result["waiver"]["state"], result["waiver"]["owner"]) == ("applied", "legal@acme.example")
    assert data["unused_waivers"] == []


def test_it_covers_neither_another_rule_nor_another_subject(run: Command, hub: ReplayHub) -> None:
    entry = waived(run, hub)
    policy(run, NAMED, GRANTED, exceptions=[entry])
    assert gate(run, "acme/nc")[0].code == 10
    hub.add(model("acme/other", {"license": "cc-by-nc-4.0"}))
    ran, data = gate(run, "acme/other")
    assert ran.code == 10
    assert [waiver["state"] for waiver in data["unused_waivers"]] == ["unused"]


def test_an_expired_exception_is_told_and_lets_nothing_through(run: Command, hub: ReplayHub) -> None:
    waived(run, hub)
    ran, data = gate(run, "acme/nc", "--as-of", "2027-01-01")
    assert ran.code == 10
    assert data["results"][0]["waiver"]["state"] == "expired"
    assert gate(run, "acme/nc", "--as-of", "2026-12-31")[0].code == 0


def test_a_changed_license_file_voids_it(run: Command, hub: ReplayHub) -> None:
    waived(run, hub)
    hub.add(nc_model("\nAnd you owe Acme an anvil.\n", sha="b" * 40))
    ran, data = gate(run, "acme/nc")
    assert ran.code == 10
    waiver = data["results"][0]["waiver"]
    assert waiver["state"] == "void"
    assert "changed" in waiver["detail"]


def test_a_new_revision_with_the_same_license_is_a_warning_unless_pinned(run: Command, hub: ReplayHub) -> None:
    sha = nc_model().sha
    entry = waived(run, hub, revision=sha)
    assert gate(run, "acme/nc")[1]["warnings"] == []
    hub.add(nc_model(sha="c" * 40))
    ran, data = gate(run, "acme/nc")
    assert ran.code == 0
    assert sha in " ".join(data["warnings"])
    policy(run, NAMED, exceptions=[{**entry, "pin": "revision"}])
    ran, data = gate(run, "acme/nc")
    assert ran.code == 10
    assert data["results"][0]["waiver"]["state"] == "void"


def test_an_exception_for_what_passes_is_unused(run: Command, hub: ReplayHub) -> None:
    entry = waived(run, hub)
    policy(run, {"id": "named", "title": "All", "license": {"allow": ["cc-by-nc-4.0"]}}, exceptions=[entry])
    ran, data = gate(run, "acme/nc")
    assert ran.code == 0
    assert "lets the subject through" in data["unused_waivers"][0]["detail"]


# -- nothing that could not be judged passes ---------------------------------------------------------------------------


def test_a_hub_that_is_down_is_never_a_pass(run: Command, impatient: None) -> None:
    policy(run, NAMED)
    dead = run.having(HF_ENDPOINT="http://127.0.0.1:9")
    for words in ((), ("--exit-zero",)):
        ran = dead("gate", "acme/anvil", "--policy", "policy.yaml", "--format", "json", *words)
        data = json.loads(ran.out)
        assert (ran.code, data["outcome"]) == (3, "undecided")
        assert data["errors"][0]["code"] == "no-network"


def test_a_failure_is_not_hidden_by_an_outage_nor_an_outage_by_a_pass(run: Command, hub: ReplayHub) -> None:
    hub.add(mit_model())
    hub.add(nc_model())
    policy(run, NAMED)
    assert gate(run, "acme/anvil", "acme/nowhere")[0].code == 3
    assert gate(run, "acme/nc", "acme/nowhere")[0].code == 10
    assert gate(run, "acme/nc", "acme/nowhere", "--exit-zero")[0].code == 3
    assert gate(run, "acme/nc", "--exit-zero")[0].code == 0


def test_a_base_whose_record_cannot_be_read_leaves_it_undecided(run: Command, hub: ReplayHub, impatient: None) -> None:
    hub.add(mit_model("acme/copy", {"base_model": "acme/base"}, bases=("finetune", ["acme/base"])))
    hub.add(model("acme/base", MIT))
    hub.fail(Fault.error(500), "acme/base")
    policy(run, *LICENSE_RULES, {"id": "lineage", "title": "Lineage", "lineage": {"followed": True}})
    ran, data = gate(run, "acme/copy")
    assert ran.code == 11
    assert set(outcomes(data).values()) == {"undecided"}
    assert gate(run, "acme/never-read", "--offline")[0].code == 3


VERDICT_US = {
    "context": "us",
    "contexts": {"us": {"use": {"kind": "product", "commercial": True, "model_is_multimodal": False}}},
}


@pytest.mark.parametrize("path", ["LICENSE", "README.md"])
def test_a_fault_that_hides_a_text_never_passes(run: Command, hub: ReplayHub, impatient: None, path: str) -> None:
    hub.add(mit_model("acme/hidden", {"base_model": "acme/base"}, bases=("finetune", ["acme/base"])))
    hub.add(mit_model("acme/base"))
    policy(run, *LICENSE_RULES, VERDICT, **VERDICT_US)
    assert gate(run, "acme/hidden", "acme/base")[0].code == 0
    for name in ("acme/hidden", "acme/base"):
        fresh = run.having(AUDITOR_CACHE=str(run.cwd / f"cache-{name.replace('/', '-')}"))
        hub.fail(Fault.error(500, path=path, on="resolve"), name)
        ran = fresh("gate", "acme/hidden", "--policy", "policy.yaml", "--format", "json")
        hub.heal()
        assert ran.code in (3, 11), ran.out
        assert "pass" not in outcomes(json.loads(ran.out)).values()


def test_a_text_behind_a_gate_leaves_it_undecided(run: Command, hub: ReplayHub) -> None:
    hub.add(mit_model("acme/gated", gated="manual", card_outside_gate=True))
    policy(run, *LICENSE_RULES, VERDICT, **VERDICT_US)
    ran, data = gate(run, "acme/gated")
    assert ran.code == 11
    assert set(outcomes(data).values()) == {"undecided"}


def test_nothing_to_judge_is_a_usage_error(run: Command) -> None:
    policy(run, NAMED)
    (run.cwd / "empty.txt").write_text("# nothing yet\n\n", "utf-8")
    for words in ((), ("@empty.txt",)):
        ran = run("gate", *words, "--policy", "policy.yaml")
        assert (ran.code, ran.out) == (2, "")
        assert "nothing to judge" in ran.err
    assert run("gate", "acme/a", "acme/b", "--revision", "main", "--policy", "policy.yaml").code == 2


BAD = {
    "unknown key": ("rules:\n  - {id: a, title: aaa, licence: {allow: [mit]}}", "unknown key 'licence'; did you mean 'license'?"),
    "unknown license": ("rules:\n  - {id: a, title: aaa, license: {allow: [mti]}}", "policy.yaml:5:43: no license is called 'mti'"),
    "ambiguous": ("rules:\n  - {id: a, title: aaa, license: {deny: [llama]}}", "could mean any of"),
    "unknown term": ("rules:\n  - {id: a, title: aaa, require: {fact: term.comercial_use, is: yes}}", "did you mean 'term.commercial_use'?"),
    "unknown value": ("rules:\n  - {id: a, title: aaa, require: {fact: term.commercial_use, is: true}}", "is no value of"),
    "two statements": ("rules:\n  - {id: a, title: aaa, revision: pinned, access: {at_most: open}}", "says exactly one thing"),
    "no statement": ("rules:\n  - {id: a, title: aaa}", "says exactly one thing"),
    "empty group": ("rules:\n  - {id: a, title: aaa, forbid: {any: []}}", "reads no fact"),
    "empty list": ("rules:\n  - {id: a, title: aaa, license: {allow: []}}", "policy.yaml:5"),
    "no rules": ("rules: []", "policy.yaml:4"),
    "a use without rules": ("uses: {internal: {title: Kept}}", "would let everything pass"),
    "known, negated": ("rules:\n  - {id: a, title: aaa, forbid: {known: license_text_present}}", "not knowing would let a subject pass"),
    "unclear accepted": ("rules:\n  - {id: a, title: aaa, verdict: {in: [unclear]}}", "'unclear' is not allowed"),
    "accepts not knowing": ("rules:\n  - {id: a, title: aaa, license_status: {in: [unresolved]}}", "nobody knows"),
    "same id": ("rules:\n  - {id: a, title: aaa, revision: pinned}\n  - {id: a, title: aaa, revision: pinned}", "is called 'a' already"),
    "exception to nothing": (
        "rules:\n  - {id: a, title: aaa, revision: pinned}\nexceptions:\n  - {target: x/y, rule: b, owner: me, reason: so, expires: 2026-13-01, evidence_hash: "
        + "0" * 64 + "}", "no day of the calendar"),
    "no context": ("context: ours\nrules:\n  - {id: a, title: aaa, verdict: {in: [allowed]}}", "no context is called 'ours'"),
    "bad context": ("contexts: {c: {use: {kind: produkt}}}\nrules:\n  - {id: a, title: aaa, revision: pinned}", "'produkt'"),
    "context file": ("contexts: {c: nowhere.yaml}\nrules:\n  - {id: a, title: aaa, revision: pinned}", "cannot read the context"),
    "alias": ("rules: &x\n  - {id: a, title: aaa, revision: pinned}", "anchors"),
    "not a mapping": ("- 1", "policy.yaml"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_policy_is_refused_with_its_place(run: Command, name: str) -> None:
    text, message = BAD[name]
    head = "" if name == "not a mapping" else "schema: auditor/policy/1\nname: ours\ntitle: Ours\n"
    (run.cwd / "policy.yaml").write_text(head + text + "\n", "utf-8")
    for words in (("policy", "check", "policy.yaml"), ("gate", "acme/anvil", "--policy", "policy.yaml")):
        ran = run(*words)
        assert (ran.code, ran.out) == (4, "")
        assert message in ran.err
        assert "Traceback" not in ran.err


def test_all_problems_are_told_together(run: Command) -> None:
    policy(
        run,
        {**NAMED, "license": {"allow": ["mti", "apache"]}},
        {**PERMISSIVE, "category": {"deny": ["restrictd"]}},
        default_use="x",
    )
    ran = run("policy", "check", "policy.yaml")
    assert ran.code == 4
    assert ran.err.count("policy.yaml:") >= 3


def test_no_such_policy_is_a_usage_error(run: Command) -> None:
    for word in ("nowhere.yaml", "permisive-only"):
        ran = run("gate", "acme/anvil", "--policy", word)
        assert (ran.code, ran.out) == (2, "")
    assert "permissive-only" in ran.err


@pytest.mark.parametrize("option", [("--include", "vendor"), ("--mentioned",)])
def test_options_of_the_scan_need_a_scan(run: Command, option: tuple[str, ...]) -> None:
    ran = run("gate", "org/model", "--policy", "permissive-only", *option)
    assert ran.code == 2
    assert "needs --scan" in ran.err


# -- ready policies and the policy command ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(built_in_policies()))
def test_ready_policies_are_sound_explained_and_copied(run: Command, name: str) -> None:
    assert run("policy", "check", name).code == 0
    assert name in run("policy", "list").out
    text = run("policy", "explain", name).out
    assert "wants:" in text
    assert "exit 11" in text
    told = json.loads(run("policy", "explain", name, "--format", "json").out)
    jsonschema.Draft202012Validator(load_schema("policy-explained.v1")).validate(told)
    assert told["name"] == name
    assert run("policy", "init", "--from", name, "-o", "mine.yaml").code == 0
    assert "#" in (run.cwd / "mine.yaml").read_text("utf-8")
    assert run("policy", "check", "mine.yaml").code == 0
    assert run("policy", "init", "--from", name, "-o", "mine.yaml").code == 2


READY = {
    "permissive-only": (0, 10, 10), "commercial-product": (0, 11, 10), "eu-product": (0, 11, 10), "research": (0, 11, 0),
    "open-source-ai-only": (11, 10, 10), "redistribution": (0, 11, 10),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(READY))
def test_ready_policies_on_a_permissive_a_restricted_and_a_non_commercial_model(
    run: Command, hub: ReplayHub, name: str
) -> None:
    texts = license_texts()
    permissive = model("acme/apache", {"license": "apache-2.0"}, {"LICENSE": texts("apache-2.0")})
    llama = model("acme/llama", {"license": "llama3.1"}, {"LICENSE": texts("llama-3.1")})
    for repository in (permissive, llama, nc_model()):
        hub.add(repository)
    found = [
        run("gate", f"{repository.id}@{repository.sha}", "--policy", name).code
        for repository in (permissive, llama, nc_model())
    ]
    assert tuple(found) == READY[name]
    closed = run("gate", "disclosed:openai/gpt-5", "--policy", name)
    assert closed.code in (10, 11)


def test_every_output_is_the_same_twice_and_holds_the_schema(run: Command, hub: ReplayHub) -> None:
    hub.add(mit_model())
    hub.add(nc_model())
    policy(run, *LICENSE_RULES, PINNED)
    words = ("gate", "acme/nc", "acme/anvil", "acme/nowhere", "--policy", "policy.yaml", "--format", "json")
    first = run(*words)
    assert first.out == run(*words).out
    data = json.loads(first.out)
    assert [r["subject"] for r in data["results"]] == sorted(r["subject"] for r in data["results"])
    ran = run("gate", "acme/nc", "--policy", "policy.yaml", "--format", "json", "--format", "text", "-o", "out")
    assert ran.code == 10
    assert {path.name for path in (run.cwd / "out").iterdir()} == {"report.json", "report.txt"}
    jsonschema.Draft202012Validator(load_schema("gate.v1")).validate(data)
