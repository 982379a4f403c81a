from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.engine.evaluate import findings_of_checks
from auditor.engine.grades import capabilities_of, capped, grades_of, label_of, score_of
from auditor.model.evidence import Fact, Facts
from auditor.model.finding import DIMENSIONS, Grade
from auditor.rulebook.load import Rulebook, load_rulebook
from tests.unit.fact_strategies import any_fact, resolution_of

LADDER = ["closed", "api-only", "weights-only", "weights-available", "open-weights", "open-source-ai",
          "open-source-ai-open-data"]  # fmt: skip


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook()


def facts_of(**values: Any) -> Facts:
    named = {name.replace("__", "."): value for name, value in values.items()}
    return Facts({n: Fact(name=n, state="known", value=v) for n, v in named.items() if v is not None})


FREE_TERMS = {
    "term__noncommercial_only": False, "term__research_only": False, "term__nonproduction_only": False,
    "term__commercial_use": "yes", "term__modify": "yes", "term__distribute": "yes",
    "term__distribute_derivatives": "yes", "term__mau_threshold": [], "term__revenue_threshold": [],
    "term__other_threshold": [], "term__territory_excluded": [], "term__excluded_licensees": [],
    "term__eu_multimodal_exclusion": False, "term__registration": "none", "term__host_service": "silent",
    "term__revocability": "breach-only", "term__unilateral_change": "none", "term__use_restrictions": "none",
    "term__aup": [], "term__output_training": "silent", "term__output_rights": "silent",
    "term__remote_restriction": False, "term__guardrail_clause": "none", "term__content_filter": False,
    "term__no_reverse_engineering": False,
}  # fmt: skip
OPEN = dict(
    weights_published=True, weights_complete=True, weights_form="full", access_mode="open", acceptance_automatic=True, grant_established=True,
    runnable_with_published_code=True, inference_code_open=True, **FREE_TERMS,
)  # fmt: skip


def terms_level(rulebook: Rulebook, **changes: Any) -> tuple[int, int]:
    grade = grades_of(rulebook.spectrum, facts_of(**{**OPEN, **changes}), [])["terms"]
    return grade.level, grade.ceiling


@given(data=st.data())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_resolving_any_unknown_keeps_level_and_ceiling_between_each_other(
    rulebook: Rulebook, data: st.DataObject
) -> None:
    """The interval property of design section 6, on the real spectrum and ladder."""
    spectrum, kinds = rulebook.spectrum, rulebook.vocabulary.facts
    reads = sorted(frozenset[str]().union(*(condition.reads for _, condition in spectrum.conditions())))
    before = {name: data.draw(any_fact(kinds[name])) for name in reads}
    name = data.draw(st.sampled_from(reads))
    after = {**before, name: data.draw(resolution_of(before[name], kinds[name]))}
    old, new = (grades_of(spectrum, Facts(facts), []) for facts in (before, after))
    for dimension in DIMENSIONS:
        assert old[dimension].level <= new[dimension].level <= new[dimension].ceiling <= old[dimension].ceiling
    (low, high), (new_low, new_high) = (
        map(LADDER.index, label_of(spectrum, grades, Facts(facts)))
        for grades, facts in ((old, before), (new, after))
    )  # fmt: skip
    assert low <= new_low <= new_high <= high
    assert score_of(old)[0] <= score_of(new)[0] <= score_of(new)[1] <= score_of(old)[1]


def test_an_open_weight_model_and_what_takes_the_label_away(rulebook: Rulebook) -> None:
    spectrum = rulebook.spectrum

    def label(**changes: Any) -> tuple[str, str]:
        facts = facts_of(**{**OPEN, **changes})
        return label_of(spectrum, grades_of(spectrum, facts, []), facts)

    assert label() == ("open-weights", "open-source-ai-open-data")
    assert label(access_mode="manual", acceptance_automatic=None)[0] == "weights-available"
    assert label(access_mode="automatic")[0] == "open-weights"
    assert label(grant_established=False) == ("weights-only", "weights-only")
    assert label(term__use_restrictions="list") == ("weights-available", "weights-available")
    assert label(training_code_full=True, data_information_complete=True)[0] == "open-source-ai"
    assert label(training_code_full=True)[0] == "open-weights"
    assert label(training_code_full=False) == ("open-weights", "open-weights")
    assert label(weights_published=False, access_mode="none", acceptance_automatic=False) == ("closed", "api-only")
    assert label(weights_published=False, access_mode="none", acceptance_automatic=False, service_known=True) == (
        "api-only",
        "api-only",
    )


@pytest.mark.parametrize(
    ("changes", "level"),
    [
        ({}, 4),
        ({"term__mau_threshold": [{"effect": "badge"}]}, 4),
        ({"term__law_and_trade_compliance": True, "term__share_alike": "combined-work"}, 4),
        ({"term__use_restrictions": "list"}, 3),
        ({"term__output_training": "no-other-llm"}, 3),
        ({"term__aup": [{"kind": "incorporated-url", "updatable": True}], "term__use_restrictions": "list"}, 3),
        ({"term__remote_restriction": True}, 3),
        ({"term__commercial_use": "below-threshold", "term__mau_threshold": [{"effect": "separate-license"}]}, 2),
        ({"term__territory_excluded": ["EU"]}, 2),
        ({"term__eu_multimodal_exclusion": True}, 2),
        ({"term__registration": "commercial-only"}, 2),
        ({"term__unilateral_change": "license"}, 2),
        ({"term__host_service": "no"}, 2),
        ({"term__noncommercial_only": True, "term__commercial_use": "no"}, 1),
        ({"term__distribute_derivatives": "no"}, 1),
        ({"term__commercial_use": "silent"}, 1),
        ({"grant_established": False}, 0),
    ],
)
def test_terms_rows(rulebook: Rulebook, changes: dict[str, Any], level: int) -> None:
    assert terms_level(rulebook, **changes) == (level, level)


def test_gating_by_hand_gives_weights_level_one_and_ceiling_two(rulebook: Rulebook) -> None:
    facts = facts_of(**{**OPEN, "access_mode": "manual", "acceptance_automatic": None})
    grade = grades_of(rulebook.spectrum, facts, [])["weights"]
    assert (grade.level, grade.ceiling) == (1, 2)


def test_one_unread_term_stops_the_level_and_not_the_ceiling(rulebook: Rulebook) -> None:
    facts = facts_of(**OPEN)
    del facts.values["term.territory_excluded"]
    grade = grades_of(rulebook.spectrum, facts, [])["terms"]
    assert (grade.level, grade.ceiling) == (2, 4)


def test_decided_by_names_findings_that_exist(rulebook: Rulebook) -> None:
    facts = facts_of(**OPEN)
    findings = findings_of_checks(rulebook.checks.values(), facts)
    ids = {finding.id for finding in findings}
    for grade in grades_of(rulebook.spectrum, facts, findings).values():
        assert grade.decided_by
        assert set(grade.decided_by) <= ids


def test_a_derivative_is_never_above_its_base() -> None:
    own = Grade(level=3, ceiling=4)
    assert capped(own, Grade(level=1, ceiling=2), "base/model").level == 1
    assert capped(own, Grade(level=1, ceiling=2), "base/model").inherited_from == "base/model"
    unaudited = capped(own, None, "base/model")
    assert (unaudited.level, unaudited.ceiling) == (0, 4)
    assert capped(own, Grade(level=4, ceiling=4), "base/model") == own


def test_capabilities_never_say_yes_without_a_grant(rulebook: Rulebook) -> None:
    unknown = facts_of(**OPEN)
    del unknown.values["grant_established"]
    answers = capabilities_of(rulebook.spectrum, unknown)
    for name in ("run-locally", "fine-tune", "redistribute", "sell", "leave-the-vendor"):
        assert answers[name].answer != "yes", name
    assert capabilities_of(rulebook.spectrum, facts_of(**OPEN))["sell"].answer == "yes"
