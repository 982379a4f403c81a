"""The columns that a table may have: `rules/table.yaml`, checked against the shape of a report."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from auditor.rulebook.rule_files import RuleReader
from auditor.rulebook.schema_check import load_schema
from auditor.rulebook.strict_yaml import StrictYaml
from auditor.rulebook.suggestion import did_you_mean

__all__ = ["NAME", "Column", "ColumnKind", "EvidenceSource", "TableRules", "read_table_rules"]

ColumnKind = Literal["text", "date", "interval", "ladder", "list", "value", "count", "roots"]
NAME = r"([A-Za-z0-9_-]{1,80})"
"""What a placeholder in the id of a family may stand for."""


class EvidenceSource(msgspec.Struct, frozen=True, kw_only=True):
    """Where the evidence for a cell stands; exactly one field is set."""

    at: str | None = None
    """Path to evidence, or to lists of it."""
    findings: str | None = None
    """Path to the ids of findings whose evidence it is."""
    sections: str | None = None
    """Path to objects that name a license and a section."""
    columns: tuple[str, ...] = ()
    """Columns the cell follows from; their evidence counts where they are not in the table themselves."""


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column, or a family of them while its id still has `{}` in it."""

    id: str
    heading: str
    kind: ColumnKind
    path: tuple[str, ...]
    """The first one that leads to something is taken."""
    sentence: str
    high: str | None = None
    ends: tuple[str, str] | None = None
    """Names of the two ends in CSV and Parquet."""
    part: Literal["owner"] | None = None
    none: str | None = None
    where: dict[str, str] = {}
    evidence: tuple[EvidenceSource, ...] = ()
    each: str | None = None
    """For a family: path to the mapping whose keys are the names."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of its columns where a cell is one value: two for an interval."""
        return self.ends or (self.id,)

    def called(self, *names: str) -> Column:
        """Return the member of this family that `names` name."""
        # One field has one placeholder for each name, or says by number which it wants.
        built: Column = msgspec.convert(_filled(msgspec.to_builtins(self), names), Column)
        return built


class TableRules(msgspec.Struct, frozen=True, kw_only=True):
    """Everything `rules/table.yaml` says."""

    columns: dict[str, Column]
    families: tuple[Column, ...]
    default: tuple[str, ...]
    sort: tuple[str, ...]

    def column(self, name: str) -> Column | None:
        """Return the column of a name, made from its family where it has one; `None` when there is no such column."""
        if name in self.columns:
            return self.columns[name]
        for family in self.families:
            found = re.fullmatch(re.escape(family.id).replace(re.escape("{}"), NAME), name)
            if found:
                return family.called(*found.groups())
        return None


def _filled(value: Any, names: tuple[str, ...]) -> Any:
    if isinstance(value, str):
        left = iter(names)
        return re.sub(r"\{(\d?)\}", lambda found: names[int(found[1])] if found[1] else next(left), value)
    if isinstance(value, dict):
        return {key: _filled(inner, names) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(inner, names) for inner in value]
    return value


def read_table_rules(reader: RuleReader) -> TableRules | None:
    """Return the table's columns; a path that no report can have is a problem, as is a name used twice."""
    document = reader.read("table.yaml", "table-rules.v1")
    if document is None:
        return None
    before = len(reader.problems)
    data = document.data
    for kind in ("columns", "families"):
        for number in range(len(data[kind])):
            _check(reader, document, (kind, number))
    columns = {row["id"]: _column(row) for row in data["columns"]}
    taken: set[str] = set()
    for number, row in enumerate(data["columns"]):
        for name in dict.fromkeys((row["id"], *row.get("ends", {}).values())):
            if name in taken:
                reader.problems.append(f"{document.at(('columns', number))}: {name} is the name of a column already")
            taken.add(name)
        for m, source in enumerate(row.get("evidence", ())):
            for name in source.get("columns", ()):
                where = ("columns", number, "evidence", m, "columns")
                reader.problems += _unless_column(document, where, name, columns)
    for field in ("default", "sort"):
        for number, name in enumerate(data[field]):
            reader.problems += _unless_column(document, (field, number), name.removeprefix("-"), columns)
    if len(reader.problems) > before:
        return None
    return TableRules(
        columns=columns,
        families=tuple(_column(row) for row in data["families"]),
        default=tuple(data["default"]),
        sort=tuple(data["sort"]),
    )


def _column(row: dict[str, Any]) -> Column:
    ends = row.get("ends")
    flat = {**row, "ends": [ends["low"], ends["high"]] if ends else None}
    column: Column = msgspec.convert(flat, Column)
    return column


def _unless_column(
    document: StrictYaml, where: tuple[str | int, ...], name: str, columns: dict[str, Column]
) -> list[str]:
    if name in columns:
        return []
    return [f"{document.at(where)}: no column is called {name!r}{did_you_mean(name, columns)}"]


def _check(reader: RuleReader, document: StrictYaml, place: tuple[str, int]) -> None:
    row = document.data[place[0]][place[1]]
    two = row["kind"] in ("interval", "ladder")
    if two != ("high" in row) or two != ("ends" in row):
        reader.problems.append(f"{document.at(place)}: an interval or ladder, and nothing else, has high and ends")
    if (row["kind"] == "count") != ("where" in row):
        reader.problems.append(f"{document.at(place)}: a count, and nothing else, says where")
    for key, path in _paths(row):
        wrong = _wrong_step(path)
        if wrong:
            reader.problems.append(f"{document.at((*place, key))}: a report has no {path}: {wrong}")


def _paths(row: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from (("path", path) for path in row["path"])
    yield from ((key, row[key]) for key in ("high", "each") if key in row)
    for source in row.get("evidence", ()):
        yield from (("evidence", path) for key, path in source.items() if key != "columns")


def _wrong_step(path: str) -> str | None:
    """Return what is wrong with the first step that the schema of a report does not know, or `None`."""
    schema = load_schema("report.v1")
    places = [schema]
    for step in path.split("."):
        reached = []
        known: set[str] = set()
        for place in places:
            one = _resolved(place, schema)
            properties, more = one.get("properties", {}), one.get("additionalProperties")
            known |= set(properties)
            if step in properties:
                reached.append(properties[step])
            elif step in ("*", "{}") and "items" in one:
                reached.append(one["items"])
            elif isinstance(more, dict) and step not in properties:
                reached.append(more)
            elif not properties and more is not False and (not one or one.get("type") == "object"):
                return None  # the schema says no more of what lies here
        if not reached:
            return f"no {step!r} there{did_you_mean(step, known)}"
        places = [choice for place in reached for choice in _choices(place, schema)]
    return None


def _choices(place: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    one = _resolved(place, schema)
    several = [*one.get("anyOf", ()), *one.get("oneOf", ())]
    return [inner for choice in several for inner in _choices(choice, schema)] or [one]


def _resolved(place: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in place:
        place = schema["$defs"][place["$ref"].rpartition("/")[2]]
    return place
