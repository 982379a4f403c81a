"""Texts that expressions of Python can be, and the small questions asked of calls and containers on the way."""

from __future__ import annotations

import ast
import itertools
from dataclasses import dataclass

from auditor.scan.python_scopes import Binding, Scope

__all__ = [
    "Resolved",
    "Value",
    "chosen",
    "formatted",
    "is_none",
    "made_by",
    "members",
    "passed",
    "product",
    "unknown",
    "woven",
]

MAX_VALUES = 200


@dataclass(frozen=True)
class Value:
    """A text with the literal it stands in."""

    text: str
    node: ast.expr


@dataclass
class Resolved:
    """What an expression can be; `whole` when nothing else is possible as far as the module shows."""

    values: list[Value]
    whole: bool = True
    is_path: bool = False
    """It is made as a path of the machine: no name of anything."""

    def also(self, other: Resolved) -> None:
        """Take in what `other` can be."""
        self.values = [*self.values, *other.values][:MAX_VALUES]
        self.whole = self.whole and other.whole
        self.is_path = self.is_path or other.is_path


def unknown() -> Resolved:
    """Return what is said of an expression that the module does not explain."""
    return Resolved([], whole=False)


def product(parts: list[Resolved | str], node: ast.expr) -> Resolved:
    """Return every text that `parts` can make together; it stands where `node` stands."""
    whole = True
    choices: list[list[str]] = []
    for part in parts:
        if isinstance(part, str):
            choices.append([part])
            continue
        whole = whole and part.whole and bool(part.values)
        choices.append(list(dict.fromkeys(value.text for value in part.values))[:16])
    texts = itertools.islice(itertools.product(*choices), 64)
    is_path = any(not isinstance(part, str) and part.is_path for part in parts)
    return Resolved([Value("".join(text), node) for text in texts], whole=whole, is_path=is_path)


def woven(pieces: list[str], given: list[Resolved], node: ast.expr) -> Resolved:
    """Return `pieces` with what was given in between."""
    parts: list[Resolved | str] = [pieces[0]]
    for piece, one in zip(pieces[1:], given, strict=True):
        parts += [one, piece]
    return product(parts, node)


def formatted(text: str, given: list[Resolved], named: dict[str, Resolved], node: ast.expr) -> Resolved:
    """Return what `text.format(...)` makes of its places, or the unknown."""
    pieces = text.split("{}")
    if len(pieces) == len(given) + 1:
        return woven(pieces, given, node)
    for name, found in named.items():
        if len(found.values) == 1:
            text = text.replace(f"{{{name}}}", found.values[0].text)
    return Resolved([Value(text, node)]) if "{" not in text else unknown()


def is_none(node: ast.expr) -> bool:
    """Return whether an expression says that there is no value."""
    return isinstance(node, ast.Constant) and (node.value is None or node.value is ...)


def made_by(bindings: list[Binding]) -> tuple[ast.Call, Scope] | None:
    """Return the last call among bindings."""
    for binding in reversed(bindings):
        if isinstance(binding.value, ast.Call):
            return binding.value, binding.scope
    return None


def passed(call: ast.AST, name: str, index: int | None) -> ast.expr | None:
    """Return what a call passes to a parameter by name or place."""
    if not isinstance(call, ast.Call):
        return None
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    plain = not any(isinstance(one, ast.Starred) for one in call.args)
    return call.args[index] if index is not None and plain and 0 <= index < len(call.args) else None


def members(node: ast.expr) -> list[ast.expr]:
    """Return the items of a container, values for a dictionary."""
    if isinstance(node, ast.Dict):
        return list(node.values)
    if isinstance(node, ast.DictComp):
        return [node.value]
    if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
        return [node.elt]
    return list(node.elts) if isinstance(node, ast.List | ast.Tuple | ast.Set) else []


def chosen(container: ast.expr, key: ast.expr) -> list[ast.expr]:
    """Return the item under a literal key, or every item when the key is not known."""
    if not isinstance(key, ast.Constant) or isinstance(container, ast.DictComp | ast.ListComp):
        return members(container)
    if isinstance(container, ast.Dict):
        pairs = zip(container.keys, container.values, strict=True)
        return [value for k, value in pairs if isinstance(k, ast.Constant) and k.value == key.value]
    items = members(container)
    whole = isinstance(key.value, int) and not isinstance(key.value, bool) and -len(items) <= key.value < len(items)
    return [items[key.value]] if whole else []  # type: ignore[index]  # an int, as `whole` says
