"""What is made from rules must be what the rules make now: docs and gallery, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from auditor.cli import program
from auditor.render.rule_pages import rule_pages
from auditor.rulebook.load import load_rulebook

REPOSITORY = Path(__file__).resolve().parents[2]
GALLERY = REPOSITORY / "reports" / "gallery"
DAY = "2026-11-25T00:00:00Z"


def test_docs_are_what_the_rules_say() -> None:
    for name, text in rule_pages(load_rulebook()).items():
        assert (REPOSITORY / "docs" / name).read_text("utf-8") == text, f"docs/{name} is stale: run `make docs`"


@pytest.mark.parametrize("ending", ["json", "html", "md", "csv"])
def test_the_gallery_is_what_the_program_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str) -> None:
    monkeypatch.setenv("AUDITOR_NOW", DAY)
    form = {"md": "markdown"}.get(ending, ending)
    out = tmp_path / f"report.{ending}"
    command = ["audit", f"@{GALLERY / 'models.txt'}", "--format", form, "-o", str(out)]
    result = CliRunner().invoke(program, command, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert out.read_bytes() == (GALLERY / f"report.{ending}").read_bytes(), "stale: run `make gallery`"


FIGURES = [word for name in ("heat", "scatter", "adoption", "licenses") for word in ("--figure", name)]
TABLE_FILES = {
    "html": ["disclosed.html"],
    "csv": ["disclosed.csv", "disclosed.csv.citation.json"],
    "markdown": ["disclosed.md"],
    "json": ["disclosed.json"],
    "latex": ["disclosed.tex"],
    "svg": [f"disclosed-{name}.svg" for name in ("heat", "scatter", "adoption", "licenses")],
}


def test_the_table_of_the_catalog_is_what_the_program_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDITOR_NOW", DAY)
    formats = [word for name in TABLE_FILES for word in ("--format", name)]
    command = ["table", "--disclosed", "--name", "disclosed", *formats, *FIGURES, "-o", str(tmp_path)]
    result = CliRunner().invoke(program, command, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    names = sorted(name for names in TABLE_FILES.values() for name in names)
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    for name in names:
        assert (tmp_path / name).read_bytes() == (GALLERY / name).read_bytes(), f"{name} is stale: run `make gallery`"
