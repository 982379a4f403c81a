"""JavaScript and TypeScript: strings, comments and the calls around them, by a tokenizer that runs nothing."""

from __future__ import annotations

import re

from auditor.rulebook.scan_rules import CallRule
from auditor.scan.hub_names import Kind, Name
from auditor.scan.interface import Comment, Confidence, Draft, Found, Guess, SourceFile, Use
from auditor.scan.keys import Keys, folded_key
from auditor.scan.names import Names
from auditor.scan.prose import TELLING, Prose
from auditor.scan.script_clients import Clients
from auditor.scan.script_tokens import TOKEN, Argument, ScriptPlaces, Token, pair
from auditor.scan.shown_code import beside

__all__ = ["read_script"]

MAXTOKENS = 400_000
MIN_NAME = 2
"""Letters of the shortest text that could name anything: most literals of a file need no second look."""
MAX_DEPTH = 400
MAX_TYPE = 40
_MODEL_KEYS = ("model", "modelId", "modelName", "model_id", "model_name", "version")
_WEAK = ("repo", "name", "id", "hf", "hub")
# `${session.model ?? "name"}`: what stands there when nobody chose.
_GIVEN = re.compile(r"\$\{[^{}\"'`]{0,200}(?:\?\?|\|\|)\s*[\"']([^\"'{}]{1,200})[\"']\s*\}")
_COMMA, _CLOSED = Token("mark", ",", 0), Token("mark", "}", 0)
_DECLARED = ("const", "let", "var", "readonly", "static", "private", "public", "export", "default")


def read_script(source: SourceFile) -> Found:
    """Read one script."""
    found = Found()
    places = ScriptPlaces(source.text)
    prose = Prose(source.rules, Names(source.rules, source.exists))
    tokens: list[Token] = []
    for count, match in enumerate(TOKEN.finditer(source.text)):
        if count > MAXTOKENS:
            found.problems.append((places.of(match.start())[0], "too many tokens; the rest of the file was left out"))
            break
        kind = match.lastgroup or "other"
        if kind == "comment":
            line, column = places.of(match.start())
            before = source.text[source.text.rfind("\n", 0, match.start()) + 1 : match.start()]
            found.comments.append(Comment(line=line, column=column, text=match[0], alone=not before.strip()))
        else:
            tokens.append(Token(kind, match[0], match.start()))
    found.add(*prose.comments(found.comments))
    _Script(source, found, places, prose, tokens).read()
    return found


class _Script:
    def __init__(
        self, source: SourceFile, found: Found, places: ScriptPlaces, prose: Prose, tokens: list[Token]
    ) -> None:
        self._rules, self._found, self._places, self._prose, self._tokens = source.rules, found, places, prose, tokens
        self._in_tests = source.in_tests
        self._names = Names(source.rules, source.exists)
        self._keys = Keys(source.rules)
        self._constants: dict[str, Token] = {}
        self._objects: dict[str, int] = {}
        self._clients = Clients(source.rules, self._names, tokens)
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

    def _learn(self, index: int, token: Token) -> None:
        tokens = self._tokens
        ahead = index + 1
        if tokens[ahead].text == ":" and index and tokens[index - 1].text in _DECLARED:
            # const MODEL: string = "..."
            ahead += 2
        if ahead + 1 >= len(tokens) or tokens[ahead].text != "=":
            return
        value = tokens[ahead + 1]
        mark = tokens[ahead + 2].text if ahead + 4 < len(tokens) else ""
        if mark in ("|", "?") and tokens[ahead + 3].text == mark and ".env" in value.text:
            # const MODEL = process.env.MODEL || "..."
            value = tokens[ahead + 4]
        name = token.text.rpartition(".")[2]
        if value.kind == "string":
            self._constants.setdefault(name, value)
        elif value.text == "{":
            self._objects.setdefault(name, ahead + 1)

    def _call(self, index: int, token: Token) -> None:
        written = token.text.replace("?.", ".")
        parts = tuple(written.split("."))
        for rule in self._rules.script_calls.get(parts[-1], ()):
            if any(parts[-len(name) :] == name for name in rule.names):
                self._read_call(index, rule, written)
                return
        self._client_call(index, written)

    def _client_call(self, index: int, written: str) -> None:
        """Read a call of an object or function that a provider's own package made."""
        provider = self._clients.of(index)
        if provider is None or provider not in self._rules.providers:
            return
        arguments = self._arguments(index + 1)
        values = [found for key in _MODEL_KEYS if (found := pair(arguments, key)) is not None]
        if not values and self._clients.is_maker(index) and len(arguments[0].tokens) == 1:
            values = [arguments[0].tokens]
        for tokens in values[:1]:
            text, literal = self._text(tokens)
            name = self._names.provided(text, provider) if text is not None else None
            if name is not None and literal is not None:
                self._taken.add(literal.start)
                self._add(literal, name, f"{written}()", "high", None, self._places.of(self._tokens[index].start)[0])

    def _read_call(self, index: int, rule: CallRule, written: str) -> None:
        opening = index + 1
        arguments = self._arguments(opening)
        revision = pair(arguments, "revision")
        pinned = self._text(revision)[0] if revision else None
        values: list[list[Token]] = []
        if rule.position is not None and rule.position < len(arguments):
            values = [arguments[rule.position].tokens]
        values += [found for key in rule.keys if (found := pair(arguments, key)) is not None]
        for tokens in values:
            kind: Kind = rule.type  # type: ignore[assignment]  # the schema has the same three words
            if (held := self._object(tokens)) is not None:
                kind = "dataset" if "dataset" in (self._text(pair([held], "type"))[0] or "") else kind
                tokens = pair([held], "name") or []
            text, literal = self._text(tokens)
            if text is None or literal is None:
                simple = tokens and tokens[0].kind in ("name", "string") and tokens[0].text not in ("null", "undefined")
                if simple and not rule.optional and rule.provider == "hub" and not self._in_tests:
                    self._guess(tokens, written)
                continue
            name = self._judged(text, rule, kind, index)
            if name is not None:
                self._taken.add(literal.start)
                via = self._places.of(self._tokens[opening].start)[0]
                self._add(literal, name, f"{written}()", "high", pinned, via)

    def _object(self, tokens: list[Token]) -> Argument | None:
        """Return the object that an argument is, or is the name of."""
        if tokens and tokens[0].text == "{":
            return Argument(tokens)
        opened = self._objects.get(tokens[0].text) if len(tokens) == 1 else None
        if opened is None:
            return None
        held = self._arguments(opened)
        return Argument([self._tokens[opened], *(one for part in held for one in [*part.tokens, _COMMA]), _CLOSED])

    def _judged(self, text: str, rule: CallRule, kind: Kind, index: int) -> Name | None:
        if rule.provider == "client":
            owner = self._clients.of(index)
            if owner == "hub":
                return self._names.called(text, "hub", "model") or self._names.service_id(text)
            if owner is not None and owner != rule.client:
                return self._names.provided(text, owner)
        if rule.type_keyword is None and text.startswith("datasets/"):
            return self._names.called(text.removeprefix("datasets/"), rule.provider, "dataset", bare=rule.bare)
        return self._names.called(text, rule.provider, kind, bare=rule.bare, client=rule.client)

    def _text(self, tokens: list[Token] | None) -> tuple[str | None, Token | None]:
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
            text = re.sub(r"\$\{([\w$.]+)\}", self._filled, _GIVEN.sub(r"\1", literal.text[1:-1]))
            if "${" in text:
                return None, None
            texts.append(text)
            if len(tokens) == 1:
                return text, literal
        return "".join(texts), tokens[0]

    def _filled(self, match: re.Match[str]) -> str:
        known = self._constants.get(match[1].rpartition(".")[2])
        return known.text[1:-1] if known is not None and "${" not in known.text else match[0]

    def _arguments(self, opening: int) -> list[Argument]:
        arguments = [Argument()]
        depth = 0
        for token in self._tokens[opening + 1 : opening + 3000]:
            if token.text in ("(", "[", "{"):
                depth += 1
            elif token.text in (")", "]", "}"):
                depth -= 1
                if depth < 0:
                    break
            elif token.text == "," and depth == 0:
                arguments.append(Argument())
                continue
            arguments[-1].tokens.append(token)
        return arguments

    def _guess(self, tokens: list[Token], written: str) -> None:
        line, column = self._places.of(tokens[0].start)
        expression = "".join(token.text for token in tokens)[:200]
        self._found.unresolved.append(Guess(line=line, column=column, how=f"{written}()", expression=expression))

    def _string(self, index: int, token: Token) -> None:
        """Read a literal outside of any known call: what its key or constant says, or the address it is."""
        text = token.text[1:-1]
        if "://" in text:
            line, column = self._places.of(token.start)
            whole = self._names.called(text, "hub", "model") if "${" not in text else None
            if whole is not None:
                self._add(token, whole, "address", "high", None, line)
            else:
                used = list(self._prose.mentions(text, line, column + 1, use="used", loose=False))
                told = self._prose.mentions(text, line, column + 1) if "\n" in text else ()
                self._found.add(*used, *beside(told, used))
            return
        if token.start in self._taken or len(text) < MIN_NAME:
            return
        if " " in text and TELLING.search(text):
            # Messages, and files that are written: a piece beside `${...}` may end within a name.
            line, column = self._places.of(token.start)
            self._found.add(*self._prose.mentions(text, line, column + 1, loose="${" not in text))
            return
        if "${" in text:
            return
        if self._is_key(index):
            self._looked_up(index, token, text)
            return
        key = self._key(index)
        kind = self._keys.kind(key) if key else None
        if kind is None and not (key and self._keys.holds_other(key)) and (owner := self._owner(index)):
            kind = self._keys.kind(owner)
        name = self._names.keyed(text, kind) if kind else None
        if name is None and kind == "model" and key and (known := self._keys.providers(key)):
            name = self._names.provided(text, known[0])
        if name is None and kind is None and key is not None and folded_key(key) in _WEAK:
            name = self._names.written(text)
        if name is not None:
            self._add(token, name, f"{key}", "medium", None, self._places.of(token.start)[0])
        elif not (key and self._keys.holds_other(key)) and (sure := self._names.literal(text)) is not None:
            self._add(token, sure, "literal", "low", None, self._places.of(token.start)[0])
        elif key and (owner := self._owner(index)) and self._keys.kind(owner) and (said := self._names.spoken(text)):
            # const MODELS = {title: "..."}: the object says what the key does not.
            self._add(token, said, f"{owner}", "low", None, self._places.of(token.start)[0])

    def _is_key(self, index: int) -> bool:
        """Return whether a literal is the key of an object (`{"org/name": 1}`)."""
        tokens = self._tokens
        return 0 < index < len(tokens) - 2 and tokens[index + 1].text == ":" and tokens[index - 1].text in ("{", ",")

    def _looked_up(self, index: int, token: Token, text: str) -> None:
        """Report a key that is a model's id: it only says what can be looked up, except in a list of models."""
        name = self._names.looked_up(text)
        if name is not None:
            owner = self._owner(index)
            listed = owner is not None and self._keys.kind(owner) == "model" and self._tokens[index + 2].text == "{"
            use: Use = "used" if listed else "mentioned"
            self._add(token, name, f"key of {owner}" if listed else "key", "low", None,
                      self._places.of(token.start)[0], use=use)  # fmt: skip

    def _owner(self, index: int) -> str | None:
        """Return the constant or key whose object or list a literal is an item of (`const MODELS = {small: ...}`)."""
        depth = 0
        for place in range(index - 1, max(index - 400, 0), -1):
            text = self._tokens[place].text
            depth += (text in (")", "]", "}")) - (text in ("(", "[", "{"))
            if depth < 0:
                opened = text in ("{", "[") and place > 1 and self._tokens[place - 1].text in ("=", ":")
                return self._bound_at(place - 2) if opened else None
        return None

    def _bound_at(self, place: int) -> str:
        """Return the name that stands before `=` or `:`; a constant may have its type in between."""
        for back in range(place, max(place - MAX_TYPE, 0), -1):
            if self._tokens[back].text in _DECLARED and self._tokens[place].kind != "name":
                return self._tokens[back + 1].text
        return self._tokens[place].text.rpartition(".")[2]

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
                    # `case 'notes/embed':` is no key.
                    return before.text[1:-1] if "/" not in before.text else None
                if before.kind == "name":
                    typed = token.text == "=" and place > 1 and tokens[place - 2].text == ":"
                    return (tokens[place - 3] if typed and place > 2 else before).text.rpartition(".")[2]
                return None
            elif (
                token.kind == "name"
                and depth == 0
                and token.text.startswith("process.env.")
                and self._keys.kind(token.text.rpartition(".")[2])
            ):
                return token.text.rpartition(".")[2]
        return None

    def _add(
        self, token: Token, name: Name, how: str, confidence: Confidence, revision: str | None, call_line: int,
        *, use: Use = "used",
    ) -> None:  # fmt: skip
        line, column = self._places.of(token.start)
        end_line = self._places.of(token.start + len(token.text) - 1)[0]
        self._found.add(
            Draft(
                target=name.target, provider=name.provider, type=name.type, line=line, column=column, end_line=end_line,
                how=how, confidence=confidence, use=use, via=(call_line,) if call_line != line else (),
                revision=name.revision or (revision if name.provider == "hub" else None),
            )
        )  # fmt: skip
