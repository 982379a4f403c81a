"""Tokens of JavaScript and TypeScript, the arguments of calls, and where both stand."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

__all__ = ["TOKEN", "Argument", "ScriptPlaces", "Token", "imports_of", "pair"]

TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z)|<!--.*?(?:-->|\Z))
    |(?P<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)
    |(?P<name>[A-Za-z_$][\w$]*(?:\??\.[A-Za-z_$][\w$]*)*)
    |(?P<mark>[()\[\]{},:;=?|+])
    |(?P<other>\S)""",
    re.DOTALL | re.VERBOSE,
)


MAX_IMPORTED = 200


@dataclass
class Token:
    """One token with the offset where it begins."""

    kind: str
    text: str
    start: int


@dataclass
class Argument:
    """The tokens of one argument."""

    tokens: list[Token] = field(default_factory=list)


class ScriptPlaces:
    """Turns offsets into lines and columns; offsets come in order, mostly."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def of(self, offset: int) -> tuple[int, int]:
        """Return line and column, both from 1."""
        import bisect

        row = bisect.bisect_right(self._starts, offset) - 1
        return row + 1, offset - self._starts[row] + 1


def pair(arguments: list[Argument], key: str) -> list[Token] | None:
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


def imports_of(tokens: list[Token]) -> dict[str, str]:
    """Return what local names were imported from: name -> package."""
    found: dict[str, str] = {}
    for index, token in enumerate(tokens):
        if token.text == "import":
            names: list[str] = []
            for place in range(index + 1, min(index + MAX_IMPORTED, len(tokens))):
                one = tokens[place]
                if one.kind == "string":
                    found.update(dict.fromkeys(names, one.text[1:-1]))
                    break
                if one.text in (";", "("):
                    break
                if one.kind == "name" and one.text not in ("from", "as", "type"):
                    names = names[:-1] if tokens[place - 1].text == "as" and names else names
                    names.append(one.text)
        elif token.text in ("require", "import") and index + 2 < len(tokens) and tokens[index + 2].kind == "string":
            package = tokens[index + 2].text[1:-1]
            place = index - 1
            while (
                place >= 0 and index - place < MAX_IMPORTED and tokens[place].text not in ("const", "let", "var", ";")
            ):
                if tokens[place].kind == "name" and tokens[place].text != "await":
                    found.setdefault(tokens[place].text, package)
                place -= 1
    return found
