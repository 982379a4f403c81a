"""Expert judgments from a file: JSON Lines of a published data set, or a plain table of our own shape."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from auditor.errors import SubjectUnreachable, UsageProblem

__all__ = ["PLAIN_COLUMNS", "digest_of", "expert_records"]

PLAIN_COLUMNS = ("target", "framework", "criterion", "answer", "evidence")
_BYTES = 64_000_000
_RECORDS = 100_000


def expert_records(file: Path) -> list[dict[str, Any]]:
    """Return the records of a .jsonl, .json or .csv file, in its order.

    Raises `SubjectUnreachable` when it cannot be read and `UsageProblem`, with the line, for what is no record.
    """
    text = _text(file)
    if file.suffix.lower() == ".csv":
        records = list(_rows(text, file.name))
    elif text.lstrip().startswith("["):
        records = _array(text, file.name)
    else:
        records = list(_lines(text, file.name))
    if not records:
        raise UsageProblem(f"{file.name} holds no record")
    if len(records) > _RECORDS:
        raise UsageProblem(f"{file.name} holds more than {_RECORDS} records")
    return records


def digest_of(file: Path) -> str:
    """Return the sha256 of the file."""
    return hashlib.sha256(_data(file)).hexdigest()


def _data(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            data = stream.read(_BYTES + 1)
    except OSError as error:
        raise SubjectUnreachable(f"cannot read {str(file)!r}: {error.strerror or error}") from error
    if len(data) > _BYTES:
        raise UsageProblem(f"{file.name} is larger than the {_BYTES} bytes we read")
    return data


def _text(file: Path) -> str:
    try:
        return _data(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageProblem(f"{file.name} is no UTF-8 text: {error.reason} at byte {error.start}") from error


def _lines(text: str, name: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield _record(_json(line, f"{name}:{number}"), f"{name}:{number}")


def _array(text: str, name: str) -> list[dict[str, Any]]:
    data = _json(text, name)
    return [_record(entry, f"{name}: entry {number}") for number, entry in enumerate(data, start=1)]


def _json(text: str, place: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageProblem(f"{place}: not JSON: {str(error)[:200]}") from error


def _record(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise UsageProblem(f"{place}: a record is an object")
    return value


def _rows(text: str, name: str) -> Iterator[dict[str, Any]]:
    try:
        for number, row in enumerate(csv.DictReader(io.StringIO(text, newline=""), strict=True), start=2):
            if None in row or None in row.values():
                raise UsageProblem(f"{name}:{number}: another number of fields than the head has")
            yield dict(row)
    except csv.Error as error:
        raise UsageProblem(f"{name}: {error}") from error
