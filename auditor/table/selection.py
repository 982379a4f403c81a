"""From names on the command line to columns, grouping and order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from auditor.errors import UsageProblem
from auditor.rulebook.suggestion import did_you_mean
from auditor.rulebook.table_rules import Column, TableRules
from auditor.table.builder import Selection

__all__ = ["MAX_COLUMNS", "column_names", "members_met", "selection"]

MAX_COLUMNS = 100


def column_names(text: str | None) -> tuple[str, ...]:
    """Return the names in a list separated by commas; none for `None`."""
    return tuple(name for part in (text or "").split(",") if (name := part.strip()))


def selection(
    rules: TableRules, *, columns: Sequence[str] = (), group_by: str | None = None, sort: Sequence[str] = ()
) -> Selection:
    """Return what was asked for; raises `UsageProblem` for a name that is no column, with the nearest one."""
    names = tuple(dict.fromkeys(columns)) or rules.default
    if len(names) > MAX_COLUMNS:
        raise UsageProblem(f"a table has at most {MAX_COLUMNS} columns, not {len(names)}")
    return Selection(
        columns=tuple(_column(rules, name) for name in names),
        group_by=_column(rules, group_by) if group_by else None,
        sort=tuple((_column(rules, name.removeprefix("-")), name.startswith("-")) for name in sort or rules.sort),
    )


def _column(rules: TableRules, name: str) -> Column:
    column = rules.column(name)
    if column is None:
        near = did_you_mean(name, [*rules.columns, *(family.id for family in rules.families)])
        raise UsageProblem(f"no column is called {name!r}{near}", hint="`auditor table --list-columns` names them all")
    return column


def members_met(rules: TableRules, report: Mapping[str, Any]) -> Iterable[str]:
    """Yield the id of every column of a family that a report has a value for, in the order of the report."""
    for family in rules.families:
        steps = family.path[0].split(".")
        found: list[tuple[tuple[str, ...], Any]] = [((), report)]
        for step in steps:
            found = [
                ((*names, key) if step == "{}" else names, inner)
                for names, place in found
                if isinstance(place, dict)
                for key, inner in place.items()
                if step in ("{}", key)
            ]
        for names, _ in found:
            if rules.column(member := family.called(*names).id):
                yield member
