"""From the answers of a yardstick's criteria to its result, as a proved one and the best not ruled out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.model.frameworks import (
    Answer,
    ClassProgress,
    CriterionReport,
    FrameworkReport,
    FrameworkScore,
    StayingDuty,
)
from auditor.model.truth import Truth
from auditor.rulebook.frameworks import Framework, ResultStep, ResultWords

__all__ = ["result_of"]

Criteria = Mapping[str, CriterionReport]


def result_of(framework: Framework, criteria: dict[str, CriterionReport]) -> FrameworkReport:
    """Return the report of a framework whose criteria were answered."""
    words = framework.result
    score: FrameworkScore | None = None
    progress: tuple[ClassProgress, ...] = ()
    if words.kind == "score":
        result, ceiling, score, blockers = _score(words, criteria)
    elif words.kind == "all-of":
        result, ceiling, blockers = _all_of(words, criteria)
    elif words.kind == "ladder":
        result, ceiling, blockers = _ladder(words, criteria)
    else:
        result, ceiling, progress, blockers = _classes(words, criteria)
    return FrameworkReport(
        title=framework.title,
        version=framework.version,
        published=framework.published,
        source=framework.source,
        result=result,
        ceiling=ceiling,
        meaning=words.meanings["score" if words.kind == "score" else result],
        criteria=criteria,
        score=score,
        progress=progress,
        blockers=blockers,
        staying=tuple(StayingDuty(**duty) for duty in framework.staying),
        limits=framework.limits,
    )


def _met(entry: CriterionReport) -> Truth:
    """Return whether a criterion is met: only a yes is, and what may still become one is open."""
    if entry.answer == "yes":
        return True
    return None if entry.ceiling == "yes" else False


def _unmet(names: Sequence[str], criteria: Criteria) -> tuple[str, ...]:
    return tuple(name for name in names if criteria[name].answer != "yes")


def _all_of(words: ResultWords, criteria: Criteria) -> tuple[str, str, tuple[str, ...]]:
    answers = [_met(criteria[name]) for name in words.requires]
    blockers = _unmet(words.requires, criteria)
    if all(met is True for met in answers):
        return words.met, words.met, ()
    if any(met is False for met in answers):
        return words.not_met, words.not_met, blockers
    return words.undecided, words.met, blockers


def _ladder(words: ResultWords, criteria: Criteria) -> tuple[str, str, tuple[str, ...]]:
    """Return the highest rung proved, the highest not ruled out, and what stands before the next one."""
    result = ceiling = words.otherwise
    reached = -1
    for n, step in enumerate(words.steps):
        answers = [_met(criteria[name]) for name in step.requires]
        if all(met is True for met in answers):
            result = ceiling = step.id
            reached = n
        elif not any(met is False for met in answers):
            ceiling = step.id
    following = words.steps[reached + 1 : reached + 2]
    return result, ceiling, _unmet(following[0].requires, criteria) if following else ()


def _classes(words: ResultWords, criteria: Criteria) -> tuple[str, str, tuple[ClassProgress, ...], tuple[str, ...]]:
    """Return cumulative classes: a class asks for its own criteria and for those of every easier class."""
    result = ceiling = words.otherwise
    progress: list[ClassProgress] = []
    possible = True
    for n, step in enumerate(words.steps):
        needed = _cumulative(words, words.steps[: n + 1], criteria)
        missing = _unmet(needed, criteria)
        met = len(needed) - len(missing)
        reachable = n == 0 or not progress[-1].blocked_by
        progress.append(
            ClassProgress(
                id=step.id,
                title=step.title,
                met=met,
                required=len(needed),
                percent=round(100 * met / len(needed), 2) if reachable else 0.0,
                blocked_by=missing,
            )
        )
        if not missing:
            result = step.id
        hopeful = _cumulative(words, words.steps[: n + 1], criteria, hopeful=True)
        possible = possible and not any(_met(criteria[name]) is False for name in hopeful)
        if possible:
            ceiling = step.id
    blockers = next((entry.blocked_by for entry in progress if entry.blocked_by), ())
    return result, ceiling, tuple(progress), blockers


def _cumulative(
    words: ResultWords, steps: Sequence[ResultStep], criteria: Criteria, *, hopeful: bool = False
) -> tuple[str, ...]:
    """Return what a class asks; one criterion may stand for another where it is met (or, hopeful, may be)."""
    needed = [name for step in steps for name in step.requires]
    for entry in words.substitutes:
        stands = criteria[entry.accepts]
        good = (stands.ceiling if hopeful else stands.answer) == "yes"
        if entry.instead_of in needed and good and criteria[entry.instead_of].answer != "yes":
            needed = [entry.accepts if name == entry.instead_of else name for name in needed]
    return tuple(dict.fromkeys(needed))


def _score(words: ResultWords, criteria: Criteria) -> tuple[str, str, FrameworkScore, tuple[str, ...]]:
    def points(answer: Answer) -> float:
        return words.points["no" if answer == "unknown" else answer]

    low = sum(points(criteria[name].answer) for name in words.counted)
    high = sum(points(criteria[name].ceiling) for name in words.counted)
    score = FrameworkScore(low=low, high=high, of=words.of)
    return f"{low:g} of {words.of:g}", f"{high:g} of {words.of:g}", score, _unmet(words.counted, criteria)
