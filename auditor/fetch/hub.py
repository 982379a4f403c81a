"""The Hub as a source: one record, the texts it lists, the repositories it names - and no request more."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from auditor.errors import (
    AuditorError,
    BrokenAnswer,
    OfflineMiss,
    RateLimited,
    SubjectUnreachable,
)
from auditor.fetch.hub_client import HubClient, RepositoryKind
from auditor.fetch.hub_documents import read_documents
from auditor.fetch.hub_reading import Found, Reading, asked_of, is_whole
from auditor.fetch.hub_records import files_of, identity_of, is_full_sha, speaks_of_checkpoints
from auditor.fetch.hub_session import Counters, FetchStats
from auditor.fetch.hub_store import Kept
from auditor.fetch.in_order import in_order
from auditor.fetch.interface import FetchOptions
from auditor.fetch.pacing import Allowances, Deadline, Pace
from auditor.fetch.related import Memo, visit
from auditor.fetch.targets import Target
from auditor.model.snapshot import Document, Problem, Related, Snapshot

__all__ = ["HubSource"]


class HubSource:
    """Reads models and datasets from the Hub; one instance serves one batch and may be shared by threads.

    `wants_refs` decides from record and card text whether branches and tags are worth their request; a disclosure
    that speaks of checkpoints asks through `FetchOptions.checkpoints`. `pace` is replaced in tests.
    """

    def __init__(
        self,
        *,
        wants_refs: Callable[[dict[str, Any], str], bool] = speaks_of_checkpoints,
        pace: Pace | None = None,
    ) -> None:
        self._wants_refs = wants_refs
        self._pace = pace or Pace()
        self._allowances = Allowances(self._pace)
        self._counters = Counters()
        self._memo = Memo()

    def stats(self) -> FetchStats:
        """Return what was done so far."""
        return self._counters.stats()

    def stats_line(self) -> str:
        """Return `stats()` in one line for people."""
        counts = self.stats()
        return (
            f"requests: {counts.requests} ({counts.retries} of them repeated), redirect hops: {counts.redirects}, "
            f"agent-harness calls of the Hub's client: {counts.agent_harness}, from the store: {counts.from_store}, "
            f"bytes: {counts.bytes}"
        )

    def fetch(self, target: Target, options: FetchOptions) -> Snapshot:
        """Return everything read for a Hub model or dataset.

        Raises `SubjectNotFound`, `RevisionNotFound`, `RepositoryGated` (when even the record is behind the gate),
        `RepositoryDisabled`, `AccessDenied`, `BadToken`, `RateLimited`, `HubUnreachable`, `BrokenAnswer` or
        `OfflineMiss` when there is no record to audit, `UsageProblem` for a target that is no repository.
        """
        return self._fetch(target, options, None)

    def fetch_many(
        self, targets: Iterable[Target], options: FetchOptions, concurrency: int = 8
    ) -> Iterator[tuple[int, Snapshot | AuditorError]]:
        """Yield the position and outcome of every target in the order given, `concurrency` of them at a time.

        At most twice as many outcomes as that wait for the caller. A subject that met a spent rate limit waits for
        the next window (at most `options.patience` seconds) and is tried once more.
        """
        stopped = threading.Event()

        return in_order(targets, lambda target: self.fetch_patiently(target, options, stopped), concurrency, stopped)

    def fetch_patiently(
        self, target: Target, options: FetchOptions, stopped: threading.Event
    ) -> Snapshot | AuditorError:
        """Return the snapshot, or the error after a spent rate limit was waited for once; never raises.

        `stopped` ends running work early when nobody listens any more.
        """
        try:
            outcome = self._fetch_or_error(target, options, stopped)
            wait = self._allowances.wait_hint() + self._pace.chance()
            if not _was_limited(outcome) or wait > options.patience or stopped.is_set():
                return outcome
            self._pace.sleep(wait)
            return self._fetch_or_error(target, options, stopped)
        except Exception as error:
            # A fault of ours in one subject is no reason to lose the others.
            return AuditorError(f"{target.requested}: internal error: {type(error).__name__}: {error}")

    def _fetch_or_error(
        self, target: Target, options: FetchOptions, stopped: threading.Event
    ) -> Snapshot | AuditorError:
        try:
            return self._fetch(target, options, stopped)
        except AuditorError as error:
            return error

    def _fetch(self, target: Target, options: FetchOptions, stopped: threading.Event | None) -> Snapshot:
        kind, revision = asked_of(target, options)
        reading = Reading(
            kind=kind,
            asked=target.id,
            revision=revision,
            client=None if options.offline else HubClient(options, self._allowances, self._counters, self._pace),
            kept=Kept(options, self._counters),
            deadline=Deadline(options.deadline, self._pace, stopped),
            options=options,
        )
        try:
            return self._read(reading, target)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise BrokenAnswer(f"{target.id}: the record is not what the Hub sends ({type(error).__name__})") from error

    def _read(self, reading: Reading, target: Target) -> Snapshot:
        found = self._record(reading)
        files, complete, problems = files_of(found.record)
        documents, faults = read_documents(reading, found, files)
        card = next((document for document in documents if document.role == "card"), None)
        refs, more = self._refs(reading, found, card)
        related = self._related(reading, found)
        related_documents = self._related_documents(reading, found, related)
        if reading.kept.broken:
            message = f"nothing is kept for next time: {reading.kept.broken}"
            problems.append(Problem(code="store-not-writable", message=message))
        return Snapshot(
            kind=reading.kind,
            id=found.id,
            requested=target.requested,
            source="hub",
            revision=found.sha,
            url=_address(reading, found),
            retrieved_at=found.retrieved_at,
            record=found.record,
            refs=refs,
            files=files,
            files_complete=complete,
            card_complete=is_whole(card) if card else complete,
            documents=documents,
            related=related,
            related_documents=related_documents,
            renamed_from=target.id if found.id != target.id else None,
            problems=(*problems, *faults, *more),
        )

    def _record(self, reading: Reading) -> Found:
        kind, asked, revision = reading.kind, reading.asked, reading.revision
        pinned = revision if is_full_sha(revision) else None
        client = reading.client
        stored = reading.kept.record(kind, asked, revision) if client is None or pinned else None
        if stored is not None:
            identifier, sha = identity_of(stored[0], asked, pinned)
            return Found(id=identifier, sha=sha, record=stored[0], retrieved_at=stored[1], fresh=False)
        if client is None:
            at = f"@{revision}" if revision else ""
            raise OfflineMiss(f"{asked}{at} is not in the store")
        record = client.record(kind, asked, revision, reading.deadline)
        identifier, sha = identity_of(record, asked, pinned)
        reading.kept.keep_record(kind, asked, revision, identifier, sha, record)
        if revision is None:
            for name in {asked.lower(), identifier.lower()}:
                self._memo.put((client.endpoint, kind, name), record)
        return Found(id=identifier, sha=sha, record=record, retrieved_at=reading.options.now, fresh=True)

    def _refs(
        self, reading: Reading, found: Found, card: Document | None
    ) -> tuple[dict[str, Any] | None, list[Problem]]:
        text = card.text or "" if card else ""
        if not reading.options.checkpoints and not self._wants_refs(found.record, text):
            return None, []
        stored = reading.kept.refs(reading.kind, found.id, found.sha, fresh=found.fresh)
        if stored is not None:
            return stored, []
        if reading.client is None:
            return None, [Problem(code="refs-not-fetched", message="branches and tags are not in the store")]
        try:
            refs = reading.client.refs(reading.kind, found.id, reading.deadline)
        except SubjectUnreachable as error:
            return None, [Problem(code=error.code, message=f"branches and tags: {error.message}")]
        reading.kept.keep_refs(reading.kind, found.id, found.sha, refs)
        return refs, []

    def _related(self, reading: Reading, found: Found) -> tuple[Related, ...]:
        stored = reading.kept.related(reading.kind, found.id, found.sha, fresh=found.fresh)
        if stored is not None:
            return stored
        client = reading.client

        def ask(kind: RepositoryKind, name: str) -> dict[str, Any]:
            if client is None:
                kept = reading.kept.record(kind, name, None)
                if kept is None:
                    raise OfflineMiss(f"{name} is not in the store")
                return kept[0]
            key = (client.endpoint, kind, name.lower())
            return self._memo.get(key, lambda: client.record(kind, name, None, reading.deadline))

        related, lasting = visit(
            reading.kind,
            reading.asked,
            found.record,
            ask,
            key=found.key,
            depth=reading.options.depth,
            width=reading.options.width,
        )
        if lasting and client is not None:
            reading.kept.keep_related(reading.kind, found.id, found.sha, related)
        return related

    def _related_documents(self, reading: Reading, found: Found, related: tuple[Related, ...]) -> tuple[Document, ...]:
        """Return card and license texts of every base model that was read, each repository asked once in a batch."""
        texts: list[Document] = []
        for one in related:
            if one.kind != "model" or one.record is None or one.revision is None:
                continue
            identifier, sha = identity_of(one.record, one.id, None)
            base = Found(id=identifier, sha=sha, record=one.record, retrieved_at=found.retrieved_at, fresh=found.fresh)
            theirs = msgspec.structs.replace(reading, kind="model", asked=identifier)
            key = (reading.options.endpoint, "texts", f"{identifier}@{sha}".lower())

            def ask(theirs: Reading = theirs, base: Found = base) -> dict[str, Any]:
                documents, _ = read_documents(theirs, base, files_of(base.record)[0])
                return {"documents": documents}

            documents: tuple[Document, ...] = self._memo.get(key, ask)["documents"]
            texts += documents
        return tuple(texts)


def _address(reading: Reading, found: Found) -> str:
    folder = "datasets/" if reading.kind == "dataset" else ""
    return f"{reading.options.endpoint.rstrip('/')}/{folder}{found.id}/tree/{found.sha}"


def _was_limited(outcome: Snapshot | AuditorError) -> bool:
    if isinstance(outcome, AuditorError):
        return isinstance(outcome, RateLimited)
    limited = RateLimited.code
    return any(problem.code == limited for problem in outcome.problems) or any(
        (one.detail or "").startswith(f"{limited}:") for one in outcome.related
    )
