"""The lint rules are data: mistakes in them are found when the rulebook loads, with their place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from auditor.errors import RulebookInvalid
from auditor.facts.reading import Reading
from auditor.facts.subject_view import view_of
from auditor.model.snapshot import Snapshot
from auditor.pipeline.auditor import Auditor
from auditor.pipeline.lint_facts import LintFacts, hub_id_of
from auditor.rulebook.load import load_rulebook
from auditor.rulebook.locator import data_folder


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("finding: missing-notice", "finding: missing-notise", r"no finding is called 'missing-notise'"),
        ("license: {text_license_hub}", "license: {text_licence_hub}", r"nothing is known as \{text_licence_hub\}"),
        ("when: {fact: card_absent, is: true}", "when: {fact: card_absend, is: true}", r"unknown fact 'card_absend'"),
        ("- id: card-unread", "- id: card-missing", r"card-missing stands twice"),
        ("  card_read: {type", "  license_declared: {type", r"has a meaning already|unknown fact"),
        ("      - {lines: [\"license_name: {meant_license}\"]}", "      - {lines: [\"a\"], certain: true}", r"certain lines need a condition"),
    ],
)  # fmt: skip
def test_mistakes_have_their_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    rules = Path(shutil.copytree(data_folder("rules"), tmp_path / "rules"))
    text = (rules / "lint.yaml").read_text("utf-8")
    assert old in text
    (rules / "lint.yaml").write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(RulebookInvalid, match=rf"lint\.yaml:\d+:\d+: .*(?:{message})"):
        load_rulebook(rules)


def test_every_declared_fact_is_worked_out_and_no_other() -> None:
    rulebook = load_rulebook()
    auditor = Auditor(rulebook)
    snapshot = Snapshot(kind="model", id="a/b", requested="a/b", source="hub", retrieved_at="2026-01-01T00:00:00Z",
                        record={"cardData": {"license": "mit", "base_model": "a/c"}})  # fmt: skip
    assessment = auditor.assess(snapshot, date="2026-01-01")
    reading = Reading.from_mapping(rulebook.reading)
    found = LintFacts(view_of(snapshot), assessment, rulebook, reading).facts
    assert set(found) == set(rulebook.lint.facts)


def test_every_id_of_the_hub_leads_to_its_license_and_back() -> None:
    rulebook = load_rulebook()
    meant = [rulebook.names[name] for name in rulebook.lint.hub_license_ids if name in rulebook.names]
    assert len(meant) > 60
    for name in meant:
        back = hub_id_of(name, rulebook)
        assert back is not None
        assert rulebook.names[back] == name
