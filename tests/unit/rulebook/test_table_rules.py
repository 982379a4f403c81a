"""rules/table.yaml: every path must lead somewhere in a report, every name be one column's."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from auditor.rulebook.load import load_rulebook
from auditor.rulebook.rule_files import RuleReader
from auditor.rulebook.table_rules import read_table_rules

RULES = Path(__file__).resolve().parents[3] / "rules"


def problems_with(tmp_path: Path, old: str, new: str) -> list[str]:
    text = (RULES / "table.yaml").read_text("utf-8")
    assert old in text
    (tmp_path / "table.yaml").write_text(text.replace(old, new, 1), "utf-8")
    reader = RuleReader(tmp_path, "rules")
    assert read_table_rules(reader) is None
    return reader.problems


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("path: [grades.weights.level]", "path: [grades.weights.levle]", "did you mean 'level'?"),
        ("high: grades.weights.ceiling", "high: grade.weights.ceiling", "did you mean 'grades'?"),
        ("path: [subject.kind]", "path: [subject.kind.x]", "no 'x' there"),
        ("{at: subject.released.evidence}", "{at: subject.released.evidenz}", "did you mean 'evidence'?"),
        ("{findings: grades.data.decided_by}", "{findings: grades.data.decided}", "did you mean 'decided_by'?"),
        ("default: [model, publisher", "default: [model, publishr", "did you mean 'publisher'?"),
        ("sort: [-label, -score", "sort: [-label, -scores", "did you mean 'score'?"),
        ("[{columns: [weights, code,", "[{columns: [weihgts, code,", "did you mean 'weights'?"),
        ("  - id: kind\n", "  - id: model\n", "model is the name of a column already"),
        ("{low: weights_level, high", "{low: code_level, high", "code_level is the name of a column already"),
        ("    kind: count\n", "    kind: text\n", "a count, and nothing else, says where"),
        ("    high: label_ceiling\n", "", "has high and ends"),
        ("    kind: roots\n", "    kind: root\n", "did you mean 'roots'?"),
        ("    part: owner\n", "    prat: owner\n", "unevaluated"),
    ],
)
def test_a_mistake_is_found_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    found = problems_with(tmp_path, old, new)
    assert any(said.lower() in problem.lower() for problem in found), found
    assert all(problem.startswith("rules/table.yaml:") for problem in found)


def test_the_rulebook_needs_its_table(tmp_path: Path) -> None:
    from auditor.errors import RulebookInvalid

    shutil.copytree(RULES, tmp_path / "rules")
    (tmp_path / "rules" / "table.yaml").unlink()
    with pytest.raises(RulebookInvalid, match=r"table\.yaml"):
        load_rulebook(tmp_path / "rules")


def test_members_of_families_have_names_of_their_own() -> None:
    rules = load_rulebook().table
    for name in (
        "term.commercial_use",
        "can.sell",
        "frameworks.a.result",
        "frameworks.a.criteria.b",
        "frameworks.a.score",
    ):
        column = rules.column(name)
        assert column is not None
        assert column.id == name
        assert not any("{" in text for text in (*column.path, column.sentence, column.heading, *column.names))
    for name in ("term.", "term.a b", "term.{}", "term.a.b", "frameworks..result", "term." + "x" * 200, "nothing"):
        assert rules.column(name) is None
