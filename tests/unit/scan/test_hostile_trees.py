"""Trees that were made to hurt: links out, depth, size, bombs, bad bytes; and names that must never count."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import RulebookInvalid, UsageProblem
from auditor.model.scan import Scan
from auditor.pipeline.scanning import scan_tree
from auditor.rulebook.load import load_rulebook
from auditor.rulebook.locator import data_folder
from auditor.rulebook.scan_rules import ScanRules, load_scan_rules
from auditor.scan.interface import SourceFile
from auditor.scan.names import Names
from auditor.scan.readers import reader_of
from auditor.scan.tracked import tracked_paths

LOAD = 'from transformers import AutoModel\nAutoModel.from_pretrained("acme/anvil-7b")\n'


@pytest.fixture(scope="module")
def rules() -> ScanRules:
    return load_scan_rules(load_rulebook())


def _scan(root: Path, rules: ScanRules, **files: str) -> Scan:
    for name, text in files.items():
        (root / name.replace("__", ".")).write_text(text, "utf-8")
    return scan_tree(root, rules)


def test_links_are_not_followed(tmp_path: Path, rules: ScanRules) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "load.py").write_text(LOAD)
    root = tmp_path / "root"
    root.mkdir()
    (root / "folder").symlink_to(outside)
    (root / "file.py").symlink_to(outside / "load.py")
    (root / "loop").symlink_to(root)
    scan = scan_tree(root, rules)
    assert (scan.references, scan.files.scanned, scan.files.skipped) == ((), 0, 3)


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "(" * 5000 + ")" * 5000,
        "x = " + "-" * 50_000 + "1",
        "x" + ".a" * 20_000,
        "x = " + "[" * 90 + "]" * 90,
        "a = b\nb = a\nAutoModel.from_pretrained(a)",
        "def f(x): return f(x)\nAutoModel.from_pretrained(f(1))",
        "x = 'a'\n" + "x = x + x\n" * 200 + "AutoModel.from_pretrained(x)",
        'x = "' + "a/" * 100_000 + '"',
        "\x0c\n" + LOAD.replace("(", "(\n"),
    ],
    ids=["parens", "signs", "attributes", "lists", "cycle", "recursion", "doubling", "long", "form feed"],
)
def test_no_python_can_crash_it(tmp_path: Path, rules: ScanRules, text: str) -> None:
    scan = _scan(tmp_path, rules, a__py=text, b__py=LOAD)
    assert "acme/anvil-7b" in {one.target for one in scan.references if one.file == "b.py"}


@pytest.mark.parametrize("ending", ["yaml", "json", "toml", "ipynb", "js", "sh", "env", "ini"])
def test_nesting_and_bombs(tmp_path: Path, rules: ScanRules, ending: str) -> None:
    (tmp_path / f"deep.{ending}").write_text("[" * 100_000)
    (tmp_path / f"maps.{ending}").write_text('{"a":' * 50_000)
    (tmp_path / f"quotes.{ending}").write_text("'\n\"\n" * 5_000)
    bomb = "a: &a [x, x]\n" + "".join(f"{n}: &{n} [*a, *a, *a]\n" for n in "bcdefghij")
    (tmp_path / f"bomb.{ending}").write_text(bomb)
    assert scan_tree(tmp_path, rules).files.scanned == 4


def test_bytes_that_are_no_text(tmp_path: Path, rules: ScanRules) -> None:
    (tmp_path / "binary.py").write_bytes(b"\0" * 100)
    (tmp_path / "latin.py").write_bytes(LOAD.encode() + b"# \xe9\xff\n")
    (tmp_path / "mark.py").write_bytes(b"\xef\xbb\xbf" + LOAD.replace("\n", "\r\n").encode())
    (tmp_path / "large.py").write_bytes(b"#" * 3_000_000)
    scan = scan_tree(tmp_path, rules)
    assert [(one.file, one.line) for one in scan.references] == [("latin.py", 2), ("mark.py", 2)]
    assert [one.file for one in scan.problems] == ["binary.py", "large.py"]


def test_a_broken_file_is_a_problem_and_not_a_failure(tmp_path: Path, rules: ScanRules) -> None:
    scan = _scan(tmp_path, rules, a__py="def f(:\n", b__py=LOAD, c__yaml="a: [\n", d__toml="= 1\n", e__ipynb="{}")
    assert [one.file for one in scan.problems] == ["a.py", "c.yaml", "d.toml", "e.ipynb"]
    assert len(scan.references) == 1


def test_columns_count_characters(tmp_path: Path, rules: ScanRules) -> None:
    scan = _scan(tmp_path, rules, a__py='é = "日本"; AutoModel.from_pretrained("acme/anvil-7b")\n')
    assert scan.references[0].column == 37


def test_a_marker_covers_its_own_line_and_the_next_only_when_alone(tmp_path: Path, rules: ScanRules) -> None:
    code = LOAD + 'AutoModel.from_pretrained("acme/b-7b")  # auditor: ignore\nAutoModel.from_pretrained("acme/c-7b")\n'
    scan = _scan(tmp_path, rules, a__py=code)
    assert [one.target for one in scan.references] == ["acme/anvil-7b", "acme/c-7b"]
    assert [one.target for one in scan.excluded] == ["acme/b-7b"]


def test_a_literal_that_only_looks_like_a_marker_is_none(tmp_path: Path, rules: ScanRules) -> None:
    code = 'x = "# auditor: ignore"; AutoModel.from_pretrained("acme/b-7b")\n'
    assert [one.target for one in _scan(tmp_path, rules, a__py=code).references] == ["acme/b-7b"]


def test_uses_with_and_without_a_revision_are_not_pinned(tmp_path: Path, rules: ScanRules) -> None:
    code = f'M = "acme/anvil-7b"\nAutoModel.from_pretrained(M, revision="{"a" * 40}")\nAutoModel.from_pretrained(M)\n'
    (one,) = _scan(tmp_path, rules, a__py=code).references
    assert (one.revision, one.pinned, [use.line for use in one.via]) == (None, False, [2, 3])


def test_include_brings_back_what_is_skipped(tmp_path: Path, rules: ScanRules) -> None:
    for place in ("vendor/lib", "gone", "env", "kept"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "load.py").write_text(LOAD)
    (tmp_path / "env" / "pyvenv.cfg").write_text("")
    (tmp_path / ".gitignore").write_text("/gone/\n")
    files = lambda *include: [one.file for one in scan_tree(tmp_path, rules, include=include).references]  # noqa: E731 - short
    assert files() == ["kept/load.py"]
    assert files("vendor") == ["kept/load.py", "vendor/lib/load.py"]
    assert files("gone/*.py", "env/") == ["env/load.py", "gone/load.py", "kept/load.py"]


def test_a_path_of_the_tree_is_no_model(tmp_path: Path, rules: ScanRules) -> None:
    (tmp_path / "mine" / "model-7b").mkdir(parents=True)
    (tmp_path / "mine" / "model-7b" / "config.json").write_text("{}")
    assert _scan(tmp_path, rules, a__py='AutoModel.from_pretrained("mine/model-7b")\n').references == ()


def test_an_empty_folder_hides_no_model(tmp_path: Path, rules: ScanRules) -> None:
    (tmp_path / "mine" / "model-7b").mkdir(parents=True)
    (tmp_path / "mine" / "model-7b" / ".gitkeep").write_text("")
    found = _scan(tmp_path, rules, a__py='AutoModel.from_pretrained("mine/model-7b")\n').references
    assert [one.target for one in found] == ["mine/model-7b"]


def test_no_such_path(tmp_path: Path, rules: ScanRules) -> None:
    with pytest.raises(UsageProblem):
        scan_tree(tmp_path / "nothing", rules)


@pytest.mark.parametrize(
    "text",
    ["./acme/anvil", "/acme/anvil", "~/acme/anvil", "acme/anvil.gguf", "models/anvil-7b", "text/html", "a/b/c", "org/name",
     "your-org/your-model", "<org>/<model>", "{org}/{name}", "$ORG/$NAME", "2024/05", "acme/", "/anvil", "", "a b/c", "acme//anvil",
     "acme/..", "s3://acme/anvil", "https://github.com/acme/anvil", "C:\\acme\\anvil", "acme/anvil\n", "-/-"],
)  # fmt: skip
def test_what_is_no_id_is_none_to_any_reader(rules: ScanRules, text: str) -> None:
    names = Names(rules)
    assert names.keyed(text, "model") is None or text == "acme/anvil\n"
    assert names.written(text) is None
    assert names.literal(text) is None


@settings(max_examples=60, deadline=None)
@given(
    text=st.text(max_size=200),
    kind=st.sampled_from(
        [
            "python",
            "yaml",
            "json",
            "toml",
            "script",
            "shell",
            "env",
            "ini",
            "notebook",
            "dockerfile",
            "makefile",
            "modelfile",
            "prose",
            "code",
        ]
    ),
)
def test_no_text_crashes_a_reader(rules: ScanRules, text: str, kind: str) -> None:
    reader_of(kind)(SourceFile(path="x", text=text, rules=rules, in_tests=False, exists=lambda _: False))


_PIECES = st.sampled_from(
    ["model", ": ", "=", "\n", "  ", "- ", '"', "'", "{", "}", "[", "]", "(", ")", ",", "acme/anvil-7b", "#", "//", "/*", "*/", "`",
     "${", "$(", "\\", "from_pretrained", "pipeline", "<<EOF", "EOF", "python -c ", "|", "RUN ", "FROM ", "https://huggingface.co/", "!"]
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(
    pieces=st.lists(_PIECES, max_size=40),
    kind=st.sampled_from(["python", "yaml", "json", "toml", "script", "shell", "dockerfile", "makefile"]),
)
def test_no_mix_of_marks_crashes_a_reader(rules: ScanRules, pieces: list[str], kind: str) -> None:
    text = "".join(pieces)
    found = reader_of(kind)(SourceFile(path="x", text=text, rules=rules, in_tests=False, exists=lambda _: False))
    rows = text.split("\n")
    for one in found.drafts:
        assert 1 <= one.line <= one.end_line <= len(rows)
        assert 1 <= one.column <= max(map(len, rows)) + 1


def test_a_broken_rule_file_says_where(tmp_path: Path) -> None:
    import shutil

    shutil.copytree(data_folder("rules") / "scan", tmp_path / "scan")
    path = tmp_path / "scan" / "calls.yaml"
    path.write_text(path.read_text().replace("provider: xai", "provider: xay"))
    with pytest.raises(RulebookInvalid, match=r"rules/scan/calls.yaml:\d+:\d+: no provider is called 'xay'.*xai"):
        load_scan_rules(load_rulebook(), tmp_path)


def test_a_cell_that_is_no_python_leaves_the_others(tmp_path: Path, rules: ScanRules) -> None:
    cells = [{"cell_type": "code", "source": "def f(:"}, {"cell_type": "code", "source": LOAD}]
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": cells}))
    scan = scan_tree(tmp_path, rules)
    assert [(one.cell, one.line, one.target) for one in scan.references] == [(2, 2, "acme/anvil-7b")]
    assert len(scan.problems) == 1


@pytest.mark.parametrize("keep", range(0, 400, 7))
def test_a_broken_index_of_git_says_nothing(tmp_path: Path, keep: int) -> None:
    entry = b"\0" * 60 + b"\0\x05" + b"a/b.c" + b"\0" * 5
    whole = b"DIRC\0\0\0\2\0\0\0\5" + entry * 5
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "index").write_bytes(whole[:keep])
    assert tracked_paths(tmp_path) <= {"a", "a/b.c"}
    (tmp_path / ".git" / "index").write_bytes(whole)
    assert tracked_paths(tmp_path) == {"a", "a/b.c"}
    (tmp_path / "a").mkdir()
    assert tracked_paths(tmp_path / "a") == {"b.c"}
