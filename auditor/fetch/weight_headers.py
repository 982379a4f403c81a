"""Read what .safetensors and .gguf files say of themselves, without reading a single tensor."""

from __future__ import annotations

import hashlib
import json
import math
import os
import stat
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from auditor.fetch.gguf import read_gguf
from auditor.fetch.header_error import HeaderError
from auditor.model.snapshot import Document

__all__ = ["HEADER_SUFFIXES", "read_header"]

HEADER_SUFFIXES = frozenset({".safetensors", ".gguf"})

_SAFETENSORS_HEADER = 32_000_000
_QUOTES = 2_500_000
"""A tensor's entry has about ten quotation marks: this is more tensors than any model has."""
_TENSOR_BYTES = 4096
_METADATA_VALUE = 65_536
_METADATA_TOTAL = 1_000_000
_LFS_POINTER = b"version https://git-lfs"


def read_header(file: Path, path: str, *, source: str, retrieved_at: str) -> Document:
    """Return the header of a weight file as a document with role `header`, whose text is JSON.

    The JSON has `format`, `metadata` (safetensors `__metadata__`, gguf `general.*`) and, as far as the format says
    so, `version`, `tensors`, `parameters_by_dtype`, `architecture` and `quantization`. `sha256` is that of the
    header's bytes. A damaged or hostile file gives status `unreadable` with the reason; nothing is raised.
    """
    try:
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as stream:
            facts = os.fstat(stream.fileno())
            if not stat.S_ISREG(facts.st_mode):
                raise HeaderError("not a regular file")
            head, end = _read(stream, facts.st_size, file.suffix.lower())
            sha256 = _hash(stream, end)
    except (OSError, HeaderError) as error:
        detail = getattr(error, "strerror", None) or str(error)
        return Document(
            path=path, role="header", status="unreadable", source=source, retrieved_at=retrieved_at, detail=detail
        )
    return Document(
        path=path,
        role="header",
        status="read",
        text=json.dumps(_finite(head), sort_keys=True, allow_nan=False),
        sha256=sha256,
        source=source,
        retrieved_at=retrieved_at,
    )


def _read(stream: BinaryIO, size: int, suffix: str) -> tuple[dict[str, Any], int]:
    if size < 8:
        raise HeaderError(f"{size} bytes are too few for a header")
    start = stream.read(len(_LFS_POINTER))
    stream.seek(0)
    if start == _LFS_POINTER:
        raise HeaderError("a Git LFS pointer, not the file")
    # The content decides, not the name: a gguf file called .safetensors is still one.
    if start.startswith(b"GGUF"):
        return read_gguf(stream, size)
    if suffix == ".gguf":
        raise HeaderError("does not start with GGUF")
    return _read_safetensors(stream, size)


class _Tensor(msgspec.Struct):
    dtype: str
    shape: list[int]


def _read_safetensors(stream: BinaryIO, size: int) -> tuple[dict[str, Any], int]:
    length = int.from_bytes(stream.read(8), "little")
    if length > _SAFETENSORS_HEADER:
        raise HeaderError(f"a header of {length} bytes is more than the {_SAFETENSORS_HEADER} we read")
    if length > size - 8:
        raise HeaderError(f"truncated: a header of {length} bytes in a file of {size}")
    data = stream.read(length)
    if not data.startswith(b"{"):
        raise HeaderError("not a safetensors file: the header is no JSON object")
    if data.count(b'"') > _QUOTES or data.count(b",") > 4 * _QUOTES:
        raise HeaderError("more tensors than any model has")
    if data.count(b'"__metadata__"') > 1:
        raise HeaderError("__metadata__ occurs more than once")
    try:
        # Raw values stay views of the buffer, so hostile nesting or long lists cost nothing here.
        entries = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
        metadata, dropped = _metadata(entries.pop("__metadata__", None))
        dtypes: dict[str, int] = {}
        for name, raw in entries.items():
            if len(raw) > _TENSOR_BYTES:
                raise HeaderError(f"the entry of tensor {name[:80]!r} is too long")
            tensor = msgspec.json.decode(raw, type=_Tensor)
            if len(tensor.dtype) > 32 or any(extent < 0 or extent > 2**48 for extent in tensor.shape):
                raise HeaderError(f"tensor {name[:80]!r} has an impossible type or shape")
            if len(tensor.shape) > 16 or (len(dtypes) >= 64 and tensor.dtype not in dtypes):
                raise HeaderError(f"tensor {name[:80]!r} has an impossible type or shape")
            dtypes[tensor.dtype] = dtypes.get(tensor.dtype, 0) + math.prod(tensor.shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HeaderError(f"not a safetensors header: {str(error)[:200]}") from error
    head: dict[str, Any] = {
        "format": "safetensors",
        "metadata": metadata,
        "tensors": len(entries),
        "parameters_by_dtype": dtypes,
    }
    if dropped:
        head["dropped"] = dropped
    return head, 8 + length


def _metadata(raw: msgspec.Raw | None) -> tuple[dict[str, str], list[str]]:
    """Return the metadata's short values, and the keys whose values are too long to keep."""
    if raw is None:
        return {}, []
    kept: dict[str, str] = {}
    dropped: list[str] = []
    total = 0
    for key, value in msgspec.json.decode(raw, type=dict[str, str]).items():
        total += len(key)
        if len(value) > _METADATA_VALUE or total + len(value) > _METADATA_TOTAL:
            dropped.append(key[:200])
        else:
            kept[key] = value
            total += len(value)
        if total > _METADATA_TOTAL or len(dropped) > 1000:
            raise HeaderError("the metadata is too long")
    return kept, dropped


def _hash(stream: BinaryIO, end: int) -> str:
    """Return the sha256 of the first `end` bytes, a piece at a time."""
    digest = hashlib.sha256()
    stream.seek(0)
    while end > 0 and (piece := stream.read(min(end, 1_048_576))):
        digest.update(piece)
        end -= len(piece)
    return digest.hexdigest()


def _finite(value: Any) -> Any:
    """Return `value` with numbers that JSON cannot write replaced by their names."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list) else value
