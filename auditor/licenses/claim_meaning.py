"""What one claim about a license turns out to mean, before claims are weighed against each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from auditor.licenses.pointer import pointed
from auditor.model.license import LicenseClaim, LicenseMatch, LicenseProfile, LicenseReference

__all__ = ["LicenseKnowledge", "NamedLicense", "ReadClaim", "read_claim"]


class NamedLicense(msgspec.Struct, frozen=True, kw_only=True):
    """What a license name means: one profile, an expression of profiles, several candidates, or nothing known."""

    ids: tuple[str, ...] = ()
    """Profile ids the name stands for; more than one for an expression."""
    choice: bool = False
    """The expression offers its parts at the reader's choice (OR)."""
    candidates: tuple[str, ...] = ()
    counts_as_no_tag: bool = False
    """A family or placeholder: says nothing once a text or a full name resolves."""
    spdx: dict[str, str] = {}
    """Profile id -> the SPDX id that was declared, where one text goes with several (GPL-3.0-or-later)."""


class LicenseKnowledge(Protocol):
    """What the resolver needs to know about licenses."""

    def named(self, raw: str) -> NamedLicense:
        """Return what a declared string means."""
        ...

    def identified(self, text: str, *, license_file: bool = False) -> Sequence[LicenseMatch]:
        """Return the licenses found in a text, best first; a `license_file` is read as a whole."""
        ...

    def policy_of(self, text: str) -> tuple[str, ...]:
        """Return the licenses to which a text belongs as their use policy, word for word; mostly none."""
        ...

    def profile(self, license_id: str) -> LicenseProfile:
        """Return the profile of an id returned by the other two."""
        ...


class ReadClaim(msgspec.Struct, frozen=True, kw_only=True):
    """One claim with what it turned out to mean."""

    claim: LicenseClaim
    ids: tuple[str, ...] = ()
    choice: bool = False
    candidates: tuple[str, ...] = ()
    says_nothing: bool = False
    """A placeholder or family name, or a card without a license."""
    spdx: dict[str, str] = {}
    policy_of: tuple[str, ...] = ()
    """For a use policy: the licenses it belongs to, of which one must govern."""
    matches: tuple[LicenseMatch, ...] = ()
    pointer: bool = False
    title_only: bool = False
    """A text with the title of a license and nothing that could be terms of its own."""
    references: tuple[LicenseReference, ...] = ()


def read_claim(claim: LicenseClaim, knowledge: LicenseKnowledge) -> ReadClaim:
    """Return what one claim means: the licenses it names or holds, or what is not known of it."""
    if claim.text is not None:
        return _read_text(claim, knowledge)
    if claim.limits_use:
        return ReadClaim(claim=claim, says_nothing=True, references=(_reference(None, claim),))
    if claim.channel in ("text", "gate-prompt") or (claim.channel == "link" and claim.link_state == "repository-file"):
        # Either hidden, or a link to a file that has a claim of its own.
        hidden = claim.channel == "text" and not claim.readable
        return ReadClaim(claim=claim, says_nothing=not hidden, references=(_reference(None, claim),))
    named = knowledge.named(claim.raw)
    references = tuple(_reference(name, claim) for name in named.ids or (None,))
    return ReadClaim(
        claim=claim,
        ids=named.ids,
        choice=named.choice or (claim.choice_stated and len(named.ids) > 1),
        candidates=named.candidates,
        spdx=named.spdx,
        says_nothing=named.counts_as_no_tag or (claim.channel == "link" and not named.ids),
        references=references,
    )


def _read_text(claim: LicenseClaim, knowledge: LicenseKnowledge) -> ReadClaim:
    assert claim.text is not None
    found = knowledge.identified(claim.text, license_file=claim.channel == "text")
    matches = tuple(match for match in found if knowledge.profile(match.id).scope != "policy")
    ids = tuple(dict.fromkeys(match.id for match in matches if match.status != "partial"))
    partial = tuple(dict.fromkeys(match.id for match in matches if match.status == "partial"))
    # A use policy is part of the terms of its own license, and a card without a license is no claim.
    policy_of = () if matches else knowledge.policy_of(claim.text)
    beside = claim.channel in ("gate-prompt", "prose") or bool(matches) or bool(policy_of)
    # A title that was recognized may stand in a pointer; the words below it decide whether it is one.
    points = (
        None
        if claim.channel != "text" or ids or policy_of
        else pointed(claim.text, lambda raw: knowledge.named(raw).ids)
    )
    pointer = points is not None and not beside
    references = tuple(_reference(match.id, claim, match) for match in matches)
    if not references and claim.channel == "text":
        references = (_reference(None, claim),)
    return ReadClaim(
        claim=claim,
        ids=points if points and pointer else ids,
        candidates=policy_of or partial,
        matches=matches,
        says_nothing=beside and not matches and not policy_of,
        policy_of=policy_of,
        pointer=pointer,
        title_only=points is not None and bool(matches),
        references=references,
    )


def _reference(license_id: str | None, claim: LicenseClaim, match: LicenseMatch | None = None) -> LicenseReference:
    return LicenseReference(id=license_id, raw=claim.raw, evidence=claim.evidence, channel=claim.channel, match=match)
