"""JavaScript and TypeScript: strings, comments and the calls around them, by a tokenizer that runs nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from auditor.rulebook.scan_rules import CallRule
from auditor.scan.addresses import hub_addresses
from auditor.scan.interface import Comment, Confidence, Draft, Found, Guess, SourceFile
from auditor.scan.keys import Keys
from auditor.scan.names import Kind, Name, Names
from auditor.scan.prose import Prose

__all__ = ["read_script"]

MAX_TOKENS = 400_000
MAX_DEPTH = 400
_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z)|<!--.*?(?:-->|\Z))
    |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)
    |(?P<name>[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)*)
    |(?P<mark>[()\[\]{},:;=?|+])
    |(?P<other>\S)""",
    re.DOTALL | re.VERBOSE,
)
_DECLARED = ("const", "let", "var", "readonly", "static", "private", "public", "export", "default")


@dataclass
class _Token:
    kind: str
    text: str
    start: int


@dataclass
class _Argument:
    tokens: list[_Token] = field(default_factory=list)


class _Places:
    """Turns offsets into lines and columns; offsets come in order, mostly."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def of(self, offset: int) -> tuple[int, int]:
        """Return line and column, both from 1."""
        import bisect

        row = bisect.bisect_right(self._starts, offset) - 1
        return row + 1, offset - self._starts[row] + 1


def read_script(source: SourceFile) -> Found:
    """Read one script."""
    found = Found()
    places = _Places(source.text)
    prose = Prose(source.rules, Names(source.rules, source.exists))
    tokens: list[_Token] = []
    for count, match in enumerate(_TOKEN.finditer(source.text)):
        if count > MAX_TOKENS:
            found.problems.append((places.of(match.start())[0], "too many tokens; the rest of the file was left out"))
            break
        kind = match.lastgroup or "other"
        if kind == "comment":
            line, column = places.of(match.start())
            before = source.text[source.text.rfind("\n", 0, match.start()) + 1 : match.start()]
            found.comments.append(Comment(line=line, column=column, text=match[0], alone=not before.strip()))
        else:
            tokens.append(_Token(kind, match[0], match.start()))
    found.add(*prose.comments(found.comments))
    _Script(source, found, places, prose, tokens).read()
    return found


class _Script:
    def __init__(self, source: SourceFile, found: Found, places: _Places, prose: Prose, tokens: list[_Token]) -> None:
        self._rules, self._found, self._places, self._prose, self._tokens = source.rules, found, places, prose, tokens
        self._in_tests = source.in_tests
        self._names = Names(source.rules, source.exists)
        self._keys = Keys(source.rules)
        self._constants: dict[str, _Token] = {}
        self._clients: dict[str, str] = {}
        self._taken: set[int] = set()

    def read(self) -> None:
        """Learn the constants first, then read calls, then what only keys speak for."""
        tokens = self._tokens
        for index, token in enumerate(tokens):
            if token.kind == "name" and index + 2 < len(tokens):
                self._learn(index, token)
        for index, token in enumerate(tokens):
            if token.kind == "name" and index + 1 < len(tokens) and tokens[index + 1].text == "(":
                self._call(index, token)
        for index, token in enumerate(tokens):
            if token.kind == "string":
                self._string(index, token)

    def _learn(self, index: int, token: _Token) -> None:
        tokens = self._tokens
        ahead = index + 1
        if tokens[ahead].text == ":" and index and tokens[index - 1].text in _DECLARED:
            # const MODEL: string = "..."
            ahead += 2
        if ahead + 1 >= len(tokens) or tokens[ahead].text != "=":
            return
        value = tokens[ahead + 1]
        name = token.text.rpartition(".")[2]
        if value.kind == "string" and "${" not in value.text:
            self._constants.setdefault(name, value)
        elif value.text in ("new", "await") and ahead + 2 < len(tokens):
            made = tokens[ahead + 2].text.rpartition(".")[2]
            if made in self._rules.clients:
                self._clients[name] = self._rules.clients[made].provider

    def _call(self, index: int, token: _Token) -> None:
        written = token.text.replace("?.", ".")
        parts = tuple(written.split("."))
        for rule in self._rules.script_calls.get(parts[-1], ()):
            if any(parts[-len(name) :] == name for name in rule.names):
                self._read_call(index + 1, rule, written)
                return

    def _read_call(self, opening: int, rule: CallRule, written: str) -> None:
        arguments = self._arguments(opening)
        revision = _pair(arguments, "revision")
        pinned = self._text(revision)[0] if revision else None
        values: list[list[_Token]] = []
        if rule.position is not None and rule.position < len(arguments):
            values = [arguments[rule.position].tokens]
        values += [pair for key in rule.keys if (pair := _pair(arguments, key)) is not None]
        for tokens in values:
            text, literal = self._text(tokens)
            if text is None or literal is None:
                simple = tokens and tokens[0].kind in ("name", "string") and tokens[0].text not in ("null", "undefined")
                if simple and not rule.optional and rule.provider == "hub" and not self._in_tests:
                    self._guess(tokens, written)
                continue
            name = self._judged(text, rule, written)
            if name is not None:
                self._taken.add(literal.start)
                via = self._places.of(self._tokens[opening].start)[0]
                self._add(literal, name, f"{written}()", "high", pinned, via)

    def _judged(self, text: str, rule: CallRule, written: str) -> Name | None:
        provider = rule.provider
        kind: Kind = rule.type  # type: ignore[assignment]  # the schema has the same three words
        if provider == "client":
            owner = self._clients.get(written.removeprefix("this.").partition(".")[0])
            if owner is not None and owner != rule.client and owner != "hub":
                return self._names.called(text, owner, kind)
        return self._names.called(text, provider, kind, bare=rule.bare, client=rule.client)

    def _text(self, tokens: list[_Token] | None) -> tuple[str | None, _Token | None]:
        """Return the text that an argument is, and the literal it stands in; concatenations are put together."""
        if not tokens:
            return None, None
        texts: list[str] = []
        for place, token in enumerate(tokens):
            if place % 2:
                if token.text != "+":
                    return (texts[0], tokens[0]) if token.text in ("as", "!") and len(texts) == 1 else (None, None)
                continue
            literal = token if token.kind == "string" else self._constants.get(token.text.rpartition(".")[2])
            if literal is None:
                return None, None
            text = re.sub(r"\$\{([\w$.]+)\}", self._filled, literal.text[1:-1])
            if "${" in text:
                return None, None
            texts.append(text)
            if len(tokens) == 1:
                return text, literal
        return "".join(texts), tokens[0]

    def _filled(self, match: re.Match[str]) -> str:
        known = self._constants.get(match[1].rpartition(".")[2])
        return known.text[1:-1] if known is not None and "${" not in known.text else match[0]

    def _arguments(self, opening: int) -> list[_Argument]:
        arguments = [_Argument()]
        depth = 0
        for token in self._tokens[opening + 1 : opening + 3000]:
            if token.text in ("(", "[", "{"):
                depth += 1
            elif token.text in (")", "]", "}"):
                depth -= 1
                if depth < 0:
                    break
            elif token.text == "," and depth == 0:
                arguments.append(_Argument())
                continue
            arguments[-1].tokens.append(token)
        return arguments

    def _guess(self, tokens: list[_Token], written: str) -> None:
        line, column = self._places.of(tokens[0].start)
        expression = "".join(token.text for token in tokens)[:200]
        self._found.unresolved.append(Guess(line=line, column=column, how=f"{written}()", expression=expression))

    def _string(self, index: int, token: _Token) -> None:
        """Read a literal outside of any known call: what its key or constant says, or the address it is."""
        text = token.text[1:-1]
        if "://" in text:
            line, column = self._places.of(token.start)
            whole = self._names.called(text, "hub", "model") if "${" not in text else None
            if whole is not None:
                self._add(token, whole, "address", "high", None, line)
            else:
                self._found.add(*self._prose.mentions(text, line, column + 1, use="used", loose=False))
            return
        if token.start in self._taken or "${" in text:
            return
        key = self._key(index)
        kind = self._keys.kind(key) if key else None
        if kind is None and not (key and self._keys.holds_other(key)) and (owner := self._owner(index)):
            kind = self._keys.kind(owner)
        name = self._names.keyed(text, kind) if kind else None
        if name is not None:
            self._add(token, name, f"{key}", "medium", None, self._places.of(token.start)[0])
        elif not (key and self._keys.holds_other(key)) and (sure := self._names.literal(text)) is not None:
            self._add(token, sure, "literal", "low", None, self._places.of(token.start)[0])

    def _owner(self, index: int) -> str | None:
        """Return the constant or key whose object or list a literal is an item of (`const MODELS = {small: ...}`)."""
        depth = 0
        for place in range(index - 1, max(index - 400, 0), -1):
            text = self._tokens[place].text
            depth += (text in (")", "]", "}")) - (text in ("(", "[", "{"))
            if depth < 0:
                opened = text in ("{", "[") and place > 1 and self._tokens[place - 1].text in ("=", ":")
                return self._tokens[place - 2].text.rpartition(".")[2] if opened else None
        return None

    def _key(self, index: int) -> str | None:
        """Return the key, constant or default that a literal is the value of, also as an item of a list."""
        tokens = self._tokens
        depth = 0
        for place in range(index - 1, max(index - 400, -1), -1):
            token = tokens[place]
            if token.text in (")", "]", "}"):
                depth += 1
            elif token.text in ("(", "{"):
                if depth == 0:
                    return None
                depth -= 1
            elif token.text == "[":
                depth -= depth > 0
            elif token.text == ";":
                return None
            elif depth == 0 and token.text in (":", "=", "||", "??"):
                before = tokens[place - 1] if place else None
                if before is None or before.text == "=":
                    return None
                if before.kind == "string":
                    return before.text[1:-1]
                if before.kind == "name":
                    typed = token.text == "=" and place > 1 and tokens[place - 2].text == ":"
                    return (tokens[place - 3] if typed and place > 2 else before).text.rpartition(".")[2]
                return None
            elif token.kind == "name" and depth == 0 and token.text.startswith("process.env."):
                return token.text.rpartition(".")[2]
        return None

    def _add(
        self, token: _Token, name: Name, how: str, confidence: Confidence, revision: str | None, call_line: int
    ) -> None:
        line, column = self._places.of(token.start)
        end_line = self._places.of(token.start + len(token.text) - 1)[0]
        self._found.add(
            Draft(
                target=name.target, provider=name.provider, type=name.type, line=line, column=column, end_line=end_line,
                how=how, confidence=confidence, via=(call_line,) if call_line != line else (),
                revision=name.revision or (revision if name.provider == "hub" else None),
            )
        )  # fmt: skip


def _pair(arguments: list[_Argument], key: str) -> list[_Token] | None:
    """Return the value under `key` of an object among the arguments."""
    for argument in arguments:
        tokens = argument.tokens
        if not tokens or tokens[0].text != "{":
            continue
        depth = 0
        for index, token in enumerate(tokens):
            depth += (token.text in ("{", "[", "(")) - (token.text in ("}", "]", ")"))
            named = token.text.strip("'\"") == key and index + 2 < len(tokens) and tokens[index + 1].text == ":"
            if depth == 1 and named:
                value = []
                inner = 0
                for one in tokens[index + 2 :]:
                    inner += (one.text in ("{", "[", "(")) - (one.text in ("}", "]", ")"))
                    if inner < 0 or (inner == 0 and one.text == ","):
                        break
                    value.append(one)
                return value
            if depth == 1 and token.text == key and tokens[index + 1].text in (",", "}"):
                return [token]
    return None


def read_code(source: SourceFile) -> Found:
    """Read source code of another language: addresses on the Hub, and what comments say."""
    found = Found()
    prose = Prose(source.rules, Names(source.rules, source.exists))
    for number, row in enumerate(source.text.split("\n"), 1):
        row = row[:20_000]
        place = _comment_place(row)
        before = row if place is None else row[:place]
        if "://" in before:
            for address in hub_addresses(before, source.rules):
                text = before[address.start : address.end]
                found.add(*prose.mentions(text, number, address.start + 1, use="used", loose=False))
        if place is not None:
            comment = Comment(line=number, column=place + 1, text=row[place:], alone=not before.strip())
            found.comments.append(comment)
            found.add(*prose.comments([comment]))
    return found


def _comment_place(row: str) -> int | None:
    match = re.search(r"(?:^|(?<=[\s;]))(?://|/\*|\*\s|#(?!\w*!)|--\s|<!--)", row)
    return match.start() if match else None
