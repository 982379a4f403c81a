"""The duties of one license under a context: those that are live, and those that wait for another act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auditor.model.license import LicenseProfile, TermValue
from auditor.model.truth import Truth
from auditor.model.verdict import Duty
from auditor.verdict.situation import Situation
from auditor.verdict.thresholds import Sized, badge_reached

__all__ = ["NOW", "duties_of", "stated_conditions"]

NOW = "now"


def duties_of(
    profile: LicenseProfile, situation: Situation, obligations: Sequence[Mapping[str, Any]], limits: list[Sized]
) -> list[Duty]:
    """Return every duty that the terms bring; `when` is `now`, or the act that would bring it to life."""
    found: list[Duty] = []
    for rule in obligations:
        term = profile.terms[rule["term"]]
        if term.value == "unknown" or not _brings(rule, term):
            continue
        live = _live(profile, situation, rule, limits)
        when = rule["when"] if live is False else (NOW if live else f"{rule['when']}, if so")
        if live is False and not _could_arise(profile, situation, rule):
            continue
        kinds = profile.application.duty_kinds if profile.application else {}
        found += [
            _duty(profile, {**rule, "kind": kind}, term, when) for kind in kinds.get(rule["kind"], (rule["kind"],))
        ]
    return _without_repetition(found)


def _brings(rule: Mapping[str, Any], term: TermValue) -> bool:
    if isinstance(term.value, Mapping):
        return all(term.value.get(field) == wanted for field, wanted in rule.get("where", {}).items())
    if "values" in rule:
        return term.value in rule["values"]
    return term.value is not None and "where" not in rule


def _live(profile: LicenseProfile, situation: Situation, rule: Mapping[str, Any], limits: list[Sized]) -> Truth:
    own = profile.application.duties.get(rule["term"]) if profile.application else None
    acts = own or rule["acts"]
    answers: list[Truth] = [_happens(situation, acts, stated=own is not None, prefix=rule["kind"] == "name-prefix")]
    condition = profile.application.only_if.get(rule["kind"]) if profile.application else None
    if condition:
        answers.append(_stated(situation, condition))
    if rule["kind"] == "display" and any(limit.record.get("effect") == "badge" for limit in limits):
        answers.append(badge_reached(limits))
    if False in answers:
        return False
    return None if None in answers else True


def _happens(situation: Situation, acts: Sequence[str], *, stated: bool, prefix: bool) -> Truth:
    """Return whether any act happens; hosting is passing on only where the text does not say otherwise."""
    happening = situation.acts
    if stated and "host" not in acts and situation.kind == "hosted-api":
        happening = happening - {"distribute", "distribute-derivative"} | _passed_on(situation)
    if prefix and "host" in situation.acts and situation.context.get("use.fine_tunes"):
        happening = happening | {"distribute-derivative"}  # a tuned model that is offered is made available
    if happening & set(acts):
        return True
    return None if situation.possible_acts & set(acts) else False


def _passed_on(situation: Situation) -> frozenset[str]:
    if not situation.context.get("use.distributes_weights"):
        return frozenset()
    changed = situation.context.get("use.fine_tunes") or situation.context.get("use.modified")
    return frozenset({"distribute-derivative" if changed else "distribute"})


def _stated(situation: Situation, fact: str) -> Truth:
    value = situation.read(fact)
    return value.value if value.state == "known" else None


def _could_arise(profile: LicenseProfile, situation: Situation, rule: Mapping[str, Any]) -> bool:
    """Return whether another act could bring the duty to life; one that a known fact rules out never does."""
    condition = profile.application.only_if.get(rule["kind"]) if profile.application else None
    return not (condition and _stated(situation, condition) is False)


def _duty(profile: LicenseProfile, rule: Mapping[str, Any], term: TermValue, when: str) -> Duty:
    words: dict[str, str] = {"value": str(term.value)}
    if isinstance(term.value, Mapping):
        words = {
            field: ", ".join(map(str, inner)) if isinstance(inner, list) else str(inner)
            for field, inner in term.value.items()
        }
    detail = rule["detail"].format_map(words)
    if term.note:
        detail = f"{detail} {term.note}"
    return Duty(
        kind=rule["kind"],
        detail=detail,
        when=when,
        license=profile.id,
        section=term.section,
        phrase=words[rule["phrase"]] if "phrase" in rule else None,
    )


def _without_repetition(duties: list[Duty]) -> list[Duty]:
    """Return one duty for each kind, phrase and license: the one that is live, if any is."""
    best: dict[tuple[str, str | None], Duty] = {}
    for duty in duties:
        key = (duty.kind, duty.phrase)
        if key not in best or (duty.when == NOW and best[key].when != NOW):
            best[key] = duty
    return sorted(best.values(), key=lambda duty: (duty.when != NOW, duty.kind, duty.section or "", duty.phrase or ""))


def stated_conditions(profile: LicenseProfile, purpose: str | None) -> list[Duty]:
    """Return the condition that the text sets for the purpose of the context, as a duty."""
    stated = profile.application.purposes.get(purpose) if profile.application and purpose else None
    if stated is None or stated.answer != "conditional":
        return []
    detail = f"{purpose}: {stated.note}" if stated.note else f"{purpose}: only on the conditions of the text."
    return [Duty(kind="comply-use-restrictions", detail=detail, when=NOW, license=profile.id, section=stated.section)]
