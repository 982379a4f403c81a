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
from auditor.scan.python_keyed import MAX_NESTED, WEAK, KeyedValues
from auditor.scan.python_places import Places
from auditor.scan.python_scopes import Module, Scope, dotted, read_module
from auditor.scan.python_strings import Strings
from auditor.scan.python_texts import Value
from auditor.scan.python_values import Values
from auditor.scan.shell_words import split_words
from auditor.scan.shown_code import beside, commented_out

__all__ = ["read_python", "read_python_text"]

# Comments are told apart by the tokenizer, which takes its time: only where one could say something.
# One try a line, from its first mark on: a line of nothing but marks must not be tried from each of them.
_SPEAKS = re.compile(
    r"^[^#\n]*#[^\n]*(?:auditor:|\b(?:pull|run)\s|[\w.-]/[\w.-]|[a-z0-9]-[a-z0-9.-]{0,40}\d|[=(:,]\s?[\"'])",
    re.IGNORECASE | re.MULTILINE,
)
_OTHER_SITES = re.compile(r"https?://(?!(?:www\.)?(?:huggingface\.co|hf\.co|hf-mirror\.com))\S+")
MAX_EXPRESSION = 200
MAX_INNER = 3
_INLINE = ("-c", "-lc", "-ec")
_PYTHON = re.compile(r"(?:^|/)python[\d.]*$")


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
        self._rows = text.split("\n")
        self._places = Places(self._rows)
        self._names = Names(source.rules, source.exists)
        self._keys = Keys(source.rules)
        self._values = Values(module)
        self._calls = Calls(source.rules, module, self._values)
        self._commands = Commands(source.rules, self._names, self._keys)
        self._ignored: set[int] = set()
        self._keyed = KeyedValues(
            self._rules, self._names, self._keys, module, self._values, self._calls, found, self._places, self._ignored
        )

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
        self._keyed.read()
        strings = Strings(self._source, self._names, self._module, self._rows, self._found, self._prose)
        strings.read(self._ignored, self._commands)

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
        earlier = len(self._found.drafts)
        self._read_call(call, scope)
        self._pin(call, scope, earlier)

    def _pin(self, call: ast.Call, scope: Scope, earlier: int) -> None:
        """Give the one model that a call names the revision that it names: `Model(path="org/name", revision="sha")`."""
        new = self._found.drafts[earlier:]
        if len(new) != 1 or new[0].provider != "hub" or new[0].revision is not None:
            return
        revision = self._calls.keyword(call, "revision", scope)
        made = self._module.classes.get(call.func.id) if isinstance(call.func, ast.Name) else None
        for field, given in zip(made.annotations, call.args, strict=False) if made is not None else ():
            if field in self._rules.revision_keys and isinstance(given, ast.Constant) and isinstance(given.value, str):
                revision = given.value
        for keyword in call.keywords if made is not None else ():
            value = keyword.value
            if keyword.arg in self._rules.revision_keys and isinstance(value, ast.Constant):
                revision = str(value.value)
        if revision is not None:
            self._found.drafts[-1] = msgspec.structs.replace(new[0], revision=revision)

    def _read_call(self, call: ast.Call, scope: Scope) -> None:
        made = self._module.classes.get(call.func.id) if isinstance(call.func, ast.Name) else None
        for field, given in zip(made.annotations, call.args, strict=False) if made is not None else ():
            # `Pinned("org/name", "sha")`: the class says what its places are called.
            if (kind := self._keys.kind(field)) is not None:
                self._keyed.keyed(given, scope, kind, f"{field}=", MAX_NESTED)
            elif field in WEAK:
                self._keyed.weak(given, f"{field}=")
        for keyword in call.keywords:
            kind = self._keys.kind(keyword.arg) if keyword.arg else None
            if kind is None and keyword.arg in WEAK:
                self._keyed.weak(keyword.value, f"{keyword.arg}=")
            if kind is not None:
                resolved = self._values.resolve(keyword.value, scope)
                for value in resolved.values:
                    name = self._names.keyed(value.text, kind)
                    if name is None and kind == "model" and (owner := self._calls.of_package(call, scope)) is not None:
                        name = self._names.provided(value.text, owner)
                    if name is not None:
                        self._found.add(self._places.draft(value, name, f"{keyword.arg}=", "medium", call=call))
                if not resolved.values:
                    self._keyed.keyed(keyword.value, scope, kind, f"{keyword.arg}=", MAX_NESTED)
        if len(call.args) > 1 and isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str):
            key = call.args[0].value
            kind = self._keys.kind(key)
            if kind is not None and " " not in key:
                self._keyed.keyed(call.args[1], scope, kind, f'"{key[:60]}"', 1)
            if kind == "model" and (said := self._keys.providers(key)):
                # `getenv("<PROVIDER>_MODEL", "name")`: the key says whose model it is.
                for value in self._values.resolve(call.args[1], scope).values:
                    if self._names.keyed(value.text, kind) is None and (
                        name := self._names.provided(value.text, said[0])
                    ):
                        self._found.add(self._places.draft(value, name, f'"{key[:60]}"', "medium", call=None))

    def _process(self, call: ast.Call, scope: Scope) -> None:
        """Read a command for the machine, as a text or as a list of words."""
        for argument in call.args[:1]:
            if isinstance(argument, ast.Call) and dotted(argument.func) == ".join" and argument.args:
                # " ".join(words): the words stand where they stand.
                argument = argument.args[0]
            held = self._values.containers(argument, scope)
            for container, place in held[:4]:
                if isinstance(container, ast.List | ast.Tuple):
                    words = self._words(container, place)
                    self._command(words, call)
                    for before, flag, code, node in zip(words, words[1:], words[2:], container.elts[2:], strict=False):
                        if flag.text in _INLINE:
                            self._inline(before.text, code.text, node, call)
            if not held:
                for value in self._values.resolve(argument, scope).values[:8]:
                    self._ignored.add(id(value.node))
                    line, column = value.node.lineno, self._places.column(value.node.lineno, value.node.col_offset)
                    for words in split_words(value.text, line, column):
                        fixed = [msgspec.structs.replace(w, line=line, column=column) for w in words]
                        self._command(fixed, call)
        self._other_call(call, scope)

    def _inline(self, program: str, code: str, node: ast.expr, call: ast.Call) -> None:
        """Read code that a program is given as a word: `[sys.executable, "-c", CODE]`, `["bash", "-lc", COMMANDS]`."""
        if self._source.depth >= MAX_INNER or id(node) in self._ignored:
            return
        self._ignored.add(id(node))
        if program.endswith("sh"):
            for words in split_words(code, node.lineno, 1):
                fixed = [msgspec.structs.replace(word, line=node.lineno, column=node.col_offset + 1) for word in words]
                self._command(fixed, call)
                for before, flag, inner in zip(words, words[1:], words[2:], strict=False):
                    if flag.text in _INLINE and _PYTHON.search(before.text):
                        self._inner(inner.text, node, call)
        elif program == "$" or _PYTHON.search(program):
            self._inner(code, node, call)

    def _inner(self, code: str, node: ast.expr, call: ast.Call) -> None:
        inner = msgspec.structs.replace(self._source, depth=self._source.depth + 1)
        for draft in read_python_text(inner, code).drafts:
            last = draft.target.rpartition("/")[2]
            rows = range(node.lineno, (node.end_lineno or node.lineno) + 1)
            line = next((number for number in rows if last in self._rows[number - 1]), node.lineno)
            column = max(self._rows[line - 1].find(draft.target), 0) + 1
            away = (call.lineno,) if line != call.lineno else ()
            self._found.add(msgspec.structs.replace(draft, line=line, end_line=line, column=column, via=away))

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
