"""A baseline hides what was there already, and nothing that got worse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import UsageProblem
from auditor.gate.baseline import MAX_BYTES, apply_baseline, read_baseline
from auditor.model.gate import Gate, GateResult
from auditor.model.report import FailedTarget
from auditor.render.gate_formats import render_gate
from tests.unit.render.gate_factory import full, gate, hostile, result, waiver


def held(then: GateResult, now: GateResult, **more: Any) -> Gate:
    return apply_baseline(gate(now, outcome=now.outcome, **more), gate(then))


def test_the_same_result_is_marked_and_does_not_fail() -> None:
    after = held(result(), result())
    assert (after.outcome, after.results[0].in_baseline, after.warnings) == ("pass", True, ())
    assert after.results[0].outcome == "fail"


def test_another_line_or_place_makes_no_difference() -> None:
    assert held(result(), result(references=())).outcome == "pass"


def test_what_got_better_is_covered() -> None:
    after = held(result(), result("undecided", missing=("x",)))
    # Less than a failure, but a fact that is newly missing is news.
    assert after.outcome == "undecided"
    assert held(result(missing=("x",)), result("undecided", missing=("x",))).outcome == "pass"
    assert held(result(detail="not answered: a, b"), result(detail="not answered: b")).outcome == "pass"


WORSE = {
    "it was undecided and is fail": (result("undecided"), result("fail")),
    "its severity was warning and is error": (result(severity="warning"), result()),
    "the license evidence changed": (result(evidence_hash="a" * 64), result(evidence_hash="b" * 64)),
    "no longer known: y": (result("undecided", missing=("x",)), result("undecided", missing=("x", "y"))),
    "more was found: files in pickle, torch": (
        result(detail="files in pickle"),
        result(detail="files in pickle, torch"),
    ),
    "it has no license evidence to compare, and what was found changed": (
        result(evidence_hash=None),
        result(evidence_hash=None, detail="another license"),
    ),
}


@pytest.mark.parametrize("words", WORSE)
def test_what_got_worse_is_never_hidden(words: str) -> None:
    then, now = WORSE[words]
    after = held(then, now)
    assert after.outcome == now.outcome
    assert not after.results[0].in_baseline
    assert after.warnings == (f"the baseline no longer covers license-allow on acme/parrot: {words}",)


def test_evidence_that_vanished_is_a_change() -> None:
    assert held(result(), result(evidence_hash=None)).outcome == "fail"
    assert held(result(evidence_hash=None), result()).outcome == "fail"


def test_a_pass_of_then_covers_nothing() -> None:
    assert held(result("pass"), result()).outcome == "fail"


def test_an_exception_of_then_does_not_last_through_the_baseline() -> None:
    assert held(result(waiver=waiver()), result(waiver=waiver("expired"))).outcome == "fail"
    assert held(result(waiver=waiver("expired")), result(waiver=waiver("expired"))).outcome == "pass"


def test_one_entry_covers_one_result() -> None:
    after = apply_baseline(gate(result(), result()), gate(result()))
    assert (after.outcome, [r.in_baseline for r in after.results]) == ("fail", [True, False])


def test_a_result_without_a_fingerprint_is_never_covered() -> None:
    assert held(result(fingerprint=""), result(fingerprint="")).outcome == "fail"


def test_what_holds_the_gate_beside_results_still_does() -> None:
    lost = FailedTarget(target="acme/lost", code="not-found", message="no such repository")
    assert held(result(), result(), errors=(lost,)).outcome == "undecided"
    assert apply_baseline(gate(result("pass"), outcome="undecided"), gate(result())).outcome == "undecided"
    assert apply_baseline(gate(result(), outcome="fail"), gate(result()), beside="undecided").outcome == "undecided"


def test_entries_no_longer_found_are_reported_unless_their_target_was_not_audited() -> None:
    then = gate(result(target="acme/gone"), result(target="acme/lost"))
    lost = FailedTarget(target="acme/lost", code="not-found", message="no such repository")
    after = apply_baseline(gate(outcome="undecided", errors=(lost,)), then)
    assert after.warnings == (
        "the baseline has license-allow on acme/gone, which is no longer found: write the baseline again",
    )


def test_a_baseline_of_another_use_is_refused() -> None:
    other = msgspec.structs.replace(gate().policy, use="internal")
    with pytest.raises(UsageProblem, match="written for internal, this run is for product"):
        apply_baseline(gate(result()), gate(result(), policy=other))


def test_a_baseline_of_another_policy_is_said() -> None:
    other = msgspec.structs.replace(gate().policy, name="theirs")
    (warning,) = apply_baseline(gate(result()), gate(result(), policy=other)).warnings
    assert warning == "the baseline was written under policy theirs, this run is under ours"


@pytest.mark.parametrize("make", [full, gate])
def test_our_json_is_read_back_whole(make: Any, tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_text(render_gate(make(), "json"), "utf-8")
    assert read_baseline(path) == make()
    after = apply_baseline(make(), read_baseline(path))
    assert not [r for r in after.results if r.outcome != "pass" and not r.in_baseline and r.waiver is None]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no output of the gate"),
        (b"[]", "no output of the gate"),
        (b"{}", "no output of the gate, not auditor/gate/1"),
        (b'{"schema": "auditor/scan/1"}', "auditor/scan/1, not auditor/gate/1"),
        (b'{"schema": "auditor/gate/1"}', "missing required field"),
        (b'{"schema": "auditor/gate/1", "outcome": "maybe"}', "no output of the gate"),
        (b"[" * 100_000, "no output of the gate"),
        (b'{"schema": ' + b"[" * 100_000, "no output of the gate"),
        (b"\xff\xfe\x00", "no output of the gate"),
        (b'{"schema": "\xff"}', "no output of the gate"),
    ],
)
def test_anything_else_is_a_clear_error(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "baseline.json"
    path.write_bytes(content)
    with pytest.raises(UsageProblem, match=words) as caught:
        read_baseline(path)
    assert caught.value.exit_code == 2


def test_a_missing_a_large_and_a_typed_wrong_file(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="cannot read the baseline"):
        read_baseline(tmp_path / "no.json")
    with pytest.raises(UsageProblem, match="cannot read the baseline"):
        read_baseline(tmp_path)
    data = full().to_dict()
    data["results"][0]["in_baseline"] = "yes"
    (tmp_path / "typed.json").write_text(json.dumps(data))
    with pytest.raises(UsageProblem, match=r"results\[0\]|in_baseline"):
        read_baseline(tmp_path / "typed.json")
    with (tmp_path / "large.json").open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    with pytest.raises(UsageProblem, match="larger than"):
        read_baseline(tmp_path / "large.json")


def test_words_of_an_attacker_stay_words(tmp_path: Path) -> None:
    after = apply_baseline(hostile(), gate(result(target="acme/\x1b[31m")))
    assert "\x1b" not in render_gate(after, "text")


RANK = {"pass": 0, "undecided": 1, "fail": 2}
RESULTS = st.builds(
    result,
    st.sampled_from(["pass", "undecided", "fail"]),
    target=st.sampled_from(["a/a", "b/b"]),
    severity=st.sampled_from(["error", "warning"]),
    evidence_hash=st.sampled_from([None, "a" * 64, "b" * 64]),
    missing=st.sampled_from([(), ("x",), ("x", "y")]),
    waiver=st.sampled_from([None, waiver(), waiver("void")]),
)


@given(now=st.lists(RESULTS, max_size=4), then=st.lists(RESULTS, max_size=4))
def test_only_an_equal_or_worse_entry_with_the_same_evidence_ever_hides(
    now: list[GateResult], then: list[GateResult]
) -> None:
    after = apply_baseline(gate(*now, outcome="fail"), gate(*then))
    for found in after.results:
        if found.in_baseline:
            assert any(
                entry.fingerprint == found.fingerprint
                and RANK[entry.outcome] >= RANK[found.outcome]
                and entry.evidence_hash == found.evidence_hash
                and not (entry.waiver and entry.waiver.state == "applied")
                for entry in then
            )
    hidden = [f for f in after.results if f.in_baseline]
    assert len(hidden) <= len(then)
    assert [msgspec.structs.replace(f, in_baseline=False) for f in after.results] == now
