"""Every awkward case of the research, told as data (tests/replay_hub/awkward), against the real command."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest
import yaml
from msgspec import UNSET

from tests.conftest import corpus_path
from tests.end_to_end.command import command
from tests.end_to_end.expectations import assert_sound
from tests.end_to_end.repositories import license_texts
from tests.replay_hub import ReplayHub
from tests.replay_hub.awkward_cases import Case, cases, contexts, shared

CASES = cases()
CONTEXTS = contexts()
OPEN = ("not_met", "unknown")


@dataclass(frozen=True)
class Answers:
    """What the command said: one batch without a context, and one for each user that a case asks for."""

    reports: Mapping[str, dict[str, Any]]
    errors: Mapping[str, dict[str, Any]]
    verdicts: Mapping[str, Mapping[str, dict[str, Any]]]
    """By context and target."""


@pytest.fixture(scope="session")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """All cases in one batch, as somebody would audit a list; without the corpus only those that need no text."""
    have = corpus_path() is not None
    texts = license_texts() if have else (lambda slug: b"")
    asked = [case for case in CASES if have or not case.needs_texts]
    described = [*shared(), *(one for case in asked for one in case.repositories)]
    with ReplayHub() as hub:
        for one in described:
            for repository in one.made(texts):
                hub.add(repository)
        folder = tmp_path_factory.mktemp("awkward")
        run = command(folder, hub.endpoint)
        plain = run.audit(*dict.fromkeys(case.asked for case in asked))
        answered = {}
        for name, context in CONTEXTS.items():
            path = run.cwd / f"{name}.yaml"
            path.write_text(yaml.safe_dump(context), "utf-8")
            wanted = [c.asked for c in asked if name in c.expect.verdicts or name in c.expect.verdict_duties]
            reports = run.audit(*dict.fromkeys(wanted), "--context", path.name).reports if wanted else {}
            answered[name] = {asked: report["verdict"] for asked, report in reports.items()}
    return Answers(plain.reports, plain.errors, answered)


def mark(case: Case) -> Any:
    marks = [pytest.mark.corpus] if case.needs_texts else []
    if case.known_wrong:
        # Strict: a case that has become right must lose its mark.
        marks.append(pytest.mark.xfail(strict=True, reason=case.known_wrong))
    return pytest.param(case, id=case.id, marks=marks)


@pytest.mark.parametrize("case", [mark(case) for case in CASES])
def test_the_right_answer(case: Case, answers: Answers) -> None:
    if case.needs_texts:
        license_texts()
    assert differences(case, answers) == []


def differences(case: Case, answers: Answers) -> list[str]:
    """Everything in which the answer differs from the right one."""
    expect = case.expect
    if expect.error is not None:
        error = answers.errors.get(case.asked)
        return [] if error and error["code"] == expect.error else [f"error: {error}"]
    if case.asked not in answers.reports:
        return [f"no report: {answers.errors.get(case.asked)}"]
    report = answers.reports[case.asked]
    assert_sound(report)
    wrong = [*_license(case, report), *_grades(case, report), *_findings(case, report), *_lineage(case, report)]
    for name in expect.verdicts.keys() | expect.verdict_duties.keys():
        verdict = answers.verdicts[name][case.asked]
        reasons = [f"{r['license']} {r['term']} {r['section']}" for r in verdict["reasons"] if r["decides"]]
        if name in expect.verdicts and verdict["outcome"] not in _several(expect.verdicts[name]):
            wrong.append(
                f"verdict for {name}: {verdict['outcome']} by {reasons}, not {expect.verdicts[name]}; {verdict['questions'][:3]}"
            )
        live = [duty for duty in verdict["obligations"] if duty["when"] == "now"]
        told = {duty["kind"] for duty in live} | {f"{duty['kind']}:{duty['phrase']}" for duty in live}
        wrong += [
            f"duty for {name}: no {duty} in {sorted(told)}"
            for duty in expect.verdict_duties.get(name, ())
            if duty not in told
        ]
    return wrong


def _several(value: str | list[str] | None) -> list[str | None]:
    return list(value) if isinstance(value, list) else [value]


def _license(case: Case, report: dict[str, Any]) -> list[str]:
    expect, weights = case.expect, report["licenses"]["weights"]
    wrong = []
    if expect.status is not None and weights["status"] not in _several(expect.status):
        wrong.append(f"status: {weights['status']}, not {expect.status}")
    if expect.concluded is not UNSET and weights["concluded"] not in _several(expect.concluded):
        wrong.append(f"concluded: {weights['concluded']}, not {expect.concluded}")
    code = report["licenses"]["code"]["concluded"]
    if expect.code_concluded is not UNSET and code != expect.code_concluded:
        wrong.append(f"license of the code: {code}, not {expect.code_concluded}")
    if missing := sorted(set(expect.also or ()) - set(weights["also"])):
        wrong.append(f"also: no {missing} in {weights['also']}")
    if expect.candidates is not None and weights["candidates"] != expect.candidates:
        wrong.append(f"candidates: {weights['candidates']}, not {expect.candidates}")
    if expect.renamed_from is not None and report["subject"]["renamed_from"] != expect.renamed_from:
        wrong.append(f"renamed from: {report['subject']['renamed_from']}")
    return wrong


def _grades(case: Case, report: dict[str, Any]) -> list[str]:
    expect, grades = case.expect, report["grades"]
    wrong = []
    for name, wanted in (("terms", expect.terms), ("weights", expect.weights), ("data", expect.data)):
        got = (grades[name]["level"], grades[name]["ceiling"])
        if wanted is not None and got != wanted:
            wrong.append(f"{name}: {got}, not {wanted}")
    if expect.terms_at_most is not None and grades["terms"]["level"] > expect.terms_at_most:
        wrong.append(f"terms: level {grades['terms']['level']}, at most {expect.terms_at_most}")
    if expect.data_ceiling_at_most is not None and grades["data"]["ceiling"] > expect.data_ceiling_at_most:
        wrong.append(f"data: ceiling {grades['data']['ceiling']}, at most {expect.data_ceiling_at_most}")
    if expect.label is not None and report["label"] not in _several(expect.label):
        wrong.append(f"label: {report['label']}, not {expect.label}")
    if expect.label_ceiling is not None and report["label_ceiling"] != expect.label_ceiling:
        wrong.append(f"label ceiling: {report['label_ceiling']}, not {expect.label_ceiling}")
    for term, value in expect.effective.items():
        got = report["effective_terms"].get(term, {}).get("value")
        if not _holds(got, value):
            wrong.append(f"{term}: {got}, not {value}")
    for term, whom in expect.inherited.items():
        got = report["effective_terms"].get(term, {}).get("from", [])
        if whom not in got:
            wrong.append(f"{term} comes from {got}, not from {whom}")
    for act, answer in expect.capabilities.items():
        if report["capabilities"][act]["answer"] != answer:
            wrong.append(f"{act}: {report['capabilities'][act]['answer']}, not {answer}")
    return wrong


def _holds(got: Any, wanted: Any) -> bool:
    """Whether a term has the value; lists of records count by any of them, records by the parts named."""
    if isinstance(wanted, dict):
        rows = got if isinstance(got, list) else [got]
        return any(isinstance(row, dict) and wanted.items() <= row.items() for row in rows)
    return bool(got == wanted)


def _findings(case: Case, report: dict[str, Any]) -> list[str]:
    expect = case.expect
    found: dict[str, dict[str, Any]] = {}
    for finding in report["findings"]:
        if finding["outcome"] in OPEN or finding["code"] not in found:
            found[finding["code"]] = finding
    stated = {code: finding for code, finding in found.items() if finding["outcome"] == "not_met"}
    wrong = []
    for code, severity in expect.findings.items():
        if code not in stated:
            wrong.append(f"finding {code} is missing")
        elif severity not in ("any", stated[code]["severity"]):
            wrong.append(f"finding {code}: {stated[code]['severity']}, not {severity}")
    wrong += [f"none of the findings {codes}" for codes in expect.any_of if not set(codes) & stated.keys()]
    wrong += [
        f"finding {code}: {found[code]['detail']}"
        for code in expect.absent
        if code in found and found[code]["outcome"] in OPEN
    ]
    for code, outcome in expect.outcomes.items():
        if found.get(code, {}).get("outcome") != outcome:
            wrong.append(f"check {code}: {found.get(code, {}).get('outcome')}, not {outcome}")
    for code, words in expect.says.items():
        finding = found.get(code, {"detail": "", "evidence": []})
        told = " ".join([finding["detail"], *(entry["quote"] or "" for entry in finding["evidence"])])
        wrong += [f"finding {code} does not say {word!r}: {told[:300]}" for word in words if word not in told]
    duties = {duty["kind"] for duty in report["obligations"]}
    wrong += [f"obligation {kind} is missing" for kind in expect.duties if kind not in duties]
    return wrong


def _lineage(case: Case, report: dict[str, Any]) -> list[str]:
    nodes = {node["id"]: node["status"] for node in report["lineage"]["nodes"]}
    edges = [(edge["from"], edge["to"], edge["relation"]) for edge in report["lineage"]["edges"]]
    wrong = [
        f"node {name}: {nodes.get(name)}, not {status}"
        for name, status in case.expect.nodes.items()
        if nodes.get(name) != status
    ]
    wrong += [f"edge {edge} is missing in {edges}" for edge in case.expect.edges if tuple(edge) not in edges]
    return wrong


def test_the_cases_are_many_and_each_says_why() -> None:
    assert len(CASES) >= 60
    assert len({case.id for case in CASES}) == len(CASES)
    assert all(len(case.why) > 25 for case in CASES)
    used = {name for case in CASES for name in (*case.expect.verdicts, *case.expect.verdict_duties)}
    assert used == CONTEXTS.keys()


def test_no_id_means_two_repositories() -> None:
    known: dict[tuple[str, str], Any] = {}
    for one in [*shared(), *(one for case in CASES for one in case.repositories)]:
        assert known.setdefault((one.kind, one.id), one) == one, one.id


def test_every_trap_of_the_research_has_a_case() -> None:
    """Sections 2, 6 and 7 of the peers' study, and the 25 traps of the license terms, are named by some `why`."""
    told = " ".join(case.why for case in CASES)
    for row in range(1, 13):
        assert re.search(rf"peers 2,? row {row}\b", told), f"row {row}"
    for trap in range(1, 26):
        assert re.search(rf"\b5\.{trap}\b", told), f"license-terms 5.{trap}"
