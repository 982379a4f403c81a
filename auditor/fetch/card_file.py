"""Change the card of a local folder: one regular file inside it, in one step, and nothing else."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path

from auditor.errors import UsageProblem
from auditor.fetch.documents import CARD_BYTES

__all__ = ["change_card", "create_card"]

_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def change_card(folder: Path, name: str, sha256: str | None, edit: Callable[[bytes], bytes]) -> None:
    """Replace the file `name` of `folder` by what `edit` makes of its bytes, which must have `sha256`.

    Raises `UsageProblem` for a symlink, for anything but a regular file directly in the folder, and when the file
    changed since it was read. A write that fails leaves the file as it was.
    """
    path = _inside(folder, name)
    try:
        if path.is_symlink():
            raise UsageProblem(f"{name} is a symlink: only regular files inside the folder are changed")
        with os.fdopen(os.open(path, os.O_RDONLY | _NO_FOLLOW), "rb") as stream:
            facts = os.fstat(stream.fileno())
            if not stat.S_ISREG(facts.st_mode):
                raise UsageProblem(f"{name} is not a regular file")
            data = stream.read(CARD_BYTES + 1)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise UsageProblem(f"{name} changed while it was read", hint="run it again")
        _replace(path, edit(data), stat.S_IMODE(facts.st_mode))
    except OSError as error:
        raise UsageProblem(f"cannot change {name}: {error.strerror or error}") from error


def create_card(folder: Path, name: str, data: bytes) -> None:
    """Write a file `name` that is not there yet; raises `UsageProblem` when anything is, a broken symlink too."""
    path = _inside(folder, name)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_FOLLOW, 0o666), "wb") as stream:
            stream.write(data)
    except OSError as error:
        raise UsageProblem(f"cannot write {name}: {error.strerror or error}") from error


def _inside(folder: Path, name: str) -> Path:
    if not name or name in (".", "..") or Path(name).name != name:
        raise UsageProblem(f"{name!r} is not a file directly in the folder")
    return folder.resolve() / name


def _replace(path: Path, data: bytes, mode: int) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
