"""Shell text: words with their places, variables within one file, here-documents and `python -c`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from auditor.scan.addresses import hub_addresses
from auditor.scan.commands import Commands, Word
from auditor.scan.interface import Comment, Draft, Found, Guess, SourceFile, Use
from auditor.scan.keys import Keys
from auditor.scan.names import Names
from auditor.scan.prose import Prose

__all__ = ["Shell", "read_shell", "split_words"]

MAX_LINE = 20_000
MAX_CONTINUED = 400
MAX_MISSES = 20
_ASSIGNMENT = re.compile(r"(?:export\s+|declare\s+(?:-\w+\s+)?|local\s+|readonly\s+|set\s+)?([A-Za-z_]\w*)\s?[:?+]?=")
_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)(?::?[-=]([^{}]*))?\}|\(([A-Za-z_]\w*)\)|([A-Za-z_]\w*))")
_HEREDOC = re.compile(r"<<-?\s*(['\"]?)([A-Za-z_]\w*)\1")
_PYTHON = re.compile(r"\bpython[\d.]*\b")


class _Value(msgspec.Struct, frozen=True):
    text: str
    line: int
    column: int


def split_words(text: str, line: int, column: int) -> Iterator[list[Word]]:
    """Yield the words of each command of `text`; quotes are taken off, places are those of the words."""
    words: list[Word] = []
    index, row, start_of_row, shift = 0, line, 0, column
    current: list[str] | None = None
    begin = (line, column)
    begin_index = 0

    def finish() -> None:
        nonlocal current
        if current is not None:
            words.append(Word(text="".join(current), line=begin[0], column=begin[1], source=text[begin_index:index]))
            current = None

    while index < len(text):
        char = text[index]
        if char == "\n":
            finish()
            if words:
                yield words
                words = []
            row, start_of_row, shift = row + 1, index + 1, 1
        elif char == "\\" and text[index + 1 : index + 2] == "\n":
            finish()
            index += 1
            row, start_of_row, shift = row + 1, index + 1, 1
        elif char.isspace():
            finish()
        elif char in ";|&()" and not (char in "()" and current is not None):
            finish()
            if words:
                yield words
                words = []
        elif char == "#" and current is None:
            while index + 1 < len(text) and text[index + 1] != "\n":
                index += 1
        else:
            if current is None:
                current, begin, begin_index = [], (row, index - start_of_row + shift), index
            if char in "'\"":
                closing = index + 1
                while closing < len(text) and text[closing] != char:
                    closing += 2 if char == '"' and text[closing] == "\\" else 1
                inner = text[index + 1 : closing]
                current.append(inner)
                if "\n" in inner:
                    row += inner.count("\n")
                    start_of_row, shift = index + 1 + inner.rfind("\n") + 1, 1
                index = closing
            elif char == "$" and text[index + 1 : index + 2] in ("(", "{"):
                closing = text.find(")" if text[index + 1] == "(" else "}", index)
                closing = closing if 0 <= closing < index + 400 else index
                current.append(text[index : closing + 1])
                index = closing
            else:
                current.append(char if char != "\\" else "")
        index += 1
    finish()
    if words:
        yield words


class Shell:
    """Reads shell text with the variables that were set in the same file."""

    def __init__(self, source: SourceFile, found: Found, *, makefile: bool = False) -> None:
        self._source, self._found, self._makefile = source, found, makefile
        self._names = Names(source.rules, source.exists)
        self._keys = Keys(source.rules)
        self._commands = Commands(source.rules, self._names, self._keys)
        self._prose = Prose(source.rules, self._names)
        self._values: dict[str, _Value] = {}
        self._pending: list[tuple[list[Word], Use]] = []

    def text(self, text: str, line: int, column: int, *, assignments: bool = True) -> None:
        """Read commands that begin at `line` and `column`; a second look follows with `finish`."""
        for words in split_words(text, line, column):
            if assignments:
                self._assign(words)
            self._pending.append((words, "used"))
        for address in hub_addresses(text, self._source.rules):
            before = text[: address.start]
            last = before.rpartition("\n")[2]
            if not _commented(last):
                row = line + before.count("\n")
                place = address.start - (before.rfind("\n") + 1) + (1 if "\n" in before else column)
                self._found.add(*self._address(text[address.start : address.end], row, place))

    def words(self, words: list[Word]) -> None:
        """Read a command that is split into words already."""
        self._pending.append((words, "used"))

    def remember(self, key: str, value: str, line: int, column: int) -> None:
        """Remember a variable without reporting it."""
        self._values.setdefault(key, _Value(value, line, column))

    def assign(self, key: str, value: str, line: int, column: int, how: str = "") -> None:
        """Remember a variable, and report it when its name speaks of models."""
        self._values.setdefault(key, _Value(value, line, column))
        match = _VARIABLE.fullmatch(value)
        kind = self._keys.kind(key) or (self._keys.kind(match[1]) if match and match[2] else None)
        name = self._names.keyed(match[2] if match and match[2] else value, kind) if kind else None
        if name is not None and name.target:
            self._found.add(
                Draft(
                    target=name.target, provider=name.provider, type=name.type, line=line, column=column, end_line=line,
                    how=how or f"{key}=", confidence="medium", revision=name.revision,
                )
            )  # fmt: skip

    def python(self, text: str, line: int, column: int) -> None:
        """Read Python code that stands inside a shell text; `column` holds for its first line."""
        from auditor.scan.python_file import read_python_text

        inner = read_python_text(self._source, text)
        for draft in inner.drafts:
            self._found.add(_moved(draft, line, column))
        self._found.unresolved += [
            msgspec.structs.replace(g, line=g.line + line - 1, column=g.column + (column - 1 if g.line == 1 else 0))
            for g in inner.unresolved
        ]

    def finish(self) -> None:
        """Match every command, now that all variables are known."""
        for words, use in self._pending:
            self._script(words)
            expanded = [self._expanded(word) for word in words]
            for one in self._commands.read(expanded, use):
                if isinstance(one, Guess):
                    self._found.unresolved.append(one)
                else:
                    self._found.add(one)
        self._pending = []

    def _script(self, words: list[Word]) -> None:
        """`python -c CODE` and `sh -c COMMAND`, whose code is one word."""
        for before, flag, code in zip(words, words[1:], words[2:], strict=False):
            if flag.text in ("-c", "-lc", "-ec"):
                inner = 1 if code.source[:1] in "'\"" and code.source else 0
                if _PYTHON.search(before.text):
                    self.python(code.text.replace('\\"', '"'), code.line, code.column + inner)
                elif before.text.endswith("sh") and " " in code.text:
                    for part in split_words(code.text, code.line, code.column + inner):
                        for one in self._commands.read([self._expanded(word) for word in part]):
                            if isinstance(one, Draft):
                                self._found.add(one)

    def _assign(self, words: list[Word]) -> None:
        for position, word in enumerate(words[:12]):
            if word.text in ("export", "local", "declare", "readonly", "set", "setx", "env", "-x", "-gx"):
                continue
            key, equals, value = word.text.partition("=")
            if equals and re.fullmatch(r"\$?(?:env:)?[A-Za-z_]\w*[:?+]?", key):
                self.assign(key.rstrip(":?+").removeprefix("$").removeprefix("env:"), value, word.line, word.column)
            elif position == 0 and len(words) > 2 and words[1].text in ("=", ":=", "?=", "+=", "::="):
                self.assign(
                    word.text.removeprefix("$").removeprefix("env:"), words[2].text, words[2].line, words[2].column
                )
                return
            else:
                return

    def _expanded(self, word: Word) -> Word:
        if "$" not in word.text:
            return word
        whole = _VARIABLE.fullmatch(word.text) or _VARIABLE.fullmatch(word.text.partition("=")[2])
        if whole is not None:
            known = self._values.get(whole[1] or whole[3] or whole[4] or "")
            inner = _VARIABLE.fullmatch(known.text) if known is not None else None
            text = inner[2] if inner and inner[2] else known.text if known is not None else "$"
            if known is not None and "$" not in text:
                flag = word.text.partition("=")[0] + "=" if not _VARIABLE.fullmatch(word.text) else ""
                return Word(text=flag + text, line=known.line, column=known.column, via=(word.line,))
        text = _VARIABLE.sub(self._replaced, word.text)
        return msgspec.structs.replace(word, text=text, source=word.source or word.text)

    def _replaced(self, match: re.Match[str]) -> str:
        known = self._values.get(match[1] or match[3] or match[4] or "")
        if known is not None:
            inner = _VARIABLE.fullmatch(known.text)
            return inner[2] if inner and inner[2] else known.text
        return match[2] if match[2] else match[0]

    def _address(self, text: str, line: int, column: int) -> Iterator[Draft]:
        yield from self._prose.mentions(text, line, column, use="used", loose=False)

    def comment(self, text: str, line: int, column: int, *, alone: bool) -> None:
        """Keep a comment, and what it mentions."""
        comment = Comment(line=line, column=column, text=text, alone=alone)
        self._found.comments.append(comment)
        self._found.add(*self._prose.comments([comment]))

    def lines(self, text: str, first: int = 1) -> None:
        """Read a whole script: comments, continued lines, here-documents and commands."""
        rows = text.split("\n")
        index = misses = 0
        while index < len(rows):
            row = rows[index][:MAX_LINE]
            place = _comment_at(row)
            if place is not None:
                self.comment(row[place:], first + index, place + 1, alone=not row[:place].strip())
                row = row[:place]
            block = [row]
            start = index
            heredoc = _HEREDOC.search(row)
            quote = _open_quote(row, "")
            while (block[-1].rstrip().endswith("\\") or (quote and misses < MAX_MISSES)) and len(block) < MAX_CONTINUED:
                index += 1
                if index >= len(rows):
                    break
                block.append(rows[index][:MAX_LINE])
                quote = _open_quote(block[-1], quote)
            if quote and (len(block) >= MAX_CONTINUED or index >= len(rows)):
                # An apostrophe in running text: the lines are commands of their own after all.
                block, index, misses = block[:1], start, misses + 1
            whole = "\n".join(part.rstrip() if part.rstrip().endswith("\\") else part for part in block)
            self.text(whole, first + start, 1)
            if heredoc:
                index = self._heredoc(
                    rows, index, heredoc[2], first, python=bool(_PYTHON.search(row[: heredoc.start()]))
                )
            index += 1

    def _heredoc(self, rows: list[str], index: int, end: str, first: int, *, python: bool) -> int:
        body = index + 1
        last = body
        while last < len(rows) and rows[last].strip() != end:
            last += 1
        if last >= len(rows):
            return index
        if python:
            self.python("\n".join(rows[body:last]), first + body, 1)
        else:
            for number in range(body, last):
                self.text(rows[number][:MAX_LINE], first + number, 1)
        return last


def _commented(before: str) -> bool:
    return _comment_at(before) is not None


def _comment_at(row: str) -> int | None:
    """Return where a comment begins, outside of quotes and at the start of a word."""
    quote = ""
    for index, char in enumerate(row):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "#" and (index == 0 or row[index - 1] in " \t;"):
            return index
    return None


def _open_quote(row: str, quote: str) -> str:
    """Return the quote that is open at the end of a line that began inside of `quote`."""
    index = 0
    while index < len(row):
        char = row[index]
        if char == "\\" and quote != "'":
            index += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "#" and (index == 0 or row[index - 1] in " \t;"):
            break
        index += 1
    return quote


def _moved(draft: Draft, line: int, column: int) -> Draft:
    shift = column - 1 if draft.line == 1 else 0
    return msgspec.structs.replace(
        draft,
        line=draft.line + line - 1,
        end_line=draft.end_line + line - 1,
        column=draft.column + shift,
        via=tuple(one + line - 1 for one in draft.via),
    )


def read_shell(source: SourceFile) -> Found:
    """Read a shell script."""
    found = Found()
    shell = Shell(source, found)
    shell.lines(source.text)
    shell.finish()
    return found
