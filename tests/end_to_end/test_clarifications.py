"""What a person read of a license flows into the audit, is shown, and ends when the evidence changes."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from auditor.rulebook.schema_check import load_schema
from tests.end_to_end.command import Command
from tests.end_to_end.repositories import CUSTOM, USER_CAP, license_texts, model
from tests.replay_hub import ReplayHub

RULES = [
    {"id": "named", "title": "Only these", "license": {"allow": ["mit", "apache-2.0"]}},
    {"id": "permissive", "title": "Permissive", "category": {"allow": ["permissive"]}},
    {"id": "level", "title": "Terms", "level": {"terms": 4}},
    {"id": "verdict", "title": "We may", "verdict": {"in": ["allowed", "allowed-with-obligations"]}},
]
CONTEXT = {
    "context": "us",
    "contexts": {"us": {"use": {"kind": "product", "commercial": True, "model_is_multimodal": False}}},
}
OPEN = {"license": "other", "license_name": "acme-anvil-terms"}
CONFLICT_BODY = "# M\n\nThis model is released under the CC BY-NC 4.0 license.\n"


def judged(run: Command, target: str, *rules: dict[str, Any], **more: Any) -> tuple[int, dict[str, Any]]:
    data = {"schema": "auditor/policy/1", "name": "ours", "title": "Ours", "rules": list(rules), **CONTEXT, **more}
    (run.cwd / "policy.yaml").write_text(json.dumps(data), "utf-8")
    ran = run("gate", target, "--policy", "policy.yaml", "--format", "json")
    assert ran.out, ran.err
    return ran.code, json.loads(ran.out)


def reading(data: dict[str, Any], target: str, **what: Any) -> dict[str, Any]:
    return {
        "target": target, "evidence_hash": data["results"][0]["evidence_hash"], "by": "Jo Counsel", "on": "2026-02-03",
        "note": "the publisher confirmed it in writing", **what,
    }  # fmt: skip


def outcomes(data: dict[str, Any]) -> dict[str, str]:
    return {result["rule"]: result["outcome"] for result in data["results"]}


@pytest.mark.parametrize(
    ("card", "files", "more"),
    [
        (OPEN, {}, {}),
        (OPEN, {"LICENSE": CUSTOM}, {}),
        ({}, {}, {}),
        ({"license": "mit"}, {}, {"body": CONFLICT_BODY}),
        ({"license": "mit"}, {"LICENSE": CUSTOM}, {}),
    ],
    ids=["unknown name", "unknown text", "no license", "conflict", "tag and unknown text"],
)
def test_a_reading_settles_what_was_open(
    run: Command, hub: ReplayHub, card: dict[str, Any], files: dict[str, str], more: dict[str, Any]
) -> None:
    hub.add(model("acme/open", card, files, **more))
    code, before = judged(run, "acme/open", *RULES)
    assert code in (10, 11)
    assert "pass" not in (outcomes(before)["named"], outcomes(before)["permissive"])
    code, after = judged(run, "acme/open", *RULES, clarifications=[reading(before, "Acme/Open", license="MIT")])
    assert code == 0, after["results"]
    named = next(result for result in after["results"] if result["rule"] == "named")
    assert "Jo Counsel" in named["detail"]
    clarified = [item for item in named["evidence"] if item["kind"] == "clarified"]
    assert clarified[0]["read_on"] == "2026-02-03"
    assert clarified[0]["source"].startswith("policy.yaml:")


def report_with(run: Command, hub: ReplayHub, repository: Any, **what: Any) -> dict[str, Any]:
    """The report itself, through an overlay that holds the reading."""
    hub.add(repository)
    _, before = judged(run, repository.id, *RULES)
    folder = run.cwd / "overlay" / "clarifications"
    folder.mkdir(parents=True, exist_ok=True)
    entry = reading(before, repository.id, **what)
    (folder / "ours.yaml").write_text(json.dumps({"clarifications": [entry]}), "utf-8")
    report = run("audit", repository.id, "--rules", run.cwd / "overlay", "--format", "json").batch["reports"][0]
    jsonschema.Draft202012Validator(load_schema("report.v1")).validate(report)
    found: dict[str, Any] = report
    return found


def test_it_is_in_the_report_with_who_and_when_and_a_conflict_stays_in_sight(run: Command, hub: ReplayHub) -> None:
    report = report_with(run, hub, model("acme/m", {"license": "mit"}, {}, body=CONFLICT_BODY), license="mit")
    weights = report["licenses"]["weights"]
    assert (weights["status"], weights["concluded"]) == ("resolved-name", "mit")
    assert "conflict" in weights["also"]
    assert weights["clarified"]["before"] == "conflict"
    assert weights["clarified"]["by"] == "Jo Counsel"
    assert report["effective_terms"]["commercial_use"]["value"] == "yes"
    codes = {finding["code"]: finding for finding in report["findings"]}
    assert codes["license-conflict"]["outcome"] == "not_met"
    assert "Jo Counsel" in codes["license-conflict"]["detail"]
    assert codes["license-clarified"]["outcome"] == "met"
    assert codes["terms-license-sources-agree"]["outcome"] == "not_met"
    assert report["grades"]["terms"]["level"] == 4


def test_a_policy_can_still_refuse_the_conflict(run: Command, hub: ReplayHub) -> None:
    hub.add(model("acme/m", {"license": "mit"}, {}, body=CONFLICT_BODY))
    rules = [
        {"id": "named", "title": "Only these", "license": {"allow": ["mit"]}},
        {"id": "conflict", "title": "No conflict", "findings": {"deny": ["license-conflict"]}},
        {"id": "status", "title": "Settled", "license_status": {"in": ["resolved-name", "confirmed"]}},
    ]
    _, before = judged(run, "acme/m", *rules)
    _, after = judged(run, "acme/m", *rules, clarifications=[reading(before, "acme/m", license="mit")])
    assert outcomes(after) == {"named": "pass", "conflict": "fail", "status": "fail"}


@pytest.mark.parametrize("change", ["text", "tag", "base"])
def test_it_is_void_when_the_evidence_changes(run: Command, hub: ReplayHub, change: str) -> None:
    hub.add(model("acme/m", OPEN, {"LICENSE": CUSTOM}))
    _, before = judged(run, "acme/m", *RULES)
    entry = reading(before, "acme/m", license="mit")
    assert judged(run, "acme/m", *RULES, clarifications=[entry])[0] == 0
    card = {"text": OPEN, "tag": {**OPEN, "license_name": "acme-2"}, "base": {**OPEN, "base_model": "acme/base"}}[
        change
    ]
    text = CUSTOM + "\nAnd a duck.\n" if change == "text" else CUSTOM
    hub.add(model("acme/m", card, {"LICENSE": text}, sha="d" * 40))
    hub.add(model("acme/base", {"license": "mit"}))
    code, after = judged(run, "acme/m", *RULES, clarifications=[entry])
    assert code in (10, 11)
    assert "pass" not in (outcomes(after)["named"], outcomes(after)["permissive"])


def test_a_void_reading_is_told(run: Command, hub: ReplayHub) -> None:
    report = report_with(run, hub, model("acme/m", OPEN, {"LICENSE": CUSTOM}), license="mit", evidence_hash="0" * 64)
    codes = {finding["code"] for finding in report["findings"]}
    assert "clarification-void" in codes
    assert "license-clarified" not in codes
    assert report["grades"]["terms"]["level"] == 0
    assert "clarified" not in report["licenses"]["weights"]


def test_single_terms_settle_only_what_was_read(run: Command, hub: ReplayHub) -> None:
    terms = {"commercial_use": "yes", "modify": "yes", "distribute": "yes"}
    report = report_with(run, hub, model("acme/m", OPEN, {"LICENSE": CUSTOM}), terms=terms)
    effective = report["effective_terms"]
    assert effective["commercial_use"]["value"] == "yes"
    assert effective["commercial_use"]["section"] == "read by Jo Counsel on 2026-02-03"
    assert effective["distribute_derivatives"]["value"] == "unknown"
    assert report["grades"]["terms"]["level"] == 1
    rules = [
        {"id": "commerce", "title": "Commerce", "require": {"fact": "term.commercial_use", "is": "yes"}},
        {"id": "derivatives", "title": "Derivatives", "require": {"fact": "term.distribute_derivatives", "is": "yes"}},
        RULES[0],
        RULES[3],
    ]
    _, before = judged(run, "acme/m", *rules)
    _, after = judged(run, "acme/m", *rules, clarifications=[reading(before, "acme/m", terms=terms)])
    assert outcomes(after) == {
        "commerce": "pass",
        "derivatives": "undecided",
        "named": "undecided",
        "verdict": "undecided",
    }


def test_terms_without_a_grant_grant_nothing(run: Command, hub: ReplayHub) -> None:
    report = report_with(run, hub, model("acme/m", OPEN, {"LICENSE": CUSTOM}), terms={"commercial_use": "yes"})
    assert report["grades"]["terms"]["level"] == 0
    assert report["label"] == "weights-only"


def test_a_changed_text_read_as_its_license_with_one_term_changed(run: Command, hub: ReplayHub) -> None:
    text = license_texts()("mit") + USER_CAP.encode()
    hub.add(model("acme/m", {"license": "mit"}, {"LICENSE": text}))
    limit = [{"number": 10000, "comparator": ">", "unit": "monthly active users", "scope": "licensee", "reference": "rolling",
              "effect": "separate-license"}]  # fmt: skip
    rules = [
        {"id": "no-limits", "title": "No limits", "category": {"deny": ["restricted"]}},
        {"id": "commerce", "title": "Commerce", "require": {"fact": "term.commercial_use", "is": "yes"}},
    ]
    code, before = judged(run, "acme/m", *rules)
    assert code == 11
    entry = reading(before, "acme/m", license="mit", terms={"mau_threshold": limit})
    _, after = judged(run, "acme/m", *rules, clarifications=[entry])
    assert outcomes(after) == {"no-limits": "fail", "commerce": "pass"}


def test_a_reading_of_a_base_reaches_what_was_made_from_it(run: Command, hub: ReplayHub) -> None:
    hub.add(model("acme/base", OPEN, {"LICENSE": CUSTOM}))
    mit = license_texts()("mit")
    hub.add(
        model(
            "acme/copy",
            {"license": "mit", "base_model": "acme/base"},
            {"LICENSE": mit},
            bases=("finetune", ["acme/base"]),
        )
    )
    _, base = judged(run, "acme/base", *RULES)
    assert judged(run, "acme/copy", *RULES)[0] == 11
    entry = reading(base, "acme/base", license="apache-2.0")
    code, after = judged(run, "acme/copy", *RULES, clarifications=[entry])
    assert code == 0, after["results"]


def test_a_reading_of_a_derivative_does_not_wash_its_base(run: Command, hub: ReplayHub) -> None:
    hub.add(model("acme/llama", {"license": "llama3.1"}, {"LICENSE": license_texts()("llama-3.1")}))
    hub.add(model("acme/copy", {"license": "mit", "base_model": "acme/llama"}, bases=("finetune", ["acme/llama"])))
    _, before = judged(run, "acme/copy", *RULES)
    entry = reading(before, "acme/copy", license="mit")
    _, after = judged(run, "acme/copy", *RULES, clarifications=[entry])
    found = outcomes(after)
    assert found["named"] == found["permissive"] == "fail"
    assert found["level"] != "pass"


def test_a_reading_of_another_subject_changes_nothing(run: Command, hub: ReplayHub) -> None:
    hub.add(model("acme/m", OPEN, {"LICENSE": CUSTOM}))
    _, before = judged(run, "acme/m", *RULES)
    _, after = judged(run, "acme/m", *RULES, clarifications=[reading(before, "acme/n", license="mit")])
    assert outcomes(after) == outcomes(before)


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ({"license": "mti"}, "did you mean 'mit'?"),
        ({"terms": {"comercial_use": "yes"}}, "unknown term 'comercial_use'"),
        ({"terms": {"commercial_use": "perhaps"}}, "is no value of commercial_use"),
        ({}, "policy.yaml:1:"),
        ({"license": "mit", "on": "2026-02-31"}, "no day of the calendar"),
        ({"license": "mit", "target": "acme/m@main"}, "a target has no revision here"),
    ],
)
def test_a_bad_reading_is_refused(run: Command, what: dict[str, Any], message: str) -> None:
    entry = {"target": "acme/m", "evidence_hash": "0" * 64, "by": "Jo", "on": "2026-02-03", **what}
    data = {
        "schema": "auditor/policy/1",
        "name": "ours",
        "title": "Ours",
        "rules": RULES[:1],
        "clarifications": [entry],
    }
    (run.cwd / "policy.yaml").write_text(json.dumps(data), "utf-8")
    ran = run("policy", "check", "policy.yaml")
    assert ran.code == 4
    assert message in ran.err
