"""What follows from a context for one license: who the user is, what the use brings about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from auditor.model.evidence import Fact
from auditor.model.license import LicenseProfile
from auditor.model.truth import Truth
from auditor.rulebook.license_files import fold_name
from auditor.rulebook.verdicts import VerdictRules
from auditor.verdict.context import Context

__all__ = ["Situation", "members_of", "situation_of"]

MORE_THAN_TEXT = frozenset({"image", "audio", "video", "3d"})
DERIVATIVE_KINDS = frozenset({"redistribute-finetune", "redistribute-adapter", "redistribute-quantized"})
OUTSIDE_KINDS = frozenset({"product", "hosted-api"})


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """A context as one license sees it."""

    context: Context
    acts: frozenset[str]
    possible_acts: frozenset[str]
    """Acts that the context neither says nor rules out."""
    values: Mapping[str, Truth | str]

    @property
    def kind(self) -> str | None:
        """Return the kind of use, or `None` where nothing is said."""
        kind: str | None = self.context.get("use.kind")
        return kind

    def read(self, name: str) -> Fact:
        """Return a fact of the context for a verdict rule."""
        if name == "use.acts":
            complete = not self.possible_acts
            return Fact(name=name, state="known", value=sorted(self.acts), complete=complete)
        value = self.values[name] if name in self.values else self.context.get(name)
        return Fact(name=name, state="unknown" if value is None else "known", value=value)

    def act(self, *names: str) -> Truth:
        """Return whether any of some acts happens."""
        if self.acts & set(names):
            return True
        return None if self.possible_acts & set(names) else False


def situation_of(context: Context, profile: LicenseProfile, rules: VerdictRules) -> Situation:
    """Return how `context` looks under the license of `profile`."""
    acts, possible = _acts(context, rules)
    host_distributes = profile.terms["host_service"].value == "yes-counts-as-distribution"
    if host_distributes and "host" in acts:
        changed = context.get("use.fine_tunes") or context.get("use.modified")
        acts = acts | {"distribute-derivative" if changed else "distribute"}
    values = {
        "organization.is_company": _is_company(context, rules),
        "organization.is_public_body": _is_public_body(context, rules),
        "organization.in_eu": _in_eu(context, rules),
        "use.model_is_multimodal": _is_multimodal(context, profile),
        "use.modified": _modified(context),
        "use.declares_another_license": _declares_another(context, profile),
        "use.target_model.is_foundation": _is_foundation(context),
        "use.target_model.is_text_to_image": _is_text_to_image(context),
        "use.target_model.is_own": _is_own(context, profile),
        "use.reaches_excluded_place": _reaches(context, profile, rules),
    }
    if values["use.target_model.is_own"] and "outputs-model" in acts:
        acts = acts | {"distribute-derivative"}  # the licensor's own model, improved, is a derivative
    return Situation(context=context, acts=frozenset(acts), possible_acts=frozenset(possible - acts), values=values)


def _acts(context: Context, rules: VerdictRules) -> tuple[set[str], set[str]]:
    kind = context.get("use.kind")
    commercial = context.get("use.commercial")
    acts = set(rules.uses[kind].acts) if kind else {"any-use"}
    possible: set[str] = set() if kind else {act for use in rules.uses.values() for act in use.acts}
    if commercial:
        acts.add("commercial-use")
    elif commercial is None:
        possible.add("commercial-use")
    on_model = kind is None or rules.uses[kind].on == "model"
    passes_on = context.get("use.distributes_weights")
    changed = context.get("use.fine_tunes") or context.get("use.modified") or kind in DERIVATIVE_KINDS
    if passes_on and on_model and kind != "train-other-model-on-outputs":
        acts.add("distribute-derivative" if changed else "distribute")
    elif passes_on is None and kind in OUTSIDE_KINDS:
        possible |= {"distribute-derivative", "distribute"}
    if kind == "redistribute-dataset" and context.get("use.modified"):
        acts.add("distribute-derivative")
    if kind == "train-other-model-on-outputs":
        offered = context.get("use.target_model.made_available")
        if offered is None and (context.get("use.target_model.published_name") or passes_on):
            offered = True
        if offered:
            acts.add("outputs-model")
        elif offered is None:
            possible.add("outputs-model")
    return acts, possible


def members_of(place: str, rules: VerdictRules) -> frozenset[str]:
    """Return the places that a country or bloc code covers, itself included."""
    return rules.blocs.get(place, frozenset()) | {place}


def _in_eu(context: Context, rules: VerdictRules) -> Truth:
    country = context.get("organization.country")
    return None if country is None else country in members_of("EU", rules)


def _reaches(context: Context, profile: LicenseProfile, rules: VerdictRules) -> Truth:
    excluded = profile.terms["territory_excluded"].value
    if not isinstance(excluded, list):
        return None
    places = frozenset[str]().union(*(members_of(place, rules) for place in excluded))
    known = [context.get("organization.country"), *(context.get("use.end_users_in") or [])]
    if any(place is not None and members_of(place, rules) & places for place in known):
        return True
    return None if context.get("use.end_users_in") is None or known[0] is None else False


def _is_company(context: Context, rules: VerdictRules) -> Truth:
    if context.get("organization.is_individual"):
        return False
    sector = context.get("organization.sector")
    if sector:
        return fold_name(sector) not in rules.other_sectors
    return None


def _is_public_body(context: Context, rules: VerdictRules) -> Truth:
    if context.get("organization.is_individual"):
        return False
    sector = context.get("organization.sector")
    return None if not sector else fold_name(sector) in rules.public_sectors


def _is_multimodal(context: Context, profile: LicenseProfile) -> Truth:
    if MORE_THAN_TEXT & set(context.get("use.modality") or ()):
        return True  # a statement to the contrary says less than the model shows
    stated: bool | None = context.get("use.model_is_multimodal")
    if stated is not None:
        return stated
    model = context.get("use.model")
    if model and profile.application:
        names = {fold_name(name) for name in profile.application.text_only_models}
        if fold_name(model.rsplit("/", 1)[-1]) in names:
            return False
    return None


def _modified(context: Context) -> Truth:
    if context.get("use.modified") or context.get("use.fine_tunes") or context.get("use.kind") in DERIVATIVE_KINDS:
        return True
    stated: bool | None = context.get("use.modified")
    return False if stated is None and context.get("use.fine_tunes") is False else stated


def _declares_another(context: Context, profile: LicenseProfile) -> Truth:
    declared: Any = context.get("use.declared_license")
    if not declared:
        return None
    names = {fold_name(name) for name in (profile.id, profile.spdx, *profile.aliases)}
    return fold_name(declared.removeprefix("other:")) not in names


def _is_foundation(context: Context) -> Truth:
    stated: bool | None = context.get("use.target_model.is_foundation")
    # A large language model is a foundation or generative model; that something else is none must be said.
    return True if stated is None and context.get("use.target_model.is_llm") else stated


def _is_text_to_image(context: Context) -> Truth:
    stated: bool | None = context.get("use.target_model.is_text_to_image")
    language = context.get("use.target_model.is_llm")
    if stated is not None or language is None:
        return stated
    if language:
        return False
    return True if "image" in (context.get("use.modality") or ()) else None


def _is_own(context: Context, profile: LicenseProfile) -> Truth:
    """Return whether the model to be trained is one of the licensor's own, by the beginning of its name."""
    own = profile.application.own_models if profile.application else ()
    name = context.get("use.target_model.name")
    if not own:
        return False
    if not name:
        return None
    return any(fold_name(name.rsplit("/", 1)[-1]).startswith(prefix) for prefix in own)
