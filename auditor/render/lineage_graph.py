"""A lineage in words and shapes: the drawing of an HTML report, and the list that says the same without it."""

from __future__ import annotations

import unicodedata
from collections import deque
from collections.abc import Sequence
from typing import Literal

import msgspec

from auditor.model.report import LineageEdge, LineageNode, Report
from auditor.render.lineage_layout import BOX_HEIGHT, BOX_WIDTH, Layout, Link, place
from auditor.render.wording import safe_line

__all__ = ["Drawing", "Item", "drawing_of", "items_of", "node_words", "relation_words", "shortened"]

MAX_NODES, MAX_GROUPS, MAX_ITEMS, MAX_LEVEL = 60, 8, 250, 8
MAX_COLUMNS, MAX_LABEL = 30, 14  # what fits into a box, and between two
Shape = Literal["subject", "model", "dataset", "more"]
_UNREAD = {
    "missing": "cannot be found",
    "gated": "behind a gate, not read",
    "unreachable": "could not be read",
    "not-visited": "not visited",
}
_DATA = "trained-on-dataset"
_OUTPUTS = "distilled-from-outputs"


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One box: its lines of text and the full name for a tool tip. Links stand in the list: an image holds none."""

    x: int
    y: int
    shape: Shape
    unknown: bool
    """Its terms are not known; the border is broken."""
    lines: tuple[str, ...]
    title: str


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """One line: the points as SVG writes them, its style, and its word with a place."""

    points: str
    tip: str
    style: Literal["weights", "data", "outputs"]
    label: tuple[int, int, str] | None


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the template needs; nothing in it is escaped."""

    width: int
    height: int
    boxes: tuple[Shown, ...]
    lines: tuple[Drawn, ...]
    title: str
    description: str
    notes: tuple[str, ...]
    box_width: int = BOX_WIDTH
    box_height: int = BOX_HEIGHT


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list: how deep it stands, what it is, and how the one above was made from it."""

    level: int
    node: LineageNode
    relation: str | None
    repeated: bool = False
    """It stands in the list already, with what it was made from."""


def shortened(text: str, width: int = MAX_COLUMNS) -> str:
    """Return text of at most `width` columns, its middle left out; a wide letter takes two."""
    text = safe_line(text)
    if _columns(text) <= width:
        return text
    head, tail, room = "", "", width - 1
    left, right = list(text), list(reversed(text))
    for position in range(len(text)):
        source = right if position % 3 == 2 else left
        letter = source.pop(0)
        if _columns(letter) > room:
            break
        room -= _columns(letter)
        if source is right:
            tail = letter + tail
        else:
            head += letter
    return f"{head}…{tail}"


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" or ord(letter) > 0x2FF else 1 for letter in text)


def node_words(node: LineageNode) -> str:
    """Return in words how far a node is known: what it is under, or why that is not known."""
    if node.status != "read" and node.license:
        return f"{_UNREAD.get(node.status, node.status)}: license {node.license} by our rules"
    if node.status != "read":
        return f"{_UNREAD.get(node.status, node.status)}: terms unknown"
    gate = ", behind a gate" if node.gated else ""
    if node.license:
        how = f" ({node.license_status})" if node.license_status else ""
        return f"license {node.license}{how}{gate}"
    if node.license_status == "missing":
        return f"no license: nothing is granted{gate}"
    return f"license not known: terms unknown{gate}"


def relation_words(relation: str) -> str:
    """Return a relation for readers."""
    plain = {"base": "made from", _DATA: "data", _OUTPUTS: "outputs of"}
    return plain.get(relation, relation.replace("-", " "))


def _known(node: LineageNode) -> bool:
    return node.status == "read" and bool(node.license)


def _kind(node: LineageNode) -> str:
    return "data set" if node.kind == "dataset" else "model"


def _outward(report: Report) -> list[str]:
    """Return the ids the subject reaches, nearest first; models before data sets, then by id."""
    nodes = {node.id: node for node in report.lineage.nodes}
    onward: dict[str, list[LineageEdge]] = {}
    for edge in report.lineage.edges:
        onward.setdefault(edge.from_, []).append(edge)
    found = {report.subject.id: None}
    waiting = deque([report.subject.id])
    while waiting:
        targets = {edge.to for edge in onward.get(waiting.popleft(), ()) if edge.to in nodes}
        for target in sorted(targets, key=lambda name: (nodes[name].kind == "dataset", name)):
            if target not in found:
                found[target] = None
                waiting.append(target)
    return list(found)


def drawing_of(report: Report) -> Drawing | None:
    """Return the drawing of a report's lineage, or nothing where there is none."""
    nodes = {node.id: node for node in report.lineage.nodes}
    edges = [edge for edge in report.lineage.edges if edge.from_ in nodes and edge.to in nodes]
    if not edges or report.subject.id not in nodes:
        return None
    reached = _outward(report)
    shown = reached[:MAX_NODES]
    # The drawing is made over keys of our own: an id can be anything.
    keys = {name: f"n{number}" for number, name in enumerate(shown)}
    links = [Link(keys[e.from_], keys[e.to], e.relation) for e in edges if e.from_ in keys and e.to in keys]
    hidden = _hidden(edges, keys, reached[MAX_NODES:])
    groups = {f"g{number}": names for number, names in enumerate(hidden.values())}
    for (group, names), source in zip(groups.items(), hidden, strict=True):
        (relation, *others) = sorted({e.relation for e in edges if e.from_ == source and e.to in names})
        links.append(Link(keys[source], group, relation if not others else "several"))
    layout = place("n0", [*keys.values(), *groups], links)
    by_key: dict[str, LineageNode | list[LineageNode]] = {keys[name]: nodes[name] for name in shown}
    by_key |= {group: [nodes[name] for name in names] for group, names in groups.items()}
    boxes = tuple(_box(by_key[box.key], box.x, box.y, subject=box.key == "n0") for box in layout.boxes)
    titles = {key: _title(entry) for key, entry in by_key.items()}
    models = sum(nodes[name].kind != "dataset" for name in reached[1:])
    data = len(reached) - 1 - models
    described = f"{models} model{'' if models == 1 else 's'} and {data} data set{'' if data == 1 else 's'}"
    return Drawing(
        width=layout.width,
        height=layout.height,
        boxes=boxes,
        lines=_drawn(layout),
        title=f"What {safe_line(report.subject.id)} was made from",
        description=f"{described}, drawn from left to right from the subject to its roots. "
        "The list below the drawing says the same in words.",
        notes=_notes(layout, titles, len(reached), len(shown)),
    )


def _hidden(edges: Sequence[LineageEdge], keys: dict[str, str], left_out: Sequence[str]) -> dict[str, list[str]]:
    """Return what is left out by the first shown node that was made from it."""
    wanted, found, taken = set(left_out), dict[str, list[str]](), set[str]()
    for edge in sorted(edges, key=lambda e: (int(keys.get(e.from_, "n99")[1:]), e.to)):
        if edge.from_ in keys and edge.to in wanted and edge.to not in taken:
            if edge.from_ not in found and len(found) == MAX_GROUPS:
                continue
            taken.add(edge.to)
            found.setdefault(edge.from_, []).append(edge.to)
    return found


def _title(entry: LineageNode | list[LineageNode]) -> str:
    return f"{len(entry)} more" if isinstance(entry, list) else safe_line(entry.id)


def _box(entry: LineageNode | list[LineageNode], x: int, y: int, *, subject: bool) -> Shown:
    if isinstance(entry, list):
        licenses = sorted({node.license or "terms unknown" for node in entry})
        unknown = sum(not _known(node) for node in entry)
        lines = (
            f"and {len(entry)} more", shortened(", ".join(licenses)),
            f"{unknown} with unknown terms" if unknown else "all with known terms",
        )  # fmt: skip
        return Shown(x=x, y=y, shape="more", unknown=unknown > 0, lines=lines, title=_title(entry))
    words = _UNREAD.get(entry.status, entry.license_status or entry.status)
    gate = ", gated" if entry.gated else ""
    what = "audited here" if subject else _kind(entry)
    lines = (
        shortened(entry.id), shortened(entry.license or _no_license(entry)), shortened(f"{what}: {words}{gate}"),
    )  # fmt: skip
    shape: Shape = "subject" if subject else "dataset" if entry.kind == "dataset" else "model"
    title = safe_line(f"{entry.id}: {_kind(entry)}, {node_words(entry)}")
    return Shown(x=x, y=y, shape=shape, unknown=not _known(entry), lines=lines, title=title)


def _no_license(node: LineageNode) -> str:
    return "no license" if node.license_status == "missing" else "terms unknown"


def _drawn(layout: Layout) -> tuple[Drawn, ...]:
    found = []
    for line in layout.lines:
        relation = line.link.relation
        end_x, end_y = line.points[-1]
        label = (*line.label, shortened(relation_words(relation), MAX_LABEL)) if line.label else None
        style: Literal["weights", "data", "outputs"] = "weights"
        if relation == _DATA:
            style = "data"
        elif relation == _OUTPUTS:
            style = "outputs"
        found.append(
            Drawn(
                points=" ".join(f"{x},{y}" for x, y in line.points),
                tip=f"{end_x},{end_y} {end_x - 7},{end_y - 4} {end_x - 7},{end_y + 4}",
                style=style,
                label=label,
            )
        )
    return tuple(found)


def _notes(layout: Layout, titles: dict[str, str], reached: int, shown: int) -> tuple[str, ...]:
    notes = [
        f"A circle: {shortened(titles[link.source], 60)} names {shortened(titles[link.target], 60)}, "
        "which leads back to it."
        for link in layout.cut
    ]
    if reached > shown:
        notes.append(f"{shown} of {reached} are drawn; the JSON report has all of them.")
    return tuple(notes)


def items_of(report: Report) -> tuple[tuple[Item, ...], int]:
    """Return the lineage as an indented list, each node opened once, and how many lines were left out."""
    nodes = {node.id: node for node in report.lineage.nodes}
    onward: dict[str, list[LineageEdge]] = {}
    for edge in report.lineage.edges:
        if edge.to in nodes:
            onward.setdefault(edge.from_, []).append(edge)
    root = report.subject.id
    if root not in nodes or not onward:
        return (), 0
    found: list[Item] = []
    opened: set[str] = set()
    left_out = 0
    stack: list[tuple[int, str, str | None]] = [(0, root, None)]
    while stack:
        level, name, relation = stack.pop()
        repeated = name in opened and bool(onward.get(name))
        if len(found) < MAX_ITEMS:
            found.append(Item(level=min(level, MAX_LEVEL), node=nodes[name], relation=relation, repeated=repeated))
        else:
            left_out += 1
        if name in opened:
            continue
        opened.add(name)
        next_ones = sorted(
            onward.get(name, ()), key=lambda edge: (nodes[edge.to].kind == "dataset", edge.to, edge.relation)
        )
        stack += [(level + 1, edge.to, edge.relation) for edge in reversed(next_ones)]
    return tuple(found), left_out
