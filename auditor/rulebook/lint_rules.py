"""What is said to the publisher of a card: the rules of `rules/lint.yaml`, checked and compiled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from auditor.model.finding import Severity
from auditor.rulebook.conditions import Condition
from auditor.rulebook.rule_files import RuleReader
from auditor.rulebook.strict_yaml import StrictYaml
from auditor.rulebook.suggestion import did_you_mean
from auditor.rulebook.vocabulary import FactType, Vocabulary

__all__ = ["WORD", "LintAddition", "LintRule", "LintRules", "read_lint_rules"]

WORD = re.compile(r"\{([a-z_]+)\}")
"""A word in braces: the value of a fact of the card, or a word of the finding."""


class LintAddition(msgspec.Struct, frozen=True, kw_only=True):
    """Lines that would mend something, if all their words are known and the condition holds."""

    lines: tuple[str, ...]
    when: Condition | None = None
    certain: bool = False


class LintRule(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a publisher is told: for each finding of a code, or when a condition over facts is true."""

    id: str
    severity: Severity | None
    """`None`: that of the finding."""
    file: str
    message: str
    finding: str | None = None
    when: Condition | None = None
    key: str | None = None
    """The metadata key whose line is meant; lines to add are then metadata."""
    line: int | None = None
    at_evidence: bool = False
    """The file is the one that the finding's evidence names."""
    add: tuple[LintAddition, ...] = ()
    """The first one that fits is taken."""


class LintRules(msgspec.Struct, frozen=True, kw_only=True):
    """Everything `rules/lint.yaml` says."""

    facts: dict[str, FactType]
    """What is asked of a card beside the facts of the vocabulary."""
    words: dict[str, str]
    """What a rule about a finding may say of it."""
    hub_license_ids: tuple[str, ...]
    local_folders: frozenset[str]
    """First parts of `a/b` that are folders on somebody's machine, not owners of repositories."""
    rules: tuple[LintRule, ...]


def read_lint_rules(reader: RuleReader, vocabulary: Vocabulary, codes: frozenset[str]) -> LintRules | None:
    """Return the lint rules; `codes` are the finding codes there are. Problems go to the reader."""
    document = reader.read("lint.yaml", "lint-rules.v1")
    if document is None:
        return None
    before = len(reader.problems)
    data = document.data
    facts = {name: _fact(name, spec) for name, spec in data["facts"].items()}
    for name in sorted(set(facts) & (set(vocabulary.facts) | set(data["words"]))):
        reader.problems.append(f"{document.at(('facts', name), key=True)}: {name} has a meaning already")
    rules = [_rule(reader, document, n, {**vocabulary.facts, **facts}, codes) for n in range(len(data["rules"]))]
    seen: set[str] = set()
    for n, rule in enumerate(rules):
        reader.problems += [f"{document.at(('rules', n))}: {rule.id} stands twice"] if rule.id in seen else []
        seen.add(rule.id)
    if len(reader.problems) > before:
        return None
    return LintRules(
        facts=facts,
        words=data["words"],
        hub_license_ids=tuple(data["hub_license_ids"]),
        local_folders=frozenset(data["local_folders"]),
        rules=tuple(rules),
    )


def _fact(name: str, spec: dict[str, Any]) -> FactType:
    listed = spec["type"] == "strings"
    return FactType(
        name=name, base="list" if listed else spec["type"], plain=spec["plain"], item="string" if listed else None
    )


def _rule(
    reader: RuleReader, document: StrictYaml, n: int, facts: dict[str, FactType], codes: frozenset[str]
) -> LintRule:
    row = document.data["rules"][n]
    finding = row.get("finding")
    if finding is not None and finding not in codes:
        where = document.at(("rules", n, "finding"))
        reader.problems.append(f"{where}: no finding is called {finding!r}{did_you_mean(finding, codes)}")
    own = document.data["facts"]
    known = {name for name, spec in own.items() if spec["type"] != "boolean"}
    known |= set(document.data["words"]) if finding is not None else set()
    for path, text in _texts(row):
        for word in WORD.findall(text):
            if word not in known:
                where = document.at(("rules", n, *path))
                reader.problems.append(f"{where}: nothing is known as {{{word}}} here{did_you_mean(word, known)}")
    additions = []
    for m, addition in enumerate(row.get("add", ())):
        condition = reader.condition(document, ("rules", n, "add", m, "when"), facts)
        certain = addition.get("certain", False)
        if certain and not ("key" in row and "when" in addition):
            # What is written without asking must follow from something, and only metadata is ever written.
            where = document.at(("rules", n, "add", m))
            reader.problems.append(f"{where}: certain lines need a condition and a metadata key")
        additions.append(LintAddition(lines=tuple(addition["lines"]), when=condition, certain=certain))
    return LintRule(
        id=row["id"],
        severity=row.get("severity"),
        file=row["file"],
        message=row["message"],
        finding=finding,
        when=reader.condition(document, ("rules", n, "when"), facts),
        key=row.get("key"),
        line=row.get("line"),
        at_evidence=row.get("at_evidence", False),
        add=tuple(additions),
    )


def _texts(row: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    yield ("message",), row["message"]
    yield ("file",), row["file"]
    for m, addition in enumerate(row.get("add", ())):
        for k, line in enumerate(addition["lines"]):
            yield ("add", m, "lines", k), line
