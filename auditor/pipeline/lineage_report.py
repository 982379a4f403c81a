"""Where a subject comes from, as nodes and edges: the subject, every ancestor and every listed data set once."""

from __future__ import annotations

import msgspec

from auditor.fetch.interface import DEFAULT_ENDPOINT
from auditor.model.report import LineageEdge, LineageNode, LineageReport
from auditor.model.repositories import is_hub_id
from auditor.model.snapshot import Snapshot
from auditor.pipeline.assessment import Assessment, DatasetAssessment

__all__ = ["lineage_of"]

ON_THE_HUB = ("hub", "cache", "snapshot")
# How much is known of a node, most first: what was read in one place counts, however another place could not read it.
_KNOWN = ("read", "gated", "missing", "unreachable", "not-visited")


def lineage_of(assessment: Assessment) -> LineageReport:
    """Return the nodes sorted by id, the edges by both ends and relation; an id is one node however it is written."""
    home = _Graph(_endpoint(assessment.snapshot))
    home.add(_node_of(assessment, assessment.snapshot.id, home.endpoint))
    home.walk(assessment)
    edges = {(edge.from_, edge.to, edge.relation): edge for edge in home.edges}
    nodes = sorted(home.nodes.values(), key=lambda node: node.id)
    return LineageReport(nodes=tuple(nodes), edges=tuple(edges[key] for key in sorted(edges)))


class _Graph:
    """Collects nodes by folded id, so that `Acme/Anvil` and `acme/anvil` are one."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.nodes: dict[tuple[bool, str], LineageNode] = {}
        self.edges: list[LineageEdge] = []

    def add(self, node: LineageNode) -> str:
        """Keep a node, the better known one of two, and return the id it goes by."""
        key = (node.kind == "dataset", node.id.lower())
        known = self.nodes.get(key)
        if known is None:
            self.nodes[key] = node
        elif _KNOWN.index(node.status) < _KNOWN.index(known.status):
            node = self.nodes[key] = msgspec.structs.replace(node, id=known.id)
        return self.nodes[key].id

    def walk(self, assessment: Assessment) -> None:
        """Add the bases and data sets of an assessment, and theirs; assessments are a finite tree, without circles."""
        snapshot = assessment.snapshot
        visited = {one.id.lower(): one.status for one in snapshot.related if one.kind == "model"}
        here = self.add(_node_of(assessment, snapshot.id, self.endpoint))
        for base in assessment.bases:
            inner, name = base.assessment, base.claim.id
            if inner:
                node = _node_of(inner, name, self.endpoint)
            else:
                status = visited.get(name.lower(), "not-visited")
                # Read elsewhere in the tree, or in a circle: its own node says so.
                status = "not-visited" if status == "read" else status
                node = LineageNode(id=name, kind="model", status=status, url=_url(self.endpoint, name))
            to = self.add(node)
            relation, evidence = base.claim.relation, base.claim.evidence
            self.edges.append(LineageEdge(from_=here, to=to, relation=relation, evidence=evidence))
            if inner:
                self.walk(inner)
        named = {base.claim.id.lower() for base in assessment.bases}
        for teacher in assessment.teachers:
            if teacher.id.lower() not in named:
                # Its record was not asked for: the license is the one our rules name for it.
                node = LineageNode(
                    id=teacher.id, kind="model", status="not-visited", license=teacher.license,
                    url=None,
                )  # fmt: skip
                relation = "distilled-from-outputs"
                self.edges.append(
                    LineageEdge(from_=here, to=self.add(node), relation=relation, evidence=teacher.evidence)
                )
        for dataset in assessment.datasets:
            to = self.add(_dataset(dataset, self.endpoint))
            evidence = dataset.related.evidence if dataset.related else ()
            self.edges.append(LineageEdge(from_=here, to=to, relation="trained-on-dataset", evidence=evidence))


def _node_of(assessment: Assessment, name: str, endpoint: str) -> LineageNode:
    snapshot, weights = assessment.snapshot, assessment.licensing.weights
    return LineageNode(
        id=name,
        kind=snapshot.kind,
        status="read",
        license=weights.concluded,
        license_status=weights.status,
        gated=_gated(snapshot.record),
        url=_url(endpoint, name, dataset=snapshot.kind == "dataset") if snapshot.source in ON_THE_HUB else None,
    )


def _dataset(dataset: DatasetAssessment, endpoint: str) -> LineageNode:
    related, resolution = dataset.related, dataset.resolution
    return LineageNode(
        id=dataset.id,
        kind="dataset",
        status=related.status if related else "not-visited",
        license=resolution.concluded,
        license_status=resolution.status if related and related.status == "read" else None,
        gated=_gated(related.record) if related else False,
        url=_url(endpoint, dataset.id, dataset=True),
    )


def _gated(record: object) -> bool:
    return isinstance(record, dict) and record.get("gated") not in (None, False, "False", "false")


def _endpoint(snapshot: Snapshot) -> str:
    """Return the Hub that the subject came from; the public one for what came from a disk."""
    url, name = snapshot.url or "", snapshot.id
    for tail in (f"/datasets/{name}", f"/{name}"):
        found = url.find(tail)
        if snapshot.source == "hub" and found > 0:
            return url[:found]
    return DEFAULT_ENDPOINT


def _url(endpoint: str, name: str, *, dataset: bool = False) -> str | None:
    if not is_hub_id(name) or "/" not in name:
        return None
    return f"{endpoint}/datasets/{name}" if dataset else f"{endpoint}/{name}"
