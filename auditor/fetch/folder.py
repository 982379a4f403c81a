"""Read a local model folder, or a single weight file, into a snapshot."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

import msgspec

from auditor.errors import NotAModel, SubjectUnreachable, UsageProblem
from auditor.fetch.documents import choose_documents, is_weight_file, read_document
from auditor.fetch.interface import FetchOptions
from auditor.fetch.targets import Target
from auditor.fetch.weight_headers import HEADER_SUFFIXES, read_header
from auditor.model.snapshot import Document, FileEntry, Problem, Snapshot

__all__ = ["FileSource", "FolderSource", "Listing", "card_is_whole", "list_folder", "read_documents"]

_ENTRIES = 100_000
_DEPTH = 64
_PROBLEMS = 100
_HEADERS = 4
# Version control, and what the Hub's client leaves beside the files it downloads: no part of the repository.
_SKIPPED = frozenset({".git", ".hg", ".svn"})
_SKIPPED_PATHS = frozenset({".cache/huggingface"})
_STARTING_POINTS = frozenset({"config.json", "adapter_config.json", "model_index.json"})


class Listing(msgspec.Struct, kw_only=True):
    """The files of a folder, and what could not be listed."""

    files: dict[str, tuple[Path, int]] = {}
    """Path in the repository -> the regular file itself (symlinks resolved) and its bytes."""
    refused: dict[str, str] = {}
    """Paths that are there and are not read, with the reason."""
    problems: list[Problem] = []
    whole: bool = True
    """False when anything was left out."""

    def entries(self) -> tuple[FileEntry, ...]:
        """Return the listed files sorted by path."""
        return tuple(FileEntry(path=path, size=size) for path, (_, size) in sorted(self.files.items()))

    def leave_out(self, code: str, path: str, reason: str) -> None:
        """Note that `path` is not read; beyond 100 problems only the count of silence grows."""
        self.whole = False
        self.refused[path] = reason
        if len(self.problems) < _PROBLEMS:
            self.problems.append(Problem(code=code, message=f"{path}: {reason}"))
        elif len(self.problems) == _PROBLEMS:
            self.problems.append(Problem(code="more-problems", message="further problems with files are not listed"))


class FolderSource:
    """Reads a local folder; never writes, never leaves it, never opens tensors."""

    def fetch(self, target: Target, options: FetchOptions) -> Snapshot:
        """Return the snapshot of the folder at `target.path`.

        The file list is complete only with `options.complete` and nothing left out: a folder may be part of a
        repository. Raises `SubjectUnreachable` when the folder cannot be opened, `NotAModel` when it holds no
        card, config or weights, `UsageProblem` when a revision is asked for.
        """
        root = _root(target, options)
        if not root.is_dir():
            return FileSource().fetch(target, options)
        listing = list_folder(root, (_cache_blobs(root) or root,))
        if not any(_is_start(path) for path in listing.files | listing.refused):
            raise NotAModel(f"{target.path}: no README.md, no config.json and no weight files in this folder")
        documents = read_documents(listing, source=f"folder:{root.name}", now=options.now)
        card = next((document for document in documents if document.role == "card"), None)
        return Snapshot(
            kind="model",
            id=root.name or "/",
            requested=target.requested,
            source="folder",
            retrieved_at=options.now,
            files=listing.entries(),
            files_complete=options.complete and listing.whole,
            card_complete=card_is_whole(card) or (card is None and options.complete and listing.whole),
            documents=documents,
            problems=tuple(listing.problems),
        )


class FileSource:
    """Reads the header of one .gguf or .safetensors file."""

    def fetch(self, target: Target, options: FetchOptions) -> Snapshot:
        """Return a snapshot that holds the header of the file at `target.path` and nothing else.

        Raises `SubjectUnreachable` when the file cannot be opened and `NotAModel` when it is no weight file.
        """
        file = _root(target, options)
        if file.is_dir():
            return FolderSource().fetch(target, options)
        if file.suffix.lower() not in HEADER_SUFFIXES:
            raise NotAModel(f"{target.path}: only folders, .gguf and .safetensors files can be audited from disk")
        try:
            size = file.stat().st_size
            with file.open("rb"):
                pass
        except OSError as error:
            raise _unreadable(target, error) from error
        document = read_header(file, file.name, source=f"file:{file.name}", retrieved_at=options.now)
        return Snapshot(
            kind="model",
            id=file.name,
            requested=target.requested,
            source="file",
            retrieved_at=options.now,
            files=(FileEntry(path=file.name, size=size),),
            documents=(document,),
        )


def list_folder(root: Path, allowed: Sequence[Path]) -> Listing:
    """Return the regular files under `root`, symlinks followed to files inside one of `allowed` only.

    Folders behind symlinks are not entered (they may form a circle); at most 100,000 entries and 64 levels are
    visited. Raises nothing: what cannot be read is left out with a problem.
    """
    listing = Listing()
    inside = [place.resolve() for place in allowed]
    waiting: list[tuple[Path, str]] = [(root, "")]
    seen = 0
    full = False
    while waiting:
        folder, prefix = waiting.pop()
        try:
            with os.scandir(folder) as stream:
                entries = []
                for entry in stream:
                    seen += 1
                    if seen > _ENTRIES:
                        listing.leave_out("too-many-files", prefix or ".", f"more than {_ENTRIES} entries")
                        full = True
                        break
                    entries.append(entry)
        except OSError as error:
            listing.leave_out("unreadable-folder", prefix or ".", error.strerror or str(error))
            continue
        if full:
            waiting.clear()
        for entry in sorted(entries, key=lambda entry: entry.name):
            path = f"{prefix}{entry.name}"
            if not _is_text(path):
                shown = path.encode("utf-8", "backslashreplace").decode()
                listing.leave_out("name-not-utf8", shown, "the name is not valid UTF-8")
            elif entry.is_symlink():
                _follow(listing, path, Path(entry.path), inside)
            elif entry.is_dir(follow_symlinks=False):
                if entry.name in _SKIPPED or path in _SKIPPED_PATHS:
                    continue
                if path.count("/") >= _DEPTH:
                    listing.leave_out("too-deep", path, f"more than {_DEPTH} levels of folders")
                elif not full:
                    waiting.append((Path(entry.path), f"{path}/"))
            else:
                _add(listing, path, Path(entry.path))
    return listing


def read_documents(listing: Listing, *, source: str, now: str) -> tuple[Document, ...]:
    """Return the documents of a listing, the headers of its first weight files, and those it had to refuse."""
    chosen, left_out = choose_documents([*listing.files, *listing.refused])
    documents = []
    for path, role in chosen:
        if path in listing.files:
            documents.append(read_document(listing.files[path][0], path, role, source=source, retrieved_at=now))
        else:
            documents.append(
                Document(
                    path=path,
                    role=role,
                    status="unreadable",
                    source=source,
                    retrieved_at=now,
                    detail=listing.refused[path],
                )
            )
    documents += [
        Document(path=path, role=role, status="not-fetched", source=source, detail="too many documents")
        for path, role in left_out
    ]
    weights = [path for path in listing.files if Path(path).suffix.lower() in HEADER_SUFFIXES]
    for path in sorted(weights, key=lambda path: (path.count("/"), path))[:_HEADERS]:
        documents.append(read_header(listing.files[path][0], path, source=source, retrieved_at=now))
    return tuple(documents)


def _follow(listing: Listing, path: str, link: Path, inside: Sequence[Path]) -> None:
    try:
        real = link.resolve(strict=True)
    except (OSError, RuntimeError):  # RuntimeError: a circle of symlinks, before Python 3.13
        listing.leave_out("symlink-broken", path, "a symlink that leads nowhere")
        return
    if not any(real.is_relative_to(place) for place in inside):
        listing.leave_out("symlink-outside", path, "a symlink that leads out of the folder")
    elif real.is_dir():
        listing.leave_out("symlink-folder", path, "a symlink to a folder, not entered")
    else:
        _add(listing, path, real)


def _add(listing: Listing, path: str, file: Path) -> None:
    try:
        facts = file.lstat()
    except OSError as error:
        listing.leave_out("unreadable-file", path, error.strerror or str(error))
        return
    if stat.S_ISREG(facts.st_mode):
        listing.files[path] = (file, facts.st_size)
    else:
        listing.leave_out("not-a-file", path, "neither a file nor a folder")


def _root(target: Target, options: FetchOptions) -> Path:
    if options.revision or target.revision:
        raise UsageProblem(f"{target.requested!r} is a path: it has no revisions")
    try:
        return Path(target.path or "").resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as error:
        raise _unreadable(target, error) from error


def _unreadable(target: Target, error: Exception) -> SubjectUnreachable:
    reason = getattr(error, "strerror", None) or str(error)
    return SubjectUnreachable(
        f"cannot read {target.path!r}: {reason}",
        hint="check the path and its permissions; a repository on the Hub is written hub:org/name",
    )


def _is_start(path: str) -> bool:
    return is_weight_file(path) or path.lower() == "readme.md" or path in _STARTING_POINTS


def _is_text(path: str) -> bool:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def card_is_whole(card: Document | None) -> bool:
    """Return whether the card was read to its end."""
    return card is not None and card.status == "read" and not (card.detail or "").startswith("truncated")


def _cache_blobs(root: Path) -> Path | None:
    """Return the repository folder of a Hub cache when `root` is one of its snapshots: links go to its blobs."""
    repository = root.parent.parent
    in_cache = root.parent.name == "snapshots" and repository.name.startswith(("models--", "datasets--"))
    return repository if in_cache else None
