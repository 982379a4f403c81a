"""Headers of weight files, good and hostile."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.fetch import gguf
from auditor.fetch.weight_headers import read_header
from auditor.model.snapshot import Document

NOW = "2026-01-01T00:00:00Z"


def read(tmp_path: Path, data: bytes, name: str) -> Document:
    file = tmp_path / name
    file.write_bytes(data)
    return read_header(file, f"sub/{name}", source="s", retrieved_at=NOW)


def good(document: Document) -> Any:
    assert document.status == "read", document.detail
    assert (document.role, document.source, document.retrieved_at) == ("header", "s", NOW)
    return json.loads(document.text or "")


def bad(document: Document, word: str) -> None:
    assert (document.status, document.text) == ("unreadable", None)
    assert word in (document.detail or "")


def safetensors(header: Any, *, length: int | None = None, tail: bytes = b"\0" * 16) -> bytes:
    data = header if isinstance(header, bytes) else json.dumps(header).encode()
    return (len(data) if length is None else length).to_bytes(8, "little") + data + tail


TENSOR = {"dtype": "BF16", "shape": [2, 3], "data_offsets": [0, 12]}


def test_safetensors(tmp_path: Path) -> None:
    header = {
        "__metadata__": {"format": "pt", "license": "x"},
        "a": TENSOR,
        "b": TENSOR,
        "c": {**TENSOR, "dtype": "F32", "shape": []},
    }
    data = safetensors(header)
    document = read(tmp_path, data, "model.safetensors")
    assert good(document) == {
        "format": "safetensors",
        "metadata": {"format": "pt", "license": "x"},
        "tensors": 3,
        "parameters_by_dtype": {"BF16": 12, "F32": 1},
    }
    assert document.path == "sub/model.safetensors"
    assert document.sha256 == hashlib.sha256(data[:-16]).hexdigest()
    assert good(read(tmp_path, safetensors({}), "model.safetensors"))["metadata"] == {}


def test_long_metadata_is_dropped_by_name(tmp_path: Path) -> None:
    head = good(read(tmp_path, safetensors({"__metadata__": {"a": "x" * 70_000, "license": "y"}}), "m.safetensors"))
    assert (head["metadata"], head["dropped"]) == ({"license": "y"}, ["a"])


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "too few"),
        (b"\x01", "too few"),
        (safetensors({}, length=2**63), "more than"),
        (safetensors({}, length=100_000_000), "more than"),
        (safetensors({}, length=1000), "truncated"),
        (safetensors(b"[1, 2]"), "no JSON object"),
        (safetensors(b"{" + b"\xff" * 20), "not a safetensors header"),
        (safetensors(b'{"a": ' + b"[" * 200_000), "not a safetensors header"),
        (safetensors(b'{"a": {"dtype": "F32", "shape": "no"}}'), "not a safetensors header"),
        (safetensors({"a": {**TENSOR, "shape": [-1]}}), "impossible"),
        (safetensors({"a": {**TENSOR, "shape": [10**15]}}), "impossible"),
        (safetensors({"a": {**TENSOR, "shape": [1] * 17}}), "impossible"),
        (safetensors(b'{"a": {"dtype": "F32", "shape": [' + b"9" * 3000 + b"]}}"), "impossible"),
        (safetensors({"a": {**TENSOR, "shape": [1] * 5000}}), "too long"),
        (safetensors({"a": {**TENSOR, "dtype": "x" * 33}}), "impossible"),
        (safetensors({str(n): {**TENSOR, "dtype": f"D{n}"} for n in range(65)}), "impossible"),
        (safetensors({"__metadata__": {"a": 1}}), "not a safetensors header"),
        (safetensors({"__metadata__": {"a" * 1_000_001: "b"}}), "metadata is too long"),
        (safetensors(b'{"__metadata__": {}, "__metadata__": {"license": "x"}}'), "more than once"),
        (safetensors(b"{" + b'"":0,' * 1_300_000 + b'"":0}'), "more tensors"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n", "LFS"),
    ],
    ids=range(21),
)
def test_hostile_safetensors(tmp_path: Path, data: bytes, word: str) -> None:
    bad(read(tmp_path, data, "m.safetensors"), word)


# --- gguf -----------------------------------------------------------------------------------------------------


def text(value: str, order: str = "<") -> bytes:
    data = value.encode()
    return struct.pack(f"{order}Q", len(data)) + data


def pair(key: str, kind: int, value: bytes, order: str = "<") -> bytes:
    return text(key, order) + struct.pack(f"{order}I", kind) + value


def string(key: str, value: str, order: str = "<") -> bytes:
    return pair(key, 8, text(value, order), order)


def array(key: str, kind: int, count: int, items: bytes) -> bytes:
    return pair(key, 9, struct.pack("<IQ", kind, count) + items)


def build(*pairs: bytes, version: int = 3, order: str = "<", count: int | None = None, tail: bytes = b"T") -> bytes:
    head = struct.pack(f"{order}IQQ", version, 7, len(pairs) if count is None else count)
    return b"GGUF" + head + b"".join(pairs) + tail * 32


@pytest.mark.parametrize("version", [2, 3])
def test_gguf(tmp_path: Path, version: int) -> None:
    data = build(
        string("general.architecture", "acme"),
        string("general.license", "apache-2.0"),
        string("general.license.link", "https://example.org"),
        pair("general.file_type", 4, struct.pack("<I", 15)),
        pair("general.base_model.count", 4, struct.pack("<I", 1)),
        string("general.base_model.0.repo_url", "https://huggingface.co/acme/base"),
        array("general.tags", 8, 2, text("a") + text("b")),
        array("general.flags", 7, 2, b"\x00\x01"),
        pair("general.nan", 6, struct.pack("<f", float("nan"))),
        pair("general.truth", 7, b"\x01"),
        array("tokenizer.ggml.tokens", 8, 3, text("x") + text("y") + text("")),
        array("tokenizer.ggml.scores", 6, 2, b"\0" * 8),
        pair("acme.context_length", 10, struct.pack("<Q", 4096)),
        string("tokenizer.chat_template", "z" * 100_000),
        version=version,
    )
    document = read(tmp_path, data, "m.gguf")
    head = good(document)
    assert head == {
        "format": "gguf",
        "version": version,
        "architecture": "acme",
        "quantization": "Q4_K_M",
        "tensors": 7,
        "metadata": {
            "general.architecture": "acme",
            "general.license": "apache-2.0",
            "general.license.link": "https://example.org",
            "general.file_type": 15,
            "general.base_model.count": 1,
            "general.base_model.0.repo_url": "https://huggingface.co/acme/base",
            "general.tags": ["a", "b"],
            "general.flags": [False, True],
            "general.nan": "nan",
            "general.truth": True,
        },
    }
    assert document.sha256 == hashlib.sha256(data[:-32]).hexdigest()


def test_big_endian_gguf(tmp_path: Path) -> None:
    head = good(read(tmp_path, build(string("general.license", "mit", ">"), order=">"), "m.gguf"))
    assert (head["version"], head["metadata"]) == (3, {"general.license": "mit"})


def test_an_unknown_file_type_is_no_quantization(tmp_path: Path) -> None:
    head = good(read(tmp_path, build(pair("general.file_type", 4, struct.pack("<I", 999))), "m.gguf"))
    assert head["quantization"] is None


def test_the_content_decides_not_the_name(tmp_path: Path) -> None:
    assert good(read(tmp_path, build(), "m.safetensors"))["format"] == "gguf"
    bad(read(tmp_path, safetensors({}), "m.gguf"), "does not start with GGUF")


def test_what_is_too_long_to_keep_is_dropped_by_name(tmp_path: Path) -> None:
    data = build(
        string("general.description", "x" * 70_000),
        array("general.many", 0, 2000, b"\0" * 2000),
        array("general.long", 8, 2, text("x" * 70_000) + text("y")),
        string("general.license", "mit"),
    )
    head = good(read(tmp_path, data, "m.gguf"))
    assert head["metadata"] == {"general.license": "mit"}
    assert head["dropped"] == ["general.description", "general.many", "general.long"]


HUGE = 2**64 - 1


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"GGUF", "too few"),
        (b"GGUF\x03\0\0\0", "truncated"),
        (build(version=1), "version 1"),
        (build(version=4), "version 4"),
        (build(version=0), "version 0"),
        (build(count=HUGE), "key-value pairs"),
        (build(count=3), "a key of"),
        (build(struct.pack("<Q", HUGE)), "a key of"),
        (build(struct.pack("<Q", 60_000)), "damaged"),
        (build(pair("general.license", 8, struct.pack("<Q", HUGE))), "damaged"),
        (build(pair("other", 8, struct.pack("<Q", 2**40))), "damaged"),
        (build(pair("general.license", 13, b"")), "unknown type"),
        (build(array("a", 8, HUGE, b"")), "damaged"),
        (build(array("a", 0, HUGE, b"")), "damaged"),
        (build(array("a", 12, 2**61, b"")), "damaged"),
        (build(array("a", 77, 1, b"")), "unknown type"),
        (build(array("a", 9, 1, b"\0" * 64)), "arrays in an array"),
        (build(array("a", 8, 2, text("x") + struct.pack("<Q", HUGE))), "damaged"),
        (build(string("general.license", "mit"), string("general.license", "x")), "more than once"),
    ],
    ids=range(19),
)
def test_hostile_gguf(tmp_path: Path, data: bytes, word: str) -> None:
    bad(read(tmp_path, data, "m.gguf"), word)


def test_too_many_strings_and_a_header_beyond_our_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gguf, "_ELEMENTS", 3)
    bad(read(tmp_path, build(*(array(f"a{n}", 8, 2, text("") * 2) for n in range(2))), "m.gguf"), "more than 3 strings")
    monkeypatch.setattr(gguf, "_HEADER", 50)
    bad(read(tmp_path, build(string("a", "x" * 100)), "m.gguf"), "beyond the 50 bytes")


@pytest.mark.parametrize("name", ["m.gguf", "m.safetensors"])
def test_every_truncation_is_told(tmp_path: Path, name: str) -> None:
    whole = (
        build(string("general.license", "mit"), array("general.tags", 8, 1, text("a")), tail=b"")
        if name == "m.gguf"
        else safetensors({"a": TENSOR}, tail=b"")
    )
    assert read(tmp_path, whole, name).status == "read"
    for end in range(len(whole)):
        assert read(tmp_path, whole[:end], name).status == "unreadable", end


def test_a_giant_file_costs_no_memory(tmp_path: Path) -> None:
    file = tmp_path / "m.gguf"
    with file.open("wb") as stream:
        stream.write(build(pair("other", 8, struct.pack("<Q", 50_000_000)), tail=b""))
        stream.truncate(10**12)
    tracemalloc.start()
    try:
        good(read_header(file, "m.gguf", source="s", retrieved_at=NOW))
        # Only for the hash are the header's bytes read.
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_a_pipe_or_a_link_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "p.gguf")
    bad(read_header(tmp_path / "p.gguf", "p.gguf", source="s", retrieved_at=NOW), "regular")
    (tmp_path / "real.gguf").write_bytes(build())
    (tmp_path / "link.gguf").symlink_to(tmp_path / "real.gguf")
    assert read_header(tmp_path / "link.gguf", "l", source="s", retrieved_at=NOW).status == "unreadable"


@given(st.binary(max_size=200), st.sampled_from([b"", b"GGUF\x03\0\0\0", b"\x40\0\0\0\0\0\0\0{"]))
def test_noise_never_raises(tmp_path_factory: pytest.TempPathFactory, noise: bytes, start: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "noise.safetensors"
    file.write_bytes(start + noise)
    assert read_header(file, "n", source="s", retrieved_at=NOW).status in ("read", "unreadable")
