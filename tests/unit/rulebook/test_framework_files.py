"""Yardsticks are data: mistakes in them are found when the rulebook loads, with their place and a suggestion."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from auditor.rulebook.framework_files import read_differences, read_frameworks
from auditor.rulebook.load import load_rulebook
from auditor.rulebook.locator import data_folder
from auditor.rulebook.rule_files import RuleReader


def problems_of(folder: Path, file: str, old: str, new: str) -> str:
    """Change one file in a copy of the yardsticks and return what is wrong with them then."""
    rules = folder / "rules"
    shutil.copytree(data_folder("rules") / "frameworks", rules / "frameworks")
    shutil.copy(data_folder("rules") / "framework_differences.yaml", rules)
    text = (rules / file).read_text("utf-8")
    assert old in text
    (rules / file).write_text(text.replace(old, new), "utf-8")
    vocabulary = load_rulebook().vocabulary
    reader = RuleReader(rules, "rules")
    read_differences(reader, vocabulary, read_frameworks(reader, vocabulary))
    return "\n".join(reader.problems)


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("g7", "{fact: runnable_with_published_code, is: true}", "{fact: runable_with_published_code, is: true}",
         r"unknown fact 'runable_with_published_code'.*did you mean"),
        ("g7", "{use: whole_weights}", "{use: whole_weight}", r"no condition of this file is called 'whole_weight'"),
        ("mof", "in_list: open_licenses}}", "in_list: open_license}}", r"no list of this file is called 'open_license'"),
        ("mof", "instead_of: technical-report", "instead_of: technical-reports", r"no criterion is called 'technical-rep"),
        ("mof", "requires: [training-code,", "requires: [training-cod,", r"no criterion is called 'training-cod'"),
        ("mof", "states: [card_present]", "states: [training_code_full]", r"no yes/no fact a record may state"),
        ("mof", "unknown_name: datasets", "unknown_name: dataset", r"no criterion is called 'dataset'"),
        ("mof", "license: {fact: weights_licenses}", "license: {fact: weights_form}", r"no list of records"),
        ("osaid", "    undecided: Nothing", "    undecidet: Nothing", r"no sentence says what 'undecided' means"),
        ("osaid", "  - id: parameters", "  - id: freedoms", r"two criteria are called 'freedoms'|no criterion"),
        ("osaid", "kind: all-of", "kind: all_of", r"not allowed here.*all-of"),
        ("osaid", "id: osaid", "id: osiad", r"file name differ"),
        ("fmti", "points: {yes: 1, partial: 0, no: 0}", "points: {yes: 1, no: 0}", r"missing 'partial'"),
    ],
)  # fmt: skip
def test_mistakes_have_their_place(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    found = problems_of(tmp_path, f"frameworks/{file}.yaml", old, new)
    assert re.search(rf"frameworks/{file}\.yaml:\d+:\d+: .*(?:{message})", found), found


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("framework: osaid, results", "framework: osiad, results", r"no framework is called 'osiad'"),
        ("results: [open-weights]", "results: [open-weight]", r"g7 has no result 'open-weight'"),
        ("criterion: freedoms", "criterion: freedom", r"osaid has no criterion 'freedom'"),
        ("because: [training-code, data-processing-code", "because: [training-codes, data-processing-code", r"no criterion of"),
        ("{fact: eu_arguable, is: true}", "{fact: eu_arguabel, is: true}", r"unknown fact 'eu_arguabel'"),
    ],
)  # fmt: skip
def test_mistakes_in_differences_have_their_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    found = problems_of(tmp_path, "framework_differences.yaml", old, new)
    assert re.search(rf"framework_differences\.yaml:\d+:\d+: .*(?:{message})", found), found


def test_a_shared_condition_that_uses_itself_is_refused(tmp_path: Path) -> None:
    found = problems_of(tmp_path, "frameworks/g7.yaml", "conditions:\n", "conditions:\n  tag_only: {use: tag_only}\n")
    assert "duplicate key" in found
    found = problems_of(
        tmp_path / "b", "frameworks/g7.yaml", "    not: {fact: license_text_present, is: true}", "    use: tag_only"
    )
    assert "no condition of this file is called 'tag_only'" in found


def test_every_fact_only_a_disclosure_states_is_marked_so() -> None:
    """What completeness and people's judgments decide must not be read from a card by accident."""
    rulebook = load_rulebook()
    only = {name for name, kind in rulebook.vocabulary.facts.items() if kind.disclosed_only}
    assert {"monetization_free", "systemic_risk_model", "training_code_documented", "paper_peer_reviewed",
            "paper_covers_all", "hardware_documented", "evaluation_data_open", "data_card_open"} <= only  # fmt: skip
    for framework in rulebook.frameworks.values():
        for criterion in framework.criteria:
            if criterion.yes.condition.reads & only:
                assert criterion.confirm, (framework.id, criterion.id)
