"""Gather the subjects of one run: what the command line names, and what a source tree uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import msgspec

from auditor.errors import AuditorError, SubjectUnreachable, UsageProblem
from auditor.fetch.bom_file import read_bom
from auditor.fetch.interface import FetchOptions
from auditor.fetch.targets import HUB_ENDPOINTS, Target, TargetProblem, expand_targets
from auditor.gate.billed import bill_failures, bill_targets, bill_warnings
from auditor.gate.held_lock import at_locked_commit, drift_results, recorded
from auditor.gate.lock import read_lock
from auditor.gate.readings import reading_warnings
from auditor.gate.scanned import Scanned, targets_of_scan
from auditor.gate.subject import GateSubject, gate_subject
from auditor.model.gate import GateResult, ScanSummary
from auditor.model.report import FailedTarget
from auditor.model.scan import Reference, Scan
from auditor.model.snapshot import Snapshot
from auditor.pipeline.auditor import Auditor
from auditor.pipeline.judged import Judged, judged
from auditor.pipeline.subjects import Subjects
from auditor.rulebook.load import Rulebook
from auditor.rulebook.policies import Policy
from auditor.verdict.context import Context

__all__ = ["Collected", "Request", "collect"]

_Audited: TypeAlias = tuple[Target | TargetProblem, Judged | tuple[FailedTarget, AuditorError]]
MAX_NAMED = 20
Watch: TypeAlias = Callable[[Iterable[_Audited], int], Iterator[_Audited]]


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What one run is asked to judge."""

    targets: tuple[str, ...] = ()
    tree: Path | None = None
    include: tuple[str, ...] = ()
    revision: str | None = None
    mentioned: bool = False
    bom: Path | None = None
    """A bill of materials whose models are judged too."""
    lock: Path | None = None
    """A lock file: judged is what it locks, and drift fails."""


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """What was audited, what could not be, and what the tree held beside it."""

    subjects: tuple[GateSubject, ...]
    errors: tuple[FailedTarget, ...]
    problems: tuple[AuditorError, ...]
    """The errors behind `errors`, for exit codes."""
    scan: ScanSummary | None
    warnings: tuple[str, ...]
    results: tuple[GateResult, ...] = ()
    """What the lock file says of the subjects."""


def collect(
    request: Request,
    rulebook: Rulebook,
    policy: Policy,
    contexts: Mapping[str, Context],
    options: FetchOptions,
    *,
    as_of: str,
    concurrency: int,
    watch: Watch = lambda outcomes, _: iter(outcomes),
) -> Collected:
    """Audit every subject of a request under the clarifications of the policy; no failure stops the others.

    Raises `UsageProblem` when the request names nothing, or names a revision for several targets.
    """
    bom = read_bom(request.bom) if request.bom is not None else None
    lock = read_lock(request.lock) if request.lock is not None else None
    words = [*request.targets, *(bill_targets(bom) if bom is not None else ())]
    if lock is not None and not words and request.tree is None:
        words = list(lock.subjects)
    named = expand_targets(words, endpoints=(*HUB_ENDPOINTS, options.endpoint))
    if not named and request.tree is None and bom is None:
        raise UsageProblem("nothing to judge: the list of targets is empty")
    if request.revision is not None and (len(named) != 1 or request.tree is not None):
        raise UsageProblem("--revision goes with a single target; write org/name@revision instead")
    scan = _scan(request, rulebook) if request.tree is not None else None
    found = targets_of_scan(scan, rulebook) if scan is not None else Scanned(targets=(), failed=(), mentioned=())
    wanted, places = _united(named, found)
    auditor = Auditor(rulebook, policy.clarifications)

    def make(snapshot: Snapshot) -> Judged:
        return judged(auditor, snapshot, as_of=as_of, contexts=contexts)

    errors = [*found.failed, *(bill_failures(bom) if bom is not None else ())]
    subjects, problems = [], [_unreachable(entry) for entry in errors]
    # Judged is the locked commit; asked for is still what the code says.
    asked = {target.requested: target for target in wanted if isinstance(target, Target)}
    if lock is not None:
        wanted = [at_locked_commit(one, lock) if isinstance(one, Target) else one for one in wanted]
    # A revision given apart is part of the options, which every target of the run would follow.
    kept = recorded(lock, request.lock) if lock is not None and request.lock is not None else None
    reader = Subjects(auditor, options, recorded=kept)
    for target, outcome in watch(reader.each(wanted, make, concurrency=concurrency), len(wanted)):
        if isinstance(outcome, tuple):
            errors.append(outcome[0])
            problems.append(outcome[1])
        elif isinstance(target, Target):
            named_so = asked[target.requested]
            subjects.append(gate_subject(outcome, named_so, places.get(_key(named_so), ()), request.revision))
    results, notes = drift_results(lock, list(asked), subjects) if lock is not None else ((), ())
    if lock is not None and (loose := sorted({s.name for s in subjects if s.references and s.newer_possible})):
        notes = (
            *notes,
            f"judged at the commit of the lock, while the code names none and loads the newest: {_some(loose)}",
        )
    told = [*_warnings(request, scan, found, wanted), *notes]
    told += reading_warnings(policy.clarifications, subjects, day=as_of[:10])
    if bom is not None:
        told += bill_warnings(bom, subjects, rulebook)
    return Collected(
        subjects=tuple(subjects),
        errors=tuple(errors),
        problems=tuple(problems),
        scan=_summary(scan) if scan else None,
        warnings=tuple(told),
        results=results,
    )


def _scan(request: Request, rulebook: Rulebook) -> Scan:
    from auditor.pipeline.scanning import scan_tree
    from auditor.rulebook.scan_rules import load_scan_rules

    assert request.tree is not None
    return scan_tree(request.tree, load_scan_rules(rulebook), include=request.include)


def _key(target: Target) -> tuple[str, ...]:
    return (target.scheme, target.id.lower(), target.revision or "", target.channel or "", target.path or "")


def _united(
    named: Sequence[Target | TargetProblem], found: Scanned
) -> tuple[list[Target | TargetProblem], dict[tuple[str, ...], tuple[Reference, ...]]]:
    """Return each subject once, with the places that use it."""
    places = {_key(target): references for target, references in found.targets}
    wanted: list[Target | TargetProblem] = []
    seen: set[tuple[str, ...]] = set()
    for target in (*named, *(target for target, _ in found.targets)):
        key = _key(target) if isinstance(target, Target) else (target.requested, target.message)
        if key not in seen:
            seen.add(key)
            wanted.append(target)
    return wanted, places


def _unreachable(entry: FailedTarget) -> AuditorError:
    return SubjectUnreachable(f"{entry.target}: {entry.message}", hint=entry.hint)


def _summary(scan: Scan) -> ScanSummary:
    return ScanSummary(
        root=scan.root, references=len(scan.references), unresolved=scan.unresolved, problems=scan.problems
    )


def _warnings(
    request: Request, scan: Scan | None, found: Scanned, wanted: Sequence[Target | TargetProblem]
) -> Iterator[str]:
    if scan is None:
        return
    if not wanted and not found.failed:
        yield f"{scan.root} uses no model and no data set that this program can see: nothing was judged"
    if scan.excluded:
        # Whoever writes the code can write the comment too: a reviewer must see what it takes out.
        places = [f"{one.target} ({one.file}:{one.line})" for one in scan.excluded]
        yield f"taken out by `auditor: ignore`, not judged: {_some(places)}"
    if scan.passed_over:
        yield f"folders that were not read: {_some(scan.passed_over)}; --include FOLDER reads one"
    for problem in scan.problems:
        place = f"{problem.file}:{problem.line}" if problem.line else problem.file
        yield f"{place} was not read as a whole: {problem.message}"
    if request.mentioned:
        for reference in found.mentioned:
            yield f"mentioned, not judged: {reference.target} ({reference.file}:{reference.line})"
    elif found.mentioned:
        yield f"{len(found.mentioned)} references are only mentioned (tests, prose) and were not judged: --mentioned"


def _some(words: Sequence[str]) -> str:
    rest = len(words) - MAX_NAMED
    return ", ".join(words[:MAX_NAMED]) + (f" and {rest} more" if rest > 0 else "")
