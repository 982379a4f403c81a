"""The closed vocabulary: every fact, term, list and value that rules may use, with its type."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from auditor.rulebook.suggestion import did_you_mean

__all__ = ["FactType", "FindingCode", "TermType", "Vocabulary", "build_vocabulary"]

Base = Literal["boolean", "enum", "string", "number", "list"]


class FactType(msgspec.Struct, frozen=True, kw_only=True):
    """What values a fact may take."""

    name: str
    base: Base
    plain: str
    dimension: str = ""
    values: tuple[str, ...] = ()
    """For an enum; least strict first when `ordered`."""
    ordered: bool = False
    item: str | None = None
    """For a list: `string`, or the fields of its records below."""
    fields: dict[str, FactType] = {}
    disclosed_only: bool = False


class TermType(msgspec.Struct, frozen=True, kw_only=True):
    """One license term as the vocabulary declares it."""

    id: str
    group: str
    plain: str
    kind: Literal["enum", "boolean", "list", "record", "string"]
    silence: Any
    values: dict[str, str] = {}
    """For an enum: value -> sentence, least strict first."""
    fields: dict[str, FactType] = {}

    def strictness(self, value: str) -> int:
        """Return the place of an enum value in the order from least to most strict."""
        return list(self.values).index(value)

    def problem_with(self, value: Any) -> str | None:
        """Return why `value` cannot be this term's value, or `None` when it can."""
        if value == "unknown":
            return None
        if self.kind == "enum" and value not in self.values:
            return f"{value!r} is no value of {self.id}{did_you_mean(str(value), self.values)}"
        if self.kind == "boolean" and not isinstance(value, bool):
            return f"{self.id} is true or false, not {value!r}"
        if self.kind == "string" and not (value is None or isinstance(value, str)):
            return f"{self.id} is words or null, not {value!r}"
        if self.kind == "list" and not (isinstance(value, list) and all(isinstance(v, str) for v in value)):
            return f"{self.id} is a list of words, not {value!r}"
        return self._problem_with_record(value) if self.kind == "record" else None

    def _problem_with_record(self, value: Any) -> str | None:
        if value is None:
            return None
        records = value if isinstance(value, list) else [value]
        for record in records:
            if not isinstance(record, dict):
                return f"{self.id} is a record or null, not {value!r}"
            for key, inner in record.items():
                field = self.fields.get(key)
                if field is None:
                    return f"{self.id} has no field {key!r}{did_you_mean(key, self.fields)}"
                if field.base == "enum" and inner not in field.values:
                    return f"{self.id}.{key}: {inner!r} is not one of {', '.join(field.values)}"
                if field.base == "number" and (isinstance(inner, bool) or not isinstance(inner, int | float)):
                    return f"{self.id}.{key} is a number, not {inner!r}"
                if field.base == "boolean" and not isinstance(inner, bool):
                    return f"{self.id}.{key} is true or false, not {inner!r}"
        return None


class FindingCode(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that the resolver states by itself."""

    dimension: str
    severity: Literal["error", "warning", "info"]
    plain: str
    remediation: str
    good_news: bool = False
    """Whether it says that something is in order; a policy that denied it could only pass."""


class Vocabulary(msgspec.Struct, frozen=True, kw_only=True):
    """Everything `rules/vocabulary.yaml` declares."""

    version: str
    facts: dict[str, FactType]
    terms: dict[str, TermType]
    labels: dict[str, str]
    dimensions: dict[str, str]
    lists: dict[str, tuple[str, ...]]
    list_judgments: dict[str, str]
    """Lists that are derived from a judgment of the license profiles."""
    enums: dict[str, dict[str, str]]
    finding_codes: dict[str, FindingCode]
    use_kinds: dict[str, str]
    purposes: dict[str, str]
    acts: dict[str, str]
    context: dict[str, FactType]
    """What verdict rules may ask of a context."""
    context_asks: dict[str, tuple[str, ...]]
    """Context fact -> the fields of a context that would settle it."""


def build_vocabulary(data: dict[str, Any]) -> Vocabulary:
    """Build the vocabulary from the schema-checked data of `rules/vocabulary.yaml`."""
    records = {
        name: {field: _field(field, spec) for field, spec in fields.items()} for name, fields in data["records"].items()
    }
    facts = {name: _fact(name, spec, data, records) for name, spec in data["facts"].items()}
    terms = {name: _term(name, spec) for name, spec in data["terms"].items()}
    for term in terms.values():
        facts[f"term.{term.id}"] = _term_fact(term)
    return Vocabulary(
        version=data["version"],
        facts=facts,
        terms=terms,
        labels=data["labels"],
        dimensions=data["dimensions"],
        lists={name: tuple(spec.get("values", ())) for name, spec in data["lists"].items()},
        list_judgments={n: s["from_judgment"] for n, s in data["lists"].items() if "from_judgment" in s},
        enums={name: spec["values"] for name, spec in data["enums"].items()},
        finding_codes={name: FindingCode(**spec) for name, spec in data["finding_codes"].items()},
        use_kinds=data["use_kinds"],
        purposes=data["purposes"],
        acts=data["acts"],
        context={name: _context_fact(name, spec, data) for name, spec in data["context"].items()},
        context_asks={name: tuple(spec.get("asks", (name,))) for name, spec in data["context"].items()},
    )


def _field(name: str, spec: dict[str, Any]) -> FactType:
    base: Base = "list" if spec["type"] == "strings" else spec["type"]
    return FactType(
        name=name,
        base=base,
        plain=spec.get("plain", name),
        values=tuple(spec.get("values", ())),
        item="string" if base == "list" else None,
    )


def _context_fact(name: str, spec: dict[str, Any], data: dict[str, Any]) -> FactType:
    values = tuple(data[spec["words"]]) if "words" in spec else tuple(spec.get("values", ()))
    return FactType(
        name=name,
        base=spec["type"],
        plain=spec["plain"],
        values=values,
        item="string" if spec["type"] == "list" else None,
    )


def _fact(name: str, spec: dict[str, Any], data: dict[str, Any], records: dict[str, dict[str, FactType]]) -> FactType:
    enum = data["enums"].get(spec.get("enum", ""), {})
    item = spec.get("item")
    return FactType(
        name=name,
        base=spec["type"],
        plain=spec["plain"],
        dimension=spec["dimension"],
        values=tuple(enum.get("values", ())),
        ordered=bool(enum.get("ordered", False)),
        item=item,
        fields=records.get(item or "", {}),
        disclosed_only=bool(spec.get("disclosed_only", False)),
    )


def _term(name: str, spec: dict[str, Any]) -> TermType:
    return TermType(
        id=name,
        group=spec["group"],
        plain=spec["plain"],
        kind=spec["type"],
        silence=spec["silence"],
        values=spec.get("values", {}),
        fields={field: _field(field, inner) for field, inner in spec.get("fields", {}).items()},
    )


def _term_fact(term: TermType) -> FactType:
    """Return the type of the effective term as a fact; lists and records of several licenses unite in a list."""
    name = f"term.{term.id}"
    if term.kind == "enum":
        values = tuple(term.values)
        return FactType(name=name, base="enum", plain=term.plain, dimension="terms", values=values, ordered=True)
    if term.kind == "boolean":
        return FactType(name=name, base="boolean", plain=term.plain, dimension="terms")
    item = "record" if term.kind == "record" else "string"
    return FactType(name=name, base="list", plain=term.plain, dimension="terms", item=item, fields=term.fields)
