"""The local store: what the Hub sent, by (kind, id, sha, path), with its bytes under their own sha256.

Names in the store are hashes only, so no id or file name of a stranger ever becomes a path, on any system.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path
from typing import Literal

import msgspec

__all__ = ["Entry", "Key", "Part", "Store"]

Part = Literal["file", "record", "refs", "related", "pointer"]
_FORMAT = "1"
_ENTRY_BYTES = 100_000
_OBJECT_BYTES = 64_000_000


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """What an entry is about."""

    endpoint: str
    """Who said it: a mirror's record is never taken for the Hub's."""
    kind: str
    id: str
    sha: str
    """Full commit; empty for a pointer, which says where a branch or tag pointed when last seen."""
    path: str = ""
    part: Part = "file"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of the Hub, or the fact that it had none."""

    key: Key
    status: str
    """`read`, or the status of a document that could not be read."""
    retrieved_at: str
    sha256: str | None = None
    """Of the bytes, which lie under that name."""
    size: int | None = None
    detail: str | None = None


class Store:
    """A folder of entries and objects; damage and foreign files read as "not there", never as an error."""

    def __init__(self, root: Path) -> None:
        self._root = root / f"v{_FORMAT}"
        self.broken: str | None = None
        """Why nothing can be written, once that is known."""

    def read(self, key: Key) -> tuple[Entry, bytes] | None:
        """Return the entry for `key` and its bytes (empty when it has none), or `None`.

        An entry that names another key, or bytes that are not what their name says, count as absent: they
        are fetched again and written over.
        """
        try:
            entry = msgspec.json.decode(_load(self._entry(key), _ENTRY_BYTES), type=Entry)
            if entry.key != key:
                return None
            if entry.sha256 is None:
                return entry, b""
            data = _load(self._object(entry.sha256), _OBJECT_BYTES)
        except (OSError, ValueError, RecursionError):
            return None
        return (entry, data) if hashlib.sha256(data).hexdigest() == entry.sha256 else None

    def write(
        self,
        key: Key,
        data: bytes | None,
        *,
        retrieved_at: str,
        status: str = "read",
        size: int | None = None,
        detail: str | None = None,
    ) -> None:
        """Keep `data` (or its absence) for `key`; each file appears whole or not at all.

        A folder that cannot be written ends writing for good and leaves the reason in `broken`: an audit does
        not depend on its store.
        """
        if self.broken is not None:
            return
        sha256 = None if data is None else hashlib.sha256(data).hexdigest()
        try:
            entry = msgspec.json.encode(
                Entry(key=key, status=status, retrieved_at=retrieved_at, sha256=sha256, size=size, detail=detail)
            )
            if data is not None and sha256 is not None and not _holds(self._object(sha256), data):
                _save(self._object(sha256), data)
            _save(self._entry(key), entry)
        except UnicodeEncodeError:
            return  # A name with half a surrogate pair: not worth a place.
        except OSError as error:
            self.broken = error.strerror or str(error)

    def _entry(self, key: Key) -> Path:
        name = hashlib.sha256(msgspec.json.encode(key)).hexdigest()
        return self._root / "entries" / name[:2] / f"{name}.json"

    def _object(self, sha256: str) -> Path:
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise ValueError("not a sha256")
        return self._root / "objects" / sha256[:2] / sha256


def _load(path: Path, limit: int) -> bytes:
    with path.open("rb") as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise ValueError("larger than anything we write")
    return data


def _holds(path: Path, data: bytes) -> bool:
    """Return whether the file is there, whole: the same license lies in many repositories."""
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False


def _save(path: Path, data: bytes) -> None:
    # What a token may read can be private: nobody else on this machine gets to see it.
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
