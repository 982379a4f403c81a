"""Names, quotes and places that attack the page, the sheet, the paper and the picture."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import html5lib
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from auditor.rulebook.schema_check import load_schema
from auditor.table.cells import safe_text
from auditor.table.formats import FIGURES, FORMATS, figure, writer
from auditor.table.interface import Table, TableOptions
from auditor.table.latex import latex_text
from tests.unit.table.reports import HOSTILE, hostile, table_of

COLUMNS = ("model", "id", "revision", "publisher", "family", "bases", "label", "weights", "data", "license", "released")
OPTIONS = TableOptions()


@pytest.fixture(scope="module", params=[None, "publisher"])
def table(request: pytest.FixtureRequest) -> Table:
    return table_of(hostile(), columns=COLUMNS, group_by=request.param)


def test_every_format_is_written_the_same_twice(table: Table) -> None:
    for name in FORMATS:
        assert writer(name)(table, OPTIONS) == writer(name)(table, OPTIONS)


def test_no_cell_has_control_or_direction_characters(table: Table) -> None:
    for row in table.rows:
        for cell in row.cells:
            assert safe_text(cell.shown) == cell.shown
            assert len(cell.shown) <= 700


def test_a_sheet_runs_nothing_and_has_one_row_a_report(table: Table) -> None:
    text = writer("csv")(table, OPTIONS).decode()
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows) == 1 + len(HOSTILE)
    assert len({len(row) for row in rows}) == 1
    for cell in (cell for row in rows for cell in row):
        assert not re.match(r"[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]", cell), cell
        assert "\n" not in cell


def test_markdown_has_one_line_a_row_and_no_markup_of_theirs(table: Table) -> None:
    text = writer("markdown")(table, OPTIONS).decode()
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {len(COLUMNS) + 1}
    page = html5lib.parseFragment(MarkdownIt("commonmark").enable("table").render(text), namespaceHTMLElements=False)
    tags = {element.tag for element in page.iter() if isinstance(element.tag, str)}
    assert not tags & {"script", "img", "svg", "a"}
    assert len(page.findall(".//tbody/tr")) == len(HOSTILE)


def test_the_page_has_only_our_script(table: Table) -> None:
    text = writer("html")(table, OPTIONS).decode()
    page = html5lib.parse(text, namespaceHTMLElements=False)
    assert len(list(page.iter("script"))) == 1
    tags = [element for element in page.iter() if isinstance(element.tag, str)]
    assert not {element.tag for element in tags} & {"img", "iframe", "object", "embed", "link", "base"}
    for element in tags:
        assert not [name for name in element.attrib if str(name).startswith("on")]
        assert not str(element.attrib.get("href", "")).startswith(("javascript:", "data:"))
    assert len(page.findall(".//tbody/tr[@data-label]")) == len(HOSTILE)


def test_json_follows_its_schema(table: Table) -> None:
    data = json.loads(writer("json")(table, OPTIONS))
    jsonschema.Draft202012Validator(load_schema("table.v1")).validate(data)


def test_parquet_holds_the_same_values(table: Table) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    found = parquet.read_table(io.BytesIO(writer("parquet")(table, OPTIONS)))
    assert found.num_rows == len(HOSTILE)
    assert str(found.schema.field("weights_level").type) == "double"
    assert json.loads(found.schema.metadata[b"auditor.citation"])["reports"] == len(HOSTILE)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_xml_with_text_and_without_script(table: Table, name: str) -> None:
    root = ElementTree.fromstring(figure(name, table, OPTIONS))
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "title", "desc", "metadata", "defs", "pattern", "rect", "path", "line", "circle", "text"}
    assert root.attrib["role"] == "img"
    for element in root.iter():
        assert not [key for key in element.attrib if key.startswith("on") or "href" in key]


COMMANDS = re.compile(r"\\([A-Za-z]+|.)")
OURS = {
    "textbackslash", "textasciicircum", "textasciitilde", "textless", "textgreater", "textbar", "textquotedbl",
    "textquotesingle", "textasciigrave", "ldots", "allowbreak", "auditorchar", "i", "j", "v", "u", "c", "H", "r",
    *"{}$&#%_`'^~=.\"",
}  # fmt: skip


@given(st.text(max_size=80))
def test_latex_text_has_no_command_but_ours(text: str) -> None:
    written = latex_text(safe_text(text))
    assert written.isascii()
    assert {found[1] for found in COMMANDS.finditer(written)} <= OURS
    bare = re.sub(r"\\[{}]", "", written)
    assert bare.count("{") == bare.count("}")
    assert not re.search(r"(?<!\\)[%$&#_~^]", re.sub(r"\\[\^~`'=.\"]\{", "{", written))


def test_the_paper_compiles(table: Table, tmp_path: Path) -> None:
    """With an engine it is set; without one its structure is looked at."""
    text = writer("latex")(table, OPTIONS).decode()
    assert text.count("\\begin{longtable}") == text.count("\\end{longtable}") == 1
    body = text[text.index("\\endfoot") : text.index("\\end{longtable}")]
    rows = [line for line in body.splitlines() if line.endswith("\\\\") and "\\multicolumn" not in line]
    assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {len(COLUMNS) - 1}
    for number in re.findall(r"\\footnotemark\[(\d+)\]", body):
        assert f"\\textsuperscript{{{number}}}~" in text
    engine = next((found for name in ("pdflatex", "lualatex", "tectonic") if (found := shutil.which(name))), None)
    if engine is None:
        return
    (tmp_path / "table.tex").write_text(text, "utf-8")
    (tmp_path / "paper.tex").write_text(
        "\\documentclass{article}\\usepackage[T1]{fontenc}\\usepackage{booktabs,longtable,array,textcomp}"
        "\\begin{document}\\input{table.tex}\\end{document}\n",
        "utf-8",
    )
    command = [engine, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "paper.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
