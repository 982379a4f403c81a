"""Many subjects at once: order, bounds, one bad subject among good ones."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from auditor.errors import AuditorError, RateLimited, SubjectNotFound
from auditor.fetch.in_order import in_order
from auditor.fetch.targets import Target
from auditor.model.snapshot import Snapshot
from tests.replay_hub import Fault, ReplayHub
from tests.unit.fetch.hub_setting import FakeTime, model, options, source, target


def test_outcomes_come_in_the_order_of_the_targets(replay_hub: ReplayHub) -> None:
    for number in range(12):
        replay_hub.add(model(f"acme/m{number}"))
    replay_hub.fail(Fault("latency", seconds=0.05), "acme/m0")
    found = list(source().fetch_many([target(f"acme/m{number}") for number in range(12)], options(replay_hub), 4))
    assert [position for position, _ in found] == list(range(12))
    assert [outcome.id for _, outcome in found if isinstance(outcome, Snapshot)] == [f"acme/m{n}" for n in range(12)]


def test_no_bad_subject_ends_the_batch(replay_hub: ReplayHub) -> None:
    faults = {
        "gated": Fault.error(403, code="GatedRepo"),
        "html": Fault("html"),
        "cut": Fault("truncated-json"),
        "down": Fault(status=500),
        "loop": Fault("rename-loop"),
        "dead": Fault("reset"),
        "huge": Fault("huge"),
    }
    for name, fault in faults.items():
        replay_hub.add(model(f"acme/{name}"))
        replay_hub.fail(fault, f"acme/{name}")
    replay_hub.add(model("acme/good"))
    names = [*faults, "none", "good"]
    outcomes = [
        outcome
        for _, outcome in source().fetch_many(
            [*(target(f"acme/{name}") for name in names), target("x", scheme="path")], options(replay_hub, retries=0), 3
        )
    ]
    codes = [outcome.code if isinstance(outcome, AuditorError) else "ok" for outcome in outcomes]
    assert codes == [
        "gated",
        "broken-answer",
        "broken-answer",
        "no-network",
        "broken-answer",
        "no-network",
        "answer-too-large",
        "not-found",
        "ok",
        "usage",
    ]


def test_a_fault_of_our_own_is_one_subjects_error(replay_hub: ReplayHub) -> None:
    replay_hub.add(model("acme/a"))
    replay_hub.add(model("acme/b"))
    subject = source()

    def break_on_a(record: dict[str, object], card: str) -> bool:
        if record["id"] == "acme/a":
            raise ZeroDivisionError("ours")
        return False

    subject._wants_refs = break_on_a
    outcomes = [outcome for _, outcome in subject.fetch_many([target("acme/a"), target("acme/b")], options(replay_hub))]
    assert isinstance(outcomes[0], AuditorError)
    assert "ZeroDivisionError" in outcomes[0].message
    assert isinstance(outcomes[1], Snapshot)


def test_a_base_model_of_many_is_asked_for_once(replay_hub: ReplayHub) -> None:
    replay_hub.add(model("acme/base"))
    for number in range(8):
        replay_hub.add(model(f"acme/m{number}", files={}, record={"cardData": {"base_model": "acme/base"}}))
    replay_hub.fail(Fault("latency", seconds=0.02), "acme/base")
    subject = source()
    targets = [target(f"acme/m{number}") for number in range(8)]
    outcomes = [outcome for _, outcome in subject.fetch_many(targets, options(replay_hub), 8)]
    assert [one.related[0].status for one in outcomes if isinstance(one, Snapshot)] == ["read"] * 8
    assert replay_hub.count("api") == 9


def test_targets_are_taken_no_more_than_the_window_ahead(replay_hub: ReplayHub) -> None:
    replay_hub.add(model(files={}))
    taken = 0

    def endless() -> Iterator[Target]:
        nonlocal taken
        while True:
            taken += 1
            yield target()

    stream = source().fetch_many(endless(), options(replay_hub), 2)
    for position in range(10):
        assert next(stream)[0] == position
        assert taken <= position + 4
    stream.close()  # type: ignore[attr-defined]
    assert taken <= 14


def test_work_that_is_not_wanted_any_more_ends(replay_hub: ReplayHub) -> None:
    replay_hub.add(model())
    replay_hub.fail(Fault("drip", seconds=0.02), "acme/model")
    stopped = threading.Event()
    ended = threading.Event()

    def work(number: int) -> int:
        if number:
            stopped.wait(5)
            ended.set()
        return number

    stream = in_order(range(3), work, 2, stopped)
    assert next(stream) == (0, 0)
    stream.close()  # type: ignore[attr-defined]
    assert ended.wait(5)


def test_an_abandoned_batch_stops_reading(replay_hub: ReplayHub) -> None:
    replay_hub.add(model("acme/good", files={}))
    replay_hub.add(model("acme/slow"))
    replay_hub.fail(Fault("drip", seconds=0.02), "acme/slow")
    stream = source().fetch_many([target("acme/good"), target("acme/slow")], options(replay_hub), 2)
    assert next(stream)[0] == 0
    stream.close()  # type: ignore[attr-defined]
    for _ in range(100):
        if not any(thread.name.startswith("auditor-fetch") for thread in threading.enumerate()):
            return
        time.sleep(0.02)
    pytest.fail("a thread of the abandoned batch still runs")


def test_at_least_one_at_a_time() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        in_order([], lambda item: item, 0, threading.Event())


class TestSpentAllowance:
    def test_a_batch_waits_for_the_next_window_beyond_a_subjects_deadline(self, replay_hub: ReplayHub) -> None:
        names = [f"acme/m{number}" for number in range(3)]
        for name in names:
            replay_hub.add(model(name, files={}))
        allowance = replay_hub.allowances["api"]
        allowance.left, allowance.reset, allowance.enforced = 2, 290, True
        clock = FakeTime()

        def refill(seconds: float) -> None:
            FakeTime.sleep(clock, seconds)
            if seconds >= 290:
                allowance.left = allowance.quota

        clock.sleep = refill  # type: ignore[method-assign]
        outcomes = [
            one for _, one in source(clock).fetch_many([target(name) for name in names], options(replay_hub), 1)
        ]
        assert [type(one) for one in outcomes] == [Snapshot] * 3
        assert clock.slept == [290.5]
        assert len(replay_hub.seen) == 3

    def test_but_not_longer_than_its_patience(self, replay_hub: ReplayHub) -> None:
        replay_hub.add(model(files={}))
        replay_hub.fail(Fault.rate_limited(retry_after=4000))
        clock = FakeTime()
        outcomes = [one for _, one in source(clock).fetch_many([target()], options(replay_hub), 1)]
        assert isinstance(outcomes[0], RateLimited)
        assert clock.slept == []

    def test_a_text_that_met_it_is_read_in_the_next_window(self, replay_hub: ReplayHub) -> None:
        replay_hub.add(model())
        fault = Fault.rate_limited(retry_after=200, times=1)
        fault.on, fault.path = "resolve", "LICENSE"
        replay_hub.fail(fault)
        clock = FakeTime()
        outcomes = [one for _, one in source(clock).fetch_many([target()], options(replay_hub), 1)]
        assert isinstance(outcomes[0], Snapshot)
        assert {document.status for document in outcomes[0].documents} == {"read"}


def test_missing_subjects_cost_one_request_each(replay_hub: ReplayHub) -> None:
    outcomes = [one for _, one in source().fetch_many([target("acme/x")] * 3, options(replay_hub))]
    assert [type(one) for one in outcomes] == [SubjectNotFound] * 3
    assert replay_hub.count("api") == 3
