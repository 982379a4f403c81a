"""Marks stand below the words they mean, in lines of any kind."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from auditor.render.source_excerpt import excerpt, printable


def marked(line: str, column: int, words: str) -> str:
    found = excerpt([line], 1, column, words)
    assert found is not None
    return found.text[found.start : found.start + found.width]


def test_the_mark_covers_the_quotes() -> None:
    assert marked('load("acme/owl")', 6, "acme/owl") == '"acme/owl"'
    assert marked("load(f'acme/owl')", 6, "acme/owl") == "f'acme/owl'"
    assert marked("FROM acme/owl", 6, "acme/owl") == "acme/owl"


def test_words_that_do_not_stand_there_get_one_sign() -> None:
    found = excerpt(["load(NAME)"], 1, 6, "acme/owl")
    assert found is not None
    assert (found.width, found.found) == (1, False)


def test_indentation_and_tabs_are_taken_out() -> None:
    found = excerpt(["\t\tload('acme/owl')"], 1, 8, "acme/owl")
    assert found is not None
    assert (found.text, found.start) == ("load('acme/owl')", 5)


def test_wide_signs_take_two_columns() -> None:
    found = excerpt(["名 = 'acme/owl'"], 1, 5, "acme/owl")
    assert found is not None
    assert found.start == cell_len("名 = ")


def test_a_long_line_is_cut_around_the_mark() -> None:
    line = "x" * 5_000 + "'acme/owl'" + "y" * 5_000
    found = excerpt([line], 1, 5_001, "acme/owl")
    assert found is not None
    assert len(found.text) < 220
    assert found.text[found.start : found.start + found.width] == "'acme/owl'"
    assert found.text.startswith("...")
    assert found.text.endswith("...")


def test_no_such_line_or_column_is_no_excerpt() -> None:
    assert excerpt(None, 1, 1, "x") is None
    assert excerpt(["a"], 0, 1, "x") is None
    assert excerpt(["a"], 2, 1, "x") is None
    assert excerpt(["a"], 1, 9, "x") is None
    assert excerpt(["a"], 1, 0, "x") is None


def test_control_signs_and_commands_of_runners_do_not_get_through() -> None:
    assert printable("a\x1b[31mb\u202ec\nd") == "a\ufffd[31mb\ufffdc d"
    assert "##[" not in printable("x ##[add-mask]y")
    assert "##vso[" not in printable("##VSO[task]".lower())


@given(st.text(max_size=300), st.integers(-1, 310), st.text(max_size=12))
def test_any_line_can_be_shown(line: str, column: int, words: str) -> None:
    found = excerpt([line], 1, column, words)
    if found is not None:
        assert "\n" not in found.text
        assert found.start >= 0
        assert found.width >= 1
        assert found.start <= cell_len(found.text) + 1
