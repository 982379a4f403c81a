"""A release record read by rules as data, against the tool's procedure written down step by step."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.engine.frameworks import judge_framework
from auditor.errors import BrokenRecord
from auditor.fetch.release_record import parsed_record
from auditor.model.frameworks import FrameworkReport
from auditor.model.snapshot import Document, Snapshot
from auditor.pipeline.release_record import release_record_of
from auditor.rulebook.load import Rulebook, load_rulebook

RULEBOOK = load_rulebook()
OPEN = frozenset(RULEBOOK.frameworks["mof"].lists["open_licenses"])
# Name -> the tool's number, kind and class, in the order it has them configured.
PARTS = {
    "Datasets": (15, "data", 1), "Data preprocessing code": (16, "code", 1), "Model architecture": (9, "code", 3),
    "Model parameters (Final)": (10, "data", 3), "Model metadata": (17, "data", 0),
    "Model parameters (Intermediate)": (24, "data", 1), "Training code": (7, "code", 2),
    "Inference code": (8, "code", 2), "Evaluation code": (18, "code", 2), "Evaluation data": (19, "data", 2),
    "Evaluation results": (12, "document", 3), "Supporting libraries and tools": (22, "code", 0),
    "Model card": (13, "document", 3), "Data card": (14, "document", 3), "Technical report": (11, "document", 3),
    "Research paper": (21, "document", 1), "Sample model outputs": (20, "data", 0),
}  # fmt: skip
REQUIRED = {n: [number for number, _, level in PARTS.values() if level == n] for n in (3, 2, 1)}
KINDS = {number: kind for number, kind, _ in PARTS.values()}


def procedure(release: dict[str, Any]) -> tuple[int, dict[int, float]]:
    """The tool's class (0 for none) and progress, one step after another."""
    own: dict[int, Any] = {}
    for component in release.get("components") or []:
        number = PARTS.get(component.get("name"), PARTS["Datasets"])[0]
        own[number] = component.get("license")
    whole = release.get("license") or {}

    def is_open(number: int) -> bool:
        given_license = own[number]
        if given_license is None:
            for kind in (KINDS[number], "distribution"):
                if (whole.get(kind) or {}).get("name"):
                    given_license = whole[kind]["name"]
                    break
        return given_license in OPEN

    needed: list[int] = []
    counts: dict[int, tuple[int, int]] = {}
    for level in (3, 2, 1):
        needed += REQUIRED[level]
        met = {number for number in needed if number in own and is_open(number)}
        total = len(needed)
        paper = 21 in own and is_open(21)
        if paper and 11 not in met:
            met, total = met | {21}, total - (level == 1)
        counts[level] = (len(met), total)
    reached, progress, before = 0, {}, True
    for level in (3, 2, 1):
        met_count, total = counts[level]
        progress[level] = round(100 * met_count / total, 2) if before else 0.0
        before = before and met_count >= total
        if before:
            reached = level
    return reached, progress


def audited(release: Any, rulebook: Rulebook = RULEBOOK) -> FrameworkReport:
    text = yaml.safe_dump({"release": release}, allow_unicode=True, sort_keys=False)
    document = Document(path="anvil.yml", role="other", status="read", text=text)
    snapshot = Snapshot(
        kind="record", id="anvil.yml", requested="mot:anvil.yml", source="record", retrieved_at="2026-03-04T05:06:07Z",
        documents=(document,),
    )  # fmt: skip
    record = release_record_of(snapshot, rulebook)
    assert record is not None
    return judge_framework(rulebook.frameworks["mof"], record.facts)


licenses = st.sampled_from(
    [
        "MIT",
        "Apache-2.0",
        "CC-BY-4.0",
        "CDLA-Permissive-2.0",
        "MIT",
        "mit",
        "MIT License",
        "Proprietary",
        "",
        "unlicensed",
        None,
    ]
)
names = st.sampled_from([*PARTS, "Dataset", "model card", "", None])
components = st.lists(
    st.fixed_dictionaries({}, optional={"name": names, "license": licenses, "component_path": st.text(max_size=5)}),
    max_size=24,
)
whole = st.dictionaries(
    st.sampled_from(["distribution", "code", "data", "document", "other"]),
    st.fixed_dictionaries({}, optional={"name": licenses, "path": st.just("")}), max_size=4,
)  # fmt: skip
nearly_all = st.lists(st.sampled_from(list(PARTS)), max_size=2).map(
    lambda left: [{"name": name, "license": "MIT"} for name in PARTS if name not in left]
)


@settings(max_examples=250, deadline=None)
@given(st.one_of(components, st.tuples(nearly_all, components).map(lambda both: [*both[0], *both[1][:2]])), whole)
def test_class_and_progress_are_those_of_the_procedure(parts: list[dict[str, Any]], over: dict[str, Any]) -> None:
    release = {"name": "Anvil", "license": over, "components": parts}
    found = audited(release)
    level, progress = procedure(release)
    assert found.result == found.ceiling == {0: "unclassified", 3: "III", 2: "II", 1: "I"}[level]
    assert [step.percent for step in found.progress] == [progress[n] for n in (3, 2, 1)]


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(("name", "license", "components", "origin", "producer"), plain))
)
def test_any_shape_is_read_or_refused(release: dict[str, Any]) -> None:
    try:
        found = audited(release)
    except BrokenRecord:
        return
    assert found.result in ("unclassified", "III", "II", "I")


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_any_text_is_a_record_or_an_error_with_its_place(text: str) -> None:
    problem = "anvil.yml:"
    try:
        parsed_record(text, "anvil.yml")
    except BrokenRecord as error:
        problem = error.message
    assert problem.startswith("anvil.yml:")


def test_another_subject_is_no_record() -> None:
    snapshot = Snapshot(kind="model", id="a/b", requested="a/b", source="hub", retrieved_at="2026-03-04T05:06:07Z")
    assert release_record_of(snapshot, RULEBOOK) is None


@pytest.mark.parametrize("origin", ["Anvil", "anvil", "Acme", "", None])
def test_itself_is_no_base(origin: str | None) -> None:
    text = yaml.safe_dump({"release": {"name": "Anvil", "producer": "Acme", "origin": origin}})
    document = Document(path="anvil.yml", role="other", status="read", text=text)
    snapshot = Snapshot(
        kind="record", id="anvil.yml", requested="mot:anvil.yml", source="record", retrieved_at="2026-03-04T05:06:07Z",
        documents=(document,),
    )  # fmt: skip
    record = release_record_of(snapshot, RULEBOOK)
    assert record is not None
    assert record.bases == ()
