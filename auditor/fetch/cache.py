"""Read a subject from the cache the Hub's own client keeps (`HF_HUB_CACHE`), without a network.

Layout: `models--org--name/{refs/<branch>, snapshots/<sha>/<path>, .no_exist/<sha>/<path>, trees/<sha>.json}`; files in
`snapshots` are links to `blobs`. A cache holds what somebody downloaded, so nothing missing from it proves anything.
"""

from __future__ import annotations

import json
import os
import re
import stat
from pathlib import Path

from auditor.errors import OfflineMiss, UsageProblem
from auditor.fetch.documents import choose_documents
from auditor.fetch.folder import card_is_whole, list_folder, read_documents
from auditor.fetch.interface import FetchOptions
from auditor.fetch.targets import Target
from auditor.model.repositories import is_hub_id
from auditor.model.snapshot import Document, FileEntry, Problem, Snapshot

__all__ = ["CacheSource"]

_SHA = re.compile(r"[0-9a-f]{40}", re.ASCII)
_DEFAULT_BRANCH = "main"
_TREE_BYTES = 64_000_000
_TREE_VERSION = 1
_CARD = "README.md"


class CacheSource:
    """Reads the Hub client's cache; writes nothing and asks nobody."""

    def fetch(self, target: Target, options: FetchOptions) -> Snapshot:
        """Return what the cache holds of `target` at one revision.

        The file list is complete only when the client stored the listing of that commit, the card only when it is
        there or known not to exist. Raises `OfflineMiss` when the cache does not hold the subject or revision.
        """
        if options.hub_cache is None:
            raise OfflineMiss(f"{target.id} is not at hand: no Hub cache is set")
        if not is_hub_id(target.id) or target.scheme not in ("hub", "dataset"):
            raise UsageProblem(f"{target.requested!r} is not a repository id")
        kind = "dataset" if target.scheme == "dataset" else "model"
        folder = options.hub_cache / f"{kind}s--{target.id.replace('/', '--')}"
        sha = _revision(folder, target, options)
        root = folder / "snapshots" / sha
        tree, problems = _tree(folder / "trees" / f"{sha}.json")
        if not root.is_dir() or not root.resolve().is_relative_to(folder.resolve()):
            raise OfflineMiss(f"{target.id}@{sha} is not in the Hub cache")
        listing = list_folder(root, (folder,))
        source = f"cache:{target.id}@{sha}"
        documents = read_documents(listing, source=source, now=options.now)
        known = {entry.path: entry for entry in listing.entries()}
        # A file beside the stored listing means that the two do not belong together.
        whole = tree is not None and listing.whole and known.keys() <= tree.keys()
        files = {**(tree or {}), **known}
        documents += _not_downloaded(tree or {}, {document.path for document in documents}, source)
        return Snapshot(
            kind="dataset" if kind == "dataset" else "model",
            id=target.id,
            requested=target.requested,
            source="cache",
            revision=sha,
            retrieved_at=options.now,
            files=tuple(files[path] for path in sorted(files)),
            files_complete=whole,
            card_complete=_card_complete(folder, sha, documents, tree if whole else None),
            documents=documents,
            problems=(*listing.problems, *problems),
        )


def _revision(folder: Path, target: Target, options: FetchOptions) -> str:
    wanted = options.revision or target.revision or _DEFAULT_BRANCH
    if options.revision and target.revision and options.revision != target.revision:
        raise UsageProblem(f"{target.requested!r} names another revision than --revision {options.revision}")
    if not folder.is_dir():
        raise OfflineMiss(f"{target.id} is not in the Hub cache")
    if _SHA.fullmatch(wanted):
        return wanted
    parts = wanted.split("/")
    if any(part in ("", ".", "..") for part in parts) or "\\" in wanted or "\0" in wanted:
        raise UsageProblem(f"{wanted!r} cannot be a branch, tag or commit")
    data = _read_inside(folder, folder.joinpath("refs", *parts), 200)
    sha = (data or b"").decode("ascii", errors="replace").strip()
    if not _SHA.fullmatch(sha):
        raise OfflineMiss(f"{target.id} is in the Hub cache, its revision {wanted!r} is not")
    return sha


def _tree(path: Path) -> tuple[dict[str, FileEntry] | None, list[Problem]]:
    """Return the listing the client stored for a commit, or `None` when there is none we can trust."""
    data = _read_inside(path.parent.parent, path, _TREE_BYTES)
    if data is None:
        return None, []
    try:
        content = json.loads(data)
        if content["format_version"] != _TREE_VERSION:
            raise ValueError("another version")
        entries = {}
        for name, facts in content["files"].items():
            size = facts["size"]
            if not isinstance(size, int) or size < 0:
                raise ValueError("no size")
            entries[name] = FileEntry(path=name, size=size)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        message = f"trees/{path.name} is not what the Hub's client writes"
        return None, [Problem(code="tree-unreadable", message=message)]
    return entries, []


def _not_downloaded(tree: dict[str, FileEntry], had: set[str], source: str) -> tuple[Document, ...]:
    """Return the documents that exist at this commit and are not in the cache."""
    chosen, left_out = choose_documents(tree)
    return tuple(
        Document(path=path, role=role, status="not-fetched", source=source, detail="listed, not in the cache")
        for path, role in [*chosen, *left_out]
        if path not in had
    )


def _card_complete(folder: Path, sha: str, documents: tuple[Document, ...], tree: dict[str, FileEntry] | None) -> bool:
    card = next((document for document in documents if document.role == "card"), None)
    if card is not None:
        return card_is_whole(card)
    if tree is not None:
        return True
    return _read_inside(folder, folder / ".no_exist" / sha / _CARD, 1) is not None


def _read_inside(folder: Path, file: Path, limit: int) -> bytes | None:
    """Return at most `limit` bytes of a regular file that really lies in `folder`; `None` for anything else."""
    try:
        real = file.resolve(strict=True)
        if not real.is_relative_to(folder.resolve(strict=True)):
            return None
        descriptor = os.open(real, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as stream:
            facts = os.fstat(stream.fileno())
            return stream.read(limit) if stat.S_ISREG(facts.st_mode) and facts.st_size <= limit else None
    except (OSError, RuntimeError, ValueError):
        return None
