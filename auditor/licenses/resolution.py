"""Conclude which license governs one part of a subject, from everything that names or holds one (design section 5)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from auditor.licenses.claim_meaning import LicenseKnowledge, ReadClaim, read_claim
from auditor.model.license import (
    ClaimChannel,
    LicenseClaim,
    LicenseReference,
    Resolution,
    ResolutionStatus,
)

__all__ = ["resolve"]

# The first of these that holds is the status; the others that hold go to `also`.
PRECEDENCE: tuple[ResolutionStatus, ...] = (
    "conflict", "modified", "multiple", "unreadable", "pointer-only", "confirmed",
    "resolved-name", "text-only", "declared-only", "unresolved", "missing",
)  # fmt: skip

# Commerce is in the grant on a condition.
ASKING = ("after-registration", "below-threshold")
# A file that points elsewhere is pinned by a commit in its address; a page can change.
_COMMIT = re.compile(r"\b[0-9a-f]{40}\b")

_DECLARING: frozenset[ClaimChannel] = frozenset({"tag", "header"})
_NAMING: frozenset[ClaimChannel] = frozenset({"tag", "header", "name", "link"})


def resolve(
    scope: str,
    claims: Sequence[LicenseClaim],
    knowledge: LicenseKnowledge,
    *,
    complete: bool,
    contradictions: Sequence[str] = (),
) -> Resolution:
    """Return the resolution of `scope` from its claims.

    `complete` says that file list and card were read as a whole; only then can a license be `missing`.
    `contradictions` are disagreements found elsewhere (for example with a base model), in words.
    """
    reads = [read_claim(claim, knowledge) for claim in claims if claim.scope == scope]
    return _Conclusion(scope, reads, knowledge, complete, tuple(contradictions)).resolution()


class _Conclusion:
    """Weighs the claims of one scope against each other."""

    def __init__(
        self,
        scope: str,
        reads: list[ReadClaim],
        knowledge: LicenseKnowledge,
        complete: bool,
        contradictions: tuple[str, ...],
    ) -> None:
        self.scope = scope
        self.reads = reads
        self.knowledge = knowledge
        self.complete = complete
        self.texts = [read for read in reads if read.matches]
        self.policies = [read for read in reads if read.policy_of]
        self.pointers = [read for read in reads if read.pointer]
        self.hidden = [read for read in reads if not read.claim.readable]
        self.named = [read for read in reads if not read.claim.text and read.claim.channel in _NAMING]
        prose = [read for read in reads if not read.claim.text and read.claim.channel == "prose"]
        self.stated = [read for read in prose if not read.claim.limits_use]
        self.limits = [read for read in reads if read.claim.limits_use and self._is_news(read.claim)]
        self.contradictions = contradictions + tuple(self._contradictions())

    # -- what was found -------------------------------------------------------------------------------------

    def _ids(self, reads: Sequence[ReadClaim]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(license_id for read in reads for license_id in read.ids))

    @property
    def declared_ids(self) -> tuple[str, ...]:
        return self._ids(self.named)

    @property
    def exact_ids(self) -> tuple[str, ...]:
        matches = [match for read in self.texts for match in read.matches if match.status == "exact"]
        return tuple(dict.fromkeys(match.id for match in matches))

    @property
    def modified_ids(self) -> tuple[str, ...]:
        matches = [match for read in self.texts for match in read.matches if match.status == "modified"]
        return tuple(dict.fromkeys(match.id for match in matches))

    @property
    def unknown_texts(self) -> list[ReadClaim]:
        """License files whose text is no license we know and no pointer either."""
        return [
            read
            for read in self.reads
            if read.claim.channel == "text"
            and read.claim.text is not None
            and not (read.matches or read.pointer or read.says_nothing or read.policy_of)
        ]

    @property
    def uncompared_texts(self) -> list[ReadClaim]:
        """License files known by their title only: nobody compared the words below it, so they settle nothing."""
        return [
            read
            for read in self.texts
            if read.claim.channel == "text"
            and all(match.status == "partial" for match in read.matches)
            and not read.title_only
        ]

    @property
    def unknown_names(self) -> list[ReadClaim]:
        """Tags and names that mean nothing to us; in prose only what surely is a name."""
        names = [*(read for read in self.named if read.claim.channel != "link"),
                 *(read for read in self.stated if read.claim.certain and not read.candidates)]  # fmt: skip
        unclear = [read for read in names if not (read.ids or read.says_nothing)]
        return [read for read in unclear if not self._decided(read)]

    def _decided(self, read: ReadClaim) -> bool:
        """Return whether a name that could mean several texts is settled by one of them being here, unchanged."""
        return bool(set(read.candidates) & set(self.exact_ids))

    def _is_news(self, limit: LicenseClaim) -> bool:
        """Return whether a limit stated in prose says more than the licenses named beside it."""
        named = {license_id for other in self.reads for license_id in other.ids}
        terms = [self.knowledge.profile(name).terms.get("commercial_use") for name in named]
        said = ("no", *ASKING) if limit.asks_first else ("no",)
        return not any(term is not None and term.value in said for term in terms)

    def _contradictions(self) -> list[str]:
        """Return every pair of sources that name different licenses, in words."""
        found: list[str] = []
        speaking = [*self.named, *self.stated, *self.texts, *self.pointers, *self.policies]
        for position, one in enumerate(speaking):
            for other in speaking[position + 1 :]:
                if self._agree(one, other):
                    continue
                found.append(f"{_says(one)}, {_says(other)}")
        named = " and ".join(self._ids(speaking))
        found += [f"the card limits use ({read.claim.raw!r}), {named} does not" for read in self.limits if named]
        return list(dict.fromkeys(found))

    def _agree(self, one: ReadClaim, other: ReadClaim) -> bool:
        channels = {one.claim.channel, other.claim.channel}
        if channels == {"tag"}:
            return True  # several declared tags are `multiple`, not a contradiction
        left, right = set(one.ids or one.candidates), set(other.ids or other.candidates)
        if not left or not right:
            return True
        if channels == {"text"} and left | right <= set(self._ids(self.named)):
            return True  # each of several declared licenses has its own text
        if "tag" in channels:
            # One of several declared licenses may have its text or prose beside it.
            tagged = set(self._ids([read for read in self.named if read.claim.channel == "tag"]))
            if len(tagged) > 1:
                return bool((right if one.claim.channel == "tag" else left) & tagged)
        return bool(left & right)

    # -- the conclusion -------------------------------------------------------------------------------------

    def holding(self) -> list[ResolutionStatus]:
        """Return every status that holds, in order of precedence."""
        declared, exact, modified = self.declared_ids, self.exact_ids, self.modified_ids
        tagged = self._ids([read for read in self.named if read.claim.channel in _DECLARING])
        readable = bool(self.texts or self.unknown_texts or self.pointers)
        by_name = [read for read in self.named if read.claim.channel in ("name", "link") and read.ids]
        by_text_link = any(read.claim.channel == "link" and read.claim.link_state == "repository-file"
                           for read in self.named)  # fmt: skip
        unsettled = bool(self.unknown_names or self.unknown_texts)
        holds: dict[ResolutionStatus, bool] = {
            "conflict": bool(self.contradictions),
            "modified": bool(modified),
            "multiple": len(declared) > 1 or (not declared and len(exact) > 1),
            "unreadable": bool(self.hidden) and not readable,
            "pointer-only": bool(self.pointers) and not self.texts and not unsettled,
            "confirmed": bool(set(exact) & set(declared)) and not unsettled,
            "resolved-name": bool(by_name or (by_text_link and exact and not tagged)) and not unsettled,
            "text-only": bool(exact) and not declared and not unsettled,
            "declared-only": bool(tagged) and not exact and not unsettled,
            "unresolved": unsettled or (bool(self.reads) and not declared and not exact and not modified),
            "missing": not self.reads and self.complete,
        }
        found = [status for status in PRECEDENCE if holds[status]]
        return found or ["unresolved"]

    def resolution(self) -> Resolution:
        status, *also = self.holding()
        choice = self._choice()
        governing = self._governing(status)
        concluded = " OR ".join(choice) if choice else " AND ".join(governing)
        return Resolution(
            scope=self.scope,
            status=status,
            also=tuple(also),
            concluded=concluded or None,
            spdx=self._spdx(choice, governing),
            declared=self._references(lambda read: read in self.named),
            detected=self._references(lambda read: read.claim.text is not None or not read.claim.readable),
            stated=self._references(lambda read: read in self.stated or read in self.limits),
            candidates=self._candidates(governing),
            governing=governing,
            choice=choice,
            pinned=not any(read.claim.link_state in ("unpinned", "broken") for read in self.reads)
            and all(_COMMIT.search(read.claim.text or "") for read in self.pointers),
            contradictions=self.contradictions,
            unsettled=tuple(
                sorted(
                    read.claim.raw
                    for read in (*self.unknown_names, *self.unknown_texts, *self.uncompared_texts, *self.limits)
                )
            ),
        )

    def _governing(self, status: ResolutionStatus) -> tuple[str, ...]:
        """Return the profile ids whose terms bind, sorted; nothing for what is unresolved or missing."""
        if status in ("unresolved", "missing") or self.limits:
            # What the card's words take away is in no profile: nothing can be concluded beside them.
            return ()
        if status == "conflict":
            speaking = [*self.named, *self.stated, *self.texts, *self.pointers, *self.policies]
            # Whatever any of them could mean binds: a family name counts with every text it could stand for.
            named = {license_id for read in speaking for license_id in read.ids or read.candidates}
            return tuple(sorted(named))
        if status == "multiple":
            return tuple(sorted({*self.declared_ids, *self.exact_ids}))
        ids = {*self.declared_ids} or {*self.exact_ids, *self.modified_ids}
        if status == "modified":
            ids |= {*self.modified_ids}
        return tuple(sorted(ids))

    def _choice(self) -> tuple[str, ...]:
        """Return the ids the publisher lets the reader pick from, or nothing."""
        if self.contradictions:
            return ()
        for read in [*self.named, *self.stated]:
            if read.choice and len(read.ids) > 1:
                return tuple(sorted(read.ids))
        offered = set(self.declared_ids)
        stated = any(read.claim.choice_stated for read in self.reads)
        return tuple(sorted(offered)) if stated and len(offered) > 1 else ()

    def _candidates(self, governing: tuple[str, ...]) -> tuple[str, ...]:
        open_names = [read for read in self.reads if not self._decided(read)]
        found = {candidate for read in open_names for candidate in read.candidates}
        if not governing:
            found |= {license_id for read in self.reads for license_id in read.ids}
        return tuple(sorted(found - set(governing)))

    def _spdx(self, choice: tuple[str, ...], governing: tuple[str, ...]) -> str | None:
        ids, joint = (choice, " OR ") if choice else (governing, " AND ")
        declared = {license_id: name for read in self.named for license_id, name in read.spdx.items()}
        return joint.join(declared.get(name) or self.knowledge.profile(name).spdx for name in ids) or None

    def _references(self, wanted: Callable[[ReadClaim], bool]) -> tuple[LicenseReference, ...]:
        found = [reference for read in self.reads if wanted(read) for reference in read.references]
        return tuple(sorted(found, key=lambda reference: (reference.channel, reference.raw, reference.id or "")))


def _says(read: ReadClaim) -> str:
    where = {"tag": "the tag", "header": "the file header", "name": "license_name", "link": "license_link",
             "prose": "the card's text", "gate-prompt": "the gate's text", "text": read.claim.raw}  # fmt: skip
    return f"{where[read.claim.channel]} says {' and '.join(read.ids or read.candidates)}"
