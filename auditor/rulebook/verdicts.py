"""How terms meet a context: the rules of `rules/verdicts/`, checked and compiled."""

from __future__ import annotations

from typing import Any

import msgspec

from auditor.rulebook.conditions import Condition
from auditor.rulebook.rule_files import RuleReader
from auditor.rulebook.strict_yaml import StrictYaml
from auditor.rulebook.suggestion import did_you_mean
from auditor.rulebook.vocabulary import Vocabulary

__all__ = ["Measure", "UseRule", "VerdictRule", "VerdictRules", "read_verdict_rules"]


class VerdictRule(msgspec.Struct, frozen=True, kw_only=True):
    """One way in which a term of a license meets a context."""

    id: str
    term: str
    effect: str
    when: Condition
    detail: str
    values: tuple[Any, ...] = ()
    contains: str | None = None
    kinds: tuple[str, ...] = ()
    covers: str | None = None
    general: str | None = None
    """Which kinds of use a profile's own grant replaces the rule for."""
    quiet: bool = False


class UseRule(msgspec.Struct, frozen=True, kw_only=True):
    """What one kind of use does."""

    kind: str
    on: str
    acts: tuple[str, ...]
    withheld_as: str


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """Which numbers of a context a threshold counts."""

    unit: str
    scope: str
    sum: tuple[str, ...]
    when: str | None = None
    at_most: str | None = None


class VerdictRules(msgspec.Struct, frozen=True, kw_only=True):
    """Everything `rules/verdicts/` says."""

    rules: tuple[VerdictRule, ...]
    uses: dict[str, UseRule]
    sensitive_purposes: dict[str, str | None]
    """Purpose -> the term that speaks of it, if there is one."""
    measures: tuple[Measure, ...]
    unit_words: dict[str, tuple[str, ...]]
    scope_words: dict[str, tuple[str, ...]]
    same_in: dict[str, dict[str, str]]
    per_us_dollar: dict[str, float]
    rate_factor: float
    blocs: dict[str, frozenset[str]]
    other_sectors: frozenset[str]
    """Words for what is no business."""
    public_sectors: frozenset[str]


def read_verdict_rules(reader: RuleReader, vocabulary: Vocabulary) -> VerdictRules | None:
    """Return the verdict rules; problems go to the reader, and then there are none."""
    rules = reader.read("verdicts/rules.yaml", "verdict-rules.v1")
    uses = reader.read("verdicts/uses.yaml", "verdict-uses.v1")
    limits = reader.read("verdicts/limits.yaml", "verdict-limits.v1")
    if rules is None or uses is None or limits is None:
        return None
    compiled = [_rule(reader, rules, n, row, vocabulary) for n, row in enumerate(rules.data["rules"])]
    reader.problems += _use_problems(uses, vocabulary)
    data = limits.data
    return VerdictRules(
        rules=tuple(rule for rule in compiled if rule is not None),
        uses={row["kind"]: msgspec.convert(row, UseRule) for row in uses.data["uses"]},
        sensitive_purposes={row["purpose"]: row.get("term") for row in uses.data["sensitive_purposes"]},
        measures=msgspec.convert(data["measures"], tuple[Measure, ...]),
        unit_words=msgspec.convert(data["unit_words"], dict[str, tuple[str, ...]]),
        scope_words=msgspec.convert(data["scope_words"], dict[str, tuple[str, ...]]),
        same_in=data["same_in"],
        per_us_dollar={code: float(rate) for code, rate in data["per_us_dollar"].items()},
        rate_factor=float(data["rate_factor"]),
        other_sectors=frozenset(data["other_sectors"]),
        public_sectors=frozenset(data["public_sectors"]),
        blocs={name: frozenset(members) for name, members in data["blocs"].items()},
    )


def _rule(
    reader: RuleReader, document: StrictYaml, n: int, row: dict[str, Any], vocabulary: Vocabulary
) -> VerdictRule | None:
    before = len(reader.problems)
    kind = vocabulary.terms.get(row["term"])
    if kind is None:
        where = document.at(("rules", n, "term"))
        reader.problems.append(f"{where}: unknown term {row['term']!r}{did_you_mean(row['term'], vocabulary.terms)}")
    else:
        wrong = [p for p in map(kind.problem_with, row.get("values", ())) if p]
        reader.problems += [f"{document.at(('rules', n, 'values'))}: {problem}" for problem in wrong]
    for name in row.get("kinds", ()):
        if name not in vocabulary.use_kinds:
            where = document.at(("rules", n, "kinds"))
            reader.problems.append(f"{where}: unknown use kind {name!r}{did_you_mean(name, vocabulary.use_kinds)}")
    if row["effect"] == "withheld" and "covers" not in row:
        reader.problems.append(
            f"{document.at(('rules', n))}: a withheld right says what a separate license would cover"
        )
    condition = reader.condition(document, ("rules", n, "when"), vocabulary.context)
    if condition is None or len(reader.problems) > before:
        return None
    return VerdictRule(
        **{
            **row,
            "when": condition,
            "values": tuple(row.get("values", ())),
            "kinds": tuple(row.get("kinds", ())),
        }
    )


def _use_problems(document: StrictYaml, vocabulary: Vocabulary) -> list[str]:
    problems = []
    for n, row in enumerate(document.data["uses"]):
        unknown = [row["kind"]] if row["kind"] not in vocabulary.use_kinds else []
        unknown += [act for act in row["acts"] if act not in vocabulary.acts]
        problems += [f"{document.at(('uses', n))}: unknown name {name!r}" for name in unknown]
    missing = sorted(set(vocabulary.use_kinds) - {row["kind"] for row in document.data["uses"]})
    if missing:
        problems.append(f"{document.at(('uses',))}: missing use kinds {', '.join(missing)}")
    for n, row in enumerate(document.data["sensitive_purposes"]):
        if row["purpose"] not in vocabulary.purposes or row.get("term", "military") not in vocabulary.terms:
            problems.append(f"{document.at(('sensitive_purposes', n))}: unknown purpose or term")
    return problems
