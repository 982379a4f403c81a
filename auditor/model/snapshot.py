"""What was fetched for a subject at one revision."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from auditor.model.evidence import Evidence

__all__ = [
    "Document",
    "DocumentRole",
    "DocumentStatus",
    "FileEntry",
    "Problem",
    "Related",
    "Snapshot",
    "SubjectKind",
]

SubjectKind = Literal["model", "dataset", "disclosed", "record"]
DocumentRole = Literal["card", "license", "notice", "use-policy", "config", "header", "other"]
DocumentStatus = Literal["read", "gated", "missing", "unreadable", "too-large", "not-fetched"]


class FileEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One file listed in the repository."""

    path: str
    size: int | None = None
    """Bytes, where the source says."""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One small text file (or weight-file header) that was read, or the reason it was not."""

    path: str
    role: DocumentRole
    status: DocumentStatus
    text: str | None = None
    """Decoded text; headers are JSON. `None` unless status is `read`."""
    sha256: str | None = None
    """Of the bytes as served."""
    source: str = ""
    retrieved_at: str | None = None
    detail: str | None = None


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that went wrong on the way without ending the audit."""

    code: str
    message: str


class Related(msgspec.Struct, frozen=True, kw_only=True):
    """One base model or dataset the subject names, with what the Hub says of it."""

    kind: Literal["model", "dataset"]
    id: str
    relation: str
    """finetune, adapter, quantized, merge, distilled-from-outputs, trained-on-dataset, or base when not said."""
    status: Literal["read", "gated", "missing", "unreachable", "not-visited"]
    revision: str | None = None
    record: dict[str, Any] | None = None
    """The API record, as sent."""
    evidence: tuple[Evidence, ...] = ()
    detail: str | None = None
    named_by: str | None = None
    """The repository that names it; `None` for the subject itself."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Everything read for a subject at one revision (design section 4)."""

    schema: str = "auditor/snapshot/1"
    kind: SubjectKind
    id: str
    requested: str
    """The target as the user wrote it."""
    source: str
    """hub, cache, folder, file, snapshot, disclosure or record."""
    revision: str | None = None
    url: str | None = None
    retrieved_at: str
    """ISO 8601 UTC."""
    record: dict[str, Any] | None = None
    """The Hub's API record of the subject, as sent."""
    refs: dict[str, Any] | None = None
    files: tuple[FileEntry, ...] = ()
    files_complete: bool = False
    card_complete: bool = False
    documents: tuple[Document, ...] = ()
    related: tuple[Related, ...] = ()
    related_documents: tuple[Document, ...] = ()
    """Cards and license texts of the base models in `related`; `source` says whose."""
    renamed_from: str | None = None
    channel: str | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def key(self) -> str:
        """Return the id by which evidence names this snapshot, e.g. `hub:org/name@sha`."""
        revision = f"@{self.revision}" if self.revision else ""
        return f"{self.source}:{self.id}{revision}"

    def document(self, role: DocumentRole) -> Document | None:
        """Return the first document of `role` that could be read."""
        return next((d for d in self.documents if d.role == role and d.status == "read"), None)
