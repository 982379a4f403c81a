"""The texts of a repository on the Hub: only those it lists, never weights, never files whose reading is a download."""

from __future__ import annotations

from auditor.errors import HubUnreachable, RepositoryGated, SubjectUnreachable
from auditor.fetch.documents import (
    CARD_FILE_BYTES,
    TEXT_BYTES,
    choose_documents,
    document_from_bytes,
    is_weight_file,
)
from auditor.fetch.hub_client import HubClient
from auditor.fetch.hub_errors import FileMissing
from auditor.fetch.hub_reading import Found, Reading
from auditor.model.snapshot import Document, DocumentRole, DocumentStatus, FileEntry, Problem

__all__ = ["read_documents"]

_PATIENCE = 2
"""After this many files in a row that got no answer, the others are not asked for."""
_NO_ANSWER = "not asked for, the files before it got no answer"
_OFFLINE = "offline, and not in the store"
_STATUSES: dict[str, DocumentStatus] = {"gated": "gated", "missing": "missing"}


def read_documents(
    reading: Reading, found: Found, files: tuple[FileEntry, ...]
) -> tuple[tuple[Document, ...], list[Problem]]:
    """Return the card, licenses, notices and use policies among `files`, each read or with the reason why not.

    Configs are not among them: the record holds theirs, and asking for the files counts as a download. Without
    a client only the store is read. Once one text of a repository is behind the gate, only the card is still tried.
    """
    reader = _Reader(reading, found)
    chosen, left_out = choose_documents(entry.path for entry in files if not is_weight_file(entry.path))
    documents = [reader.read(path, role) for path, role in chosen if role != "config"]
    documents += [
        Document(path=path, role=role, status="not-fetched", source=found.key, detail="too many documents")
        for path, role in left_out
        if role != "config"
    ]
    return tuple(documents), reader.problems


class _Reader:
    def __init__(self, reading: Reading, found: Found) -> None:
        self._reading, self._found = reading, found
        self._place = (reading.kind, found.id, found.sha)
        self._gated = False
        self._silent = 0
        self.problems: list[Problem] = []

    def read(self, path: str, role: DocumentRole) -> Document:
        """Return the document at `path`, from the store when it holds it."""
        stored = self._reading.kept.file(*self._place, path)
        if stored is not None:
            entry, data = stored
            if entry.status in ("read", "too-large"):
                return self._made(path, role, data, entry.size, entry.retrieved_at)
            status = _STATUSES.get(entry.status)
            if status is not None:
                if status == "missing":
                    self._note(FileMissing.code, path, "listed and not served")
                self._gated = self._gated or (status == "gated" and role != "card")
                return self._absent(path, role, status, entry.detail, entry.retrieved_at)
        if self._reading.client is None:
            return Document(path=path, role=role, status="not-fetched", source=self._found.key, detail=_OFFLINE)
        if self._gated and role != "card":
            return self._absent(path, role, "gated", "behind the repository's gate, like its other files")
        if self._silent >= _PATIENCE:
            self._note(HubUnreachable.code, path, _NO_ANSWER)
            return self._absent(path, role, "unreadable", _NO_ANSWER)
        return self._ask(self._reading.client, path, role)

    def _ask(self, client: HubClient, path: str, role: DocumentRole) -> Document:
        limit = CARD_FILE_BYTES if role == "card" else TEXT_BYTES
        try:
            answer = client.file(*self._place, path, limit=limit, deadline=self._reading.deadline)
        except RepositoryGated as error:
            # The card may lie outside the gate, and may lie inside while a license does not: neither proves the other.
            self._gated = self._gated or role != "card"
            return self._failed(path, role, "gated", error, keep=True)
        except FileMissing as error:
            self._note(error.code, path, error.message)
            return self._failed(path, role, "missing", error, keep=True)
        except SubjectUnreachable as error:
            self._silent += isinstance(error, HubUnreachable)
            self._note(error.code, path, error.message)
            return self._failed(path, role, "unreadable", error, keep=False)
        self._silent = 0
        whole = len(answer.data) == answer.size
        self._reading.kept.keep_file(
            *self._place,
            path,
            answer.data if whole else None,
            status="read" if whole else "too-large",
            size=answer.size,
        )
        return self._made(path, role, answer.data, answer.size, self._reading.options.now)

    def _made(self, path: str, role: DocumentRole, data: bytes, size: int | None, retrieved_at: str) -> Document:
        return document_from_bytes(path, role, data, source=self._found.key, retrieved_at=retrieved_at, size=size)

    def _failed(
        self, path: str, role: DocumentRole, status: DocumentStatus, error: SubjectUnreachable, *, keep: bool
    ) -> Document:
        if keep:
            self._reading.kept.keep_file(*self._place, path, None, status=status, detail=error.message)
        return self._absent(path, role, status, error.message)

    def _absent(
        self,
        path: str,
        role: DocumentRole,
        status: DocumentStatus,
        detail: str | None,
        retrieved_at: str | None = None,
    ) -> Document:
        return Document(
            path=path,
            role=role,
            status=status,
            source=self._found.key,
            detail=detail,
            retrieved_at=retrieved_at or self._reading.options.now,
        )

    def _note(self, code: str, path: str, message: str) -> None:
        self.problems.append(Problem(code=code, message=message if path in message else f"{path}: {message}"))
