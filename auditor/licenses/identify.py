"""Say which licenses a text holds: exact, modified or partial, and nothing where there is none."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from auditor.licenses.alignment import Aligned, align
from auditor.licenses.fingerprints import chunks_of, digest, load_fingerprint
from auditor.licenses.holder import is_name
from auditor.licenses.normalize import Words, normalized_sha256, words_of
from auditor.licenses.remainder import additions
from auditor.licenses.restrictions import foreign
from auditor.licenses.spdx_texts import SpdxSpan, spdx_spans
from auditor.licenses.surroundings import explained_words
from auditor.model.license import LicenseMatch, LicenseProfile, LineSpan, MatchStatus
from auditor.rulebook.license_files import fold_name

__all__ = ["LicenseIndex", "identify", "known_policy_of"]

MIN_SHARE = 0.3
"""Below this share of a license its common phrases prove nothing."""
MODIFIED_SHARE = 0.5
"""From here on a text is a changed copy; below it is only a fragment."""
CONTEST_SHARE = 0.9
"""A vendor's license that contains a standard one wins over it only if this much of it is there."""
POLICY_SHARE = 0.8
MIN_ROOM = 40
"""Words that the shortest license of the SPDX engine needs."""
MAX_CANDIDATES = 12
MAX_SPANS = 40
MAX_QUOTE = 400
TITLE_LINES = 40
TITLE_MORE = 4
"""Words that may follow a title on its line."""
MAX_NAME = 12
"""Words that the name of a holder may have where a standard text is a template."""
CUT = "(the text goes on beyond the part that is read)"
UNCOMPARED = "not compared word for word: no fingerprint of this license"


class LicenseIndex:
    """Profiles and fingerprints, arranged for looking up a text; built once."""

    def __init__(self, profiles: Mapping[str, LicenseProfile], fingerprints: Mapping[str, Mapping[str, Any]]) -> None:
        self.profiles = profiles
        loaded = [load_fingerprint(data) for _, data in sorted(fingerprints.items())]
        self.fingerprints = [one for one in loaded if one.license in profiles]
        self.by_bytes = {
            sha: profile.id
            for profile in profiles.values()
            if profile.read and profile.text == "read" and profile.scope != "policy"
            for sha in (profile.read.text_sha256, *profile.read.revisions)
            if any(one.license == profile.id for one in self.fingerprints)
        }
        self.radii = sorted({one.radius for one in self.fingerprints})
        self.by_chunk: dict[str, list[int]] = {}
        for position, fingerprint in enumerate(self.fingerprints):
            for chunk in fingerprint.chunks:
                self.by_chunk.setdefault(chunk.hash, []).append(position)
        self.by_spdx = {fold_name(profile.spdx): profile.id for profile in profiles.values()}
        for profile in profiles.values():
            for alias in profile.aliases:
                self.by_spdx.setdefault(fold_name(alias), profile.id)
        self.titles = {
            tuple(words_of(title).words): profile.id for profile in profiles.values() for title in profile.titles
        }

    def titles_of(self, license_id: str) -> list[list[str]]:
        """Return the titles under which a license's text may stand, as words."""
        profile = self.profiles[license_id]
        names = (profile.title, *profile.titles, *profile.aliases, profile.spdx)
        titles = [words_of(name).words for name in (*names, profile.url or "")]
        return [*titles, *(["the", *title] for title in titles), *([*title, "license"] for title in titles)]

    def candidates(self, words: Words) -> list[Aligned]:
        """Return how every fingerprint fits of which enough is in the text."""
        found: list[Aligned] = []
        cut = chunks_of(words.words, self.radii)
        weights: dict[int, int] = {}
        for radius, chunks in cut.items():
            for chunk in {(chunk.hash, chunk.count) for chunk in chunks}:
                for position in self.by_chunk.get(chunk[0], ()):
                    if self.fingerprints[position].radius == radius:
                        weights[position] = weights.get(position, 0) + chunk[1]
        shares = {p: weight / self.fingerprints[p].tokens for p, weight in weights.items()}
        best = sorted((p for p in shares if shares[p] >= MIN_SHARE / 2), key=lambda p: (-shares[p], p))
        for position in best[:MAX_CANDIDATES]:
            fingerprint = self.fingerprints[position]
            aligned = align(fingerprint, words, cut[fingerprint.radius])
            if aligned is not None and aligned.score >= MIN_SHARE:
                found.append(aligned)
        return found


class _Candidate(msgspec.Struct, kw_only=True):
    """One license that could be the one in a part of the text."""

    id: str
    start: int
    end: int
    score: float
    whole: bool
    aligned: Aligned | None = None
    engine: bool = False
    """The SPDX engine found its words here too."""
    titled: bool = False

    def overlaps(self, other: _Candidate) -> bool:
        shared = min(self.end, other.end) - max(self.start, other.start)
        return shared * 2 > min(self.end - self.start, other.end - other.start)


def identify(text: str, index: LicenseIndex, *, license_file: bool = False) -> list[LicenseMatch]:
    """Return one match for each license in `text`, best first; rivals for the same lines are in its `near`.

    A `license_file` is read as a whole; of any other text with the form of a card only the license's surroundings are.

    Exact means word for word, with nothing in the file that may add terms. A use policy we know is no license; an
    unchanged one beside its own license adds nothing, any other does.
    """
    known = index.by_bytes.get(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())
    if known is not None:
        # Byte for byte a text that was read: nothing is left to compare.
        last = len(text.rstrip().splitlines())
        return [LicenseMatch(id=known, spdx=index.profiles[known].spdx, status="exact", score=1.0, lines=(1, last))]
    words = words_of(text)
    if len(words.words) < 5:
        return []
    aligned = index.candidates(words)
    policies = [a for a in aligned if a.fingerprint.role == "use-policy" and a.score >= POLICY_SHARE]
    room = len(words.words) - max(
        (a.end - a.start for a in aligned if a.whole and a.fingerprint.role == "license"), default=0
    )
    # Beside a text that is here word for word there may be no room for another license: then nobody needs to look.
    candidates = _candidates(index, words, aligned, spdx_spans(text) if room >= MIN_ROOM else [])
    _confirm(index, text, candidates)
    winners = _contest(index, [c for c in candidates if not _inside_policy(c, policies)])
    if not winners:
        return _titled(index, words)
    own = [p for p in policies if p.whole and any(w.id == p.fingerprint.license for w, _ in winners)]
    explained = _explained(index, words, winners, own)
    titles = [title for w, _ in winners for title in index.titles_of(w.id)]
    added = additions(words, explained, titles, license_file=license_file)
    matches = [_match(index, words, winner, rivals, added) for winner, rivals in winners]
    return sorted(matches, key=lambda match: (_RANK[match.status], -match.score, match.lines, match.id))


_RANK = {"exact": 0, "modified": 1, "partial": 2}


def known_policy_of(text: str, index: LicenseIndex) -> tuple[str, ...]:
    """Return the licenses to which `text` belongs as their use policy, word for word and with nothing beside it."""
    words = words_of(text)
    own = [a for a in index.candidates(words) if a.fingerprint.role == "use-policy" and a.whole]
    explained = [any(a.start <= n < a.end for a in own) for n in range(len(words.words))]
    titles = [title for a in own for title in index.titles_of(a.fingerprint.license)]
    if words.cut or additions(words, explained, titles, license_file=True):
        return ()
    return tuple(sorted({a.fingerprint.license for a in own}))


def _inside_policy(candidate: _Candidate, policies: Sequence[Aligned]) -> bool:
    return not candidate.whole and any(
        policy.start <= candidate.start and candidate.end <= policy.end for policy in policies
    )


def _candidates(
    index: LicenseIndex, words: Words, aligned: Sequence[Aligned], spans: Sequence[SpdxSpan]
) -> list[_Candidate]:
    titles = _titles_in(index, words)
    found = [
        _Candidate(
            id=a.fingerprint.license, start=a.start, end=a.end, score=1.0 if whole else a.score, whole=whole, aligned=a,
            titled=a.fingerprint.license in titles,
        )
        for a in aligned
        if a.fingerprint.role == "license"
        for whole in [a.whole or _only_template(words, a)]
    ]  # fmt: skip
    for span in spans:
        known = index.by_spdx.get(fold_name(span.spdx))
        if known is None:
            continue
        start, end = _positions(words, span)
        same = [c for c in found if c.id == known and min(c.end, end) > max(c.start, start)]
        if same:
            for candidate in same:
                candidate.engine = True
        elif not any(one.license == known for one in index.fingerprints):
            found.append(_Candidate(id=known, start=start, end=end, score=1.0, whole=False, engine=True))
    return found


def _confirm(index: LicenseIndex, text: str, candidates: Sequence[_Candidate]) -> None:
    """Call a license without fingerprint whole if the text is one whose hash its profile has.

    The SPDX engine alone proves nothing: its templates let words pass.
    """
    unproved = [c for c in candidates if c.aligned is None and index.profiles[c.id].normalized_sha256]
    if unproved:
        found = normalized_sha256(text)
        for candidate in unproved:
            candidate.whole = found in index.profiles[candidate.id].normalized_sha256


def _positions(words: Words, span: SpdxSpan) -> tuple[int, int]:
    inside = [position for position, line in enumerate(words.lines) if span.first <= line <= span.last]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def _titles_in(index: LicenseIndex, words: Words) -> set[str]:
    """Return the ids whose title stands as a line of its own near the beginning."""
    lines: dict[int, list[str]] = {}
    for word, line in zip(words.words, words.lines, strict=True):
        if len(lines) > TITLE_LINES:
            break
        lines.setdefault(line, []).append(word)
    found = set()
    for written in lines.values():
        for size in range(max(1, len(written) - TITLE_MORE), len(written) + 1):
            license_id = index.titles.get(tuple(written[:size]))
            if license_id is not None:
                found.add(license_id)
    return found


def _contest(index: LicenseIndex, candidates: list[_Candidate]) -> list[tuple[_Candidate, list[_Candidate]]]:
    """Return the winner of each part of the text with its rivals; parts do not overlap."""

    def strength(candidate: _Candidate) -> tuple[bool, int, bool, bool, float, str]:
        standard = not index.profiles[candidate.id].spdx.startswith("LicenseRef-")
        strong = candidate.score >= CONTEST_SHARE or standard
        covered = candidate.aligned.found if candidate.aligned else candidate.end - candidate.start
        return (
            candidate.whole,
            covered if strong else 0,
            candidate.titled,
            candidate.engine,
            candidate.score,
            candidate.id,
        )

    waiting = sorted((c for c in candidates if c.end > c.start), key=strength, reverse=True)
    winners: list[tuple[_Candidate, list[_Candidate]]] = []
    for candidate in waiting:
        rivals = next((rivals for winner, rivals in winners if winner.overlaps(candidate)), None)
        if rivals is None:
            winners.append((candidate, []))
        else:
            rivals.append(candidate)
    return [(winner, rivals) for winner, rivals in winners if winner.score >= MIN_SHARE]


def _explained(
    index: LicenseIndex,
    words: Words,
    winners: Sequence[tuple[_Candidate, list[_Candidate]]],
    policies: Sequence[Aligned],
) -> list[bool]:
    """Return for each word whether it belongs to a license, to what may stand around it, or is its title."""
    spans = [*((w.start, w.end) for w, _ in winners), *((p.start, p.end) for p in policies)]
    around = [chunk for w, _ in winners if w.aligned for chunk in w.aligned.fingerprint.around]
    titles = [title for winner, _ in winners for title in index.titles_of(winner.id)]
    return explained_words(words, spans, around, titles)


def _match(
    index: LicenseIndex, words: Words, winner: _Candidate, rivals: Sequence[_Candidate], added: Sequence[Any]
) -> LicenseMatch:
    spans = [LineSpan((p.first, p.last), words.quoted(p.first, p.last)[:MAX_QUOTE]) for p in added]
    missing: list[dict[str, str]] = []
    if words.cut:
        spans.append(LineSpan((len(words.source), len(words.source)), CUT))
    if winner.aligned is None and not winner.whole:
        missing = [{"section": UNCOMPARED}]
    if winner.aligned is not None and not winner.whole:
        for begin, end in winner.aligned.extra:
            first, last = words.lines[begin], words.lines[end - 1]
            spans.append(LineSpan((first, last), words.quoted(first, last)[:MAX_QUOTE]))
        total = winner.aligned.fingerprint.tokens
        missing = [{"section": f"words {begin + 1} to {end} of {total}"} for begin, end in winner.aligned.gaps]
    changed: MatchStatus = "modified" if spans or missing else "exact"
    near = sorted(
        {rival.id: rival.score for rival in rivals if rival.id != winner.id}.items(), key=lambda item: -item[1]
    )  # fmt: skip
    return LicenseMatch(
        id=winner.id,
        spdx=index.profiles[winner.id].spdx,
        status="partial" if winner.score < MODIFIED_SHARE else changed,
        score=round(winner.score, 4),
        lines=(words.lines[winner.start], words.lines[winner.end - 1]),
        added=tuple(sorted(spans, key=lambda span: span.lines)[:MAX_SPANS]),
        missing=tuple(missing[:MAX_SPANS]),
        near=tuple({"id": name, "score": round(score, 4)} for name, score in near[:5] if score >= MODIFIED_SHARE),
    )


def _only_template(words: Words, aligned: Aligned) -> bool:
    """Return whether a template differs only by the names of its holder: every piece between them is word for word."""
    if not aligned.fingerprint.segments or (aligned.gaps and aligned.gaps[0][0] == 0):
        return False
    position = aligned.start
    for number, piece in enumerate(aligned.fingerprint.segments):
        room = range(MAX_NAME + 1) if number else range(1)
        step = next(
            (n for n in room if digest(words.words[position + n : position + n + piece.count]) == piece.hash), None
        )  # fmt: skip
        if step is None:
            return False
        name = " ".join(words.written(position, position + step))
        if step and (not is_name(name) or foreign(" ".join(words.words[position : position + step]))):
            return False
        position += step + piece.count
    return position >= aligned.end


def _titled(index: LicenseIndex, words: Words) -> list[LicenseMatch]:
    """Return a partial match for each license known by its title only."""
    lines = (words.lines[0], words.lines[-1])
    return [
        LicenseMatch(id=known, spdx=index.profiles[known].spdx, status="partial", score=0.0, lines=lines)
        for known in sorted(_titles_in(index, words))
    ]
