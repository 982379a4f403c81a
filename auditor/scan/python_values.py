"""Follow an expression of a Python module to the literals it can stand for, without running anything."""

from __future__ import annotations

import ast

from auditor.scan.python_known import CHOOSING, DEFAULTS, ENVIRONMENT, ENVIRONMENT_MAPS, GIVEN, PASSING, PATHS
from auditor.scan.python_lookup import Lookup
from auditor.scan.python_scopes import Argument, Binding, Module, Scope, dotted
from auditor.scan.python_texts import (
    MAX_VALUES,
    Resolved,
    Value,
    chosen,
    formatted,
    is_none,
    members,
    passed,
    product,
    unknown,
    woven,
)

__all__ = ["Values"]

MAX_DEPTH = 24
MAX_STEPS = 4_000


class Values:
    """Resolves expressions within one module."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._lookup = Lookup(module)
        self._steps = 0

    def resolve(self, node: ast.expr, scope: Scope) -> Resolved:
        """Return the texts that `node` can stand for, each with its literal."""
        self._steps = 0
        return self._expression(node, scope, MAX_DEPTH, frozenset())

    def containers(self, node: ast.expr, scope: Scope) -> list[tuple[ast.expr, Scope]]:
        """Return the lists and dictionaries that `node` can be, with the scopes they stand in."""
        return self._containers(node, scope, 8)

    def bindings(self, node: ast.expr, scope: Scope) -> list[Binding]:
        """Return how the name or attribute `node` gets its value."""
        if isinstance(node, ast.Name):
            return self._lookup.find(node.id, scope)[0]
        return self._lookup.attribute(node, scope) if isinstance(node, ast.Attribute) else []

    def reads_environment(self, node: ast.expr, scope: Scope) -> bool:
        """Return whether `node` is a text of the environment, by itself or as the value of a name."""
        values = [node, *(binding.value for binding in self.bindings(node, scope))]
        for value in values:
            read = value.value if isinstance(value, ast.Subscript) else value
            name = dotted(read.func if isinstance(read, ast.Call) else read) or ""
            if name in (ENVIRONMENT if isinstance(read, ast.Call) else ENVIRONMENT_MAPS):
                return True
        return False

    def _expression(self, node: ast.expr, scope: Scope, depth: int, seen: frozenset[int]) -> Resolved:
        self._steps += 1
        if depth <= 0 or self._steps > MAX_STEPS or id(node) in seen:
            return unknown()
        seen, depth = seen | {id(node)}, depth - 1
        if isinstance(node, ast.Constant):
            return Resolved([Value(node.value, node)] if isinstance(node.value, str) else [])
        if isinstance(node, ast.JoinedStr):
            return self._joined(node, scope, depth, seen)
        if isinstance(node, ast.BinOp):
            return self._operation(node, scope, depth, seen)
        if isinstance(node, ast.Name):
            return self._name(node.id, scope, depth, seen)
        if isinstance(node, ast.Attribute):
            return self._attribute(node, scope, depth, seen)
        if isinstance(node, ast.Subscript):
            return self._items(node, scope, depth, seen)
        if isinstance(node, ast.Call):
            return self._call(node, scope, depth, seen)
        if isinstance(node, ast.IfExp):
            return self._all([node.body, node.orelse], scope, depth, seen)
        if isinstance(node, ast.BoolOp):
            return self._all(node.values, scope, depth, seen)
        if isinstance(node, ast.NamedExpr | ast.Await | ast.Starred):
            return self._expression(node.value, scope, depth, seen)
        return unknown()

    def _all(self, nodes: list[ast.expr], scope: Scope, depth: int, seen: frozenset[int]) -> Resolved:
        result = Resolved([])
        for one in nodes:
            result.also(self._expression(one, scope, depth, seen))
        return result

    def _bound(self, bindings: list[Binding], depth: int, seen: frozenset[int]) -> Resolved:
        result = Resolved([]) if bindings else unknown()
        for binding in bindings[:MAX_VALUES]:
            if binding.each:
                result.also(self._each(binding.value, binding.scope, depth, seen, binding.index))
            else:
                result.also(self._expression(binding.value, binding.scope, depth, seen))
        return result

    def _joined(self, node: ast.JoinedStr, scope: Scope, depth: int, seen: frozenset[int]) -> Resolved:
        parts: list[Resolved | str] = []
        for part in node.values[:32]:
            if isinstance(part, ast.Constant):
                parts.append(str(part.value))
            elif isinstance(part, ast.FormattedValue):
                parts.append(self._expression(part.value, scope, depth, seen))
        if len(parts) == 1 and isinstance(parts[0], Resolved):
            return parts[0]
        return product(parts, node)

    def _operation(self, node: ast.BinOp, scope: Scope, depth: int, seen: frozenset[int]) -> Resolved:
        if isinstance(node.op, ast.Div):
            return Resolved([], whole=False, is_path=True)
        left = self._expression(node.left, scope, depth, seen)
        if isinstance(node.op, ast.Add):
            return product([left, self._expression(node.right, scope, depth, seen)], node)
        if isinstance(node.op, ast.Mod) and len(left.values) == 1:
            given = node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
            pieces = left.values[0].text.split("%s")
            if len(pieces) == len(given) + 1:
                return woven(pieces, [self._expression(one, scope, depth, seen) for one in given], node)
        return unknown()

    def _name(self, name: str, scope: Scope, depth: int, seen: frozenset[int]) -> Resolved:
        bindings, argument, place = self._lookup.find(name, scope)
        result = self._bound(bindings, depth, seen) if bindings else Resolved([], whole=argument is not None)
        if argument is not None and place is not None:
            result.also(self._argument(name, argument, depth, seen))
        return result

    def _argument(self, name: str, argument: Argument, depth: int, seen: frozenset[int]) -> Resolved:
        """Take a parameter for its default, what decorators give it, and what calls in this module pass."""
        function = argument.function
        result = Resolved([])
        sources = 0
        if argument.default is not None and not is_none(argument.default) and function.parent is not None:
            result.also(self._expression(argument.default, function.parent, depth, seen))
            sources += 1
        if name in function.options and function.parent is not None:
            result.also(self._default(function.options[name], function.parent, depth, seen))
            sources += 1
        called = function.name
        if called == "__init__" and function.parent is not None:
            called = function.parent.name
        for call, scope in self._module.calls_by_name.get(called, ())[:50]:
            given = passed(call, name, argument.index)
            if given is not None:
                result.also(self._expression(given, scope, depth, seen))
                sources += 1
        if not sources:
            result.whole = False
        return result

    def _attribute(self, node: ast.Attribute, scope: Scope, depth: int, seen: frozenset[int]) -> Resolved:
        if node.attr == "value" and isinstance(node.value, ast.Attribute | ast.Name):
            return self._expression(node.value, scope, depth, seen)
        bindings = self._lookup.attribute(node, scope)
        result = self._bound(bindings, depth, seen) if bindings else unknown()
        if isinstance(node.value, ast.Name):
            for binding in self._lookup.find(node.value.id, scope)[0][:8]:
                given = passed(binding.value, node.attr, None) if isinstance(binding.value, ast.Call) else None
                if given is not None:
                    result.also(self._expression(given, binding.scope, depth, seen))
        if not bindings and node.attr in self._module.options:
            result = Resolved([])
            for call, place in self._module.options[node.attr][:8]:
                result.also(self._default(call, place, depth, seen))
        elif not bindings and not result.values and (made := self._lookup.property_of(node.attr)) is not None:
            result = self._bound(made.returns, depth, seen)
        elif not bindings and not result.values:
            owners = [one for one in self._module.classes.values() if node.attr in one.attributes]
            if len(owners) == 1 and isinstance(node.value, ast.Name | ast.Attribute):
                result = self._bound(owners[0].attributes[node.attr], depth, seen)
        return result

    def _default(self, call: ast.Call, scope: Scope, depth: int, seen: frozenset[int]) -> Resolved:
        for keyword in call.keywords:
            if keyword.arg == "default" and not is_none(keyword.value):
                return self._expression(keyword.value, scope, depth, seen)
        return unknown()

    def _containers(self, node: ast.expr, scope: Scope, depth: int) -> list[tuple[ast.expr, Scope]]:
        """Return the lists and dictionaries that `node` can be."""
        if depth <= 0:
            return []
        if isinstance(node, ast.Dict | ast.List | ast.Tuple | ast.Set | ast.DictComp | ast.ListComp | ast.SetComp):
            return [(node, scope)]
        bindings: list[Binding] = []
        if isinstance(node, ast.Name):
            bindings = self._lookup.find(node.id, scope)[0]
        elif isinstance(node, ast.Attribute):
            bindings = self._lookup.attribute(node, scope)
        elif isinstance(node, ast.Subscript):
            return [
                (item, place)
                for held, place in self._containers(node.value, scope, depth - 1)
                for item in chosen(held, node.slice)
                if isinstance(item, ast.Dict | ast.List | ast.Tuple | ast.Set)
            ]
        elif isinstance(node, ast.Call):
            name = dotted(node.func) or ""
            inner = node.func.value if isinstance(node.func, ast.Attribute) else None
            if name.endswith((".items", ".values", ".keys", ".copy")) and inner is not None:
                return self._containers(inner, scope, depth - 1)
            if name == "dict" and node.keywords:
                keys = [ast.copy_location(ast.Constant(one.arg), one.value) for one in node.keywords if one.arg]
                return [
                    (ast.copy_location(ast.Dict(list(keys), [k.value for k in node.keywords if k.arg]), node), scope)
                ]
            if (
                name
                in (
                    *PASSING,
                    "dict",
                    "OrderedDict",
                    "collections.OrderedDict",
                    "MappingProxyType",
                    "enumerate",
                    "zip",
                    "tqdm",
                    "product",
                    "itertools.product",
                )
                and node.args
            ):
                return [found for one in node.args[:4] for found in self._containers(one, scope, depth - 1)]
        return [found for b in bindings[:8] if not b.each for found in self._containers(b.value, b.scope, depth - 1)]

    def _each(
        self, node: ast.expr, scope: Scope, depth: int, seen: frozenset[int], index: int | None = None
    ) -> Resolved:
        """Take the items of a container one by one, or the part at `index` of each."""
        name = (dotted(node.func) or "").rpartition(".")[2] if isinstance(node, ast.Call) else ""
        if index is not None and isinstance(node, ast.Call) and name in ("zip", "product", "enumerate"):
            place = index - (name == "enumerate")
            return self._each(node.args[place], scope, depth, seen) if 0 <= place < len(node.args) else unknown()
        held = self._containers(node, scope, 8)
        keys = isinstance(node, ast.Name | ast.Attribute) or name == "keys" or (name == "items" and index == 0)
        result = Resolved([]) if held else unknown()
        for container, place_of in held[:8]:
            items = container.keys if isinstance(container, ast.Dict) and keys else members(container)
            for item in items[:MAX_VALUES]:
                flat = item.elts if isinstance(item, ast.Tuple | ast.List) else [item]
                apart = name != "items" or not isinstance(container, ast.Dict)
                if index is not None and apart and isinstance(item, ast.Tuple | ast.List):
                    flat = flat[index : index + 1]
                for one in flat[:8]:
                    if one is not None:
                        result.also(self._expression(one, place_of, depth, seen))
        return result

    def _items(self, node: ast.Subscript, scope: Scope, depth: int, seen: frozenset[int]) -> Resolved:
        held = self._containers(node.value, scope, 8)
        result = Resolved([]) if held else unknown()
        for container, place in held[:8]:
            for item in chosen(container, node.slice)[:MAX_VALUES]:
                result.also(self._expression(item, place, depth, seen))
        return result

    def _call(self, node: ast.Call, scope: Scope, depth: int, seen: frozenset[int]) -> Resolved:
        name = dotted(node.func) or ""
        last = name.rpartition(".")[2]
        base = node.func.value if isinstance(node.func, ast.Attribute) else None
        if (
            name in ENVIRONMENT
            or last in ("getenv", "getattr", "pop", "setdefault")
            or (last == "get" and base is not None)
        ):
            result = Resolved([])
            if last == "get" and base is not None and name not in ENVIRONMENT:
                result.also(
                    self._items(ast.Subscript(base, node.args[0], ast.Load()), scope, depth, seen)
                    if node.args
                    else unknown()
                )
            given = passed(node, "default", 2 if last == "getattr" else 1)
            if given is None:
                given = next((one for word in GIVEN if (one := passed(node, word, None)) is not None), None)
            if given is not None and not is_none(given):
                default = self._expression(given, scope, depth, seen)
                return Resolved([*result.values, *default.values], whole=default.whole)
            return result if result.values else unknown()
        if last in DEFAULTS:
            given = passed(node, "default", 0)
            return (
                self._expression(given, scope, depth, seen)
                if given is not None
                else self._default(node, scope, depth, seen)
            )
        if last == "format" and base is not None:
            return self._formatted(node, base, scope, depth, seen)
        own = self._module.functions.get(last, ())
        if base is None and len(own) == 1:
            return self._bound(own[0].returns, depth, seen)
        if last == "join" and isinstance(base, ast.Constant) and isinstance(base.value, str) and node.args:
            return self._put_together(base.value, node, scope, depth, seen)
        if last in PATHS:
            return Resolved([], whole=False, is_path=True)
        if last in ("strip", "lower", "rstrip", "lstrip") and base is not None:
            return self._expression(base, scope, depth, seen)
        if last in CHOOSING:
            offered = [*node.args, *(one.value for one in node.keywords if one.arg in ("options", "choices"))]
            result = Resolved([])
            for one in offered[:4]:
                if self._containers(one, scope, 8):
                    result.also(self._each(one, scope, depth, seen))
            return result if result.values else unknown()
        if last in PASSING and node.args:
            return self._expression(node.args[-1], scope, depth, seen)
        for word in GIVEN:
            if (given := passed(node, word, None)) is not None and not is_none(given):
                return self._expression(given, scope, depth, seen)
        return self._bound(own[0].returns, depth, seen) if len(own) == 1 else unknown()

    def _put_together(self, mark: str, node: ast.Call, scope: Scope, depth: int, seen: frozenset[int]) -> Resolved:
        """`"/".join((owner, name))`."""
        held = self._containers(node.args[0], scope, 8)
        if len(held) != 1 or not isinstance(held[0][0], ast.List | ast.Tuple):
            return unknown()
        parts: list[Resolved | str] = []
        for one in held[0][0].elts[:8]:
            parts += [mark] if parts else []
            parts.append(self._expression(one, held[0][1], depth, seen))
        return product(parts, node)

    def _formatted(self, node: ast.Call, base: ast.expr, scope: Scope, depth: int, seen: frozenset[int]) -> Resolved:
        pattern = self._expression(base, scope, depth, seen)
        if len(pattern.values) != 1:
            return unknown()
        given = [self._expression(one, scope, depth, seen) for one in node.args]
        named = {one.arg: self._expression(one.value, scope, depth, seen) for one in node.keywords[:8] if one.arg}
        return formatted(pattern.values[0].text, given, named, node)
