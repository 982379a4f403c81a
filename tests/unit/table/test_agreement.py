"""Figures of agreement: worked by hand, and laws that hold for every pair of readings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.table.agreement import criterion_agreement, settled_answer

ANSWERS = st.sampled_from(["yes", "partial", "no", None])
PAIRS = st.lists(st.tuples(ANSWERS, ANSWERS), max_size=40)


def test_cohens_own_arithmetic() -> None:
    # 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: observed 0.7, expected 0.5, kappa 0.4.
    pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
    found = criterion_agreement("c", pairs)
    assert (found.agreement, found.kappa, found.two_step) == (0.7, 0.4, 15)
    assert found.confusion == {"yes": {"yes": 20, "no": 5}, "no": {"yes": 10, "no": 15}}


def test_a_step_weighs_half() -> None:
    near = [("yes", "yes"), ("partial", "no"), ("no", "no"), ("partial", "partial")]
    far = [("yes", "yes"), ("yes", "no"), ("no", "no"), ("partial", "partial")]
    one, two = criterion_agreement("c", near), criterion_agreement("c", far)
    assert one.two_step == 0
    assert two.two_step == 1
    assert one.weighted_kappa is not None
    assert two.weighted_kappa is not None
    assert one.weighted_kappa > two.weighted_kappa


@pytest.mark.parametrize("pairs", [[], [(None, "yes")], [("yes", None)], [(None, None)]])
def test_without_a_pair_there_is_no_figure(pairs: list[tuple[str | None, str | None]]) -> None:
    found = criterion_agreement("c", pairs)
    assert found.pairs == 0
    assert found.agreement is None
    assert found.kappa is None


def test_one_answer_throughout_leaves_kappa_undefined() -> None:
    found = criterion_agreement("c", [("yes", "yes")] * 9)
    assert found.agreement == 1.0
    assert found.kappa is None


@given(PAIRS)
def test_abstentions_never_agree_and_nothing_is_counted_twice(pairs: list[tuple[str | None, str | None]]) -> None:
    found = criterion_agreement("c", pairs)
    silent = sum(theirs is None and ours is None for theirs, ours in pairs)
    assert found.pairs + found.we_abstained + found.they_abstained + silent == len(pairs)
    assert 0 <= found.agreed <= found.pairs
    assert found.two_step <= found.pairs - found.agreed
    assert sum(sum(row.values()) for row in found.confusion.values()) == found.pairs
    for figure in (found.kappa, found.weighted_kappa):
        assert figure is None or -1.0001 <= figure <= 1.0
    if found.pairs and found.agreed == found.pairs:
        assert found.kappa in (None, 1.0)


@given(PAIRS)
def test_it_does_not_matter_who_is_called_the_expert(pairs: list[tuple[str | None, str | None]]) -> None:
    one = criterion_agreement("c", pairs)
    other = criterion_agreement("c", [(ours, theirs) for theirs, ours in pairs])
    assert (one.kappa, one.weighted_kappa, one.agreed, one.two_step) == (
        other.kappa, other.weighted_kappa, other.agreed, other.two_step,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ours", "ceiling", "theirs", "counted"),
    [
        ("partial", "yes", "yes", None),
        ("partial", "yes", "partial", None),
        ("partial", "yes", "no", "partial"),
        ("partial", "partial", "yes", "partial"),
        ("yes", "yes", "no", "yes"),
        ("no", "no", "yes", "no"),
        ("unknown", "yes", "yes", None),
        ("partial", "yes", None, None),
    ],
)
def test_an_interval_is_no_answer_unless_the_expert_is_outside(
    ours: str, ceiling: str, theirs: str | None, counted: str | None
) -> None:
    assert settled_answer({"answer": ours, "ceiling": ceiling}, theirs) == counted
