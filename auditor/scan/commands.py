"""Which models and data sets the words of one command name."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Sequence

import msgspec

from auditor.rulebook.scan_rules import CommandRule, ScanRules
from auditor.scan.hub_names import Kind, Name
from auditor.scan.interface import Confidence, Draft, Guess, Use
from auditor.scan.keys import Keys
from auditor.scan.names import Names

__all__ = ["Commands", "Word"]

MAX_WORDS = 2_000
MAX_PARTS = 100
MAX_OBJECT = 20_000
_PAIR = re.compile(r"\"([\w.-]{1,80})\"\s{0,8}:\s{0,8}\"([^\"\s]{1,200})\"")
_REVISION = re.compile(r"(?:^|,)revision=([^,\s$`{]+)")
_DYNAMIC = ("$", "{{", "`", "<", "%")


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """One word of a command with the place of its literal; `via` are lines of commands that use it from afar."""

    text: str
    line: int
    column: int
    source: str = ""
    """As it is written, where that differs."""
    via: tuple[int, ...] = ()


class Commands:
    """Matches words with the commands of the rules."""

    def __init__(self, rules: ScanRules, names: Names, keys: Keys) -> None:
        self._rules, self._names, self._keys = rules, names, keys
        self._own: set[tuple[str, str]] = set()

    def read(self, words: Sequence[Word], use: Use = "used") -> Iterator[Draft | Guess]:
        """Yield what the words of one command name, and the names that nobody can see."""
        words = words[:MAX_WORDS]
        if not words:
            return
        rule, length = self._rule(words)
        revision = self._revision(words, rule)
        taken: set[int] = set()
        if rule is not None:
            for index, how in self._named(words, length, rule):
                taken.add(index)
                pinned = self._revision_of(how.rpartition(" ")[2], words, revision)
                yield from self._named_by(words[index], rule, how, pinned, words, use)
        yield from self._by_flags(words, taken, revision, use)

    def _rule(self, words: Sequence[Word]) -> tuple[CommandRule | None, int]:
        """Return the rule whose words the command begins with, past what merely wraps it."""
        carried = False
        for start in range(min(len(words), 60)):
            texts = [word.text for word in words[start : start + 4]]
            plain = [texts[0].rpartition("/")[2], *texts[1:]]
            for rule in self._rules.commands:
                for expected in rule.words:
                    if len(texts) < len(expected) or (carried and not _telling(expected)):
                        continue
                    if all(map(fnmatch.fnmatchcase, texts, expected)) or plain[: len(expected)] == list(expected):
                        return rule, start + len(expected)
            carried = carried or plain[0] in self._rules.carriers
            if not carried and not self._wraps(texts[0]):
                break
        return None, 0

    def is_known(self, words: Sequence[Word]) -> bool:
        """Return whether the words begin with a command of the rules."""
        return bool(words) and self._rule(words[:60])[0] is not None

    def _wraps(self, text: str) -> bool:
        rules = self._rules
        if text in rules.wrappers or text.startswith(("-", "$", "@")) or text.isdigit():
            return True
        name, equals, _ = text.partition("=")
        return (bool(equals) and name.isidentifier()) or any(
            fnmatch.fnmatchcase(text, one) for one in rules.interpreters
        )

    def _named(self, words: Sequence[Word], start: int, rule: CommandRule) -> Iterator[tuple[int, str]]:
        command = " ".join(word.text for word in words[:start] if not self._wraps(word.text))[:60] or words[0].text[:60]
        operand = rule.operand
        index = start
        while index < len(words):
            text = words[index].text
            flag = text.partition("=")[0]
            if flag in rule.flags:
                if "=" not in text:
                    index += 1
                if index < len(words):
                    yield index, f"{command} {flag}"
            elif text.startswith("-") and text != "-":
                naming = rule.operand and (flag in self._rules.model_flags or flag in self._rules.dataset_flags)
                if (flag in rule.valued or naming) and "=" not in text:
                    index += 1
            elif operand and text not in rule.skip and text:
                operand = False
                yield index, command
            index += 1

    def _named_by(
        self, word: Word, rule: CommandRule, how: str, revision: str | None, words: Sequence[Word], use: Use
    ) -> Iterator[Draft | Guess]:
        text = word.text
        if text.startswith("--") and "=" in text:
            text = text.partition("=")[2]
        if rule.creates:
            # A name of one's own; what has an owner, or is called the same in the library, is still somebody else's.
            if "/" not in text and self._names.of_library(text) is None:
                self._own.add((rule.provider, text.partition(":")[0]))
            return
        texts = rule.inside.findall(text) if rule.inside else [text]
        if rule.inside and len(texts) == 1 and (said := _REVISION.search(text)) is not None:
            revision = said[1]
        kind: Kind = rule.type  # type: ignore[assignment]  # the schema has the same three words
        for index, other in enumerate(words):
            flag, equals, value = other.text.partition("=")
            if flag in rule.type_flags and (equals or index + 1 < len(words)):
                kind = "dataset" if (value if equals else words[index + 1].text) == "dataset" else "model"
        for one in texts:
            name = self._names.called(one, rule.provider, kind, bare=rule.bare, client=rule.client)
            if name is None and rule.inside:
                # `model=...` among settings may be a service's.
                name = self._names.keyed(one, kind)
            if name is not None and (name.provider, name.target.partition(":")[0]) in self._own:
                continue
            if name is not None:
                yield _draft(word, name, how, "high", revision, use)
            elif (_is_dynamic(one) or self._names.is_placeholder(one)) and use == "used":
                yield Guess(line=word.line, column=word.column, how=how, expression=(word.source or one)[:200])

    def _by_flags(
        self, words: Sequence[Word], taken: set[int], revision: str | None, use: Use
    ) -> Iterator[Draft | Guess]:
        rules = self._rules
        addressed = self._addressed(words)
        for index, word in enumerate(words):
            flag, equals, value = word.text.partition("=")
            if flag in rules.model_flags:
                kind: Kind = "model"
            elif flag in rules.dataset_flags:
                kind = "dataset"
            else:
                if word.text.startswith("{") and '"' in word.text:
                    yield from self.pairs(word, use, addressed)
                elif index not in taken:
                    yield from self._assigned(word, flag if equals else "", value if equals else word.text, use)
                continue
            place = index if equals else index + 1
            if place >= len(words) or place in taken:
                continue
            named = value if equals else words[place].text
            found = self._names.keyed(named, kind, plain=False)
            if found is not None:
                yield _draft(words[place], found, flag, "medium", self._revision_of(flag, words, revision), use)

    def _assigned(self, word: Word, key: str, value: str, use: Use) -> Iterator[Draft]:
        """`-e MODEL_ID=org/name` and its like, and overrides such as `model.name=org/name`."""
        kind = self._keys.kind(key.rpartition(".")[2], key.split(".")[:-1]) if key else None
        name = self._names.keyed(value, kind) if kind else None
        if name is not None:
            yield _draft(word, name, f"{key}=", "medium", None, use)
        elif "," in value and "=" in value:
            yield from self.listed(word, value if key.startswith("-") else f"{key}={value}", use)
        elif (
            not self._names.is_file(value)
            and not self._keys.holds_other(key.lstrip("-"))
            and (sure := self._names.literal(value)) is not None
        ):
            yield _draft(word, sure, "literal", "low", None, use)

    def listed(self, word: Word, text: str, use: Use) -> Iterator[Draft]:
        """Yield what a list of settings in one word names: `pretrained=org/name,dtype=float16`."""
        pairs = [one.partition("=")[::2] for one in text.split(",")[:MAX_PARTS]]
        revision = next((value for key, value in pairs if key == "revision" and not _is_dynamic(value)), None)
        for key, value in pairs:
            kind = self._keys.kind(key)
            name = self._names.keyed(value, kind) if kind else None
            if name is not None:
                # A tokenizer among the settings has a revision of its own.
                pinned = revision if f"--{key}" not in self._rules.side_flags else None
                yield _draft(word, name, f"{key[:60]}=", "medium", pinned, use)

    def _addressed(self, words: Sequence[Word]) -> str | None:
        """Return the provider whose service one of the words is the address of."""
        for word in words:
            if "://" in word.text and (found := self._names.at_address(word.text)) is not None:
                return found
        return None

    def pairs(self, word: Word, use: Use, provider: str | None = None) -> Iterator[Draft]:
        """Yield what the keys of an object name that is written as one word (`{"model": "org/name"}`)."""
        for match in _PAIR.finditer(word.text[:MAX_OBJECT]):
            kind = self._keys.kind(match[1])
            name = self._names.keyed(match[2], kind) if kind else None
            if provider is not None and match[1] in self._rules.provided_keys and kind != "dataset":
                name = self._names.provided(match[2], provider) if provider != "hub" else name
            if name is not None:
                yield _draft(_row_of(word, match.start(2)), name, match[1], "medium", None, use)

    def _revision_of(self, flag: str, words: Sequence[Word], revision: str | None) -> str | None:
        """Return the revision of what `flag` names: a tokenizer or a draft has one of its own, or none."""
        if flag not in self._rules.side_flags:
            return revision
        for index, word in enumerate(words):
            name, equals, value = word.text.partition("=")
            if name in (f"{flag}-revision", f"{flag}_revision"):
                found = value if equals else words[index + 1].text if index + 1 < len(words) else ""
                return found if found and not _is_dynamic(found) else None
        return None

    def _revision(self, words: Sequence[Word], rule: CommandRule | None) -> str | None:
        flags = self._rules.revision_flags | (rule.revision_flags if rule else frozenset())
        for index, word in enumerate(words):
            flag, equals, value = word.text.partition("=")
            if flag in flags:
                found = value if equals else words[index + 1].text if index + 1 < len(words) else ""
                return None if not found or _is_dynamic(found) else found
        return None


def _telling(expected: Sequence[str]) -> bool:
    """Whether the words of a command are its own wherever they stand."""
    return len(expected) > 1 or ("-" in expected[0] and "*" not in expected[0])


def _row_of(word: Word, place: int) -> Word:
    """Return a word that spans lines, as that line of it in which `place` is."""
    row = word.text.count("\n", 0, place)
    if not row:
        return word
    return msgspec.structs.replace(word, line=word.line + row, column=place - word.text.rfind("\n", 0, place))


def _is_dynamic(text: str) -> bool:
    return text.startswith(_DYNAMIC) or "$" in text or "{{" in text


def _draft(word: Word, name: Name, how: str, confidence: Confidence, revision: str | None, use: Use) -> Draft:
    return Draft(
        target=name.target,
        provider=name.provider,
        type=name.type,
        line=word.line,
        column=word.column,
        end_line=word.line,
        how=how,
        confidence=confidence,
        use=use,
        revision=name.revision or (revision if name.provider == "hub" else None),
        via=word.via,
    )
