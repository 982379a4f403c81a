"""One run of the gate: judge every subject, apply the exceptions, conclude."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from auditor.gate.evaluate import NO_RULE, asking, judge_subject, outcome_of
from auditor.gate.held_lock import LOCK_RULE
from auditor.gate.subject import GateSubject
from auditor.gate.waivers import Waivers
from auditor.model.gate import Gate, GateOutcome, GateResult, GateRule, PolicyId, ScanSummary
from auditor.model.report import FailedTarget, RulebookId
from auditor.rulebook.load import Rulebook
from auditor.rulebook.policies import Policy, PolicyRule, PolicyUse, PolicyWords

__all__ = ["GIVEN_CONTEXT", "chosen_use", "conclude", "judge", "with_contexts"]

# The name of the context that `--context` gives; it stands in the place of those the policy names.
GIVEN_CONTEXT = "the given context"
_ORDER: tuple[GateOutcome, ...] = ("pass", "undecided", "fail")


def chosen_use(policy: Policy, name: str | None) -> PolicyUse | None:
    """Return the section of a policy for a use, `default_use` where none is named; `None` when there is no such."""
    return policy.uses.get(name if name is not None else policy.default_use)


def with_contexts(use: PolicyUse, *, given: bool) -> PolicyUse | None:
    """Return the use with the name of a context in every verdict rule; `None` when one is missing.

    `given` says that the command line brings a context, which then counts for every verdict rule.
    """
    rules: list[PolicyRule] = []
    for rule in use.rules:
        if rule.kind == "verdict":
            name = GIVEN_CONTEXT if given else rule.data.get("context") or use.context
            if name is None:
                return None
            rule = msgspec.structs.replace(rule, data={**rule.data, "context": name})
        rules.append(rule)
    return msgspec.structs.replace(use, rules=tuple(rules))


def replaced_contexts(policy: Policy, name: str | None, kind: str | None) -> Iterator[str]:
    """Yield a sentence for each context of the use that speaks of another kind of use than the one given instead."""
    use = chosen_use(policy, name)
    for asked in use.contexts() if use is not None else ():
        wanted = policy.contexts.get(asked or "", {}).get("use", {}).get("kind")
        if wanted is not None and wanted != kind:
            yield f"judged is the use {kind or 'nobody named'} of the given context, not {wanted} as in {asked}"


def judge(
    subjects: Sequence[GateSubject], policy: Policy, use: PolicyUse, rulebook: Rulebook, words: PolicyWords, *, day: str
) -> tuple[tuple[GateResult, ...], Waivers]:
    """Return the results, sorted by subject and then in the policy's order, and the exceptions as they were used."""
    with_ = asking(rulebook, words)
    waivers = Waivers(policy.exceptions, day)
    results: list[GateResult] = []
    for subject in sorted(subjects, key=lambda one: (one.name, one.asked)):
        results += waivers.held_against(judge_subject(use.rules, subject, with_), subject)
    return tuple(results), waivers


def conclude(
    results: tuple[GateResult, ...],
    waivers: Waivers,
    policy: Policy,
    use: PolicyUse,
    rulebook: Rulebook,
    *,
    as_of: str,
    errors: Sequence[FailedTarget] = (),
    scan: ScanSummary | None = None,
    warnings: Sequence[str] = (),
) -> Gate:
    """Return the run as a whole; what could not be audited never leaves it passed."""
    outcomes: list[GateOutcome] = [outcome_of(results)]
    told = list(warnings)
    if errors:
        outcomes.append("undecided")
    if scan is not None and scan.unresolved:
        count = len(scan.unresolved)
        calls = "1 call loads a model" if count == 1 else f"{count} calls load models"
        told.append(f"{calls} that no parser can see: not judged; name it with a comment `# auditor: model ID`")
    if scan is not None and scan.unseen and policy.on_unresolved != "warn":
        outcomes.append(policy.on_unresolved)
    told += [
        f"{result.subject}: {result.rule} passed without being known ({', '.join(result.missing)})"
        for result in results
        if result.outcome == "pass" and result.missing
    ]
    return Gate(
        outcome=max(outcomes, key=_ORDER.index),
        results=results,
        unused_waivers=waivers.unused(),
        policy=PolicyId(name=policy.name, title=policy.title, sha256=policy.sha256, source=policy.source, use=use.name),
        rules=_rules(policy, use, results),
        rulebook=RulebookId(version=rulebook.version, sha256=rulebook.sha256, overlays=rulebook.overlays),
        as_of=as_of,
        errors=tuple(sorted(errors, key=lambda error: (error.target, error.code, error.message))),
        scan=scan,
        warnings=tuple(dict.fromkeys([*told, *waivers.warnings])),
    )


def _rules(policy: Policy, use: PolicyUse, results: Sequence[GateResult]) -> tuple[GateRule, ...]:
    file = None if policy.source == "built-in" else policy.source
    found = [
        GateRule(id=rule.id, title=rule.title, help=rule.help or rule.title, severity=rule.severity, file=file,
                 line=rule.line if file else None)
        for rule in use.rules
    ]  # fmt: skip
    if any(result.rule == NO_RULE for result in results):
        found.append(
            GateRule(id=NO_RULE, title="A rule of the policy speaks of every subject",
                     help="Add a rule for this kind of subject.", file=file)
        )  # fmt: skip
    if any(result.rule == LOCK_RULE for result in results):
        found.append(
            GateRule(id=LOCK_RULE, title="What is used is what the lock file holds",
                     help="Look at the change, then run `auditor lock --update` and commit the file.")
        )  # fmt: skip
    return tuple(found)
