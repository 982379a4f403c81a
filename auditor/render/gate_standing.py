"""What a result of the gate counts as, in one place for every output: a waived failure is no failure, nor a pass."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Final, Literal, TypeAlias

from auditor.model.gate import Gate, GateResult, GateRule
from auditor.model.scan import Reference
from auditor.render.wording import safe_line

__all__ = [
    "STANDINGS",
    "Standing",
    "by_weight",
    "places_by_file",
    "rule_of",
    "standing",
    "summary",
    "tally",
    "unexplained",
    "unique_fingerprint",
    "waiver_words",
]

Standing: TypeAlias = Literal["failed", "undecided", "warned", "waived", "known", "passed"]
# Heaviest first: the order in which outputs show results, and what a place of limited room keeps.
STANDINGS: Final[tuple[Standing, ...]] = ("failed", "undecided", "warned", "waived", "known", "passed")
_WORDS: Final[dict[Standing, str]] = {
    "failed": "failed",
    "undecided": "undecided",
    "warned": "warned",
    "waived": "waived",
    "known": "in the baseline",
    "passed": "passed",
}


def standing(result: GateResult) -> Standing:
    """Return what a result counts as; only `failed` and `undecided` hold the gate."""
    if result.waiver is not None and result.waiver.state == "applied":
        return "waived"
    if result.outcome == "pass":
        return "passed"
    if result.in_baseline:
        return "known"
    if result.severity != "error":
        return "warned"
    return "failed" if result.outcome == "fail" else "undecided"


def by_weight(results: Iterable[GateResult]) -> list[GateResult]:
    """Return results with the heaviest standing first; the gate's own order within one standing."""
    return sorted(results, key=lambda result: STANDINGS.index(standing(result)))


def tally(gate: Gate) -> dict[Standing, int]:
    """Return how many results have each standing, every standing present."""
    counts = Counter(standing(result) for result in gate.results)
    return {name: counts[name] for name in STANDINGS}


def unexplained(gate: Gate) -> str | None:
    """Return the sentence for a gate that did not pass though no result says why; `None` when results explain it.

    Targets that could not be audited and calls whose model nobody can see hold a gate without any result of a
    rule; an output that lists results only would read as a pass.
    """
    counts = tally(gate)
    if gate.outcome == "pass" or counts["failed"] or (gate.outcome == "undecided" and counts["undecided"]):
        return None
    causes = []
    if gate.errors:
        causes.append(_number(len(gate.errors), "target could not be audited", "targets could not be audited"))
    if gate.scan and gate.scan.unresolved:
        many = len(gate.scan.unresolved)
        causes.append(_number(many, "call loads a model that no parser can see", "calls load models no parser can see"))
    if gate.scan and gate.scan.problems:
        causes.append(_number(len(gate.scan.problems), "file could not be read", "files could not be read"))
    return f"the gate is {gate.outcome}: {'; '.join(causes) or 'for a reason that no rule names'}"


def summary(gate: Gate) -> str:
    """Return the one line that every output ends or begins with."""
    counts = [f"{number} {_WORDS[name]}" for name, number in tally(gate).items() if number]
    if gate.errors:
        counts.append(f"{len(gate.errors)} not audited")
    subjects = len({result.subject for result in gate.results})
    use = f" ({safe_line(gate.policy.use)})" if gate.policy.use else ""
    words = {"pass": "passed", "fail": "failed", "undecided": "undecided"}[gate.outcome]
    return (
        f"gate {words}: {', '.join(counts) or 'nothing to judge'}; "
        f"{_number(subjects, 'subject', 'subjects')} under policy {safe_line(gate.policy.name)}{use}, "
        f"as of {safe_line(gate.as_of[:10])}"
    )


def rule_of(gate: Gate, result: GateResult) -> GateRule | None:
    """Return the policy's description of a result's rule, if the gate carries one."""
    return next((rule for rule in gate.rules if rule.id == result.rule), None)


def places_by_file(result: GateResult) -> dict[str, list[Reference]]:
    """Return where the tree names a result's subject, by file, both in order; used places before mentions."""
    found: dict[str, list[Reference]] = {}
    order = sorted(
        result.references, key=lambda ref: (ref.use != "used", ref.file, ref.cell or 0, ref.line, ref.column)
    )
    for reference in order:
        found.setdefault(str(PurePosixPath(reference.file)), []).append(reference)
    return found


def waiver_words(result: GateResult) -> str | None:
    """Return a person's exception in one sentence, with what became of it."""
    waiver = result.waiver
    if waiver is None:
        return None
    state = {
        "applied": f"waived by {waiver.owner} until {waiver.expires}",
        "expired": f"the exception of {waiver.owner} expired on {waiver.expires}",
        "void": f"the exception of {waiver.owner} is void",
        "unused": f"the exception of {waiver.owner} is not used",
    }[waiver.state]
    detail = f" ({waiver.detail})" if waiver.detail else ""
    return safe_line(f"{state}: {waiver.reason}{detail}")


def unique_fingerprint(parts: tuple[str, ...], seen: set[str]) -> str:
    """Return a hash of the parts (sha256) that is not in `seen` yet, and put it there.

    Sites keep one result of a fingerprint and drop the others; the parts hold no line number, so two results may
    share them.
    """
    number = 0
    while True:
        text = "\0".join((*parts, str(number)))
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        if digest not in seen:
            seen.add(digest)
            return digest
        number += 1


def _number(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
