"""Hypothesis strategies for facts of any type the vocabulary knows."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from auditor.model.evidence import Fact
from auditor.rulebook.vocabulary import FactType


def values_of(kind: FactType) -> st.SearchStrategy[Any]:
    if kind.base == "boolean":
        return st.booleans()
    if kind.base == "enum":
        return st.sampled_from(kind.values)
    if kind.base == "number":
        return st.integers(-5, 5)
    return st.sampled_from(["a", "b", "c"])


def items_of(kind: FactType) -> st.SearchStrategy[Any]:
    if not kind.fields:
        return st.sampled_from(["a", "b", "c"])
    fields = {name: values_of(field) for name, field in kind.fields.items() if field.base != "list"}
    return st.fixed_dictionaries({}, optional=fields)


def known_fact(kind: FactType) -> st.SearchStrategy[Fact]:
    """A fact with nothing left to find out."""
    if kind.base == "list":
        full = st.lists(_full_item(kind), max_size=3)
        return full.map(lambda value: Fact(name=kind.name, state="known", value=value))
    return values_of(kind).map(lambda value: Fact(name=kind.name, state="known", value=value))


def _full_item(kind: FactType) -> st.SearchStrategy[Any]:
    if not kind.fields:
        return st.sampled_from(["a", "b", "c"])
    return st.fixed_dictionaries({n: values_of(f) for n, f in kind.fields.items() if f.base != "list"})


def any_fact(kind: FactType) -> st.SearchStrategy[Fact]:
    """A fact that may be unknown, or a list that may be incomplete and hold half-known records."""
    unknown = st.just(Fact(name=kind.name, state="unknown"))
    if kind.base != "list":
        return st.one_of(unknown, known_fact(kind))
    partial = st.builds(
        lambda value, complete: Fact(name=kind.name, state="known", value=value, complete=complete),
        st.lists(items_of(kind), max_size=3),
        st.booleans(),
    )
    return st.one_of(unknown, partial)


def resolution_of(fact: Fact, kind: FactType) -> st.SearchStrategy[Fact]:
    """Any way in which the fact could turn out, agreeing with what is already known of it."""
    if fact.state == "unknown":
        return known_fact(kind)
    if kind.base != "list":
        return st.just(fact)
    filled = [
        st.fixed_dictionaries({n: st.just(item[n]) if n in item else values_of(f) for n, f in kind.fields.items()})
        if kind.fields
        else st.just(item)
        for item in fact.value
    ]
    more = st.just([]) if fact.complete else st.lists(_full_item(kind), max_size=2)
    return st.tuples(st.tuples(*filled), more).map(
        lambda parts: Fact(name=kind.name, state="known", value=[*parts[0], *parts[1]])
    )
