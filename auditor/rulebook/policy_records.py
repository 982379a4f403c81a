"""Read what people record in a policy: exceptions and clarifications, with the place of each."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING, Any

from auditor.errors import AmbiguousLicense, UnknownLicense
from auditor.model.policy import Clarification, PolicyException
from auditor.rulebook.strict_yaml import StrictYaml
from auditor.rulebook.suggestion import did_you_mean

if TYPE_CHECKING:
    from auditor.rulebook.load import Rulebook

__all__ = ["read_clarification", "read_exceptions"]


def read_exceptions(document: StrictYaml, rules: Collection[str], problems: list[str]) -> tuple[PolicyException, ...]:
    """Return the exceptions of a policy in their order; `rules` are the ids that there are."""
    found = []
    for n, row in enumerate(document.data.get("exceptions", ())):
        path = ("exceptions", n)
        if row["rule"] not in rules:
            where = document.at((*path, "rule"))
            problems.append(f"{where}: no rule is called {row['rule']!r}{did_you_mean(row['rule'], rules)}")
        _check_date(document, (*path, "expires"), row["expires"], problems)
        _check_target(document, path, row["target"], problems)
        line, _ = document.values.get(path, (1, 1))
        found.append(PolicyException(**row, file=document.name, line=line))
    return tuple(found)


def read_clarification(
    document: StrictYaml, path: tuple[str | int, ...], rulebook: Rulebook, problems: list[str]
) -> Clarification | None:
    """Return the clarification at `path`; `None` when something in it is wrong."""
    row: Any = document.data
    for step in path:
        row = row[step]
    before = len(problems)
    _check_date(document, (*path, "on"), row["on"], problems)
    _check_target(document, path, row["target"], problems)
    license_id = None
    if "license" in row:
        try:
            license_id = rulebook.get_license(row["license"]).id
        except (UnknownLicense, AmbiguousLicense) as error:
            problems.append(f"{document.at((*path, 'license'))}: {error.message}")
    terms = rulebook.vocabulary.terms
    for name, value in row.get("terms", {}).items():
        kind = terms.get(name)
        if kind is None:
            where = document.at((*path, "terms", name), key=True)
            problems.append(f"{where}: unknown term {name!r}{did_you_mean(name, terms)}")
        elif message := kind.problem_with(value):
            problems.append(f"{document.at((*path, 'terms', name))}: {message}")
    if len(problems) > before:
        return None
    line, _ = document.values.get(path, (1, 1))
    return Clarification(**{**row, "license": license_id}, source=f"{document.name}:{line}")


def _check_date(document: StrictYaml, path: tuple[str | int, ...], value: str, problems: list[str]) -> None:
    try:
        date.fromisoformat(value)
    except ValueError:
        problems.append(f"{document.at(path)}: {value} is no day of the calendar")


def _check_target(document: StrictYaml, path: tuple[str | int, ...], value: str, problems: list[str]) -> None:
    """Refuse what could never match, and a revision: which bytes are meant is what the evidence hash says."""
    if value != value.strip() or "*" in value or "://" in value:
        where = document.at((*path, "target"))
        problems.append(f"{where}: a target is one subject by its name, such as org/name; not {value!r}")
        return
    name, _, revision = value.partition("@")
    if revision and not name.startswith("disclosed:"):
        where = document.at((*path, "target"))
        problems.append(f"{where}: a target has no revision here; write {name!r}, and the commit under `revision`")
