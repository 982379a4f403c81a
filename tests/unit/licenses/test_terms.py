from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.licenses.terms import BoundTerm, TermSource, merge_terms
from auditor.rulebook.vocabulary import TermType

KINDS = {
    "use": TermType(id="use", group="permission", plain="", kind="enum", silence="silent",
                    values={"yes": "", "some": "", "silent": "", "no": ""}),
    "limited": TermType(id="limited", group="limitation", plain="", kind="boolean", silence=False),
    "places": TermType(id="places", group="limitation", plain="", kind="list", silence=[]),
    "sizes": TermType(id="sizes", group="limitation", plain="", kind="record", silence=None),
}  # fmt: skip


def bound(name: str, value: Any, *, known: bool = True, complete: bool = True, source: str = "a") -> BoundTerm:
    return BoundTerm(id=name, known=known, value=value, complete=complete, sources=(TermSource("m", source, "1"),))


def enum_terms() -> st.SearchStrategy[BoundTerm]:
    values = st.sampled_from([*KINDS["use"].values, None])
    return st.builds(lambda v, s: bound("use", v, known=v is not None, source=s), values, st.sampled_from("abc"))


def flag_terms() -> st.SearchStrategy[BoundTerm]:
    values = st.sampled_from([True, False, None])
    return st.builds(lambda v, s: bound("limited", v, known=v is not None, source=s), values, st.sampled_from("abc"))


def list_terms(name: str, item: st.SearchStrategy[Any]) -> st.SearchStrategy[BoundTerm]:
    return st.builds(
        lambda v, c, s: bound(name, v, complete=c, source=s),
        st.lists(item, unique_by=str, max_size=3), st.booleans(), st.sampled_from("abc"),
    )  # fmt: skip


licenses = st.fixed_dictionaries(
    {
        "use": enum_terms(),
        "limited": flag_terms(),
        "places": list_terms("places", st.sampled_from(["EU", "GB", "KR"])),
        "sizes": list_terms("sizes", st.integers(1, 3).map(lambda n: {"number": n})),
    }
)


def merged(*parts: dict[str, BoundTerm]) -> dict[str, BoundTerm]:
    return merge_terms(parts, KINDS)


def values(terms: dict[str, BoundTerm]) -> dict[str, tuple[bool, Any, bool]]:
    return {
        name: (t.known, sorted(t.value, key=str) if isinstance(t.value, list) else t.value, t.complete)
        for name, t in terms.items()
    }


@given(licenses, licenses)
def test_order_does_not_matter(one: dict[str, BoundTerm], other: dict[str, BoundTerm]) -> None:
    assert merged(one, other) == merged(other, one)


@given(licenses, licenses, licenses)
def test_grouping_does_not_matter(a: dict[str, BoundTerm], b: dict[str, BoundTerm], c: dict[str, BoundTerm]) -> None:
    assert values(merged(merged(a, b), c)) == values(merged(a, merged(b, c))) == values(merged(a, b, c))


@given(licenses)
def test_the_same_license_twice_changes_nothing(one: dict[str, BoundTerm]) -> None:
    assert values(merged(one, one)) == values(one)


@given(licenses, licenses)
def test_a_merge_is_never_laxer_than_a_part(one: dict[str, BoundTerm], other: dict[str, BoundTerm]) -> None:
    both = merged(one, other)
    if both["use"].known:
        rank = KINDS["use"].strictness
        assert all(rank(part["use"].value) <= rank(both["use"].value) for part in (one, other) if part["use"].known)
    if both["limited"].known and both["limited"].value is False:
        assert one["limited"].value is False
        assert other["limited"].value is False
    assert {*one["places"].value, *other["places"].value} == set(both["places"].value)
    assert both["places"].complete == (one["places"].complete and other["places"].complete)


def test_unknown_merged_with_a_prohibition_is_the_prohibition_and_with_anything_else_unknown() -> None:
    base = {"limited": bound("limited", False), "places": bound("places", []), "sizes": bound("sizes", [])}
    unknown = {**base, "use": bound("use", None, known=False)}
    assert merged(unknown, {**base, "use": bound("use", "no")})["use"].value == "no"
    assert merged(unknown, {**base, "use": bound("use", "silent")})["use"].known is False
    assert merged(unknown, {**base, "use": bound("use", "yes")})["use"].known is False


def test_thresholds_of_every_license_are_kept() -> None:
    base = {"use": bound("use", "yes"), "limited": bound("limited", False), "places": bound("places", [])}
    one = {**base, "sizes": bound("sizes", [{"number": 700}])}
    other = {**base, "sizes": bound("sizes", [{"number": 100}], source="b")}
    assert merged(one, other)["sizes"].value == [{"number": 100}, {"number": 700}]


def test_nothing_is_not_a_license() -> None:
    with pytest.raises(ValueError, match="no terms to merge"):
        merge_terms([], KINDS)
