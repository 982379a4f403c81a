"""The models of somebody else's bill of materials: what is judged, what cannot be, and where its claims differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.errors import UsageProblem
from auditor.gate.subject import GateSubject
from auditor.model.bom import Bom, BomEntry
from auditor.model.report import FailedTarget
from auditor.rulebook.license_files import fold_name
from auditor.rulebook.load import Rulebook

__all__ = ["bill_failures", "bill_targets", "bill_warnings"]


def bill_targets(bom: Bom) -> tuple[str, ...]:
    """Return the targets of a bill; raises `UsageProblem` when it lists nothing that could be judged or refused."""
    if not bom.entries and not bom.problems:
        raise UsageProblem("the bill of materials lists no model and no data set: nothing would be judged")
    return tuple(dict.fromkeys(entry.target for entry in bom.entries))


def bill_failures(bom: Bom) -> tuple[FailedTarget, ...]:
    """Return what the bill lists and nobody can audit; it must not read as accepted."""
    return tuple(
        FailedTarget(target=problem.name, code="bom-component", message=f"{problem.message} ({problem.path})")
        for problem in bom.problems
    )


def bill_warnings(bom: Bom, subjects: Iterable[GateSubject], rulebook: Rulebook) -> Iterator[str]:
    """Yield the notes of the bill, and every license it claims that is not what was concluded from the sources."""
    if bom.others:
        count = "1 entry is" if bom.others == 1 else f"{bom.others} entries are"
        yield f"bill of materials: {count} no model and no data set (libraries, services): not judged"
    by_target = {subject.asked: subject for subject in subjects}
    for entry in bom.entries:
        if entry.note:
            yield f"bill of materials, {entry.name}: {entry.note}"
        subject = by_target.get(entry.target)
        claimed = _claimed(entry)
        if subject is None or not claimed or _agrees(claimed, subject, rulebook):
            continue
        found = subject.license.spdx or subject.license.concluded or "no license"
        yield f"bill of materials, {entry.name}: it claims {', '.join(claimed)}; its sources say {found}"


def _claimed(entry: BomEntry) -> tuple[str, ...]:
    return tuple(dict.fromkeys(license_.value for license_ in entry.licenses))


def _agrees(claimed: tuple[str, ...], subject: GateSubject, rulebook: Rulebook) -> bool:
    ours = {fold_name(name) for name in (subject.license.concluded, subject.license.spdx) if name}
    theirs = {rulebook.names.get(fold_name(name), fold_name(name)) for name in claimed}
    meant = {rulebook.names.get(name, name) for name in ours}
    return bool(ours) and {fold_name(name) for name in theirs} <= {fold_name(name) for name in meant}
