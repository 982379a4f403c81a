"""Waits that cost no time here: retries, Retry-After, rate-limit windows and deadlines."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import AuditorError, HubUnreachable, RateLimited, SubjectNotFound
from auditor.fetch.pacing import Allowances, Deadline, retry_after_seconds, retrying
from tests.replay_hub import Fault, ReplayHub
from tests.unit.fetch.hub_setting import FakeTime, model, options, source, target


def ratelimit(left: int, reset: int, name: str = "api") -> dict[str, str]:
    return {"RateLimit": f'"{name}";r={left};t={reset}', "RateLimit-Policy": f'"fixed window";"{name}";q=500;w=300'}


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("value", "seconds"),
        [
            ("7", 7.0),
            (" 0 ", 0.0),
            ("99999999999999999999", 86_400.0),
            ("Tue, 14 Nov 2023 22:13:50 GMT", 30.0),
            ("Tue, 14 Nov 2023 22:13:00 GMT", 0.0),
            ("soon", None),
            ("-5", None),
            ("", None),
            ("٣", None),
        ],
    )
    def test_reads_seconds_and_dates(self, value: str, seconds: float | None) -> None:
        assert retry_after_seconds({"retry-after": value}, 1_700_000_000.0) == seconds

    def test_is_nothing_without_the_header(self) -> None:
        assert retry_after_seconds({}, 0.0) is None

    @given(st.text(), st.floats(0, 4e9))
    def test_never_fails_and_stays_within_a_day(self, value: str, now: float) -> None:
        seconds = retry_after_seconds({"Retry-After": value}, now)
        assert seconds is None or 0 <= seconds <= 86_400


class TestAllowances:
    def test_knows_nothing_before_the_first_answer(self) -> None:
        assert Allowances(FakeTime().pace).take("api") == 0

    def test_counts_down_and_waits_for_the_window(self) -> None:
        clock = FakeTime()
        allowances = Allowances(clock.pace)
        allowances.observe("api", ratelimit(2, 50))
        assert [allowances.take("api"), allowances.take("api"), allowances.take("api")] == [0, 0, 50]
        assert allowances.wait_hint() == 50
        clock.sleep(50)
        assert allowances.take("api") == 0
        assert allowances.wait_hint() == 0

    def test_keeps_the_lower_count_when_answers_overtake_each_other(self) -> None:
        allowances = Allowances(FakeTime().pace)
        allowances.observe("api", ratelimit(1, 50))
        allowances.observe("api", ratelimit(3, 50))
        assert [allowances.take("api"), allowances.take("api")] == [0, 50]

    def test_takes_a_new_window_without_what_is_on_its_way(self) -> None:
        clock = FakeTime()
        allowances = Allowances(clock.pace)
        allowances.observe("api", ratelimit(5, 10))
        assert allowances.take("api") == 0
        allowances.observe("api", ratelimit(2, 300))
        assert [allowances.take("api"), allowances.take("api")] == [0, 300]

    def test_keeps_groups_apart_by_the_name_the_server_gives(self) -> None:
        allowances = Allowances(FakeTime().pace)
        allowances.observe("api", ratelimit(0, 50))
        allowances.observe("resolve", ratelimit(9, 50, "resolvers"))
        assert (allowances.take("api"), allowances.take("resolve")) == (50, 0)

    def test_a_hold_is_for_every_group(self) -> None:
        clock = FakeTime()
        allowances = Allowances(clock.pace)
        allowances.hold(9)
        assert (allowances.take("api"), allowances.take("resolve")) == (9, 9)
        clock.sleep(9)
        assert allowances.take("api") == 0

    @pytest.mark.parametrize("header", ["", "garbage", '"api";r=x;t=1', '"api";r=' + "9" * 5000 + ";t=1"])
    def test_learns_nothing_from_nonsense(self, header: str) -> None:
        allowances = Allowances(FakeTime().pace)
        allowances.observe("api", {"RateLimit": header})
        assert allowances.take("api") == 0


class TestRetrying:
    def run(
        self,
        faults: list[AuditorError],
        clock: FakeTime,
        *,
        retries: int = 4,
        seconds: float = 100,
        asked: float | None = None,
    ) -> int:
        left = list(faults)
        repeated: list[int] = []

        def call() -> int:
            if left:
                raise left.pop(0)
            return len(repeated)

        return retrying(
            call,
            translate=lambda error: error,  # type: ignore[arg-type, return-value]
            wait_asked=lambda error: asked,
            deadline=Deadline(seconds, clock.pace),
            retries=retries,
            retried=lambda: repeated.append(1),
        )

    def test_doubles_its_waits_up_to_eight_seconds(self) -> None:
        clock = FakeTime()
        assert self.run([HubUnreachable("x")] * 6, clock, retries=6) == 6
        assert clock.slept == [0.375, 0.75, 1.5, 3.0, 6.0, 6.0]

    def test_waits_as_long_as_asked_and_a_little_more(self) -> None:
        clock = FakeTime()
        self.run([RateLimited("x")], clock, asked=20)
        assert clock.slept == [20.5]

    def test_ends_when_retries_end(self) -> None:
        clock = FakeTime()
        with pytest.raises(HubUnreachable):
            self.run([HubUnreachable("x")] * 3, clock, retries=2)
        assert len(clock.slept) == 2

    def test_does_not_start_a_wait_that_outlasts_the_deadline(self) -> None:
        clock = FakeTime()
        with pytest.raises(RateLimited):
            self.run([RateLimited("x")], clock, asked=200)
        assert clock.slept == []

    def test_never_repeats_what_cannot_pass(self) -> None:
        clock = FakeTime()
        with pytest.raises(SubjectNotFound):
            self.run([SubjectNotFound("x")], clock)
        assert clock.slept == []


def test_a_stopped_batch_has_no_time_left() -> None:
    stopped = threading.Event()
    deadline = Deadline(10, FakeTime().pace, stopped)
    assert deadline.left() == 10
    stopped.set()
    with pytest.raises(HubUnreachable):
        deadline.check()


class TestAgainstTheHub:
    def test_paces_before_a_429_comes(self, replay_hub: ReplayHub) -> None:
        replay_hub.add(model())
        allowance = replay_hub.allowances["api"]
        allowance.left, allowance.reset, allowance.enforced = 1, 60, True
        clock = FakeTime()
        subject = source(clock)
        subject.fetch(target(), options(replay_hub))

        def refill(seconds: float) -> None:
            FakeTime.sleep(clock, seconds)
            allowance.left = allowance.quota

        clock.sleep = refill  # type: ignore[method-assign]
        subject = source(clock)
        allowance.left = 1
        subject.fetch(target(), options(replay_hub))
        subject.fetch(target(), options(replay_hub))
        assert clock.slept == [60.0]
        assert subject.stats().retries == 0

    def test_a_window_beyond_the_deadline_is_an_error_that_names_the_wait(self, replay_hub: ReplayHub) -> None:
        replay_hub.add(model())
        replay_hub.allowances["api"].left, replay_hub.allowances["api"].reset = 1, 290
        subject = source()
        subject.fetch(target(), options(replay_hub))
        with pytest.raises(RateLimited, match="290 seconds"):
            subject.fetch(target(), options(replay_hub))
        assert replay_hub.count("api") == 1

    @pytest.mark.parametrize(
        ("fault", "slept"),
        [
            (lambda: Fault.rate_limited(retry_after=7, times=1), [7.5]),
            (lambda: Fault.rate_limited(retry_after="Tue, 14 Nov 2023 22:13:50 GMT", times=1), [30.5]),
            (lambda: Fault.rate_limited(left=0, reset=1, times=1), [1.5]),
            (lambda: Fault.rate_limited(left=5, reset=200, times=1), [0.375]),
            (lambda: Fault.rate_limited(times=1), [0.375]),
        ],
    )
    def test_honors_what_a_429_says(
        self, replay_hub: ReplayHub, fault: Callable[[], Fault], slept: list[float]
    ) -> None:
        replay_hub.add(model())
        replay_hub.fail(fault())
        clock = FakeTime()
        subject = source(clock)
        subject.fetch(target(), options(replay_hub))
        assert clock.slept == slept
        assert subject.stats().retries == 1

    def test_a_429_that_never_ends_is_rate_limited(self, replay_hub: ReplayHub) -> None:
        replay_hub.add(model())
        replay_hub.fail(Fault.rate_limited(retry_after=10))
        with pytest.raises(RateLimited, match="10 seconds"):
            source().fetch(target(), options(replay_hub))
        assert replay_hub.count("api") == 5
