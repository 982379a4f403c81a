"""A strict YAML reader that knows where everything stands.

Refuses duplicate keys, anchors, aliases and tags; reads plain scalars by a small part of the YAML 1.2 core
schema: only `true` and `false` are booleans, only decimal numbers are numbers, versions and dates stay strings.
All problems of a text are collected, none is raised. Used for our own data and for users' policies and contexts.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
import yaml

__all__ = ["Place", "StrictYaml", "plain_scalar", "read_strict_yaml"]

Place = tuple[int, int]
"""Line and column, 1-based."""

MAX_DEPTH = 40
MAX_NODES = 200_000
MAX_CHARACTERS = 5_000_000

_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+\Z")
_NULL = {"", "~", "null"}


class StrictYaml(msgspec.Struct):
    """A parsed text: its data, the place of every key and value, and the problems found."""

    name: str
    data: Any
    values: dict[tuple[str | int, ...], Place]
    keys: dict[tuple[str | int, ...], Place]
    problems: list[str]

    def at(self, path: tuple[str | int, ...], *, key: bool = False) -> str:
        """Return `file:line:column` of the value (or key) at `path`, or of its nearest parent."""
        places = self.keys if key and path in self.keys else self.values
        while path and path not in places:
            path = path[:-1]
        line, column = places.get(path, (1, 1))
        return f"{self.name}:{line}:{column}"


def read_strict_yaml(text: str, name: str) -> StrictYaml:
    """Parse `text`; `name` stands in front of every problem."""
    result = StrictYaml(name, None, {}, {}, [])
    if len(text) > MAX_CHARACTERS:
        result.problems.append(f"{name}:1:1: longer than {MAX_CHARACTERS} characters")
        return result
    loader = yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader
    try:
        refused = _refused_event(text, loader, result)
        node = None if refused else yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else f"{name}:1:1"
        result.problems.append(f"{where}: not YAML: {error.problem or error.context}")
        return result
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        result.problems.append(f"{name}:1:1: not YAML: {str(error).splitlines()[0]}")
        return result
    if node is not None:
        result.data = _build(node, (), result)
    return result


def _refused_event(text: str, loader: Any, result: StrictYaml) -> bool:
    """Look for what must not be composed at all: aliases (bombs), tags, depth, size, several documents."""
    depth = documents = 0
    before = len(result.problems)
    for count, event in enumerate(yaml.parse(text, Loader=loader)):
        mark: Any = event.start_mark
        where = f"{result.name}:{mark.line + 1}:{mark.column + 1}"
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            result.problems.append(f"{where}: anchors and aliases are not allowed")
        elif isinstance(event, yaml.NodeEvent) and getattr(event, "tag", None):
            result.problems.append(f"{where}: tags are not allowed")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        if depth > MAX_DEPTH or count > MAX_NODES or documents > 1:
            what = "more than one document" if documents > 1 else "nested too deep or too large"
            result.problems.append(f"{where}: {what}")
            return True
    return len(result.problems) > before


def _build(node: yaml.Node, path: tuple[str | int, ...], result: StrictYaml) -> Any:
    result.values[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
    if isinstance(node, yaml.MappingNode):
        return _build_mapping(node, path, result)
    if isinstance(node, yaml.SequenceNode):
        return [_build(child, (*path, index), result) for index, child in enumerate(node.value)]
    return plain_scalar(node)


def _build_mapping(node: yaml.MappingNode, path: tuple[str | int, ...], result: StrictYaml) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key_node, value_node in node.value:
        mark = key_node.start_mark
        place = (mark.line + 1, mark.column + 1)
        if not isinstance(key_node, yaml.ScalarNode):
            result.problems.append(f"{result.name}:{place[0]}:{place[1]}: a key must be a plain word")
            continue
        key = str(key_node.value)
        if key in mapping:
            result.problems.append(f"{result.name}:{place[0]}:{place[1]}: duplicate key {key!r}")
            continue
        result.keys[(*path, key)] = place
        mapping[key] = _build(value_node, (*path, key), result)
    return mapping


def plain_scalar(node: yaml.Node) -> Any:
    """Return the value of a scalar node: only `true` and `false` are booleans, only plain decimals are numbers."""
    text = str(node.value)
    if not isinstance(node, yaml.ScalarNode) or node.style:
        return text
    if text in ("true", "false"):
        return text == "true"
    if text in _NULL:
        return None
    if _INTEGER.match(text) and len(text) <= 18:
        return int(text)
    if _DECIMAL.match(text) and len(text) <= 18:
        return float(text)
    return text
