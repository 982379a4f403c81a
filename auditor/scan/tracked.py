"""What git keeps of a tree: a `.gitignore` says nothing of a file that is tracked, so neither may it hide one from us.

The index is read as plain data (versions 2 to 4, as git documents its format); git is never run, for its settings
come with the tree and can name programs.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Final

__all__ = ["tracked_paths"]

MAX_BYTES: Final = 64_000_000
MAX_ENTRIES: Final = 1_000_000
MAX_UP: Final = 40
_HEADER = struct.Struct(">4sII")
# Times, device, inode, mode, owner, size; then the hash and the flags.
_FIXED: Final = 40 + 20 + 2
_EXTENDED: Final = 0x4000


def tracked_paths(root: Path) -> frozenset[str]:
    """Return the tracked files below `root` and every folder that leads to one, relative to it and written with "/".

    Nothing when `root` is in no repository, or its index cannot be understood.
    """
    start = root.resolve()
    for folder in (start, *start.parents)[:MAX_UP]:
        index = folder / ".git" / "index"
        try:
            if (folder / ".git").is_symlink() or not index.is_file() or index.stat().st_size > MAX_BYTES:
                continue
            names = _names(index.read_bytes())
        except (OSError, ValueError, struct.error, IndexError):
            return frozenset()
        inside = start.relative_to(folder).as_posix()
        prefix = "" if inside == "." else f"{inside}/"
        files = [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
        return frozenset(files) | {
            parent for parent in {name.rpartition("/")[0] for name in files} for parent in _upwards(parent)
        }
    return frozenset()


def _upwards(folder: str) -> list[str]:
    parts = folder.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)] if folder else []


def _names(data: bytes) -> list[str]:
    """Return the names of all entries; raises `ValueError`, `IndexError` or `struct.error` for what is no index."""
    mark, version, count = _HEADER.unpack_from(data)
    if mark != b"DIRC" or version not in (2, 3, 4) or count > MAX_ENTRIES:
        raise ValueError("no index that is understood")
    names: list[str] = []
    name, place = b"", _HEADER.size
    for _ in range(count):
        start = place
        (flags,) = struct.unpack_from(">H", data, start + _FIXED - 2)
        place = start + _FIXED + (2 if flags & _EXTENDED else 0)
        if version == 4:
            kept, place = _offset(data, place)
            if kept > len(name):
                raise ValueError("a name is shorter than what it leaves out")
            end = data.index(b"\0", place)
            name = name[: len(name) - kept] + data[place:end]
            place = end + 1
        else:
            end = data.index(b"\0", place)
            name = data[place:end]
            # One to eight zeros fill an entry up to a multiple of eight bytes.
            place = start + ((end - start) // 8 + 1) * 8
        names.append(name.decode("utf-8", "surrogateescape"))
    return names


def _offset(data: bytes, place: int) -> tuple[int, int]:
    """Return a number of git's variable length and the place after it."""
    value = data[place] & 0x7F
    while data[place] & 0x80:
        place += 1
        value = ((value + 1) << 7) | (data[place] & 0x7F)
        if value > MAX_BYTES:
            raise ValueError("a number is too large")
    return value, place + 1
