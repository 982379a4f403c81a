"""Policies and the words they are written in, checked and compiled."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from auditor.model.policy import Clarification, PolicyException, SubjectKind, UnknownMeans
from auditor.rulebook.conditions import Condition

__all__ = ["Category", "FormatGroup", "LicenseTest", "Policy", "PolicyRule", "PolicyUse", "PolicyWords", "Statement"]


class Category(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of license, recognized by what its terms say."""

    plain: str
    when: Condition


class FormatGroup(msgspec.Struct, frozen=True, kw_only=True):
    """Endings of weight files with something in common."""

    plain: str
    values: tuple[str, ...]
    anywhere: tuple[str, ...] = ()
    """Those that count wherever they lie in a repository, whatever the file is called."""


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of rule: what it asks in plain words, what it reads, and of which subjects it speaks."""

    plain: str
    reads: tuple[str, ...]
    subjects: tuple[SubjectKind, ...]


class PolicyWords(msgspec.Struct, frozen=True, kw_only=True):
    """Everything `rules/policy_words.yaml` declares."""

    categories: dict[str, Category]
    without_terms: dict[str, str]
    formats: dict[str, FormatGroup]
    unproved_statuses: frozenset[str]
    open_statuses: frozenset[str]
    statements: dict[str, Statement]

    @property
    def anywhere(self) -> frozenset[str]:
        """Return the endings that a rule on formats looks for in the whole list of files."""
        return frozenset(ending for group in self.formats.values() for ending in group.anywhere)

    @property
    def category_names(self) -> dict[str, str]:
        """Return every category with its sentence."""
        return {**{name: category.plain for name, category in self.categories.items()}, **self.without_terms}


class LicenseTest(msgspec.Struct, frozen=True):
    """One entry of a list of licenses: profile ids that must all be there for it to apply."""

    ids: frozenset[str]
    written: str


class PolicyRule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule; `kind` names the statement, `data` is what it says."""

    id: str
    title: str
    help: str
    severity: Literal["error", "warning"]
    on_unknown: UnknownMeans
    proof: Literal["declared", "text"]
    subjects: tuple[SubjectKind, ...]
    kind: str
    data: Any
    condition: Condition | None = None
    """For `require` and `forbid`."""
    licenses: tuple[LicenseTest, ...] = ()
    """For `license`: the entries of its list, resolved to profiles."""
    formats: frozenset[str] = frozenset()
    """For `format`: the endings, groups spelled out."""
    line: int | None = None

    @property
    def denies(self) -> bool:
        """Return whether it is a list of what is refused."""
        return isinstance(self.data, dict) and "deny" in self.data


class PolicyUse(msgspec.Struct, frozen=True, kw_only=True):
    """One section of a policy: what holds for one kind of use, together with the rules for every use."""

    name: str | None
    title: str
    context: str | None
    rules: tuple[PolicyRule, ...]

    def contexts(self) -> tuple[str | None, ...]:
        """Return the names of the contexts that verdict rules ask for, sorted; `None` for one that names none."""
        asked = {rule.data.get("context", self.context) for rule in self.rules if rule.kind == "verdict"}
        return tuple(sorted(asked, key=lambda name: name or ""))


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """What an organization accepts."""

    name: str
    title: str
    description: str
    source: str
    """The file as it was named, or `built-in`."""
    sha256: str
    """Of the file and of every context file it names."""
    on_unknown: UnknownMeans
    on_unresolved: Literal["warn", "undecided", "fail"]
    default_use: str | None
    contexts: dict[str, dict[str, Any]]
    """Context name -> checked data."""
    uses: dict[str | None, PolicyUse]
    """By name; `None` is the rules for every use, where there are no sections."""
    exceptions: tuple[PolicyException, ...]
    clarifications: tuple[Clarification, ...]
