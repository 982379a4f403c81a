"""What a reviewer must know of the clarifications of a policy: the ones that decided, and the ones that did nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from auditor.gate.subject import GateSubject
from auditor.model.policy import Clarification, Clarified

__all__ = ["reading_warnings"]

VOID = "clarification-void"
# Statuses under which the sources say by themselves which license governs.
_SETTLED = ("confirmed", "text-only", "resolved-name", "pointer-only")


def reading_warnings(
    clarifications: Sequence[Clarification], subjects: Sequence[GateSubject], *, day: str
) -> Iterator[str]:
    """Yield what a person should look at again: readings against clear sources, void, unused and from the future."""
    used: set[str] = set()
    for subject in sorted(subjects, key=lambda one: (one.name, one.asked)):
        used |= subject.names | _bases(subject)
        read = subject.license.clarified
        if (
            isinstance(read, Clarified)
            and read.before in _SETTLED
            and read.before_concluded not in (None, read.license)
        ):
            yield (
                f"{subject.name}: the clarification of {read.by} says {read.license} where the sources say "
                f"{read.before_concluded} ({read.before}); what was agreed beside the license is an exception"
            )
        for finding in subject.report.findings:
            if finding.code == VOID:
                yield f"{subject.name}: {finding.detail}"
    for entry in clarifications:
        what = f"the clarification of {entry.by} for {entry.target}"
        if entry.on > day:
            yield f"{what} is dated {entry.on}, this is {day}"
        if entry.target.lower() not in used:
            yield f"{what} matches no subject of this run and no base"


def _bases(subject: GateSubject) -> set[str]:
    names = {node.id.lower() for node in subject.report.lineage.nodes}
    return names | {f"hub:{name}" for name in names} | {f"dataset:{name}" for name in names}
