"""What one rule finds out about one subject, before the policy says what becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

import msgspec

from auditor.gate.subject import GateSubject
from auditor.model.evidence import Evidence, Fact
from auditor.rulebook.load import Rulebook
from auditor.rulebook.policies import PolicyRule, PolicyWords

__all__ = ["Answer", "Asking", "Judge", "gaps_in", "open_facts", "repository_hint", "settled_by"]

MAX_NAMED = 8


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """`True` only when it is proved that the rule is met, `False` when it is proved that it is not."""

    met: bool | None
    detail: str
    missing: tuple[str, ...] = ()
    """For `None`: the facts that nobody knows."""
    help: str = ""
    """What would settle it, or make it pass."""
    evidence: tuple[Evidence, ...] = ()


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """The data that rules are judged with, whatever the subject."""

    rulebook: Rulebook
    words: PolicyWords
    ladder: tuple[str, ...]
    """Labels, lowest first."""


Judge: TypeAlias = Callable[[PolicyRule, GateSubject, Asking], Answer]


def open_facts(subject: GateSubject, names: Iterable[str]) -> tuple[Fact, ...]:
    """Return the facts among `names`, sorted, that are unknown or lists from which something may be missing."""
    facts = (subject.facts.get(name) for name in sorted(names))
    return tuple(fact for fact in facts if fact.state == "unknown" or not fact.complete)


def gaps_in(subject: GateSubject, names: Iterable[str]) -> tuple[Fact, ...]:
    """Return what leaves a condition over `names` open: facts that are unknown or incomplete.

    Where none is, records of a list lack the field that was asked for, or the question does not apply.
    """
    facts = tuple(subject.facts.get(name) for name in sorted(names))
    open_ones = open_facts(subject, (fact.name for fact in facts))
    records = tuple(fact for fact in facts if isinstance(fact.value, list) and fact.value)
    return open_ones or records or facts


def repository_hint(subject: GateSubject, asking: Asking) -> str:
    """Return which repository to judge in the place of a catalog entry, or of files at hand."""
    entry = asking.rulebook.disclosures.get(subject.report.subject.id) if subject.cataloged else None
    if entry is None or not entry.hub_ids:
        return "Judge the repository they came from, as org/name@commit."
    return f"Judge the repository itself, which shows files, texts and bases: {' or '.join(entry.hub_ids)}."


def settled_by(gaps: Iterable[Fact], asking: Asking) -> str:
    """Return what would settle some unknown facts, in words."""
    said = []
    for fact in gaps:
        kind = asking.rulebook.vocabulary.facts.get(fact.name)
        said.append((fact.missing or f"Find out: {kind.plain if kind else fact.name}").rstrip(".") + ".")
    unique = list(dict.fromkeys(said))
    rest = len(unique) - MAX_NAMED
    return " ".join(unique[:MAX_NAMED]) + (f" And {rest} more." if rest > 0 else "")
