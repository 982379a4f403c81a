"""Write snapshots to a folder or a .zip and read them back; equal snapshots give equal bytes."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from auditor.errors import BrokenSnapshot, SubjectUnreachable, UsageProblem
from auditor.fetch.interface import FetchOptions
from auditor.fetch.snapshot_zip import pack, unpack
from auditor.fetch.targets import Target
from auditor.model.snapshot import Snapshot

__all__ = ["SCHEMA", "RecordedSource", "is_recorded", "manifest_sha256", "read_snapshot", "write_snapshot"]

SCHEMA = "auditor/snapshot/1"
MANIFEST = "manifest.json"
_FOLDER = "documents"
_MANIFEST_BYTES = 64_000_000
_DOCUMENT_BYTES = 32_000_000
_TOTAL_BYTES = 256_000_000
_NAME = re.compile(r"documents/\d{4,6}-[A-Za-z0-9._-]{1,80}", re.ASCII)
_SNIFF = re.compile(rb'\s*\{\s*"schema"\s*:\s*"auditor/snapshot/')
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+", re.ASCII)


class RecordedSource:
    """Reads a recorded snapshot; the result is what was recorded, whatever the clock says."""

    def fetch(self, target: Target, options: FetchOptions) -> Snapshot:
        """Return the snapshot recorded at `target.path`.

        Raises `BrokenSnapshot` for damage, `SubjectUnreachable` when nothing is there and `UsageProblem` when
        another revision than the recorded one is asked for.
        """
        snapshot = read_snapshot(Path(target.path or ""))
        wanted = options.revision or target.revision
        if wanted and wanted != snapshot.revision:
            raise UsageProblem(f"{target.requested!r} was recorded at {snapshot.revision}, not at {wanted}")
        return snapshot


def is_recorded(path: str | Path) -> bool:
    """Return whether `path` is a folder that holds a recorded snapshot (of any version)."""
    try:
        with (Path(path) / MANIFEST).open("rb") as stream:
            return bool(_SNIFF.match(stream.read(256)))
    except (OSError, ValueError):
        return False


def write_snapshot(snapshot: Snapshot, path: str | Path) -> None:
    """Write `snapshot` to the folder `path`, or to one file when the name ends in .zip.

    An earlier snapshot in the same place is replaced. Raises `UsageProblem` when the place holds something else
    or cannot be written.
    """
    path = Path(path)
    files = _files(snapshot)
    try:
        if path.suffix.lower() == ".zip":
            _write_zip(path, files)
        else:
            _write_folder(path, files)
    except OSError as error:
        raise UsageProblem(f"cannot write {str(path)!r}: {error.strerror or error}") from error


def read_snapshot(path: str | Path) -> Snapshot:
    """Return the snapshot recorded in the folder or .zip at `path`, every document's sha256 checked.

    Raises `SubjectUnreachable` when nothing is there, `BrokenSnapshot` (naming the file) for everything that is
    not exactly what `write_snapshot` writes.
    """
    path = Path(path)
    try:
        if path.is_dir():
            return _snapshot(_FolderFiles(path))
        return _snapshot(unpack(path, _allowed, total=_TOTAL_BYTES))
    except OSError as error:
        raise SubjectUnreachable(f"cannot read {str(path)!r}: {error.strerror or error}") from error


def manifest_sha256(snapshot: Snapshot) -> str:
    """Return the sha256 of the manifest a recording has: it holds the sha256 of every text, so it stands for all."""
    return hashlib.sha256(_files(snapshot)[MANIFEST]).hexdigest()


def _files(snapshot: Snapshot) -> dict[str, bytes]:
    """Return every file of a recording by name."""
    if snapshot.schema != SCHEMA:
        raise UsageProblem(f"a snapshot of schema {snapshot.schema!r} cannot be written")
    content = msgspec.to_builtins(snapshot)
    files: dict[str, bytes] = {}
    for number, document in enumerate([*content["documents"], *content["related_documents"]], start=1):
        text = document.pop("text")
        if text is None:
            continue
        name = f"{_FOLDER}/{number:04d}-{_safe(document['path'])}"
        data = text.encode("utf-8", "surrogatepass")
        document["file"] = {"name": name, "sha256": hashlib.sha256(data).hexdigest()}
        files[name] = data
    # `schema` first, so that a few bytes tell a recording; everything below it sorted.
    body = json.dumps(content, sort_keys=True, indent=1, ensure_ascii=True, allow_nan=False)
    files[MANIFEST] = f'{{"schema": "{SCHEMA}",\n"snapshot": {body}}}\n'.encode()
    return files


def _safe(path: str) -> str:
    name = _UNSAFE.sub("_", path.rpartition("/")[2])[-60:].lstrip(".")
    return name or "document"


def _write_zip(path: Path, files: Mapping[str, bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            pack(stream, files)
        # mkstemp makes files only their owner may read; a recording is made to be passed on.
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _write_folder(path: Path, files: Mapping[str, bytes]) -> None:
    documents = path / _FOLDER
    if path.is_dir() and any(path.iterdir()) and not is_recorded(path):
        raise UsageProblem(f"{str(path)!r} is not empty and holds no snapshot: choose another folder")
    if documents.is_symlink():
        raise UsageProblem(f"{str(documents)!r} is a symlink: choose another folder")
    documents.mkdir(parents=True, exist_ok=True)
    # Manifest away first and back last: an interrupted write leaves no recording that looks whole.
    for old in [path / MANIFEST, *sorted(documents.iterdir())]:
        if old.name == MANIFEST or _NAME.fullmatch(f"{_FOLDER}/{old.name}"):
            old.unlink(missing_ok=True)
    for name in sorted(files, key=lambda name: (name == MANIFEST, name)):
        with (path / name).open("xb") as stream:
            stream.write(files[name])


class _FolderFiles(dict[str, bytes]):
    """The files of a recording in a folder, read when asked for."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self._root = root
        self._left = _TOTAL_BYTES
        if (root / _FOLDER).is_symlink():
            raise BrokenSnapshot(f"{_FOLDER} is a symlink")

    def __missing__(self, name: str) -> bytes:
        file = self._root / name
        if file.is_symlink() or not file.is_file():
            raise KeyError(name)
        limit = min(self._left, _allowed(name))
        with file.open("rb") as stream:
            data = stream.read(limit + 1)
        if len(data) > limit:
            raise BrokenSnapshot(f"{name} is larger than the {limit} bytes we read")
        self._left -= len(data)
        return data


def _allowed(name: str) -> int:
    """Return how many bytes the file `name` of a recording may have; 0 when it is no such file."""
    if name == MANIFEST:
        return _MANIFEST_BYTES
    return _DOCUMENT_BYTES if _NAME.fullmatch(name) else 0


def _snapshot(files: Mapping[str, bytes]) -> Snapshot:
    try:
        content = json.loads(files[MANIFEST], object_pairs_hook=_unique)
    except KeyError:
        raise BrokenSnapshot(f"holds no {MANIFEST}: not a recorded snapshot") from None
    except (ValueError, RecursionError) as error:
        raise BrokenSnapshot(f"{MANIFEST}: {str(error)[:200]}") from error
    schema = content.get("schema") if isinstance(content, dict) else None
    if schema != SCHEMA:
        raise BrokenSnapshot(
            f"{MANIFEST}: schema {str(schema)[:80]!r} is not {SCHEMA!r}", hint="read it with the version that wrote it"
        )
    body = content.get("snapshot")
    if not isinstance(body, dict) or not isinstance(body.get("documents"), list):
        raise BrokenSnapshot(f"{MANIFEST}: no snapshot in it")
    # What this version of the schema has no place for might change what the rest means.
    surprises = sorted(body.keys() - set(Snapshot.__struct_fields__))
    if surprises or body.get("schema", SCHEMA) != SCHEMA:
        raise BrokenSnapshot(f"{MANIFEST}: the snapshot has {str(surprises or 'another schema')[:200]} in it")
    used: set[str] = set()
    related = body.get("related_documents", [])
    if not isinstance(related, list):
        raise BrokenSnapshot(f"{MANIFEST}: related_documents is no list")
    body["documents"] = [_document(document, files, used) for document in body["documents"]]
    body["related_documents"] = [_document(document, files, used) for document in related]
    try:
        return msgspec.convert(body, Snapshot)
    except (msgspec.ValidationError, RecursionError) as error:
        raise BrokenSnapshot(f"{MANIFEST}: {error}") from error


def _document(document: Any, files: Mapping[str, bytes], used: set[str]) -> dict[str, Any]:
    """Return one document of the manifest with its text, after checking the text's sha256."""
    if not isinstance(document, dict) or "text" in document:
        raise BrokenSnapshot(f"{MANIFEST}: a document is not written as documents are")
    file = document.get("file")
    if file is None:
        if document.get("status") == "read":
            raise BrokenSnapshot(f"{MANIFEST}: {str(document.get('path'))[:200]!r} was read and has no file")
        return document
    name = file.get("name") if isinstance(file, dict) else None
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name in used:
        raise BrokenSnapshot(f"{MANIFEST}: {str(name)[:200]!r} cannot be the name of a document's file")
    used.add(name)
    try:
        data = files[name]
    except KeyError:
        raise BrokenSnapshot(f"{name} is missing") from None
    if hashlib.sha256(data).hexdigest() != file.get("sha256"):
        raise BrokenSnapshot(f"{name} does not have the sha256 that was recorded")
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise BrokenSnapshot(f"{name} is not UTF-8") from error
    return {**{key: value for key, value in document.items() if key != "file"}, "text": text}


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key occurs more than once in one object")
    return found
