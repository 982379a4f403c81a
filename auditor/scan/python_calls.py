"""Which argument of a call names a model, and whose model it is."""

from __future__ import annotations

import ast
import fnmatch
import re
from collections.abc import Iterator

from auditor.rulebook.scan_rules import CallRule, ClientRule, ScanRules
from auditor.scan.names import Names
from auditor.scan.python_scopes import Module, Scope, dotted
from auditor.scan.python_texts import chosen, made_by
from auditor.scan.python_values import Values

__all__ = ["Calls"]


class Calls:
    """Matches the calls of one module with the rules."""

    def __init__(self, rules: ScanRules, module: Module, values: Values) -> None:
        self._rules, self._module, self._values = rules, module, values

    def rule(self, call: ast.Call) -> tuple[CallRule, str] | None:
        """Return the rule that fits the called name, and the name as the reader of a report knows it."""
        written = dotted(call.func)
        if written is None:
            return None
        last = written.rpartition(".")[2]
        candidates = self._rules.python_calls.get(self._original(written, last), ())
        if not candidates:
            return None
        full = self._full(written)
        for rule in candidates:
            if self._fits(rule, full, written):
                return rule, written.removeprefix(".")[-80:]
        return None

    def handed(self, call: ast.Call, scope: Scope) -> ast.Call | None:
        """Return the call that another one makes later: `partial(load, "org/name")`, and what is bound to it."""
        for place in range(min(len(call.args), 2)):
            made = call.args[place]
            last = (dotted(made) or "").rpartition(".")[2] if isinstance(made, ast.Attribute | ast.Name) else ""
            if last in self._rules.python_calls or self._module.imports.get(last):
                return ast.copy_location(ast.Call(made, call.args[place + 1 :], call.keywords), call)
        if not isinstance(call.func, ast.Name):
            return None
        for binding in self._values.bindings(call.func, scope)[:4]:
            value = binding.value
            if isinstance(value, ast.Attribute) and value.attr in self._rules.python_calls:
                return ast.copy_location(ast.Call(value, call.args, call.keywords), call)
            if isinstance(value, ast.Call) and (dotted(value.func) or "").endswith("partial") and value.args:
                arguments = [*value.args[1:], *call.args]
                return ast.copy_location(ast.Call(value.args[0], arguments, [*call.keywords, *value.keywords]), call)
        return None

    def of_package(self, call: ast.Call, scope: Scope) -> str | None:
        """Return the provider that everything calls which comes from the package of the called object."""
        name = self._full(dotted(call.func) or "")
        made = self._maker(call.func.value, scope) if isinstance(call.func, ast.Attribute) else None
        for one in (name, self._full(dotted(made[0].func) or "") if made else ""):
            parts = one.split(".")
            for length in range(min(len(parts), 3), 0, -1):
                provider = self._rules.python_packages.get(".".join(parts[:length]))
                if provider is not None:
                    return provider
        return None

    def _original(self, written: str, last: str) -> str:
        """Return the last part of what was imported, for names that were given others."""
        if written == last and last in self._module.imports:
            return self._module.imports[last].rpartition(".")[2]
        return last

    def _full(self, written: str) -> str:
        root, dot, rest = written.partition(".")
        return f"{self._module.imports.get(root, root)}{dot}{rest}"

    def _fits(self, rule: CallRule, full: str, written: str) -> bool:
        parts = full.split(".")
        ends = any(tuple(parts[-len(name) :]) == name for name in rule.names)
        if not ends:
            # `co = cohere.Client()`; an imported module under another name; a class known by its last parts.
            spelled = written.split(".")
            ends = any(tuple(spelled[-len(name) :]) == name for name in rule.names)
        if not ends:
            return False
        root = written.partition(".")[0]
        if not rule.packages:
            return root not in self._module.functions or "." in written
        imported = self._module.imports.get(root)
        if imported is None:
            # Nobody imported it: a class or a call out of nowhere may be the package's, a name of this module is not.
            own = root in self._module.functions or root in self._module.classes or root in self._module.bound
            return not own and ("." not in written or root in rule.packages)
        return imported.lstrip(".").partition(".")[0] in rule.packages

    def arguments(self, call: ast.Call, rule: CallRule, scope: Scope) -> Iterator[tuple[ast.expr, bool, str]]:
        """Yield what is passed as a name, whether the call can do nothing without it, and the key of further names."""
        given = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
        key = next((key for key in rule.keywords if key in given), None)
        named = given[key] if key is not None else None
        # `model=settings.model` says that there is a name; an object may stand under `model` in a local call only.
        said = key is not None and (rule.provider != "hub" or key != "model" or not isinstance(named, ast.Name))
        plain = [one for one in call.args if not isinstance(one, ast.Starred)]
        if named is None and rule.position is not None and rule.position < len(plain) == len(call.args):
            named = plain[rule.position]
        if named is not None:
            yield named, said or not rule.optional, ""
        for key in rule.also:
            if key in given:
                yield given[key], False, key
        for keyword in call.keywords if named is None else ():
            # `load(**CATALOG[key])`: what the dictionaries hold under the names of the arguments.
            for held, _ in self._values.containers(keyword.value, scope)[:50] if keyword.arg is None else ():
                for key in rule.keywords if isinstance(held, ast.Dict) else ():
                    yield from ((one, False, "") for one in chosen(held, ast.Constant(key)))

    def keyword(self, call: ast.Call, name: str, scope: Scope) -> str | None:
        """Return the one text that a keyword argument can be."""
        for keyword in call.keywords:
            if keyword.arg == name:
                found = self._values.resolve(keyword.value, scope)
                texts = {value.text for value in found.values}
                return texts.pop() if len(texts) == 1 and found.whole else None
        texts = set()
        for keyword in call.keywords:
            # `**options`, where these are one dictionary that can be seen.
            held = self._values.containers(keyword.value, scope) if keyword.arg is None else []
            for container, place in held if len(held) == 1 else ():
                for one in chosen(container, ast.Constant(name)) if isinstance(container, ast.Dict) else ():
                    texts |= {value.text for value in self._values.resolve(one, place).values}
        return texts.pop() if len(texts) == 1 else None

    def client(self, call: ast.Call, scope: Scope) -> str | None:
        """Return the provider of the object that makes the call, or `None` when that is not seen."""
        made = self._client(call, scope)
        if made is None:
            return None
        rule, maker, place = made
        for key in rule.address:
            for keyword in maker.keywords:
                if keyword.arg == key:
                    found = self._values.resolve(keyword.value, place)
                    return self.at_address(found.values[0].text) if found.values else rule.provider
        return rule.provider

    def path_scheme(self, call: ast.Call, scope: Scope) -> str:
        """Return the scheme of the addresses whose paths a file system is called with, "" for every other call."""
        if not isinstance(call.func, ast.Attribute):
            return ""
        made = self._client(call, scope)
        return made[0].paths if made is not None else ""

    def _client(self, call: ast.Call, scope: Scope) -> tuple[ClientRule, ast.Call, Scope] | None:
        made = (call, scope) if (dotted(call.func) or "").rpartition(".")[2] in self._rules.clients else None
        if made is None and isinstance(call.func, ast.Attribute):
            made = self._maker(call.func.value, scope)
        if made is None:
            return None
        name = dotted(made[0].func) or ""
        last = name.rpartition(".")[2]
        rule = self._rules.clients.get(self._original(name, last)) or self._rules.clients.get(last)
        return (rule, *made) if rule is not None else None

    def _maker(self, node: ast.expr, scope: Scope) -> tuple[ast.Call, Scope] | None:
        """Return the call that made the object at the root of `node` (`client.chat...` -> `Client(...)`)."""
        for _ in range(20):
            if isinstance(node, ast.Call):
                return node, scope
            made = made_by(self._values.bindings(node, scope))
            if made is not None or not isinstance(node, ast.Attribute):
                return made
            node = node.value
        return None

    def at_address(self, address: str) -> str:
        """Return the provider whose service an address is; another one serves what its owner put there."""
        return Names(self._rules).at_address(address) or "hub"

    def starts_process(self, call: ast.Call) -> bool:
        """Return whether a call hands its first argument to the machine's shell."""
        written = dotted(call.func) or ""
        if written.rpartition(".")[2] not in _LAST and not _FAMILIES.search(written):
            return False
        name = self._full(written)
        return any(fnmatch.fnmatchcase(name, one) for one in _PROCESSES)


_PROCESSES = (
    "subprocess.*", "os.system", "os.popen", "os.exec*", "os.spawn*", "asyncio.create_subprocess_*", "*.check_call",
    "*.check_output", "*.Popen", "check_call", "check_output", "Popen", "pexpect.*", "sh.*", "*.run_command",
    "run_command", "*.run_commands", "run_commands", "get_ipython.system",
)  # fmt: skip
_LAST = frozenset(one.rpartition(".")[2] for one in _PROCESSES)
# The families of the list above whose last part is open.
_FAMILIES = re.compile(r"subprocess|exec|spawn|create_subprocess|pexpect|^sh\.|^sp\.")
