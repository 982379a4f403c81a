"""Where the names and attributes of a Python module get their values."""

from __future__ import annotations

import ast

from auditor.scan.python_scopes import Argument, Binding, Module, Scope, dotted

__all__ = ["Lookup"]


class Lookup:
    """Finds bindings within one module."""

    def __init__(self, module: Module) -> None:
        self._module = module

    def find(self, name: str, scope: Scope) -> tuple[list[Binding], Argument | None, Scope | None]:
        """Return how the name gets its value, the parameter it is, and the scope that has it."""
        place: Scope | None = scope
        while place is not None:
            if name in place.bindings or name in place.arguments:
                return place.bindings.get(name, []), place.arguments.get(name), place
            place = place.parent
            while place is not None and place.kind == "class":
                place = place.parent
        return [], None, None

    def attribute(self, node: ast.Attribute, scope: Scope) -> list[Binding]:
        """Return how the attribute of an object or class of this module gets its value."""
        base = node.value
        if isinstance(base, ast.Name):
            if base.id in ("self", "cls") and (owner := scope.enclosing_class()) is not None:
                return self._of_class(owner, node.attr)
            if base.id in self._module.classes:
                return self._of_class(self._module.classes[base.id], node.attr)
            if (owner := self._class_of(base.id, scope)) is not None:
                return self._of_class(owner, node.attr)
        elif isinstance(base, ast.Attribute) and (base.attr in ("value",) or base.attr in self._module.classes):
            return self.attribute(base, scope)
        return []

    def _of_class(self, owner: Scope, name: str) -> list[Binding]:
        if name in owner.attributes:
            return owner.attributes[name]
        bases = owner.node.bases if isinstance(owner.node, ast.ClassDef) else []
        for base in bases[:8]:
            if isinstance(base, ast.Name) and (parent := self._module.classes.get(base.id)) is not None:
                return parent.attributes.get(name, [])
        return []

    def _class_of(self, name: str, scope: Scope) -> Scope | None:
        """Return the class of this module whose object `name` is, by annotation or by the call that made it."""
        bindings, argument, place = self.find(name, scope)
        annotation = argument.annotation if argument else place.annotations.get(name) if place else None
        if isinstance(annotation, ast.Name) and annotation.id in self._module.classes:
            return self._module.classes[annotation.id]
        for binding in bindings:
            if isinstance(binding.value, ast.Call) and isinstance(binding.value.func, ast.Name):
                return self._module.classes.get(binding.value.func.id)
        return None

    def property_of(self, name: str) -> Scope | None:
        """Return the one method that is read as the attribute `name`."""
        made = self._module.functions.get(name, [])
        node = made[0].node if len(made) == 1 else None
        decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
        return made[0] if any((dotted(one) or "").endswith("property") for one in decorators) else None
