from __future__ import annotations

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from auditor.model.report import Batch, LineageNode, Report
from auditor.render.html_page import render
from auditor.render.interface import RenderOptions
from auditor.render.lineage_graph import MAX_NODES, drawing_of, items_of, node_words, shortened
from auditor.render.lineage_layout import BOX_HEIGHT, BOX_WIDTH, Link, depths, place
from auditor.render.markdown import render as markdown
from tests.unit.render import lineage_factory as made
from tests.unit.render.report_factory import disclosed

CASES = {
    "chain": made.chained, "merge": made.merged, "circle": made.circular, "hostile": made.hostile_lineage,
    "deep": made.deep,
}  # fmt: skip
SVG = "{http://www.w3.org/2000/svg}"
NAMES = st.sampled_from("abcdefgh")
LINKS = st.lists(st.builds(Link, NAMES, NAMES, st.sampled_from(["merge", "finetune"])), max_size=24)


def page(report: Report) -> str:
    return render(Batch(reports=(report,)), RenderOptions())


@pytest.mark.parametrize("name", CASES)
def test_the_page_is_valid_and_the_same_every_time(name: str) -> None:
    text = page(CASES[name]())
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    (svg,) = tree.findall(f".//{SVG}svg[@class='lineage']")
    assert svg.attrib["role"] == "img"
    assert svg.find(f"{SVG}title") is not None
    assert svg.find(f"{SVG}desc") is not None
    assert {element.tag.removeprefix(SVG) for element in svg.iter()} <= {
        "svg", "title", "desc", "g", "polyline", "polygon", "text", "rect", "path",
    }  # fmt: skip
    assert text == page(CASES[name]())


def test_kind_relation_and_status_are_words() -> None:
    drawing = drawing_of(made.chained())
    assert drawing is not None
    said = {box.lines[0]: box.lines[1:] for box in drawing.boxes}
    assert said["forge/iron-8b"] == ("llama3.1", "model: confirmed, gated")
    assert said["gone/model"] == ("terms unknown", "model: cannot be found")
    assert said["forge/teacher"] == ("no license", "model: missing")
    assert said["acme/sentences"] == ("cc-by-nc-4.0", "data set: confirmed")
    assert {line.label[2] for line in drawing.lines if line.label} == {
        "quantized", "finetune", "made from", "outputs of", "merge", "data",
    }  # fmt: skip
    unknown = {box.lines[0] for box in drawing.boxes if box.unknown}
    assert unknown == {"gone/model", "forge/teacher"}


def test_at_most_sixty_boxes_and_the_others_are_counted() -> None:
    drawing = drawing_of(made.merged(200))
    assert drawing is not None
    boxes = [box for box in drawing.boxes if box.shape != "more"]
    (more,) = [box for box in drawing.boxes if box.shape == "more"]
    assert len(boxes) == MAX_NODES
    assert more.lines[0] == "and 141 more"
    assert more.unknown
    assert "60 of 201 are drawn" in " ".join(drawing.notes)


def test_a_circle_is_said_and_does_not_loop() -> None:
    drawing = drawing_of(made.circular())
    assert drawing is not None
    assert len(drawing.boxes) == 3
    assert sum("circle" in note for note in drawing.notes) == 2
    items, left_out = items_of(made.circular())
    assert left_out == 0
    assert [(item.node.id, item.repeated) for item in items] == [
        ("a/a", False), ("a/b", False), ("a/b", True), ("a/c", False), ("a/a", True),
    ]  # fmt: skip


def test_a_report_without_lineage_has_no_drawing() -> None:
    assert drawing_of(disclosed("openai/gpt-5")) is None
    assert '<svg class="lineage"' not in page(disclosed("openai/gpt-5"))


def test_markdown_lists_the_chain_and_no_name_gets_out_of_its_line() -> None:
    text = markdown(Batch(reports=(made.chained(),)), RenderOptions())
    assert "\n  - quantized acme/anvil: license apache-2.0" in text
    assert "\n    - merge gone/model: cannot be found: terms unknown" in text
    shown = MarkdownIt("commonmark").render(markdown(Batch(reports=(made.hostile_lineage(),)), RenderOptions()))
    assert "<script" not in shown
    assert "<img" not in shown


@pytest.mark.parametrize(
    ("node", "words"),
    [
        (made.node("a/b", status="not-visited"), "not visited: terms unknown"),
        (made.node("a/b", status="gated"), "behind a gate, not read: terms unknown"),
        (LineageNode(id="a/b", kind="model", status="read", license_status="unresolved"),
         "license not known: terms unknown"),
        (made.node("a/b", None), "no license: nothing is granted"),
    ],
)  # fmt: skip
def test_what_is_not_known_never_reads_as_granted(node: LineageNode, words: str) -> None:
    assert node_words(node) == words


@given(st.text(max_size=300))
def test_a_shortened_name_fits_and_keeps_both_ends(name: str) -> None:
    short = shortened(name, 30)
    assert len(short) <= 30
    if len(name) <= 15:
        assert "…" not in short or "…" in name
    assert shortened("acme/" + "x" * 90 + "-Q4").startswith("acme/x")
    assert shortened("acme/" + "x" * 90 + "-Q4").endswith("-Q4")


@given(LINKS)
def test_every_layout_is_finite_without_overlap_and_its_lines_cross_no_box(links: list[Link]) -> None:
    nodes = sorted("abcdefgh")
    layout = place("a", nodes, links)
    depth, cut = depths("a", links)
    assert {box.key for box in layout.boxes} == set(depth)
    assert layout == place("a", nodes, list(reversed(links)))
    for box in layout.boxes:
        assert 0 <= box.x <= layout.width - BOX_WIDTH
        assert 0 <= box.y <= layout.height - BOX_HEIGHT
    for one in layout.boxes:
        for other in layout.boxes:
            if one.key != other.key and one.x == other.x:
                assert abs(one.y - other.y) >= BOX_HEIGHT
    for line in layout.lines:
        assert line.link not in cut
        for (x1, y1), (x2, y2) in zip(line.points, line.points[1:], strict=False):
            assert x1 == x2 or y1 == y2
            for box in layout.boxes:
                inside_x = max(x1, x2) > box.x + 1 and min(x1, x2) < box.x + BOX_WIDTH - 1
                inside_y = max(y1, y2) > box.y + 1 and min(y1, y2) < box.y + BOX_HEIGHT - 1
                assert not (inside_x and inside_y), (line, box)
