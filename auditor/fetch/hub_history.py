"""The states of a repository's card and license files over its commits, read with few requests.

The commits API does not say which files a commit touched; the Hub says of a file which commit it is from. So the
walk goes from the newest commit to the last one that touched card or license files, looks at the commit before it,
and so on: everything between two of these holds the same files. A file that was removed is found by halving.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from auditor.errors import BrokenAnswer, OfflineMiss, SubjectUnreachable
from auditor.fetch.documents import choose_documents, is_weight_file
from auditor.fetch.hub_client import HubClient
from auditor.fetch.hub_documents import read_documents
from auditor.fetch.hub_errors import ExpandRefused
from auditor.fetch.hub_reading import Found, Reading, asked_of, is_whole
from auditor.fetch.hub_records import files_of, identity_of, is_full_sha
from auditor.fetch.hub_session import Counters
from auditor.fetch.hub_store import Kept
from auditor.fetch.interface import FetchOptions
from auditor.fetch.pacing import Allowances, Deadline, Pace
from auditor.fetch.targets import Target
from auditor.model.snapshot import Document, FileEntry, Snapshot

__all__ = ["Commit", "History", "Version", "read_history"]

_ROLES = ("card", "license", "use-policy")
_PAGE = 100
_PAGES = 40
_TITLE = 200


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """One commit as the Hub lists it."""

    id: str
    date: str | None
    title: str


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One state of card and license files, and the commit it began with."""

    commit: Commit
    snapshot: Snapshot


class History(msgspec.Struct, frozen=True, kw_only=True):
    """What was read, newest first, and where reading stopped."""

    id: str
    kind: str
    revision: str
    versions: tuple[Version, ...]
    listed: int
    """Commits that were listed."""
    more: bool
    """Whether there are older commits than the listed ones."""
    requests: int
    cut: str | None
    """Why listed commits were left out, in words; `None` when none were."""


class _Spent(Exception):
    """No more requests are allowed."""


class _State(msgspec.Struct, frozen=True, kw_only=True):
    found: Found
    files: tuple[FileEntry, ...]
    complete: bool
    names: frozenset[str]
    """Card, license and policy files."""


def read_history(
    target: Target, options: FetchOptions, *, limit: int, max_requests: int, pace: Pace | None = None
) -> History:
    """Return the states of the newest `limit` commits; no visit starts after `max_requests` requests.

    Raises a `SubjectUnreachable` when nothing could be read, and `UsageProblem` for what is no repository on the Hub.
    """
    kind, revision = asked_of(target, options)
    if options.offline:
        raise OfflineMiss(f"{target.id}: the list of commits is only on the Hub")
    pace = pace or Pace()
    counters = Counters()
    reading = Reading(
        kind=kind,
        asked=target.id,
        revision=revision,
        client=HubClient(options, Allowances(pace), counters, pace),
        kept=Kept(options, counters),
        deadline=Deadline(options.deadline, pace),
        options=options,
    )
    try:
        return _Walk(reading, target, counters, max_requests).history(limit)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BrokenAnswer(f"{target.id}: the answer is not what the Hub sends ({type(error).__name__})") from error


class _Walk:
    """One repository's walk from the newest commit to the oldest."""

    def __init__(self, reading: Reading, target: Target, counters: Counters, max_requests: int) -> None:
        assert reading.client is not None
        self._reading, self._target, self._client = reading, target, reading.client
        self._counters, self._max = counters, max_requests
        self._states: dict[int, _State] = {}
        self._texts: dict[tuple[str, str], Document] = {}
        self._commits: tuple[Commit, ...] = ()
        self._id = target.id

    def history(self, limit: int) -> History:
        kind = self._reading.kind
        record = self._client.record(kind, self._target.id, self._reading.revision, self._reading.deadline)
        self._id, head = identity_of(record, self._target.id, None)
        self._commits, more = self._listed(head, limit)
        versions: list[Version] = []
        cut = None
        place = 0
        try:
            while place < len(self._commits):
                version, place = self._visit(place, more)
                versions.append(version)
        except _Spent:
            cut = f"{self._max} requests were made, and {len(self._commits) - place} listed commits are left"
        except SubjectUnreachable as error:
            if not versions:
                raise
            cut = f"{error.message}; {len(self._commits) - place} listed commits are left"
        return History(
            id=self._id, kind=kind, revision=head, versions=tuple(versions), listed=len(self._commits), more=more,
            requests=self._counters.stats().requests, cut=cut,
        )  # fmt: skip

    def _listed(self, head: str, limit: int) -> tuple[tuple[Commit, ...], bool]:
        """Return the newest commits, each once, and whether there are more."""
        found: dict[str, Commit] = {}
        question: dict[str, str] | None = {"limit": str(min(limit + 1, _PAGE))}
        for _ in range(_PAGES):
            if question is None or len(found) > limit:
                break
            try:
                page = self._client.commits(self._reading.kind, self._id, head, question, self._reading.deadline)
            except ExpandRefused:
                if found:
                    raise
                # A server that lets nobody choose the size of a page has one of its own.
                page = self._client.commits(self._reading.kind, self._id, head, {}, self._reading.deadline)
            before = len(found)
            found.update((one.id, one) for row in page.commits if (one := _commit(row)) and one.id not in found)
            question = page.next if len(found) > before else None
        if not found:
            raise BrokenAnswer(f"{self._id}: the Hub lists no commits")
        return tuple(found.values())[:limit], len(found) > limit or question is not None

    def _visit(self, place: int, more: bool) -> tuple[Version, int]:
        """Return the version that holds at `place`, and the place of the newest commit before it began."""
        state = self._state(place)
        rows = self._rows(state)
        last = len(self._commits) - 1
        began = self._began(place, state, rows, more)
        before = min(began + 1, last)
        gone = self._state(before).names - state.names if before > place else frozenset()
        if gone and began > place and (before == began or gone & self._state(began).names):
            began = self._removed(place, began, state.names)
        snapshot = self._snapshot(state, rows)
        return Version(commit=self._commits[began], snapshot=snapshot), began + 1

    def _began(self, place: int, state: _State, rows: dict[str, dict[str, Any]], more: bool) -> int:
        """Return the place of the commit that last touched any of the files; `place` where nobody says."""
        last = len(self._commits) - 1
        places = {commit.id: n for n, commit in enumerate(self._commits)}
        found = last
        for name in state.names:
            commit = rows.get(name, {}).get("lastCommit")
            identifier = commit.get("id") if isinstance(commit, dict) else None
            if not isinstance(identifier, str):
                return place
            found = min(found, places.get(identifier, last if more else place))
        return max(found, place)

    def _removed(self, newer: int, older: int, names: frozenset[str]) -> int:
        """Return the place of the commit before which a file was there that is not there at `newer`."""
        while older - newer > 1:
            middle = (newer + older) // 2
            if self._state(middle).names - names:
                older = middle
            else:
                newer = middle
        return newer

    def _state(self, place: int) -> _State:
        """Return record and file list at a commit, asked for once."""
        if place in self._states:
            return self._states[place]
        kind, sha = self._reading.kind, self._commits[place].id
        stored = self._reading.kept.record(kind, self._id, sha)
        if stored is None:
            self._spend()
            record = self._client.record(kind, self._id, sha, self._reading.deadline)
            self._reading.kept.keep_record(kind, self._id, sha, self._id, sha, record)
            stored = record, self._reading.options.now
        identity_of(stored[0], self._id, sha)
        files, complete, _ = files_of(stored[0])
        chosen, _ = choose_documents(entry.path for entry in files if not is_weight_file(entry.path))
        state = _State(
            found=Found(id=self._id, sha=sha, record=stored[0], retrieved_at=stored[1], fresh=True),
            files=files,
            complete=complete,
            names=frozenset(path for path, role in chosen if role in _ROLES),
        )
        self._states[place] = state
        return state

    def _rows(self, state: _State) -> dict[str, dict[str, Any]]:
        """Return what the Hub says of each of the files: object id and last commit."""
        if not state.names:
            return {}
        self._spend()
        kind, sha, names = self._reading.kind, state.found.sha, sorted(state.names)
        rows = self._client.paths(kind, self._id, sha, names, self._reading.deadline)
        return {row["path"]: row for row in rows if isinstance(row.get("path"), str)}

    def _snapshot(self, state: _State, rows: dict[str, dict[str, Any]]) -> Snapshot:
        """Return card and license files of a state; a text that was read at another commit is not asked for again."""
        known: list[Document] = []
        wanted: list[FileEntry] = []
        for entry in state.files:
            if entry.path in state.names:
                text = self._texts.get((entry.path, str(rows.get(entry.path, {}).get("oid"))))
                if text is None:
                    wanted.append(entry)
                else:
                    known.append(msgspec.structs.replace(text, source=state.found.key))
        if wanted:
            self._spend()
        read, problems = read_documents(self._reading, state.found, tuple(wanted))
        for one in read:
            oid = rows.get(one.path, {}).get("oid")
            if one.sha256 is not None and isinstance(oid, str):
                self._texts[one.path, oid] = one
        documents = tuple(sorted([*known, *read], key=lambda document: (document.role != "card", document.path)))
        card = next((one for one in documents if one.role == "card"), None)
        return Snapshot(
            kind=self._reading.kind,
            id=self._id,
            requested=self._target.requested,
            source="hub",
            revision=state.found.sha,
            retrieved_at=state.found.retrieved_at,
            record=_record_then(state.found.record, card, state.complete),
            files=state.files,
            files_complete=state.complete,
            card_complete=is_whole(card) if card else state.complete,
            documents=documents,
            problems=tuple(problems),
        )

    def _spend(self) -> None:
        if self._counters.stats().requests >= self._max:
            raise _Spent


def _record_then(record: dict[str, Any], card: Document | None, complete: bool) -> dict[str, Any]:
    """Return the record without metadata where the card itself tells: the Hub's may be that of another commit."""
    if (card is not None and card.status == "read") or (card is None and complete):
        return {**record, "cardData": None, "tags": []}
    return record


def _commit(row: dict[str, Any]) -> Commit | None:
    identifier, date, title = row.get("id"), row.get("date"), row.get("title")
    if not isinstance(identifier, str) or not is_full_sha(identifier):
        return None
    words = " ".join(title.split())[:_TITLE] if isinstance(title, str) else ""
    return Commit(id=identifier, date=date if isinstance(date, str) and _is_date(date) else None, title=words)


def _is_date(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
