"""The condition language of checks, spectrum, frameworks, verdicts and policies (design section 7).

A condition is data: `all`, `any`, `not`, a leaf `{fact: name, is|in|at_least|at_most|contains: value}`, or
`{any_of|every_of: list fact, where: condition}`. It is checked against the vocabulary and compiled to closures
once, when the rulebook loads; evaluation is three-valued. The same tree gives the facts it reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import msgspec

from auditor.model.evidence import Fact
from auditor.model.truth import NOT_APPLICABLE, Truth, all_of, any_of, negate
from auditor.rulebook.suggestion import did_you_mean
from auditor.rulebook.vocabulary import FactType

__all__ = ["Condition", "ConditionProblem", "FactReader", "compile_condition"]

FactReader: TypeAlias = Callable[[str], Fact]
_Test: TypeAlias = Callable[[FactReader], Truth]
Path: TypeAlias = tuple[str | int, ...]

OPERATORS = ("is", "in", "at_least", "at_most", "contains")


class Condition(msgspec.Struct, frozen=True):
    """A compiled condition: call `evaluate` with a function that gives facts by name."""

    evaluate: _Test
    reads: frozenset[str]
    """Names of the facts whose values can change the answer."""
    source: Any
    """The tree as written, for explanations."""


class ConditionProblem(msgspec.Struct, frozen=True):
    """What is wrong with a condition, and where inside the tree."""

    path: Path
    message: str


def compile_condition(
    tree: Any, facts: dict[str, FactType], *, allow_known: bool = False
) -> tuple[Condition | None, list[ConditionProblem]]:
    """Compile `tree`; return the condition, or `None` with every problem found.

    `allow_known` admits `{known: name}`, which only policies may use because it breaks monotony.
    """
    compiler = _Compiler(facts, allow_known)
    test = compiler.build(tree, ())
    if compiler.problems or test is None:
        return None, compiler.problems
    return Condition(test, frozenset(compiler.reads), tree), []


class _Compiler:
    def __init__(self, facts: dict[str, FactType], allow_known: bool) -> None:
        self.facts = facts
        self.allow_known = allow_known
        self.reads: set[str] = set()
        self.problems: list[ConditionProblem] = []

    def problem(self, path: Path, message: str) -> None:
        self.problems.append(ConditionProblem(path, message))

    def build(self, tree: Any, path: Path) -> _Test | None:
        if not isinstance(tree, dict) or not tree:
            self.problem(path, f"a condition is a mapping with all, any, not, fact, any_of or every_of, not {tree!r}")
            return None
        if len(tree) == 1:
            (word,) = tree
            if word in ("all", "any"):
                return self._group(word, tree[word], (*path, word))
            if word == "not":
                inner = self.build(tree["not"], (*path, "not"))
                return None if inner is None else _negated(inner)
            if word == "known" and self.allow_known:
                return self._known(tree["known"], (*path, "known"))
        if "fact" in tree:
            return self._leaf(tree, path)
        if "any_of" in tree or "every_of" in tree:
            return self._quantifier(tree, path)
        words = ("all", "any", "not", "fact", "any_of", "every_of")
        unknown = sorted(tree)[0]
        self.problem((*path, unknown), f"unknown word {unknown!r} in a condition{did_you_mean(unknown, words)}")
        return None

    def _group(self, word: str, trees: Any, path: Path) -> _Test | None:
        if not isinstance(trees, list):
            self.problem(path, f"{word} takes a list of conditions")
            return None
        tests = [self.build(tree, (*path, index)) for index, tree in enumerate(trees)]
        good = [test for test in tests if test is not None]
        if len(good) < len(tests):
            return None
        combine: Callable[[Iterable[Truth]], Truth] = all_of if word == "all" else any_of
        return lambda read: combine(test(read) for test in good)

    def _fact_type(self, name: Any, path: Path) -> FactType | None:
        kind = self.facts.get(name) if isinstance(name, str) else None
        if kind is None:
            self.problem(path, f"unknown fact {name!r}{did_you_mean(str(name), self.facts)}")
            return None
        self.reads.add(kind.name)
        return kind

    def _known(self, name: Any, path: Path) -> _Test | None:
        kind = self._fact_type(name, path)
        return None if kind is None else lambda read: read(kind.name).state == "known"

    def _leaf(self, tree: dict[str, Any], path: Path) -> _Test | None:
        kind = self._fact_type(tree["fact"], (*path, "fact"))
        operators = [word for word in tree if word != "fact"]
        if len(operators) != 1 or operators[0] not in OPERATORS:
            extra = next((word for word in operators if word not in OPERATORS), None)
            hint = did_you_mean(extra, OPERATORS) if extra else ""
            self.problem(path, f"a fact takes exactly one of {', '.join(OPERATORS)}{hint}")
            return None
        if kind is None:
            return None
        operator = operators[0]
        value = tree[operator]
        message = _operand_problem(kind, operator, value)
        if message:
            self.problem((*path, operator), message)
            return None
        return _LEAVES[operator](kind, value)

    def _quantifier(self, tree: dict[str, Any], path: Path) -> _Test | None:
        word = "any_of" if "any_of" in tree else "every_of"
        if set(tree) != {word, "where"}:
            self.problem(path, f"{word} takes exactly one `where` beside it")
            return None
        kind = self._fact_type(tree[word], (*path, word))
        if kind is None:
            return None
        if kind.base != "list" or not kind.fields:
            self.problem((*path, word), f"{kind.name} is no list of records")
            return None
        inner = _Compiler(kind.fields, allow_known=False)
        test = inner.build(tree["where"], (*path, "where"))
        self.problems.extend(inner.problems)
        if test is None:
            return None
        return _quantified(kind.name, test, exists=word == "any_of")


def _negated(inner: _Test) -> _Test:
    return lambda read: negate(inner(read))


def _quantified(name: str, test: _Test, *, exists: bool) -> _Test:
    combine: Callable[[Iterable[Truth]], Truth] = any_of if exists else all_of

    def evaluate(read: FactReader) -> Truth:
        fact = read(name)
        if fact.state != "known":
            return NOT_APPLICABLE if fact.state == "not_applicable" else None
        answers: list[Truth] = [test(_item_reader(item)) for item in fact.value]
        # What may be missing from an incomplete list could still decide either way.
        return combine(answers if fact.complete else [*answers, None])

    return evaluate


def _item_reader(item: dict[str, Any]) -> FactReader:
    def read(name: str) -> Fact:
        value = item.get(name)
        return Fact(name=name, state="unknown" if value is None else "known", value=value)

    return read


def _operand_problem(kind: FactType, operator: str, value: Any) -> str | None:
    """Return why `value` cannot stand behind `operator` for this fact, or `None`."""
    if operator == "in":
        if not isinstance(value, list) or not value:
            return "`in` takes a list of values"
        return next((p for p in (_operand_problem(kind, "is", inner) for inner in value) if p), None)
    if kind.base == "list":
        if operator == "contains":
            return None if isinstance(value, str) and kind.item == "string" else f"{kind.name} holds no such value"
        return None if operator == "is" and value == [] else f"{kind.name} is a list: use contains, `is: []` or any_of"
    if operator in ("at_least", "at_most"):
        return _bound_problem(kind, operator, value)
    if operator == "contains":
        return f"{kind.name} is no list"
    if kind.base == "boolean" and not isinstance(value, bool):
        return f"{kind.name} is true or false, not {value!r}"
    if kind.base == "enum" and value not in kind.values:
        return f"{value!r} is no value of {kind.name}{did_you_mean(str(value), kind.values)}"
    if kind.base == "number" and (isinstance(value, bool) or not isinstance(value, int | float)):
        return f"{kind.name} is a number, not {value!r}"
    if kind.base == "string" and not isinstance(value, str):
        return f"{kind.name} is words, not {value!r}"
    return None


def _bound_problem(kind: FactType, operator: str, value: Any) -> str | None:
    if kind.base == "enum" and kind.ordered:
        return None if value in kind.values else f"{value!r} is no value of {kind.name}"
    if kind.base == "number" and isinstance(value, int | float) and not isinstance(value, bool):
        return None
    return f"{operator} needs a number or an ordered value, which {kind.name} is not"


def _settled(fact: Fact) -> Truth:
    """Return the answer of a leaf when the fact has no value: unknown or not applicable."""
    return NOT_APPLICABLE if fact.state == "not_applicable" else None


def _leaf_is(kind: FactType, expected: Any) -> _Test:
    name = kind.name
    if kind.base == "list":

        def empty(read: FactReader) -> Truth:
            fact = read(name)
            if fact.state != "known":
                return _settled(fact)
            return False if fact.value else (True if fact.complete else None)

        return empty

    def equal(read: FactReader) -> Truth:
        fact = read(name)
        return bool(fact.value == expected) if fact.state == "known" else _settled(fact)

    return equal


def _leaf_in(kind: FactType, expected: Any) -> _Test:
    name = kind.name

    def member(read: FactReader) -> Truth:
        fact = read(name)
        return fact.value in expected if fact.state == "known" else _settled(fact)

    return member


def _leaf_contains(kind: FactType, expected: Any) -> _Test:
    name = kind.name

    def contains(read: FactReader) -> Truth:
        fact = read(name)
        if fact.state != "known":
            return _settled(fact)
        return True if expected in fact.value else (False if fact.complete else None)

    return contains


def _leaf_bound(sign: int) -> Callable[[FactType, Any], _Test]:
    def make(kind: FactType, expected: Any) -> _Test:
        name = kind.name
        rank: Callable[[Any], Any] = kind.values.index if kind.base == "enum" else lambda value: value
        bound = rank(expected)

        def within(read: FactReader) -> Truth:
            fact = read(name)
            if fact.state != "known":
                return _settled(fact)
            return bool(sign * rank(fact.value) >= sign * bound)

        return within

    return make


_LEAVES: dict[str, Callable[[FactType, Any], _Test]] = {
    "is": _leaf_is,
    "in": _leaf_in,
    "contains": _leaf_contains,
    "at_least": _leaf_bound(1),
    "at_most": _leaf_bound(-1),
}
