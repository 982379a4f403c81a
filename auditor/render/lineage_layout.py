"""Places a lineage on a page: the subject at the left, what it was made from in columns to its right.

An edge that skips a column runs through a free lane of it, so that no line crosses a box. Circles are cut where they
close. Lengths are SVG user units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

__all__ = ["BOX_HEIGHT", "BOX_WIDTH", "Box", "Layout", "Line", "Link", "depths", "place"]

BOX_WIDTH, BOX_HEIGHT = 226, 58
GUTTER, GAP, LANE, MARGIN = 118, 14, 16, 6
MAX_PASSES = 4


class Link(msgspec.Struct, frozen=True, order=True):
    """`source` was made from `target`; nodes are named by any key."""

    source: str
    target: str
    relation: str


class Box(msgspec.Struct, frozen=True):
    """Where a node stands."""

    key: str
    x: int
    y: int


class Line(msgspec.Struct, frozen=True):
    """One drawn edge: its corners, and where its word stands."""

    link: Link
    points: tuple[tuple[int, int], ...]
    label: tuple[int, int] | None
    """`None` where another line into the same place carries the word."""


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """A drawing of `width` by `height`."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    cut: tuple[Link, ...]
    """Edges that would close a circle; they are said in words."""


def depths(root: str, links: Iterable[Link]) -> tuple[dict[str, int], tuple[Link, ...]]:
    """Return the longest way from `root` to every node it reaches, and the edges cut to open circles.

    Without recursion: a chain may be as long as somebody makes it.
    """
    ways: dict[str, list[Link]] = {}
    for link in sorted(set(links)):
        ways.setdefault(link.source, []).append(link)
    order, cut, state = list[str](), list[Link](), dict[str, int]()
    stack: list[tuple[str, int]] = [(root, 0)]
    state[root] = 1
    while stack:
        node, position = stack.pop()
        onward = ways.get(node, [])
        if position == len(onward):
            state[node] = 2
            order.append(node)
            continue
        stack.append((node, position + 1))
        target = onward[position].target
        if state.get(target) == 1:
            cut.append(onward[position])
        elif target not in state:
            state[target] = 1
            stack.append((target, 0))
    closing = set(cut)
    found = dict.fromkeys(order, 0)
    for node in reversed(order):
        for link in ways.get(node, []):
            if link not in closing:
                found[link.target] = max(found[link.target], found[node] + 1)
    return found, tuple(sorted(cut))


def place(root: str, nodes: Sequence[str], links: Sequence[Link]) -> Layout:
    """Return where the `nodes` that `root` reaches and the lines between them stand; the same input, the same drawing.

    `nodes` gives the order within a column, which is then changed only to follow the column before it.
    """
    wanted = set(nodes) | {root}
    inside = [link for link in sorted(set(links)) if link.source in wanted and link.target in wanted]
    depth, cut = depths(root, inside)
    drawn = [link for link in inside if link not in set(cut) and link.source in depth]
    columns, lanes = _columns([root, *(n for n in nodes if n != root and n in depth)], depth, drawn)
    tops, height = _tops(columns, lanes)
    boxes = tuple(
        Box(key, _left(number), tops[key]) for number, column in enumerate(columns) for key in column if key in depth
    )
    lines = _lines(drawn, depth, tops, columns)
    return Layout(
        width=_left(len(columns) - 1) + BOX_WIDTH + MARGIN,
        height=height,
        boxes=boxes,
        lines=tuple(lines),
        cut=cut,
    )


def _left(column: int) -> int:
    return MARGIN + column * (BOX_WIDTH + GUTTER)


def _lane(link: Link, column: int) -> str:
    # A key no node can have: ids of repositories hold no NUL.
    return f"\0{column}\0{link.source}\0{link.target}\0{link.relation}"


def _columns(
    nodes: Sequence[str], depth: Mapping[str, int], links: Sequence[Link]
) -> tuple[list[list[str]], frozenset[str]]:
    """Return what stands in each column, boxes and lanes, ordered so that lines run as straight as a few passes get."""
    columns: list[list[str]] = [[] for _ in range(max(depth.values(), default=0) + 1)]
    for node in nodes:
        columns[depth[node]].append(node)
    before: dict[str, list[str]] = {}
    lanes: set[str] = set()
    for link in links:
        previous = link.source
        for column in range(depth[link.source] + 1, depth[link.target]):
            lane = _lane(link, column)
            columns[column].append(lane)
            lanes.add(lane)
            before.setdefault(lane, []).append(previous)
            previous = lane
        before.setdefault(link.target, []).append(previous)
    for _ in range(MAX_PASSES):
        for number in range(1, len(columns)):
            rank = {key: position for position, key in enumerate(columns[number - 1])}
            wish = {}
            for key in columns[number]:
                ranks = [rank[one] for one in before.get(key, ()) if one in rank]
                wish[key] = sum(ranks) / len(ranks) if ranks else float(len(rank))
            columns[number].sort(key=lambda key: wish[key])
    return columns, frozenset(lanes)


def _tops(columns: Sequence[Sequence[str]], lanes: frozenset[str]) -> tuple[dict[str, int], int]:
    """Return the upper edge of everything, each column centered, and the height of the drawing."""

    def size(key: str) -> int:
        return LANE if key in lanes else BOX_HEIGHT

    heights = [sum(map(size, column)) + GAP * max(len(column) - 1, 0) for column in columns]
    full = max(heights, default=0)
    tops: dict[str, int] = {}
    for column, height in zip(columns, heights, strict=True):
        at = MARGIN + (full - height) // 2
        for key in column:
            tops[key] = at
            at += size(key) + GAP
    return tops, full + 2 * MARGIN


def _lines(
    links: Sequence[Link], depth: Mapping[str, int], tops: Mapping[str, int], columns: Sequence[Sequence[str]]
) -> list[Line]:
    relations: dict[str, list[str]] = {}
    for link in links:
        known = relations.setdefault(link.target, [])
        if link.relation not in known:
            known.append(link.relation)
    trunk: dict[str, int] = {}
    for column in columns:
        for position, key in enumerate(column):
            trunk[key] = 8 + 5 * (position % 4)
    found: list[Line] = []
    labeled: set[tuple[str, str]] = set()
    for link in links:
        start, end = depth[link.source], depth[link.target]
        stations = [link.source, *(_lane(link, column) for column in range(start + 1, end))]
        ports = sorted(relations[link.target])
        share = (ports.index(link.relation) + 1) * BOX_HEIGHT // (len(ports) + 1)
        into = (_left(end), tops[link.target] + share)
        y = tops[link.source] + BOX_HEIGHT // 2
        points = [(_left(start) + BOX_WIDTH, y)]
        for offset, station in enumerate(stations):
            number = start + offset
            following = stations[offset + 1] if offset + 1 < len(stations) else None
            to = tops[following] + LANE // 2 if following else into[1]
            turn = _left(number) + BOX_WIDTH + trunk[station]
            points += [(turn, y), (turn, to)]
            y = to
        points.append(into)
        mark = (link.target, link.relation)
        label = None if mark in labeled else (into[0] - 8, into[1] - 4)
        labeled.add(mark)
        found.append(Line(link, tuple(points), label))
    return found
