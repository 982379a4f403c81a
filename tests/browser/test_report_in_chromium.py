"""The page in a real browser: no request, no script, no overflow, no accessibility violation, printable."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from auditor.render.adoption import pack_files
from auditor.render.html_page import render
from auditor.render.interface import RenderOptions
from tests.unit.render.report_factory import batches, pack

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
JUDGED = "meta-llama/llama-3.3-70b-instruct"
PAGES = ["one open model", "one closed model", "several", "hostile", "with a verdict", "hostile verdict", "memo", "lineages",
         "merge of many", "hostile lineage"]  # fmt: skip


@pytest.fixture(params=PAGES)
def opened(
    request: pytest.FixtureRequest, browser: Browser, tmp_path: Path
) -> Iterator[tuple[Page, list[str], list[str]]]:
    file = tmp_path / "report.html"
    memo = request.param == "memo"
    text = pack_files(pack(JUDGED))["memo.html"] if memo else render(batches()[request.param], RenderOptions())
    file.write_text(text, "utf-8")
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    requests: list[str] = []
    dialogs: list[str] = []
    page.on("request", lambda asked: requests.append(asked.url))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: dialogs.append(str(error)))
    page.goto(file.as_uri())
    yield page, [url for url in requests if url != file.as_uri()], dialogs
    page.close()


def test_nothing_is_asked_for_and_nothing_runs(opened: tuple[Page, list[str], list[str]]) -> None:
    page, requests, dialogs = opened
    for summary in page.locator("summary").all()[:40]:
        summary.click()
    assert requests == []
    assert dialogs == []
    assert page.title() != "owned"
    assert page.locator("script, img, iframe").count() == 0


# Colors do not depend on what is written: these pages have the parts of the others, and far more of them.
SAME_COLORS = ("hostile", "hostile verdict", "merge of many", "hostile lineage")
SCHEMES = [
    (page, scheme) for page in PAGES for scheme in ("light", "dark") if scheme == "light" or page not in SAME_COLORS
]


@pytest.mark.parametrize(("opened", "scheme"), SCHEMES, indirect=["opened"])
def test_no_accessibility_violation(opened: tuple[Page, list[str], list[str]], scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page, _, _ = opened
    page.emulate_media(color_scheme=scheme)
    violations = Axe().run(page).response["violations"]
    found = {rule["id"]: [node["html"][:200] for node in rule["nodes"][:3]] for rule in violations}
    assert found == {}


@pytest.mark.parametrize("width", [360, 1200])
def test_the_page_is_never_wider_than_the_window(opened: tuple[Page, list[str], list[str]], width: int) -> None:
    page, _, _ = opened
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_prints(opened: tuple[Page, list[str], list[str]], tmp_path: Path) -> None:
    page, _, _ = opened
    assert page.pdf(path=str(tmp_path / "report.pdf"), format="A4").startswith(b"%PDF")
