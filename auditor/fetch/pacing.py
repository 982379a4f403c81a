"""How long to wait and when to stop: deadlines, rate-limit allowances and bounded retries."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

import msgspec

from auditor.errors import AuditorError, HubUnreachable, RateLimited

__all__ = ["Allowances", "Deadline", "Pace", "retry_after_seconds", "retrying"]

T = TypeVar("T")

_LONGEST_BACKOFF = 8.0
_FIRST_BACKOFF = 0.5
_LONGEST_HEADER = 86_400.0
# The header counts whole seconds, so the end of one window seems to move by a little.
_NEW_WINDOW = 5.0


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """Clock, sleep and chance, passed in so that tests need no real time."""

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep
    chance: Callable[[], float] = random.random
    """A number from 0 up to 1."""
    wall: Callable[[], float] = time.time
    """Seconds since 1970, only to read a `Retry-After` that is a date."""


class Deadline:
    """The one deadline of a subject: everything done for it happens before, or not at all."""

    def __init__(self, seconds: float, pace: Pace, stopped: threading.Event | None = None) -> None:
        self.pace = pace
        self.seconds = seconds
        self._end = pace.clock() + seconds
        self._stopped = stopped

    def left(self) -> float:
        """Return the seconds left, 0 when there are none or the batch was stopped."""
        if self._stopped is not None and self._stopped.is_set():
            return 0.0
        return max(0.0, self._end - self.pace.clock())

    def check(self) -> None:
        """Raise `HubUnreachable` when the time is over."""
        if self.left() <= 0:
            raise HubUnreachable(
                f"the {self.seconds:g} seconds allowed for this subject are over",
                hint="try again, or allow more time; what was already read is kept",
            )

    def wait(self, seconds: float, why: AuditorError) -> None:
        """Sleep, or raise `why` at once when that would outlast the deadline."""
        if seconds >= self.left():
            raise why
        self.pace.sleep(seconds)


class _Bucket(msgspec.Struct):
    left: int
    reset_at: float
    in_flight: int = 0


class Allowances:
    """What the server said is left of each of its rate limits; shared by every thread of a batch."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._lock = threading.Lock()
        self._buckets: dict[str, _Bucket] = {}
        self._bucket_of: dict[str, str] = {}
        self._held_until = 0.0

    def take(self, group: str) -> float:
        """Take one request out of the bucket that `group` of requests counts against.

        Returns 0 when it was taken (then `done` must follow), else the seconds until there is one to take.
        """
        with self._lock:
            held = self._held_until - self._pace.clock()
            if held > 0:
                return held
            bucket = self._bucket(group)
            if bucket is None:
                return 0.0
            wait = bucket.reset_at - self._pace.clock()
            if wait <= 0:
                # The window is over: how much the new one holds is unknown until the next answer tells.
                del self._buckets[self._bucket_of[group]]
                return 0.0
            if bucket.left <= 0:
                return wait
            bucket.left -= 1
            bucket.in_flight += 1
            return 0.0

    def done(self, group: str) -> None:
        """Note that a request which was taken has ended, well or not."""
        with self._lock:
            bucket = self._bucket(group)
            if bucket is not None:
                bucket.in_flight = max(0, bucket.in_flight - 1)

    def observe(self, group: str | None, headers: Mapping[str, str]) -> None:
        """Learn from the `RateLimit` header of an answer; an answer without one teaches nothing.

        `group` is `None` for the answers of redirect hops, which may count against another bucket.
        """
        from huggingface_hub.utils import parse_ratelimit_headers

        try:
            info = parse_ratelimit_headers(headers)
        except ValueError:  # more digits than an integer may have
            return
        if info is None:
            return
        with self._lock:
            if group is not None:
                self._bucket_of[group] = info.resource_type
            reset_at = self._pace.clock() + min(info.reset_in_seconds, _LONGEST_HEADER)
            bucket = self._buckets.get(info.resource_type)
            if bucket is None:
                self._buckets[info.resource_type] = _Bucket(left=info.remaining, reset_at=reset_at)
            elif reset_at > bucket.reset_at + _NEW_WINDOW:
                # Requests still on their way count against the new window as well.
                bucket.left, bucket.reset_at = max(0, info.remaining - bucket.in_flight), reset_at
            else:
                bucket.left = min(bucket.left, info.remaining)

    def hold(self, seconds: float) -> None:
        """Let nobody ask anything for `seconds`: a 429 is meant for all threads."""
        with self._lock:
            self._held_until = max(self._held_until, self._pace.clock() + seconds)

    def wait_hint(self) -> float:
        """Return the seconds until nothing keeps us from asking, 0 when nothing does."""
        with self._lock:
            now = self._pace.clock()
            return max(
                [self._held_until - now]
                + [bucket.reset_at - now for bucket in self._buckets.values() if bucket.left <= 0]
                + [0.0]
            )

    def _bucket(self, group: str) -> _Bucket | None:
        return self._buckets.get(self._bucket_of.get(group, ""))


def retry_after_seconds(headers: Mapping[str, str], now: float) -> float | None:
    """Return what `Retry-After` asks for (RFC 9110: seconds or a date), at most a day; `None` without one.

    `now` is in seconds since 1970.
    """
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:9]), _LONGEST_HEADER)
    try:
        moment = parsedate_to_datetime(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (moment - datetime.fromtimestamp(now, UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return min(max(0.0, seconds), _LONGEST_HEADER)


def retrying(
    call: Callable[[], T],
    *,
    translate: Callable[[Exception], AuditorError],
    wait_asked: Callable[[Exception], float | None],
    deadline: Deadline,
    retries: int,
    retried: Callable[[], None],
) -> T:
    """Return `call()`, repeated at most `retries` times while the fault may pass.

    Only `HubUnreachable` and `RateLimited` may pass; every other error is raised at once, as `translate` makes
    it. The wait is what the server asked for (`wait_asked`), else it doubles from half a second to 8, with full
    jitter so that the threads of a batch do not come back together. Raises the last error when retries or
    the deadline end first.
    """
    for attempt in range(retries + 1):
        try:
            return call()
        except Exception as error:
            translated = translate(error)
            # Asked on the last try as well: what a server wants us to wait concerns the other threads too.
            asked = wait_asked(error)
            passing = isinstance(translated, HubUnreachable | RateLimited)
            if not passing or attempt == retries or deadline.left() <= 0:
                raise translated from error
            chance = deadline.pace.chance()
            if asked is not None:
                # A little later than asked for: clocks differ, and so should we from each other.
                pause = asked + chance
            else:
                pause = min(_LONGEST_BACKOFF, _FIRST_BACKOFF * 2**attempt) * (0.5 + chance / 2)
        # Outside the handler, so that the wait's own error is not chained to a second copy of itself.
        deadline.wait(pause, translated)
        retried()
    raise AssertionError("the loop above always returns or raises")
