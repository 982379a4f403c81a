"""Limits of size: users, revenue and the like, with what is left to them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from auditor.model.license import LicenseProfile, TermValue
from auditor.model.truth import Truth
from auditor.model.verdict import Question, WatchedLimit
from auditor.rulebook.verdicts import Measure, VerdictRules
from auditor.verdict.barriers import Finding, barrier, passed
from auditor.verdict.context import Context
from auditor.verdict.quantities import UNKNOWN, Interval, amount_of, count_of, passes
from auditor.verdict.situation import Situation

__all__ = ["THRESHOLD_TERMS", "Sized", "badge_reached", "sized", "threshold_findings", "watched"]

THRESHOLD_TERMS = ("mau_threshold", "revenue_threshold", "other_threshold")


class Sized(msgspec.Struct, frozen=True, kw_only=True):
    """One threshold of a license against a context."""

    term: str
    value: TermValue
    record: Mapping[str, Any]
    yours: Interval
    passed: Truth
    """Whether the limit is passed."""
    fields: tuple[str, ...]
    """Fields of the context that would settle it."""

    @property
    def limit(self) -> float:
        """Return the number of the limit."""
        return float(self.record["amount" if "amount" in self.record else "number"])


def sized(profile: LicenseProfile, situation: Situation, rules: VerdictRules) -> list[Sized]:
    """Return every threshold of the license with how the context compares; a term nobody read has none."""
    found = []
    exempted = profile.application.end_users_exempt if profile.application else ()
    for term in THRESHOLD_TERMS:
        value = profile.terms[term]
        records = value.value if isinstance(value.value, list) else [value.value]
        found += [
            _one(term, value, record, situation, rules, exempted) for record in records if isinstance(record, Mapping)
        ]
    return found


def _one(
    term: str,
    value: TermValue,
    record: Mapping[str, Any],
    situation: Situation,
    rules: VerdictRules,
    exempted: tuple[str, ...],
) -> Sized:
    measure = _measure(record, rules)
    context = situation.context
    yours = _yours(measure, record, context, rules) if measure else UNKNOWN
    limit = float(record["amount" if "amount" in record else "number"])
    truth = passes(yours, record["comparator"], limit)
    exempt = situation.kind == "end-user-of-integrated-product" and term in exempted
    return Sized(
        term=term,
        value=value,
        record=record,
        yours=yours,
        passed=False if exempt else _applies(record, situation, truth),
        fields=measure.sum if measure else (),
    )


def _measure(record: Mapping[str, Any], rules: VerdictRules) -> Measure | None:
    unit = "revenue" if "amount" in record else _word(record.get("unit"), rules.unit_words)
    scope = _word(record.get("scope"), rules.scope_words)
    if "amount" in record:
        when = record.get("period")
    else:
        when = "frozen" if str(record.get("reference", "")).startswith("frozen") else "rolling"
    fitting = (m for m in rules.measures if m.unit == unit and m.scope == scope and m.when in (None, when))
    return next(fitting, None)


def _word(written: Any, table: Mapping[str, Iterable[str]]) -> str | None:
    return next((name for name, words in table.items() if written in words), None)


def _yours(measure: Measure, record: Mapping[str, Any], context: Context, rules: VerdictRules) -> Interval:
    read = _reader(record, context, rules)
    first, *others = (read(field) for field in measure.sum)
    total = first
    for other in others:
        total = total.plus(other) if other != UNKNOWN else total  # not given: already in the first
    if total == UNKNOWN and _not_there_yet(record, context):
        return Interval(0, 0)
    if measure.at_most:
        total = Interval(total.low, min(total.high, read(measure.at_most).high))
    return total


def _reader(record: Mapping[str, Any], context: Context, rules: VerdictRules) -> Callable[[str], Interval]:
    if "amount" not in record:
        return lambda field: count_of(context.get(field))
    currency, period = record["currency"], record.get("period") or "year"

    def read(field: str) -> Interval:
        same = rules.same_in.get(currency, {}).get(field)
        if same and context.get(same) is not None:
            return amount_of(context.get(same), currency, currency, period, rules)
        return amount_of(context.get(field), currency, "USD", period, rules)

    return read


def _not_there_yet(record: Mapping[str, Any], context: Context) -> bool:
    """Return whether the organization was founded after the month that a frozen limit looks at."""
    reference, founded = str(record.get("reference", "")), context.get("organization.founded")
    if not reference.startswith("frozen: ") or not founded:
        return False
    month = reference.removeprefix("frozen: ")
    return str(founded)[: len(month)] > month[: len(str(founded))] and str(founded)[:4].isdigit()


def _applies(record: Mapping[str, Any], situation: Situation, truth: Truth) -> Truth:
    """Return whether the limit bites: some bind commercial use only, or one line of business."""
    conditions: list[Truth] = [truth]
    if record.get("commercial_only"):
        conditions.append(situation.context.get("use.commercial"))
    if record.get("only_if"):
        conditions.append(situation.context.get(record["only_if"]))
    if any(condition is False for condition in conditions):
        return False
    return None if any(condition is None for condition in conditions) else True


def threshold_findings(profile: LicenseProfile, limits: list[Sized], situation: Situation) -> Finding:
    """Return what the thresholds other than mere badges do."""
    found = Finding()
    for limit in limits:
        if limit.record.get("effect") == "badge":
            continue
        found = found.plus(_finding(profile, limit, situation))
    for term in THRESHOLD_TERMS:
        if profile.terms[term].value == "unknown":
            found = found.plus(
                barrier(profile, "unclear", term, None, "Nobody has read whether there is a limit of size.")
            )
    return found


def _finding(profile: LicenseProfile, limit: Sized, situation: Situation) -> Finding:
    section, shown = limit.value.section, limit.yours.shown()
    said = f"{_words(limit)}; yours: {shown if shown is not None else 'not given'}"
    contradiction = next(
        (c for c in (profile.application.contradictions if profile.application else ()) if limit.term in c.touches),
        None,
    )
    if contradiction and limit.yours == Interval(limit.limit, limit.limit):
        return barrier(profile, "unclear", limit.term, contradiction.section, contradiction.note)
    if limit.passed is True:
        return barrier(
            profile, "withheld", limit.term, section, f"The limit is passed: {said}.", covers="threshold",
            routed=limit.record.get("effect") == "separate-license",
        )  # fmt: skip
    if limit.passed is None:
        return barrier(
            profile, "unclear", limit.term, section, f"Whether the limit is passed is not known: {said}.",
            questions=_questions(limit, situation),
        )  # fmt: skip
    return passed(profile, limit.term, section, f"The limit does not stand in the way: {said}.")


def _questions(limit: Sized, situation: Situation) -> tuple[Question, ...]:
    fields = list(limit.fields[:1])
    record = limit.record
    if record.get("commercial_only") and situation.context.get("use.commercial") is None:
        fields.append("use.commercial")
    if record.get("only_if") and situation.context.get(record["only_if"]) is None:
        fields.append(record["only_if"])
    return tuple(Question(field=field, why=f"The license sets a limit: {_words(limit)}.") for field in fields)


def _words(limit: Sized) -> str:
    record = limit.record
    number = f"{limit.limit:,.0f}"
    if "amount" in record:
        amount = f"{number} {record['currency']} a {record.get('period') or 'year'}"
        return f"{record['comparator']} {amount}, {record.get('scope')}"
    return f"{record['comparator']} {number} {record.get('unit')}, {record.get('scope')}, {record.get('reference')}"


def badge_reached(limits: list[Sized]) -> Truth:
    """Return whether any threshold that only calls for a display is passed; `False` where there is none."""
    answers = [limit.passed for limit in limits if limit.record.get("effect") == "badge"]
    if True in answers:
        return True
    return None if None in answers else False


def watched(profile: LicenseProfile, limits: list[Sized]) -> list[WatchedLimit]:
    """Return every threshold and updatable policy, with the headroom where the number is known."""
    found = [_watch(profile, limit) for limit in limits]
    aup = profile.terms["aup"]
    if isinstance(aup.value, Mapping) and aup.value.get("updatable"):
        found.append(_changeable(profile, "aup", aup.section, "the use policy can change"))
    change = profile.terms["unilateral_change"]
    if change.value not in ("none", "unknown", "aup-only"):
        found.append(_changeable(profile, "unilateral_change", change.section, "the terms can change"))
    revocable = profile.terms["revocability"]
    if revocable.value in ("revocable", "at-will"):
        found.append(_changeable(profile, "revocability", revocable.section, "the grant can end"))
    return found


def _watch(profile: LicenseProfile, limit: Sized) -> WatchedLimit:
    reference = limit.record.get("reference")
    frozen = str(reference).startswith("frozen")
    known = limit.yours.high < math.inf
    return WatchedLimit(
        license=profile.id,
        term=limit.term,
        section=limit.value.section,
        limit=limit.record.get("amount", limit.record.get("number")),
        comparator=limit.record["comparator"],
        your_value=limit.yours.shown(),
        headroom=limit.limit - limit.yours.high if known else None,
        reference="frozen" if frozen else "rolling",
        effect=str(limit.record.get("effect")),
    )


def _changeable(profile: LicenseProfile, term: str, section: str | None, effect: str) -> WatchedLimit:
    return WatchedLimit(
        license=profile.id, term=term, section=section, limit=None, comparator=None, your_value=None, headroom=None,
        reference=None, effect=effect,
    )  # fmt: skip
