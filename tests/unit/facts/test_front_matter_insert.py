"""Lines go into the metadata block; every other byte stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts.front_matter import read_front_matter
from auditor.facts.front_matter_insert import CannotInsert, with_metadata

LINES = ("license: mit", "base_model: acme/base")


@pytest.mark.parametrize(
    "data",
    [
        b"---\nlicense: x\n---\n", b"---\nnever closed", b"---\n[a]\n---\n", b"---\n a: 1\n---\n", b"---\n{a: 1}\n---\n",
        b"---\na: !!python/none x\n---\n", b"---\na: \xff\n---\n", "---\na: 1\n---\n".encode("utf-16"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused(data: bytes) -> None:
    with pytest.raises(CannotInsert):
        with_metadata(data, LINES)


CARDS = st.one_of(
    st.binary(max_size=200),
    st.builds(
        lambda mark, end, block, body: mark + (end.join(["---", *block, "---", body])).encode(),
        st.sampled_from([b"", b"\xef\xbb\xbf", b"\n\n"]),
        st.sampled_from(["\n", "\r\n"]),
        st.lists(
            st.sampled_from(["a: 1", "b:", "- c", "  d: 2", "# e", "", "t: |", "  ---", "'q", "z: 'q", "f: >-"]),
            max_size=6,
        ),
        st.text(max_size=50),
    ),
)


@given(CARDS)
def test_only_the_lines_are_new_and_a_second_time_is_refused(data: bytes) -> None:
    try:
        changed = with_metadata(data, LINES)
    except CannotInsert:
        return
    more = len(changed) - len(data)
    places = [n for n in range(len(data) + 1) if changed[:n] == data[:n] and data[n:] == changed[n + more :]]
    words = {"license:", "mit", "base_model:", "acme/base", "---"}
    assert any(set(changed[n : n + more].decode("utf-8", "replace").split()) <= words for n in places)
    text = changed.decode("utf-8", "surrogateescape")
    assert read_front_matter(text).data["license"] == "mit"
    with pytest.raises(CannotInsert):
        with_metadata(changed, LINES)
