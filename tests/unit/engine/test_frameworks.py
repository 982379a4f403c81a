from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.engine.framework_differences import differences
from auditor.engine.frameworks import answer, judge_framework
from auditor.model.evidence import Evidence, Fact, Facts
from auditor.model.frameworks import FrameworkReport
from auditor.rulebook.load import Rulebook, load_rulebook
from tests.unit.fact_strategies import any_fact, resolution_of

RANK = {"no": 0, "unknown": 0, "partial": 1, "yes": 2}
OBSERVED = Evidence(kind="observed", source="hub:acme/anvil@1", path="config.json")
STATED = Evidence(kind="stated", source="hub:acme/anvil@1", path="README.md", lines=(3, 3), quote="It runs.")
DISCLOSED = Evidence(kind="disclosed", source="https://acme.example/anvil", quote="All of it.", read_on="2026-01-02")
FRAMEWORKS = ("g7", "mof", "osaid", "osai-index", "eu-ai-act", "fmti")


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load_rulebook()


def known(name: str, value: Any, *evidence: Evidence, complete: bool = True) -> Fact:
    return Fact(name=name, state="known", value=value, evidence=evidence, complete=complete)


def facts_of(*facts: Fact, **values: Any) -> Facts:
    named = {fact.name: fact for fact in facts}
    return Facts({**{name: known(name, value) for name, value in values.items()}, **named})


def license_of(spdx: str, **judged: bool | None) -> dict[str, Any]:
    base = {"id": spdx.lower(), "spdx": spdx, "read": True, "eu_arguable": False}
    return {**base, "osi_approved": True, "osaid_freedoms": True, "eu_ai_act": True, **judged}


OPEN = facts_of(
    weights_published=True, weights_complete=True, weights_form="full", access_mode="open", acceptance_automatic=True,
    grant_established=True, weights_licenses=[license_of("MIT")], license_text_present=True, gate_territory_free=True,
    runnable_with_published_code=True, inference_code_open=True, training_code_full=True, data_processing_code_open=True,
    evaluation_code_open=True, evaluation_data_open=True, data_information_complete=True, data_sources_complete=True,
    data_obtainable=True, data_licenses_open=True, card_present=True, card_evaluation=True, card_intended_use=True,
    card_limitations=True, architecture_config_published=True, intermediate_checkpoints_published=True,
    training_data_described=True, monetization_free=True, systemic_risk_model=False, disclosed_links=[
        {"role": "paper", "url": "https://acme.example/paper", "spdx": "CC-BY-4.0"},
    ],
    **{"term.commercial_use": "yes", "term.noncommercial_only": False, "term.mau_threshold": [],
       "term.revenue_threshold": [], "term.other_threshold": []},
)  # fmt: skip


def but(**changes: Any) -> Facts:
    return OPEN.merged({
        name: Fact(name=name, state="unknown") if value is None else known(name, value)
        for name, value in changes.items()
    })  # fmt: skip


def judged(rulebook: Rulebook, name: str, facts: Facts) -> FrameworkReport:
    return judge_framework(rulebook.frameworks[name], facts)


def test_all_frameworks_are_there_and_in_order(rulebook: Rulebook) -> None:
    assert tuple(rulebook.frameworks) == FRAMEWORKS


@pytest.mark.parametrize(
    ("name", "result"),
    [("g7", "open-source-ai-open-data"), ("mof", "I"), ("osaid", "open-source-ai"), ("eu-ai-act", "exempt")],
)
def test_everything_shown_reaches_the_best_result(rulebook: Rulebook, name: str, result: str) -> None:
    report = judged(rulebook, name, OPEN)
    assert (report.result, report.ceiling, report.blockers) == (result, result, ())


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_nothing_known_proves_nothing(rulebook: Rulebook, name: str) -> None:
    report = judged(rulebook, name, Facts({}))
    assert {entry.answer for entry in report.criteria.values()} == {"unknown"}
    assert {entry.confidence for entry in report.criteria.values()} == {None}
    words = rulebook.frameworks[name].result
    worst = {"ladder": words.otherwise, "classes": words.otherwise, "all-of": words.undecided}.get(words.kind)
    assert report.result == (worst or f"0 of {words.of:g}")
    assert report.ceiling != report.result


RAIL = license_of("LicenseRef-rail", osi_approved=False, osaid_freedoms=False, eu_ai_act=None, eu_arguable=True)
CAPPED = license_of("LicenseRef-capped", osi_approved=False, osaid_freedoms=False, eu_ai_act=False)
UNREAD = license_of("LicenseRef-unread", osi_approved=None, osaid_freedoms=None, eu_ai_act=None, read=False)
TRIES: dict[str, dict[str, Any]] = {
    "a license with a list of barred uses": {"weights_licenses": [RAIL]},
    "a license with a cap on users": {"weights_licenses": [CAPPED]},
    "a license nobody has read": {"weights_licenses": [UNREAD]},
    "a base under another license": {"weights_licenses": [license_of("MIT"), CAPPED]},
    "no grant": {"grant_established": False},
    "a grant that is not established": {"grant_established": None},
    "licenses that are not known": {"weights_licenses": None},
    "no weights": {"weights_published": False, "weights_complete": False, "weights_form": "absent"},
    "shards that may be missing": {"weights_complete": None},
    "weights that may not be there": {"weights_published": None},
}
OPENNESS = {
    "g7": ("open-license", "weights-for-all"),
    "mof": ("model-parameters-final",),
    "osaid": ("parameters",),
    "eu-ai-act": ("E1", "E3"),
    "osai-index": ("licenses", "weights_endmodel"),
}


@pytest.mark.parametrize("attempt", TRIES)
@pytest.mark.parametrize("name", OPENNESS)
def test_no_false_yes(rulebook: Rulebook, name: str, attempt: str) -> None:
    report = judged(rulebook, name, but(**TRIES[attempt]))
    assert any(report.criteria[criterion].answer != "yes" for criterion in OPENNESS[name]), attempt
    if name in ("g7", "mof", "osaid", "eu-ai-act"):
        assert (
            report.result
            in {
                "g7": ("none", "weights-available"),
                "mof": ("unclassified",),
                "osaid": ("not-open-source-ai", "undecided"),
                "eu-ai-act": ("not-exempt", "undecided"),
            }[name]
        )


def test_an_incomplete_list_of_licenses_is_not_all_open(rulebook: Rulebook) -> None:
    partly = OPEN.merged({"weights_licenses": known("weights_licenses", [license_of("MIT")], complete=False)})
    for name, criterion in (("g7", "open-license"), ("mof", "model-parameters-final"), ("osaid", "freedoms")):
        entry = judged(rulebook, name, partly).criteria[criterion]
        assert (entry.answer == "yes", entry.ceiling) == (False, "yes")


def test_lists_of_barred_uses_are_undecided_in_the_eu(rulebook: Rulebook) -> None:
    listed = but(weights_licenses=[RAIL], **{"term.use_restrictions": "list"})
    entry = judged(rulebook, "eu-ai-act", listed).criteria["E1"]
    assert (entry.answer, entry.ceiling) == ("unknown", "yes")
    assert "para. 84" in entry.detail
    report = judged(rulebook, "eu-ai-act", but(weights_licenses=[RAIL]))
    assert (report.result, report.ceiling) == ("undecided", "exempt")
    assert [duty.section for duty in report.staying] == ["Art. 53(1)(c)", "Art. 53(1)(d)", "Art. 2(12), 5 and 50"]


def test_a_gate_that_shuts_out_a_territory_fails_the_eu_license_test(rulebook: Rulebook) -> None:
    assert (
        judged(rulebook, "eu-ai-act", but(gate_territory_free=False, access_mode="manual")).criteria["E1"].answer
        == "no"
    )


@pytest.mark.parametrize(
    ("mode", "mof", "index", "g7"),
    [
        ("open", "yes", "yes", "yes"),
        ("automatic", "yes", "partial", "yes"),
        ("manual", "yes", "partial", "unknown"),
        ("none", "partial", "no", "no"),
    ],
)
def test_a_gate_counts_where_the_yardstick_says_so(
    rulebook: Rulebook, mode: str, mof: str, index: str, g7: str
) -> None:
    automatic = {"open": True, "automatic": True, "none": False}.get(mode)
    facts = but(access_mode=mode, acceptance_automatic=automatic)
    assert judged(rulebook, "mof", facts).criteria["model-parameters-final"].answer == mof
    assert judged(rulebook, "osai-index", facts).criteria["weights_endmodel"].answer == index
    assert judged(rulebook, "g7", facts).criteria["weights-for-all"].answer == g7


def test_a_met_paper_replaces_the_report(rulebook: Rulebook) -> None:
    """Our links call it a paper, so both are met here; without it class III is out of reach, not ruled out."""
    without = judged(rulebook, "mof", but(disclosed_links=None, paper_referenced=True))
    assert (without.result, without.ceiling) == ("unclassified", "I")
    assert without.blockers == ("technical-report",)
    assert [step.percent for step in without.progress] == [83.33, 0.0, 0.0]


def test_score_is_an_interval(rulebook: Rulebook) -> None:
    report = judged(rulebook, "osai-index", but(access_mode="automatic"))
    assert report.score is not None
    assert 0 < report.score.low < report.score.high <= report.score.of == 12
    assert report.result == f"{report.score.low:g} of 12"


def test_confidence_follows_the_weakest_evidence(rulebook: Rulebook) -> None:
    criterion = rulebook.frameworks["g7"].criterion("deployment-code")
    assert criterion is not None
    name = "runnable_with_published_code"
    assert answer(criterion, facts_of(known(name, True, OBSERVED))).confidence == "high"
    assert answer(criterion, facts_of(known(name, True, OBSERVED, STATED))).confidence == "high"
    assert answer(criterion, facts_of(known(name, True, STATED))).confidence == "low"
    assert answer(criterion, facts_of(known(name, False))).confidence == "medium"
    confirmed = rulebook.frameworks["osaid"].criterion("inference-code")
    assert confirmed is not None
    assert answer(confirmed, facts_of(known("inference_code_open", True, OBSERVED))).confidence == "medium"
    assert answer(confirmed, facts_of(known("inference_code_open", True, DISCLOSED))).confidence == "high"
    assert answer(confirmed, facts_of(known("inference_code_open", True, DISCLOSED))).confirm


def test_the_evidence_is_that_of_the_part_that_decided(rulebook: Rulebook) -> None:
    facts = OPEN.merged({
        "weights_published": known("weights_published", True, OBSERVED),
        "grant_established": known("grant_established", False, STATED),
    })  # fmt: skip
    entry = judged(rulebook, "osaid", facts).criteria["parameters"]
    assert (entry.answer, entry.evidence) == ("no", (STATED,))


def test_differences_name_what_is_missing(rulebook: Rulebook) -> None:
    facts = but(training_code_full=False, training_code_published=False, data_information_complete=None)
    reports = {name: judged(rulebook, name, facts) for name in rulebook.frameworks}
    found = differences(rulebook.framework_differences, reports, facts)
    (text,) = [entry.text for entry in found["g7"] if entry.id == "open-weights-not-osaid"]
    assert "training code: no" in text
    assert "data information: partial" in text
    assert "evaluation" not in text, "what is met explains nothing"
    assert [entry.other for entry in found["osaid"] if entry.id == "open-weights-not-osaid"] == ["g7"]


def _results(rulebook: Rulebook, name: str) -> list[str]:
    words = rulebook.frameworks[name].result
    if words.kind == "all-of":
        return [words.not_met, words.undecided, words.met]
    return [words.otherwise, *(step.id for step in words.steps)]


@pytest.mark.parametrize("name", FRAMEWORKS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_resolving_an_unknown_keeps_within_the_interval(rulebook: Rulebook, name: str, data: st.DataObject) -> None:
    framework = rulebook.frameworks[name]
    kinds = {fact: rulebook.vocabulary.facts[fact] for fact in sorted(framework.reads) if fact != "release_components"}
    start = dict(OPEN.values) if data.draw(st.booleans()) else {}
    drawn = data.draw(st.lists(st.sampled_from(sorted(kinds)), max_size=6, unique=True))
    before = Facts({**start, **{fact: data.draw(any_fact(kinds[fact])) for fact in drawn}})
    one = data.draw(st.sampled_from(sorted(kinds)))
    after = before.merged({one: data.draw(resolution_of(before.get(one), kinds[one]))})
    first, second = judge_framework(framework, before), judge_framework(framework, after)
    for criterion, entry in first.criteria.items():
        other = second.criteria[criterion]
        low, high = RANK[entry.answer], RANK[entry.ceiling]
        assert low <= RANK[other.answer] <= RANK[other.ceiling] <= high, (criterion, one)
    if first.score is not None and second.score is not None:
        assert first.score.low <= second.score.low <= second.score.high <= first.score.high
        return
    order = _results(rulebook, name)
    if framework.result.kind == "all-of" and first.result == framework.result.undecided:
        return  # undecided may become either
    places = [order.index(word) for word in (first.result, second.result, second.ceiling, first.ceiling)]
    assert places == sorted(places)
