"""The table in a real browser: sorting and filtering by mouse and keyboard, without a request, readable without script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from auditor.table.formats import writer
from auditor.table.interface import TableOptions
from tests.unit.table.reports import HOSTILE, hostile, plain, table_of
from tests.unit.table.test_table import REPORTS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
COLUMNS = ("id", "model", "label", "weights", "license", "revision")
TABLES = {
    "plain": lambda: table_of([*REPORTS, plain("bigscience/bloom")], columns=COLUMNS),
    "grouped": lambda: table_of([*REPORTS, plain("bigscience/bloom")], columns=COLUMNS, group_by="license"),
    "hostile": lambda: table_of([*REPORTS, *hostile()], columns=COLUMNS, group_by="publisher"),
}


@pytest.fixture(params=TABLES)
def opened(request: pytest.FixtureRequest, browser: Browser, tmp_path: Path) -> Iterator[tuple[str, Page, list[str]]]:
    file = tmp_path / "table.html"
    file.write_bytes(writer("html")(TABLES[request.param](), TableOptions()))
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    seen: list[str] = []
    page.on("request", lambda asked: seen.append(asked.url) if asked.url != file.as_uri() else None)
    page.on("dialog", lambda dialog: (seen.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: seen.append(str(error)))
    page.on("console", lambda message: seen.append(message.text))
    page.goto(file.as_uri())
    yield request.param, page, seen
    page.close()


def column(page: Page, number: int) -> list[str]:
    cells = page.locator(f"#table tbody tr:not(.group):not([hidden]) > :nth-child({number}) > bdi")
    return list(cells.all_text_contents())


def bodies(page: Page) -> list[list[str]]:
    """The first column of each group."""
    every = page.locator("#table tbody").all()
    return [body.locator("tr:not(.group) > :first-child > bdi").all_text_contents() for body in every]


def test_nothing_is_asked_for_and_nothing_of_theirs_runs(opened: tuple[str, Page, list[str]]) -> None:
    name, page, seen = opened
    assert page.locator("#table tbody tr[data-label]").count() == len(REPORTS) + (
        len(HOSTILE) if name == "hostile" else 1
    )
    assert page.title() != "owned"
    assert seen == []


def test_a_click_sorts_by_value_and_says_so(opened: tuple[str, Page, list[str]]) -> None:
    _, page, seen = opened
    before = bodies(page)
    head = page.locator("#table thead th").nth(3)
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    for body in page.locator("#table tbody").all():
        cells = body.locator("tr:not(.group) > :nth-child(4)").all()
        values = [(float(c.get_attribute("data-low") or 0), float(c.get_attribute("data-high") or 0)) for c in cells]
        assert values == sorted(values)
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    other = page.locator("#table thead th").nth(0)
    other.locator("button").click()
    assert head.get_attribute("aria-sort") is None
    assert [sorted(group) for group in bodies(page)] == [sorted(group) for group in before], "no row leaves its group"
    assert seen == []


def test_labels_sort_by_rung_not_by_letter(opened: tuple[str, Page, list[str]]) -> None:
    name, page, _ = opened
    page.locator("#table thead th").nth(2).locator("button").click()
    if name == "plain":
        lows = page.locator("#table tbody td[data-low]:nth-child(3)").all()
        rungs = [int(cell.get_attribute("data-low") or 0) for cell in lows]
        assert rungs == sorted(rungs)
        assert column(page, 3)[-1].startswith("open-source-ai")


def test_empty_cells_stay_at_the_end(opened: tuple[str, Page, list[str]]) -> None:
    name, page, _ = opened
    if name != "plain":
        return
    button = page.locator("#table thead th").nth(5).locator("button")
    for _ in range(2):
        button.click()
        empty = [
            c.get_attribute("data-empty") is not None for c in page.locator("#table tbody tr > :nth-child(6)").all()
        ]
        assert empty == sorted(empty)


def test_the_keyboard_does_what_the_mouse_does(opened: tuple[str, Page, list[str]]) -> None:
    _, page, _ = opened
    head = page.locator("#table thead th").nth(1)
    head.locator("button").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Space")
    assert head.get_attribute("aria-sort") == "descending"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('th').cellIndex") == 2


def test_text_and_label_filter(opened: tuple[str, Page, list[str]]) -> None:
    _, page, seen = opened
    total = page.locator("#table tbody tr[data-label]").count()
    assert page.locator("#count").text_content() == f"{total} of {total} shown"
    page.locator("#words").fill("OLMO")
    assert column(page, 1) == ["allenai/olmo-2-1124-7b"]
    assert page.locator("#count").text_content() == f"1 of {total} shown"
    page.locator("#words").fill("")
    page.locator("#label").select_option("api-only")
    shown = column(page, 3)
    assert shown
    assert all(re.match("api-only", text) for text in shown)
    page.locator("#words").fill("no such model")
    assert column(page, 1) == []
    assert page.locator("#table tbody:not([hidden])").count() == 0
    page.locator("#words").fill("")
    page.locator("#label").select_option("")
    assert len(column(page, 1)) == total
    page.locator("#words").press("Enter")
    assert seen == []


def test_a_note_leads_to_its_evidence(opened: tuple[str, Page, list[str]]) -> None:
    _, page, _ = opened
    link = page.locator("#table sup a").first
    place = link.get_attribute("href") or ""
    link.click()
    assert page.url.endswith(place)
    assert page.locator(f"li{place}").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_accessibility_violation(opened: tuple[str, Page, list[str]], scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    _, page, _ = opened
    page.emulate_media(color_scheme=scheme)
    page.locator("#table thead button").first.click()
    violations = Axe().run(page).response["violations"]
    found = {rule["id"]: [node["html"][:200] for node in rule["nodes"][:3]] for rule in violations}
    assert found == {}


@pytest.mark.parametrize("width", [360, 1200])
def test_the_page_is_never_wider_than_the_window(opened: tuple[str, Page, list[str]], width: int) -> None:
    _, page, _ = opened
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_script_it_is_a_plain_table(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "table.html"
    file.write_bytes(writer("html")(TABLES["grouped"](), TableOptions()))
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.locator("#table tbody tr[data-label]").count() == len(REPORTS) + 1
    assert page.locator("form.controls").is_hidden()
    assert page.locator("#table button").count() == 0
    assert page.locator("#table caption").is_visible()
    context.close()


def test_it_prints(opened: tuple[str, Page, list[str]], tmp_path: Path) -> None:
    _, page, _ = opened
    assert page.pdf(path=str(tmp_path / "table.pdf"), format="A4", landscape=True).startswith(b"%PDF")
