"""Remember which rule files were found sound, with their data: reading and checking YAML is most of a cold start.

An entry is keyed by the name of the schema and the sha256 of the bytes of the file, the whole store by the digest of
the schemas, so nothing that changed is taken from it. It is only a shortcut: without it, files are read.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from auditor.rulebook.locator import data_folder

__all__ = ["SoundFiles"]

FORMAT = "1"
MAX_BYTES = 64_000_000
MAX_ENTRIES = 4_000


class SoundFiles:
    """Data of rule files by schema and content; `folder` is where it is kept between runs, or nowhere."""

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / "rulebook" / f"{_schemas_digest()}.msgpack" if folder else None
        self._known: dict[str, Any] = self._load()
        self._used: dict[str, Any] = {}
        self.hits = 0

    def get(self, schema: str, content: bytes) -> Any | None:
        """Return the data of a file that was sound before, or `None`."""
        key = _key(schema, content)
        data = self._known.get(key)
        if data is not None:
            self._used[key] = data
            self.hits += 1
        return data

    def add(self, schema: str, content: bytes, data: Any) -> None:
        """Remember the data of a file that was just found sound."""
        self._used[_key(schema, content)] = data

    def save(self) -> None:
        """Write what was added; call it once the whole rulebook turned out sound."""
        if self._path is None or self._used.keys() <= self._known.keys():
            return
        entries = {**self._known, **self._used}
        if len(entries) > MAX_ENTRIES:
            entries = self._used
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._path.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(msgspec.msgpack.encode(entries))
            Path(name).replace(self._path)
        except OSError:
            return

    def _load(self) -> dict[str, Any]:
        if self._path is None:
            return {}
        try:
            if self._path.stat().st_size > MAX_BYTES:
                return {}
            return msgspec.msgpack.decode(self._path.read_bytes(), type=dict[str, Any])
        except (OSError, msgspec.DecodeError, msgspec.ValidationError, RecursionError):
            return {}


def _key(schema: str, content: bytes) -> str:
    return f"{schema}:{hashlib.sha256(content).hexdigest()}"


def _schemas_digest() -> str:
    digest = hashlib.sha256(FORMAT.encode())
    for path in sorted(data_folder("schemas").glob("*.json"), key=lambda path: path.name):
        digest.update(f"{path.name}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]
