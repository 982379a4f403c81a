"""Lists of licenses and categories against what the resolver concluded of a subject and its bases."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec
import pytest

from auditor.licenses.grant import term_facts
from auditor.licenses.terms import terms_of_profile
from auditor.model.evidence import Facts
from auditor.model.report import LineageEdge, LineageNode
from tests.unit.gate.subjects import having, hosted_subject, hub_subject, judge, rulebook, words

ALLOW = {"license": {"allow": ["mit", "Apache-2.0", "gpl-3.0 AND llama3.1"]}}
DENY = {"license": {"deny": ["llama3.1", "mit AND gpl-3.0"]}}


def node(name: str | None, status: str = "read") -> tuple[LineageNode, ...]:
    return (LineageNode(id="acme/base", kind="model", status=status, license=name),)


@pytest.mark.parametrize(
    ("concluded", "base", "allowed", "denied"),
    [
        ("mit", None, "pass", "pass"), ("llama3.1", None, "fail", "fail"), ("gpl-3.0", None, "fail", "pass"),
        ("mit AND apache-2.0", None, "pass", "pass"), ("mit AND gpl-3.0", None, "fail", "fail"),
        ("gpl-3.0 AND llama3.1", None, "pass", "fail"),
        ("mit OR llama3.1", None, "pass", "pass"), ("llama3.1 OR gpl-3.0", None, "fail", "pass"),
        ("mit", "apache-2.0", "pass", "pass"), ("mit", "llama3.1", "fail", "fail"), ("mit", "gpl-3.0", "fail", "fail"),
        ("gpl-3.0", "llama3.1", "pass", "fail"), ("mit OR gpl-3.0", "gpl-3.0", "fail", "pass"),
        (None, None, "undecided", "undecided"), ("llama3.1", "", "fail", "fail"), ("mit", "", "undecided", "undecided"),
    ],
)  # fmt: skip
def test_names(concluded: str | None, base: str | None, allowed: str, denied: str) -> None:
    nodes = () if base is None else node(base or None)
    status = "declared-only" if concluded else "unresolved"
    subject = having(hub_subject("mit"), license={"concluded": concluded, "status": status}, nodes=nodes)
    assert (judge(ALLOW, subject).outcome, judge(DENY, subject).outcome) == (allowed, denied)


@pytest.mark.parametrize("status", ["not-visited", "missing", "gated", "unreachable"])
def test_a_base_that_was_not_read_leaves_it_open(status: str) -> None:
    subject = having(hub_subject("mit"), nodes=node("mit", status))
    assert judge(ALLOW, subject).outcome == judge(DENY, subject).outcome == "undecided"


@pytest.mark.parametrize("status", ["conflict", "modified", "unresolved"])
@pytest.mark.parametrize("place", ["status", "also"])
def test_what_is_not_settled_is_no_proof(status: str, place: str) -> None:
    change: dict[str, Any] = {"status": status} if place == "status" else {"status": "multiple", "also": (status,)}
    subject = having(hub_subject("mit"), license=change)
    assert judge(ALLOW, subject).outcome == judge(DENY, subject).outcome == "undecided"
    assert judge({"category": {"allow": ["permissive"]}}, subject).outcome == "undecided"
    assert judge({"require": {"fact": "term.commercial_use", "is": "yes"}}, subject).outcome == "undecided"
    # A failure stays one: the strictest of what is named binds.
    refused = having(hub_subject("llama3.1"), license=change)
    assert judge(ALLOW, refused).outcome == judge(DENY, refused).outcome == "fail"


@pytest.mark.parametrize(
    ("rule", "missing", "hosted"),
    [
        (ALLOW, "fail", "fail"), (DENY, "fail", "undecided"),
        ({"category": {"allow": ["permissive"]}}, "fail", "fail"), ({"category": {"deny": ["rail"]}}, "fail", "undecided"),
        ({"category": {"allow": ["no-license"]}}, "pass", "fail"), ({"category": {"deny": ["no-license"]}}, "fail", "undecided"),
        ({"category": {"allow": ["service-terms"]}}, "fail", "pass"), ({"category": {"deny": ["service-terms"]}}, "fail", "fail"),
        ({"require": {"fact": "term.modify", "is": "yes"}}, "fail", "undecided"),
        ({"forbid": {"fact": "term.research_only", "is": True}}, "fail", "undecided"),
        ({"level": {"terms": 1}}, "fail", "fail"), ({"label": {"at_least": "open-weights"}}, "fail", "fail"),
        ({"verdict": {"in": ["allowed", "allowed-with-obligations"]}}, "fail", "undecided"),
        ({"findings": {"deny": ["license-missing"]}}, "fail", "undecided"),
        ({"revision": "pinned"}, "fail", "fail"),
    ],
)  # fmt: skip
def test_no_license_and_no_weights(rule: dict[str, Any], missing: str, hosted: str) -> None:
    assert judge(rule, hub_subject(None)).outcome == missing
    assert judge(rule, hosted_subject()).outcome == hosted


CATEGORY = {
    "permissive": ["mit", "apache-2.0", "bsd-3-clause", "cc0-1.0", "cc-by-4.0", "kimi-modified-mit"],
    "copyleft": ["gpl-3.0", "agpl-3.0", "lgpl-3.0", "mpl-2.0", "cc-by-sa-4.0"],
    "network-copyleft": ["agpl-3.0"],
    "rail": ["bigscience-openrail-m", "creativeml-openrail-m", "openrail++", "gemma"],
    "restricted": ["llama2", "llama3", "llama3.1", "llama3.2", "llama4", "stability-community", "qwen"],
    "non-commercial": ["cc-by-nc-4.0", "opt-175b", "mnpl-0.1", "mrl-0.1", "flux-1-dev-nc", "llama-1"],
    "no-derivatives": ["cc-by-nd-4.0"],
    "use-restricted": ["llama3.1", "gemma", "bigscience-openrail-m"],
}


@pytest.mark.parametrize("name", CATEGORY)
def test_categories_follow_from_terms(name: str) -> None:
    terms = rulebook().vocabulary.terms
    for license_id in CATEGORY[name]:
        facts = Facts(term_facts(terms_of_profile(rulebook().licenses[license_id], terms, "x"), terms))
        holding = [key for key, one in words().categories.items() if one.when.evaluate(facts.get) is True]
        assert name in holding, license_id
        assert ("permissive" in holding) == (name == "permissive"), license_id


def test_a_text_nobody_read_has_no_category() -> None:
    terms = rulebook().vocabulary.terms
    unread = [profile for profile in rulebook().licenses.values() if profile.text == "not-read"]
    assert unread
    for profile in unread:
        facts = Facts(term_facts(terms_of_profile(profile, terms, "x"), terms))
        assert {one.when.evaluate(facts.get) for one in words().categories.values()} == {None}


@pytest.mark.parametrize(
    ("depth", "allowed", "outcome"), [(2, 2, "pass"), (3, 2, "fail"), (0, 0, "pass"), (1, 0, "fail")]
)
def test_the_longest_way_to_a_root_counts(depth: int, allowed: int, outcome: str) -> None:
    own = "acme/anvil"
    names = [own, *(f"acme/b{n}" for n in range(depth))]
    nodes = tuple(LineageNode(id=name, kind="model", status="read", license="mit") for name in names[1:])
    chain = [LineageEdge(from_=a, to=b, relation="finetune") for a, b in itertools.pairwise(names)]
    # A short cut to the root must not hide the long way.
    chain += [LineageEdge(from_=own, to=names[-1], relation="merge")] if depth > 1 else []
    subject = having(hub_subject("mit"), nodes=nodes, edges=tuple(chain))
    assert judge({"lineage": {"depth_at_most": allowed}}, subject).outcome == outcome


def test_a_cycle_ends() -> None:
    edges = (
        LineageEdge(from_="acme/anvil", to="acme/base", relation="merge"),
        LineageEdge(from_="acme/base", to="acme/base", relation="merge"),
    )
    subject = having(hub_subject("mit"), nodes=node("mit"), edges=edges)
    assert judge({"lineage": {"depth_at_most": 1}}, subject).outcome == "pass"


@pytest.mark.parametrize(
    ("result", "ceiling", "outcome"),
    [
        ("open-source-ai", "open-source-ai", "pass"),
        ("not-open-source-ai", "not-open-source-ai", "fail"),
        ("unknown", "open-source-ai", "undecided"),
        ("not-open-source-ai", "open-source-ai", "undecided"),
        ("unknown", "unknown", "undecided"),
    ],
)
def test_a_yardstick(result: str, ceiling: str, outcome: str) -> None:
    entry = {"result": result, "ceiling": ceiling, "criteria": {"c": {"answer": "unknown"}}}
    subject = having(hub_subject("mit"), frameworks={"osaid": entry})
    assert judge({"framework": {"id": "osaid", "in": ["open-source-ai"]}}, subject).outcome == outcome


def test_nothing_but_a_yes_of_every_reference_is_pinned() -> None:
    from tests.unit.gate.test_scanned import reference

    subject = msgspec.structs.replace(
        hub_subject("mit"), asked_revision="a" * 40, references=(reference(pinned=True), reference(pinned=False))
    )
    assert judge({"revision": "pinned"}, subject).outcome == "fail"
