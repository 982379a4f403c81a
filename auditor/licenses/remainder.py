"""What stands beside a license in the same text: harmless surroundings, or words that add to its terms."""

from __future__ import annotations

import re

from auditor.licenses.normalize import Paragraph, Words, paragraphs_outside, restricts

__all__ = ["additions"]

_OBLIGATION = frozenset(
    {
        "must", "shall", "may", "not", "only", "solely", "prohibited", "prohibits", "required", "requires", "require",
        "provided", "condition", "conditions", "agree", "agrees", "restricted", "restriction", "restrictions",
        "forbidden", "permission", "permitted", "commercial", "noncommercial", "unless", "except", "excluding",
        "consent", "obtain", "display", "credit", "attribution", "revoke", "terminate", "royalty", "fee",
    }
)  # fmt: skip
_LIMITING = frozenset(
    {"limited", "limit", "limits", "need", "needs", "paid", "pay", "agreement", "apply", "applies", "revenue", "users",
     "void", "contact", "ask", "instead", "however", "country", "countries"}
)  # fmt: skip
# A single short sentence of this kind changes a license.
_STRONG = re.compile(
    r"""non\ ?commercial | commons\ clause | research\ (?:use\ |purposes?\ |and\ \w+\ )?only
    | (?:only|solely)\ for | for\ \w+\ (?:use|purposes?)\ only
    | (?:may|must|shall|can|do|will|should)\ not\ (?:be\ )?
      (?:use|sell|sold|resell|distribut|cop|shar|train|deploy|host|modif|publish|sublicens|redistribut)
    | can\ ?not\ be\ (?:use|sold|distribut|shar|modif)
    | not\ (?:be\ )?(?:permitted|allowed|authori[sz]ed|licensed\ for|for\ commercial)
    | prohibited | forbidden | additional\ (?:terms|conditions|restrictions|requirements) | supplemental\ terms
    | (?:requires?|obtain|without)\ (?:an?\ |our\ |the\ |prior\ |express\ |written\ |separate\ |commercial\ ){0,5}
      (?:license|permission|consent|agreement)
    | monthly\ active\ users | annual\ revenue
    | must\ (?:prominently\ )?(?:display|show|credit|include|attribute|notify|register|comply|be)
    | shall\ (?:prominently\ )?(?:display|show|credit)
    | personal\ use | excluding | except\ (?:for|that|in|as) | no\ (?:commercial|military|one)
    | residents?\ of | (?:is|are)\ revocable | may\ be\ revoked""",
    re.VERBOSE,
)
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.{0,200})")
_LICENSE_HEADING = re.compile(
    r"licen[sc]|terms|condition|restrict|commercial|permitted|prohibited|use policy", re.IGNORECASE
)
MIN_WORDS = 15
MIN_SENTENCE = 4
MIN_OBLIGATIONS = 2


def additions(words: Words, explained: list[bool]) -> list[Paragraph]:
    """Return the paragraphs outside all licenses that add terms; `explained` says it of each word.

    In a license file every sentence with a word of restriction counts. In a longer document around a license (a
    card, recognized by its metadata block or by being mostly something else) only the section the license stands in
    and sections headed like terms do: usage notes are full of "must" and "only".
    """
    paragraphs = list(paragraphs_outside(words, explained))
    in_document = words.source[:1] == ["---"] or sum(explained) * 2 < len(explained)
    if in_document:
        return [p for p in _in_license_sections(words, explained, paragraphs) if _adds(p.words)]
    return [p for p in paragraphs if _adds(p.words) or restricts(p.words) or _limits(p.words)]


def _limits(text: str) -> bool:
    """Return whether a sentence has a word that often limits a grant."""
    found = text.split()
    return len(found) >= MIN_SENTENCE and any(word in _OBLIGATION or word in _LIMITING for word in found)


def _adds(text: str) -> bool:
    found = text.split()
    if _STRONG.search(text):
        return True
    return len(found) >= MIN_WORDS and sum(word in _OBLIGATION for word in found) >= MIN_OBLIGATIONS


def _in_license_sections(words: Words, explained: list[bool], paragraphs: list[Paragraph]) -> list[Paragraph]:
    headings = [0, *(n for n, line in enumerate(words.source, start=1) if _HEADING.match(line))]
    covered = {line for line, known in zip(words.lines, explained, strict=True) if known}
    wanted: set[int] = set()
    for begin, end in zip(headings, [*headings[1:], len(words.source) + 1], strict=True):
        title = words.source[begin - 1] if begin else ""
        holds_license = any(line in covered for line in range(max(begin, 1), end))
        if holds_license or _LICENSE_HEADING.search(title):
            wanted.update(range(max(begin, 1), end))
    return [paragraph for paragraph in paragraphs if paragraph.first in wanted]
