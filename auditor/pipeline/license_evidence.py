"""The hash of everything a license conclusion rests on: a person's reading is bound to it (issue of exceptions).

It covers the license, notice and use-policy files (path and sha256), what metadata and prose name, and the same hash of
every base model. It leaves out revision, weights and every other file, so that an unrelated commit keeps it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence

from auditor.model.license import Resolution
from auditor.model.report import LicenseEvidence, ParentEvidence
from auditor.model.snapshot import Snapshot
from auditor.pipeline.assessment import Assessment, BaseAssessment, Licensing

__all__ = ["evidence_of", "license_evidence"]

_ROLES = ("license", "notice", "use-policy")
_SCHEMA = "auditor/license-evidence/1"


def license_evidence(assessment: Assessment) -> LicenseEvidence:
    """Return the hash of an audited subject; a person's reading of the evidence is no part of it."""
    return evidence_of(assessment.snapshot, assessment.licensing, assessment.bases)


def evidence_of(snapshot: Snapshot, licensing: Licensing, bases: Sequence[BaseAssessment]) -> LicenseEvidence:
    """Return the hash with its parts, each list sorted; a file or base that was not read counts as what hid it."""
    files = sorted(
        f"{document.path} {document.sha256 or document.status}"
        for document in snapshot.documents
        if document.role in _ROLES
    )
    declared = sorted(
        {
            line
            for scope, resolution in (("weights", licensing.weights), ("code", licensing.code))
            for line in _named(scope, resolution)
        }
    )
    parents = tuple(
        ParentEvidence(
            id=base.claim.id, sha256=license_evidence(base.assessment).sha256 if base.assessment else "not-read"
        )
        for base in sorted(bases, key=lambda base: base.claim.id)
    )
    content = [_SCHEMA, files, declared, [[parent.id.lower(), parent.sha256] for parent in parents]]
    data = json.dumps(content, ensure_ascii=True, separators=(",", ":")).encode()
    return LicenseEvidence(
        sha256=hashlib.sha256(data).hexdigest(), files=tuple(files), declared=tuple(declared), parents=parents
    )


def _named(scope: str, resolution: Resolution) -> Iterator[str]:
    for reference in (*resolution.declared, *resolution.stated):
        if reference.channel == "clarification":
            continue
        yield f"{scope} {reference.channel} {reference.raw}"
    for reference in resolution.detected:
        if reference.channel != "text":
            yield f"{scope} {reference.channel} {reference.raw} {reference.id or 'unknown'}"
