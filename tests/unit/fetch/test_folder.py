"""Local folders and weight files as subjects."""

from __future__ import annotations

import json
import os
import struct
from pathlib import Path

import pytest

from auditor.errors import NotAModel, SubjectUnreachable, UsageProblem
from auditor.fetch import folder
from auditor.fetch.folder import FileSource, FolderSource
from auditor.fetch.interface import FetchOptions
from auditor.fetch.targets import Target
from auditor.model.snapshot import Document, Snapshot

NOW = "2026-01-01T00:00:00Z"
HEADER = json.dumps({"__metadata__": {"license": "mit"}}).encode()
WEIGHTS = len(HEADER).to_bytes(8, "little") + HEADER
GGUF = b"GGUF" + struct.pack("<IQQ", 3, 0, 0)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    root = tmp_path / "acme-model"
    (root / "sub").mkdir(parents=True)
    (root / "README.md").write_text("# Model\n")
    (root / "LICENSE").write_text("words\n")
    (root / "config.json").write_text("{}")
    (root / "model.safetensors").write_bytes(WEIGHTS)
    (root / "sub" / "NOTICE").write_text("notice\n")
    return root


def target(path: Path, scheme: str = "path") -> Target:
    return Target(scheme=scheme, id=path.name, path=str(path), requested=f"./{path.name}")  # type: ignore[arg-type]


def fetch(path: Path, **options: object) -> Snapshot:
    return FolderSource().fetch(target(path), FetchOptions(now=NOW, **options))  # type: ignore[arg-type]


def by_path(snapshot: Snapshot) -> dict[str, Document]:
    return {document.path: document for document in snapshot.documents}


def codes(snapshot: Snapshot) -> list[str]:
    return [problem.code for problem in snapshot.problems]


def test_a_folder(model: Path) -> None:
    snapshot = fetch(model)
    assert (snapshot.kind, snapshot.id, snapshot.source, snapshot.revision) == ("model", "acme-model", "folder", None)
    assert (snapshot.requested, snapshot.retrieved_at, snapshot.key) == ("./acme-model", NOW, "folder:acme-model")
    assert [(entry.path, entry.size) for entry in snapshot.files] == [
        ("LICENSE", 6),
        ("README.md", 8),
        ("config.json", 2),
        ("model.safetensors", len(WEIGHTS)),
        ("sub/NOTICE", 7),
    ]
    assert [(document.path, document.role) for document in snapshot.documents] == [
        ("README.md", "card"),
        ("LICENSE", "license"),
        ("sub/NOTICE", "notice"),
        ("config.json", "config"),
        ("model.safetensors", "header"),
    ]
    assert all(document.status == "read" for document in snapshot.documents)
    assert snapshot.card_complete
    assert not snapshot.problems


def test_a_folder_is_complete_only_when_the_user_vouches_for_it(model: Path) -> None:
    assert not fetch(model).files_complete
    assert fetch(model, complete=True).files_complete


def test_a_missing_card_is_proved_only_by_a_complete_folder(model: Path) -> None:
    (model / "README.md").unlink()
    assert not fetch(model).card_complete
    assert fetch(model, complete=True).card_complete


def test_two_readings_are_equal(model: Path) -> None:
    assert fetch(model) == fetch(model)


def test_a_link_out_of_the_folder_is_not_read(model: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret words")
    (model / "LICENSE").unlink()
    (model / "LICENSE").symlink_to(tmp_path / "secret")
    (model / "README.md").unlink()
    (model / "README.md").symlink_to("../secret")
    (model / "away").symlink_to(tmp_path)
    snapshot = fetch(model, complete=True)
    assert codes(snapshot) == ["symlink-outside"] * 3
    assert {"LICENSE", "README.md"} & {entry.path for entry in snapshot.files} == set()
    for path in ("LICENSE", "README.md"):
        assert by_path(snapshot)[path].status == "unreadable"
    assert "secret words" not in repr(snapshot)
    # Something was left out, so not even the user's word makes the list complete.
    assert not snapshot.files_complete
    assert not snapshot.card_complete


def test_a_sibling_whose_name_starts_like_the_folder_is_outside(model: Path) -> None:
    twin = model.with_name("acme-model-2")
    twin.mkdir()
    (twin / "x").write_text("x")
    (model / "COPYING").symlink_to(twin / "x")
    assert codes(fetch(model)) == ["symlink-outside"]


def test_links_inside_the_folder(model: Path) -> None:
    (model / "COPYING").symlink_to("LICENSE")
    (model / "circle").symlink_to(".")
    (model / "loop").symlink_to("loop")
    (model / "dangling").symlink_to("nothing")
    snapshot = fetch(model, complete=True)
    assert by_path(snapshot)["COPYING"].text == "words\n"
    assert sorted(codes(snapshot)) == ["symlink-broken", "symlink-broken", "symlink-folder"]
    assert not snapshot.files_complete


def test_a_folder_that_is_itself_a_link_is_read(model: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(model)
    assert fetch(tmp_path / "alias").document("card") is not None


def test_version_control_and_download_records_are_skipped(model: Path) -> None:
    for name in (".git/LICENSE", ".cache/huggingface/download/LICENSE"):
        (model / name).parent.mkdir(parents=True)
        (model / name).write_text("x")
    snapshot = fetch(model, complete=True)
    assert len(snapshot.files) == 5
    assert snapshot.files_complete


def test_the_hub_caches_own_links_are_followed(tmp_path: Path) -> None:
    repository = tmp_path / "models--acme--model"
    root = repository / "snapshots" / ("a" * 40)
    (repository / "blobs").mkdir(parents=True)
    root.mkdir(parents=True)
    (repository / "blobs" / "1").write_text("# Card\n")
    (tmp_path / "secret").write_text("secret")
    (root / "README.md").symlink_to("../../blobs/1")
    (root / "LICENSE").symlink_to("../../../secret")
    snapshot = fetch(root)
    assert by_path(snapshot)["README.md"].text == "# Card\n"
    assert codes(snapshot) == ["symlink-outside"]


def test_pipes_and_names_that_are_not_utf8(model: Path) -> None:
    os.mkfifo(model / "LICENSE.txt")
    Path(os.fsdecode(os.fsencode(model) + b"/\xff\xfe")).write_text("x")
    snapshot = fetch(model, complete=True)
    assert sorted(codes(snapshot)) == ["name-not-utf8", "not-a-file"]
    assert by_path(snapshot)["LICENSE.txt"].status == "unreadable"
    repr(snapshot).encode("utf-8")
    assert not snapshot.files_complete


def test_entries_levels_and_problems_are_capped(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = model / "a" / "b" / "c" / "d"
    deep.mkdir(parents=True)
    (deep / "LICENSE").write_text("x")
    with monkeypatch.context() as patch:
        patch.setattr(folder, "_DEPTH", 2)
        snapshot = fetch(model, complete=True)
        assert codes(snapshot) == ["too-deep"]
        assert not snapshot.files_complete
    with monkeypatch.context() as patch:
        patch.setattr(folder, "_ENTRIES", 3)
        snapshot = fetch_or_none(model)
        assert snapshot is None or ("too-many-files" in codes(snapshot) and not snapshot.files_complete)
    for number in range(120):
        (model / f"link{number}").symlink_to("nothing")
    assert codes(fetch(model))[-1] == "more-problems"
    assert len(codes(fetch(model))) == 101


def fetch_or_none(path: Path) -> Snapshot | None:
    # Which three entries a listing begins with is up to the file system; they may hold no model.
    try:
        return fetch(path, complete=True)
    except NotAModel:
        return None


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="the superuser may read everything")
def test_what_may_not_be_read_is_said(model: Path) -> None:
    (model / "sub").chmod(0)
    (model / "LICENSE").chmod(0)
    try:
        snapshot = fetch(model, complete=True)
    finally:
        (model / "sub").chmod(0o755)
    assert codes(snapshot) == ["unreadable-folder"]
    assert by_path(snapshot)["LICENSE"].status == "unreadable"


def test_a_folder_the_system_refuses_is_left_out(model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.scandir

    def refuse(place: Path) -> object:
        if Path(place).name == "sub":
            raise PermissionError(13, "Permission denied")
        return real(place)

    monkeypatch.setattr(folder.os, "scandir", refuse)
    snapshot = fetch(model, complete=True)
    assert codes(snapshot) == ["unreadable-folder"]
    assert not snapshot.files_complete


def test_a_card_in_any_encoding(model: Path) -> None:
    (model / "README.md").write_bytes("# Modèle\n".encode("utf-16"))
    assert by_path(fetch(model))["README.md"].text == "# Modèle\n"
    (model / "README.md").write_bytes(b"# Mod\xe8le\n")
    assert by_path(fetch(model))["README.md"].text == "# Modèle\n"


def test_a_truncated_card_is_not_complete(model: Path) -> None:
    (model / "README.md").write_bytes(b"x" * 2_000_001)
    snapshot = fetch(model, complete=True)
    card = by_path(snapshot)["README.md"]
    assert card.status == "read"
    assert card.detail == "truncated: the first 2000000 of 2000001 bytes were read"
    assert not snapshot.card_complete


def test_a_license_over_the_cap_is_not_read(model: Path) -> None:
    (model / "LICENSE").write_bytes(b"x" * 2_000_001)
    document = by_path(fetch(model))["LICENSE"]
    assert (document.status, document.text) == ("too-large", None)


def test_damaged_weights_do_not_end_the_audit(model: Path) -> None:
    (model / "model.safetensors").write_bytes(b"\xff" * 20)
    snapshot = fetch(model)
    assert by_path(snapshot)["model.safetensors"].status == "unreadable"


def test_only_a_few_headers_are_read(model: Path) -> None:
    for number in range(10):
        (model / f"m{number}.gguf").write_bytes(GGUF)
    roles = [document.role for document in fetch(model).documents]
    assert roles.count("header") == 4


@pytest.mark.parametrize("name", ["README.md", "readme.md", "config.json", "adapter_config.json", "w/model.bin"])
def test_each_starting_point_is_enough(tmp_path: Path, name: str) -> None:
    file = tmp_path / "m" / name
    file.parent.mkdir(parents=True)
    file.write_text("{}")
    assert fetch(tmp_path / "m").files[0].path == name


def test_folders_that_are_no_models(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotAModel):
        fetch(tmp_path / "empty")
    (tmp_path / "empty" / "notes.txt").write_text("x")
    with pytest.raises(NotAModel):
        fetch(tmp_path / "empty")


@pytest.mark.parametrize("name", ["absent", "nul\0", "x" * 300])
def test_paths_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(SubjectUnreachable) as caught:
        fetch(tmp_path / name)
    assert caught.value.exit_code == 3
    assert "hub:" in caught.value.help


def test_a_path_has_no_revisions(model: Path) -> None:
    with pytest.raises(UsageProblem):
        fetch(model, revision="main")


def test_a_weight_file(tmp_path: Path) -> None:
    file = tmp_path / "m.safetensors"
    file.write_bytes(WEIGHTS)
    snapshot = FileSource().fetch(target(file, "file"), FetchOptions(now=NOW, complete=True))
    assert (snapshot.source, snapshot.id, snapshot.key) == ("file", "m.safetensors", "file:m.safetensors")
    assert json.loads(snapshot.documents[0].text or "")["metadata"] == {"license": "mit"}
    assert [(entry.path, entry.size) for entry in snapshot.files] == [("m.safetensors", len(WEIGHTS))]
    # One file is never a repository, whatever the user vouches for.
    assert not snapshot.files_complete
    assert not snapshot.card_complete


def test_a_file_among_paths_and_a_folder_named_like_a_file(model: Path) -> None:
    assert fetch(model / "model.safetensors").source == "file"
    with pytest.raises(NotAModel):
        fetch(model / "LICENSE")
    odd = model.rename(model.with_name("m.gguf"))
    assert FileSource().fetch(target(odd, "file"), FetchOptions(now=NOW)).source == "folder"


def test_options_never_show_the_token() -> None:
    assert "hf_secret" not in repr(FetchOptions(now=NOW, token="hf_secret"))


@pytest.mark.corpus
def test_every_card_of_the_corpus_is_a_folder_we_can_read(corpus: Path) -> None:
    folders = sorted(place for place in (corpus / "cards").iterdir() if place.is_dir())
    assert folders
    for place in folders:
        snapshot = fetch(place)
        licenses = {file.name for file in place.iterdir() if file.name.upper().startswith("LICENSE")}
        assert licenses <= set(by_path(snapshot)), place.name
        # One clone of the corpus holds a Git LFS pointer in place of its config.
        unread = [document for document in snapshot.documents if document.status != "read"]
        assert all("Git LFS pointer" in (document.detail or "") for document in unread), place.name
