"""What changed in the licenses of every part, in the license files, and in where the subject comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from auditor.pipeline.diff_sides import DocumentEntry, Side

__all__ = ["diff_documents", "diff_licenses", "diff_lineage"]

_PLAIN_FIELDS = ("concluded", "spdx", "status", "also", "candidates")
_NAMED_FIELDS = ("declared", "detected", "stated")


def diff_licenses(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return one entry for each field of each part (weights, code, `dataset:<id>`) that differs."""
    left, right = _parts(old), _parts(new)
    changes = []
    for part in [
        *(name for name in ("weights", "code") if name in left),
        *sorted({*left, *right} - {"weights", "code"}),
    ]:
        a, b = left.get(part), right.get(part)
        for field in ("declared", "detected", "stated", *_PLAIN_FIELDS):
            values = [_value(one, field) for one in (a, b)]
            if values[0] != values[1]:
                changes.append({"part": part, "field": field, "a": values[0], "b": values[1]})
    return changes


def _parts(licenses: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    datasets = {f"dataset:{one['id']}": one for one in licenses["datasets"]}
    return {"weights": licenses["weights"], "code": licenses["code"], **datasets}


def _value(part: Mapping[str, Any] | None, field: str) -> Any:
    if part is None:
        return None
    if field not in _NAMED_FIELDS:
        return part[field]
    entries = [
        {"id": one["id"], "raw": one["raw"], "channel": one["channel"], "match": (one["match"] or {}).get("status")}
        for one in part[field]
    ]
    entries.sort(key=lambda entry: tuple(str(value) for value in entry.values()))
    return [entry for n, entry in enumerate(entries) if entry not in entries[:n]]


def diff_documents(a: Side, b: Side) -> dict[str, Any]:
    """Return which license files came, went and changed, by sha256; what could not be read is not compared.

    A report file knows only the texts it gives as evidence, so with one of those only such texts are compared.
    """
    only_named = a.documents is None or b.documents is None
    left = {one.path: one for one in a.texts(only_named=only_named)}
    right = {one.path: one for one in b.texts(only_named=only_named)}
    pinned = a.name == b.name and a.subject["revision"] is not None and a.subject["revision"] == b.subject["revision"]
    changed: list[dict[str, Any]] = []
    same: list[str] = []
    open_paths: list[str] = []
    for path in sorted(left.keys() & right.keys()):
        one, other = left[path], right[path]
        if one.sha256 is None or other.sha256 is None:
            (same if pinned else open_paths).append(path)
        elif one.sha256 == other.sha256:
            same.append(path)
        else:
            changed.append({"path": path, "role": other.role, "a": one.sha256, "b": other.sha256})
    return {
        "compared": "named" if only_named else "all",
        "a": [_entry(one) for one in sorted(left.values())],
        "b": [_entry(one) for one in sorted(right.values())],
        "added": sorted(right.keys() - left.keys()),
        "removed": sorted(left.keys() - right.keys()),
        "changed": changed,
        "same": same,
        "not_compared": open_paths,
    }


def _entry(document: DocumentEntry) -> dict[str, Any]:
    entry: dict[str, Any] = msgspec.to_builtins(document)
    return entry


def diff_lineage(a: Side, b: Side) -> dict[str, Any]:
    """Return bases and data sets that came, went or have another license or state, and the links between them."""

    def edge_key(side: Side) -> Callable[[Mapping[str, Any]], tuple[str, str, str]]:
        # Seen from the subject, whatever its name: two models of one base have the same link.
        return lambda edge: ("" if edge["from"] == side.name else edge["from"], edge["to"], edge["relation"])

    nodes_a, nodes_b = ({n["id"]: n for n in _nodes(side)} for side in (a, b))
    edges_a, edges_b = _by(a.report["lineage"]["edges"], edge_key(a)), _by(b.report["lineage"]["edges"], edge_key(b))
    changed = [
        {"id": name, "field": field, "a": nodes_a[name][field], "b": nodes_b[name][field]}
        for name in sorted(nodes_a.keys() & nodes_b.keys())
        for field in ("kind", "status", "license")
        if nodes_a[name][field] != nodes_b[name][field]
    ]
    return {
        "nodes": {
            "added": [_node(nodes_b[name]) for name in sorted(nodes_b.keys() - nodes_a.keys())],
            "removed": [_node(nodes_a[name]) for name in sorted(nodes_a.keys() - nodes_b.keys())],
            "changed": changed,
        },
        "edges": {
            "added": [_edge(edges_b[key]) for key in sorted(edges_b.keys() - edges_a.keys())],
            "removed": [_edge(edges_a[key]) for key in sorted(edges_a.keys() - edges_b.keys())],
        },
    }


def _nodes(side: Side) -> Iterable[Mapping[str, Any]]:
    return [node for node in side.report["lineage"]["nodes"] if node["id"] != side.name]


def _node(node: Mapping[str, Any]) -> dict[str, Any]:
    return {name: node[name] for name in ("id", "kind", "status", "license")}


def _by(
    entries: Iterable[Mapping[str, Any]], key: Callable[[Mapping[str, Any]], tuple[str, str, str]]
) -> dict[tuple[str, str, str], Mapping[str, Any]]:
    return {key(entry): entry for entry in entries}


def _edge(edge: Mapping[str, Any]) -> dict[str, Any]:
    return {name: edge[name] for name in ("from", "to", "relation")}
