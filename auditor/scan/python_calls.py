"""Which argument of a call names a model, and whose model it is."""

from __future__ import annotations

import ast
import fnmatch
from collections.abc import Iterator

from auditor.rulebook.scan_rules import CallRule, ScanRules
from auditor.scan.python_scopes import Module, Scope, dotted
from auditor.scan.python_texts import made_by
from auditor.scan.python_values import Values

__all__ = ["Calls"]

_ADDRESS_HOST = 2


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
            return root not in self._module.functions and root not in self._module.classes
        return imported.lstrip(".").partition(".")[0] in rule.packages

    def arguments(self, call: ast.Call, rule: CallRule) -> Iterator[tuple[ast.expr, bool]]:
        """Yield what is passed as the name, and whether the call can do nothing without it."""
        given = {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}
        named = next((given[key] for key in rule.keywords if key in given), None)
        plain = [one for one in call.args if not isinstance(one, ast.Starred)]
        if named is None and rule.position is not None and rule.position < len(plain) == len(call.args):
            named = plain[rule.position]
        if named is not None:
            yield named, not rule.optional
        for key in rule.also:
            if key in given:
                yield given[key], False

    def keyword(self, call: ast.Call, name: str, scope: Scope) -> str | None:
        """Return the one text that a keyword argument can be."""
        for keyword in call.keywords:
            if keyword.arg == name:
                found = self._values.resolve(keyword.value, scope)
                texts = {value.text for value in found.values}
                return texts.pop() if len(texts) == 1 and found.whole else None
        return None

    def client(self, call: ast.Call, scope: Scope) -> str | None:
        """Return the provider of the object that makes the call, or `None` when that is not seen."""
        made = (call, scope) if (dotted(call.func) or "").rpartition(".")[2] in self._rules.clients else None
        if made is None and isinstance(call.func, ast.Attribute):
            made = self._maker(call.func.value, scope)
        if made is None:
            return None
        name = dotted(made[0].func) or ""
        last = name.rpartition(".")[2]
        rule = self._rules.clients.get(self._original(name, last)) or self._rules.clients.get(last)
        if rule is None:
            return None
        for key in rule.address:
            for keyword in made[0].keywords:
                if keyword.arg == key:
                    found = self._values.resolve(keyword.value, made[1])
                    return self.at_address(found.values[0].text) if found.values else rule.provider
        return rule.provider

    def _maker(self, node: ast.expr, scope: Scope) -> tuple[ast.Call, Scope] | None:
        """Return the call that made the object at the root of `node` (`client.chat...` -> `OpenAI(...)`)."""
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
        parts = address.split("/")
        host = parts[_ADDRESS_HOST].rpartition("@")[2].partition(":")[0] if len(parts) > _ADDRESS_HOST else ""
        for name, rule in self._rules.providers.items():
            if rule.hosts is not None and rule.hosts.has(host):
                return name
        return "hub"

    def starts_process(self, call: ast.Call) -> bool:
        """Return whether a call hands its first argument to the machine's shell."""
        name = self._full(dotted(call.func) or "")
        return any(fnmatch.fnmatchcase(name, one) for one in _PROCESSES)


_PROCESSES = (
    "subprocess.*", "os.system", "os.popen", "os.exec*", "os.spawn*", "asyncio.create_subprocess_*", "*.check_call",
    "*.check_output", "*.Popen", "check_call", "check_output", "Popen", "pexpect.*", "sh.*", "*.run_command",
    "run_command", "*.run_commands", "run_commands", "get_ipython.system",
)  # fmt: skip
