"""Variables of shell text: what was set in the same file, lists, loops, and the defaults written beside them."""

from __future__ import annotations

import re

import msgspec

from auditor.scan.commands import Word

__all__ = ["VARIABLE", "Variables"]

MAX_ITEMS = 50
MAX_CHOSEN = 5_000
VARIABLE = re.compile(
    r"\$(?:\{([A-Za-z_]\w*|\d)(?::?[-=][\"']?([^{}\"']*)[\"']?)?\}|\(([A-Za-z_]\w*)\)|([A-Za-z_]\w*))|\{\{-?\s*\.?(?:Values\.|vars\.)?([A-Za-z_]\w*)\s*-?\}\}"
)
_LIST = re.compile(r"\$\{?([A-Za-z_]\w*)(?:\[[@*]\])?\}?")
_ITEM = re.compile(r"\$(?:\{!?([A-Za-z_]\w*)(?:\[[^\]]*\])?\}|([A-Za-z_]\w*))")


class Value(msgspec.Struct, frozen=True):
    """What a variable was set to, and where."""

    text: str
    line: int
    column: int


class Variables:
    """The variables and lists of one file."""

    def __init__(self) -> None:
        self.lists: dict[str, list[Word]] = {}
        self._values: dict[str, Value] = {}
        self._chosen = 0

    def set(self, key: str, value: str, line: int, column: int) -> None:
        """Keep the first value that a variable is given."""
        self._values.setdefault(key, Value(value, line, column))

    def loop(self, words: list[Word]) -> None:
        """`for NAME in A B`: the name takes the items one by one."""
        if len(words) > 3 and words[0].text == "for" and words[2].text == "in":
            for word in words[3:]:
                held = _LIST.fullmatch(word.text)
                known = self.lists.get(held[1], [word]) if held else [word]
                self.lists.setdefault(words[1].text, []).extend(known[:MAX_ITEMS])

    def choices(self, words: list[Word]) -> list[list[Word]]:
        """Return a command once for each item that a word of it can be."""
        for place, word in enumerate(words):
            held = _ITEM.fullmatch(word.text) if "$" in word.text else None
            items = self.lists.get(held[1] or held[2]) if held else None
            if items and self._chosen < MAX_CHOSEN:
                self._chosen += len(items[:MAX_ITEMS])
                return [
                    [*words[:place], msgspec.structs.replace(one, via=(word.line,)), *words[place + 1 :]]
                    for one in items[:MAX_ITEMS]
                ]
        return [words]

    def expanded(self, word: Word) -> Word:
        """Return a word with the variables in it filled in; a whole variable stands where it was set."""
        if "$" not in word.text and "{{" not in word.text:
            return word
        whole = VARIABLE.fullmatch(word.text) or VARIABLE.fullmatch(word.text.partition("=")[2])
        if whole is not None:
            known = self._values.get(whole[1] or whole[3] or whole[4] or whole[5] or "")
            inner = VARIABLE.fullmatch(known.text) if known is not None else None
            text = inner[2] if inner and inner[2] else known.text if known is not None else "$"
            if known is not None and "$" not in text:
                flag = word.text.partition("=")[0] + "=" if not VARIABLE.fullmatch(word.text) else ""
                return Word(text=flag + text, line=known.line, column=known.column, via=(word.line,))
        text = VARIABLE.sub(self._replaced, word.text)
        return msgspec.structs.replace(word, text=text, source=word.source or word.text)

    def _replaced(self, match: re.Match[str]) -> str:
        known = self._values.get(match[1] or match[3] or match[4] or match[5] or "")
        if known is not None:
            inner = VARIABLE.fullmatch(known.text)
            return inner[2] if inner and inner[2] else known.text
        return match[2] if match[2] else match[0]
