"""Numbers that may be known only as bounds, compared in Kleene logic; money in other currencies to a factor of two."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from auditor.model.truth import Truth
from auditor.rulebook.verdicts import VerdictRules

__all__ = ["UNKNOWN", "Interval", "amount_of", "count_of", "passes"]

MONTHS = 12


class Interval(msgspec.Struct, frozen=True):
    """Everything a number may be: from `low` to `high`, both included."""

    low: float
    high: float

    def plus(self, other: Interval) -> Interval:
        """Return the sum of two numbers."""
        return Interval(self.low + other.low, self.high + other.high)

    def times(self, low: float, high: float) -> Interval:
        """Return the product with a factor between `low` and `high`."""
        return Interval(self.low * low, self.high * high)

    def shown(self) -> Any:
        """Return the number, or its bounds, for a report; `None` when nothing is known."""
        if self == UNKNOWN:
            return None
        if self.low == self.high:
            return _plain(self.low)
        bounds = {"min": self.low, "max": self.high}
        return {name: _plain(value) for name, value in bounds.items() if 0 < value < math.inf} or None


def _plain(value: float) -> float:
    return int(value) if value == int(value) else value


UNKNOWN = Interval(0, math.inf)


def count_of(value: Any) -> Interval:
    """Return what a count may be: a number, `{min: n}`, `{max: n}`, or unknown."""
    if value is None or isinstance(value, bool):
        return UNKNOWN
    if isinstance(value, Mapping):
        return Interval(float(value.get("min", 0)), float(value.get("max", math.inf)))
    return Interval(float(value), float(value))


def amount_of(value: Any, currency: str, written_in: str, period: str, rules: VerdictRules) -> Interval:
    """Return what an amount may be in `currency` for one `period`.

    `written_in` is the currency that a bare number has. An amount in another currency is good to a factor of two; one
    without a period, or in a currency we have no rate for, is unknown.
    """
    spoken = written_in
    if isinstance(value, Mapping) and "currency" in value:
        spoken = value["currency"]
        stated = value.get("period")
        value = value.get("amount")
        if stated is None:
            return UNKNOWN
        if stated != period:
            factor = MONTHS if stated == "month" else 1 / MONTHS
            # A month stands for a year only roughly, and a year for a month hardly at all.
            interval = count_of(value).times(factor, factor) if stated == "month" else Interval(0, count_of(value).high)
            return _converted(interval, spoken, currency, rules)
    return _converted(count_of(value), spoken, currency, rules)


def _converted(amount: Interval, spoken: str, currency: str, rules: VerdictRules) -> Interval:
    if spoken == currency or amount == UNKNOWN:
        return amount
    rates = rules.per_us_dollar
    if spoken not in rates or currency not in rates:
        return UNKNOWN
    rate = rates[currency] / rates[spoken]
    return amount.times(rate / rules.rate_factor, rate * rules.rate_factor)


def passes(value: Interval, comparator: str, limit: float) -> Truth:
    """Return whether `value` is beyond `limit` (`>` or `>=`), or unknown."""
    if comparator == ">=":
        return True if value.low >= limit else (False if value.high < limit else None)
    return True if value.low > limit else (False if value.high <= limit else None)
