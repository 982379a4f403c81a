"""License profiles, what a subject says about its licenses, and the conclusion drawn."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from auditor.model.evidence import Evidence
from auditor.model.policy import Clarified

__all__ = [
    "CLARIFIED",
    "ClaimChannel",
    "Judgment",
    "LicenseApplication",
    "LicenseClaim",
    "LicenseMatch",
    "LicenseProfile",
    "LicenseReference",
    "LineSpan",
    "LinkState",
    "MatchStatus",
    "ProfileReading",
    "Resolution",
    "ResolutionStatus",
    "SeparateLicense",
    "StatedContradiction",
    "StatedRule",
    "TermValue",
]

ResolutionStatus = Literal[
    "conflict", "modified", "multiple", "unreadable", "pointer-only", "confirmed",
    "resolved-name", "text-only", "declared-only", "unresolved", "missing",
]  # fmt: skip
MatchStatus = Literal["exact", "modified", "partial"]
ClaimChannel = Literal["tag", "name", "link", "prose", "gate-prompt", "header", "text", "clarification"]
# How the ids of profiles begin that hold what a person read of one subject; no rule file has such an id.
CLARIFIED = "clarified:"
LinkState = Literal["repository-file", "pinned", "unpinned", "broken"]


class TermValue(msgspec.Struct, frozen=True):
    """One term of a license version: the value, the section that says so, and our note."""

    value: Any
    """A value of the vocabulary, or the string `unknown` when nobody has read that part of the text."""
    section: str | None = None
    """Where the text says so; `None` when the text is silent."""
    note: str | None = None


class Judgment(msgspec.Struct, frozen=True):
    """A yes/no reading of a whole license against an outside yardstick, with its reason."""

    answer: str
    reason: str


class ProfileReading(msgspec.Struct, frozen=True):
    """Which bytes a profile was read from, and when."""

    text_sha256: str
    source: str
    on: str
    revisions: tuple[str, ...] = ()
    """SHA-256 of other texts of the same license version that were read too."""
    attachments: tuple[str, ...] = ()
    """SHA-256 of use policies, exhibits and appendices that were read with it."""


class StatedRule(msgspec.Struct, frozen=True):
    """What a text says of one kind of use or one purpose."""

    answer: str
    section: str | None = None
    note: str | None = None


class SeparateLicense(msgspec.Struct, frozen=True, kw_only=True):
    """Where a text names a way to ask for rights that it withholds, and which rights."""

    section: str
    covers: tuple[str, ...]
    note: str | None = None


class StatedContradiction(msgspec.Struct, frozen=True, kw_only=True):
    """A place where a text contradicts itself; what it touches stays unclear."""

    touches: tuple[str, ...]
    section: str
    note: str


class LicenseApplication(msgspec.Struct, frozen=True, kw_only=True):
    """How the terms of a license meet a use, as far as its text says so."""

    separate_license: SeparateLicense | None = None
    grants: dict[str, StatedRule] = {}
    """Use kind -> what a grant limited by kind of use covers."""
    purposes: dict[str, StatedRule] = {}
    duties: dict[str, tuple[str, ...]] = {}
    """Condition -> the acts that bring it to life, where the text differs from the usual ones."""
    duty_kinds: dict[str, tuple[str, ...]] = {}
    """Obligation kind -> the kinds that this text really sets, where the usual one does not fit."""
    end_users_exempt: tuple[str, ...] = ()
    """Limits from which receivers of an integrated end user product are exempt."""
    own_models: tuple[str, ...] = ()
    """How the names of the licensor's own models begin, which outputs may improve where others may not be."""
    only_if: dict[str, str] = {}
    """Obligation kind -> a context fact without which the duty does not arise."""
    contradictions: tuple[StatedContradiction, ...] = ()
    text_only_models: tuple[str, ...] = ()


class LicenseProfile(msgspec.Struct, frozen=True, kw_only=True):
    """What we know of one license version (one file of `rules/licenses/`)."""

    id: str
    title: str
    spdx: str
    scope: Literal["weights", "code", "data", "any", "policy"]
    text: Literal["read", "partial", "not-read"]
    terms: dict[str, TermValue]
    judgments: dict[str, Judgment]
    version: str | None = None
    date: str | None = None
    publisher: str | None = None
    url: str | None = None
    aliases: tuple[str, ...] = ()
    spdx_variants: tuple[str, ...] = ()
    """Other SPDX ids that go with the same text (with or without later versions); each is an alias too."""
    titles: tuple[str, ...] = ()
    """Identifying phrases of a few words; finding one alone makes a text `partial`, never more."""
    normalized_sha256: tuple[str, ...] = ()
    """SHA-256 of known texts after normalization; equality makes a text `exact`."""
    read: ProfileReading | None = None
    reviewed: dict[str, str] | None = None
    summary: str = ""
    ambiguities: tuple[str, ...] = ()
    application: LicenseApplication | None = None
    """`None` while nobody has asked the text these questions: a verdict from it is unclear."""


class LineSpan(msgspec.Struct, frozen=True):
    """Words found in a text beyond the license, with where they stand."""

    lines: tuple[int, int]
    text: str


class LicenseMatch(msgspec.Struct, frozen=True, kw_only=True):
    """One license found in a text (design section 9, `identify`)."""

    id: str
    spdx: str
    status: MatchStatus
    score: float
    """Share of that license found in the text, 0 to 1."""
    lines: tuple[int, int]
    added: tuple[LineSpan, ...] = ()
    missing: tuple[dict[str, str], ...] = ()
    near: tuple[dict[str, Any], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the promised JSON shape."""
        result: dict[str, Any] = msgspec.to_builtins(self)
        return result


class LicenseClaim(msgspec.Struct, frozen=True, kw_only=True):
    """One thing the subject says or holds about a license, before anybody judged it."""

    scope: str
    """`weights`, `code`, or `dataset:<id>`."""
    channel: ClaimChannel
    raw: str
    """The string as written; for channel `text` the path."""
    evidence: Evidence
    text: str | None = None
    """The license text itself, for channels `text`, `gate-prompt` and `prose` with an embedded text."""
    readable: bool = True
    """False when a text exists and a gate or fault hides it."""
    link_state: LinkState | None = None
    limits_use: bool = False
    """True for prose that bars commercial or productive use in words, whatever it names."""
    asks_first: bool = False
    """With `limits_use`: commerce is let in, but only after somebody was asked or registered with."""
    certain: bool = True
    """False where the words may be no name at all: they count only if a license of that name is known."""
    choice_stated: bool = False
    """True when several licenses are offered at the reader's choice, in words."""


class LicenseReference(msgspec.Struct, frozen=True, kw_only=True):
    """A license as named in one place; `id` is null when we do not know the name."""

    id: str | None
    raw: str
    evidence: Evidence
    channel: ClaimChannel
    match: LicenseMatch | None = None


class Resolution(msgspec.Struct, frozen=True, kw_only=True):
    """Which license governs one part of the subject, and how sure we are (design section 5)."""

    scope: str
    status: ResolutionStatus
    concluded: str | None
    spdx: str | None
    declared: tuple[LicenseReference, ...] = ()
    detected: tuple[LicenseReference, ...] = ()
    stated: tuple[LicenseReference, ...] = ()
    also: tuple[ResolutionStatus, ...] = ()
    candidates: tuple[str, ...] = ()
    governing: tuple[str, ...] = ()
    """Profile ids whose terms apply (term by term the strictest); empty when nothing is granted or known."""
    choice: tuple[str, ...] = ()
    """Profile ids of which the reader may pick one, where the publisher states the choice."""
    pinned: bool = True
    contradictions: tuple[str, ...] = ()
    """For `conflict`: what disagrees with what, in words."""
    unsettled: tuple[str, ...] = ()
    """Names and texts that mean nothing to us; while there are any, no grant is established."""
    clarified: Clarified | None = None
    """A person's reading that counts; what the sources alone gave is in it, and stays in `also`."""
