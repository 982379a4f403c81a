"""Snapshots built from the research corpus, read in place."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from auditor.fetch.documents import decode, role_of
from auditor.model.snapshot import Document, FileEntry, Snapshot

NOW = "2026-11-25T00:00:00Z"


def card_folders(corpus: Path) -> list[Path]:
    return sorted(path for path in (corpus / "cards").iterdir() if path.is_dir())


def snapshot_of_card(folder: Path, *, complete: bool = True) -> Snapshot:
    """Read one card folder as if it had come from the Hub."""
    listed = folder / "_files.json"
    names = {path.name for path in folder.iterdir() if not path.name.startswith("_")}
    if listed.is_file():
        names |= {entry["path"] for entry in json.loads(listed.read_text("utf-8"))}
    recorded = folder / "_hub_api_2022.json"
    record: dict[str, Any] | None = json.loads(recorded.read_text("utf-8")) if recorded.is_file() else None
    if record and isinstance(record.get("siblings"), list):
        names |= {entry["rfilename"] for entry in record["siblings"] if isinstance(entry, dict)}
    documents = []
    for path in sorted(folder.iterdir()):
        role = role_of(path.name)
        if path.name.startswith("_") or role is None:
            continue
        data = path.read_bytes()
        documents.append(
            Document(path=path.name, role=role, status="read", text=decode(data)[0], sha256=hashlib.sha256(data).hexdigest(),
                     source="corpus", retrieved_at=NOW)
        )  # fmt: skip
    return Snapshot(
        kind="dataset" if folder.name.startswith("datasets__") else "model",
        id=folder.name.split("@")[0].replace("__", "/", 1),
        requested=folder.name,
        source="hub",
        revision="0" * 40,
        retrieved_at=NOW,
        record=record,
        files=tuple(FileEntry(path=name) for name in sorted(names)),
        files_complete=complete,
        card_complete=complete,
        documents=tuple(documents),
    )


def hub_2022_records(corpus: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(corpus / "hub" / "hub_2022-02_models.jsonl.gz", "rt", encoding="utf-8") as stream:
        for line in stream:
            yield json.loads(line)


def snapshot_of_record(record: dict[str, Any]) -> Snapshot:
    """One API record without any text: what a survey of the Hub has."""
    siblings = record.get("siblings") or []
    return Snapshot(
        kind="model",
        id=record.get("modelId") or record.get("id") or "unknown",
        requested=record.get("modelId") or "",
        source="hub",
        revision=record.get("sha"),
        retrieved_at=NOW,
        record=record,
        files=tuple(FileEntry(path=s["rfilename"]) for s in siblings if isinstance(s, dict) and "rfilename" in s),
        files_complete=True,
    )
