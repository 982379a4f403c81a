"""The verdict on one license: what stands in the way decides, and duties follow where nothing does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auditor.model.license import LicenseProfile
from auditor.model.truth import Truth
from auditor.model.verdict import Duty, Question, Reason, Verdict, VerdictOutcome
from auditor.rulebook.load import Rulebook
from auditor.rulebook.verdicts import VerdictRule
from auditor.verdict.barriers import Barrier, Finding, barrier, passed
from auditor.verdict.context import Context
from auditor.verdict.duties import NOW, duties_of, stated_conditions
from auditor.verdict.grants import contradiction_findings, kind_findings, purpose_findings, stated_grant
from auditor.verdict.held import held_for
from auditor.verdict.places import place_findings
from auditor.verdict.situation import Situation, situation_of
from auditor.verdict.thresholds import sized, threshold_findings, watched

__all__ = ["judge_profile"]


def judge_profile(profile: LicenseProfile, context: Context, rulebook: Rulebook, *, date: str) -> Verdict:
    """Return whether `context` is within the license of `profile`, on the day `date` (for licenses held)."""
    rules = rulebook.verdicts
    situation = situation_of(context, profile, rules)
    limits = sized(profile, situation, rules)
    if profile.text == "not-read" or profile.application is None:
        return _not_read(profile)
    if situation.kind is None:
        found = _no_kind(profile)
    else:
        found = kind_findings(profile, situation, rules.uses[situation.kind])
        found = found.plus(purpose_findings(profile, situation, rules, rulebook.vocabulary))
        found = found.plus(contradiction_findings(profile, situation))
        found = found.plus(_declared_rules(profile, situation, rulebook))
    found = found.plus(threshold_findings(profile, limits, situation)).plus(place_findings(profile, context, rules))
    found = found.plus(_grant_relied_on(profile, situation))
    duties = [*duties_of(profile, situation, rulebook.obligations, limits)]
    duties += stated_conditions(profile, context.get("use.purpose"))
    return _verdict(profile, found, duties, context, watched(profile, limits), date)


def _not_read(profile: LicenseProfile) -> Verdict:
    detail = "Nobody has read the text of this license, so it allows and forbids nothing here."
    reason = Reason(license=profile.id, term="text", section=None, detail=detail)
    ask = Question(field="license.text", why=f"Find and read the text: {profile.title}.")
    return Verdict(license=profile.id, outcome="unclear", reasons=(reason,), questions=(ask,))


def _no_kind(profile: LicenseProfile) -> Finding:
    ask = Question(field="use.kind", why="What the license allows depends on what is done.")
    return barrier(
        profile, "unclear", "commercial_use", None, "The context does not say what is done.", questions=(ask,)
    )


def _declared_rules(profile: LicenseProfile, situation: Situation, rulebook: Rulebook) -> Finding:
    """Return what the rules of rules/verdicts/rules.yaml say."""
    replaced = stated_grant(profile, situation.kind) is not None
    found = Finding()
    for rule in rulebook.verdicts.rules:
        if rule.kinds and situation.kind not in rule.kinds:
            continue
        passing_on = (situation.kind or "").startswith("redistribute")
        if replaced and (rule.general == "any-use" or (rule.general == "redistribution" and passing_on)):
            continue
        found = found.plus(_rule_finding(profile, situation, rule, rulebook))
    return found


def _rule_finding(profile: LicenseProfile, situation: Situation, rule: VerdictRule, rulebook: Rulebook) -> Finding:
    term = profile.terms[rule.term]
    unread = term.value == "unknown"
    if not unread and not _touches(rule, term.value):
        return Finding()
    answer: Truth = rule.when.evaluate(situation.read)
    if answer is False:
        if unread or rule.quiet:
            return Finding()
        return passed(profile, rule.term, term.section, f"Looked at, and no bar here: {rule.detail}")
    if unread:
        if answer is None and rule.quiet:
            return Finding()
        return barrier(profile, "unclear", rule.term, None, f"Nobody has read what the text says here ({rule.term}).")
    detail = f"{rule.detail} {term.note}" if term.note else rule.detail
    if answer is None:
        if rule.quiet:
            return Finding()
        return barrier(
            profile, "unclear", rule.term, term.section, detail, covers=rule.covers,
            questions=_questions(situation, rule, rulebook),
        )  # fmt: skip
    effect: Any = rule.effect
    return barrier(profile, effect, rule.term, term.section, detail, covers=rule.covers)


def _touches(rule: VerdictRule, value: Any) -> bool:
    if rule.contains is not None:
        return isinstance(value, list) and rule.contains in value
    return any(value == wanted and isinstance(value, bool) == isinstance(wanted, bool) for wanted in rule.values)


def _questions(situation: Situation, rule: VerdictRule, rulebook: Rulebook) -> tuple[Question, ...]:
    asks = rulebook.vocabulary.context_asks
    fields: list[str] = []
    for name in sorted(rule.when.reads):
        fact = situation.read(name)
        if fact.state == "unknown" or not fact.complete:
            fields += [field for field in asks[name] if situation.context.get(field) is None]
    return tuple(Question(field=field, why=rule.detail) for field in dict.fromkeys(fields))


_RELIED_ON: Mapping[str, str] = {
    "hosted-api": "host_service",
    "redistribute-original": "distribute",
    "redistribute-finetune": "distribute_derivatives",
    "redistribute-adapter": "distribute_derivatives",
    "redistribute-quantized": "distribute_derivatives",
    "train-other-model-on-outputs": "output_training",
    "redistribute-dataset": "distribute",
}


def _grant_relied_on(profile: LicenseProfile, situation: Situation) -> Finding:
    """Return the sections of the grant that a use rests on."""
    terms = ["commercial_use"] if situation.context.get("use.commercial") else []
    if situation.kind and situation.kind in _RELIED_ON:
        terms.append(_RELIED_ON[situation.kind])
    if not terms:
        terms.append("modify")
    found = Finding()
    for term in terms:
        value = profile.terms[term]
        if value.section and value.value not in ("no", "silent", "unknown"):
            detail = f"{term}: {value.value}." + (f" {value.note}" if value.note else "")
            found = found.plus(passed(profile, term, value.section, detail))
    return found


def _verdict(
    profile: LicenseProfile, found: Finding, duties: list[Duty], context: Context, watch: Sequence[Any], date: str
) -> Verdict:
    notes: list[str] = []
    standing: list[Barrier] = []
    for one in found.barriers:
        # A right that may turn out to be withheld is covered by a license that would cover it if it were.
        open_right = one.effect == "unclear" and one.covers is not None and _route_covers(profile, one)
        held = held_for(profile, one, context, date) if _route(profile, one) or open_right else None
        if held is None:
            standing.append(one)
        else:
            notes.append(held.detail)
            duties = [*duties, held]
    outcome = _outcome(profile, standing, duties)
    deciding = [one.reason for one in standing if _rank(profile, one) == max(_rank(profile, s) for s in standing)]
    others = [one.reason for one in standing if one.reason not in deciding]
    questions = sorted({question for one in standing for question in one.questions})
    if outcome in ("prohibited", "needs-separate-license"):
        duties, questions = [], []
    route = profile.application.separate_license if profile.application else None
    if outcome == "needs-separate-license" and route:
        said = f"A separate license may be asked for. {route.note or ''}".strip()
        others.append(Reason(license=profile.id, term="separate_license", section=route.section, detail=said))
    return Verdict(
        license=profile.id,
        outcome=outcome,
        reasons=tuple(dict.fromkeys([*deciding, *others, *found.support])),
        obligations=tuple(duties),
        questions=tuple(questions),
        watch=tuple(watch),
        notes=tuple(notes),
    )


def _route(profile: LicenseProfile, one: Barrier) -> bool:
    """Return whether the text names a way to ask for the right that is withheld."""
    return one.effect == "withheld" and _route_covers(profile, one)


def _route_covers(profile: LicenseProfile, one: Barrier) -> bool:
    route = profile.application.separate_license if profile.application else None
    if route is None:
        return one.routed
    covered = {"all", one.covers or ""} | ({"commercial-use"} if one.covers == "threshold" else set())
    return one.routed or bool(covered & set(route.covers))


def _rank(profile: LicenseProfile, one: Barrier) -> int:
    if one.effect == "unclear":
        return 1
    return 2 if _route(profile, one) else 3


def _outcome(profile: LicenseProfile, standing: Sequence[Barrier], duties: Sequence[Duty]) -> VerdictOutcome:
    worst = max((_rank(profile, one) for one in standing), default=0)
    if worst:
        outcomes: tuple[VerdictOutcome, ...] = ("unclear", "needs-separate-license", "prohibited")
        return outcomes[worst - 1]
    return "allowed-with-obligations" if any(duty.when == NOW for duty in duties) else "allowed"
