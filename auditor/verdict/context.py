"""The reader's organization and intended use, as written; nothing is ever filled in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from auditor.errors import ContextInvalid
from auditor.rulebook.schema_check import schema_errors, schema_problems
from auditor.rulebook.strict_yaml import read_strict_yaml

__all__ = ["Context", "context_of", "read_context"]


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """A checked context; fields are read by their dotted name."""

    organization: Mapping[str, Any] = {}
    use: Mapping[str, Any] = {}

    def get(self, field: str) -> Any:
        """Return the value of a dotted field (`use.target_model.is_llm`), or `None` where nothing is said."""
        value: Any = {"organization": self.organization, "use": self.use}
        for part in field.split("."):
            if not isinstance(value, Mapping):
                return None
            value = value.get(part)
        return value


def context_of(data: Mapping[str, Any] | Context) -> Context:
    """Return the context in plain data; raises `ContextInvalid` with every problem."""
    if isinstance(data, Context):
        return data
    plain = json.loads(json.dumps(dict(data)))
    problems = [
        f"context: {'.'.join(str(part) for part in path) or '(top)'}: {message}"
        for path, message, _ in schema_errors(plain, "context.v1")
    ]
    if problems:
        raise ContextInvalid(problems)
    return Context(organization=plain.get("organization", {}), use=plain.get("use", {}))


def read_context(text: str, name: str) -> Context:
    """Return the context written in YAML or JSON; raises `ContextInvalid` with file, line and column."""
    document = read_strict_yaml(text, name)
    if not document.problems and not isinstance(document.data, dict):
        document.problems.append(f"{name}:1:1: a context is a mapping with organization and use")
    problems = document.problems or schema_problems(document, "context.v1")
    if problems:
        raise ContextInvalid(problems)
    return Context(organization=document.data.get("organization") or {}, use=document.data.get("use") or {})
