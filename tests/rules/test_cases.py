"""The rulebook's own gates: it loads, every rule has cases, all of them come out right; and each gate can fail."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from auditor.errors import RulebookInvalid
from auditor.pipeline.rule_cases import case_problems
from auditor.rulebook.load import load_rulebook

REPOSITORY = Path(__file__).resolve().parents[2]
CASES = REPOSITORY / "tests" / "cases"


def test_every_rule_has_cases_and_they_come_out_right() -> None:
    assert case_problems(load_rulebook(), CASES) == []


def test_every_fact_of_the_vocabulary_is_asked_about_by_some_rule() -> None:
    rulebook = load_rulebook()
    asked: set[str] = {"license_status", "datasets", "weight_formats", "license_declared"}  # shown, not judged
    asked.add("subject_is_more_than_text")  # read where a verdict is given
    for check in rulebook.checks.values():
        asked |= check.when.reads | (check.applies.reads if check.applies else frozenset())
    for _, condition in rulebook.spectrum.conditions():
        asked |= condition.reads
    asked.update(*(framework.reads for framework in rulebook.frameworks.values()))
    unused = {name for name in rulebook.vocabulary.facts if not name.startswith("term.")} - asked
    assert not unused


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return Path(shutil.copytree(REPOSITORY / "rules", tmp_path / "rules"))


def problems_of(rules: Path) -> str:
    with pytest.raises(RulebookInvalid) as caught:
        load_rulebook(rules)
    assert caught.value.exit_code == 4
    return "\n".join(caught.value.problems)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_the_copy_is_sound_before_it_is_broken(rules: Path) -> None:
    assert load_rulebook(rules).sha256 == load_rulebook().sha256


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("checks/weights/weights-ungated.yaml", "access_mode", "acces_mode", "weights-ungated.yaml:7:14: unknown fact 'acces_mode'; did you mean 'access_mode'?"),
        ("checks/weights/weights-ungated.yaml", "is: open", "is: opne", "did you mean 'open'?"),
        ("checks/weights/weights-ungated.yaml", "severity: info", "severity: warn", "did you mean 'warning'?"),
        ("checks/weights/weights-ungated.yaml", "why:", "wy:", "unknown key 'wy'; did you mean 'why'?"),
        ("checks/weights/weights-ungated.yaml", "id: weights-ungated", "id: weights-free", "belongs into checks/weights/weights-free.yaml"),
        ("checks/weights/weights-ungated.yaml", "lifecycle: stable", "lifecycle: stable\nlifecycle: stable", "duplicate key 'lifecycle'"),
        ("spectrum.yaml", "checks: [weights-ungated]", "checks: [weights-ungatd]", "no check is called 'weights-ungatd'; did you mean 'weights-ungated'?"),
        ("spectrum.yaml", "checks: [weights-ungated]", "checks: [code-runnable]", "no check named here asks about access_mode"),
        ("spectrum.yaml", "label: api-only", "label: api-onyl", "unknown label"),
        ("licenses/mit.yaml", "aliases:", "aliases_:", "unknown key 'aliases_'; did you mean 'aliases'?"),
        ("licenses/mit.yaml", "id: mit", "id: mitt", "file name differ"),
        ("licenses/mit.yaml", "  sublicense:", "  sublicence:", "unknown term 'sublicence'; did you mean 'sublicense'?"),
        ("licenses/mit.yaml", "text: read", "text: partly", "did you mean 'partial'?"),
        ("vocabulary.yaml", "version:", "versio:", "did you mean 'version'?"),
        ("ambiguous_names.yaml", "name: openrail", "name: mit", "'mit' is an alias of mit"),
    ],
)  # fmt: skip
def test_each_gate_fails_on_a_bad_rule(rules: Path, file: str, old: str, new: str, message: str) -> None:
    change(rules / file, old, new)
    assert message in problems_of(rules)


def test_an_alias_claimed_twice_is_refused(rules: Path) -> None:
    change(rules / "licenses" / "bsd-3-clause.yaml", "aliases:\n", 'aliases:\n  - "MIT License"\n')
    assert "already belongs to" in problems_of(rules)


def test_a_read_profile_must_give_every_term_and_a_section_for_what_is_not_silence(rules: Path) -> None:
    text = (rules / "licenses" / "mit.yaml").read_text("utf-8").splitlines()
    kept = [line for line in text if not line.strip().startswith("venue:")]
    (rules / "licenses" / "mit.yaml").write_text("\n".join(kept), "utf-8")
    assert "missing venue" in problems_of(rules)


def test_a_disclosed_value_needs_a_source(rules: Path) -> None:
    place = rules / "disclosures" / "acme" / "model.yaml"
    place.parent.mkdir(parents=True)
    place.write_text(
        "id: acme/model\ntitle: Acme\npublisher: Acme\nkind: closed\nread_on: '2026-01-01'\nread_by: us\n"
        "facts:\n  weights_published: {value: false}\n  weights_publishd: {value: unknown}\n",
        "utf-8",
    )
    problems = problems_of(rules)
    assert "a value needs a source" in problems
    assert "did you mean 'weights_published'?" in problems


def test_all_problems_of_all_files_are_reported_together(rules: Path) -> None:
    change(rules / "checks" / "weights" / "weights-ungated.yaml", "access_mode", "acces_mode")
    change(rules / "checks" / "code" / "code-runnable.yaml", "severity: warning", "severity: bad")
    problems = problems_of(rules)
    assert "weights-ungated.yaml" in problems
    assert "code-runnable.yaml" in problems


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("checks/weights-ungated.yaml", None, "weights-ungated.yaml: missing; make its skeleton with: auditor rules new-case weights-ungated"),
        ("licenses/mit.yaml", None, "licenses/mit.yaml: missing; make its skeleton with: auditor rules new-case mit"),
        ("checks/weights-ungated.yaml", "check: weights-ungated\ncases:\n  - {name: a, facts: {access_mode: open}, expect: not_met}\n  - {name: b, facts: {}, expect: unknown}\n  - {name: c, facts: {access_mode: manual}, expect: not_met}\n", "expected not_met, got met"),
        ("checks/weights-ungated.yaml", "check: weights-ungated\ncases:\n  - {name: a, facts: {access_mode: open}, expect: met}\n  - {name: b, facts: {}, expect: unknown}\n  - {name: c, facts: {}, expect: unknown}\n", "no case that comes out not_met"),
        ("checks/nothing.yaml", "check: nothing\ncases:\n  - {name: a, facts: {}, expect: met}\n  - {name: b, facts: {}, expect: met}\n  - {name: c, facts: {}, expect: met}\n", "no check 'nothing'"),
        ("licenses/mit.yaml", "license: mit\naliases: [apache-2.0]\nnear_misses: [{name: x, resolves_to: null}]\n", "'apache-2.0' does not lead to mit"),
        ("licenses/mit.yaml", "license: mit\naliases: [mit]\nnear_misses: [{name: MIT License, resolves_to: null}]\n", "'MIT License' leads to mit"),
        ("licenses/mit.yaml", "license: mit\naliases: [mit]\nnear_misses: [{name: x, resolves_to: null}]\nterms: {commercial_use: no}\n", "expected 'no', the profile says 'yes'"),
    ],
)  # fmt: skip
def test_each_gate_fails_on_a_bad_case(tmp_path: Path, file: str, text: str | None, message: str) -> None:
    cases = Path(shutil.copytree(CASES, tmp_path / "cases"))
    if text is None:
        (cases / file).unlink()
    else:
        (cases / file).write_text(text, "utf-8")
    assert any(message in problem for problem in case_problems(load_rulebook(), cases))
