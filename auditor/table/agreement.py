"""Agreement of our answers with expert ones: share, Cohen's kappa, abstentions and two-step errors.

Kappa: J. Cohen, A Coefficient of Agreement for Nominal Scales (1960); weighted with linear weights: Cohen (1968).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from auditor.model.agreement import CriterionAgreement, Disagreement, ExpertRecord

__all__ = ["compare", "criterion_agreement", "disagreements_of", "settled_answer"]

_ORDER = ("yes", "partial", "no")
Pair = tuple[str | None, str | None]
"""Theirs and ours; `None` abstains."""


def compare(
    judged: Iterable[tuple[ExpertRecord, Mapping[str, Any]]], framework: str
) -> tuple[dict[str, list[Pair]], list[Pair]]:
    """Return the pairs of answers by criterion, and those of the framework's result.

    Each record stands beside the report on it, as plain data. A criterion that only one side has is no pair:
    what a report does not ask is left out, and a record that lacks one we ask abstains.
    """
    pairs: dict[str, list[Pair]] = {}
    results: list[Pair] = []
    for record, report in judged:
        ours = report["frameworks"].get(framework, {})
        for criterion, answer in ours.get("criteria", {}).items():
            theirs = record.answers.get(criterion)
            pairs.setdefault(criterion, []).append((theirs, settled_answer(answer, theirs)))
        if record.result is not None:
            said = ours.get("result")
            results.append((record.result, said if isinstance(said, str) and said != "unknown" else None))
    return pairs, results


def settled_answer(answer: Mapping[str, Any], theirs: str | None) -> str | None:
    """Return our answer where it is one: what is proved is also the best not ruled out.

    "At least partial" is an interval and abstains, unless the expert's answer lies outside of it: that is a
    disagreement whatever the open end turns out to be.
    """
    ours, ceiling = answer["answer"], answer.get("ceiling", answer["answer"])
    if ours not in _ORDER:
        return None
    low, high = _ORDER.index(ours), _ORDER.index(ceiling)
    inside = theirs is None or high <= _ORDER.index(theirs) <= low
    return None if low != high and inside else str(ours)


def criterion_agreement(
    criterion: str, pairs: Sequence[Pair], order: Sequence[str] | None = _ORDER
) -> CriterionAgreement:
    """Return the figures of one criterion; without an `order` of answers nothing is a step or two apart."""
    both = [(theirs, ours) for theirs, ours in pairs if theirs is not None and ours is not None]
    agreed = sum(theirs == ours for theirs, ours in both)
    confusion: dict[str, dict[str, int]] = {}
    for theirs, ours in sorted(both):
        row = confusion.setdefault(theirs, {})
        row[ours] = row.get(ours, 0) + 1
    return CriterionAgreement(
        id=criterion,
        pairs=len(both),
        agreed=agreed,
        agreement=round(agreed / len(both), 4) if both else None,
        kappa=_kappa(both, None),
        weighted_kappa=_kappa(both, order) if order else None,
        two_step=sum({theirs, ours} == {"yes", "no"} for theirs, ours in both) if order else 0,
        we_abstained=sum(theirs is not None and ours is None for theirs, ours in pairs),
        they_abstained=sum(theirs is None and ours is not None for theirs, ours in pairs),
        confusion=confusion,
    )


def _kappa(both: Sequence[tuple[str, str]], order: Sequence[str] | None) -> float | None:
    """Return kappa as 1 - observed/expected disagreement; `None` when chance alone leaves no disagreement."""
    if not both:
        return None

    def apart(one: str, other: str) -> float:
        if order is None:
            return float(one != other)
        return abs(order.index(one) - order.index(other)) / (len(order) - 1)

    count = len(both)
    observed = sum(apart(theirs, ours) for theirs, ours in both) / count
    left, right = Counter(theirs for theirs, _ in both), Counter(ours for _, ours in both)
    expected = sum(left[one] * right[other] * apart(one, other) for one in left for other in right) / count**2
    return round(1 - observed / expected, 4) if expected else None


def disagreements_of(
    judged: Iterable[tuple[ExpertRecord, Mapping[str, Any]]], framework: str
) -> tuple[Disagreement, ...]:
    """Return every answered criterion that is read in two ways, sorted by criterion, then target."""
    found = []
    for record, report in judged:
        for criterion, answer in report["frameworks"].get(framework, {}).get("criteria", {}).items():
            theirs = record.answers.get(criterion)
            ours = settled_answer(answer, theirs)
            if theirs is None or ours is None or theirs == ours:
                continue
            found.append(
                Disagreement(
                    target=report["subject"]["id"],
                    name=record.name,
                    criterion=criterion,
                    ours=ours,
                    theirs=theirs,
                    two_step={theirs, ours} == {"yes", "no"},
                    our_reason=str(answer.get("detail") or ""),
                    our_evidence=tuple(map(_where, answer.get("evidence") or ())),
                    their_evidence=record.evidence.get(criterion, ()),
                )
            )
    return tuple(sorted(found, key=lambda one: (one.criterion, one.target, one.name)))


def _where(evidence: Mapping[str, Any]) -> str:
    parts = [evidence.get("source"), evidence.get("path")]
    place = " ".join(str(part) for part in parts if part)
    quote = evidence.get("quote")
    return f"{place}: {quote}" if quote else place
