"""Read the key-value section of a gguf file (format described in the ggml project's `docs/gguf.md`)."""

from __future__ import annotations

import re
import struct
from typing import Any, BinaryIO

from auditor.fetch.header_error import HeaderError

__all__ = ["read_gguf"]

_HEADER = 64_000_000
"""How far into the file the key-value section may reach; large vocabularies take about 20 MB."""
_PAIRS = 20_000
_ELEMENTS = 4_000_000
"""Strings in all arrays together; the largest vocabularies have about 600,000."""
_KEY = 65_535
_KEPT_VALUE = 65_536
_KEPT_ELEMENTS = 1_000
_KEPT_TOTAL = 1_000_000
_KEPT_KEYS = re.compile(r"(?:general|split|adapter)\.", re.ASCII)
_STRING, _ARRAY, _BOOL = 8, 9, 7
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "B", 10: "Q", 11: "q", 12: "d"}
# The numbers of the format's own `ftype`; a number that is not here stays a number.
_FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S",
    12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS",
    20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M",
    28: "IQ2_S", 29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0",
    38: "MXFP4_MOE", 39: "NVFP4",
}  # fmt: skip


def read_gguf(stream: BinaryIO, size: int) -> tuple[dict[str, Any], int]:
    """Return what a gguf file (version 2 or 3) says of itself, and where its key-value section ends.

    Only `general.*`, `split.*` and `adapter.*` are kept; everything else is stepped over, never loaded. Raises
    `HeaderError` for a damaged file, another version, or counts and lengths beyond reason.
    """
    return _Reader(stream, size).read()


class _Reader:
    """A place in the file that never passes the file's end or our limit."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self._stream = stream
        self._end = min(size, _HEADER)
        self._cut_by_us = size > _HEADER
        self._at = 0
        self._order = "<"
        self._elements = 0
        self._kept = 0

    def read(self) -> tuple[dict[str, Any], int]:
        self._bytes(4)
        version = self._number("I")
        if version and version & 0xFFFF == 0:
            self._order = ">"
            version = int.from_bytes(version.to_bytes(4, "little"), "big")
        if version not in (2, 3):
            raise HeaderError(f"gguf version {version} is not one we read (2 and 3)")
        tensors, pairs = self._number("Q"), self._number("Q")
        if pairs > _PAIRS:
            raise HeaderError(f"{pairs} key-value pairs are more than the {_PAIRS} we read")
        kept: dict[str, Any] = {}
        dropped: list[str] = []
        seen: set[str] = set()
        for _ in range(pairs):
            key = self._string(_KEY)
            if key in seen:
                raise HeaderError(f"the key {key[:80]!r} occurs more than once")
            seen.add(key)
            self._value(key, kept, dropped)
        file_type = kept.get("general.file_type")
        head: dict[str, Any] = {
            "format": "gguf",
            "version": version,
            "metadata": kept,
            "tensors": tensors,
            "architecture": kept.get("general.architecture"),
            "quantization": _FILE_TYPES.get(file_type) if isinstance(file_type, int) else None,
        }
        if dropped:
            head["dropped"] = dropped
        return head, self._at

    def _value(self, key: str, kept: dict[str, Any], dropped: list[str]) -> None:
        kind = self._number("I")
        wanted = bool(_KEPT_KEYS.match(key))
        if kind == _STRING:
            length = self._number("Q")
            if wanted and length <= _KEPT_VALUE and self._room(length):
                kept[key] = self._text(length)
            else:
                self._skip(length)
                if wanted:
                    dropped.append(key)
        elif kind == _ARRAY:
            self._array(key, wanted, kept, dropped)
        elif kind in _SCALARS:
            value = self._scalar(kind)
            if wanted:
                kept[key] = value
        else:
            raise HeaderError(f"the key {key[:80]!r} has the unknown type {kind}")

    def _array(self, key: str, wanted: bool, kept: dict[str, Any], dropped: list[str]) -> None:
        kind, count = self._number("I"), self._number("Q")
        if kind == _ARRAY:
            raise HeaderError(f"the key {key[:80]!r} has arrays in an array")
        if kind != _STRING and kind not in _SCALARS:
            raise HeaderError(f"the key {key[:80]!r} has an array of the unknown type {kind}")
        # Each string has 8 bytes of length at least, so a count the file has no room for ends here, not in a loop.
        width = 8 if kind == _STRING else struct.calcsize(f"<{_SCALARS[kind]}")
        self._need(count * width)
        keep = wanted and count <= _KEPT_ELEMENTS
        if wanted and not keep:
            dropped.append(key)
        if kind != _STRING:
            if keep:
                kept[key] = [self._scalar(kind) for _ in range(count)]
            else:
                self._skip(count * width)
            return
        self._elements += count
        if self._elements > _ELEMENTS:
            raise HeaderError(f"arrays of more than {_ELEMENTS} strings")
        items: list[str] = []
        for _ in range(count):
            length = self._number("Q")
            if keep and length <= _KEPT_VALUE and self._room(length):
                items.append(self._text(length))
            else:
                self._skip(length)
                if keep:
                    keep = False
                    dropped.append(key)
        if keep:
            kept[key] = items

    def _room(self, length: int) -> bool:
        self._kept += length
        return self._kept <= _KEPT_TOTAL

    def _scalar(self, kind: int) -> Any:
        value = self._number(_SCALARS[kind])
        return bool(value) if kind == _BOOL else value

    def _string(self, limit: int) -> str:
        length = self._number("Q")
        if length > limit:
            raise HeaderError(f"a key of {length} bytes")
        return self._text(length)

    def _text(self, length: int) -> str:
        return self._bytes(length).decode("utf-8", errors="replace")

    def _number(self, form: str) -> Any:
        form = self._order + form
        return struct.unpack(form, self._bytes(struct.calcsize(form)))[0]

    def _need(self, count: int) -> None:
        if count > self._end - self._at:
            limit = f"it reaches beyond the {_HEADER} bytes we read" if self._cut_by_us else "truncated or damaged"
            raise HeaderError(f"{limit}: {count} bytes wanted at {self._at}")

    def _bytes(self, count: int) -> bytes:
        self._need(count)
        data = self._stream.read(count)
        if len(data) != count:
            raise HeaderError("truncated while it was read")
        self._at += count
        return data

    def _skip(self, count: int) -> None:
        self._need(count)
        self._at += count
        self._stream.seek(self._at)
