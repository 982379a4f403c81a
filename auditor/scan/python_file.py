"""Python modules, read through `ast` and never run."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator

import msgspec

from auditor.rulebook.scan_rules import CallRule
from auditor.scan.addresses import hub_address, hub_addresses
from auditor.scan.commands import Commands, Word
from auditor.scan.interface import Comment, Confidence, Draft, Found, Guess, SourceFile
from auditor.scan.keys import Keys
from auditor.scan.names import Kind, Name, Names
from auditor.scan.prose import Prose
from auditor.scan.python_calls import Calls
from auditor.scan.python_scopes import Module, Scope, read_module
from auditor.scan.python_texts import Value
from auditor.scan.python_values import Values
from auditor.scan.shell import split_words

__all__ = ["read_python", "read_python_text"]

MAX_NESTED = 6
# Comments are told apart by the tokenizer, which takes its time: only where one could say something.
_SPEAKS = re.compile(r"#[^\n]*(?:auditor:|ollama |huggingface\.co|hf\.co|[\w.-]/[\w.-])", re.IGNORECASE)
_OTHER_SITES = re.compile(r"https?://(?!(?:www\.)?(?:huggingface\.co|hf\.co|hf-mirror\.com))\S+")
MAX_EXPRESSION = 200


def read_python(source: SourceFile) -> Found:
    """Read one module; a module that is no Python is a problem, and is then looked at as text."""
    return read_python_text(source, source.text)


def read_python_text(source: SourceFile, text: str) -> Found:
    """Read Python code that stands in `source`, counting lines from 1."""
    found = Found()
    prose = Prose(source.rules, Names(source.rules, source.exists))
    if _SPEAKS.search(_OTHER_SITES.sub("", text)):
        found.comments = list(_comments(text))
        found.add(*prose.comments(found.comments))
    if not source.rules.python_worth.search(text):
        # Nothing that could be a name: the one check that is left is whether it is Python at all.
        found.problems += _syntax_problems(text)
        return found
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
        _Reader(source, text, found, prose, read_module(tree)).read()
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        message = error.msg if isinstance(error, SyntaxError) else "nested too deep or not text"
        found.problems.append((line, f"not Python: {message}"))
        kept = {(comment.line) for comment in found.comments if comment.alone}
        drafts = [d for d in prose.mentions(text, 1, 1, use="used", loose=False) if d.line not in kept]
        found.add(*(msgspec.structs.replace(draft, confidence="low") for draft in drafts))
    return found


def _syntax_problems(text: str) -> list[tuple[int | None, str]]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, "<scan>", "exec", ast.PyCF_ONLY_AST)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        message = error.msg if isinstance(error, SyntaxError) else "nested too deep or not text"
        return [(getattr(error, "lineno", None), f"not Python: {message}")]
    return []


def _comments(text: str) -> Iterator[Comment]:
    if "#" not in text:
        return
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                line, column = token.start
                alone = not token.line[:column].strip()
                yield Comment(line=line, column=column + 1, text=token.string, alone=alone)
    except (tokenize.TokenError, SyntaxError, RecursionError):
        return


class _Reader:
    """Goes through the calls, keys and strings of one module."""

    def __init__(self, source: SourceFile, text: str, found: Found, prose: Prose, module: Module) -> None:
        self._rules, self._found, self._prose, self._module = source.rules, found, prose, module
        self._in_tests = source.in_tests
        self._rows = text.split("\n")
        self._names = Names(source.rules, source.exists)
        self._keys = Keys(source.rules)
        self._values = Values(module)
        self._calls = Calls(source.rules, module, self._values)
        self._commands = Commands(source.rules, self._names, self._keys)
        self._ignored: set[int] = set()

    def read(self) -> None:
        """Read everything."""
        for call, scope in self._module.calls:
            match = self._calls.rule(call)
            if match is not None:
                self._named_call(call, scope, *match)
            elif self._calls.starts_process(call):
                self._process(call, scope)
            else:
                self._other_call(call, scope)
        self._ignored |= {
            id(keyword.value)
            for call, _ in self._module.calls
            for keyword in call.keywords
            if keyword.arg and self._keys.holds_other(keyword.arg)
        }
        self._ignored |= {id(value) for key, value, _, _ in self._module.keyed if self._keys.holds_other(key)}
        for options in self._module.options.items():
            self._option(*options)
        for key, value, scope, how in self._module.keyed:
            kind = self._keys.kind(key)
            if kind is not None and id(value) not in self._ignored:
                self._keyed(value, scope, kind, how, MAX_NESTED)
            elif key in ("repo", "hf", "hub") and isinstance(value, ast.Constant) and isinstance(value.value, str):
                weak = self._names.written(value.value)
                if weak is not None:
                    self._found.add(self._draft(Value(value.value, value), weak, how, "low", call=None))
        self._strings()

    def _column(self, line: int, offset: int) -> int:
        """Return the column in characters of a place that `ast` gives in bytes."""
        row = self._rows[line - 1] if line <= len(self._rows) else ""
        return (offset if row.isascii() else len(row.encode()[:offset].decode(errors="ignore"))) + 1

    def _draft(
        self,
        value: Value,
        name: Name,
        how: str,
        confidence: Confidence,
        *,
        call: ast.Call | None,
        revision: str | None = None,
    ) -> Draft:
        node = value.node
        inside = call is not None and call.lineno <= node.lineno and (call.end_lineno or 0) >= (node.end_lineno or 0)
        away = call is not None and (not inside or call.lineno != node.lineno)
        return Draft(
            target=name.target, provider=name.provider, type=name.type, line=node.lineno, how=how,
            column=self._column(node.lineno, node.col_offset), end_line=node.end_lineno or node.lineno,
            confidence=confidence, revision=name.revision or (revision if name.provider == "hub" else None),
            via=(call.lineno,) if call is not None and away else (),
        )  # fmt: skip

    def _named_call(self, call: ast.Call, scope: Scope, rule: CallRule, written: str) -> None:
        if rule.documents:
            for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    shown = self._names.keyed(argument.value, "model")
                    if shown is not None:
                        draft = self._draft(Value(argument.value, argument), shown, f"{written}()", "medium", call=call)
                        self._found.add(msgspec.structs.replace(draft, use="mentioned"))
        if rule.ignore or rule.documents:
            self._ignored |= {id(one) for one in (*call.args, *(keyword.value for keyword in call.keywords))}
            return
        kind: Kind = rule.type  # type: ignore[assignment]  # the schema has the same three words
        if rule.type_keyword and (said := self._calls.keyword(call, rule.type_keyword, scope)) is not None:
            if said not in ("model", "dataset"):
                return
            kind = said  # type: ignore[assignment]  # one of the two, as the line above says
        revision = self._calls.keyword(call, "revision", scope)
        for argument, needed in self._calls.arguments(call, rule):
            resolved = self._values.resolve(argument, scope)
            named = False
            for value in resolved.values:
                name = self._judged(value.text, rule, kind, call, scope)
                if name is not None:
                    named = True
                    self._found.add(self._draft(value, name, f"{written}()", "high", call=call, revision=revision))
            open_end = not resolved.whole and not resolved.is_path and not named
            # Where a call also takes what is no name, only a text of the environment is one for sure.
            needed = needed or self._values.reads_environment(argument, scope)
            if needed and open_end and not self._in_tests and _may_be_text(argument):
                self._guess(argument, f"{written}()")
        self._other_call(call, scope)

    def _judged(self, text: str, rule: CallRule, kind: Kind, call: ast.Call, scope: Scope) -> Name | None:
        provider, client = rule.provider, rule.client
        if provider == "client":
            seen = self._calls.client(call, scope)
            if seen is not None:
                if seen == "hub":
                    return self._names.called(text, "hub", "model") or self._names.service_id(text)
                return self._names.called(text, seen, self._kind_of(seen))
        return self._names.called(text, provider, kind, bare=rule.bare, client=client)

    def _kind_of(self, provider: str) -> Kind:
        return "model" if self._rules.providers[provider].type == "model" else "hosted"

    def _guess(self, node: ast.expr, how: str) -> None:
        row = self._rows[node.lineno - 1] if node.lineno <= len(self._rows) else ""
        column = self._column(node.lineno, node.col_offset)
        raw = row[column - 1 :]
        if node.end_lineno == node.lineno and node.end_col_offset is not None:
            raw = row[column - 1 : self._column(node.lineno, node.end_col_offset) - 1]
        guess = Guess(line=node.lineno, column=column, how=how, expression=raw.strip()[:MAX_EXPRESSION])
        self._found.unresolved.append(guess)

    def _other_call(self, call: ast.Call, scope: Scope) -> None:
        """Read a call nobody knows: keywords that speak of models, and defaults of the environment."""
        for keyword in call.keywords:
            kind = self._keys.kind(keyword.arg) if keyword.arg else None
            if kind is not None:
                resolved = self._values.resolve(keyword.value, scope)
                for value in resolved.values:
                    name = self._names.keyed(value.text, kind)
                    if name is not None:
                        self._found.add(self._draft(value, name, f"{keyword.arg}=", "medium", call=call))
                if not resolved.values:
                    self._keyed(keyword.value, scope, kind, f"{keyword.arg}=", MAX_NESTED)
        if len(call.args) > 1 and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str):
            kind = self._keys.kind(call.args[0].value)
            if kind is not None and " " not in call.args[0].value:
                self._keyed(call.args[1], scope, kind, f'"{call.args[0].value[:60]}"', 1)

    def _option(self, option: str, calls: list[tuple[ast.Call, Scope]]) -> None:
        kind = self._keys.kind(option)
        for call, scope in calls if kind is not None else ():
            for keyword in call.keywords:
                if keyword.arg in ("default", "const", "choices"):
                    self._keyed(keyword.value, scope, kind or "model", f"--{option.replace('_', '-')}", MAX_NESTED)

    def _keyed(self, node: ast.expr, scope: Scope, kind: Kind, how: str, depth: int) -> None:
        """Read the value of a key, constant or default that speaks of models; lists and dictionaries item by item."""
        if depth <= 0:
            return
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            for one in node.elts:
                self._keyed(one, scope, kind, how, depth - 1)
        elif isinstance(node, ast.Dict):
            for key, held in zip(node.keys, node.values, strict=True):
                inner = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
                if not inner or not self._rules.not_keys.has(inner.lower()):
                    self._keyed(held, scope, kind, how, depth - 1)
        elif isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp | ast.Call | ast.IfExp | ast.BoolOp):
            if isinstance(node, ast.Call) and self._calls.rule(node) is not None:
                return
            for value in self._values.resolve(node, scope).values:
                name = self._names.keyed(value.text, kind)
                if name is not None and id(value.node) not in self._ignored:
                    self._found.add(self._draft(value, name, how, "medium", call=None))

    def _process(self, call: ast.Call, scope: Scope) -> None:
        """Read a command for the machine, as a text or as a list of words."""
        for argument in call.args[:1]:
            held = self._values.containers(argument, scope)
            for container, place in held[:4]:
                if isinstance(container, ast.List | ast.Tuple):
                    self._command(self._words(container, place), call)
            if not held:
                for value in self._values.resolve(argument, scope).values[:8]:
                    self._ignored.add(id(value.node))
                    line, column = value.node.lineno, self._column(value.node.lineno, value.node.col_offset)
                    for words in split_words(value.text, line, column):
                        fixed = [msgspec.structs.replace(w, line=line, column=column) for w in words]
                        self._command(fixed, call)
        self._other_call(call, scope)

    def _words(self, node: ast.List | ast.Tuple, scope: Scope) -> list[Word]:
        words = []
        for one in node.elts[:200]:
            resolved = self._values.resolve(one, scope)
            value = resolved.values[0] if resolved.values else Value("$", one)
            where = value.node
            words.append(Word(text=value.text, line=where.lineno, column=self._column(where.lineno, where.col_offset)))
        return words

    def _command(self, words: list[Word], call: ast.Call) -> None:
        for one in self._commands.read(words):
            if isinstance(one, Draft):
                away = (call.lineno,) if one.line != call.lineno else ()
                self._found.add(msgspec.structs.replace(one, via=away))

    def _strings(self) -> None:
        for node in self._module.strings:
            text = node.value
            if not isinstance(text, str) or "/" not in text:
                continue
            if id(node) in self._module.docstrings:
                self._docstring(node)
            elif (name := hub_address(text.strip(), self._rules)) is not None:
                target = self._names.called(text, "hub", "model")
                # A piece of a formatted text that ends within the name has not named anything yet.
                open_end = id(node) in self._module.pieces and text.rstrip().endswith(name.target.rpartition("/")[2])
                if target is not None and not open_end:
                    self._found.add(self._draft(Value(text, node), target, "address", "high", call=None))
            elif "://" in text:
                self._addresses(node, text)
                self._spoken(node, text)
            elif " " in text:
                self._spoken(node, text)
            elif id(node) not in self._ignored and id(node) not in self._module.pieces:
                sure = self._names.literal(text)
                if sure is not None:
                    self._found.add(self._draft(Value(text, node), sure, "literal", "low", call=None))

    def _spoken(self, node: ast.Constant, text: str) -> None:
        """Read a message or template that shows a call: no use of ours."""
        if id(node) not in self._ignored and ("(" in text or "download" in text or "serve" in text):
            mentions = [one for one in self._prose.mentions(text, 1, 1, loose=False) if one.how == "text"]
            for one in mentions:
                line = min(node.lineno + one.line - 1, node.end_lineno or node.lineno)
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
                draft = self._draft(Value(text, node), name, "address", "high", call=None)
                line = min(draft.line + row, draft.end_line)
                column = draft.column if row == 0 else max(self._rows[line - 1].find(name.target), 0) + 1
                self._found.add(msgspec.structs.replace(draft, line=line, column=column))

    def _docstring(self, node: ast.Constant) -> None:
        rows = self._rows[node.lineno - 1 : node.end_lineno]
        if rows:
            column = self._column(node.lineno, node.col_offset)
            raw = "\n".join([rows[0][column - 1 :], *rows[1:]])
            self._found.add(*self._prose.mentions(raw, node.lineno, column))


def _may_be_text(node: ast.expr) -> bool:
    """Whether an expression can be a name at all: not a number, a list, an object made on the spot."""
    return not isinstance(node, ast.Constant | ast.List | ast.Dict | ast.Tuple | ast.Set | ast.Lambda | ast.ListComp)
