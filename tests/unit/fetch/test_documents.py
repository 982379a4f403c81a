"""Which files are read, and how bytes become text."""

from __future__ import annotations

import codecs
import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.fetch import documents
from auditor.fetch.documents import (
    choose_documents,
    decode,
    document_from_bytes,
    is_weight_file,
    read_document,
    role_of,
)
from auditor.model.snapshot import Document

NOW = "2026-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("README.md", "card"),
        ("readme.md", "card"),
        ("docs/README.md", None),
        ("README.txt", None),
        ("config.json", "config"),
        ("adapter_config.json", "config"),
        ("model_index.json", "config"),
        ("sub/config.json", None),
        ("generation_config.json", None),
        ("model.safetensors.index.json", None),
        ("LICENSE", "license"),
        ("license.txt", "license"),
        ("LICENCE.md", "license"),
        ("LICENSE-2.0", "license"),
        ("LICENSE.apache-2.0", "license"),
        ("LICENSE.acme", "license"),
        ("COPYING", "license"),
        ("COPYING.LESSER", "license"),
        ("UNLICENSE", "license"),
        ("MODEL_LICENSE", "license"),
        ("MODEL_LICENSE_AGREEMENT.txt", "license"),
        ("Community License for Acme Model.pdf", "license"),
        ("EULA.md", "license"),
        ("Terms of Use.html", "license"),
        ("TERMS.md", "license"),
        ("original/LICENSE", "license"),
        ("LICENSES/Apache-2.0.txt", "license"),
        ("pkg-0.1.dist-info/licenses/LICENSE", "license"),
        ("license.py", None),
        ("licenses.json", None),
        ("license_plates.csv", None),
        ("license-plate-detection.md", None),
        ("determs.md", None),
        ("docs/terms.md", None),
        ("LICENSES/logo.png", None),
        ("NOTICE", "notice"),
        ("NOTICE.md", "notice"),
        ("Third-Party-Licenses.txt", "notice"),
        ("THIRD_PARTY_NOTICES", "notice"),
        ("notice.json", None),
        ("USE_POLICY.md", "use-policy"),
        ("acceptable-use-policy.txt", "use-policy"),
        ("AUP.md", "use-policy"),
        ("pause.md", None),
        ("model.safetensors", None),
        ("vocab.txt", None),
        (".gitattributes", None),
    ],
)
def test_roles(path: str, role: str | None) -> None:
    assert role_of(path) == role


def test_weight_files() -> None:
    assert is_weight_file("a/model-00001-of-00002.safetensors")
    assert is_weight_file("model.GGUF")
    assert not is_weight_file("model.safetensors.index.json")
    assert not is_weight_file("safetensors")


@given(st.permutations(["LICENSE", "sub/LICENSE", "readme.md", "README.md", "NOTICE", "config.json", "x.txt"]))
def test_the_choice_does_not_depend_on_the_order(paths: list[str]) -> None:
    chosen, left_out = choose_documents(paths)
    assert [path for path, _ in chosen] == ["README.md", "LICENSE", "sub/LICENSE", "NOTICE", "config.json"]
    assert left_out == []


def test_documents_beyond_the_cap_are_named() -> None:
    chosen, left_out = choose_documents([f"d{number:03}/LICENSE" for number in range(100)] + ["README.md"])
    assert len(chosen) == documents.DOCUMENT_COUNT
    assert chosen[0] == ("README.md", "card")
    assert len(left_out) == 101 - documents.DOCUMENT_COUNT


@pytest.mark.parametrize(
    "data",
    [
        "Zürich 日本".encode(),
        codecs.BOM_UTF8 + "Zürich 日本".encode(),
        "Zürich 日本".encode("utf-16"),
        codecs.BOM_UTF16_BE + "Zürich 日本".encode("utf-16-be"),
        "Zürich 日本".encode("utf-32"),
    ],
)
def test_byte_order_marks(data: bytes) -> None:
    assert decode(data) == ("Zürich 日本", None)


def test_bytes_that_are_not_utf8_are_replaced_and_said_so() -> None:
    text, remark = decode(b"Z\xfc\xfcrich")
    assert text == "Z\ufffd\ufffdrich"
    assert remark is not None
    assert decode("a \ufffd that was there".encode()) == ("a \ufffd that was there", None)


def test_single_letters_of_western_texts_are_read_and_said_so() -> None:
    assert decode(b"Z\xfcrich") == ("Zürich", "not valid utf-8: read as windows-1252")
    # Characters of other scripts come in runs, and a cut one is no letter.
    assert "\ufffd" in decode("仅供研究使用".encode("gbk"))[0]
    assert decode("Zür".encode()[:2], whole=False)[0] == "Z"


@given(st.binary(max_size=300), st.booleans())
def test_decoding_never_raises(data: bytes, whole: bool) -> None:
    text, _ = decode(data, whole=whole)
    text.encode("utf-8")


def made(role: str, data: bytes, size: int | None = None) -> Document:
    return document_from_bytes("X", role, data, source="s", retrieved_at=NOW, size=size)  # type: ignore[arg-type]


def test_the_hash_is_that_of_the_bytes_as_served() -> None:
    data = codecs.BOM_UTF8 + b"text\r\n"
    document = made("license", data)
    assert (document.text, document.sha256) == ("text\r\n", hashlib.sha256(data).hexdigest())
    assert (document.status, document.source, document.retrieved_at) == ("read", "s", NOW)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04....", "zip"),
        (b"text with \0 in it", "binary"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n", "LFS"),
    ],
)
def test_what_is_no_text_is_unreadable(data: bytes, word: str) -> None:
    document = made("license", data)
    assert (document.status, document.text) == ("unreadable", None)
    assert word in (document.detail or "")


def test_a_long_license_is_never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "TEXT_BYTES", 10)
    assert made("license", b"x" * 10).status == "read"
    document = made("license", b"x" * 11)
    assert (document.status, document.text) == ("too-large", None)


def test_a_long_card_is_cut_between_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "CARD_BYTES", 4)
    document = made("card", "abcü".encode())
    assert (document.status, document.text) == ("read", "abc")
    assert (document.detail or "").startswith("truncated")
    monkeypatch.setattr(documents, "CARD_FILE_BYTES", 4)
    assert made("card", b"abcde").status == "too-large"


def test_reading_from_disk(tmp_path: Path) -> None:
    file = tmp_path / "LICENSE"
    file.write_bytes(b"short")
    document = read_document(file, "LICENSE", "license", source="s", retrieved_at=NOW)
    assert (document.status, document.text) == ("read", "short")


def test_a_large_file_is_not_loaded(tmp_path: Path) -> None:
    file = tmp_path / "LICENSE"
    with file.open("wb") as stream:
        stream.truncate(10**11)
    document = read_document(file, "LICENSE", "license", source="s", retrieved_at=NOW)
    assert (document.status, document.sha256) == ("too-large", None)


def test_links_pipes_and_folders_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe", ".", "absent"):
        document = read_document(tmp_path / name, "LICENSE", "license", source="s", retrieved_at=NOW)
        assert (document.status, document.text) == ("unreadable", None), name
        assert document.detail
