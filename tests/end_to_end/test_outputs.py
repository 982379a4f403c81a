"""What the command writes: promised shapes, stable order, inert words, and how often it asks the Hub."""

from __future__ import annotations

import csv
import functools
import io
import json
from typing import Any

import pytest

from tests.end_to_end.command import REPOSITORY, Command
from tests.end_to_end.expectations import Case, assert_sound
from tests.end_to_end.repositories import BODY, CUSTOM, GGUF, dataset, model
from tests.end_to_end.test_awkward_repositories import CASES
from tests.end_to_end.test_false_yes import ATTEMPTS, Attempt
from tests.replay_hub import ReplayHub, Repository

MIT = {"license": "mit"}
FORMATS = {
    "text": "txt",
    "json": "json",
    "jsonl": "jsonl",
    "html": "html",
    "markdown": "md",
    "csv": "csv",
    "mot": "mot.yaml",
}


@functools.cache
def _validator(name: str) -> Any:
    from jsonschema import Draft202012Validator

    schema = json.loads((REPOSITORY / "schemas" / f"{name}.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def _valid(name: str, data: object) -> None:
    problems = [f"{'/'.join(map(str, e.absolute_path))}: {e.message[:200]}" for e in _validator(name).iter_errors(data)]
    assert problems == []


def _everything() -> list[Repository]:
    """Every repository of the other tests that needs no license text."""
    found = {}
    cases: list[Case | Attempt] = [*CASES, *ATTEMPTS]
    for case in cases:
        if not case.texts:
            for repository in case.repositories(lambda slug: b""):
                found[repository.kind, repository.id] = repository
    return list(found.values())


# -- shapes -----------------------------------------------------------------------------------------------------


def test_every_report_has_the_promised_shape(hub: ReplayHub, auditor: Command) -> None:
    repositories = _everything()
    for repository in repositories:
        hub.add(repository)
    targets = [f"datasets/{r.id}" if r.kind == "dataset" else r.id for r in repositories]
    ran = auditor.audit(*targets, "disclosed:openai/gpt-5", "disclosed:allenai/olmo-2-1124-7b", "acme/never-was")
    assert ran.code == 3
    _valid("batch.v1", ran.batch)
    assert len(ran.batch["reports"]) == len(targets) + 2
    for report in ran.batch["reports"]:
        _valid("report.v1", report)
        assert_sound(report)
        assert len(report["rulebook"]["sha256"]) == 64
    assert ran.batch["schema"] == "auditor/batch/1"


def test_json_is_a_batch_for_one_target_too(hub: ReplayHub, auditor: Command) -> None:
    hub.add(model("acme/one", MIT))
    batch = auditor.audit("acme/one").batch
    assert set(batch) == {"schema", "reports", "errors"}
    assert batch["errors"] == []


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_every_report_says_that_no_lawyer_has_read_it(hub: ReplayHub, auditor: Command, form: str) -> None:
    hub.add(model("acme/one", MIT))
    out = auditor("audit", "acme/one", "--format", form).out.lower()
    assert "not legal advice" in out
    assert "counsel" in out


def test_jsonl_streams_a_line_each(hub: ReplayHub, auditor: Command) -> None:
    for number in range(3):
        hub.add(model(f"acme/m{number}", MIT))
    lines = auditor("audit", "acme/m0", "acme/gone", "acme/m1", "acme/m2", "--format", "jsonl").out.splitlines()
    found = [json.loads(line) for line in lines]
    assert [entry.get("subject", {}).get("id") for entry in found] == ["acme/m0", None, "acme/m1", "acme/m2"]
    assert found[1]["error"]["target"] == "acme/gone"
    for entry in (found[0], *found[2:]):
        _valid("report.v1", entry)


def test_several_formats_need_a_folder(hub: ReplayHub, auditor: Command) -> None:
    hub.add(model("acme/one", MIT))
    ran = auditor("audit", "acme/one", "--format", "json", "--format", "csv")
    assert (ran.code, ran.out) == (2, "")
    assert "-o" in ran.err
    assert hub.seen == []
    options = [word for form in FORMATS for word in ("--format", form)]
    ran = auditor("audit", "acme/one", *options, "-o", "out/deep")
    assert (ran.code, ran.out) == (0, ""), ran.err
    written = sorted(path.name for path in (auditor.cwd / "out" / "deep").iterdir())
    assert written == sorted(f"report.{ending}" for ending in FORMATS.values())
    for form, ending in FORMATS.items():
        text = (auditor.cwd / "out" / "deep" / f"report.{ending}").read_bytes()
        assert text == auditor("audit", "acme/one", "--format", form).out.encode(), form


def test_one_format_is_a_file(hub: ReplayHub, auditor: Command) -> None:
    hub.add(model("acme/one", MIT))
    assert auditor("audit", "acme/one", "--format", "json", "-o", "a/b.json").out == ""
    assert json.loads((auditor.cwd / "a" / "b.json").read_text())["schema"] == "auditor/batch/1"
    (auditor.cwd / "file").write_text("x")
    ran = auditor("audit", "acme/one", "--format", "json", "-o", "file/below")
    assert ran.code == 2
    assert "file/below" in ran.err


# -- order and determinism --------------------------------------------------------------------------------------


def test_targets_come_back_in_the_order_given(hub: ReplayHub, auditor: Command) -> None:
    names = [f"acme/m{number:02}" for number in range(30)]
    for name in names:
        hub.add(model(name, MIT))
    asked = [*reversed(names), "acme/m03"]
    ran = auditor.audit(*asked, "--concurrency", "16")
    assert [report["subject"]["requested"] for report in ran.batch["reports"]] == asked
    assert auditor.audit(*asked, "--concurrency", "1").out == ran.out


def test_lists_are_sorted_by_their_keys(hub: ReplayHub, auditor: Command) -> None:
    card = {"license": ["mit", "apache-2.0"], "datasets": ["z/z", "a/a", "m/m"], "base_model": ["z/b", "a/b"]}
    hub.add(model("acme/lists", card, {"NOTICE": "n", "LICENSE": CUSTOM, "LICENSE.txt": CUSTOM}))
    report = auditor.audit("acme/lists").report
    keys: dict[str, list[Any]] = {
        "findings": [finding["id"] for finding in report["findings"]],
        "nodes": [node["id"] for node in report["lineage"]["nodes"]],
        "edges": [(edge["from"], edge["to"], edge["relation"]) for edge in report["lineage"]["edges"]],
        "datasets": [entry["id"] for entry in report["licenses"]["datasets"]],
        "problems": [(problem["code"], problem["message"]) for problem in report["problems"]],
        "obligations": [(duty["kind"], duty["when"], duty["license"]) for duty in report["obligations"]],
    }
    assert keys == {name: sorted(values) for name, values in keys.items()}
    assert len(keys["datasets"]) == 3
    for part in ("declared", "detected", "stated"):
        entries = [(e["channel"], e["raw"], e["id"] or "") for e in report["licenses"]["weights"][part]]
        assert entries == sorted(entries)


def test_the_same_evidence_gives_the_same_bytes(hub: ReplayHub, auditor: Command) -> None:
    """Another process, another hash seed, a cold and a warm cache, another order of the record."""
    hub.add(model("acme/one", {"license": "mit", "datasets": ["a/a", "b/b"]}, {"LICENSE": CUSTOM}))
    hub.add(dataset("a/a", {"license": "mit"}))
    first = auditor.audit("acme/one").out
    assert auditor.audit("acme/one").out == first
    assert auditor.having(PYTHONHASHSEED="3").process("audit", "acme/one", "--format", "json").out == first
    colder = auditor.having(AUDITOR_CACHE=str(auditor.cwd / "another-cache"))
    assert colder.audit("acme/one").out == first
    assert colder.audit("acme/one", "--offline").out == first


# -- inert words ------------------------------------------------------------------------------------------------

EVIL = '=HYPERLINK("http://acme.example")|<script>alert(1)</script>\n# Forged\n[x](javascript:alert(1)) `\x1b[31m\u202e'


@pytest.fixture
def hostile(hub: ReplayHub) -> Repository:
    card = {
        "license": "other", "license_name": EVIL, "license_link": "javascript:alert(1)", "base_model": EVIL,
        "datasets": [EVIL], "language": EVIL, "title": EVIL,
    }  # fmt: skip
    record = {"library_name": EVIL, "pipeline_tag": EVIL, "tags": [EVIL, f"license:{EVIL}", f"base_model:{EVIL}"]}
    return hub.add(
        model(
            "acme/hostile",
            card,
            {"LICENSE": EVIL + CUSTOM},
            body=f"{EVIL}\n\n## License\n\n{EVIL}\n{BODY}",
            record=record,
        )
    )


@pytest.mark.usefixtures("hostile")
class TestHostileWords:
    def test_csv_has_no_formulas(self, auditor: Command) -> None:
        out = auditor("audit", "acme/hostile", "--format", "csv").out
        rows = list(csv.reader(io.StringIO(out)))
        assert len(rows) == 2
        for cell in rows[1]:
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), cell
            assert "\x1b" not in cell

    def test_a_failed_target_is_no_formula_either(self, auditor: Command) -> None:
        (auditor.cwd / "list").write_text("=cmd|'/C calc'!A0\n")
        out = auditor("audit", "@list", "--format", "csv").out
        (_, row) = list(csv.reader(io.StringIO(out)))
        assert not row[0].startswith("=")

    def test_markdown_shows_words_as_words(self, auditor: Command) -> None:
        out = auditor("audit", "acme/hostile", "--format", "markdown").out
        from markdown_it import MarkdownIt

        page = MarkdownIt("commonmark", {"html": True}).enable("table").render(out)
        assert "<script" not in page
        assert 'href="javascript' not in page
        assert ">Forged</h" not in page
        assert "\x1b" not in out
        assert "\u202e" not in out

    def test_text_moves_no_cursor(self, auditor: Command) -> None:
        out = auditor("audit", "acme/hostile").out
        for letter in ("\x1b", "\u202e", "\r", "\x07"):
            assert letter not in out

    def test_html_runs_nothing(self, auditor: Command) -> None:
        out = auditor("audit", "acme/hostile", "--format", "html").out
        for words in ("<script>alert", 'href="javascript', "onerror=", "\x1b"):
            assert words not in out.lower()
        assert 'href="http://acme.example' not in out

    def test_json_keeps_the_words_and_stays_json(self, auditor: Command) -> None:
        ran = auditor.audit("acme/hostile")
        _valid("report.v1", ran.report)
        assert ran.report["grades"]["terms"]["level"] == 0

    def test_errors_move_no_cursor(self, auditor: Command) -> None:
        (auditor.cwd / "list").write_text("\x1b[31mred\n")
        ran = auditor("audit", "@list")
        assert "\x1b" not in ran.err + ran.out


# -- requests (design section 4) --------------------------------------------------------------------------------


def test_a_model_costs_one_call_and_its_texts(hub: ReplayHub, auditor: Command) -> None:
    files = {"LICENSE": CUSTOM, "NOTICE": "Notice of Acme\n", "USE_POLICY.md": "Be kind.\n", "modeling.py": "pass\n"}
    one = hub.add(model("acme/one", MIT, files))
    assert auditor.audit("acme/one").code == 0
    assert (hub.count("api"), hub.count("resolve")) == (1, 4)
    (call,) = [seen for seen in hub.seen if seen.kind == "api"]
    assert ("expand", "siblings") in call.query
    read = sorted(seen.path.rpartition("/")[2] for seen in hub.seen if seen.kind == "resolve")
    assert read == ["LICENSE", "NOTICE", "README.md", "USE_POLICY.md"]
    hub.forget()
    assert auditor.audit("acme/one").code == 0
    assert (hub.count("api"), hub.count("resolve")) == (1, 0)
    hub.forget()
    assert auditor.audit(f"acme/one@{one.sha}").code == 0
    assert auditor.audit("acme/one", "--revision", one.sha).code == 0
    assert auditor.audit("acme/one", "--offline").code == 0
    assert auditor.having(HF_HUB_OFFLINE="1").audit("acme/one").code == 0
    assert hub.seen == []


def test_nothing_is_probed(hub: ReplayHub, auditor: Command) -> None:
    """No file that is not listed, no weights, no query file: those count as downloads."""
    hub.add(model("acme/bare", MIT))
    hub.add(model("acme/GGUF", MIT, weights=GGUF))
    assert auditor.audit("acme/bare", "acme/GGUF").code == 0
    assert {seen.path.rpartition("/")[2] for seen in hub.seen if seen.kind == "resolve"} == {"README.md"}
    assert hub.started == 4


def test_bases_and_data_sets_cost_one_call_each_and_once(hub: ReplayHub, auditor: Command) -> None:
    card = {"license": "mit", "base_model": "acme/base", "datasets": ["acme/data", "acme/data2"]}
    for number in range(3):
        hub.add(model(f"acme/tuned{number}", card))
    hub.add(model("acme/base", {"license": "mit", "base_model": "acme/root"}))
    hub.add(model("acme/root", MIT))
    for name in ("acme/data", "acme/data2"):
        hub.add(dataset(name, MIT))
    assert auditor.audit("acme/tuned0").code == 0
    # Its record, its card, two ancestors with their cards, and two data sets.
    assert (hub.count("api"), hub.count("resolve")) == (5, 3)
    hub.forget()
    cold = auditor.having(AUDITOR_CACHE=str(auditor.cwd / "cold"))
    assert cold.audit("acme/tuned0", "acme/tuned1", "acme/tuned2", "--concurrency", "4").code == 0
    assert (hub.count("api"), hub.count("resolve")) == (3 + 4, 3 + 2)
    hub.forget()
    assert cold.audit("acme/tuned0").code == 0
    assert hub.started == 1


def test_branches_are_asked_for_when_something_speaks_of_checkpoints(hub: ReplayHub, auditor: Command) -> None:
    hub.add(
        model(
            "acme/steps",
            MIT,
            body=BODY + "\nIntermediate checkpoints are in branches named step1000.\n",
            branches=("main", "step1000"),
        )
    )
    hub.add(model("acme/silent", MIT))
    auditor.audit("acme/steps")
    assert [seen.path for seen in hub.seen if seen.path.endswith("/refs")] == ["/api/models/acme/steps/refs"]
    hub.forget()
    auditor.audit("acme/silent")
    assert [seen.path for seen in hub.seen if seen.path.endswith("/refs")] == []
    auditor.audit("acme/silent", "--checkpoints")
    assert [seen.path for seen in hub.seen if seen.path.endswith("/refs")] == ["/api/models/acme/silent/refs"]


def test_stats_count_as_the_server_does(hub: ReplayHub, auditor: Command) -> None:
    hub.add(model("acme/one", MIT, {"LICENSE": CUSTOM}, renamed_from=("acme/old",)))
    ran = auditor("audit", "acme/old", "--stats")
    assert f"requests: {hub.started} " in ran.err
    assert f"redirect hops: {hub.count('redirect')}" in ran.err
    assert hub.count("redirect") > 0
    assert "requests:" not in ran.out
