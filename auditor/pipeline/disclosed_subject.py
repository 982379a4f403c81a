"""Subjects that exist only in the catalog: closed models, and open ones asked for by disclosure."""

from __future__ import annotations

from auditor.errors import DisclosureNotFound
from auditor.model.evidence import Evidence
from auditor.model.license import LicenseClaim
from auditor.model.snapshot import Snapshot
from auditor.rulebook.disclosures import Disclosure
from auditor.rulebook.load import Rulebook
from auditor.rulebook.suggestion import did_you_mean

__all__ = ["disclosed_license_claims", "disclosed_snapshot"]


def disclosed_snapshot(
    rulebook: Rulebook, subject: str, requested: str, now: str, channel: str | None = None
) -> Snapshot:
    """Return a snapshot without any evidence of its own: the catalog is all there is.

    Raises `DisclosureNotFound` for a model or channel that the catalog does not have.
    """
    disclosure = rulebook.disclosures.get(subject.lower()) or rulebook.disclosure_of(subject)
    if disclosure is None:
        near = did_you_mean(subject.lower(), rulebook.disclosures)
        raise DisclosureNotFound(f"no disclosure is called {subject!r}{near}")
    channels = [entry.id for entry in disclosure.channels]
    if channel is not None and channel not in channels:
        raise DisclosureNotFound(f"{disclosure.id} has no channel {channel!r}; known: {', '.join(channels) or 'none'}")
    return Snapshot(
        kind="disclosed",
        id=disclosure.id,
        requested=requested,
        source="disclosure",
        retrieved_at=now,
        channel=channel,
    )


def disclosed_license_claims(disclosure: Disclosure) -> list[LicenseClaim]:
    """Return the license the catalog names for the weights, as a claim with its source."""
    if disclosure.license is None:
        return []
    evidence = disclosure.license_evidence[0] if disclosure.license_evidence else None
    evidence = evidence or Evidence(kind="disclosed", source=disclosure.key)
    return [LicenseClaim(scope="weights", channel="tag", raw=disclosure.license, evidence=evidence)]
