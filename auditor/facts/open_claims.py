"""Where a card calls this very model open source; claims about other things are left alone.

Precision comes first: a sentence counts only where the words of rules/reading.yaml tie the claim to this model, by its
own name or by words such as "this model". Negations, comparisons, plans, questions and quotations are no claims.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from auditor.facts.card_sentences import sentences_of
from auditor.facts.lineage_claims import BaseClaim
from auditor.facts.own_name import own_names
from auditor.facts.reading import Reading
from auditor.facts.subject_view import SubjectView
from auditor.model.evidence import Evidence

__all__ = ["THIS", "OpenClaim", "open_claims"]

THIS = "THISMODEL"
"""What the model's own name is replaced with before the patterns are tried."""
MAX_CLAIMS = 12


class OpenClaim(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence that says the model is open source, or under an approved license."""

    kind: Literal["open-source", "approved-license"]
    quote: str
    evidence: Evidence


def open_claims(view: SubjectView, reading: Reading, bases: tuple[BaseClaim, ...] = ()) -> tuple[OpenClaim, ...]:
    """Return the claims of the card in order of their lines, at most twelve.

    A name shared with one of `bases` is not the model's own.
    """
    if view.document is None or view.snapshot.kind != "model":
        return ()
    hint = reading.statements["open_claim_hint"]
    hinted = [sentence for sentence in sentences_of(view) if hint.first(sentence.text)]
    own = own_names(view, bases) if hinted else None
    found: list[OpenClaim] = []
    for sentence in hinted:
        if sentence.text.rstrip("\"'\u201d) ").endswith(("?", "\uff1f")):
            continue
        text = own.sub(THIS, sentence.text) if own else sentence.text
        kind = _kind(text, reading)
        if kind is None:
            continue
        evidence = view.about_lines(sentence.first, sentence.last, quote=sentence.text)
        found.append(OpenClaim(kind=kind, quote=evidence.quote or sentence.text[:200], evidence=evidence))
        if len(found) == MAX_CLAIMS:
            break
    return tuple(found)


def _kind(text: str, reading: Reading) -> Literal["open-source", "approved-license"] | None:
    statements = reading.statements
    if statements["open_claim_not"].first(text):
        return None
    if statements["open_claim_approved"].first(text):
        return "approved-license"
    return "open-source" if statements["open_claim"].first(text) else None
