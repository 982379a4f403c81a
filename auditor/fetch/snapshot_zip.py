"""The .zip form of a recorded snapshot: packed to the same bytes everywhere, unpacked with suspicion."""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, BinaryIO

from auditor.errors import BrokenSnapshot

__all__ = ["pack", "unpack"]

_ZIP_BYTES = 256_000_000
_DIRECTORY_BYTES = 4_000_000
_ENTRIES = 1_000
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)
_END = struct.Struct("<4s4H2LH")
_END_MAGIC = b"PK\x05\x06"
_ZIP64_MAGIC = b"PK\x06\x07"
_ENCRYPTED = 0x1
# Everything the library lets out for a damaged archive; OSError is its seek to a place before the start.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    ValueError,
    IndexError,
    OSError,
)


def pack(stream: IO[bytes], files: Mapping[str, bytes]) -> None:
    """Write `files` as a zip whose bytes depend on names and contents alone.

    Entries are sorted, dated 1980-01-01 and stored, not deflated: other zlib versions deflate to other bytes.
    """
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _FIXED_TIME)
            entry.create_system = 3
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, files[name])


def unpack(path: Path, allowed: Callable[[str], int], *, total: int) -> dict[str, bytes]:
    """Return the files in the zip at `path` by name.

    `allowed` gives the bytes an entry may have, 0 for a name that has no business there; `total` bounds all
    together. Raises `BrokenSnapshot` for damage, strange names, duplicates, links, encryption and bombs, `OSError`
    when the file cannot be opened.
    """
    with path.open("rb") as stream:
        _check_end(stream)
        try:
            with zipfile.ZipFile(stream) as archive:
                return _read(archive, allowed, total)
        except _DAMAGE as error:
            raise BrokenSnapshot(f"{path.name} is damaged: {str(error)[:200]}") from error


def _check_end(stream: BinaryIO) -> None:
    """Refuse, before the library reads it, a directory that is missing, too large or in the zip64 form."""
    size = stream.seek(0, 2)
    if size > _ZIP_BYTES:
        raise BrokenSnapshot(f"the zip has {size} bytes; at most {_ZIP_BYTES} are read")
    stream.seek(max(0, size - _END.size - 20))
    tail = stream.read()
    if len(tail) < _END.size or not tail[-_END.size :].startswith(_END_MAGIC) or tail[-2:] != b"\0\0":
        raise BrokenSnapshot("not a zip, or truncated: its directory is not at its end")
    _, _, _, here, entries, length, _, _ = _END.unpack(tail[-_END.size :])
    if tail.startswith(_ZIP64_MAGIC) or here != entries or entries > _ENTRIES or length > _DIRECTORY_BYTES:
        raise BrokenSnapshot("the zip's directory is larger than that of any snapshot")
    stream.seek(0)


def _read(archive: zipfile.ZipFile, allowed: Callable[[str], int], total: int) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for entry in archive.infolist():
        name = entry.orig_filename
        if entry.is_dir() and name == "documents/" and entry.file_size == 0:
            continue
        limit = min(allowed(name), total)
        if allowed(name) == 0 or name != entry.filename:
            raise BrokenSnapshot(f"{name[:200]!r} cannot be part of a snapshot")
        if name in files:
            raise BrokenSnapshot(f"{name} occurs twice")
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise BrokenSnapshot(f"{name} is a link or something else that is no file")
        if entry.flag_bits & _ENCRYPTED:
            raise BrokenSnapshot(f"{name} is encrypted")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise BrokenSnapshot(f"{name} is compressed in a way we do not read")
        # The size an entry claims may be a lie, so what comes out is counted too.
        with archive.open(entry) as stream:
            data = stream.read(limit + 1) if entry.file_size <= limit else b""
        if entry.file_size > limit or len(data) > limit:
            raise BrokenSnapshot(f"{name} is larger than the {limit} bytes we read")
        if len(data) != entry.file_size:
            raise BrokenSnapshot(f"{name} is truncated")
        total -= len(data)
        files[name] = data
    return files
