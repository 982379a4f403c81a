"""Constants, options, defaults and dictionaries of a Python module whose names speak of models or data sets."""

from __future__ import annotations

import ast

import msgspec

from auditor.rulebook.scan_rules import ScanRules
from auditor.scan.hub_names import Kind
from auditor.scan.interface import Found
from auditor.scan.keys import Keys
from auditor.scan.names import Names
from auditor.scan.neighbors import stem_of
from auditor.scan.python_calls import Calls
from auditor.scan.python_places import Places
from auditor.scan.python_scopes import Module, Scope
from auditor.scan.python_texts import Value
from auditor.scan.python_values import Values

__all__ = ["MAX_NESTED", "WEAK", "KeyedValues"]

MAX_NESTED = 6
WEAK = ("repo", "hf", "hub")


class KeyedValues:
    """Reads values by the names they are kept under; `ignored` are literals that are known to be something else."""

    def __init__(
        self, rules: ScanRules, names: Names, keys: Keys, module: Module, values: Values, calls: Calls, found: Found,
        places: Places, ignored: set[int],
    ) -> None:  # fmt: skip
        self._rules, self._names, self._keys = rules, names, keys
        self._module, self._values, self._calls = module, values, calls
        self._found, self._places, self._ignored = found, places, ignored
        self._library_imported = any(
            rules.python_packages.get(one.partition(".")[0]) == rules.library.provider
            for one in module.imports.values()
        )

    def read(self) -> None:
        """Read every option, and every value that is kept under a name."""
        for options in self._module.options.items():
            self._option(*options)
        for key, value, scope, how in self._module.keyed:
            kind = self._keys.kind(key)
            if kind is not None and id(value) not in self._ignored:
                said = self._keys.providers(key) if kind == "model" else []
                earlier = len(self._found.drafts)
                self.keyed(value, scope, kind, how, MAX_NESTED, hint=said[0] if said else None)
                self._pin(key, scope, earlier)
            elif key in WEAK:
                self.weak(value, how)
            elif _is_put_together(value):
                self._put_together(value, scope)

    def _pin(self, key: str, scope: Scope, earlier: int) -> None:
        """Give the one model under a name the revision that is kept beside it: `model_name`, `model_revision`."""
        new = self._found.drafts[earlier:]
        word = "_REVISION" if key.isupper() else "_revision"
        stem = stem_of(key.lower())
        beside = {f"{key}{word}", f"{stem.upper() if key.isupper() else stem}{word}"}
        names = [name for name in scope.bindings if name in beside] if key in scope.bindings else []
        if len(new) != 1 or new[0].provider != "hub" or new[0].revision is not None or len(names) != 1:
            return
        texts = {
            value.text for one in scope.bindings[names[0]] for value in self._values.resolve(one.value, scope).values
        }
        if len(texts) == 1:
            self._found.drafts[-1] = msgspec.structs.replace(new[0], revision=texts.pop())

    def _put_together(self, node: ast.expr, scope: Scope) -> None:
        """Read a constant that is made of pieces, under a name that says nothing: what is whole speaks for itself."""
        for value in self._values.resolve(node, scope).values:
            name = self._names.literal(value.text)
            if name is not None:
                self._found.add(self._places.draft(value, name, "literal", "low", call=None))

    def weak(self, node: ast.expr, how: str, *, listed: bool = False) -> None:
        """Read the value of a key that often names something else: only what looks like a model in itself."""
        taken = id(node) in self._ignored and not listed
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and not taken:
            weak = self._names.written(node.value)
            if weak is not None:
                self._found.add(self._places.draft(Value(node.value, node), weak, how, "low", call=None))

    def _option(self, option: str, calls: list[tuple[ast.Call, Scope]]) -> None:
        kind = self._keys.kind(option)
        for call, scope in calls if kind is not None else ():
            for keyword in call.keywords:
                if keyword.arg in ("default", "const", "choices"):
                    self.keyed(keyword.value, scope, kind or "model", f"--{option.replace('_', '-')}", MAX_NESTED)

    def keyed(
        self, node: ast.expr, scope: Scope, kind: Kind, how: str, depth: int, *, plain: bool = True,
        hint: str | None = None,
    ) -> None:  # fmt: skip
        """Read the value of a key, constant or default that speaks of models; lists and dictionaries item by item.

        `plain`: a name of the library counts without a tag; `hint` is the provider that the key itself names.
        """
        if depth <= 0:
            return
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            for one in node.elts:
                # Tuples and tables hold names of other things, too.
                self.keyed(one, scope, kind, how, depth - 1, plain=plain and isinstance(node, ast.List), hint=hint)
        elif isinstance(node, ast.Dict):
            for key, held in zip(node.keys, node.values, strict=True):
                inner = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
                if key is not None and kind == "model" and (isinstance(held, ast.Dict) or "/" in inner):
                    self._listed(key, inner, how)
                if not inner or not self._rules.not_keys.has(inner.lower()):
                    self.keyed(held, scope, kind, how, depth - 1, plain=False)
                else:
                    # `MODELS = {"base": "org/name", "image": "org/server"}`
                    self.weak(held, how, listed=True)
        elif isinstance(node, ast.Call) and (made := _factory(node)) is not None:
            self.keyed(made, scope, kind, how, depth, plain=plain, hint=hint)
        elif isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp | ast.Call | ast.IfExp | ast.BoolOp):
            if isinstance(node, ast.Call) and self._calls.rule(node) is not None:
                return
            for value in self._values.resolve(node, scope).values:
                name = self._names.keyed(value.text, kind, plain=plain)
                if name is None and kind == "model" and self._library_imported:
                    # A name without a tag, beside an import of the library: the module says whose name it is.
                    name = self._names.of_library(value.text)
                if name is None and hint is not None and any(one.isdigit() for one in value.text):
                    name = self._names.provided(value.text, hint)
                if name is not None and id(value.node) not in self._ignored:
                    self._found.add(self._places.draft(value, name, how, "medium", call=None))

    def _listed(self, key: ast.expr, text: str, how: str) -> None:
        """Read a key of a dictionary of models, each with settings of its own."""
        name = self._names.looked_up(text)
        if name is not None:
            self._found.add(self._places.draft(Value(text, key), name, how, "medium", call=None))


def _is_put_together(node: ast.expr) -> bool:
    """Whether a text is made of pieces, one of which has the slash of an id."""
    parts: list[ast.expr] = []
    if isinstance(node, ast.JoinedStr):
        parts = node.values
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [node.left, node.right]
    return any(isinstance(one, ast.Constant) and isinstance(one.value, str) and "/" in one.value for one in parts)


def _factory(node: ast.Call) -> ast.expr | None:
    """Return what `field(default_factory=lambda: [...])` makes."""
    made = next((one.value for one in node.keywords if one.arg == "default_factory"), None)
    return made.body if isinstance(made, ast.Lambda) else None
