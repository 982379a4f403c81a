"""Values of configuration files: what a text names below its keys, whatever the file's format."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

import msgspec

from auditor.scan.commands import Commands, Word
from auditor.scan.hub_names import Name
from auditor.scan.interface import Comment, Confidence, Draft, Found, SourceFile
from auditor.scan.keys import PROPERTY, Keys, folded_key
from auditor.scan.names import Names
from auditor.scan.neighbors import Neighbors, Text, without_templates
from auditor.scan.prose import Prose
from auditor.scan.shell import Shell
from auditor.scan.shell_words import split_words

__all__ = ["ConfigValues", "words_of"]

MAX_TEXT = 100_000
MAX_INNER = 3
_GIVEN = re.compile(r"\$\{([A-Za-z_]\w{0,80}):?[-=]([^{}$]{1,300})\}")
_SEVERAL = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}(?:,\s?[\w.-]{1,96}/[\w.-]{1,96}){1,50}")
_TOGETHER = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}(?:\+[\w./-]{1,200}){1,4}")
_OPTIONS = re.compile(r"(?:^|\s)--?[A-Za-z][\w-]*(?:[ =]|$)")
_YAML_ROW = re.compile(r"\s*(?:-\s+.*|(?:-\s+)?[\w\"'./-]{1,80}:(?:\s.*)?)$")
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
    "scripts",
    "exec_start",
    "exec_start_pre",
    "exec_start_post",
)
_DATA_KEYS = ("path", "name", "id", "repo_id", "hf_id", "dataset_name")


class ConfigValues:
    """Collects what the texts of one configuration file name."""

    def __init__(self, source: SourceFile, found: Found) -> None:
        self._source, self._found = source, found
        self._names = Names(source.rules, source.exists)
        self._keys = Keys(source.rules)
        self._commands = Commands(source.rules, self._names, self._keys)
        self._prose = Prose(source.rules, self._names)
        self._shell = Shell(source, found)
        self._neighbors = Neighbors(source.rules, self._names, found)
        # `conf/model/base.yaml`, `models.yaml`: what a file is called says what its topmost keys are about.
        place = PurePosixPath(source.path)
        self._about = next((one for one in (place.stem, place.parent.name) if self._keys.kind(one) is not None), None)

    def text(self, text: Text) -> None:
        """Read one text."""
        if len(text.text) > MAX_TEXT:
            return
        key = text.keys[-1] if text.keys else ""
        if text.raw_line is not None:
            self._block(key, text)
            return
        if "{{" in text.text:
            text = msgspec.structs.replace(text, text=without_templates(text.text))
        if key.isidentifier():
            self._shell.remember(key, text.text, text.line, text.column)
        if (given := _GIVEN.fullmatch(text.text.strip()) or PROPERTY.fullmatch(text.text.strip())) is not None:
            # ${KEY:-default}: what stands there when nobody says otherwise.
            inner = (
                text.keys if self._keys.kind(key, text.keys[:-1]) else (*text.keys[:-1], given[1].rpartition(".")[2])
            )
            text = msgspec.structs.replace(text, text=given[2], keys=inner)
        if _SEVERAL.fullmatch(text.text) and self._keys.kind(key.rpartition(".")[2], text.keys[:-1]) is not None:
            # A sweep over several: `model.name: org/a,org/b`.
            for one in text.text.split(","):
                named = (*text.keys[:-1], key.rpartition(".")[2])
                self.text(msgspec.structs.replace(text, text=one.strip(), keys=named, group=0))
            return
        if _TOGETHER.fullmatch(text.text) and self._keys.kind(key, text.keys[:-1]) == "model":
            # A model and the adapter on top of it.
            for one in text.text.split("+"):
                self.text(msgspec.structs.replace(text, text=one, group=0))
            return
        how = ".".join(text.keys[-2:])[:80] or "value"
        name = self._named(text, key if not text.keys else text.keys[-1])
        if name is not None:
            self._neighbors.add(text, key, self._add(text, name, how))
            return
        other = self._keys.holds_other(key)
        if not other and (sure := self._names.literal(text.text.strip())) is not None:
            self._neighbors.add(text, key, self._add(text, sure, "literal", guess=True))
            return
        self._neighbors.add(text, key, None if other else self._draft(text, how))
        if text.text.startswith("{") and '"' in text.text:
            self._found.add(*self._commands.pairs(Word(text=text.text, line=text.line, column=text.column), "used"))
        elif " " in text.text and (self._is_script(text.keys) or _OPTIONS.search(text.text)):
            self._shell.text(text.text, text.line, text.column)
        elif "=" in text.text and " " not in text.text:
            self.pair(text)
        elif "://" in text.text:
            self._found.add(*self._prose.mentions(text.text, text.line, text.column, use="used", loose=False))
        elif "/" in text.text and " " in text.text:
            shown = self._prose.mentions(text.text, text.line, text.column)
            self._found.add(*(one for one in shown if self._names.literal(one.target) is not None))

    def _is_script(self, keys: tuple[str, ...]) -> bool:
        folded = [folded_key(key.rpartition(".")[2]) for key in keys[-2:]]
        return folded[-1:] != [] and (folded[-1] in (*_WORDS, *_SCRIPTS) or folded[0] in ("scripts", "commands"))

    def _block(self, key: str, text: Text) -> None:
        """Read a text of several lines: a script, a whole file, or words for readers."""
        folded = folded_key(key.rpartition(".")[2])
        first = text.raw_line or text.line
        if self._inner_file(key, text):
            return
        if folded in (*_SCRIPTS, *_WORDS) or key.endswith(".sh") or self._shell.is_script(text.text):
            self._shell.lines(text.text, first)
        elif _looks_like_yaml(text.text) and self._inner(text, "yaml"):
            return
        else:
            self._found.add(*self._prose.mentions(text.text, first, 1))

    def _named(self, text: Text, key: str) -> Name | None:
        value = text.text.strip()
        address = self._names.called(value, "hub", "model") if "://" in value or value.startswith("git@") else None
        if address is not None:
            return address
        kind = self._keys.kind(key, text.keys[:-1])
        if kind is None and len(text.keys) == 1 and self._about is not None:
            kind = self._keys.kind(key, (self._about,))
        if kind is None and folded_key(key) in _DATA_KEYS and text.keys[:-1]:
            kind = self._keys.kind(text.keys[-2]) if folded_key(text.keys[-2]) in ("datasets", "dataset") else None
        if kind is not None:
            hint = next((p for k in text.keys for p in self._keys.providers(k)), None) if kind == "model" else None
            found = self._names.keyed(value, kind)
            if hint is not None and (found is None or (found.provider == "hub" and hint == self._keys.library)):
                return self._names.provided(value, hint) or found
            return found
        below = self._keys.kind(text.keys[-2], text.keys[:-2]) if len(text.keys) > 1 else None
        if below is not None and not self._keys.holds_other(key):
            # `model_name: {transformers: org/name}`: what is below a model's key, and looks like one.
            if below == "model" and any(p == self._keys.library for k in text.keys for p in self._keys.providers(k)):
                return self._names.of_library(value)
            return self._names.written(value) if below == "model" else self._names.keyed(value, "dataset")
        return None if folded_key(key) not in _WEAK else self._names.written(value)

    def key(self, text: Text) -> None:
        """Read a key of a mapping, which names what stands there: `dataset_mixer: {org/name: 1.0}`."""
        parent = text.keys[-1] if text.keys else ""
        kind = self._keys.kind(parent, text.keys[:-1])
        if kind is None or ("/" not in text.text and self._names.service_id(text.text) is None):
            return
        name = self._names.keyed(text.text, kind)
        if name is not None:
            self._add(text, name, f"key of {parent[:60]}")

    def nested(self, group: int, key: str) -> None:
        """Remember the key of a mapping that stands inside of the mapping `group`."""
        self._neighbors.nested(group, key)

    def pair(self, text: Text) -> None:
        """`KEY=value` as one text, the way containers are given their environment."""
        key, _, value = text.text.partition("=")
        if key.startswith("-"):
            return
        if "," in value:
            for one in text.text.split(","):
                inner, equals, held = one.partition("=")
                kind = self._keys.kind(inner) if equals else None
                name = self._names.keyed(held, kind) if kind else None
                if name is not None:
                    self._add(text, name, f"{inner[:60]}=")
            return
        value = value.strip("'\"")
        self._shell.assign(key, value, text.line, text.column, f"{key[:60]}=")
        if self._keys.kind(key) is None and (sure := self._names.literal(value)) is not None:
            self._add(text, sure, "literal", guess=True)

    def assigned(self, key: str, value: str, line: int, column: int, group: int = 0) -> None:
        """`{name: KEY, value: value}`; those of one list, `group`, say of each other what keys of a mapping do."""
        earlier = len(self._found.drafts)
        self._shell.assign(key, value, line, column, f"{key[:60]}=")
        found = self._found.drafts[earlier:]
        text = Text(text=value, keys=(key,), line=line, column=column, end_line=line, group=group)
        self._neighbors.add(text, key, found[0] if len(found) == 1 else None)

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
        """Match the commands, and what the keys of one mapping say of each other, now that all is known."""
        self._neighbors.finish()
        self._shell.finish()

    def _inner_file(self, key: str, text: Text) -> bool:
        """Read a whole file that is the value of a key, as in a ConfigMap; `False` when it is none."""
        from auditor.scan.readers import INNER_KINDS

        kind = INNER_KINDS.get(key.rpartition(".")[2].lower()) if "." in key else None
        return kind is not None and self._inner(text, kind, key)

    def _inner(self, text: Text, kind: str, key: str = "") -> bool:
        from auditor.scan.readers import reader_of

        if self._source.depth >= MAX_INNER:
            return False
        indents = [len(row) - len(row.lstrip(" ")) for row in text.text.split("\n") if row.strip()]
        indent = min(indents, default=0)
        inner = "\n".join(row[indent:] for row in text.text.split("\n"))
        path = f"{self._source.path}/{key}" if key else self._source.path
        source = msgspec.structs.replace(self._source, text=inner, path=path, depth=self._source.depth + 1)
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

    def _add(self, text: Text, name: Name, how: str, *, guess: bool = False) -> Draft:
        sure: Confidence = "low" if guess else "high" if "://" in text.text else "medium"
        draft = Draft(
            target=name.target, provider=name.provider, type=name.type, line=text.line, column=text.column,
            end_line=text.end_line, how=how, confidence=sure, revision=name.revision,
        )  # fmt: skip
        self._found.add(draft)
        return draft

    @staticmethod
    def _draft(text: Text, how: str) -> Draft:
        """Return a draft of what `text` would name if a neighbor says whose it is."""
        return Draft(
            target="", provider="", type="model", line=text.line, column=text.column, end_line=text.end_line,
            how=how, confidence="medium",
        )  # fmt: skip


def _looks_like_yaml(text: str) -> bool:
    """Whether the lines of a block are keys and items."""
    rows = [row for row in text.split("\n") if row.strip() and not row.lstrip().startswith("#")]
    return bool(rows) and all(_YAML_ROW.match(row) for row in rows[:40])


def words_of(text: str, line: int, column: int) -> list[Word]:
    """Return the words of a text that is one item of a command's list."""
    if " " not in text.strip() or text.lstrip().startswith("{"):
        return [Word(text=text, line=line, column=column)]
    return [word for words in split_words(text, line, column) for word in words]
