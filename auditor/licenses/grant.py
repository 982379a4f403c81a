"""Whether a grant of rights in the weights is established, and the terms that bind, as facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auditor.licenses.terms import BoundTerm
from auditor.model.evidence import Evidence, Fact, FactState
from auditor.model.license import CLARIFIED, LicenseProfile, Resolution
from auditor.rulebook.vocabulary import TermType

__all__ = ["grant_fact", "license_facts", "term_facts"]

# Scopes of a profile that say nothing about a model's weights (design section 5).
GRANTS_NOTHING = ("policy", "data")


def grant_fact(resolution: Resolution, profiles: Sequence[LicenseProfile]) -> Fact:
    """Return `grant_established`: true only when every governing license is known, read and speaks of models."""
    name = "grant_established"
    evidence = _evidence(resolution)
    status = resolution.status
    if status == "missing":
        return Fact(name=name, state="known", value=False, evidence=evidence)
    if status == "unresolved" or not profiles or resolution.unsettled:
        what = ", ".join(resolution.unsettled) or "the license"
        return _unknown(name, evidence, f"which license text {what} stands for")
    if (status == "modified" or "modified" in resolution.also) and resolution.clarified is None:
        return _unknown(name, evidence, "what the changed license text grants: a lawyer has to read the changed lines")
    if all(profile.scope in GRANTS_NOTHING for profile in profiles):
        return Fact(name=name, state="known", value=False, evidence=evidence)
    unread = [profile.id for profile in profiles if profile.text == "not-read"]
    if unread:
        return _unknown(name, evidence, f"the text of {', '.join(unread)}, which nobody here has read")
    return Fact(name=name, state="known", value=True, evidence=evidence)


def _unknown(name: str, evidence: tuple[Evidence, ...], missing: str) -> Fact:
    return Fact(name=name, state="unknown", evidence=evidence, missing=f"Missing: {missing}.")


def _evidence(resolution: Resolution) -> tuple[Evidence, ...]:
    references = (*resolution.detected, *resolution.declared, *resolution.stated)
    return tuple(dict.fromkeys(reference.evidence for reference in references))


def license_facts(resolution: Resolution, profiles: Sequence[LicenseProfile], *, complete: bool) -> dict[str, Fact]:
    """Return what the resolution of the weights says as facts; gaps stay unknown unless everything was read."""
    evidence = _evidence(resolution)
    status = resolution.status
    texts = [r for r in resolution.detected if r.channel in ("text", "gate-prompt")]
    readable = [r for r in texts if r.match is not None and r.match.status != "partial"]
    declared = [r for r in resolution.declared if r.channel in ("tag", "header")]
    found: dict[str, Fact] = {}

    def say(name: str, value: bool | None, missing: str = "") -> None:
        state: FactState = "unknown" if value is None else "known"
        found[name] = Fact(name=name, state=state, value=value, evidence=evidence, missing=missing or None)

    found["license_status"] = Fact(name="license_status", state="known", value=status, evidence=evidence)
    say("license_declared", True if declared else (False if complete else None), "the card's metadata")
    hidden = status == "unreadable" or "unreadable" in resolution.also
    absent = None if hidden or not complete else False
    say("license_text_present", True if readable else absent, "a license text that can be read")
    # Files that were not understood say nothing about what the declared name names.
    unknown_names = set(resolution.unsettled) - {reference.raw for reference in resolution.detected}
    one = len(resolution.governing) == 1 and not unknown_names
    say("license_names_one_version", one if resolution.declared else (None if not complete else False))
    say("license_sources_agree", "conflict" not in (status, *resolution.also) if resolution.declared or texts else None)
    if readable:
        say("license_text_unmodified", status != "modified" and "modified" not in resolution.also)
    else:
        say("license_text_unmodified", None, "a license text to compare")
    if any(r.channel == "link" for r in resolution.declared):
        say("license_link_pinned", resolution.pinned)
    say("license_profile_read", all(p.text == "read" for p in profiles) if profiles else None)
    return found


def term_facts(bound: Mapping[str, BoundTerm] | None, terms: Mapping[str, TermType]) -> dict[str, Fact]:
    """Return the effective terms as facts `term.<id>`; without a governing license every term is unknown."""
    if bound is None:
        return {f"term.{name}": Fact(name=f"term.{name}", state="unknown") for name in terms}
    return {f"term.{name}": _term_fact(bound[name]) for name in terms}


def _term_fact(term: BoundTerm) -> Fact:
    name = f"term.{term.id}"
    evidence = tuple(
        Evidence(kind="clarified", source=source.license, path=source.section)
        if source.license.startswith(CLARIFIED)
        else Evidence(kind="declared", source=f"rules/licenses/{source.license}.yaml", path=f"section {source.section}")
        for source in term.sources
        if source.section
    )
    if not term.known:
        return Fact(name=name, state="unknown", evidence=evidence, missing=f"Missing: what the text says on {term.id}.")
    value: Any = term.value
    return Fact(name=name, state="known", value=value, evidence=evidence, complete=term.complete)
