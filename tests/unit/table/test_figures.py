"""Figures: what is drawn, that it is said in words, and that gray and color-blind readers can tell things apart."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import UsageProblem
from auditor.render.wording import LADDER
from auditor.table.figures import png
from auditor.table.figures.adoption import MAX_PERIODS, periods
from auditor.table.figures.heat import MAX_ROWS
from auditor.table.figures.palette import LEVELS, ink_on, label_color, label_pattern
from auditor.table.formats import FIGURES, figure
from auditor.table.interface import Table, TableOptions
from tests.unit.table.reports import changed, table_of
from tests.unit.table.test_table import REPORTS

SVG = "{http://www.w3.org/2000/svg}"


def drawn(name: str, table: Table, options: TableOptions | None = None) -> ElementTree.Element:
    return ElementTree.fromstring(figure(name, table, options or TableOptions()))


def words(root: ElementTree.Element) -> list[str]:
    """What can be read, without the titles that only a pointer shows."""
    texts = root.iter(f"{SVG}text")
    return [(element.text or "") + "".join(child.tail or "" for child in element) for element in texts]


def light(color: str) -> float:
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_levels_grow_lighter_in_gray_and_their_numbers_can_be_read() -> None:
    shades = [light(color) for color in LEVELS]
    assert all(after / before > 1.5 for before, after in itertools.pairwise(shades))
    for color in (*LEVELS, *map(label_color, LADDER)):
        pair = sorted((light(color), light(ink_on(color))))
        assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 4.5, color


def test_labels_differ_by_pattern_where_color_fails() -> None:
    assert len({label_pattern(label) for label in LADDER}) == len(LADDER)


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_has_title_description_and_citation(name: str) -> None:
    root = drawn(name, table_of(REPORTS))
    labelled = root.attrib["aria-labelledby"].split()
    ids = {element.attrib["id"]: element for element in root.iter() if "id" in element.attrib}
    assert all((ids[one].text or "").strip() for one in labelled)
    (metadata,) = root.iter(f"{SVG}metadata")
    assert "Rulebook" in (metadata.text or "")
    assert words(root)[-1].startswith("auditor 0; rulebook")
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for element in root.iter(f"{SVG}text"):
        assert 0 <= float(element.attrib["x"]) <= width
        assert 0 <= float(element.attrib["y"]) <= height


def test_the_strip_prints_every_level() -> None:
    table = table_of(REPORTS)
    found = words(drawn("heat", table))
    for row in table.rows:
        assert row.plotted.name in found
        place = found.index(row.plotted.name)
        expected = [f"{a}" if a == b else f"{a}\N{EN DASH}{b}" for a, b in row.plotted.grades.values()]
        assert found[place + 1 : place + 5] == expected


def test_too_many_rows_are_said_and_not_drawn() -> None:
    many = [changed("openai/gpt-5", id=f"a/{n}", title=None) for n in range(MAX_ROWS + 5)]
    table = table_of(many, columns=["id"])
    assert f"The first {MAX_ROWS} of {MAX_ROWS + 5} are drawn." in words(drawn("heat", table))
    scatter = drawn("scatter", table)
    assert str(MAX_ROWS + 5) in words(scatter)
    assert any("too many for points" in text for text in words(scatter))


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 150))
def test_points_of_one_field_do_not_lie_on_each_other(count: int) -> None:
    many = [changed("openai/gpt-5", id=f"a/{n}", title=None) for n in range(count)]
    root = drawn("scatter", table_of(many, columns=["id"]))
    marks = [element.attrib["d"] for element in root.iter(f"{SVG}path") if element.find(f"{SVG}title") is not None]
    assert len(marks) == len(set(marks)) == count


def test_bars_reach_to_what_is_not_ruled_out() -> None:
    (report,) = (one for one in REPORTS if one["subject"]["id"] == "huggingfacetb/smollm3-3b")
    assert report["grades"]["terms"]["level"] < report["grades"]["terms"]["ceiling"]
    root = drawn("scatter", table_of([report]))
    dark = [element for element in root.iter(f"{SVG}line") if element.attrib["stroke"] == "#666"]
    assert len(dark) == 2


def released(day: str | None, n: int) -> dict[str, object]:
    evidence = {
        "kind": "disclosed",
        "source": "x",
        "path": None,
        "lines": None,
        "quote": None,
        "sha256": None,
        "read_on": day,
    }
    return changed("openai/gpt-5", id=f"a/{n}", released={"on": day, "evidence": evidence} if day else None)


def test_models_without_a_date_are_left_out_and_counted() -> None:
    days = ["2024-01-15", "2024-03-01", None, "2025-07-31", None]
    table = table_of([released(day, n) for n, day in enumerate(days)], columns=["id", "released"], sort=["released"])
    found = words(drawn("adoption", table))
    assert "2 of 5 models have no known date and are left out." in found
    titles = [t.text for t in drawn("adoption", table).iter(f"{SVG}title")]
    assert "2024-01, api-only: 1" in titles
    assert "2025-07, api-only: 3" in titles
    assert [row.cells[1].shown for row in table.rows][-1] == "\N{EN DASH}"


def test_nothing_dated_is_said() -> None:
    found = words(drawn("adoption", table_of([released(None, 1)])))
    assert "No model here has a known date." in found
    by_audit = words(drawn("adoption", table_of([released(None, 1)]), TableOptions(dates="as-of")))
    assert "2026-11-25" in by_audit


@given(st.lists(st.dates().map(lambda day: day.isoformat()).filter(lambda day: day >= "1900"), max_size=8))
def test_periods_are_few_and_end_with_the_last_day(days: list[str]) -> None:
    found = periods(days)
    assert len(found) <= MAX_PERIODS
    assert found == sorted(found)
    if days:
        assert found[-1][:4] == max(days)[:4]


def test_shares_add_up() -> None:
    titles = [t.text or "" for t in drawn("licenses", table_of(REPORTS)).iter(f"{SVG}title")]
    counts = [int(text.rpartition(": ")[2].split()[0]) for text in titles if ": " in text]
    assert sum(counts) == len(REPORTS)


def test_a_picture_needs_its_library_and_a_font(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("resvg_py")
    svg = figure("licenses", table_of(REPORTS), TableOptions())
    assert png.png_of(svg).startswith(b"\x89PNG")
    monkeypatch.setattr(png, "_has_font", lambda drawn: False)
    with pytest.raises(UsageProblem, match="no font"):
        png.png_of(svg)
    monkeypatch.setitem(__import__("sys").modules, "resvg_py", None)
    with pytest.raises(UsageProblem, match="resvg-py") as caught:
        png.png_of(svg)
    assert "openness-auditor[figures]" in caught.value.help
