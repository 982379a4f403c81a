from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from auditor.errors import RulebookInvalid
from auditor.rulebook.load import load_rulebook
from auditor.rulebook.locator import data_folder


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("id: falcon", "id: gemma", "gemma stands twice"),
        ("vocab_size: [128256, 128330]", "vocab_size: [128330, 128256]", "the smaller number first"),
        ("name: '(?:^|[-_. ])(?:pali", "name: '(?:^|[-_. ](?:pali", "name is no pattern"),
        ("strength: weak, plain: the name, name", "strength: strong, plain: the name, name", "'weak' was expected"),
        ("model_type: [dbrx]", "model_typ: [dbrx]", "model_typ"),
    ],
)
def test_a_wrong_hint_is_refused_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(data_folder("rules"), rules)
    file = rules / "lineage_hints.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    with pytest.raises(RulebookInvalid) as caught:
        load_rulebook(rules)
    assert any("lineage_hints.yaml:" in problem and said in problem for problem in caught.value.problems)


def test_every_family_has_a_sign_and_no_publisher_in_capitals() -> None:
    families = load_rulebook().hints.families
    assert len({family.id for family in families}) == len(families) >= 15
    assert all(owner == owner.lower() for family in families for owner in family.publishers)
