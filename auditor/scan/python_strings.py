"""Strings of a Python module outside of any known call: addresses, docstrings, messages, ids of their own."""

from __future__ import annotations

import ast
import re

import msgspec

from auditor.scan.addresses import hub_address, hub_addresses
from auditor.scan.commands import Commands, Word
from auditor.scan.interface import Found, SourceFile
from auditor.scan.names import Names
from auditor.scan.prose import TELLING, Prose
from auditor.scan.python_places import Places
from auditor.scan.python_scopes import Module
from auditor.scan.python_texts import Value
from auditor.scan.shown_code import beside, shown_code

__all__ = ["Strings"]

# What an id without an owner can look like: short, with a digit and a mark between its parts.
_SHORT = re.compile(r"(?=[^\d\s]{0,80}\d)(?=[\w.]{1,60}[-:])[A-Za-z][\w.:@-]{2,80}")


class Strings:
    """Reads the strings of one module."""

    def __init__(
        self, source: SourceFile, names: Names, module: Module, rows: list[str], found: Found, prose: Prose
    ) -> None:
        self._source, self._rules = source, source.rules
        self._names, self._module, self._rows = names, module, rows
        self._found, self._prose, self._places = found, prose, Places(rows)
        self._ignored: set[int] = set()

    def read(self, ignored: set[int], commands: Commands) -> None:
        """Read every string; `ignored` are literals that are known to be something else."""
        self._ignored, self._commands = ignored, commands
        for node in self._module.strings:
            text = node.value
            if not isinstance(text, str):
                continue
            if id(node) in self._module.docstrings:
                self._docstring(node)
            elif "/" not in text and " " not in text:
                if _SHORT.fullmatch(text) or (text.count("-") > 1 and self._rules.legacy_models.has(text)):
                    self._literal(node, text)
            elif (name := hub_address(text.strip(), self._rules)) is not None:
                target = self._names.called(text, "hub", "model")
                # A piece of a formatted text that ends within the name has not named anything yet.
                open_end = id(node) in self._module.pieces and text.rstrip().endswith(name.target.rpartition("/")[2])
                if target is not None and not open_end:
                    self._found.add(self._places.draft(Value(text, node), target, "address", "high", call=None))
            elif "://" in text:
                self._addresses(node, text)
                self._spoken(node, text)
            elif " " in text:
                self._spoken(node, text)
            elif "=" in text and "," in text and id(node) not in self._ignored:
                line, column = node.lineno, self._places.column(node.lineno, node.col_offset)
                self._found.add(*commands.listed(Word(text=text, line=line, column=column), text, "used"))
            else:
                self._literal(node, text)

    def _literal(self, node: ast.Constant, text: str) -> None:
        """Report a literal that speaks for itself; as a key of a dictionary it only says what can be looked up."""
        if id(node) in self._ignored or id(node) in self._module.pieces:
            return
        sure = self._names.literal(text)
        if sure is not None:
            draft = self._places.draft(Value(text, node), sure, "literal", "low", call=None)
            looked_up = id(node) in self._module.looked_up
            self._found.add(msgspec.structs.replace(draft, use="mentioned") if looked_up else draft)

    def _spoken(self, node: ast.Constant, text: str) -> None:
        """Read a message or template that shows a call: no use of ours."""
        if text.lstrip().startswith("{") and '"' in text:
            word = Word(text=text, line=node.lineno, column=self._places.column(node.lineno, node.col_offset))
            self._found.add(*self._commands.pairs(word, "used"))
        if id(node) not in self._ignored and TELLING.search(text):
            # A piece of a formatted text may end within a name.
            loose = id(node) not in self._module.pieces
            mentions = [one for one in self._prose.mentions(text, 1, 1, loose=loose) if one.how == "text"]
            for one in mentions:
                last = node.end_lineno or node.lineno
                line = min(node.lineno + one.line - 1, last)
                # Literals that Python joins have one node, and no line ends in their text.
                line = next((n for n in range(line, last + 1) if one.target in self._rows[n - 1]), line)
                column = max(self._rows[line - 1].find(one.target), 0) + 1
                self._found.add(msgspec.structs.replace(one, line=line, end_line=line, column=column))

    def _addresses(self, node: ast.Constant, text: str) -> None:
        """Addresses within a longer text: each stands in its own line of the literal."""
        for address in hub_addresses(text, self._rules):
            if id(node) in self._module.pieces and address.end >= len(text):
                continue
            name = self._names.called(text[address.start : address.end].rstrip(".,:;!?"), "hub", "model")
            if name is not None:
                row = text[: address.start].count("\n") if (node.end_lineno or 0) > node.lineno else 0
                draft = self._places.draft(Value(text, node), name, "address", "high", call=None)
                line = min(draft.line + row, draft.end_line)
                column = draft.column if row == 0 else max(self._rows[line - 1].find(name.target), 0) + 1
                self._found.add(msgspec.structs.replace(draft, line=line, column=column))

    def _docstring(self, node: ast.Constant) -> None:
        rows = self._rows[node.lineno - 1 : node.end_lineno]
        if rows:
            column = self._places.column(node.lineno, node.col_offset)
            raw = "\n".join([rows[0][column - 1 :], *rows[1:]])
            code = shown_code(self._source, raw, node.lineno) if ">>>" in raw or "```" in raw else []
            self._found.add(*code, *beside(self._prose.mentions(raw, node.lineno, column), code))
