"""The Hub client's own cache as a source."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from auditor.errors import OfflineMiss, UsageProblem
from auditor.fetch.cache import CacheSource
from auditor.fetch.interface import FetchOptions
from auditor.fetch.targets import Target
from auditor.model.snapshot import Snapshot

NOW = "2026-01-01T00:00:00Z"
SHA = "a" * 40
OTHER = "b" * 40


class Cache:
    """A cache folder as the client lays it out."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "models--acme--model"
        (self.folder / "blobs").mkdir(parents=True)
        (self.folder / "snapshots" / SHA).mkdir(parents=True)
        self.ref("main", SHA)

    def ref(self, name: str, text: str) -> None:
        file = self.folder / "refs" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def add(self, path: str, text: str) -> None:
        blob = self.folder / "blobs" / path.replace("/", "_")
        blob.write_text(text)
        link = self.folder / "snapshots" / SHA / path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(blob)

    def tree(self, *paths: str, **changes: object) -> None:
        files = {path: {"size": 10, "blob_id": "1"} for path in paths}
        self.write_tree(json.dumps({"format_version": 1, "files": files, **changes}))

    def write_tree(self, text: str) -> None:
        file = self.folder / "trees" / f"{SHA}.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)

    def no_exist(self, path: str) -> None:
        file = self.folder / ".no_exist" / SHA / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "hub")


def fetch(cache: Cache, text: str = "acme/model", revision: str | None = None, **options: object) -> Snapshot:
    target = Target(scheme="hub", id=text, revision=revision, requested=text)
    settings = {"now": NOW, "offline": True, "hub_cache": cache.root, **options}
    return CacheSource().fetch(target, FetchOptions(**settings))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_kw: object) -> None:
        raise AssertionError("the cache asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def test_what_the_cache_holds(cache: Cache) -> None:
    cache.add("README.md", "# Card\n")
    cache.add("sub/config.json", "{}")
    snapshot = fetch(cache)
    assert (snapshot.kind, snapshot.id, snapshot.source, snapshot.revision) == ("model", "acme/model", "cache", SHA)
    assert snapshot.key == f"cache:acme/model@{SHA}"
    assert [(entry.path, entry.size) for entry in snapshot.files] == [("README.md", 7), ("sub/config.json", 2)]
    card = snapshot.document("card")
    assert card is not None
    assert card.text == "# Card\n"
    assert snapshot.card_complete
    assert not snapshot.files_complete
    assert not snapshot.problems


@pytest.mark.parametrize("name", ["main", "v1", "refs/pr/1"])
def test_revisions_by_ref(cache: Cache, name: str) -> None:
    cache.ref(name, f"{SHA}\n")
    assert fetch(cache, revision=name).revision == SHA
    assert fetch(cache, **{"revision": name} if name != "main" else {}).revision == SHA


def test_revision_by_sha_and_by_option(cache: Cache) -> None:
    assert fetch(cache, revision=SHA).revision == SHA
    target = Target(scheme="hub", id="acme/model", requested="x")
    options = FetchOptions(now=NOW, hub_cache=cache.root, revision=SHA)
    assert CacheSource().fetch(target, options).revision == SHA


def test_two_revisions_that_disagree(cache: Cache) -> None:
    target = Target(scheme="hub", id="acme/model", revision="main", requested="acme/model@main")
    with pytest.raises(UsageProblem):
        CacheSource().fetch(target, FetchOptions(now=NOW, hub_cache=cache.root, revision=SHA))


@pytest.mark.parametrize("revision", [OTHER, "absent", SHA[:7]])
def test_a_revision_that_is_not_cached(cache: Cache, revision: str) -> None:
    with pytest.raises(OfflineMiss):
        fetch(cache, revision=revision)


@pytest.mark.parametrize("revision", ["../../x", "a/../b", "a//b", "..", "a\\b", "a\0b"])
def test_a_revision_that_would_leave_the_folder(cache: Cache, revision: str) -> None:
    with pytest.raises(UsageProblem):
        fetch(cache, revision=revision)


@pytest.mark.parametrize("text", ["", "main", "../../../etc", SHA.upper(), SHA + "0", "\xff" * 300])
def test_a_damaged_ref(cache: Cache, text: str) -> None:
    cache.ref("main", text)
    with pytest.raises(OfflineMiss):
        fetch(cache)


def test_a_ref_that_links_out(cache: Cache, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text(SHA)
    (cache.folder / "refs" / "out").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OfflineMiss):
        fetch(cache, revision="out")


def test_what_is_not_cached_at_all(cache: Cache) -> None:
    with pytest.raises(OfflineMiss) as caught:
        fetch(cache, "acme/other")
    assert caught.value.exit_code == 3
    with pytest.raises(OfflineMiss):
        fetch(cache, hub_cache=None)
    with pytest.raises(OfflineMiss):
        fetch(cache, hub_cache=cache.root / "absent")


@pytest.mark.parametrize("name", ["../x", "a/../b", "/etc", ""])
def test_ids_that_are_none(cache: Cache, name: str) -> None:
    with pytest.raises(UsageProblem):
        fetch(cache, name)


def test_datasets_have_their_own_folders(cache: Cache) -> None:
    cache.folder.rename(cache.root / "datasets--acme--model")
    target = Target(scheme="dataset", id="acme/model", requested="x")
    assert CacheSource().fetch(target, FetchOptions(now=NOW, hub_cache=cache.root)).kind == "dataset"
    with pytest.raises(OfflineMiss):
        fetch(cache)


def test_a_stored_listing_makes_the_file_list_complete(cache: Cache) -> None:
    cache.add("README.md", "# Card\n")
    cache.tree("README.md", "LICENSE", "model.safetensors")
    snapshot = fetch(cache)
    assert snapshot.files_complete
    assert [entry.path for entry in snapshot.files] == ["LICENSE", "README.md", "model.safetensors"]
    missing = next(document for document in snapshot.documents if document.path == "LICENSE")
    # The license exists; that it was not read must not look as if there were none.
    assert (missing.role, missing.status, missing.text) == ("license", "not-fetched", None)


def test_a_listed_card_that_was_not_downloaded_is_not_complete(cache: Cache) -> None:
    cache.tree("README.md")
    cache.no_exist("README.md")
    assert not fetch(cache).card_complete


def test_no_card_is_proved_by_the_listing_or_by_the_clients_note(cache: Cache) -> None:
    assert not fetch(cache).card_complete
    cache.no_exist("README.md")
    assert fetch(cache).card_complete
    cache.folder.joinpath(".no_exist", SHA, "README.md").unlink()
    cache.tree("config.json")
    assert fetch(cache).card_complete


def test_a_note_for_another_commit_proves_nothing(cache: Cache) -> None:
    cache.no_exist("README.md")
    (cache.folder / ".no_exist" / SHA).rename(cache.folder / ".no_exist" / OTHER)
    assert not fetch(cache).card_complete


def test_a_file_beside_the_listing_means_it_is_not_complete(cache: Cache) -> None:
    cache.add("LICENSE", "x")
    cache.tree("config.json")
    snapshot = fetch(cache)
    assert not snapshot.files_complete
    assert not snapshot.card_complete
    assert [entry.path for entry in snapshot.files] == ["LICENSE", "config.json"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        "{}",
        '{"format_version": 2, "files": {}}',
        '{"format_version": 1}',
        '{"format_version": 1, "files": []}',
        '{"format_version": 1, "files": {"a": 1}}',
        '{"format_version": 1, "files": {"a": {}}}',
        '{"format_version": 1, "files": {"a": {"size": -1}}}',
        '{"format_version": 1, "files": {"a": {"size": "1"}}}',
        "[" * 100_000,
    ],
)
def test_a_damaged_listing_proves_nothing(cache: Cache, text: str) -> None:
    cache.write_tree(text)
    snapshot = fetch(cache)
    assert not snapshot.files_complete
    assert not snapshot.card_complete
    assert [problem.code for problem in snapshot.problems] == ["tree-unreadable"]


def test_links_out_of_the_repository_are_not_read(cache: Cache, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret words")
    for name in ("README.md", "LICENSE"):
        (cache.folder / "snapshots" / SHA / name).symlink_to(tmp_path / "secret")
    cache.tree("README.md", "LICENSE")
    snapshot = fetch(cache)
    assert [problem.code for problem in snapshot.problems] == ["symlink-outside"] * 2
    assert not snapshot.files_complete
    assert not snapshot.card_complete
    assert "secret words" not in repr(snapshot)


def test_a_snapshot_folder_that_links_out(cache: Cache, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "README.md").write_text("secret words")
    (cache.folder / "snapshots" / OTHER).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OfflineMiss):
        fetch(cache, revision=OTHER)


def test_a_whole_repository_moved_to_another_disk_is_read(cache: Cache, tmp_path: Path) -> None:
    cache.add("README.md", "# Card\n")
    blob = cache.folder / "snapshots" / SHA / "README.md"
    blob.unlink()
    blob.symlink_to("../../blobs/README.md")
    moved = cache.folder.rename(tmp_path / "moved")
    cache.folder.symlink_to(moved)
    assert fetch(cache).document("card") is not None


def test_it_reads_what_the_hubs_client_finds(cache: Cache) -> None:
    from huggingface_hub import try_to_load_from_cache

    cache.add("README.md", "# Card\n")
    found = try_to_load_from_cache("acme/model", "README.md", cache_dir=cache.root)
    assert isinstance(found, str)
    card = fetch(cache).document("card")
    assert card is not None
    assert card.text == Path(found).read_text()
