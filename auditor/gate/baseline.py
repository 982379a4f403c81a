"""Hold one run of the gate against an earlier one: what was there already does not fail, what got worse does.

A result of the baseline covers a result of now only if nothing about it got worse: the same rule and target (by
fingerprint), no heavier outcome or severity, no newly missing fact, the same license evidence, and nothing told of it
that was not told then. What a dated exception covered then is not covered now: a baseline must not make an exception
last.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import msgspec

from auditor.errors import UsageProblem
from auditor.model.gate import Gate, GateOutcome, GateResult

__all__ = ["apply_baseline", "read_baseline"]

MAX_BYTES = 64_000_000
_AT_COMMIT = re.compile(r"@[0-9a-fA-F]{40}$")
_BETWEEN = re.compile(r"[,;:] ")
_HINT = "write one with: auditor gate ... --format json -o baseline.json"
_OUTCOMES: tuple[GateOutcome, ...] = ("pass", "undecided", "fail")
_SEVERITIES = ("note", "warning", "error")


def read_baseline(path: Path) -> Gate:
    """Return the run that `gate --format json` wrote to a file.

    Raises `UsageProblem` when the file cannot be read, is larger than 64 MB or is no such run.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageProblem(f"cannot read the baseline {path}: {reason}", hint=_HINT) from error
    if len(content) > MAX_BYTES:
        raise UsageProblem(f"the baseline {path} is larger than {MAX_BYTES} bytes")
    try:
        # The schema is asked for by hand: with a default, any object with the other fields would do.
        kind = msgspec.json.decode(content, type=_Kind).schema
        if kind != "auditor/gate/1":
            raise UsageProblem(
                f"the baseline {path} is {kind or 'no output of the gate'}, not auditor/gate/1", hint=_HINT
            )
        return msgspec.json.decode(content, type=Gate)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise UsageProblem(f"the baseline {path} is no output of the gate: {error}", hint=_HINT) from error


def apply_baseline(gate: Gate, baseline: Gate, *, beside: GateOutcome = "pass") -> Gate:
    """Return the gate with the results that the baseline covers marked, and its outcome judged again.

    The outcome is never better than what the results leave: a target that could not be audited, or whatever else held
    the gate without a result, holds it still; `beside` says so for a gate that failed, where the outcome alone does not
    show it. Entries that cover nothing any more are told in `warnings`, and so is
    every entry that no longer covers a result because it got worse. Raises `UsageProblem` for a baseline of another
    use, under which other sections of the policy applied.
    """
    if baseline.policy.use != gate.policy.use:
        used, now = baseline.policy.use or "no use", gate.policy.use or "no use"
        raise UsageProblem(f"the baseline was written for {used}, this run is for {now}", hint=_HINT)
    waiting: dict[str, list[GateResult]] = defaultdict(list)
    for entry in baseline.results:
        if _counts(entry) and entry.fingerprint:
            waiting[entry.fingerprint].append(entry)
    warnings = list(gate.warnings)
    if baseline.policy.name != gate.policy.name:
        warnings.append(
            f"the baseline was written under policy {baseline.policy.name}, this run is under {gate.policy.name}"
        )
    results = tuple(_held(result, waiting, warnings) for result in gate.results)
    warnings += _unused(waiting, gate)
    judged = msgspec.structs.replace(gate, results=results, warnings=tuple(warnings))
    return msgspec.structs.replace(judged, outcome=max(beside, _outcome(gate, results), key=_OUTCOMES.index))


def _held(result: GateResult, waiting: dict[str, list[GateResult]], warnings: list[str]) -> GateResult:
    """Return a result, marked if an entry covers it; an entry covers one result."""
    entries = waiting.get(result.fingerprint)
    if not entries or not _counts(result):
        return result
    worse = [_worse(entry, result) for entry in entries]
    if None in worse:
        entries.pop(worse.index(None))
        return msgspec.structs.replace(result, in_baseline=True)
    entry = entries.pop(0)
    warnings.append(f"the baseline no longer covers {entry.rule} on {_name(entry)}: {worse[0]}")
    return result


def _worse(entry: GateResult, now: GateResult) -> str | None:
    """Return in what way a result is worse than its entry, `None` if in none."""
    if (entry.rule, _unpinned(entry)) != (now.rule, _unpinned(now)):
        return f"its fingerprint is that of {now.rule} on {_unpinned(now)}"
    if _OUTCOMES.index(now.outcome) > _OUTCOMES.index(entry.outcome):
        return f"it was {entry.outcome} and is {now.outcome}"
    if _SEVERITIES.index(now.severity) > _SEVERITIES.index(entry.severity):
        return f"its severity was {entry.severity} and is {now.severity}"
    if now.evidence_hash != entry.evidence_hash:
        return "the license evidence changed"
    if now.outcome == "undecided" and not set(now.missing) <= set(entry.missing):
        return f"no longer known: {', '.join(sorted(set(now.missing) - set(entry.missing)))}"
    if now.evidence_hash is None and (now.subject, now.detail) != (entry.subject, entry.detail):
        # Without a hash only the very same words about the very same revision show that nothing changed.
        return "it has no license evidence to compare, and what was found changed"
    if not _parts(now) <= _parts(entry):
        # The license evidence says nothing of files, findings and levels: what is told of them may only get less.
        return f"more was found: {now.detail}"
    return None


def _parts(result: GateResult) -> set[str]:
    return set(_BETWEEN.split(result.detail))


def _unpinned(result: GateResult) -> str:
    """Return the subject without its commit; a channel (`disclosed:org/model@channel`) is no commit."""
    return _AT_COMMIT.sub("", result.subject).lower()


def _counts(result: GateResult) -> bool:
    """Return whether a result holds, or would hold, a gate: no pass, and under no exception that applies."""
    return result.outcome != "pass" and not (result.waiver is not None and result.waiver.state == "applied")


def _unused(waiting: dict[str, list[GateResult]], gate: Gate) -> list[str]:
    """Return a sentence for each entry left over; a target that could not be audited says nothing of its entries."""
    silent = {error.target for error in gate.errors}
    left = [entry for entries in waiting.values() for entry in entries if entry.target not in silent]
    return [
        f"the baseline has {entry.rule} on {_name(entry)}, which is no longer found: write the baseline again"
        for entry in sorted(left, key=lambda entry: (_name(entry), entry.rule, entry.fingerprint))
    ]


def _outcome(gate: Gate, results: tuple[GateResult, ...]) -> GateOutcome:
    explained = _from_results(gate.results)
    floor = gate.outcome if _OUTCOMES.index(gate.outcome) > _OUTCOMES.index(explained) else "pass"
    if gate.errors and floor == "pass" and gate.outcome != "pass":
        floor = "undecided"
    return max(floor, _from_results(results), key=_OUTCOMES.index)


def _from_results(results: tuple[GateResult, ...]) -> GateOutcome:
    outcomes = [r.outcome for r in results if _counts(r) and not r.in_baseline and r.severity == "error"]
    return max(outcomes, key=_OUTCOMES.index, default="pass")


def _name(result: GateResult) -> str:
    return result.target or result.subject


class _Kind(msgspec.Struct):
    """The part of any output of ours that says what it is."""

    schema: str = ""
