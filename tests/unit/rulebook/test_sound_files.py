"""Remembered rule files: a shortcut that never hides a change or a mistake."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from auditor.errors import RulebookInvalid
from auditor.rulebook import load
from auditor.rulebook.load import load_rulebook
from auditor.rulebook.locator import data_folder


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return Path(shutil.copytree(data_folder("rules"), tmp_path / "rules"))


def loaded(rules: Path, cache: Path) -> load.Rulebook:
    load._LOADED.clear()
    return load_rulebook(rules, cache=cache)


def test_a_second_load_gives_the_same_rulebook(rules: Path, tmp_path: Path) -> None:
    first, second = loaded(rules, tmp_path / "cache"), loaded(rules, tmp_path / "cache")
    assert first.sha256 == second.sha256
    assert first.licenses == second.licenses
    assert first.fingerprints == second.fingerprints


def test_a_changed_file_is_read_again_and_a_mistake_has_its_place(rules: Path, tmp_path: Path) -> None:
    loaded(rules, tmp_path / "cache")
    mit = rules / "licenses" / "mit.yaml"
    text = mit.read_text("utf-8")
    mit.write_text(text.replace('title: "', 'title: "The '), "utf-8")
    assert loaded(rules, tmp_path / "cache").licenses["mit"].title.startswith("The ")
    mit.write_text(text.replace("  modify: {value: yes", "  modify: {value: maybe"), "utf-8")
    with pytest.raises(RulebookInvalid, match=r"mit\.yaml:\d+:\d+: 'maybe' is no value of modify"):
        loaded(rules, tmp_path / "cache")


def test_a_mistake_across_remembered_files_still_has_its_place(rules: Path, tmp_path: Path) -> None:
    loaded(rules, tmp_path / "cache")
    vocabulary = rules / "vocabulary.yaml"
    vocabulary.write_text(
        vocabulary.read_text("utf-8").replace('      private-only: "', '      only-private: "'), "utf-8"
    )
    profile = rules / "licenses" / "cc-by-nc-nd-4.0.yaml"
    assert "private-only" in profile.read_text("utf-8")
    with pytest.raises(RulebookInvalid, match=r"cc-by-nc-nd-4\.0\.yaml:[2-9]\d*:\d+"):
        loaded(rules, tmp_path / "cache")


@pytest.mark.parametrize("content", [b"", b"\xc1", b"nonsense", b"\x91" * 5000])
def test_a_broken_store_is_as_good_as_none(rules: Path, tmp_path: Path, content: bytes) -> None:
    cache = tmp_path / "cache"
    loaded(rules, cache)
    (store,) = (cache / "rulebook").iterdir()
    store.write_bytes(content)
    assert loaded(rules, cache).licenses


def test_a_cache_that_cannot_be_written_is_no_error(rules: Path, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be")
    assert loaded(rules, tmp_path / "cache").licenses
