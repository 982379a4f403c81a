"""Values of configuration files: what a text names below its keys, whatever the file's format."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from auditor.scan.commands import Commands, Word
from auditor.scan.interface import Comment, Confidence, Draft, Found, SourceFile
from auditor.scan.keys import Keys, folded_key
from auditor.scan.names import Name, Names
from auditor.scan.prose import Prose
from auditor.scan.shell import Shell, split_words

__all__ = ["ConfigValues", "Text"]

MAX_TEXT = 100_000
MAX_INNER = 3
_GIVEN = re.compile(r"\$\{([A-Za-z_]\w{0,80}):?[-=]([^{}$]{1,300})\}")
_WEAK = ("repo", "name", "id", "hf", "hub")
_WORDS = ("command", "args", "entrypoint", "cmd", "extra_args", "extraargs", "arguments", "argv")
_SCRIPTS = (
    "run",
    "script",
    "before_script",
    "after_script",
    "shell",
    "command",
    "commands",
    "inline",
    "bash",
    "cmd",
    "code",
    "steps",
    "postbuild",
    "install",
    "build",
    "setup",
)
_DATA_KEYS = ("path", "name", "id", "repo_id", "hf_id", "dataset_name")


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """One text of a configuration, the keys above it (items of lists add none), and its place."""

    text: str
    keys: tuple[str, ...]
    line: int
    column: int
    end_line: int
    raw_line: int | None = None
    """Where the content of a block begins, when it spans lines; then `text` is the raw content."""


class ConfigValues:
    """Collects what the texts of one configuration file name."""

    def __init__(self, source: SourceFile, found: Found) -> None:
        self._source, self._found = source, found
        self._names = Names(source.rules, source.exists)
        self._keys = Keys(source.rules)
        self._commands = Commands(source.rules, self._names, self._keys)
        self._prose = Prose(source.rules, self._names)
        self._shell = Shell(source, found)

    def text(self, text: Text) -> None:
        """Read one text."""
        if len(text.text) > MAX_TEXT:
            return
        key = text.keys[-1] if text.keys else ""
        if text.raw_line is not None:
            if folded_key(key) in (*_SCRIPTS, *_WORDS) or key.endswith(".sh") or _looks_like_script(text.text):
                self._shell.lines(text.text, text.raw_line)
            elif not self._inner_file(key, text):
                self._prose_block(text)
            return
        if key.isidentifier():
            self._shell.remember(key, text.text, text.line, text.column)
        if (given := _GIVEN.fullmatch(text.text.strip())) is not None:
            # ${KEY:-default}: what stands there when nobody says otherwise.
            inner = text.keys if self._keys.kind(key, text.keys[:-1]) else (*text.keys[:-1], given[1])
            text = msgspec.structs.replace(text, text=given[2], keys=inner)
        name = self._named(text, key if not text.keys else text.keys[-1])
        if name is not None:
            how = ".".join(text.keys[-2:])[:80] or "value"
            self._add(text, name, how)
            return
        if not self._keys.holds_other(key) and (sure := self._names.literal(text.text.strip())) is not None:
            self._add(text, sure, "literal", guess=True)
        elif text.text.startswith("{") and '"' in text.text:
            self._found.add(*self._commands.pairs(Word(text=text.text, line=text.line, column=text.column), "used"))
        elif folded_key(key) in (*_WORDS, *_SCRIPTS) and " " in text.text:
            self._shell.text(text.text, text.line, text.column)
        elif "=" in text.text and " " not in text.text:
            self.pair(text)
        elif "://" in text.text:
            self._found.add(*self._prose.mentions(text.text, text.line, text.column, use="used", loose=False))

    def _named(self, text: Text, key: str) -> Name | None:
        value = text.text.strip()
        address = self._names.called(value, "hub", "model") if "://" in value or value.startswith("git@") else None
        if address is not None:
            return address
        kind = self._keys.kind(key, text.keys[:-1])
        if kind is None and folded_key(key) in _DATA_KEYS and text.keys[:-1]:
            kind = self._keys.kind(text.keys[-2]) if folded_key(text.keys[-2]) in ("datasets", "dataset") else None
        if kind is not None:
            return self._names.keyed(value, kind)
        return None if folded_key(key) not in _WEAK else self._names.written(value)

    def pair(self, text: Text) -> None:
        """`KEY=value` as one text, the way containers are given their environment."""
        key, _, value = text.text.partition("=")
        if key.startswith("-"):
            return
        self._shell.assign(key, value.strip("'\""), text.line, text.column, f"{key[:60]}=")

    def assigned(self, key: str, value: str, line: int, column: int) -> None:
        """`{name: KEY, value: value}`."""
        self._shell.assign(key, value, line, column, f"{key[:60]}=")

    def script(self, text: Text) -> None:
        """Read a text that is a command of its own."""
        self._shell.text(text.text, text.line, text.column)

    def words(self, words: Sequence[Word]) -> None:
        """Read a list of words as one command."""
        self._shell.words(list(words))

    def is_command(self, key: str) -> bool:
        """Return whether a list below `key` holds the words of a command."""
        return folded_key(key) in _WORDS

    def comment(self, comment: Comment) -> None:
        """Keep a comment, and what it mentions."""
        self._found.comments.append(comment)
        self._found.add(*self._prose.comments([comment]))

    def finish(self) -> None:
        """Match the commands, now that every variable is known."""
        self._shell.finish()

    def _inner_file(self, key: str, text: Text) -> bool:
        """Read a whole file that is the value of a key, as in a ConfigMap; `False` when it is none."""
        from auditor.scan.readers import INNER_KINDS, reader_of

        kind = INNER_KINDS.get(key.rpartition(".")[2].lower()) if "." in key else None
        if kind is None or self._source.depth >= MAX_INNER:
            return False
        indents = [len(row) - len(row.lstrip(" ")) for row in text.text.split("\n") if row.strip()]
        indent = min(indents, default=0)
        inner = "\n".join(row[indent:] for row in text.text.split("\n"))
        source = msgspec.structs.replace(self._source, text=inner, depth=self._source.depth + 1)
        first = (text.raw_line or text.line) - 1
        found = reader_of(kind)(source)
        for draft in found.drafts:
            moved = {"line": draft.line + first, "end_line": draft.end_line + first, "column": draft.column + indent}
            via = tuple(line + first for line in draft.via)
            self._found.add(msgspec.structs.replace(draft, via=via, **moved))
        self._found.comments += [
            msgspec.structs.replace(one, line=one.line + first, column=one.column + indent) for one in found.comments
        ]
        return True

    def _prose_block(self, text: Text) -> None:
        self._found.add(*self._prose.mentions(text.text, text.raw_line or text.line, 1))

    def _add(self, text: Text, name: Name, how: str, *, guess: bool = False) -> None:
        sure: Confidence = "low" if guess else "high" if "://" in text.text else "medium"
        self._found.add(
            Draft(
                target=name.target, provider=name.provider, type=name.type, line=text.line, column=text.column,
                end_line=text.end_line, how=how, confidence=sure, revision=name.revision,
            )
        )  # fmt: skip


def _looks_like_script(text: str) -> bool:
    return text.lstrip().startswith(("#!", "set -e", "pip ", "python", "curl ", "export "))


def words_of(text: str, line: int, column: int) -> list[Word]:
    """Return the words of a text that is one item of a command's list."""
    if " " not in text.strip():
        return [Word(text=text, line=line, column=column)]
    return [word for words in split_words(text, line, column) for word in words]
