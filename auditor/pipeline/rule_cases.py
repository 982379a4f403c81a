"""Run the cases beside the rules: every check and every license has some, and all of them must come out right."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from auditor.engine.evaluate import ask
from auditor.model.evidence import Fact, Facts
from auditor.rulebook.checks import Check
from auditor.rulebook.license_files import fold_name
from auditor.rulebook.load import Rulebook
from auditor.rulebook.rule_files import RuleReader
from auditor.rulebook.strict_yaml import StrictYaml

__all__ = ["case_problems", "new_check_case", "new_license_case"]

NEEDED = frozenset({"met", "not_met", "unknown"})


def case_problems(rulebook: Rulebook, cases: Path) -> list[str]:
    """Return everything wrong with the cases below `cases`: broken, missing, failing, or about nothing."""
    reader = RuleReader(cases, "tests/cases")
    problems = list(_check_problems(rulebook, reader))
    problems += _license_problems(rulebook, reader)
    return reader.problems + problems


def _check_problems(rulebook: Rulebook, reader: RuleReader) -> Iterator[str]:
    found: set[str] = set()
    for relative, document in reader.each("checks", "check-case.v1"):
        name = document.data["check"]
        check = rulebook.checks.get(name)
        if check is None or relative.as_posix() != f"{name}.yaml":
            yield f"{document.at(('check',))}: no check {name!r} with this file name"
            continue
        found.add(name)
        yield from _failing(check, document)
    for name in sorted(set(rulebook.checks) - found):
        yield f"tests/cases/checks/{name}.yaml: missing; make its skeleton with: auditor rules new-case {name}"


def _failing(check: Check, document: StrictYaml) -> Iterator[str]:
    reached = set()
    for number, case in enumerate(document.data["cases"]):
        reads = check.when.reads | (check.applies.reads if check.applies else frozenset())
        for fact in sorted(set(case["facts"]) - reads):
            yield f"{document.at(('cases', number, 'facts', fact), key=True)}: {check.id} does not ask about {fact}"
        outcome = ask(check, _facts(case))
        reached.add(outcome)
        if outcome != case["expect"]:
            where = document.at(("cases", number))
            yield f"{where}: {check.id}, {case['name']}: expected {case['expect']}, got {outcome}"
    missing = NEEDED - reached
    if missing:
        yield f"{document.at(('cases',))}: {check.id} has no case that comes out {' or '.join(sorted(missing))}"


def _facts(case: dict[str, Any]) -> Facts:
    incomplete = case.get("incomplete", ())
    return Facts(
        {
            name: Fact(name=name, state="known", value=value, complete=name not in incomplete)
            for name, value in case["facts"].items()
        }
    )


def _license_problems(rulebook: Rulebook, reader: RuleReader) -> Iterator[str]:
    found: set[str] = set()
    for relative, document in reader.each("licenses", "license-case.v1"):
        name = document.data["license"]
        if name not in rulebook.licenses or relative.as_posix() != f"{name}.yaml":
            yield f"{document.at(('license',))}: no license {name!r} with this file name"
            continue
        found.add(name)
        yield from _wrong_names(rulebook, document)
        for term, value in document.data.get("terms", {}).items():
            stands = rulebook.licenses[name].terms.get(term)
            if stands is None or stands.value != value:
                has = stands.value if stands else "no such term"
                yield f"{document.at(('terms', term))}: {name} {term}: expected {value!r}, the profile says {has!r}"
    for name in sorted(set(rulebook.licenses) - found):
        yield f"tests/cases/licenses/{name}.yaml: missing; make its skeleton with: auditor rules new-case {name}"


def _wrong_names(rulebook: Rulebook, document: StrictYaml) -> Iterator[str]:
    name = document.data["license"]
    for number, alias in enumerate(document.data["aliases"]):
        if rulebook.names.get(fold_name(alias)) != name:
            yield f"{document.at(('aliases', number))}: {alias!r} does not lead to {name}"
    for number, miss in enumerate(document.data["near_misses"]):
        leads = rulebook.names.get(fold_name(miss["name"]))
        if leads != miss["resolves_to"] or leads == name:
            where = document.at(("near_misses", number))
            yield f"{where}: {miss['name']!r} leads to {leads}, not {miss['resolves_to']}"


def new_check_case(check: Check) -> str:
    """Return the skeleton of a case file for `check`."""
    facts = ", ".join(f"{name}: true" for name in sorted(check.when.reads))
    lines = [f"check: {check.id}", "cases:"]
    lines += [f"  - {{name: say what is so, facts: {{{facts}}}, expect: {outcome}}}" for outcome in sorted(NEEDED)]
    return "\n".join(lines) + "\n"


def new_license_case(license_id: str) -> str:
    """Return the skeleton of a case file for a license."""
    return (
        f"license: {license_id}\naliases: [{license_id}]\nnear_misses:\n"
        f"  - {{name: a name that is not {license_id}, resolves_to: null}}\nterms: {{}}\n"
    )
