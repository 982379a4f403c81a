"""The one file that is ever changed in a folder."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from auditor.errors import UsageProblem
from auditor.fetch.card_file import change_card, create_card


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_file_is_replaced_and_a_hard_link_outside_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (tmp_path / "other.md").write_bytes(b"one")
    (folder / "README.md").hardlink_to(tmp_path / "other.md")
    change_card(folder, "README.md", sha(b"one"), lambda data: data + b" two")
    assert (folder / "README.md").read_bytes() == b"one two"
    assert (tmp_path / "other.md").read_bytes() == b"one"
    assert [path.name for path in folder.iterdir()] == ["README.md"]


@pytest.mark.parametrize("name", ["../README.md", "sub/README.md", "/etc/README.md", "", ".", ".."])
def test_nothing_outside_the_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / "README.md").write_bytes(b"one")
    folder = tmp_path / "own"
    (folder / "sub").mkdir(parents=True)
    (folder / "sub" / "README.md").write_bytes(b"one")
    with pytest.raises(UsageProblem):
        change_card(folder, name, sha(b"one"), lambda data: b"two")
    with pytest.raises(UsageProblem):
        create_card(folder, name, b"two")
    assert (tmp_path / "README.md").read_bytes() == (folder / "sub" / "README.md").read_bytes() == b"one"


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_bytes(b"new")
    for known in (sha(b"old"), None):
        with pytest.raises(UsageProblem, match="changed"):
            change_card(tmp_path, "README.md", known, lambda data: b"two")
    assert (tmp_path / "README.md").read_bytes() == b"new"


def test_an_edit_that_fails_leaves_everything_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_bytes(b"one")

    def edit(data: bytes) -> bytes:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        change_card(tmp_path, "README.md", sha(b"one"), edit)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"one"]


def test_no_symlinks_pipes_or_folders(tmp_path: Path) -> None:
    (tmp_path / "real.md").write_bytes(b"one")
    (tmp_path / "link.md").symlink_to("real.md")
    (tmp_path / "broken.md").symlink_to("nowhere.md")
    (tmp_path / "folder.md").mkdir()
    os.mkfifo(tmp_path / "pipe.md")
    for name in ("link.md", "broken.md", "folder.md", "pipe.md", "absent.md"):
        with pytest.raises(UsageProblem):
            change_card(tmp_path, name, sha(b"one"), lambda data: b"two")
    for name in ("real.md", "link.md", "broken.md"):
        with pytest.raises(UsageProblem):
            create_card(tmp_path, name, b"two")
    assert (tmp_path / "real.md").read_bytes() == b"one"
    assert not (tmp_path / "nowhere.md").exists()
