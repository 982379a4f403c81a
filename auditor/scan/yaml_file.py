"""YAML: compose files, workflows, manifests, values and configurations of every kind.

Read as a stream of events with a stack of our own: no depth, alias or tag can do harm. What is no YAML (templates
mostly) is read line by line.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import msgspec

from auditor.scan.commands import Word
from auditor.scan.config_values import ConfigValues, words_of
from auditor.scan.interface import Comment, Found, Guess, SourceFile
from auditor.scan.neighbors import Text, without_templates

__all__ = ["read_yaml"]

MAX_EVENTS = 400_000
MAX_DEPTH = 200
_LINE = re.compile(r"^(\s*(?:-\s+)*)([\"']?)([A-Za-z_][\w.-]{0,79})\2\s*:\s+(\S.*)$")
_ITEM = re.compile(r"^(\s*-\s+)(\S.*)$")
_CONTROL = re.compile(r"^[ \t]*\{[{%][^\n]{0,2000}[}%]\}[ \t]*$", re.MULTILINE)
# A template where a value begins; one in the middle of a text is part of the text.
_TEMPLATE = re.compile(
    r"((?:(?:^|[\s\[,])(?:[\w.\"'/-]{1,80}:[ ]|-[ ])|\[[ ]?|,[ ]?)[ ]{0,8})"
    r"(\{\{[^{}\n]{0,400}\}\})([ \t]*(?:$|(?=[,\]}#])))?",
    re.MULTILINE,
)
_DEFAULT = re.compile(r"\bdefault\s*\(?\s*(\"[^\"\n]{1,200}\"|'[^'\n]{1,200}')")
_COMMENT = re.compile(r"(?:^|\s)#")


@dataclass
class _Level:
    mapping: bool
    key: str | None = None
    words: list[Word] = field(default_factory=list)
    pairs: dict[str, Text] = field(default_factory=dict)
    entry: list[Word] = field(default_factory=list)
    """Of a mapping: the words of the command that its arguments belong to."""
    group: int = 0


def read_yaml(source: SourceFile) -> Found:
    """Read one or several YAML documents."""
    import yaml

    found = Found()
    values = ConfigValues(source, found)
    rows = source.text.split("\n")
    blocks: set[int] = set()
    templated = "{{" in source.text or "{%" in source.text
    try:
        _Events(values, rows, blocks).read(yaml, _untemplated(source.text) if templated else source.text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        if not templated:
            problem = getattr(error, "problem", None) or "not text"
            found.problems.append((mark.line + 1 if mark else None, f"not YAML: {problem}"))
        found.drafts.clear()
        found.comments.clear()
        found.unresolved.clear()
        values = ConfigValues(source, found)
        _by_lines(values, _untemplated(source.text).split("\n") if templated else rows)
        blocks = set()
    for number, row in enumerate(rows, 1):
        match = _COMMENT.search(row)
        if match and number not in blocks and not _quoted(row[: match.start()]):
            place = row.index("#", match.start())
            comment = Comment(line=number, column=place + 1, text=row[place:], alone=not row[:place].strip())
            values.comment(comment)
    values.finish()
    found.unresolved = [_as_written(guess, rows) for guess in found.unresolved]
    return found


def _as_written(guess: Guess, rows: list[str]) -> Guess:
    """Return a guess about a template with the template itself, in whose place something plain was read."""
    if not guess.expression.startswith("$_"):
        return guess
    row = rows[guess.line - 1][guess.column - 1 :]
    return msgspec.structs.replace(guess, expression=row[: len(guess.expression)].strip())


def _untemplated(text: str) -> str:
    """Return `text`, every character in its place, with lines of control blank and values of templates as texts."""
    text = _CONTROL.sub(lambda match: " " * len(match[0]), text)
    return _TEMPLATE.sub(_filled, text)


def _filled(match: re.Match[str]) -> str:
    default = _DEFAULT.search(match[2])
    if default is None or match[3] is None:
        # What follows is a part of the same text.
        return match[1] + "$" + "_" * (len(match[2]) - 1) + (match[3] or "")
    return match[1] + " " * default.start(1) + default[1] + " " * (len(match[2]) - default.end(1)) + match[3]


def _quoted(before: str) -> bool:
    return before.count('"') % 2 == 1 or before.count("'") % 2 == 1


class _Events:
    def __init__(self, values: ConfigValues, rows: list[str], blocks: set[int]) -> None:
        self._values, self._rows, self._blocks = values, rows, blocks
        self._levels: list[_Level] = []
        self._count = 0

    def read(self, yaml: Any, text: str) -> None:
        loader = yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader
        for count, event in enumerate(yaml.parse(text, Loader=loader)):
            if count > MAX_EVENTS or len(self._levels) > MAX_DEPTH:
                raise ValueError("too large or nested too deep")
            if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                mapping = isinstance(event, yaml.MappingStartEvent)
                self._count += 1
                if mapping and self._levels and self._levels[-1].mapping and self._levels[-1].key:
                    self._values.nested(self._levels[-1].group, self._levels[-1].key)
                self._levels.append(_Level(mapping, group=self._count))
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                self._leave()
            elif isinstance(event, yaml.ScalarEvent):
                self._scalar(event)
            elif isinstance(event, yaml.AliasEvent):
                self._done()

    def _keys(self) -> tuple[str, ...]:
        return tuple(level.key for level in self._levels if level.mapping and level.key is not None)

    def _done(self) -> None:
        if self._levels and self._levels[-1].mapping:
            level = self._levels[-1]
            level.key = None if level.key is not None else ""

    def _leave(self) -> None:
        level = self._levels.pop()
        if level.words:
            self._words(level.words)
        if level.mapping and "name" in level.pairs and "value" in level.pairs:
            name, value = level.pairs["name"], level.pairs["value"]
            group = self._levels[-1].group if self._levels and not self._levels[-1].mapping else 0
            self._values.assigned(name.text, value.text, value.line, value.column, group)
        self._done()

    def _words(self, words: list[Word]) -> None:
        """Take a command as a list; `args` are read behind the `command` of the same mapping."""
        parent = self._levels[-1] if self._levels else None
        if parent is None or not parent.mapping:
            self._values.words(words)
        elif parent.key in ("command", "entrypoint") and not parent.entry:
            parent.entry = words
            self._values.words(words)
        else:
            self._values.words([*parent.entry, *words])

    def _scalar(self, event: Any) -> None:
        if not self._levels:
            return
        level = self._levels[-1]
        if level.mapping and level.key is None:
            key, above = event.value[:200], self._keys()
            if above:
                values = self._values
                start, end = event.start_mark, event.end_mark
                place = {"line": start.line + 1, "column": start.column + 1, "end_line": end.line + 1}
                values.key(Text(text=key, keys=above, **place))
            level.key = key
            return
        text = self._text(event)
        if level.mapping:
            if level.key in ("name", "value"):
                level.pairs[level.key] = text
        elif self._values.is_command(self._keys()[-1] if self._keys() else ""):
            self._command(level, text)
            return
        self._values.text(text)
        self._done()

    def _command(self, level: _Level, text: Text) -> None:
        """Take an item of `command:` or `args:`: a word, or a whole command of its own."""
        if text.raw_line is not None:
            self._values.text(text)
        elif " " in without_templates(text.text).strip() and not text.text.lstrip().startswith("{"):
            self._values.script(text)
        else:
            text = msgspec.structs.replace(text, text=without_templates(text.text))
            level.words += words_of(text.text, text.line, text.column)

    def _text(self, event: Any) -> Text:
        start, end = event.start_mark, event.end_mark
        keys = self._keys()
        if event.style in ("|", ">"):
            last = end.line if end.column == 0 else end.line + 1
            self._blocks |= set(range(start.line + 2, last + 1))
            raw = "\n".join(self._rows[start.line + 1 : last])
            return Text(
                text=raw,
                keys=keys,
                line=start.line + 1,
                column=start.column + 1,
                end_line=last,
                raw_line=start.line + 2,
            )
        return Text(
            text=event.value,
            keys=keys,
            line=start.line + 1,
            column=start.column + 1,
            end_line=end.line + 1,
            group=self._levels[-1].group,
        )


def _by_lines(values: ConfigValues, rows: list[str]) -> None:
    """Read `key: value` and list items line by line, with the keys that the indentation says stand above."""
    above: list[tuple[int, str]] = []
    names: dict[int, Text] = {}
    for number, row in enumerate(rows, 1):
        bare = row.split(" #")[0]
        match = _LINE.match(bare)
        indent = len(row) - len(row.lstrip(" -"))
        if row.strip() and not row.lstrip().startswith(("#", "{{", "{%")):
            while above and above[-1][0] >= indent and not (above[-1][0] == indent and not match and ":" not in row):
                above.pop()
        keys = tuple(key for _, key in above)
        if match:
            column = match.start(4) + 1
            text = Text(text=_unquoted(match[4]), keys=(*keys, match[3]), line=number, column=column, end_line=number)
            if match[4].startswith("[") and match[4].rstrip().endswith("]"):
                _flow(values, match[4], (*keys, match[3]), number, column)
            else:
                values.text(text)
            if match[3] == "value" and indent in names:
                values.assigned(names.pop(indent).text, text.text, number, column)
            if match[3] == "name":
                names[indent] = text
        elif (opened := re.match(r"^\s*(?:-\s+)*[\"']?([A-Za-z_][\w.-]{0,79})[\"']?\s*:\s*$", bare)) is not None:
            above.append((indent, opened[1]))
        elif (item := _ITEM.match(bare)) is not None:
            column = item.start(2) + 1
            plain = without_templates(_unquoted(item[2]))
            text = Text(text=plain, keys=keys, line=number, column=column, end_line=number)
            if keys and values.is_command(keys[-1]):
                values.words(words_of(text.text, number, column))
            else:
                values.text(text)


def _flow(values: ConfigValues, text: str, keys: tuple[str, ...], line: int, column: int) -> None:
    words = [
        Word(text=match[2], line=line, column=column + match.start())
        for match in re.finditer(r"([\"']?)([^\[\]\"',]+)\1(?=\s*[,\]])", text)
    ]
    if values.is_command(keys[-1]):
        values.words(words)
        return
    for word in words:
        values.text(Text(text=word.text.strip(), keys=keys, line=line, column=word.column, end_line=line))


def _unquoted(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    return text
