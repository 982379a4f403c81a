"""What stands between a good answer about a license and a proved one.

A tag that the text contradicts, a changed text, a name nobody knows, a base that was not read: each of them makes
a yes about licenses and terms an open question, whatever the terms at hand say.
"""

from __future__ import annotations

from typing import Literal

from auditor.gate.answers import Answer, Asking, repository_hint
from auditor.gate.subject import GateSubject

__all__ = ["not_followed", "not_read", "proved"]

MAX_SHOWN = 6


def proved(answer: Answer, subject: GateSubject, asking: Asking, proof: Literal["declared", "text"]) -> Answer:
    """Return a yes as it is when it is proved, else what takes its place; a no and an open answer stay."""
    if answer.met is not True:
        return answer
    return _gap(subject, asking, proof) or answer


def _gap(subject: GateSubject, asking: Asking, proof: Literal["declared", "text"]) -> Answer | None:
    grant = subject.facts.get("grant_established")
    unproved = sorted(subject.holding & asking.words.unproved_statuses)
    if unproved and not subject.clarified:
        return Answer(
            met=None,
            detail=f"the license is not settled ({', '.join(unproved)}): {_sources(subject)}",
            missing=("license_status",),
            help=f"Ask the publisher which license is meant, or read the texts and record a clarification bound to "
            f"evidence_hash {subject.report.license_evidence.sha256}.",
            evidence=grant.evidence,
        )
    hidden = not_read(subject)
    if hidden is not None:
        return hidden
    if subject.kind != "dataset":
        if grant.state == "known" and grant.value is not True:
            return Answer(met=False, detail="nothing is granted in the weights", evidence=grant.evidence)
        if grant.state != "known":
            settle = grant.missing or "Missing: who grants what."
            return Answer(
                met=None,
                detail="no grant of rights in the weights is established",
                missing=("grant_established",),
                help=settle,
                evidence=grant.evidence,
            )
    elif _unread_text(subject) and not subject.clarified:
        return Answer(
            met=None,
            detail="a license text of the data set was not recognized word for word",
            missing=("license_text",),
            help="Read the text and record a clarification.",
        )
    open_chain = not_followed(subject, asking)
    if open_chain is not None:
        return open_chain
    if proof == "text" and subject.text_gaps:
        return Answer(
            met=None,
            detail=f"a license is named, and no text of it was compared, for {', '.join(subject.text_gaps)}",
            missing=("license_text_present",),
            help="Ask the publisher to add the license text; or read it elsewhere and record a clarification bound to "
            f"evidence_hash {subject.report.license_evidence.sha256}.",
        )
    return None


def not_followed(subject: GateSubject, asking: Asking) -> Answer | None:
    """Return an open answer where nobody followed the bases of a model: any of them could bring any term."""
    fact = subject.facts.get("lineage_followed")
    if subject.kind != "model" or fact.value is True:
        return None
    return Answer(
        met=None,
        detail="the bases were not followed to the root",
        missing=("lineage_followed",),
        help=repository_hint(subject, asking)
        if subject.cataloged
        else fact.missing or "Missing: the terms of every base model.",
        evidence=fact.evidence,
    )


def not_read(subject: GateSubject) -> Answer | None:
    """Return an open answer where a card or license that is there was not read: gate, offline or fault."""
    if not subject.unread:
        return None
    shown = ", ".join(subject.unread[:MAX_SHOWN])
    rest = len(subject.unread) - MAX_SHOWN
    more = f" and {rest} more" if rest > 0 else ""
    return Answer(
        met=None,
        detail=f"there are files about the license that were not read: {shown}{more}",
        missing=subject.unread[:MAX_SHOWN],
        help="Set HF_TOKEN to a token that may read them, or run again when they can be had.",
    )


def _sources(subject: GateSubject) -> str:
    license_ = subject.license
    said = sorted({ref.id or ref.raw for ref in (*license_.declared, *license_.detected, *license_.stated)})
    return ", ".join(said) or "nothing that was read names one"


def _unread_text(subject: GateSubject) -> bool:
    return any(ref.match is None or ref.match.get("status") == "partial" for ref in subject.license.detected)
