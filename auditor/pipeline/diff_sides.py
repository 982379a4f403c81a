"""One side of a comparison: a report as plain data, and where it came from."""

from __future__ import annotations

from typing import Any

import msgspec

from auditor.model.report import Report
from auditor.model.snapshot import Snapshot
from auditor.pipeline.adoption import LICENSE_ROLES

__all__ = ["DocumentEntry", "Side", "side_from_report", "side_from_snapshot"]


class DocumentEntry(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One license document: where it lies and which bytes it has."""

    path: str
    role: str
    status: str
    sha256: str | None


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """A report to compare; only one made here and now was judged under the context at hand."""

    requested: str
    report: dict[str, Any]
    documents: tuple[DocumentEntry, ...] | None
    """License, policy and notice files of the snapshot; `None` for a report file, which names only what it read."""
    judged: bool = False
    """Whether the verdict was made under the context of this comparison."""

    @property
    def subject(self) -> dict[str, Any]:
        """Return the subject block of the report."""
        subject: dict[str, Any] = self.report["subject"]
        return subject

    @property
    def name(self) -> str:
        """Return the id of the subject."""
        return str(self.subject["id"])

    def to_dict(self) -> dict[str, Any]:
        """Return what the comparison says of this side."""
        kept = ("kind", "id", "revision", "source", "retrieved_at")
        return {
            "requested": self.requested,
            "read_from": "report" if self.documents is None else "evidence",
            **{name: self.subject[name] for name in kept},
            "as_of": self.report["as_of"],
            "rulebook": self.report["rulebook"],
            "problems": self.report["problems"],
        }

    def texts(self, *, only_named: bool) -> tuple[DocumentEntry, ...]:
        """Return the license documents; with `only_named` those that the report itself gives evidence for."""
        if self.documents is not None and not only_named:
            return self.documents
        licenses = self.report["licenses"]
        found = {}
        for part in (licenses["weights"], licenses["code"]):
            for reference in part["detected"]:
                evidence = reference["evidence"]
                if reference["channel"] == "text" and evidence["path"]:
                    status = "read" if evidence["sha256"] else "unreadable"
                    found[evidence["path"]] = DocumentEntry(
                        path=evidence["path"], role="license", status=status, sha256=evidence["sha256"]
                    )
        return tuple(sorted(found.values()))


def side_from_report(requested: str, report: dict[str, Any]) -> Side:
    """Return the side of a report that was read from a file."""
    return Side(requested=requested, report=report, documents=None)


def side_from_snapshot(requested: str, snapshot: Snapshot, report: Report, *, judged: bool) -> Side:
    """Return the side of a report made from a snapshot, with the license files the snapshot lists."""
    documents = {
        DocumentEntry(path=one.path, role=one.role, status=one.status, sha256=one.sha256)
        for one in snapshot.documents
        if one.role in LICENSE_ROLES
    }
    # Through JSON, as a report file went: tuples become lists and nothing else can differ in kind.
    plain = msgspec.json.decode(msgspec.json.encode(report))
    return Side(
        requested=requested, report=plain, documents=tuple(sorted(documents)), judged=judged
    )  # fmt: skip
