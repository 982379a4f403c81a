from __future__ import annotations

import re

import html5lib
import pytest

from auditor.model.report import Batch
from auditor.render.html_page import render
from auditor.render.interface import RenderOptions
from tests.unit.render.report_factory import batches, disclosed

PAGES = batches()


def page(name: str) -> str:
    return render(PAGES[name], RenderOptions())


@pytest.mark.parametrize("name", PAGES)
def test_it_is_valid_html_with_nothing_that_runs_or_loads(name: str) -> None:
    text = page(name)
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    tags = {element.tag for element in tree.iter() if isinstance(element.tag, str)}
    assert not tags & {"script", "img", "iframe", "link", "object", "embed", "form", "base"}
    for element in tree.iter():
        for attribute, value in element.attrib.items():
            assert not str(attribute).lower().startswith("on"), attribute
            if attribute == "href":
                assert value.startswith(("https://", "http://", "#")), value
            assert attribute not in ("src", "srcset", "background", "action")
    assert "default-src 'none'" in text


def test_template_syntax_of_a_subject_is_not_run_and_direction_marks_are_gone() -> None:
    text = page("hostile")
    assert "{{7*7}}" in text
    assert "49" not in re.findall(r"title'>(\d+)<", text)
    assert "\u202e" not in text
    assert "\x1b" not in text


def test_ids_are_unique_and_links_inside_the_page_lead_somewhere() -> None:
    text = page("several")
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(ids)


def test_the_same_reports_give_the_same_bytes() -> None:
    assert page("several") == page("several")


def test_a_report_says_what_a_reader_needs() -> None:
    text = page("one open model")
    for words in (
        "open-source-ai",
        "What you can do",
        "What would raise it",
        "Duties",
        "Provenance",
        "sha256",
        "not legal advice",
    ):
        assert words in text, words
    closed = page("one closed model")
    assert "No weights are published" in closed
    assert "terms not read" in closed


def test_two_hundred_reports_in_one_page() -> None:
    assert render(Batch(reports=(disclosed("openai/gpt-5"),) * 200), RenderOptions()).count("<article") == 200
