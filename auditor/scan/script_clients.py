"""Whose service an object of a script calls: by the package it comes from, and the address it was given."""

from __future__ import annotations

from auditor.rulebook.scan_rules import ScanRules
from auditor.scan.names import Names
from auditor.scan.script_tokens import Token, imports_of

__all__ = ["Clients"]

MAX_ARGUMENTS = 120
_ADDRESSES = ("baseURL", "baseUrl", "base_url", "basePath", "apiBase", "endpoint", "host", "endpointUrl")


class Clients:
    """Knows the objects that were made from the packages of providers."""

    def __init__(self, rules: ScanRules, names: Names, tokens: list[Token]) -> None:
        self._rules, self._names, self._tokens = rules, names, tokens
        self._imports = imports_of(tokens)
        self._made: dict[str, str] = {}
        self._makers: set[str] = set()
        for index, token in enumerate(tokens[:-3]):
            if token.text == "=" and index and tokens[index - 1].kind == "name":
                self._learn(index)

    def _learn(self, index: int) -> None:
        """`const client = new Client({...})`, `const provider = createProvider(...)`."""
        tokens = self._tokens
        place = index + 1
        while tokens[place].text in ("new", "await") and place + 2 < len(tokens):
            place += 1
        if tokens[place].kind != "name" or tokens[place + 1].text != "(":
            return
        provider = self._by_name(place)
        if provider is not None:
            name = tokens[index - 1].text.removeprefix("this.")
            self._made[name] = provider
            if tokens[place - 1].text != "new":
                self._makers.add(name)

    def _by_name(self, place: int) -> str | None:
        """Return the provider of what the call at `place` makes."""
        written = self._tokens[place].text.partition(".")[0]
        known = self._rules.clients.get(self._tokens[place].text.rpartition(".")[2])
        provider = self._rules.script_packages.get(self._imports.get(written, ""))
        provider = provider or (known.provider if known is not None else None)
        if provider is None:
            return None
        # A client sent to an address of its own may meet any model, except one that only the library serves.
        elsewhere = provider if provider == self._rules.library.provider else "hub"
        for index in range(place + 2, min(place + MAX_ARGUMENTS, len(self._tokens) - 2)):
            if self._tokens[index].text in (";", ")") and self._tokens[index - 1].text in (")", "}", "("):
                break
            if self._tokens[index].text in _ADDRESSES and self._tokens[index + 1].text == ":":
                value = self._tokens[index + 2]
                if value.kind == "string" and "${" not in value.text:
                    return self._names.at_address(value.text[1:-1]) or elsewhere
                return elsewhere
        return provider

    def of(self, index: int) -> str | None:
        """Return the provider that the call whose name stands at `index` reaches, or `None`."""
        written = self._tokens[index].text.replace("?.", ".").removeprefix("this.")
        root = written.partition(".")[0]
        if index > 1 and self._tokens[index - 1].text == "." and self._tokens[index - 2].text == ")":
            return self._chained(index - 2)
        if root in self._made:
            return self._made[root]
        return self._rules.script_packages.get(self._imports.get(root, ""))

    def is_maker(self, index: int) -> bool:
        """Return whether a call at `index` takes a model's id as its first argument, as factories of models do."""
        parts = self._tokens[index].text.split(".")
        free = parts[0] not in self._made or parts[0] in self._makers
        new = index > 0 and self._tokens[index - 1].text in ("new", ".")
        return free and not new and len(parts) <= 2 and parts[0][:1].islower() and not parts[-1].startswith("create")

    def _chained(self, closing: int) -> str | None:
        """Return whose the object is that is made on the spot: `new Client().chat.create(...)`."""
        depth = 0
        for place in range(closing, max(closing - MAX_ARGUMENTS, 0), -1):
            text = self._tokens[place].text
            depth += (text in (")", "]", "}")) - (text in ("(", "[", "{"))
            if depth == 0:
                return self._by_name(place - 1) if self._tokens[place - 1].kind == "name" else None
        return None
