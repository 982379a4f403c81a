"""The local store: whole, safe names, and damage that reads as absence."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.fetch.store import Key, Store

SHA = "a" * 40


def key(path: str = "LICENSE", **more: str) -> Key:
    return Key(**{"endpoint": "https://hub.example", "kind": "model", "id": "acme/m", "sha": SHA, "path": path, **more})  # type: ignore[arg-type]


def files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def test_gives_back_what_was_written(tmp_path: Path) -> None:
    Store(tmp_path).write(key(), b"terms", retrieved_at="2026-01-01T00:00:00Z", size=5)
    found = Store(tmp_path).read(key())
    assert found is not None
    assert found[1] == b"terms"
    assert (found[0].status, found[0].retrieved_at, found[0].size) == ("read", "2026-01-01T00:00:00Z", 5)


def test_gives_back_absence_with_its_reason(tmp_path: Path) -> None:
    Store(tmp_path).write(key(), None, retrieved_at="x", status="missing", detail="not served")
    found = Store(tmp_path).read(key())
    assert found is not None
    assert (found[0].status, found[0].detail, found[1]) == ("missing", "not served", b"")


@pytest.mark.parametrize(
    "other",
    [
        key("NOTICE"),
        key(id="acme/n"),
        key(sha="b" * 40),
        key(kind="dataset"),
        key(endpoint="https://mirror.example"),
        key(part="record"),
    ],
)
def test_keeps_keys_apart(tmp_path: Path, other: Key) -> None:
    Store(tmp_path).write(key(), b"terms", retrieved_at="x")
    assert Store(tmp_path).read(other) is None


def test_the_same_bytes_lie_there_once(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(key("A"), b"same", retrieved_at="x")
    store.write(key("B"), b"same", retrieved_at="x")
    assert len([path for path in files(tmp_path) if "objects" in path.parts]) == 1


@pytest.mark.parametrize("damage", [b"", b"other bytes", b"{", b"null", b"\xff" * 10, b"[" * 50_000])
def test_any_damaged_file_reads_as_absent_and_is_mended(tmp_path: Path, damage: bytes) -> None:
    store = Store(tmp_path)
    store.write(key(), b"terms", retrieved_at="x")
    for path in files(tmp_path):
        whole = path.read_bytes()
        path.write_bytes(damage)
        assert store.read(key()) is None
        path.write_bytes(whole)
        assert store.read(key()) is not None
    for path in files(tmp_path):
        path.write_bytes(damage)
    store.write(key(), b"terms", retrieved_at="x")
    found = store.read(key())
    assert found is not None
    assert found[1] == b"terms"


def test_an_entry_that_names_another_key_is_absent(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(key("A"), b"a", retrieved_at="x")
    store.write(key("B"), b"b", retrieved_at="x")
    entries = [path for path in files(tmp_path) if "entries" in path.parts]
    first, second = (path.read_bytes() for path in entries)
    entries[0].write_bytes(second)
    entries[1].write_bytes(first)
    assert store.read(key("A")) is None
    assert store.read(key("B")) is None


def test_an_object_name_that_is_a_path_is_not_followed(tmp_path: Path) -> None:
    store = Store(tmp_path)
    (tmp_path / "secret").write_bytes(b"secret")
    store.write(key(), b"terms", retrieved_at="x")
    entry = next(path for path in files(tmp_path) if "entries" in path.parts)
    content = msgspec.json.decode(entry.read_bytes())
    content["sha256"] = "../../secret"
    entry.write_bytes(msgspec.json.encode(content))
    assert store.read(key()) is None


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(st.text(max_size=40), st.text(max_size=40))
def test_names_of_strangers_never_become_paths(tmp_path: Path, name: str, path: str) -> None:
    store = Store(tmp_path / "store")
    for hostile in (path, f"../../{path}", f"/{path}", "CON", "a\0b"):
        where = key(hostile, id=name)
        store.write(where, b"x", retrieved_at="x")
        found = store.read(where)
        assert found is not None
        assert found[1] == b"x"
    assert store.broken is None
    assert [entry.name for entry in tmp_path.iterdir()] == ["store"]
    assert all(set(found.stem) <= set("0123456789abcdef") for found in files(tmp_path))


def test_half_a_surrogate_pair_in_a_name_is_not_kept_and_not_fatal(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(key("\ud800"), b"x", retrieved_at="x")
    assert store.read(key("\ud800")) is None
    assert store.broken is None


def test_nothing_half_written_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)

    def fail(self: Path, to: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    store.write(key(), b"terms", retrieved_at="x")
    assert store.broken == "No space left on device"
    assert files(tmp_path) == []
    assert store.read(key()) is None


@pytest.mark.skipif(os.name != "posix", reason="modes are a POSIX matter")
def test_others_on_the_machine_cannot_look_in(tmp_path: Path) -> None:
    Store(tmp_path / "store").write(key(), b"terms", retrieved_at="x")
    assert all(path.stat().st_mode & 0o077 == 0 for path in files(tmp_path))
