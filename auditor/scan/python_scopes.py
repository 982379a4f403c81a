"""What the names of one Python module mean: imports, assignments, parameters, attributes and options.

Built in one walk without recursion, so that no depth of nesting can exhaust the stack.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from auditor.scan.python_nodes import LEAVES, children_of, fields_of

__all__ = ["Argument", "Binding", "Module", "Scope", "dotted", "read_module"]

MAX_NODES = 2_000_000


@dataclass(eq=False)
class Binding:
    """One way in which a name gets a value; with `each`, the name takes the items of the value one by one."""

    value: ast.expr
    scope: Scope
    each: bool = False
    index: int | None = None
    """Which part of each item it takes, where the items are taken apart."""


@dataclass(eq=False)
class Argument:
    """A parameter of a function."""

    function: Scope
    index: int | None
    default: ast.expr | None
    annotation: ast.expr | None


@dataclass(eq=False)
class Scope:
    """A module, class or function with the names bound in it."""

    kind: str
    name: str
    parent: Scope | None
    node: ast.AST
    bindings: dict[str, list[Binding]] = field(default_factory=dict)
    arguments: dict[str, Argument] = field(default_factory=dict)
    attributes: dict[str, list[Binding]] = field(default_factory=dict)
    """Of a class: set in its body, or through `self` in its methods."""
    annotations: dict[str, ast.expr] = field(default_factory=dict)
    returns: list[Binding] = field(default_factory=list)
    options: dict[str, ast.Call] = field(default_factory=dict)
    """Of a function: defaults that decorators give to its parameters."""

    def enclosing_class(self) -> Scope | None:
        """Return the class around this scope."""
        scope: Scope | None = self
        while scope is not None and scope.kind != "class":
            scope = scope.parent
        return scope


@dataclass(eq=False)
class Module:
    """Everything a look at one module gathered."""

    top: Scope
    imports: dict[str, str] = field(default_factory=dict)
    """Local name -> dotted name of what was imported."""
    star: bool = False
    classes: dict[str, Scope] = field(default_factory=dict)
    functions: dict[str, list[Scope]] = field(default_factory=dict)
    calls: list[tuple[ast.Call, Scope]] = field(default_factory=list)
    calls_by_name: dict[str, list[tuple[ast.Call, Scope]]] = field(default_factory=dict)
    options: dict[str, list[tuple[ast.Call, Scope]]] = field(default_factory=dict)
    """Folded name of a command-line option -> the calls that add it."""
    keyed: list[tuple[str, ast.expr, Scope, str]] = field(default_factory=list)
    """Key, value, scope and how: assignments, defaults, items of dictionaries."""
    strings: list[ast.Constant] = field(default_factory=list)
    docstrings: set[int] = field(default_factory=set)
    """Identities of the constants that document something."""
    pieces: set[int] = field(default_factory=set)
    """Identities of the constants that are parts of formatted texts."""
    bound: set[str] = field(default_factory=set)
    """Names that are assigned or are parameters somewhere in the module."""
    looked_up: set[int] = field(default_factory=set)
    """Identities of the constants that are keys of dictionaries."""


def dotted(node: ast.AST) -> str | None:
    """Return `a.b.c` for names and attributes; a call in between counts as what it calls, `None` for others."""
    parts: list[str] = []
    for _ in range(40):
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Name):
            parts.append(node.id)
            return ".".join(reversed(parts))
        else:
            return ".".join(["", *reversed(parts)]) if parts else None
    return None


def read_module(tree: ast.Module) -> Module:
    """Gather the names of a module; at most `MAX_NODES` nodes are looked at."""
    top = Scope("module", "", None, tree)
    module = Module(top)
    stack: list[tuple[ast.AST, Scope]] = [(tree, top)]
    for _ in range(MAX_NODES):
        if not stack:
            break
        node, scope = stack.pop()
        enter = _ENTER.get(type(node))
        inner = scope if enter is None else enter(node, scope, module) or scope
        if inner is not scope:
            stack += children_of(node, scope, inner)
            continue
        for name in fields_of(type(node)):
            value = getattr(node, name, None)
            if type(value) is list:
                stack += [(one, scope) for one in reversed(value) if type(one) not in LEAVES]
            elif value is not None and type(value) not in LEAVES:
                stack.append((value, scope))
    for name, bindings in top.bindings.items():
        top.bindings[name] = sorted(bindings, key=lambda b: (b.value.lineno, b.value.col_offset))
    return module


def _assign(node: ast.Assign, scope: Scope, module: Module) -> None:
    for target in node.targets:
        _bind(target, node.value, scope, module)


def _annotated(node: ast.AnnAssign, scope: Scope, module: Module) -> None:
    if isinstance(node.target, ast.Name):
        scope.annotations[node.target.id] = node.annotation
    if node.value is not None:
        _bind(node.target, node.value, scope, module)


def _named(node: ast.NamedExpr, scope: Scope, module: Module) -> None:
    _bind(node.target, node.value, scope, module)


def _loop(node: ast.For | ast.AsyncFor | ast.comprehension, scope: Scope, module: Module) -> None:
    _bind(node.target, node.iter, scope, module, each=True)


def _return(node: ast.Return, scope: Scope, _: Module) -> None:
    if node.value is not None and scope.kind == "function":
        scope.returns.append(Binding(node.value, scope))


def _dict(node: ast.Dict, scope: Scope, module: Module) -> None:
    for key, value in zip(node.keys, node.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            module.looked_up.add(id(key))
            module.keyed.append((key.value, value, scope, f'"{key.value[:60]}":'))


def _joined(node: ast.JoinedStr, _: Scope, module: Module) -> None:
    module.pieces |= {id(part) for part in node.values}


def _constant(node: ast.Constant, _: Scope, module: Module) -> None:
    if isinstance(node.value, str):
        module.strings.append(node)


def _class(node: ast.ClassDef, scope: Scope, module: Module) -> Scope:
    _docstring(node, module)
    made = Scope("class", node.name, scope, node)
    module.classes.setdefault(node.name, made)
    return made


def _module(node: ast.Module, _: Scope, module: Module) -> None:
    _docstring(node, module)


def _statement(node: ast.Expr, _: Scope, module: Module) -> None:
    if isinstance(node.value, ast.Constant):
        module.docstrings.add(id(node.value))


def _docstring(node: ast.AST, module: Module) -> None:
    body = getattr(node, "body", None)
    if isinstance(body, list) and body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        module.docstrings.add(id(body[0].value))


def _import(node: ast.Import | ast.ImportFrom, _: Scope, module: Module) -> None:
    base = "." * node.level + (node.module or "") if isinstance(node, ast.ImportFrom) else ""
    for alias in node.names:
        if alias.name == "*":
            module.star = True
        elif isinstance(node, ast.ImportFrom):
            module.imports[alias.asname or alias.name] = f"{base}.{alias.name}"
        elif alias.asname:
            module.imports[alias.asname] = alias.name
        else:
            root = alias.name.partition(".")[0]
            module.imports[root] = root


def _bind(
    target: ast.expr, value: ast.expr, scope: Scope, module: Module, *, each: bool = False, index: int | None = None
) -> None:
    if isinstance(target, ast.Tuple | ast.List):
        if not each and isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
            for one, part in zip(target.elts, value.elts, strict=True):
                _bind(one, part, scope, module)
        elif each:
            for place, one in enumerate(target.elts):
                _bind(one, value, scope, module, each=True, index=place if index is None else None)
        elif not any(isinstance(one, ast.Starred) for one in target.elts):
            # `repo, split = CHOICES[kind]`: each name takes the part at its place.
            for place, one in enumerate(target.elts):
                part = ast.copy_location(ast.Subscript(value, ast.Constant(place), ast.Load()), value)
                _bind(one, part, scope, module)
        return
    binding = Binding(value, scope, each, index)
    if isinstance(target, ast.Name):
        scope.bindings.setdefault(target.id, []).append(binding)
        module.bound.add(target.id)
        if scope.kind == "class":
            scope.attributes.setdefault(target.id, []).append(binding)
        if not each and scope.kind == "class" and _is_enumeration(scope.node):
            # A member's name is short for what the class is about: SMALL, BASE, IMAGE.
            module.keyed.append((scope.name, value, scope, f"{scope.name}.{target.id} ="))
        elif not each:
            module.keyed.append((target.id, value, scope, f"{target.id} ="))
    elif isinstance(target, ast.Attribute):
        owner = scope.enclosing_class()
        if isinstance(target.value, ast.Name) and target.value.id in ("self", "cls") and owner is not None:
            owner.attributes.setdefault(target.attr, []).append(binding)
        if not each:
            module.keyed.append((target.attr, value, scope, f"{dotted(target) or target.attr} ="))
    elif isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant) and not each:
        key = target.slice.value
        if isinstance(key, str):
            module.keyed.append((key, value, scope, f'["{key[:60]}"] ='))


def _is_enumeration(node: ast.AST) -> bool:
    bases = node.bases if isinstance(node, ast.ClassDef) else []
    return any((dotted(base) or "").rpartition(".")[2].endswith(("Enum", "Choices")) for base in bases)


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, scope: Scope, module: Module) -> Scope:
    name = "" if isinstance(node, ast.Lambda) else node.name
    made = Scope("function", name, scope, node)
    if not isinstance(node, ast.Lambda):
        _docstring(node, module)
        module.functions.setdefault(name, []).append(made)
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and (dotted(decorator) or "").endswith(("option", "argument")):
                for option in _option_names(decorator):
                    made.options.setdefault(option, decorator)
    arguments = node.args
    listed = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [*[None] * (len(listed) - len(arguments.defaults)), *arguments.defaults]
    method = scope.kind == "class" and bool(listed) and listed[0].arg in ("self", "cls")
    for index, (argument, default) in enumerate(zip(listed, defaults, strict=True)):
        made.arguments[argument.arg] = Argument(made, index - method, default, argument.annotation)
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        made.arguments[argument.arg] = Argument(made, None, default, argument.annotation)
    module.bound.update(made.arguments)
    for argument_name, parameter in made.arguments.items():
        if parameter.default is not None:
            module.keyed.append((argument_name, parameter.default, scope, f"{name}({argument_name}=)"))
    return made


def _call(node: ast.Call, scope: Scope, module: Module) -> None:
    module.calls.append((node, scope))
    name = dotted(node.func)
    if name is None:
        return
    last = name.rpartition(".")[2]
    module.calls_by_name.setdefault(last, []).append((node, scope))
    if last in ("add_argument", "option", "add_option"):
        for option in _option_names(node):
            module.options.setdefault(option, []).append((node, scope))


def _option_names(node: ast.Call) -> list[str]:
    words = [a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    names = [word.lstrip("-").replace("-", "_") for word in words if word.startswith("-") or word.isidentifier()]
    told = [keyword.value for keyword in node.keywords if keyword.arg == "dest"]
    return names + [one.value for one in told if isinstance(one, ast.Constant) and isinstance(one.value, str)]


# By type, because a walk asks this of every node there is.
_ENTER: dict[type[ast.AST], Callable[[Any, Scope, Module], Scope | None]] = {
    ast.AnnAssign: _annotated,
    ast.Assign: _assign,
    ast.AsyncFor: _loop,
    ast.AsyncFunctionDef: _function,
    ast.Call: _call,
    ast.ClassDef: _class,
    ast.Constant: _constant,
    ast.Dict: _dict,
    ast.Expr: _statement,
    ast.For: _loop,
    ast.FunctionDef: _function,
    ast.Import: _import,
    ast.ImportFrom: _import,
    ast.JoinedStr: _joined,
    ast.Lambda: _function,
    ast.Module: _module,
    ast.NamedExpr: _named,
    ast.Return: _return,
    ast.comprehension: _loop,
}
