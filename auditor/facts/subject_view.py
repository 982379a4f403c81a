"""Everything a snapshot holds, parsed once: metadata with where it stands, card, file names, configs, headers."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from auditor.facts.front_matter import FrontMatter, read_front_matter
from auditor.facts.sections import Card, Line, read_card
from auditor.model.evidence import Evidence, EvidenceKind
from auditor.model.repositories import strings_of
from auditor.model.snapshot import Document, Snapshot

__all__ = ["SubjectView", "view_of"]

MAX_QUOTE = 200


class SubjectView(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot as the fact readers see it."""

    snapshot: Snapshot
    document: Document | None
    """The card, when it could be read."""
    front: FrontMatter
    card: Card
    record: dict[str, Any]
    metadata: dict[str, Any]
    """Front matter, filled up from the API's `cardData`."""
    config: dict[str, Any]
    adapter_config: dict[str, Any]
    headers: tuple[tuple[Document, dict[str, Any]], ...]
    names: tuple[str, ...]
    """Paths of the listed files."""

    @property
    def files_complete(self) -> bool:
        """Return whether nothing can be missing from `names`."""
        return self.snapshot.files_complete

    @property
    def card_complete(self) -> bool:
        """Return whether the card (or its absence) was read as a whole."""
        return self.snapshot.card_complete and not self.card.truncated

    @property
    def metadata_complete(self) -> bool:
        """Return whether the metadata was read as a whole, from the card or from the API."""
        return self.card_complete or isinstance(self.record.get("cardData"), dict)

    @property
    def tags(self) -> list[str]:
        """Return the tags of the record, or of the metadata without one."""
        return list(strings_of(self.record.get("tags")) or strings_of(self.metadata.get("tags")))

    def about_field(self, key: str, kind: EvidenceKind = "declared") -> Evidence:
        """Return evidence for a key of the metadata."""
        value = self.metadata.get(key)
        quote = _quoted(value)
        if key in self.front.lines and self.document is not None:
            line = self.front.lines[key]
            return Evidence(
                kind=kind,
                source=self.snapshot.key,
                path=self.document.path,
                lines=(line, line),
                quote=quote,
                sha256=self.document.sha256,
            )
        return Evidence(kind=kind, source=self.snapshot.key, path=f"cardData.{key}", quote=quote)

    def about_record(self, path: str, value: Any = None, kind: EvidenceKind = "declared") -> Evidence:
        """Return evidence for a field of the API record."""
        return Evidence(kind=kind, source=self.snapshot.key, path=path, quote=_quoted(value))

    def about_file(self, path: str) -> Evidence:
        """Return evidence that a file is there."""
        return Evidence(kind="observed", source=self.snapshot.key, path=path)

    def about_list(self, quote: str) -> Evidence:
        """Return evidence from the whole file list."""
        return Evidence(kind="observed", source=self.snapshot.key, path="file list", quote=quote[:MAX_QUOTE])

    def about_lines(self, first: Line, last: Line | None = None, quote: str | None = None) -> Evidence:
        """Return evidence for lines of the card."""
        assert self.document is not None
        return Evidence(
            kind="stated",
            source=self.snapshot.key,
            path=self.document.path,
            lines=(first.number, (last or first).number),
            quote=" ".join((quote or first.text).split())[:MAX_QUOTE],
            sha256=self.document.sha256,
        )


def _quoted(value: Any) -> str | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text[:MAX_QUOTE]


def view_of(snapshot: Snapshot) -> SubjectView:
    """Return the parsed view of a snapshot; build it once and hand it to every reader."""
    document = snapshot.document("card")
    text = document.text or "" if document else ""
    front = read_front_matter(text)
    record = snapshot.record if isinstance(snapshot.record, dict) else {}
    declared = record.get("cardData")
    metadata = {**(declared if isinstance(declared, dict) else {}), **front.data}
    recorded = record.get("config")
    config = recorded if isinstance(recorded, dict) else _json_of(snapshot, "config.json")
    peft = config.get("peft")
    return SubjectView(
        snapshot=snapshot,
        document=document,
        front=front,
        card=read_card(text, body_from=front.end_line),
        record=record,
        metadata=metadata,
        config=config,
        adapter_config=peft if isinstance(peft, dict) else _json_of(snapshot, "adapter_config.json"),
        headers=tuple(_headers(snapshot)),
        names=tuple(entry.path for entry in snapshot.files),
    )


def _json_of(snapshot: Snapshot, path: str) -> dict[str, Any]:
    for document in snapshot.documents:
        if document.path == path and document.status == "read" and document.text:
            return _json_object(document.text)
    return {}


def _json_object(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def _headers(snapshot: Snapshot) -> list[tuple[Document, dict[str, Any]]]:
    found = [d for d in snapshot.documents if d.role == "header" and d.status == "read" and d.text]
    return [(document, _json_object(document.text or "")) for document in found]
