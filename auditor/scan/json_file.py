"""JSON, also with comments and trailing commas: a tokenizer that keeps places, with a stack of its own."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from auditor.scan.commands import Word
from auditor.scan.config_values import ConfigValues, words_of
from auditor.scan.interface import Comment, Found, SourceFile
from auditor.scan.neighbors import Text

__all__ = ["read_json"]

MAX_TOKENS = 600_000
MAX_DEPTH = 200
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.){0,100000}"|//[^\n]*|/\*.{0,20000}?\*/|[{}\[\]:,]|[^\s{}\[\]:,"]+|"', re.DOTALL)


@dataclass
class _Level:
    """One list or object that is open."""

    mapping: bool
    key: str | None
    words: list[Word] = field(default_factory=list)
    group: int = 0


def read_json(source: SourceFile) -> Found:
    """Read the texts of a JSON file with the keys above them."""
    found = Found()
    values = ConfigValues(source, found)
    stack: list[_Level] = []
    line, start_of_line, seen = 1, 0, 0
    key: str | None = None
    pending: str | None = None
    for count, match in enumerate(_TOKEN.finditer(source.text)):
        token = match[0]
        if count > MAX_TOKENS or len(stack) > MAX_DEPTH:
            found.problems.append((line, "too many values or too deep; the rest of the file was left out"))
            break
        line += source.text.count("\n", seen, match.start())
        start_of_line = source.text.rfind("\n", seen, match.start()) + 1 or start_of_line
        seen = match.start()
        column = match.start() - start_of_line + 1
        if token in ("{", "["):
            if token == "{" and pending is not None and stack:
                values.nested(stack[-1].group, pending)
            stack.append(_Level(token == "{", pending, group=count + 1 if token == "{" else 0))
            key, pending = None, None
        elif token in ("}", "]"):
            level = stack.pop() if stack else None
            if level is not None and level.words:
                values.words(level.words)
            key, pending = None, None
        elif token == ":":
            pending, key = key, None
        elif token == ",":
            key, pending = None, None
        elif token.startswith(("//", "/*")):
            values.comment(Comment(line=line, column=column, text=token, alone=True))
        elif token.startswith('"') and len(token) > 1:
            text = _decoded(token)
            above = tuple(level.key for level in stack if level.key is not None)
            if pending is None and stack and stack[-1].mapping:
                key = text[:200]
                if above:
                    values.key(Text(text=key, keys=above, line=line, column=column, end_line=line))
                continue
            keys = (*above, pending) if pending is not None else above
            group = stack[-1].group if stack and pending is not None else 0
            place = Text(text=text, keys=keys, line=line, column=column, end_line=line, group=group)
            if pending is None and keys and stack and values.is_command(keys[-1]):
                if " " in text.strip():
                    values.script(place)
                else:
                    stack[-1].words += words_of(text, line, column)
            else:
                values.text(place)
    values.finish()
    return found


def _decoded(token: str) -> str:
    try:
        text: str = json.loads(token, strict=False)
    except ValueError:
        return token[1:-1]
    return text


def read_words(text: str, line: int, column: int) -> list[Word]:
    """Return the words of a JSON list on one line, such as the exec form of a container's command."""
    return [
        Word(text=_decoded(match[0]), line=line, column=column + match.start())
        for match in re.finditer(r'"(?:[^"\\\n]|\\.)*"', text)
    ]
