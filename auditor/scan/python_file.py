"""Python modules, read through `ast` and never run."""

from __future__ import annotations

import ast
import re
import warnings

import msgspec

from auditor.rulebook.scan_rules import CallRule
from auditor.scan.code_file import read_code
from auditor.scan.commands import Commands, Word
from auditor.scan.hub_names import Kind, Name
from auditor.scan.interface import Draft, Found, Guess, SourceFile
from auditor.scan.keys import Keys
from auditor.scan.names import Names
from auditor.scan.prose import Prose
from auditor.scan.python_calls import Calls
from auditor.scan.python_comments import comments_of
from auditor.scan.python_places import Places
from auditor.scan.python_scopes import Module, Scope, dotted, read_module
from auditor.scan.python_strings import Strings
from auditor.scan.python_texts import Value
from auditor.scan.python_values import Values
from auditor.scan.shell_words import split_words
from auditor.scan.shown_code import beside, commented_out

__all__ = ["read_python", "read_python_text"]

MAX_NESTED = 6
_WEAK = ("repo", "hf", "hub")
# Comments are told apart by the tokenizer, which takes its time: only where one could say something.
# One try a line, from its first mark on: a line of nothing but marks must not be tried from each of them.
_SPEAKS = re.compile(
    r"^[^#\n]*#[^\n]*(?:auditor:|\b(?:pull|run)\s|[\w.-]/[\w.-]|[a-z0-9]-[a-z0-9.-]{0,40}\d|[=(:,]\s?[\"'])",
    re.IGNORECASE | re.MULTILINE,
)
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
        found.comments = list(comments_of(text))
        code = commented_out(source, found.comments)
        found.add(*code, *beside(prose.comments(found.comments), code))
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
        plain = read_code(msgspec.structs.replace(source, text=text)).drafts
        drafts += [d for d in beside(plain, drafts) if d.use == "used" and d.line not in kept]
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


class _Reader:
    """Goes through the calls, keys and strings of one module."""

    def __init__(self, source: SourceFile, text: str, found: Found, prose: Prose, module: Module) -> None:
        self._source, self._rules = source, source.rules
        self._found, self._prose, self._module = found, prose, module
        self._in_tests = source.in_tests
        library = self._rules.library.provider
        self._library_imported = any(
            self._rules.python_packages.get(one.partition(".")[0]) == library for one in module.imports.values()
        )
        self._rows = text.split("\n")
        self._places = Places(self._rows)
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
            elif (handed := self._calls.handed(call, scope)) is not None and (rule := self._calls.rule(handed)):
                self._named_call(handed, scope, *rule)
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
            elif key in _WEAK:
                self._weak(value, how)
            elif _is_put_together(value):
                self._put_together(value, scope)
        strings = Strings(self._source, self._names, self._module, self._rows, self._found, self._prose)
        strings.read(self._ignored, self._commands)

    def _put_together(self, node: ast.expr, scope: Scope) -> None:
        """Read a constant that is made of pieces, under a name that says nothing: what is whole speaks for itself."""
        for value in self._values.resolve(node, scope).values:
            name = self._names.literal(value.text)
            if name is not None:
                self._found.add(self._places.draft(value, name, "literal", "low", call=None))

    def _weak(self, node: ast.expr, how: str) -> None:
        """Read the value of a key that often names something else: only what looks like a model in itself."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in self._ignored:
            weak = self._names.written(node.value)
            if weak is not None:
                self._found.add(self._places.draft(Value(node.value, node), weak, how, "low", call=None))

    def _named_call(self, call: ast.Call, scope: Scope, rule: CallRule, written: str) -> None:
        if rule.documents:
            for argument in (*call.args, *(keyword.value for keyword in call.keywords)):
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    shown = self._names.keyed(argument.value, "model")
                    if shown is not None:
                        draft = self._places.draft(
                            Value(argument.value, argument), shown, f"{written}()", "medium", call=call
                        )
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
        for argument, needed, prefix in self._calls.arguments(call, rule, scope):
            resolved = self._values.resolve(argument, scope)
            # `revision` is the model's; a tokenizer beside it has one of its own, or whatever its branch holds.
            pinned = self._calls.keyword(call, f"{prefix}_revision", scope) if prefix else revision
            named = False
            for value in resolved.values:
                text = next((value.text[len(one) :] for one in rule.strip if value.text.startswith(one)), value.text)
                name = self._judged(text, rule, kind, call, scope)
                if name is None and needed and not self._in_tests and self._names.is_placeholder(text):
                    # Somebody has to fill it in: that it names nothing yet is told, never passed over.
                    self._guess(value.node, f"{written}()")
                if name is not None:
                    named = True
                    self._found.add(self._places.draft(value, name, f"{written}()", "high", call=call, revision=pinned))
            open_end = not resolved.whole and not resolved.is_path and not named
            # Where a call also takes what is no name, only a text of the environment is one for sure.
            needed = needed or self._values.reads_environment(argument, scope)
            if needed and open_end and not self._in_tests and _may_be_text(argument):
                self._guess(argument, f"{written}()")
        self._other_call(call, scope)

    def _judged(self, text: str, rule: CallRule, kind: Kind, call: ast.Call, scope: Scope) -> Name | None:
        provider, client = rule.provider, rule.client
        for key in rule.provider_keyword:
            said = self._names.provider_of(self._calls.keyword(call, key, scope) or "")
            if said is not None:
                return self._names.called(text, said, self._kind_of(said), bare=rule.bare)
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
        column = self._places.column(node.lineno, node.col_offset)
        raw = row[column - 1 :]
        if node.end_lineno == node.lineno and node.end_col_offset is not None:
            raw = row[column - 1 : self._places.column(node.lineno, node.end_col_offset) - 1]
        guess = Guess(line=node.lineno, column=column, how=how, expression=raw.strip()[:MAX_EXPRESSION])
        self._found.unresolved.append(guess)

    def _paths(self, call: ast.Call, scope: Scope, scheme: str) -> None:
        """Read the path that a method of a file system is called with."""
        for value in self._values.resolve(call.args[0], scope).values:
            name = self._names.called(f"{scheme}{value.text.removeprefix(scheme)}", "hub", "model")
            if name is not None:
                self._ignored.add(id(value.node))
                self._found.add(self._places.draft(value, name, f"{dotted(call.func)}()", "high", call=call))

    def _other_call(self, call: ast.Call, scope: Scope) -> None:
        """Read a call nobody knows: keywords that speak of models, and defaults of the environment."""
        if call.args and (scheme := self._calls.path_scheme(call, scope)):
            self._paths(call, scope, scheme)
        for keyword in call.keywords:
            kind = self._keys.kind(keyword.arg) if keyword.arg else None
            if kind is None and keyword.arg in _WEAK:
                self._weak(keyword.value, f"{keyword.arg}=")
            if kind is not None:
                resolved = self._values.resolve(keyword.value, scope)
                for value in resolved.values:
                    name = self._names.keyed(value.text, kind)
                    if name is None and kind == "model" and (owner := self._calls.of_package(call, scope)) is not None:
                        name = self._names.provided(value.text, owner)
                    if name is not None:
                        self._found.add(self._places.draft(value, name, f"{keyword.arg}=", "medium", call=call))
                if not resolved.values:
                    self._keyed(keyword.value, scope, kind, f"{keyword.arg}=", MAX_NESTED)
        if len(call.args) > 1 and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str):
            key = call.args[0].value
            kind = self._keys.kind(key)
            if kind is not None and " " not in key:
                self._keyed(call.args[1], scope, kind, f'"{key[:60]}"', 1)
            if kind == "model" and (said := self._keys.providers(key)):
                # `getenv("<PROVIDER>_MODEL", "name")`: the key says whose model it is.
                for value in self._values.resolve(call.args[1], scope).values:
                    if self._names.keyed(value.text, kind) is None and (
                        name := self._names.provided(value.text, said[0])
                    ):
                        self._found.add(self._places.draft(value, name, f'"{key[:60]}"', "medium", call=None))

    def _option(self, option: str, calls: list[tuple[ast.Call, Scope]]) -> None:
        kind = self._keys.kind(option)
        for call, scope in calls if kind is not None else ():
            for keyword in call.keywords:
                if keyword.arg in ("default", "const", "choices"):
                    self._keyed(keyword.value, scope, kind or "model", f"--{option.replace('_', '-')}", MAX_NESTED)

    def _keyed(self, node: ast.expr, scope: Scope, kind: Kind, how: str, depth: int, *, plain: bool = True) -> None:
        """Read the value of a key, constant or default that speaks of models; lists and dictionaries item by item."""
        if depth <= 0:
            return
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            for one in node.elts:
                # Tuples and tables hold names of other things, too.
                self._keyed(one, scope, kind, how, depth - 1, plain=plain and isinstance(node, ast.List))
        elif isinstance(node, ast.Dict):
            for key, held in zip(node.keys, node.values, strict=True):
                inner = key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
                if key is not None and kind == "model" and (isinstance(held, ast.Dict) or "/" in inner):
                    self._listed(key, inner, how)
                if not inner or not self._rules.not_keys.has(inner.lower()):
                    self._keyed(held, scope, kind, how, depth - 1, plain=False)
                elif isinstance(held, ast.Constant) and isinstance(held.value, str):
                    # `MODELS = {"base": "org/name", "image": "org/server"}`: only what looks like one in itself.
                    self._weak(held, how)
        elif isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp | ast.Call | ast.IfExp | ast.BoolOp):
            if isinstance(node, ast.Call) and self._calls.rule(node) is not None:
                return
            for value in self._values.resolve(node, scope).values:
                name = self._names.keyed(value.text, kind, plain=plain)
                if name is None and kind == "model" and self._library_imported:
                    # A name without a tag, beside an import of the library: the module says whose name it is.
                    name = self._names.of_library(value.text)
                if name is not None and id(value.node) not in self._ignored:
                    self._found.add(self._places.draft(value, name, how, "medium", call=None))

    def _listed(self, key: ast.expr, text: str, how: str) -> None:
        """Read a key of a dictionary of models, each with settings of its own."""
        name = self._names.literal(text) if "/" in text else self._names.spoken(text)
        if name is not None and ("/" in text or name.provider != "hub"):
            self._found.add(self._places.draft(Value(text, key), name, how, "medium", call=None))

    def _process(self, call: ast.Call, scope: Scope) -> None:
        """Read a command for the machine, as a text or as a list of words."""
        for argument in call.args[:1]:
            if isinstance(argument, ast.Call) and dotted(argument.func) == ".join" and argument.args:
                # " ".join(words): the words stand where they stand.
                argument = argument.args[0]
            held = self._values.containers(argument, scope)
            for container, place in held[:4]:
                if isinstance(container, ast.List | ast.Tuple):
                    self._command(self._words(container, place), call)
            if not held:
                for value in self._values.resolve(argument, scope).values[:8]:
                    self._ignored.add(id(value.node))
                    line, column = value.node.lineno, self._places.column(value.node.lineno, value.node.col_offset)
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
            words.append(
                Word(text=value.text, line=where.lineno, column=self._places.column(where.lineno, where.col_offset))
            )
        return words

    def _command(self, words: list[Word], call: ast.Call) -> None:
        for one in self._commands.read(words):
            if isinstance(one, Draft):
                away = (call.lineno,) if one.line != call.lineno else ()
                self._found.add(msgspec.structs.replace(one, via=away))


def _may_be_text(node: ast.expr) -> bool:
    """Whether an expression can be a name at all: not a number, a list, an object made on the spot."""
    return not isinstance(node, ast.Constant | ast.List | ast.Dict | ast.Tuple | ast.Set | ast.Lambda | ast.ListComp)


def _is_put_together(node: ast.expr) -> bool:
    """Whether a text is made of pieces, one of which has the slash of an id."""
    parts: list[ast.expr] = []
    if isinstance(node, ast.JoinedStr):
        parts = node.values
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [node.left, node.right]
    return any(isinstance(one, ast.Constant) and isinstance(one.value, str) and "/" in one.value for one in parts)
