"""What an adoption memo holds: verdict, duties, texts, open questions, for one subject under one context."""

from __future__ import annotations

from typing import Any

import msgspec

from auditor.model.license import LicenseProfile
from auditor.model.report import Report
from auditor.model.snapshot import Snapshot
from auditor.pipeline.auditor import Auditor
from auditor.verdict.context import Context

__all__ = ["AdoptionPack", "LicenseFile", "adoption_pack"]

LICENSE_ROLES = frozenset({"license", "notice", "use-policy"})


class LicenseFile(msgspec.Struct, frozen=True, kw_only=True):
    """One license text of the snapshot, to be shipped as it is."""

    path: str
    role: str
    text: str
    sha256: str | None
    source: str


class AdoptionPack(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the memo and its attachments are written from."""

    report: Report
    context: dict[str, Any]
    profiles: tuple[LicenseProfile, ...]
    files: tuple[LicenseFile, ...]

    @property
    def verdict(self) -> dict[str, Any]:
        """Return the verdict; a pack is only made with one."""
        assert self.report.verdict is not None
        return self.report.verdict

    @property
    def notice_lines(self) -> tuple[str, ...]:
        """Return the lines that a notice file or an attribution notice must hold, word for word."""
        kinds = ("notice-file", "attribution-notice", "notice-line")
        found = [d["phrase"] for d in self.verdict["obligations"] if d["kind"] in kinds and d["phrase"]]
        return tuple(dict.fromkeys(found))

    def duties(self, *kinds: str) -> list[dict[str, Any]]:
        """Return the duties of some kinds, live ones first."""
        found: list[dict[str, Any]] = [d for d in self.verdict["obligations"] if d["kind"] in kinds]
        return found


def adoption_pack(auditor: Auditor, snapshot: Snapshot, context: Context, *, as_of: str | None = None) -> AdoptionPack:
    """Return the pack for a snapshot under a context."""
    report = auditor.report(snapshot, as_of=as_of, context=context)
    names = [entry["license"] for entry in (report.verdict or {}).get("obligations", ())]
    names += [entry["license"] for entry in (report.verdict or {}).get("reasons", ())]
    profiles = {name: auditor.rulebook.licenses[name] for name in names if name in auditor.rulebook.licenses}
    files = [
        LicenseFile(path=d.path, role=d.role, text=d.text, sha256=d.sha256, source=d.source)
        for d in snapshot.documents
        if d.role in LICENSE_ROLES and d.status == "read" and d.text
    ]
    return AdoptionPack(
        report=report,
        context={"organization": dict(context.organization), "use": dict(context.use)},
        profiles=tuple(profiles[name] for name in sorted(profiles)),
        files=tuple(sorted(files, key=lambda file: file.path)),
    )
