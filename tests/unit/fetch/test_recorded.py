"""Recorded snapshots: the same bytes each time, the same snapshot back, and nothing else."""

from __future__ import annotations

import io
import json
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import BrokenSnapshot, SubjectUnreachable, UsageProblem
from auditor.fetch import recorded, snapshot_zip
from auditor.fetch.interface import FetchOptions
from auditor.fetch.recorded import RecordedSource, is_recorded, read_snapshot, write_snapshot
from auditor.fetch.targets import Target, parse_target
from auditor.model.evidence import Evidence
from auditor.model.snapshot import Document, DocumentRole, FileEntry, Problem, Related, Snapshot

NOW = "2026-01-01T00:00:00Z"


def snapshot() -> Snapshot:
    return Snapshot(
        kind="model",
        id="acme/model",
        requested="acme/model@v1",
        source="hub",
        revision="a" * 40,
        url="https://huggingface.co/acme/model",
        retrieved_at=NOW,
        record={"id": "acme/model", "tags": ["a", {"b": None}], "downloads": 2**70, "ratio": 0.1, "ü": "\ud800"},
        files=(FileEntry(path="README.md", size=3), FileEntry(path="sub/LICENSE")),
        files_complete=True,
        card_complete=True,
        documents=(
            Document(path="README.md", role="card", status="read", text="\ufeff# Ü\r\n", sha256="1" * 64, source="s"),
            Document(path="LICENSE", role="license", status="gated", detail="a gate"),
            Document(path="../../etc/LICENSE", role="license", status="read", text=""),
            Document(path="sub/LICENSE", role="license", status="read", text="words"),
        ),
        related=(
            Related(
                kind="model",
                id="acme/base",
                relation="finetune",
                status="read",
                record={"x": [1]},
                evidence=(Evidence(kind="declared", source="s", lines=(1, 2)),),
            ),
        ),
        problems=(Problem(code="x", message="y"),),
    )


def content(path: Path) -> dict[str, bytes]:
    return {str(file.relative_to(path)): file.read_bytes() for file in sorted(path.rglob("*")) if file.is_file()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_snapshot(snapshot(), tmp_path / "evidence")
    return tmp_path / "evidence"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    write_snapshot(snapshot(), tmp_path / "evidence.zip")
    return tmp_path / "evidence.zip"


def edit(folder: Path, change: Callable[[Any], object]) -> None:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    change(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def broken(path: Path, word: str) -> None:
    with pytest.raises(BrokenSnapshot) as caught:
        read_snapshot(path)
    assert word in caught.value.message
    assert caught.value.exit_code == 3


# --- round trips ------------------------------------------------------------------------------------------------

words = st.text(max_size=20)
optional_words = st.none() | words
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
records = st.none() | st.dictionaries(words, values, max_size=4)
roles = st.sampled_from(get_args(DocumentRole))
texts = st.builds(
    Document, path=words, role=roles, status=st.just("read"), text=words, sha256=optional_words, detail=optional_words
)
unread = st.builds(Document, path=words, role=roles, status=st.sampled_from(["gated", "too-large", "not-fetched"]))
snapshots = st.builds(
    Snapshot,
    kind=st.sampled_from(["model", "dataset", "disclosed"]),
    schema=st.just("auditor/snapshot/1"),
    id=words,
    requested=words,
    source=words,
    revision=optional_words,
    retrieved_at=st.just(NOW),
    record=records,
    refs=records,
    files=st.lists(st.builds(FileEntry, path=words, size=st.none() | st.integers(0, 2**62)), max_size=3).map(tuple),
    files_complete=st.booleans(),
    card_complete=st.booleans(),
    documents=st.lists(texts | unread, max_size=4).map(tuple),
    channel=optional_words,
    related=st.lists(
        st.builds(
            Related,
            kind=st.sampled_from(["model", "dataset"]),
            id=words,
            relation=words,
            status=st.sampled_from(["read", "gated"]),
            record=records,
        ),
        max_size=2,
    ).map(tuple),
    problems=st.lists(st.builds(Problem, code=words, message=words), max_size=2).map(tuple),
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(snapshots, st.sampled_from(["x", "x.zip"]))
def test_what_is_read_back_is_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, original: Snapshot, name: str
) -> None:
    place = tmp_path_factory.getbasetemp() / "round" / name
    write_snapshot(original, place)
    assert read_snapshot(place) == original


@pytest.mark.parametrize("name", ["x", "x.zip", "new/x.ZIP"])
def test_a_full_snapshot_comes_back(tmp_path: Path, name: str) -> None:
    write_snapshot(snapshot(), tmp_path / name)
    assert read_snapshot(tmp_path / name) == snapshot()


def test_equal_snapshots_give_equal_bytes(tmp_path: Path, folder: Path, archive: Path) -> None:
    write_snapshot(snapshot(), tmp_path / "second")
    write_snapshot(read_snapshot(archive), tmp_path / "second.zip")
    assert content(folder) == content(tmp_path / "second")
    assert archive.read_bytes() == (tmp_path / "second.zip").read_bytes()


def test_the_zip_holds_fixed_dates_modes_and_sorted_names(archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        entries = opened.infolist()
    assert [entry.filename for entry in entries] == [
        "documents/0001-README.md",
        "documents/0003-LICENSE",
        "documents/0004-LICENSE",
        "manifest.json",
    ]
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} == {stat.S_IFREG | 0o644}
    assert {entry.compress_type for entry in entries} == {zipfile.ZIP_STORED}


def test_a_document_is_stored_as_its_text_and_never_outside(folder: Path) -> None:
    assert (folder / "documents/0001-README.md").read_bytes() == "\ufeff# Ü\r\n".encode()
    assert sorted(content(folder)) == [
        "documents/0001-README.md",
        "documents/0003-LICENSE",
        "documents/0004-LICENSE",
        "manifest.json",
    ]


def test_a_text_after_many_documents_that_were_not_read(tmp_path: Path) -> None:
    unread = Document(path="LICENSE", role="license", status="not-fetched")
    last = Document(path="m.gguf", role="header", status="read", text="{}")
    many = Snapshot(
        kind="model", id="a", requested="a", source="folder", retrieved_at=NOW, documents=(unread,) * 10_000 + (last,)
    )
    write_snapshot(many, tmp_path / "x.zip")
    assert read_snapshot(tmp_path / "x.zip") == many


def test_a_second_recording_replaces_the_first(folder: Path, tmp_path: Path) -> None:
    short = Snapshot(kind="model", id="acme/other", requested="x", source="hub", retrieved_at=NOW)
    (folder / "documents" / "mine.txt").write_text("kept")
    write_snapshot(short, folder)
    assert read_snapshot(folder) == short
    assert sorted(content(folder)) == ["documents/mine.txt", "manifest.json"]


def test_a_place_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "manifest.json").write_text("{}")
    with pytest.raises(UsageProblem):
        write_snapshot(snapshot(), tmp_path / "mine")
    assert content(tmp_path / "mine") == {"manifest.json": b"{}"}
    (tmp_path / "file").write_text("x")
    for place in (tmp_path / "file", tmp_path / "file" / "x.zip", tmp_path / ("x" * 300)):
        with pytest.raises(UsageProblem):
            write_snapshot(snapshot(), place)


def test_nothing_is_written_through_links(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("kept")
    for name in ("documents/0001-README.md", "manifest.json"):
        original = (folder / name).read_bytes()
        (folder / name).unlink()
        (tmp_path / "copy").write_bytes(original)
        (folder / name).symlink_to(tmp_path / "copy")
    (folder / "documents" / "0009-x").symlink_to(tmp_path / "victim")
    write_snapshot(snapshot(), folder)
    assert not (folder / "manifest.json").is_symlink()
    assert (tmp_path / "victim").read_text() == "kept"
    (tmp_path / "documents").mkdir()
    other = tmp_path / "other"
    other.mkdir()
    (other / "manifest.json").write_bytes((folder / "manifest.json").read_bytes())
    (other / "documents").symlink_to(tmp_path / "documents")
    with pytest.raises(UsageProblem):
        write_snapshot(snapshot(), other)


def test_an_interrupted_zip_leaves_the_old_one(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = archive.read_bytes()

    def fail(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(recorded, "pack", fail)
    with pytest.raises(UsageProblem, match="No space"):
        write_snapshot(snapshot(), archive)
    assert archive.read_bytes() == before
    assert list(archive.parent.iterdir()) == [archive]


def test_another_schema_is_not_written(tmp_path: Path) -> None:
    other = Snapshot(kind="model", id="a", requested="a", source="hub", retrieved_at=NOW, schema="auditor/snapshot/9")
    with pytest.raises(UsageProblem):
        write_snapshot(other, tmp_path / "x")


# --- recognition and the source ---------------------------------------------------------------------------------


def test_a_recorded_folder_is_recognized(folder: Path, archive: Path, tmp_path: Path) -> None:
    assert is_recorded(folder)
    assert parse_target(str(folder)).scheme == "snapshot"
    assert not is_recorded(tmp_path)
    assert not is_recorded(archive)
    assert not is_recorded(Path("nul\0"))
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "manifest.json").write_text('{"name": "auditor/snapshot/1"}')
    assert not is_recorded(tmp_path / "app")
    assert parse_target(str(tmp_path / "app")).scheme == "path"


def test_the_source_gives_what_was_recorded(archive: Path) -> None:
    target = Target(scheme="snapshot", id="evidence.zip", path=str(archive), requested="evidence.zip")
    assert RecordedSource().fetch(target, FetchOptions(now="2030-01-01T00:00:00Z")) == snapshot()
    assert RecordedSource().fetch(target, FetchOptions(now=NOW, revision="a" * 40)) == snapshot()
    with pytest.raises(UsageProblem):
        RecordedSource().fetch(target, FetchOptions(now=NOW, revision="b" * 40))


def test_nothing_there(tmp_path: Path) -> None:
    for name in ("absent", "absent.zip"):
        with pytest.raises(SubjectUnreachable) as caught:
            read_snapshot(tmp_path / name)
        assert not isinstance(caught.value, BrokenSnapshot)


# --- damage -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["documents/0001-README.md", "documents/0004-LICENSE"])
def test_a_changed_document_is_named(folder: Path, name: str) -> None:
    (folder / name).write_bytes((folder / name).read_bytes() + b" ")
    broken(folder, f"{name} does not have the sha256")


def test_a_missing_document_is_named(folder: Path) -> None:
    (folder / "documents/0004-LICENSE").unlink()
    broken(folder, "documents/0004-LICENSE is missing")


def test_a_document_that_is_a_link_is_not_read(folder: Path, tmp_path: Path) -> None:
    file = folder / "documents/0004-LICENSE"
    file.rename(tmp_path / "copy")
    file.symlink_to(tmp_path / "copy")
    broken(folder, "documents/0004-LICENSE is missing")
    (folder / "documents").rename(tmp_path / "elsewhere")
    (folder / "documents").symlink_to(tmp_path / "elsewhere")
    broken(folder, "symlink")


def test_a_manifest_that_is_a_link_is_not_read(folder: Path, tmp_path: Path) -> None:
    (folder / "manifest.json").rename(tmp_path / "copy")
    (folder / "manifest.json").symlink_to(tmp_path / "copy")
    broken(folder, "holds no manifest.json")


def test_a_document_larger_than_we_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "_DOCUMENT_BYTES", 4)
    broken(folder, "0001-README.md is larger than the 4 bytes")
    monkeypatch.setattr(recorded, "_DOCUMENT_BYTES", 1000)
    monkeypatch.setattr(recorded, "_TOTAL_BYTES", (folder / "manifest.json").stat().st_size + 3)
    broken(folder, "0001-README.md is larger than the 3 bytes")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "manifest.json"),
        ("{", "manifest.json"),
        ("[" * 100_000, "manifest.json"),
        ("[]", "schema"),
        ("{}", "schema"),
        ('{"schema": "auditor/snapshot/2", "snapshot": {}}', "'auditor/snapshot/2' is not"),
        ('{"schema": 1}', "schema"),
        ('{"schema": "auditor/snapshot/1"}', "no snapshot"),
        ('{"schema": "auditor/snapshot/1", "snapshot": {"documents": []}}', "manifest.json"),
        ('{"schema": "auditor/snapshot/1", "schema": "auditor/snapshot/1"}', "more than once"),
        ('{"schema": "auditor/snapshot/1", "snapshot": {"documents": [1]}}', "document"),
        ("\udcff", "manifest.json"),
    ],
)
def test_a_damaged_manifest(folder: Path, text: str, word: str) -> None:
    (folder / "manifest.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    broken(folder, word)


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "/etc/passwd",
        "documents/../../secret",
        "documents/0001-../x",
        "documents\\0001-x",
        "manifest.json",
        "documents/0001-",
        "documents/0001-README.md\n",
        None,
        7,
        "documents/0004-LICENSE",
    ],
)
def test_a_name_that_leads_elsewhere(folder: Path, tmp_path: Path, name: object) -> None:
    (tmp_path / "secret").write_text("secret")
    edit(folder, lambda manifest: manifest["snapshot"]["documents"][0]["file"].update(name=name))
    if name == "documents/0004-LICENSE":
        # The name is good and the text another's: its sha256 gives it away.
        broken(folder, "sha256")
    else:
        broken(folder, "cannot be the name")


def test_two_documents_with_one_file(folder: Path) -> None:
    edit(folder, lambda manifest: manifest["snapshot"]["documents"].append(manifest["snapshot"]["documents"][3]))
    broken(folder, "cannot be the name")


def test_a_text_smuggled_into_the_manifest(folder: Path) -> None:
    edit(folder, lambda manifest: manifest["snapshot"]["documents"][1].update(status="read", text="granted"))
    broken(folder, "document")


def test_a_document_said_to_be_read_without_a_file(folder: Path) -> None:
    edit(folder, lambda manifest: manifest["snapshot"]["documents"][0].pop("file"))
    broken(folder, "has no file")


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "space"},
        {"files_complete": "yes"},
        {"files": {}},
        {"id": None},
        {"schema": "auditor/snapshot/2"},
        {"surprise": 1},
    ],
)
def test_values_of_another_shape(folder: Path, change: dict[str, object]) -> None:
    edit(folder, lambda manifest: manifest["snapshot"].update(change))
    broken(folder, "manifest.json")


def test_a_document_that_is_not_utf8(folder: Path) -> None:
    import hashlib

    (folder / "documents/0004-LICENSE").write_bytes(b"\xff")
    digest = hashlib.sha256(b"\xff").hexdigest()
    edit(folder, lambda manifest: manifest["snapshot"]["documents"][3]["file"].update(sha256=digest))
    broken(folder, "0004-LICENSE is not UTF-8")


# --- hostile zips -----------------------------------------------------------------------------------------------


def rebuild(archive: Path, change: Callable[[zipfile.ZipFile], object], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(archive) as opened:
        files = {entry.filename: opened.read(entry) for entry in opened.infolist()}
    with zipfile.ZipFile(archive, "w", method) as opened:
        for name, data in files.items():
            opened.writestr(name, data)
        change(opened)
    return archive


def test_a_repacked_zip_is_read(archive: Path) -> None:
    rebuild(archive, lambda opened: opened.writestr("documents/", b""), zipfile.ZIP_DEFLATED)
    assert read_snapshot(archive) == snapshot()


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "documents/../../x",
        "/etc/x",
        "C:/x",
        "documents\\0009-x",
        "x",
        "documents/0009-a/b",
        "documents/0009-x\0y",
        "evil/",
        "Manifest.json",
    ],
)
def test_strange_names_in_a_zip(archive: Path, name: str) -> None:
    def change(opened: zipfile.ZipFile) -> None:
        entry = zipfile.ZipInfo("placeholder")
        entry.filename = name
        opened.writestr(entry, b"")

    broken(rebuild(archive, change), "cannot be part of a snapshot")


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("name", ["manifest.json", "documents/0001-README.md"])
def test_two_entries_of_one_name(archive: Path, name: str) -> None:
    broken(rebuild(archive, lambda opened: opened.writestr(name, b"{}")), "occurs twice")


def test_a_link_in_a_zip(archive: Path) -> None:
    def change(opened: zipfile.ZipFile) -> None:
        entry = zipfile.ZipInfo("documents/0009-x")
        entry.create_system = 3
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        opened.writestr(entry, b"/etc/passwd")

    broken(rebuild(archive, change), "is a link")


def test_a_bomb(archive: Path) -> None:
    big = bytes(40_000_000)
    broken(rebuild(archive, lambda opened: opened.writestr("documents/0009-x", big), zipfile.ZIP_DEFLATED), "larger")


def test_a_bomb_of_many_small_ones(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "_TOTAL_BYTES", 100_000)

    def change(opened: zipfile.ZipFile) -> None:
        for number in range(10, 20):
            opened.writestr(f"documents/00{number}-x", bytes(20_000))

    broken(rebuild(archive, change, zipfile.ZIP_DEFLATED), "larger")


def test_a_bomb_that_lies_about_its_size(archive: Path) -> None:
    rebuild(archive, lambda opened: opened.writestr("documents/0009-x", bytes(40_000_000)), zipfile.ZIP_DEFLATED)
    real, lie = struct.pack("<L", 40_000_000), struct.pack("<L", 10)
    data = archive.read_bytes()
    assert data.count(real) == 2
    archive.write_bytes(data.replace(real, lie))
    broken(archive, "")


def test_an_encrypted_entry(archive: Path) -> None:
    data = bytearray(archive.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1
    archive.write_bytes(data)
    broken(archive, "encrypted")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_compression(archive: Path, method: int) -> None:
    broken(rebuild(archive, lambda _opened: None, method), "compressed in a way")


def test_too_many_entries(archive: Path) -> None:
    def change(opened: zipfile.ZipFile) -> None:
        for number in range(1000):
            opened.writestr(f"documents/{number + 10:04}-x", b"")

    broken(rebuild(archive, change), "larger than that of any snapshot")


def test_a_directory_that_claims_to_be_huge(archive: Path) -> None:
    data = bytearray(archive.read_bytes())
    data[-10:-6] = struct.pack("<L", 2**31)
    archive.write_bytes(data)
    broken(archive, "larger than that of any snapshot")


def test_a_zip64_directory(archive: Path) -> None:
    data = archive.read_bytes()
    archive.write_bytes(data[:-22] + struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1) + data[-22:])
    broken(archive, "larger than that of any snapshot")


def test_a_zip_larger_than_we_read(archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot_zip, "_ZIP_BYTES", 100)
    broken(archive, "at most 100")


def test_every_truncated_zip_is_told(archive: Path) -> None:
    data = archive.read_bytes()
    for end in range(0, len(data), 7):
        archive.write_bytes(data[:end])
        broken(archive, "truncated")


def test_every_flipped_byte_is_told_or_harmless(archive: Path) -> None:
    data = archive.read_bytes()
    for at in range(0, len(data), 5):
        archive.write_bytes(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])
        try:
            assert read_snapshot(archive) == snapshot(), at
        except BrokenSnapshot:
            continue


def test_a_zip_without_a_manifest(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as opened:
        opened.writestr("documents/0001-x", b"")
    (tmp_path / "x.zip").write_bytes(stream.getvalue())
    broken(tmp_path / "x.zip", "holds no manifest.json")


@given(st.binary(max_size=200))
def test_noise_is_no_snapshot(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "noise.zip"
    file.write_bytes(noise)
    with pytest.raises(BrokenSnapshot):
        read_snapshot(file)
