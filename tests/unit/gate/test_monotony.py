"""Knowing less never turns a failure into a pass: for every kind of rule, whatever is forgotten."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.gate.evaluate import judge_subject
from auditor.gate.subject import GateSubject
from auditor.model.evidence import Fact, Facts
from auditor.model.finding import DIMENSIONS, Grade
from auditor.model.report import LineageEdge, LineageNode
from auditor.model.verdict import Question, Verdict
from tests.unit.fact_strategies import any_fact
from tests.unit.gate.subjects import having, hosted_subject, hub_subject, rulebook, rules_of, with_

TERM = st.sampled_from(["commercial_use", "modify", "research_only", "mau_threshold", "territory_excluded", "aup"])
LICENSES = ("mit", "apache-2.0", "llama3.1", "gpl-3.0", "cc-by-nc-4.0")
RULES: list[dict[str, Any]] = [
    {"license": {"allow": ["mit", "apache-2.0"]}}, {"license": {"deny": ["llama3.1", "mit AND gpl-3.0"]}},
    {"license": {"allow": ["mit"]}, "proof": "text"},
    {"category": {"allow": ["permissive", "copyleft"]}}, {"category": {"deny": ["restricted", "non-commercial", "no-license"]}},
    {"category": {"deny": ["service-terms", "rail"]}, "proof": "text"},
    {"license_status": {"in": ["confirmed", "declared-only", "missing"]}},
    {"level": {"weights": 2, "terms": 3}}, {"level": {"data": 1}}, {"label": {"at_least": "open-weights"}},
    {"framework": {"id": "osaid", "in": ["open-source-ai"]}},
    {"require": {"all": [{"fact": "term.commercial_use", "is": "yes"}, {"not": {"fact": "term.research_only", "is": True}}]}},
    {"forbid": {"any": [{"any_of": "term.mau_threshold", "where": {"fact": "effect", "is": "termination"}}, {"fact": "term.territory_excluded", "contains": "a"}]}},
    {"require": {"any": [{"known": "license_text_present"}, {"fact": "weights_form", "is": "full"}]}},
    {"forbid": {"not": {"known": "data_obtainable"}}},
    {"verdict": {"in": ["allowed", "allowed-with-obligations"]}},
    {"publisher": {"allow": ["acme"]}}, {"format": {"allow": ["safetensors", "onnx"]}}, {"format": {"deny": ["pickle", "gguf"]}},
    {"access": {"at_most": "automatic"}}, {"revision": "pinned"}, {"lineage": {"followed": True, "depth_at_most": 1}},
    {"lineage": {"depth_at_most": 1}}, {"findings": {"severity": ["error", "warning"]}},
    {"findings": {"deny": ["license-text-missing", "weights-safe-format", "terms-any-purpose"]}},
]  # fmt: skip
COMPILED = rules_of(*RULES)
READ = sorted({name for rule in COMPILED if rule.condition for name in rule.condition.reads} | {
    "grant_established", "lineage_followed", "weight_formats", "access_mode", "license_text_present",
    *(f"term.{name}" for name in rulebook().vocabulary.terms),
})  # fmt: skip


@st.composite
def subjects(draw: st.DrawFn) -> GateSubject:
    """A subject about which anything may be known."""
    kinds = rulebook().vocabulary.facts
    start = draw(st.sampled_from([hub_subject("mit"), hub_subject("llama3.1"), hub_subject(None), hosted_subject()]))
    names = draw(st.lists(st.sampled_from(READ), max_size=12, unique=True))
    facts = {name: draw(any_fact(kinds[name])) for name in names}
    grades = {}
    for name in DIMENSIONS:
        level = draw(st.integers(0, 4))
        grades[str(name)] = Grade(level=level, ceiling=draw(st.integers(level, 4)))
    ladder = list(with_().ladder)
    label = draw(st.integers(0, len(ladder) - 1))
    status = draw(
        st.sampled_from(["confirmed", "declared-only", "conflict", "modified", "unresolved", "missing", "multiple"])
    )
    concluded = None
    if status not in ("unresolved", "missing"):
        joint = draw(st.sampled_from([" AND ", " OR "]))
        concluded = joint.join(draw(st.lists(st.sampled_from(LICENSES), min_size=1, max_size=2, unique=True)))
    nodes, edges, last = [], [], start.report.subject.id
    for n in range(draw(st.integers(0, 3))):
        read = draw(st.booleans())
        node = LineageNode(id=f"acme/base{n}", kind="model", status="read" if read else draw(st.sampled_from(["missing", "unreachable"])),
                           license=draw(st.sampled_from([None, *LICENSES])) if read else None)  # fmt: skip
        nodes.append(node)
        edges.append(LineageEdge(from_=last, to=node.id, relation="finetune"))
        last = node.id
    outcome = draw(st.sampled_from(["allowed", "prohibited", "needs-separate-license", "unclear"]))
    verdict = Verdict(license="x", outcome=outcome)
    result = draw(st.sampled_from(["open-source-ai", "not-open-source-ai", "undecided"]))
    subject = having(
        start, license={"status": status, "concluded": concluded, "also": ()}, nodes=tuple(nodes), edges=tuple(edges),
        grades=grades, label=ladder[label], label_ceiling=ladder[draw(st.integers(label, len(ladder) - 1))],
        frameworks={"osaid": {"result": result, "ceiling": result, "criteria": {}}},
    )  # fmt: skip
    return msgspec.structs.replace(
        subject, facts=Facts({**start.facts.values, **facts}), verdicts={"us": verdict},
        text_gaps=draw(st.sampled_from([(), ("acme/anvil",)])), asked_revision=draw(st.sampled_from([None, "main", "a" * 40])),
    )  # fmt: skip


def forgotten(subject: GateSubject, what: str) -> GateSubject:
    """The same subject with something about it not known any more."""
    report = subject.report
    if what.startswith("fact "):
        name = what.removeprefix("fact ")
        return msgspec.structs.replace(
            subject, facts=Facts({**subject.facts.values, name: Fact(name=name, state="unknown")})
        )
    if what.startswith("list "):
        name = what.removeprefix("list ")
        fact = subject.facts.get(name)
        if fact.state != "known" or not isinstance(fact.value, list):
            return subject
        shorter = msgspec.structs.replace(fact, value=fact.value[:-1], complete=False)
        return msgspec.structs.replace(subject, facts=Facts({**subject.facts.values, name: shorter}))
    if what == "license":
        return having(subject, license={"status": "unresolved", "concluded": None, "also": ()})
    if what == "grades":
        open_ = {name: Grade(level=0, ceiling=4) for name in report.grades}
        return having(subject, grades=open_, label=with_().ladder[0], label_ceiling=with_().ladder[-1])
    if what == "bases":
        nodes = tuple(
            node if node.id == report.subject.id else msgspec.structs.replace(node, status="not-visited", license=None)
            for node in report.lineage.nodes
        )
        lineage = msgspec.structs.replace(report.lineage, nodes=nodes)
        less = msgspec.structs.replace(subject, report=msgspec.structs.replace(report, lineage=lineage))
        # Bases that nobody looked at leave the chain open, as the pipeline says.
        return forgotten(forgotten(less, "fact lineage_followed"), "fact grant_established")
    if what == "findings":
        findings = tuple(msgspec.structs.replace(f, outcome="unknown") for f in report.findings)
        return having(subject, findings=findings)
    if what == "verdict":
        unclear = Verdict(license="x", outcome="unclear", questions=(Question(field="use.kind", why="Say it."),))
        return msgspec.structs.replace(subject, verdicts={"us": unclear})
    if what == "unread":
        return msgspec.structs.replace(subject, unread=("acme/anvil/LICENSE (gated)",))
    assert what == "framework"
    return having(subject, frameworks={})


WHATS = st.one_of(
    st.sampled_from(READ).map(lambda name: f"fact {name}"),
    st.sampled_from(READ).map(lambda name: f"list {name}"),
    st.sampled_from(["license", "grades", "bases", "findings", "verdict", "framework", "unread"]),
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(subjects(), st.lists(WHATS, min_size=1, max_size=5))
def test_knowing_less_never_turns_a_failure_into_a_pass(subject: GateSubject, what: list[str]) -> None:
    less = subject
    for entry in what:
        less = forgotten(less, entry)
    before = {result.rule: result for result in judge_subject(COMPILED, subject, with_())}
    after = {result.rule: result for result in judge_subject(COMPILED, less, with_())}
    for name, result in after.items():
        if result.outcome == "pass":
            assert before[name].outcome != "fail", (name, RULES[int(name[1:])], what, before[name], result)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(subjects())
def test_every_undecided_result_names_what_is_missing_and_what_would_settle_it(subject: GateSubject) -> None:
    for result in judge_subject(COMPILED, subject, with_()):
        if result.outcome == "undecided":
            assert result.missing, result
            assert result.help, result


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(subjects())
def test_an_unsettled_license_passes_no_rule_on_licenses_or_terms(subject: GateSubject) -> None:
    grant = subject.facts.get("grant_established")
    settled = subject.license.status not in ("conflict", "modified", "unresolved", "missing")
    if settled and grant.state == "known" and grant.value is True and subject.kind != "hosted":
        return
    for rule, result in zip(COMPILED, judge_subject(COMPILED, subject, with_()), strict=False):
        if rule.id == result.rule and (
            rule.kind in ("license", "category")
            or (rule.condition and any(name.startswith("term.") for name in rule.condition.reads))
        ):
            assert result.outcome != "pass", (rule, result)
