"""API records of many repositories in one file (JSON Lines, plain or .gz), as researchers pass them on."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from auditor.errors import SubjectUnreachable

__all__ = ["RecordDump"]

_LINE_BYTES = 8_000_000
_LINES = 10_000_000


class RecordDump:
    """Records of the Hub's models API, one a line; beside it, where given, the front matter of their cards.

    Every pass streams the file, so that a dump of any size takes the memory of its longest line (at most 8 MB).
    """

    def __init__(self, records: Path, cards: Path | None = None) -> None:
        self._records = records
        self._cards = cards
        self.unreadable = 0
        """Lines of the last pass that are no JSON object with an id."""

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield each record; a broken line is counted in `unreadable`. Raises `SubjectUnreachable` for no such file."""
        self.unreadable = 0
        for value in _lines(self._records):
            if isinstance(value, dict) and isinstance(value.get("id") or value.get("modelId"), str):
                yield value
            else:
                self.unreadable += 1

    def cards(self) -> dict[str, str]:
        """Return the front matter of each card by repository id, as text between fences."""
        if self._cards is None:
            return {}
        found = {}
        for value in _lines(self._cards):
            if isinstance(value, dict) and isinstance(value.get("id"), str):
                text = value.get("front_matter")
                found[value["id"]] = f"---\n{text}\n---\n" if isinstance(text, str) else ""
        return found

    def sources(self) -> tuple[tuple[str, str], ...]:
        """Return name and sha256 of the files read."""
        files = [self._records, *([self._cards] if self._cards else [])]
        return tuple((file.name, _sha256(file)) for file in files)


def _sha256(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise SubjectUnreachable(f"cannot read {str(file)!r}: {error.strerror or error}") from error


def _lines(file: Path) -> Iterator[Any]:
    """Yield the value of each line, `None` for one that is broken or too long."""
    try:
        with _opened(file) as stream:
            for _ in range(_LINES):
                line = stream.readline(_LINE_BYTES + 1)
                if not line:
                    return
                if len(line) > _LINE_BYTES:
                    while line and not line.endswith(b"\n"):
                        line = stream.readline(_LINE_BYTES)
                    yield None
                elif line.strip():
                    yield _value(line)
    except (OSError, EOFError) as error:
        raise SubjectUnreachable(f"cannot read {str(file)!r}: {getattr(error, 'strerror', None) or error}") from error


def _value(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _opened(file: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(file, "rb")) if file.suffix == ".gz" else file.open("rb")
