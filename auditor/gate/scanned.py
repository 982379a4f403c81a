"""From what a source tree refers to, to the subjects that are judged: one for each target and revision that is used."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from auditor.errors import UsageProblem
from auditor.fetch.targets import Target, parse_target
from auditor.model.report import FailedTarget
from auditor.model.scan import Reference, Scan
from auditor.rulebook.load import Rulebook

__all__ = ["Scanned", "targets_of_scan"]

HUB = "hub"


class Scanned(msgspec.Struct, frozen=True, kw_only=True):
    """What of a scan is judged, what cannot be, and what is only mentioned."""

    targets: tuple[tuple[Target, tuple[Reference, ...]], ...]
    failed: tuple[FailedTarget, ...]
    mentioned: tuple[Reference, ...]


def targets_of_scan(scan: Scan, rulebook: Rulebook) -> Scanned:
    """Return the subjects of a scan with every place that uses them, sorted by kind, id and revision.

    A reference to a model of which nothing can be read becomes a failure: what cannot be judged was not accepted.
    """
    used = [reference for reference in scan.references if reference.use == "used"]
    found: dict[tuple[str, str, str], tuple[Target, list[Reference]]] = {}
    failed: dict[tuple[str, str], list[Reference]] = {}
    for reference in used:
        target = _target(reference, rulebook)
        if target is None:
            failed.setdefault((reference.provider, reference.target), []).append(reference)
            continue
        key = (target.scheme, target.id.lower(), target.revision or "")
        found.setdefault(key, (target, []))[1].append(reference)
    return Scanned(
        targets=tuple((target, tuple(references)) for _, (target, references) in sorted(found.items(), key=_key)),
        failed=tuple(_failure(*name, references) for name, references in sorted(failed.items())),
        mentioned=tuple(reference for reference in scan.references if reference.use == "mentioned"),
    )


def _key(item: tuple[tuple[str, str, str], object]) -> tuple[str, str, str]:
    return item[0]


def _target(reference: Reference, rulebook: Rulebook) -> Target | None:
    if reference.type == "hosted" or reference.provider != HUB:
        disclosed = reference.disclosed or _disclosed(reference, rulebook)
        if disclosed is None:
            return None
        return Target(scheme="disclosed", id=disclosed, requested=f"disclosed:{disclosed}")
    scheme = "dataset" if reference.type == "dataset" else "hub"
    revision = f"@{reference.revision}" if reference.revision else ""
    try:
        # The words come from somebody's source code: only what the command line would take gets any further.
        target = parse_target(f"{scheme}:{reference.target}{revision}", exists=lambda _: False)
    except UsageProblem:
        return None
    return msgspec.structs.replace(target, requested=target.requested.removeprefix("hub:"))


def _disclosed(reference: Reference, rulebook: Rulebook) -> str | None:
    """Return the disclosure that knows this model by its provider's id."""
    wanted = reference.target.lower()
    for disclosure in rulebook.disclosures.values():
        for row in disclosure.provider_ids:
            if str(row.get("id", "")).lower() == wanted and row.get("provider") == reference.provider:
                return disclosure.id
    return None


def _failure(provider: str, target: str, references: Sequence[Reference]) -> FailedTarget:
    first = references[0]
    more = f" and {len(references) - 1} more places" if len(references) > 1 else ""
    return FailedTarget(
        target=f"{provider}:{target}",
        code="no-disclosure",
        message=f"used at {first.file}:{first.line}{more}; nothing that could be audited is known of it",
        hint="name the Hub repository it comes from with a comment `# auditor: model ID`, or exclude the line with "
        "`# auditor: ignore`",
    )
