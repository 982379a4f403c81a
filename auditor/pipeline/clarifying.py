"""A person's reading of a license, bound to the evidence it was read from, takes the place of what stayed open.

What the sources say is never taken away: a conflict that somebody settled is still a conflict of the sources, shown
with who settled it. A reading whose evidence has changed counts for nothing, and that is said too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from auditor.model.evidence import Evidence
from auditor.model.license import CLARIFIED, Judgment, LicenseProfile, LicenseReference, Resolution, TermValue
from auditor.model.policy import Clarification, Clarified, subject_names
from auditor.model.snapshot import Snapshot
from auditor.rulebook.load import Rulebook

__all__ = ["Reading", "Readings", "with_readings"]

# What a text must have been read to say before it counts as a grant.
GRANTING = ("commercial_use", "modify", "distribute")
_SETTLED_BY_READING = ("missing", "unresolved")


class Reading(msgspec.Struct, frozen=True):
    """One clarification with the profile that holds what the person concluded."""

    clarification: Clarification
    profile: str


class Readings:
    """Every clarification of one run by subject, and the rulebook with the profiles they bring."""

    def __init__(self, rulebook: Rulebook, clarifications: Sequence[Clarification]) -> None:
        self._by_name: dict[str, list[Reading]] = {}
        profiles: dict[str, LicenseProfile] = {}
        for entry in clarifications:
            profile = _profile(entry, rulebook)
            if profile is not None:
                profiles[profile.id] = profile
            reading = Reading(entry, profile.id if profile else entry.license or "")
            self._by_name.setdefault(entry.target.lower(), []).append(reading)
        self.rulebook = (
            msgspec.structs.replace(rulebook, licenses={**rulebook.licenses, **profiles}) if profiles else rulebook
        )

    def about(self, snapshot: Snapshot) -> list[Reading]:
        """Return the readings of a subject, or of a base model, in the order given."""
        if not self._by_name:
            return []
        names = subject_names(kind=snapshot.kind, source=snapshot.source, id=snapshot.id, requested=snapshot.requested)
        return [reading for name in sorted(names) for reading in self._by_name.get(name, ())]


def _profile(entry: Clarification, rulebook: Rulebook) -> LicenseProfile | None:
    """Return the profile of terms that a person read; `None` where a known license is named as it is."""
    if entry.terms is None:
        return None
    words = f"read by {entry.by} on {entry.on}"
    read = {name: TermValue(value, words, entry.note) for name, value in entry.terms.items()}
    content = msgspec.json.encode([entry.target.lower(), entry.by, entry.on, entry.license, entry.terms])
    digest = hashlib.sha256(content).hexdigest()[:8]
    # No blank may stand in an id: conclusions are expressions.
    name = f"{CLARIFIED}{'-'.join(entry.target.lower().split())}#{digest}"
    spdx = f"LicenseRef-clarified-{digest}"
    title = f"Terms of {entry.target}, {words}"
    if entry.license is not None:
        start = rulebook.licenses[entry.license]
        return msgspec.structs.replace(
            start, id=name, title=title, spdx=spdx, aliases=(), spdx_variants=(), titles=(), normalized_sha256=(),
            terms={**start.terms, **read},
        )  # fmt: skip
    granted = all(term in read and read[term].value != "unknown" for term in GRANTING)
    judgments = next((profile.judgments for profile in rulebook.licenses.values()), {})
    return LicenseProfile(
        id=name,
        title=title,
        spdx=spdx,
        scope="any",
        # Without these nobody has said that anything is granted.
        text="partial" if granted else "not-read",
        terms={**{term: TermValue("unknown") for term in rulebook.vocabulary.terms}, **read},
        judgments={judgment: Judgment("unknown", "Only single terms were read.") for judgment in judgments},
    )


def with_readings(resolution: Resolution, readings: Sequence[Reading], rulebook: Rulebook) -> Resolution:
    """Return the resolution with what people concluded in the place of what governs; what held before stays in `also`.

    Several readings all govern, term by term the strictest.
    """
    ids = tuple(sorted({reading.profile for reading in readings}))
    first = readings[0].clarification
    entry = Clarified(
        by=" and ".join(dict.fromkeys(reading.clarification.by for reading in readings)),
        on=max(reading.clarification.on for reading in readings),
        license=" AND ".join(ids),
        source=first.source,
        note="; ".join(dict.fromkeys(r.clarification.note for r in readings if r.clarification.note)) or None,
        before=resolution.status,
        before_concluded=resolution.concluded,
    )
    references = tuple(_reference(reading) for reading in readings)
    told = msgspec.structs.replace(resolution, stated=(*resolution.stated, *references), clarified=entry)
    settled = resolution.status not in ("conflict", "modified", *_SETTLED_BY_READING) and not resolution.unsettled
    if settled and resolution.governing == ids and not resolution.choice:
        return told  # the reading says what was concluded anyway
    held = (resolution.status, *resolution.also)
    return msgspec.structs.replace(
        told,
        status="resolved-name",
        also=tuple(status for status in held if status != "resolved-name"),
        concluded=entry.license,
        spdx=" AND ".join(rulebook.licenses[name].spdx for name in ids),
        governing=ids,
        choice=(),
        candidates=(),
        unsettled=(),
    )


def _reference(reading: Reading) -> LicenseReference:
    entry = reading.clarification
    words = entry.license if entry.terms is None else ", ".join(sorted(entry.terms))
    note = f" ({entry.note})" if entry.note else ""
    evidence = Evidence(
        kind="clarified",
        source=entry.source or "clarification",
        path="clarifications",
        quote=f"{entry.by}, {entry.on}: {words}{note}"[:300],
        sha256=entry.evidence_hash,
        read_on=entry.on,
    )
    return LicenseReference(id=reading.profile, raw=words or "", evidence=evidence, channel="clarification")
