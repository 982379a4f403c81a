"""Check data against the shipped JSON Schemas, with file, line, column and a suggestion for every problem."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from typing import Any

from auditor.rulebook.locator import data_folder
from auditor.rulebook.strict_yaml import StrictYaml
from auditor.rulebook.suggestion import did_you_mean

__all__ = ["load_schema", "schema_errors", "schema_problems"]


@functools.cache
def load_schema(name: str) -> dict[str, Any]:
    """Return the schema `schemas/<name>.json`."""
    schema: dict[str, Any] = json.loads((data_folder("schemas") / f"{name}.json").read_text("utf-8"))
    return schema


@functools.cache
def _validator(name: str) -> Any:
    import jsonschema

    schema = load_schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@functools.cache
def _fast(name: str) -> Any:
    """Return a compiled validator that only says yes or no: fast enough for hundreds of sound files."""
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(load_schema(name))


def schema_problems(document: StrictYaml, schema_name: str) -> list[str]:
    """Return every way in which `document` breaks the schema, most specific message each."""
    problems: list[str] = []
    for path, message, is_key in schema_errors(document.data, schema_name):
        problems.append(f"{document.at(path, key=is_key)}: {message}")
    return problems


def schema_errors(data: Any, schema_name: str) -> Iterator[tuple[tuple[str | int, ...], str, bool]]:
    """Yield `(path, message, path is a key)` for every breach of the schema by plain data."""
    if _fast(schema_name).is_valid(data):
        return
    from jsonschema.exceptions import best_match

    for error in _validator(schema_name).iter_errors(data):
        leaf = best_match([error])
        path = tuple(leaf.absolute_path)
        if leaf.validator == "additionalProperties":
            allowed = set(leaf.schema.get("properties", {}))
            for key in sorted(set(leaf.instance) - allowed):
                yield (*path, key), f"unknown key {key!r}{did_you_mean(key, allowed)}", True
        elif leaf.validator == "enum":
            values = [str(value) for value in leaf.validator_value]
            hint = did_you_mean(str(leaf.instance), values) or f"; one of {', '.join(values)}"
            yield path, f"{leaf.instance!r} is not allowed here{hint}", False
        elif leaf.validator == "required":
            missing = [key for key in leaf.validator_value if key not in leaf.instance]
            yield path, f"missing {', '.join(map(repr, missing))}", False
        else:
            yield path, str(leaf.message)[:300], False
