from __future__ import annotations

import gzip
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts.front_matter import read_front_matter


def block(text: str) -> str:
    return f"---\n{text}\n---\n# Card\n"


def test_words_stay_words_and_places_are_known() -> None:
    found = read_front_matter(block("license: no\nversion: 2.0.1\ndate: 2024-01-01\ntags:\n- a\n- b"))
    assert found.data == {"license": "no", "version": "2.0.1", "date": "2024-01-01", "tags": ["a", "b"]}
    assert found.lines == {"license": 2, "version": 3, "date": 4, "tags": 5}
    assert (found.end_line, found.fault) == (8, None)


@pytest.mark.parametrize(
    "text", ["", "# Card", "no dashes\n---\nlicense: mit\n---", "---\nlicense: mit\n# never closed"]
)
def test_no_block_is_no_block(text: str) -> None:
    assert read_front_matter(text).data == {}


def test_a_broken_block_is_read_key_by_key_and_says_so() -> None:
    found = read_front_matter(block("license: mit\n- en tags:\nbase_model:\n- acme/base\nx: [unclosed"))
    assert found.fault is not None
    assert found.data["license"] == "mit"
    assert found.data["base_model"] == ["acme/base"]


def test_a_key_that_stands_twice_counts_twice() -> None:
    found = read_front_matter(block("license: mit\nlicense: cc-by-nc-4.0"))
    assert found.data["license"] == ["mit", "cc-by-nc-4.0"]
    assert "stands twice" in (found.fault or "")


def test_tags_are_not_read_and_nothing_is_executed() -> None:
    found = read_front_matter(block("license: !!python/object/apply:os.system ['echo owned']\nx: !acme y"))
    assert found.data["license"] is None
    assert "is not read" in (found.fault or "")


def test_an_alias_bomb_stays_small_and_quick() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(12)
    )
    begun = time.perf_counter()
    found = read_front_matter(block(bomb + "license: mit"))
    assert time.perf_counter() - begun < 2
    assert "multiplies" in (found.fault or "")


def test_depth_is_bounded() -> None:
    assert read_front_matter(block("license: mit\na: " + "[" * 500 + "]" * 500)).fault is not None


@given(st.text())
def test_never_raises(text: str) -> None:
    read_front_matter(text)
    read_front_matter(block(text))


@pytest.mark.corpus
def test_every_block_of_the_hub_of_2022_is_read(corpus: Path) -> None:
    count = faults = licensed = 0
    with gzip.open(corpus / "hub" / "hub_2022-02_front_matter.jsonl.gz", "rt", encoding="utf-8") as stream:
        for line in stream:
            row = json.loads(line)
            text = row["front_matter"]
            found = read_front_matter(text if text.startswith("---") else block(text))
            count += 1
            faults += found.fault is not None
            licensed += bool(found.data.get("license"))
    assert count > 13_000
    assert faults < count / 20
    assert licensed > 5_000
