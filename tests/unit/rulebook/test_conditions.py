from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.evidence import Fact, Facts
from auditor.model.truth import NOT_APPLICABLE, Truth, all_of, any_of, negate
from auditor.rulebook.conditions import compile_condition
from auditor.rulebook.vocabulary import FactType
from tests.unit.fact_strategies import any_fact, resolution_of

FACTS = {
    "yes": FactType(name="yes", base="boolean", plain=""),
    "also": FactType(name="also", base="boolean", plain=""),
    "mode": FactType(name="mode", base="enum", plain="", values=("open", "auto", "closed"), ordered=True),
    "kind": FactType(name="kind", base="enum", plain="", values=("x", "y")),
    "count": FactType(name="count", base="number", plain=""),
    "words": FactType(name="words", base="list", plain="", item="string"),
    "items": FactType(
        name="items", base="list", plain="", item="record", fields={"ok": FactType(name="ok", base="boolean", plain="")}
    ),
}  # fmt: skip

LEAVES = [
    {"fact": "yes", "is": True},
    {"fact": "also", "is": False},
    {"fact": "mode", "at_most": "auto"},
    {"fact": "mode", "at_least": "auto"},
    {"fact": "kind", "in": ["x"]},
    {"fact": "count", "at_least": 1},
    {"fact": "words", "contains": "a"},
    {"fact": "words", "is": []},
    {"any_of": "items", "where": {"fact": "ok", "is": True}},
    {"every_of": "items", "where": {"fact": "ok", "is": True}},
]
trees = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda group: {"all": group}),
        st.lists(inner, max_size=3).map(lambda group: {"any": group}),
        inner.map(lambda one: {"not": one}),
    ),
    max_leaves=6,
)


def answer(tree: Any, **facts: Fact) -> Truth:
    condition, problems = compile_condition(tree, FACTS)
    assert condition, problems
    return condition.evaluate(Facts(facts).get)


def known(name: str, value: Any, *, complete: bool = True) -> Fact:
    return Fact(name=name, state="known", value=value, complete=complete)


@pytest.mark.parametrize(("left", "right"), list(itertools.product([True, False, None], repeat=2)))
def test_kleene_tables(left: bool | None, right: bool | None) -> None:
    conjunction = False if False in (left, right) else (None if None in (left, right) else True)
    disjunction = True if True in (left, right) else (None if None in (left, right) else False)
    assert all_of([left, right]) is conjunction
    assert any_of([left, right]) is disjunction
    assert negate(all_of([left, right])) is any_of([negate(left), negate(right)])


def test_not_applicable_counts_as_true_in_all_and_false_in_any() -> None:
    assert all_of([True, NOT_APPLICABLE]) is True
    assert all_of([None, NOT_APPLICABLE]) is None
    assert any_of([False, NOT_APPLICABLE]) is False
    assert any_of([NOT_APPLICABLE, NOT_APPLICABLE]) is NOT_APPLICABLE


@given(tree=trees, data=st.data())
@settings(max_examples=300)
def test_an_answer_never_changes_when_an_unknown_is_resolved(tree: Any, data: st.DataObject) -> None:
    before = {name: data.draw(any_fact(kind)) for name, kind in FACTS.items()}
    after = {name: data.draw(resolution_of(before[name], kind)) for name, kind in FACTS.items()}
    first = answer(tree, **before)
    if first is not None:
        assert answer(tree, **after) is first


@given(tree=trees, data=st.data())
@settings(max_examples=100)
def test_only_the_facts_a_condition_reads_can_change_it(tree: Any, data: st.DataObject) -> None:
    condition, _ = compile_condition(tree, FACTS)
    assert condition
    facts = {name: data.draw(any_fact(kind)) for name, kind in FACTS.items()}
    read_only = {name: fact for name, fact in facts.items() if name in condition.reads}
    assert condition.evaluate(Facts(facts).get) is condition.evaluate(Facts(read_only).get)


def test_an_incomplete_list_proves_only_what_is_in_it() -> None:
    some = known("words", ["a"], complete=False)
    assert answer({"fact": "words", "contains": "a"}, words=some) is True
    assert answer({"fact": "words", "contains": "b"}, words=some) is None
    assert answer({"fact": "words", "is": []}, words=known("words", [], complete=False)) is None
    assert answer({"fact": "words", "is": []}, words=known("words", [])) is True


def test_every_of_an_empty_list_is_unknown_unless_the_list_is_complete() -> None:
    tree = {"every_of": "items", "where": {"fact": "ok", "is": True}}
    assert answer(tree, items=known("items", [], complete=False)) is None
    assert answer(tree, items=known("items", [])) is True
    assert answer(tree, items=known("items", [{"ok": False}], complete=False)) is False
    assert answer(tree, items=known("items", [{}])) is None


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        ({"fact": "yess", "is": True}, "did you mean 'yes'"),
        ({"fact": "yes", "is": "true"}, "true or false"),
        ({"fact": "mode", "is": "opn"}, "did you mean 'open'"),
        ({"fact": "kind", "at_most": "x"}, "ordered value"),
        ({"fact": "yes"}, "exactly one of"),
        ({"fact": "yes", "is": True, "in": [True]}, "exactly one of"),
        ({"fact": "yes", "isnt": True}, "did you mean 'is'"),
        ({"fact": "words", "is": ["a"]}, "is a list"),
        ({"fact": "count", "is": "three"}, "is a number"),
        ({"any_of": "words", "where": {"fact": "ok", "is": True}}, "no list of records"),
        ({"any_of": "items", "where": {"fact": "okk", "is": True}}, "did you mean 'ok'"),
        ({"any_of": "items"}, "exactly one `where`"),
        ({"all": {"fact": "yes"}}, "takes a list"),
        ({"al": []}, "did you mean 'all'"),
        ({"known": "yes"}, "unknown word"),
        ([], "a condition is a mapping"),
        ({"fact": "kind", "in": []}, "takes a list of values"),
    ],
)
def test_mistakes_are_found_when_the_rule_is_compiled(tree: Any, words: str) -> None:
    condition, problems = compile_condition(tree, FACTS)
    assert condition is None
    assert any(words in problem.message for problem in problems), problems


def test_known_is_for_policies_only() -> None:
    condition, problems = compile_condition({"known": "yes"}, FACTS, allow_known=True)
    assert not problems
    assert condition
    assert condition.evaluate(Facts({}).get) is False


def test_every_mistake_is_reported_at_once() -> None:
    _, problems = compile_condition({"all": [{"fact": "a1", "is": 1}, {"fact": "b1", "is": 2}]}, FACTS)
    assert [problem.path for problem in problems] == [("all", 0, "fact"), ("all", 1, "fact")]
