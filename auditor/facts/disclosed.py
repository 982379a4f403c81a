"""Lay disclosed facts under observed ones; where they contradict each other the observed one wins and is reported."""

from __future__ import annotations

from typing import Any

import msgspec

from auditor.model.evidence import Fact, Facts
from auditor.rulebook.disclosures import Channel, Disclosure
from auditor.rulebook.vocabulary import Vocabulary

__all__ = ["Contradiction", "acceptance", "disclosed_facts", "with_disclosure"]


class Contradiction(msgspec.Struct, frozen=True, kw_only=True):
    """A disclosed value that the evidence at hand contradicts."""

    observed: Fact
    disclosed: Fact


def with_disclosure(facts: Facts, disclosure: Disclosure, vocabulary: Vocabulary) -> tuple[Facts, list[Contradiction]]:
    """Return the facts with the gaps filled from the disclosure, and every contradiction.

    A fact marked `disclosed_only` is always taken from the disclosure: no card or file list proves it.
    """
    filled: dict[str, Fact] = {}
    contradictions: list[Contradiction] = []
    for name, disclosed in disclosed_facts(disclosure, vocabulary).items():
        observed = facts.get(name)
        if observed.state != "known" or vocabulary.facts[name].disclosed_only:
            # An observed gap with a reason stays when the disclosure is silent too.
            if disclosed.state == "known" or (observed.state == "unknown" and not observed.missing):
                filled[name] = disclosed
        elif disclosed.state == "known" and disclosed.value != observed.value:
            contradictions.append(Contradiction(observed=observed, disclosed=disclosed))
    return facts.merged(filled), contradictions


def disclosed_facts(disclosure: Disclosure, vocabulary: Vocabulary) -> dict[str, Fact]:
    """Return every fact of the disclosure; a value without a source does not exist, it is unknown."""
    found = {name: _fact(name, entry.value, entry.evidence, entry.settle) for name, entry in disclosure.facts.items()}
    offered = [channel for channel in disclosure.channels if channel.offered.value is not False]
    if offered and "channels" in vocabulary.facts:
        items = [{"id": channel.id, "terms_read": channel.terms_read} for channel in offered]
        evidence = tuple(item for channel in offered for item in channel.offered.evidence)
        found["channels"] = Fact(name="channels", state="known", value=items, evidence=evidence, complete=False)
    for name, wanted in (("inputs_not_trained_on", False), ("retention_stated", None)):
        if name not in found:
            fact = _from_channels(name, offered, wanted)
            if fact is not None:
                found[name] = fact
    return found


def _from_channels(name: str, channels: list[Channel], wanted: Any) -> Fact | None:
    """Return a fact that holds only if every known channel says so; one silent channel leaves it unknown."""
    if not channels:
        return None
    entries = [c.trains_on_inputs if wanted is False else c.retention for c in channels]
    evidence = tuple(item for entry in entries for item in entry.evidence)
    # Anything but a plain yes or no about training leaves it open: words are not a promise.
    values = [entry.value if wanted is None or isinstance(entry.value, bool) else "unknown" for entry in entries]
    if wanted is False and True in values:
        return Fact(name=name, state="known", value=False, evidence=evidence)
    if "unknown" in values:
        missing = "not every channel's terms on this were read"
        return Fact(name=name, state="unknown", evidence=evidence, missing=missing)
    return Fact(name=name, state="known", value=True, evidence=evidence)


def _fact(name: str, value: Any, evidence: tuple[Any, ...], settle: str | None) -> Fact:
    if value == "unknown":
        return Fact(name=name, state="unknown", missing=settle or "no public source that could be opened again says so")
    return Fact(name=name, state="known", value=value, evidence=evidence)


def acceptance(facts: Facts) -> dict[str, Fact]:
    """Return whether acceptance is automatic, which follows from the gate; a gate by hand leaves it open."""
    name = "acceptance_automatic"
    mode = facts.get("access_mode")
    if mode.state == "known" and mode.value != "manual":
        value = mode.value in ("open", "automatic")
        return {name: Fact(name=name, state="known", value=value, evidence=mode.evidence)}
    missing = "Missing: whether the publisher accepts everybody who asks." if mode.state == "known" else mode.missing
    return {name: Fact(name=name, state="unknown", evidence=mode.evidence, missing=missing)}
