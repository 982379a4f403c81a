"""The metadata block at the top of a card, read tolerantly: nothing in it is executed, expanded or believed blindly."""

from __future__ import annotations

import re
from typing import Any

import msgspec
import yaml

from auditor.rulebook.strict_yaml import plain_scalar

__all__ = ["FrontMatter", "front_matter_span", "read_front_matter"]

MAX_CHARACTERS = 200_000
MAX_NODES = 20_000
MAX_DEPTH = 30
_CORE_TAGS = frozenset(
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq", "merge", "value")
)
_FENCE = re.compile(r"\A\ufeff?\s{0,20}?---[ \t]*\r?\n")
_END = re.compile(r"^(?:---|\.\.\.)[ \t]*\r?$", re.MULTILINE)
_KEY = re.compile(r"^([A-Za-z_][\w-]{0,60}):[ \t]*(.{0,300})$")
_ITEM = re.compile(r"^[ \t]{0,8}-[ \t]+(.{1,300})$")


class FrontMatter(msgspec.Struct, frozen=True, kw_only=True):
    """What the block says; `fault` tells why it could not be parsed as it stands."""

    present: bool
    data: dict[str, Any]
    lines: dict[str, int]
    """Line of each top-level key, 1-based in the card."""
    end_line: int
    """Last line of the block, 0 without one."""
    fault: str | None = None


def read_front_matter(text: str) -> FrontMatter:
    """Return the metadata block of a card; a broken one is read key by key and says so in `fault`."""
    begin, end = front_matter_span(text)
    if begin is None or end is None:
        fault = "the metadata block is not closed" if begin is not None else None
        return FrontMatter(present=begin is not None, data={}, lines={}, end_line=0, fault=fault)
    block = text[begin:end]
    first = text.count("\n", 0, begin) + 1
    end_line = text.count("\n", 0, end) + 1
    data, lines, fault = _parsed(block[:MAX_CHARACTERS])
    if len(block) > MAX_CHARACTERS:
        fault = fault or f"the metadata block is longer than {MAX_CHARACTERS} characters"
    lines = {key: line + first - 1 for key, line in lines.items()}
    return FrontMatter(present=True, data=data, lines=lines, end_line=end_line, fault=fault)


def front_matter_span(text: str) -> tuple[int | None, int | None]:
    """Return where the lines between the fences begin and end; `None` for a fence that is not there."""
    opening = _FENCE.match(text)
    closing = _END.search(text, opening.end()) if opening else None
    return opening.end() if opening else None, closing.start() if closing else None


def _parsed(block: str) -> tuple[dict[str, Any], dict[str, int], str | None]:
    loader = yaml.CSafeLoader if hasattr(yaml, "CSafeLoader") else yaml.SafeLoader
    try:
        depth = 0
        for count, event in enumerate(yaml.parse(block, Loader=loader)):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MAX_DEPTH or count > MAX_NODES:
                return *_key_by_key(block), "the metadata block is nested too deep or too large"
        node = yaml.compose(block, Loader=loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        return *_key_by_key(block), f"the metadata block is not YAML: {str(error).splitlines()[0][:200]}"
    if node is None:
        return {}, {}, None
    if not isinstance(node, yaml.MappingNode):
        return {}, {}, "the metadata block is no mapping"
    lines: dict[str, int] = {}
    builder = _Builder()
    data: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else ""
        mark: Any = key_node.start_mark
        if key in data:
            # Parsers keep the last one; who wrote both meant both.
            builder.fault = builder.fault or f"the key {key[:60]!r} stands twice"
            known = data[key] if isinstance(data[key], list) else [data[key]]
            data[key] = [*known, builder.build(value_node, 1)]
        elif key:
            lines[key] = mark.line + 1
            data[key] = builder.build(value_node, 1)
    return data, lines, builder.fault


class _Builder:
    """Turns nodes into plain data within a budget, so that aliases cannot multiply."""

    def __init__(self) -> None:
        self.budget = MAX_NODES
        self.fault: str | None = None

    def build(self, node: yaml.Node, depth: int) -> Any:
        self.budget -= 1
        if self.budget < 0 or depth > MAX_DEPTH:
            self.fault = "the metadata block multiplies itself"
            return None
        if node.tag and node.tag not in _CORE_TAGS:
            self.fault = f"the tag {node.tag[:60]} is not read"
            return None
        if isinstance(node, yaml.ScalarNode):
            return plain_scalar(node)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, depth + 1) for child in node.value]
        if isinstance(node, yaml.MappingNode):
            return {
                str(key.value): self.build(value, depth + 1)
                for key, value in node.value
                if isinstance(key, yaml.ScalarNode)
            }
        return None


def _key_by_key(block: str) -> tuple[dict[str, Any], dict[str, int]]:
    """Return top-level `key: value` lines and `- item` lists of a block that YAML refuses."""
    data: dict[str, Any] = {}
    lines: dict[str, int] = {}
    current = ""
    for number, line in enumerate(block.splitlines()[:2_000], start=1):
        key = _KEY.match(line)
        item = _ITEM.match(line)
        if key:
            current = key.group(1)
            if current not in data:
                lines[current] = number
                data[current] = _unquoted(key.group(2)) or None
        elif item and current and (data.get(current) is None or isinstance(data[current], list)):
            data[current] = [*(data[current] or []), _unquoted(item.group(1))]
        elif line.strip():
            current = ""
    return data, lines


def _unquoted(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text
