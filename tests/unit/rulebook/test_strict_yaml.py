from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.rulebook.strict_yaml import read_strict_yaml


def test_only_true_and_false_are_booleans_and_versions_and_dates_stay_words() -> None:
    text = "a: no\nb: yes\nc: true\nd: 2024-01-01\ne: 2.0\nf: 12:30:00\ng: 1_000\nh: ~\ni: '1'\nj: 007\nk: 10.0.1"
    data = read_strict_yaml(text, "x.yaml").data
    assert data == {
        "a": "no", "b": "yes", "c": True, "d": "2024-01-01", "e": 2.0, "f": "12:30:00", "g": "1_000", "h": None,
        "i": "1", "j": "007", "k": "10.0.1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3\n", "x.yaml:3:1: duplicate key 'a'"),
        ("a: &x 1\nb: *x\n", "x.yaml:1:4: anchors and aliases are not allowed"),
        ("a: !!python/object:os.system {}\n", "x.yaml:1:4: tags are not allowed"),
        ("a: [1\n", "not YAML"),
        ("a: 1\n---\nb: 2\n", "more than one document"),
        ("? [1, 2]\n: 3\n", "a key must be a plain word"),
        ("a: " + "[" * 60 + "]" * 60, "nested too deep"),
        ("\x00", "not YAML"),
    ],
)
def test_refused_with_place(text: str, problem: str) -> None:
    found = read_strict_yaml(text, "x.yaml")
    assert any(problem in line for line in found.problems), found.problems


def test_all_problems_of_a_text_are_reported_together() -> None:
    found = read_strict_yaml("a: 1\na: 2\nb:\n  c: 1\n  c: 2\n", "x.yaml")
    assert found.problems == ["x.yaml:2:1: duplicate key 'a'", "x.yaml:5:3: duplicate key 'c'"]


def test_an_alias_bomb_is_refused_before_it_expands() -> None:
    bomb = "a: &a [x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
    )
    found = read_strict_yaml(bomb, "x.yaml")
    assert found.data is None
    assert found.problems


def test_places_of_keys_and_values() -> None:
    found = read_strict_yaml("a:\n  - b: 1\n    c: 2\n", "x.yaml")
    assert found.at(("a", 0, "c")) == "x.yaml:3:8"
    assert found.at(("a", 0, "c"), key=True) == "x.yaml:3:5"
    assert found.at(("a", 0, "missing")) == "x.yaml:2:5"


@given(st.text())
def test_never_raises(text: str) -> None:
    found = read_strict_yaml(text, "x.yaml")
    assert found.problems or found.data is None or isinstance(found.data, (dict, list, str, int, float, bool))
