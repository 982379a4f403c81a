"""Base models and training datasets of a subject: one request for each distinct one, within caps, circles seen."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Literal

import msgspec

from auditor.errors import AuditorError, RepositoryGated, SubjectNotFound, SubjectUnreachable
from auditor.fetch.hub_records import identity_of
from auditor.model.evidence import Evidence
from auditor.model.repositories import Named, named_repositories
from auditor.model.snapshot import Related

__all__ = ["Memo", "visit"]

_REMEMBERED = 1_024
_Key = tuple[str, str, str]
# What cannot change while a batch runs; anything else is worth asking again for the next subject.
_LASTING = (SubjectNotFound, RepositoryGated)


class Memo:
    """Records of a batch by (endpoint, kind, id): each is asked for once, by whichever thread comes first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[_Key, Future[dict[str, Any]]] = OrderedDict()

    def get(self, key: _Key, ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return the record under `key`, from `ask()` when nobody has asked yet.

        Raises what `ask` raised; a fault that may pass is forgotten at once. At most 1,024 records are kept.
        """
        with self._lock:
            future = self._known.get(key)
            ours = future is None
            if future is None:
                future = self._known[key] = Future()
                while len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
            else:
                self._known.move_to_end(key)
        if not ours:
            try:
                return future.result()
            except SubjectUnreachable as error:
                if isinstance(error, _LASTING):
                    raise
                # Whoever asked may just have run out of its own time.
                return ask()
        try:
            record = ask()
        except BaseException as error:
            if not isinstance(error, _LASTING):
                with self._lock:
                    self._known.pop(key, None)
            future.set_exception(error)
            raise
        future.set_result(record)
        return record

    def put(self, key: _Key, record: dict[str, Any]) -> None:
        """Remember a record that was read for another reason: a subject can be another subject's base model."""
        with self._lock:
            future: Future[dict[str, Any]] = Future()
            future.set_result(record)
            self._known[key] = future
            self._known.move_to_end(key)
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)


class _Step(msgspec.Struct, frozen=True):
    named: Named
    parent: str
    """Snapshot id of the repository that names it."""
    depth: int
    above: frozenset[tuple[str, str]]
    """Kind and id of everything on the way down from the subject."""


def visit(
    kind: Literal["model", "dataset"],
    subject: str,
    record: dict[str, Any],
    ask: Callable[[Literal["model", "dataset"], str], dict[str, Any]],
    *,
    key: str,
    depth: int,
    width: int,
) -> tuple[tuple[Related, ...], bool]:
    """Return what the record's bases and datasets say, nearest first, and whether all of it will be so next time.

    `ask` returns a repository's record or raises; `key` is the subject's snapshot id; at most `width`
    repositories are asked for, bases at most `depth` generations up. What is not asked for is listed as
    `not-visited`, never dropped: an ancestor we did not look at must not read as "no ancestor".
    """
    found: list[Related] = []
    lasting = True
    asked = 0
    seen: set[tuple[str, str]] = set()
    home = (kind, subject.lower())
    aliases = {subject.lower(), str(record.get("id", subject)).lower()}
    start = frozenset({home} | {(kind, alias) for alias in aliases})
    waiting = deque(_steps(kind, record, key, 1, start, found))
    while waiting:
        step = waiting.popleft()
        named = step.named
        place = (named.kind, named.id.lower())
        if place in step.above:
            found.append(_not_visited(step, "a circle: it is its own ancestor"))
            continue
        if place in seen:
            continue
        seen.add(place)
        if step.depth > depth:
            found.append(_not_visited(step, f"more than {depth} generations up"))
            continue
        if asked >= width:
            found.append(_not_visited(step, f"more than {width} base models and datasets"))
            continue
        asked += 1
        try:
            answer = ask(named.kind, named.id)
            identifier, sha = identity_of(answer, named.id, None)
        except SubjectUnreachable as error:
            lasting = lasting and isinstance(error, _LASTING)
            found.append(_failed(step, error))
            continue
        renamed = identifier.lower() != named.id.lower()
        true_place = (named.kind, identifier.lower())
        if renamed and true_place in step.above:
            found.append(_not_visited(step, f"a circle: renamed to {identifier}, its own ancestor"))
            continue
        found.append(
            Related(
                kind=named.kind,
                id=named.id,
                relation=named.relation,
                status="read",
                revision=sha,
                record=answer,
                evidence=_evidence(step),
                detail=f"renamed to {identifier}" if renamed else None,
            )
        )
        if renamed and true_place in seen:
            continue
        seen.add(true_place)
        above = step.above | {place, true_place}
        waiting.extend(_steps(named.kind, answer, f"hub:{identifier}@{sha}", step.depth + 1, above, found))
    return tuple(found), lasting


def _steps(
    kind: Literal["model", "dataset"],
    record: dict[str, Any],
    parent: str,
    depth: int,
    above: frozenset[tuple[str, str]],
    found: list[Related],
) -> list[_Step]:
    named, refused = named_repositories(kind, record)
    found += [_not_visited(_Step(one, parent, depth, above), "not a repository id") for one in refused]
    return [_Step(one, parent, depth, above) for one in named]


def _evidence(step: _Step) -> tuple[Evidence, ...]:
    return (Evidence(kind="declared", source=step.parent, path=step.named.path),)


def _not_visited(step: _Step, detail: str) -> Related:
    named = step.named
    return Related(
        kind=named.kind,
        id=named.id,
        relation=named.relation,
        status="not-visited",
        evidence=_evidence(step),
        detail=detail,
    )


def _failed(step: _Step, error: AuditorError) -> Related:
    status: Literal["missing", "gated", "unreachable"] = "unreachable"
    if isinstance(error, SubjectNotFound):
        status = "missing"
    elif isinstance(error, RepositoryGated):
        status = "gated"
    named = step.named
    return Related(
        kind=named.kind,
        id=named.id,
        relation=named.relation,
        status=status,
        evidence=_evidence(step),
        detail=f"{error.code}: {error.message}",
    )
