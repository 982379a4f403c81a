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
from auditor.scan.shell_variables import VARIABLE, Variables
from auditor.scan.shell_words import comment_at, open_quote, split_words, unquoted

__all__ = ["Shell", "read_shell"]

MAX_LINE = 20_000
MAX_CONTINUED = 400
MAX_MISSES = 20
MAX_INNER = 3
_ASSIGNMENT = re.compile(r"(?:export\s+|declare\s+(?:-\w+\s+)?|local\s+|readonly\s+|set\s+)?([A-Za-z_]\w*)\s?[:?+]?=")
_HEREDOC = re.compile(r"<<-?\s*(['\"]?)([A-Za-z_]\w*)\1")
_ARRAY = re.compile(r"\s*(?:(?:export|local|readonly|declare|typeset)\s+(?:-\w+\s+)*)?([A-Za-z_]\w*)\+?=\(")
_WRITTEN = re.compile(r"(?:>|\btee\s+(?:-a\s+)?)\s*[\"']?[\w./${}~-]*\.(\w{2,5})\b")
_PYTHON = re.compile(r"\bpython[\d.]*\b")


_SPEAKING = ("echo", "printf", "print", "Write-Host", "Write-Output")
# A redirection that fills a file; `>&2` only chooses where people read it.
_INTO_FILE = re.compile(r"\d?>{1,2}(?!&)")


class Shell:
    """Reads shell text with the variables that were set in the same file."""

    def __init__(self, source: SourceFile, found: Found, *, makefile: bool = False) -> None:
        self._source, self._found, self._makefile = source, found, makefile
        self._names = Names(source.rules, source.exists)
        self._keys = Keys(source.rules)
        self._commands = Commands(source.rules, self._names, self._keys)
        self._prose = Prose(source.rules, self._names)
        self._variables = Variables()
        self._unended: set[str] = set()
        self._pending: list[tuple[list[Word], Use]] = []

    def text(self, text: str, line: int, column: int, *, assignments: bool = True) -> None:
        """Read commands that begin at `line` and `column`; a second look follows with `finish`."""
        told: set[int] = set()
        piped = "|" in unquoted(text)
        for words in split_words(text, line, column):
            if assignments:
                self._assign(words)
                self._given(words)
                self._variables.loop(words)
            if words[0].text in _SPEAKING and not piped and not any(_INTO_FILE.match(word.text) for word in words):
                # What is shown to people is no use of ours.
                told |= {word.line for word in words}
                for word in words[1:]:
                    self._found.add(*self._prose.mentions(word.text, word.line, word.column + 1, loose=False))
            elif words[0].text in _SPEAKING:
                # `echo "KEY=value" >> file`
                for word in words[1:]:
                    inner, equals, held = word.text.partition("=")
                    if equals and inner.isidentifier() and " " not in held:
                        self.assign(inner, held, word.line, word.column)
            if words[0].text == "alias" and len(words) == 2:
                words = next(split_words(words[1].text.partition("=")[2], words[1].line, words[1].column), words)
            self._pending.append((words, "used"))
        for address in hub_addresses(text, self._source.rules):
            before = text[: address.start]
            last = before.rpartition("\n")[2]
            if not _commented(last):
                row = line + before.count("\n")
                if row in told:
                    continue
                place = address.start - (before.rfind("\n") + 1) + (1 if "\n" in before else column)
                self._found.add(*self._address(text[address.start : address.end], row, place))

    def words(self, words: list[Word]) -> None:
        """Read a command that is split into words already."""
        self._pending.append((words, "used"))

    def remember(self, key: str, value: str, line: int, column: int) -> None:
        """Remember a variable without reporting it."""
        self._variables.set(key, value, line, column)

    def assign(self, key: str, value: str, line: int, column: int, how: str = "") -> None:
        """Remember a variable, and report it when its name speaks of models."""
        self._variables.set(key, value, line, column)
        if " " in value.strip() and "$" not in value:
            # MODELS="org/a org/b", which a loop takes apart.
            self.items(key, value, line, column)
            return
        match = VARIABLE.fullmatch(value)
        kind = self._keys.kind(key) or (self._keys.kind(match[1]) if match and match[2] else None)
        held = match[2] if match and match[2] else value
        name = self._names.keyed(held, kind) if kind else None
        if name is None and kind == "model" and (said := self._keys.providers(key)):
            name = self._names.provided(held, said[0])
        if name is not None and name.target:
            self._found.add(
                Draft(
                    target=name.target, provider=name.provider, type=name.type, line=line, column=column, end_line=line,
                    how=how or f"{key}=", confidence="medium", revision=name.revision,
                )
            )  # fmt: skip

    def is_script(self, text: str) -> bool:
        """Return whether a text of several lines holds commands that the rules know."""
        if text.lstrip().startswith(("#!", "set -e", "pip ", "python", "curl ", "export ", "source ", "cd ")):
            return True
        return any(self._commands.is_known(words) for words in split_words(text[:MAX_LINE], 1, 1))

    def items(self, name: str, text: str, line: int, column: int) -> None:
        """Remember the items of a list of the shell, and report them when its name speaks of models."""
        kind = self._keys.kind(name)
        for words in split_words(text, line, column):
            for word in words:
                key, equals, value = word.text.partition("]=")
                one = msgspec.structs.replace(word, text=value if equals and key.startswith("[") else word.text)
                self._variables.lists.setdefault(name, []).append(one)
                if kind is not None and self._names.keyed(one.text, kind) is not None:
                    self.assign(name, one.text, one.line, one.column)

    def _given(self, words: list[Word]) -> None:
        """Report `${KEY:-default}` and `${KEY:=default}` wherever they stand, when the key speaks of models."""
        for word in words:
            for match in VARIABLE.finditer(word.text) if "${" in word.text else ():
                if match[1] and match[2]:
                    self._variables.set(match[1], match[2], word.line, word.column)
                    if match[0] != word.text.partition("=")[2] and self._keys.kind(match[1]):
                        self.assign(match[1], match[2], word.line, word.column)

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
        told: set[Guess] = set()
        for words, use in self._pending:
            self._script(words)
            for chosen in self._variables.choices(words):
                for one in self._commands.read([self._variables.expanded(word) for word in chosen], use):
                    if isinstance(one, Draft):
                        self._found.add(one)
                    elif one not in told:
                        told.add(one)
                        self._found.unresolved.append(one)
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
                        self._variables.loop([word for word in part if word.text != "do"])
                        for chosen in self._variables.choices(part):
                            for one in self._commands.read([self._variables.expanded(word) for word in chosen]):
                                if isinstance(one, Draft):
                                    self._found.add(one)

    def _assign(self, words: list[Word]) -> None:
        for position, word in enumerate(words[:12]):
            if word.text in ("export", "local", "declare", "readonly", "set", "setx", "env", "-x", "-gx"):
                continue
            key, equals, value = word.text.partition("=")
            if position and words[0].text == "set" and not equals and position + 1 < len(words):
                # set -x NAME value
                if word.text.isidentifier():
                    given = words[position + 1]
                    self.assign(word.text, given.text, given.line, given.column)
                    return
                if word.text.startswith("-"):
                    continue
            if equals and re.fullmatch(r"\$?(?:env:)?[A-Za-z_]\w*[:?+]?", key):
                self.assign(key.rstrip(":?+").removeprefix("$").removeprefix("env:"), value, word.line, word.column)
            elif position == 0 and len(words) > 2 and words[1].text in ("=", ":=", "?=", "+=", "::="):
                self.assign(
                    word.text.removeprefix("$").removeprefix("env:"), words[2].text, words[2].line, words[2].column
                )
                return
            else:
                return

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
            place = comment_at(row)
            if place is not None:
                self.comment(row[place:], first + index, place + 1, alone=not row[:place].strip())
                row = row[:place]
            block = [row]
            start = index
            heredoc = _HEREDOC.search(row)
            quote = open_quote(row, "")
            while (block[-1].rstrip().endswith("\\") or (quote and misses < MAX_MISSES)) and len(block) < MAX_CONTINUED:
                index += 1
                if index >= len(rows):
                    break
                block.append(rows[index][:MAX_LINE])
                quote = open_quote(block[-1], quote)
            if quote and (len(block) >= MAX_CONTINUED or index >= len(rows)):
                # An apostrophe in running text: the lines are commands of their own after all.
                block, index, misses = block[:1], start, misses + 1
            if (listed := _ARRAY.match(block[0])) is not None:
                index = self._array(rows, start, listed, first)
                continue
            whole = "\n".join(part.rstrip() if part.rstrip().endswith("\\") else part for part in block)
            self.text(whole, first + start, 1)
            if heredoc:
                index = self._heredoc(rows, index, heredoc, first)
            index += 1

    def _array(self, rows: list[str], start: int, opened: re.Match[str], first: int) -> int:
        """Read `NAME=( ... )` over its lines; return the index behind it."""
        index, inner = start, rows[start][opened.end() : MAX_LINE]
        body = [" " * opened.end() + inner]
        self._array_comment(body, first + start)
        while ")" not in unquoted(body[-1]) and index + 1 < len(rows) and len(body) < MAX_CONTINUED:
            index += 1
            body.append(rows[index][:MAX_LINE])
            self._array_comment(body, first + index)
        end = unquoted(body[-1]).find(")")
        body[-1] = body[-1][:end] if end >= 0 else body[-1]
        self.items(opened[1], "\n".join(body), first + start, 1)
        return index + 1

    def _array_comment(self, body: list[str], line: int) -> None:
        """Take the comment off the last row of an array."""
        place = comment_at(body[-1])
        if place is not None:
            self.comment(body[-1][place:], line, place + 1, alone=not body[-1][:place].strip())
            body[-1] = body[-1][:place]

    def _heredoc(self, rows: list[str], index: int, opened: re.Match[str], first: int) -> int:
        end, before = opened[2], opened.string[: opened.start()]
        body = index + 1
        if end in self._unended:
            return index
        last = body
        while last < len(rows) and rows[last].strip() != end:
            last += 1
        if last >= len(rows):
            # Nor will it end for those further down.
            self._unended.add(end)
            return index
        written = _WRITTEN.search(opened.string)
        if _PYTHON.search(before):
            self.python("\n".join(rows[body:last]), first + body, 1)
        elif written is None or not self._file("\n".join(rows[body:last]), written[1].lower(), first + body):
            for number in range(body, last):
                self.text(rows[number][:MAX_LINE], first + number, 1)
        return last

    def _file(self, text: str, ending: str, first: int) -> bool:
        """Read the file that a here-document writes; `False` when nobody reads files of its kind."""
        from auditor.scan.readers import INNER_KINDS, reader_of

        kind = INNER_KINDS.get(ending)
        if kind is None or self._source.depth >= MAX_INNER:
            return False
        inner = reader_of(kind)(msgspec.structs.replace(self._source, text=text, depth=self._source.depth + 1))
        self._found.add(*(_moved(draft, first, 1) for draft in inner.drafts))
        self._found.comments += [msgspec.structs.replace(one, line=one.line + first - 1) for one in inner.comments]
        self._found.unresolved += [msgspec.structs.replace(g, line=g.line + first - 1) for g in inner.unresolved]
        return True


def _commented(before: str) -> bool:
    return comment_at(before) is not None


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
