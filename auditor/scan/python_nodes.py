"""The shape of Python's syntax trees: which nodes stand below which, for a walk that asks this of every node."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from typing import Final, TypeVar

__all__ = ["LEAVES", "children_of", "fields_of", "is_python"]

Place = TypeVar("Place")

# Nothing stands below these, and nothing is learned from them: texts, numbers, names, the marks of operations.
_MARKS = (ast.expr_context, ast.operator, ast.unaryop, ast.boolop, ast.cmpop)
LEAVES: Final = frozenset(
    {str, int, bool, float, bytes, complex, type(None), type(...), ast.Name, ast.alias, ast.Pass, ast.Break}
    | {ast.Continue}
    | {kind for base in _MARKS for kind in base.__subclasses__()}
)
# Fields that hold no nodes, or none that say anything.
_PLAIN = frozenset(
    {"ctx", "op", "ops", "attr", "arg", "kind", "type_comment", "level", "module", "is_async", "conversion", "names"}
    | {"id", "type_ignores"}
)
_FIELDS: dict[str, tuple[str, ...]] = {}


def fields_of(kind: type[ast.AST]) -> tuple[str, ...]:
    """Return the fields of a kind of node in which nodes can stand, the last first."""
    found = _FIELDS.get(kind.__name__)
    if found is None:
        found = _FIELDS[kind.__name__] = tuple(name for name in reversed(kind._fields) if name not in _PLAIN)
    return found


def children_of(node: ast.AST, outer: Place, inner: Place) -> Iterator[tuple[ast.AST, Place]]:
    """Yield what stands below a class or function, the last first, each with the scope that it belongs to."""
    outside: set[int] = set()
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        outside = {id(one) for one in (*node.decorator_list, node.args, node.returns)}
    elif isinstance(node, ast.ClassDef):
        outside = {id(one) for one in (*node.decorator_list, *node.bases, *node.keywords)}
    for name in reversed(node._fields):
        value = getattr(node, name, None)
        if isinstance(value, list):
            for one in reversed(value):
                if isinstance(one, ast.AST):
                    yield one, outer if id(one) in outside else inner
        elif isinstance(value, ast.AST):
            yield value, outer if id(value) in outside else inner


def is_python(text: str) -> bool:
    """Return whether `text` is Python, as far as its syntax goes."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True
