"""Read a card's metadata block: tolerant of everything people write there, and never executing any of it.

The block is built from parser events, not by a loader: no tag makes an object, depth and size are bounded, an alias
is a reference whose expansion is counted. Scalars follow the YAML 1.2 core schema (`no` is text, a date is text).
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
import yaml

__all__ = ["CONSIDERED", "Entry", "FrontMatter", "read_front_matter", "split_card"]

CONSIDERED = 1_000_000
"""Characters of a card that are considered at all."""

MAX_DEPTH = 40
MAX_NODES = 50_000
MAX_EXPANDED = 100_000
"""Nodes there may be after every alias has been followed."""

Path = tuple[str | int, ...]

_FENCE = re.compile(r"---[ \t]*\Z")
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}\Z")
_TRUE, _FALSE = ("true", "True", "TRUE"), ("false", "False", "FALSE")
_NULL = ("", "~", "null", "Null", "NULL")
_TEXT_TAG = "tag:yaml.org,2002:str"
# Characters YAML refuses; one of them must not hide the rest of the block.
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_TOP_LINE = re.compile(r"([A-Za-z_][A-Za-z0-9_-]{0,80})[ \t]*:(?:[ \t]+(.*))?\Z")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One top-level key as written; a key may occur twice, and then both count."""

    key: str
    value: Any
    lines: tuple[int, int]
    """First and last line in the card, 1-based."""


class FrontMatter(msgspec.Struct, frozen=True, kw_only=True):
    """The metadata block of a card."""

    present: bool
    entries: tuple[Entry, ...] = ()
    places: dict[Path, int] = {}
    """Line of every key and list item by its path."""
    faults: tuple[str, ...] = ()
    """What is wrong with the block, each with its line; empty when it parses."""

    @property
    def valid(self) -> bool:
        """Return whether there is a block and nothing is wrong with it."""
        return self.present and not self.faults

    def all(self, key: str) -> tuple[Entry, ...]:
        """Return every entry of a key."""
        return tuple(entry for entry in self.entries if entry.key == key)


def split_card(text: str) -> tuple[str | None, int, str, int]:
    """Return `(block or None, its first line, body, its first line)` of at most `CONSIDERED` characters.

    The Hub's rule: the first line that is not blank is `---`, and another such line ends the block. A block that
    is never closed is no block: the whole text is the body.
    """
    lines = text[:CONSIDERED].lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    start = next((number for number, line in enumerate(lines) if line.strip()), None)
    if start is None or not _FENCE.match(lines[start].lstrip()):
        return None, 0, "\n".join(lines), 1
    end = next((number for number in range(start + 1, len(lines)) if _FENCE.match(lines[number])), None)
    if end is None:
        return None, 0, "\n".join(lines), 1
    return "\n".join(lines[start + 1 : end]), start + 2, "\n".join(lines[end + 1 :]), end + 2


def read_front_matter(block: str | None, first_line: int) -> FrontMatter:
    """Return the entries of a block whose first line is `first_line` of the card; never raises.

    What stands before a fault is kept, and plain `key: value` lines after it are read line by line.
    """
    if block is None:
        return FrontMatter(present=False)
    return _Builder(block, first_line).read()


class _Frame(msgspec.Struct):
    """A collection under construction."""

    kind: str
    value: Any
    path: Path
    anchor: str | None
    first: int
    size: int = 1
    key: str | None = None
    key_line: int = 0


class _Stop(Exception):
    """The block breaks a limit; what was read so far stays."""


class _Builder:
    def __init__(self, block: str, first_line: int) -> None:
        self.offset = first_line
        self.faults: list[str] = []
        cleaned = _REFUSED.sub("\ufffd", block)
        if cleaned != block:
            self._fault(0, "control characters")
        self.block = cleaned
        self.entries: list[Entry] = []
        self.places: dict[Path, int] = {}
        self.stack: list[_Frame] = []
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.root_done = False
        self.nodes = self.expanded = 0

    def _fault(self, line: int, what: str) -> None:
        if len(self.faults) < 20:
            self.faults.append(f"line {line + self.offset}: {what}")

    def read(self) -> FrontMatter:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        reached = 0
        try:
            for event in yaml.parse(self.block, Loader=loader):
                reached = event.start_mark.line
                if not self._event(event):
                    break
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self._fault(mark.line if mark else reached, f"not YAML: {error.problem or error.context}")
            self._salvage(reached)
        except _Stop as error:
            self._fault(reached, str(error))
            self._salvage(reached)
        except (yaml.YAMLError, ValueError, RecursionError, MemoryError) as error:
            self._fault(reached, f"not YAML: {str(error)[:100]}")
            self._salvage(reached)
        return FrontMatter(present=True, entries=tuple(self.entries), places=self.places, faults=tuple(self.faults))

    def _event(self, event: Any) -> bool:
        line = event.start_mark.line
        if isinstance(event, yaml.DocumentStartEvent) and self.root_done:
            self._fault(line, "more than one document")
            return False
        if isinstance(event, yaml.NodeEvent):
            self.nodes += 1
            self.expanded += 1
            if self.nodes > MAX_NODES or self.expanded > MAX_EXPANDED:
                raise _Stop("too many values")
        if isinstance(event, yaml.CollectionStartEvent):
            self._start(event, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            frame = self.stack.pop()
            self._value(frame.value, frame.first, event.start_mark.line, frame.anchor, frame.size, opened=True)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event, line)
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)
        return True

    def _start(self, event: Any, line: int) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise _Stop("nested too deep")
        if event.tag is not None and event.tag != "!":
            self._fault(line, f"the tag {str(event.tag)[:40]!r} is not followed")
        kind = "mapping" if isinstance(event, yaml.MappingStartEvent) else "sequence"
        path = self._path()
        # A collection cannot be a key here; it becomes text, so that the value after it finds its place.
        self.stack.append(_Frame(kind, {} if kind == "mapping" else [], path, event.anchor, line))
        if event.anchor:
            self.anchors.pop(event.anchor, None)

    def _path(self) -> Path:
        if not self.stack:
            return ()
        frame = self.stack[-1]
        step: str | int = len(frame.value) if frame.kind == "sequence" else (frame.key or "")
        return (*frame.path, step)

    def _alias(self, event: Any, line: int) -> None:
        known = self.anchors.get(event.anchor)
        if known is None:
            self._fault(line, "an alias that leads nowhere or to itself")
            self._value(None, line, line, None, 1)
            return
        value, size = known
        self.expanded += size
        if self.expanded > MAX_EXPANDED:
            raise _Stop("aliases expand beyond reason")
        self._value(value, line, line, None, size)

    def _scalar(self, event: Any, line: int) -> None:
        text = str(event.value)
        value: Any = text
        tag = event.tag
        if tag is not None and tag not in ("!", _TEXT_TAG):
            self._fault(line, f"the tag {str(tag)[:40]!r} is not followed")
            value = None
        elif event.implicit[0] and event.style in (None, ""):
            value = _plain(text)
        is_key = bool(self.stack) and self.stack[-1].kind == "mapping" and self.stack[-1].key is None
        if is_key:
            frame = self.stack[-1]
            frame.key, frame.key_line = text[:1000], line
            self.places.setdefault((*frame.path, frame.key), line + self.offset)
            return
        last = event.end_mark.line
        if event.style in ("|", ">") and last > line:
            last -= 1
        self._value(value, line, last, event.anchor, 1)

    def _value(self, value: Any, first: int, last: int, anchor: str | None, size: int, *, opened: bool = False) -> None:
        if anchor:
            self.anchors[anchor] = (value, size)
        if not self.stack:
            self.root_done = True
            if not isinstance(value, dict) and value is not None:
                self._fault(first, "the block is no list of keys and values")
            return
        frame = self.stack[-1]
        frame.size += size
        if frame.kind == "sequence":
            self.places.setdefault((*frame.path, len(frame.value)), first + self.offset)
            frame.value.append(value)
            return
        if frame.key is None:
            frame.key, frame.key_line = "", first
            self._fault(first, "a key that is no plain word")
            return
        key, frame.key = frame.key, None
        if key in frame.value:
            self._fault(frame.key_line, f"the key {key[:60]!r} occurs twice")
        frame.value[key] = value
        if len(self.stack) == 1:
            end = max(frame.key_line, last - 1 if opened and last > first else last)
            lines = (frame.key_line + self.offset, end + self.offset)
            self.entries.append(Entry(key=key, value=value, lines=lines))

    def _salvage(self, reached: int) -> None:
        """Keep what the open collections hold, and plain lines at the left margin from the fault on."""
        for frame in reversed(self.stack):
            if len(self.stack) > 1 and frame is self.stack[1] and self.stack[0].key and frame.value:
                lines = (self.stack[0].key_line + self.offset, reached + self.offset)
                self.entries.append(Entry(key=self.stack[0].key, value=frame.value, lines=lines))
        seen = {entry.lines[0] for entry in self.entries}
        key: str | None = None
        for number, line in enumerate(self.block.split("\n")):
            if number + self.offset in seen or len(self.entries) > 500:
                key = None
                continue
            match = _TOP_LINE.match(line[:2000])
            if match:
                key = match[1]
                value = (match[2] or "").strip().strip("\"'")
                if value and value not in ("|", ">", "|-", ">-"):
                    place = (number + self.offset, number + self.offset)
                    self.entries.append(Entry(key=key, value=_plain(value), lines=place))
            elif key and re.match(r"[ \t]*- +\S", line[:2000]):
                value = line.strip()[1:].strip().strip("\"'")
                place = (number + self.offset, number + self.offset)
                self.entries.append(Entry(key=key, value=value, lines=place))
            elif line[:1] not in (" ", "\t", ""):
                key = None


def _plain(text: str) -> Any:
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if text in _NULL:
        return None
    # Decimals stay text: 1.10 is a version as often as a number.
    return int(text) if _INTEGER.match(text) else text
