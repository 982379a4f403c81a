"""Snapshots of the repositories of a dump, each with the ancestors that the same dump holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from auditor.errors import SubjectNotFound
from auditor.facts.front_matter import read_front_matter
from auditor.facts.reading import Reading
from auditor.fetch.documents import role_of
from auditor.fetch.record_dump import RecordDump
from auditor.fetch.related import visit
from auditor.model.repositories import named_repositories
from auditor.model.snapshot import Document, FileEntry, Snapshot

__all__ = ["DumpSubject", "dump_subjects"]

_DEPTH = 6
_WIDTH = 200


class DumpSubject(msgspec.Struct, frozen=True, kw_only=True):
    """One repository of a dump."""

    snapshot: Snapshot
    downloads: int
    text_listed: bool
    """A license file is in its file list; the dump does not hold the text."""
    bases: tuple[Snapshot, ...] = ()
    """The base models above it, to the roots, that the dump holds."""
    alone: Snapshot | None = None
    """The same repository as if it named no base, where it names one."""
    shown_base: Snapshot | None = None
    """The repository whose name begins this one's name, when it names no base: a hint, never proof."""


def dump_subjects(dump: RecordDump, reading: Reading, *, now: str) -> Iterator[DumpSubject]:
    """Yield each repository of the dump, in the dump's order.

    Only ancestors that the dump holds are known; another is `missing`. A card is its front matter: its prose was
    not read, so `card_complete` stays false.
    """
    held = _Held(dump, reading, now)
    for raw in dump.records():
        record = held.with_card(raw)
        snapshot = held.snapshot(record)
        downloads = record.get("downloads")
        named = [one for one in snapshot.related if one.kind == "model"]
        shown = None if named else held.shown_base(snapshot.id)
        yield DumpSubject(
            snapshot=snapshot,
            downloads=downloads if isinstance(downloads, int) and downloads > 0 else 0,
            text_listed=any(role_of(file.path) == "license" for file in snapshot.files),
            bases=tuple(held.snapshot(one.record) for one in named if one.record),
            alone=_alone(snapshot) if named else None,
            shown_base=held.snapshot(shown) if shown else None,
        )


def _alone(snapshot: Snapshot) -> Snapshot:
    """Return a snapshot that says of itself only what its own license is."""
    record = snapshot.record or {}
    tags = record.get("tags")
    kept = (
        [tag for tag in tags if isinstance(tag, str) and tag.startswith("license:")] if isinstance(tags, list) else []
    )
    card = record.get("cardData")
    own = {key: value for key, value in card.items() if key.startswith("license")} if isinstance(card, dict) else {}
    bare = {"id": snapshot.id, "sha": snapshot.revision, "tags": kept, "cardData": own}
    return msgspec.structs.replace(snapshot, related=(), record=bare, documents=())


class _Held:
    """The cards of a dump, and the records of every repository that another one names or shows as its base."""

    def __init__(self, dump: RecordDump, reading: Reading, now: str) -> None:
        self._cards = dump.cards()
        self._reading = reading
        self._now = now
        names = _Names()
        wanted: set[str] = set()
        for raw in dump.records():
            names.add(_id(raw))
            named, _ = named_repositories("model", self.with_card(raw))
            wanted.update(entry.id.lower() for entry in named if entry.kind == "model")
        self._shown: dict[str, str] = {}
        for name in names.ids:
            base = names.one_called(self._name_of_base(name))
            if base is not None and base != name:
                self._shown[name] = base
        wanted.update(base.lower() for base in self._shown.values())
        self._records = {name: self.with_card(raw) for raw in dump.records() if (name := _id(raw).lower()) in wanted}

    def with_card(self, raw: dict[str, Any]) -> dict[str, Any]:
        """Return a record with the metadata of its card, as today's Hub sends it."""
        name = _id(raw)
        text = self._cards.get(name)
        record = {**raw, "id": name}
        if text and not isinstance(raw.get("cardData"), dict):
            record["cardData"] = read_front_matter(text).data
        return record

    def shown_base(self, name: str) -> dict[str, Any] | None:
        """Return the record of the one repository that this one's name begins with."""
        base = self._shown.get(name)
        return self._records.get(base.lower()) if base else None

    def snapshot(self, record: dict[str, Any]) -> Snapshot:
        """Return what the dump says of one repository and of the ancestors it names."""
        name = _id(record)
        siblings = record.get("siblings")
        entries = siblings if isinstance(siblings, list) else []
        paths = sorted({s["rfilename"] for s in entries if isinstance(s, dict) and isinstance(s.get("rfilename"), str)})
        revision = record.get("sha") if isinstance(record.get("sha"), str) else None
        key = f"hub:{name}@{revision}" if revision else f"hub:{name}"
        related, _ = visit("model", name, record, self._ask, key=key, depth=_DEPTH, width=_WIDTH)
        text = self._cards.get(name)
        card = Document(
            path="README.md", role="card", status="read", text=text, source=key, retrieved_at=self._now,
            detail="truncated: only its front matter was recorded",
        )  # fmt: skip
        return Snapshot(
            kind="model",
            id=name,
            requested=name,
            source="hub",
            revision=revision,
            retrieved_at=self._now,
            record=record,
            files=tuple(FileEntry(path=path) for path in paths),
            files_complete=isinstance(siblings, list),
            documents=(card,) if text else (),
            related=related,
        )

    def _ask(self, kind: Literal["model", "dataset"], name: str) -> dict[str, Any]:
        record = self._records.get(name.lower()) if kind == "model" else None
        if record is None:
            raise SubjectNotFound(f"the dump holds no {kind} {name!r}")
        return record

    def _name_of_base(self, name: str) -> str:
        found = self._reading.statements["base_in_name"].first(name.rpartition("/")[2])
        return found["base"] if found else ""


class _Names:
    """Repository ids by their last part."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self._by_last: dict[str, list[str]] = {}

    def add(self, name: str) -> None:
        self.ids.append(name)
        self._by_last.setdefault(name.rpartition("/")[2].lower(), []).append(name)

    def one_called(self, last: str) -> str | None:
        """Return the only repository of that name; among several the one without an owner, else none."""
        found = self._by_last.get(last.lower(), []) if last else []
        official = [name for name in found if "/" not in name]
        return found[0] if len(found) == 1 else official[0] if len(official) == 1 else None


def _id(record: dict[str, Any]) -> str:
    return str(record.get("id") or record.get("modelId"))
