"""What of the Hub is kept in the store, and how long it may stand in for asking again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from auditor.fetch.hub_records import is_full_sha
from auditor.fetch.hub_session import Counters
from auditor.fetch.interface import FetchOptions
from auditor.fetch.store import Entry, Key, Part, Store
from auditor.model.snapshot import Related

__all__ = ["Kept"]

# Raised when the fields asked for change, so that older records are asked for again.
_FIELDS = "1"


class Kept:
    """The store as seen by one fetch; without a store it holds nothing and keeps nothing."""

    def __init__(self, options: FetchOptions, counters: Counters) -> None:
        self._store = Store(options.store) if options.store is not None else None
        self._options = options
        self._endpoint = options.endpoint.rstrip("/")
        self._counters = counters

    @property
    def broken(self) -> str | None:
        """Why nothing could be written."""
        return self._store.broken if self._store else None

    def record(self, kind: str, id: str, revision: str | None) -> tuple[dict[str, Any], str] | None:  # noqa: A002
        """Return the last record seen of a revision and when that was; a branch is followed to where it pointed."""
        pointer = self._json(self._key(kind, id, "", "pointer", revision or ""), dict[str, str])
        if pointer is None:
            return None
        id, sha = pointer[0].get("id", id), pointer[0].get("sha", "")  # noqa: A001
        if not is_full_sha(sha) or (is_full_sha(revision) and sha != revision):
            return None
        return self._json(self._key(kind, id, sha, "record", _FIELDS), dict[str, Any])

    def keep_record(
        self,
        kind: str,
        asked: str,
        revision: str | None,
        id: str,  # noqa: A002
        sha: str,
        record: dict[str, Any],
    ) -> None:
        """Keep a record under its sha, and where the name and revision that were asked for led to."""
        self._keep(self._key(kind, id, sha, "record", _FIELDS), record)
        for name in dict.fromkeys((asked, id)):
            for at in dict.fromkeys((revision or "", sha)):
                self._keep(self._key(kind, name, "", "pointer", at), {"id": id, "sha": sha})

    def refs(self, kind: str, id: str, sha: str, *, fresh: bool) -> dict[str, Any] | None:  # noqa: A002
        """Return branches and tags; with `fresh` only those read lately, since they change under an unchanged sha."""
        found = self._json(self._key(kind, id, sha, "refs"), dict[str, Any])
        return found[0] if found and (not fresh or self._is_recent(found[1])) else None

    def keep_refs(self, kind: str, id: str, sha: str, refs: dict[str, Any]) -> None:  # noqa: A002
        """Keep branches and tags as they were while the repository was at `sha`."""
        self._keep(self._key(kind, id, sha, "refs"), refs)

    def related(self, kind: str, id: str, sha: str, *, fresh: bool) -> tuple[Related, ...] | None:  # noqa: A002
        """Return base models and datasets; with `fresh` only those read lately, since they change on their own."""
        found = self._json(self._related_key(kind, id, sha), tuple[Related, ...])
        return found[0] if found and (not fresh or self._is_recent(found[1])) else None

    def keep_related(self, kind: str, id: str, sha: str, related: tuple[Related, ...]) -> None:  # noqa: A002
        """Keep what was found of base models and datasets under the caps of these options."""
        self._keep(self._related_key(kind, id, sha), related)

    def file(self, kind: str, id: str, sha: str, path: str) -> tuple[Entry, bytes] | None:  # noqa: A002
        """Return what is known of a file; a refusal stands only for who was refused, and only for a while."""
        if self._store is None:
            return None
        found = self._store.read(self._key(kind, id, sha, "file", path))
        if found is None:
            return None
        if found[0].status == "gated" and (self._options.token or not self._is_recent(found[0].retrieved_at)):
            return None
        self._counters.add("from_store")
        return found

    def keep_file(
        self,
        kind: str,
        id: str,  # noqa: A002
        sha: str,
        path: str,
        data: bytes | None,
        *,
        status: str = "read",
        size: int | None = None,
        detail: str | None = None,
    ) -> None:
        """Keep a file's bytes, or the reason why there are none."""
        if self._store is None or (status == "gated" and self._options.token):
            return
        key = self._key(kind, id, sha, "file", path)
        self._store.write(key, data, retrieved_at=self._options.now, status=status, size=size, detail=detail)

    def _key(self, kind: str, id: str, sha: str, part: Part, path: str = "") -> Key:  # noqa: A002
        return Key(endpoint=self._endpoint, kind=kind, id=id, sha=sha, path=path, part=part)

    def _related_key(self, kind: str, id: str, sha: str) -> Key:  # noqa: A002
        return self._key(kind, id, sha, "related", f"{self._options.depth}.{self._options.width}.{_FIELDS}")

    def _json(self, key: Key, shape: Any) -> tuple[Any, str] | None:
        found = self._store.read(key) if self._store else None
        if found is None:
            return None
        try:
            value = msgspec.json.decode(found[1], type=shape)
        except (ValueError, RecursionError):
            return None
        if key.part != "pointer":
            self._counters.add("from_store")
        return value, found[0].retrieved_at

    def _keep(self, key: Key, value: Any) -> None:
        if self._store is not None:
            self._store.write(key, msgspec.json.encode(value), retrieved_at=self._options.now)

    def _is_recent(self, then: str) -> bool:
        moments = [_moment(then), _moment(self._options.now)]
        if moments[0] is None or moments[1] is None:
            return False
        return 0 <= (moments[1] - moments[0]).total_seconds() <= self._options.related_age


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
