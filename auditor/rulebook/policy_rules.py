"""Turn the rules of a policy into checked, compiled ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

from auditor.errors import AmbiguousLicense, UnknownLicense
from auditor.rulebook.conditions import Condition, compile_condition
from auditor.rulebook.load import Rulebook
from auditor.rulebook.policies import LicenseTest, PolicyRule, PolicyWords
from auditor.rulebook.strict_yaml import StrictYaml
from auditor.rulebook.suggestion import did_you_mean

__all__ = ["RuleParser"]

Path = tuple[str | int, ...]
_AND = re.compile(r"\s+AND\s+")
_OR = re.compile(r"\s+OR\s+")
_OWNER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}")


class RuleParser:
    """Parses the rules of one document; `problems` collects what is wrong, `seen` the ids in use."""

    def __init__(self, document: StrictYaml, rulebook: Rulebook, words: PolicyWords, problems: list[str]) -> None:
        self.document = document
        self.rulebook = rulebook
        self.words = words
        self.problems = problems
        self.seen: set[str] = set()
        self._checks: dict[str, Callable[[Path, Any], None]] = {
            "category": lambda path, data: self._each(path, data, words.category_names, "category"),
            "license_status": self._check_status,
            "label": lambda path, data: self._one((*path, "at_least"), data["at_least"], self._labels, "label"),
            "access": lambda path, data: self._one(
                (*path, "at_most"), data["at_most"], rulebook.vocabulary.facts["access_mode"].values, "access"
            ),
            "framework": self._check_framework,
            "publisher": self._check_publisher,
            "findings": lambda path, data: self._each(
                path,
                data,
                {n for n, code in rulebook.vocabulary.finding_codes.items() if not code.good_news}
                | set(rulebook.checks),
                "finding",
            ),
            "verdict": self._check_context,
        }

    @property
    def _labels(self) -> tuple[str, ...]:
        return tuple(rung.label for rung in self.rulebook.spectrum.ladder)

    def rules(self, path: Path, on_unknown: Any) -> tuple[PolicyRule, ...]:
        """Return the rules of the list at `path`, which may be absent, in their order."""
        rows: Any = self.document.data
        for step in path:
            rows = rows.get(step, {}) if isinstance(rows, dict) else {}
        found = [self._rule((*path, n), row, on_unknown) for n, row in enumerate(rows)]
        return tuple(rule for rule in found if rule is not None)

    def _problem(self, path: Path, message: str) -> None:
        self.problems.append(f"{self.document.at(path)}: {message}")

    def _rule(self, path: Path, row: dict[str, Any], on_unknown: Any) -> PolicyRule | None:
        before = len(self.problems)
        if row["id"] in self.seen:
            self._problem((*path, "id"), f"another rule is called {row['id']!r} already")
        self.seen.add(row["id"])
        kinds = [name for name in self.words.statements if name in row]
        if len(kinds) != 1:
            said = " and ".join(kinds) or f"none of {', '.join(self.words.statements)}"
            self._problem(path, f"a rule says exactly one thing, this one says {said}")
            return None
        (kind,) = kinds
        data = row[kind]
        inner = (*path, kind)
        if kind in self._checks:
            self._checks[kind](inner, data)
        condition = self._condition(inner, data, kind) if kind in ("require", "forbid") else None
        licenses = self._licenses(inner, data) if kind == "license" else ()
        formats = self._formats(inner, data) if kind == "format" else frozenset()
        spoken = self.words.statements[kind].subjects
        for n, subject in enumerate(row.get("subjects", ())):
            if subject not in spoken:
                # What says nothing of a subject must not be what lets it pass.
                self._problem((*path, "subjects", n), f"a rule on {kind} says nothing of a {subject}")
        if row.get("proof") == "text" and kind not in ("license", "category", "require", "forbid"):
            self._problem((*path, "proof"), f"a rule on {kind} reads no license text")
        if len(self.problems) > before:
            return None
        line, _ = self.document.values.get(path, (1, 1))
        return PolicyRule(
            id=row["id"],
            title=row["title"],
            help=row.get("help", ""),
            severity=row.get("severity", "error"),
            on_unknown=row.get("on_unknown", on_unknown),
            proof=row.get("proof", "declared"),
            subjects=tuple(row.get("subjects", self.words.statements[kind].subjects)),
            kind=kind,
            data=data,
            condition=condition,
            licenses=licenses,
            formats=formats,
            line=line,
        )

    def _one(self, path: Path, value: Any, known: Collection[str], what: str) -> None:
        if value not in known:
            hint = did_you_mean(str(value), known) or f"; one of {', '.join(sorted(known)[:30])}"
            self._problem(path, f"unknown {what} {value!r}{hint}")

    def _each(self, path: Path, data: dict[str, Any], known: Collection[str], what: str) -> None:
        for word in ("allow", "deny", "in"):
            for n, value in enumerate(data.get(word, ())):
                self._one((*path, word, n), value, known, what)

    def _check_status(self, path: Path, data: dict[str, Any]) -> None:
        self._each(path, data, [*self.rulebook.vocabulary.enums["license_status"], "clarified"], "status")
        for n, name in enumerate(data["in"]):
            if name in self.words.open_statuses:
                self._problem(
                    (*path, "in", n), f"{name} means that nobody knows; say `on_unknown: pass` if that may pass"
                )

    def _check_framework(self, path: Path, data: dict[str, Any]) -> None:
        known = self.rulebook.frameworks
        self._one((*path, "id"), data["id"], known, "framework")
        if data["id"] not in known:
            return
        proved = known[data["id"]].result.proved
        if not proved:
            self._problem((*path, "in"), f"{data['id']} gives a number, which no list can hold; ask for its facts")
        elif known[data["id"]].result.undecided in data["in"]:
            self._problem((*path, "in"), "undecided means that nobody knows; say `on_unknown: pass` if that may pass")
        else:
            self._each(path, data, proved, "result")

    def _check_publisher(self, path: Path, data: dict[str, Any]) -> None:
        for word in ("allow", "deny"):
            for n, name in enumerate(data.get(word, ())):
                if not _OWNER.fullmatch(name):
                    self._problem((*path, word, n), f"{name!r} can be no publisher: it is the name before the slash")

    def _check_context(self, path: Path, data: dict[str, Any]) -> None:
        known = self.document.data.get("contexts", {})
        if "context" in data:
            self._one((*path, "context"), data["context"], known, "context")

    def _licenses(self, path: Path, data: dict[str, Any]) -> tuple[LicenseTest, ...]:
        found = []
        for word in ("allow", "deny"):
            for n, written in enumerate(data.get(word, ())):
                for part in _OR.split(written.strip()):
                    ids = [self._license((*path, word, n), name.strip()) for name in _AND.split(part)]
                    found.append(LicenseTest(frozenset(i for i in ids if i), written))
        return tuple(found)

    def _license(self, path: Path, name: str) -> str | None:
        if "(" in name or ")" in name:
            self._problem(path, "no parentheses here: write each alternative as an entry of its own")
            return None
        try:
            return self.rulebook.get_license(name).id
        except (UnknownLicense, AmbiguousLicense) as error:
            self._problem(path, error.message)
            return None

    def _formats(self, path: Path, data: dict[str, Any]) -> frozenset[str]:
        found: set[str] = set()
        endings = {ending for group in self.words.formats.values() for ending in group.values}
        for word in ("allow", "deny"):
            for n, name in enumerate(data.get(word, ())):
                if name in self.words.formats:
                    found |= set(self.words.formats[name].values)
                elif name in endings:
                    found.add(name)
                else:
                    near = did_you_mean(name, {*self.words.formats, *endings})
                    self._problem((*path, word, n), f"{name!r} is no ending of weight files and no group of them{near}")
        return frozenset(found)

    def _condition(self, path: Path, tree: Any, kind: str) -> Condition | None:
        condition, problems = compile_condition(tree, self.rulebook.vocabulary.facts, allow_known=True)
        for problem in problems:
            self._problem((*path, *problem.path), problem.message)
        if condition is not None:
            self._sound(tree, path, wanted=kind == "require")
            if not condition.reads:
                self._problem(path, "the condition reads no fact, so it says the same of everything")
        return condition

    def _sound(self, tree: Any, path: Path, *, wanted: bool) -> None:
        """Refuse what would let a subject pass because nothing is known of it, or because a list is empty.

        `wanted` says whether the condition must be true here for the rule to be met.
        """
        if "not" in tree:
            self._sound(tree["not"], (*path, "not"), wanted=not wanted)
        elif "known" in tree and not wanted:
            self._problem(path, "`known` stands where not knowing would let a subject pass; ask for the fact itself")
        for word in ("all", "any"):
            if word in tree:
                if not tree[word]:
                    self._problem((*path, word), f"an empty `{word}` says the same of everything")
                for n, inner in enumerate(tree[word]):
                    self._sound(inner, (*path, word, n), wanted=wanted)
