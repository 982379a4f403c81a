"""Repositories the replay Hub serves: described in Python, in YAML, or taken from a captured answer."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import yaml

Kind = Literal["model", "dataset"]


def sha_of(text: str) -> str:
    """Make 40 stable hexadecimal digits, for commits and object ids."""
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


def blob_id(data: bytes) -> str:
    """Git's id of a blob, which the Hub sends as ETag."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


@dataclass
class Commit:
    """An earlier state of a repository: what it held, and with which words it was committed."""

    title: str
    date: str
    files: dict[str, bytes] = field(default_factory=dict)
    record: dict[str, Any] = field(default_factory=dict)
    sha: str = ""
    message: str = ""
    author: str = "anvil"

    def __post_init__(self) -> None:
        self.files = {name: data.encode() if isinstance(data, str) else data for name, data in self.files.items()}
        self.sha = self.sha or sha_of(f"{self.date} {self.title}")

    def entry(self) -> dict[str, Any]:
        """One row of /commits."""
        authors = [{"user": self.author, "avatar": f"https://cdn-avatars.example/{self.author}.png"}]
        return {"id": self.sha, "title": self.title, "message": self.message, "authors": authors, "date": self.date}


@dataclass
class Repository:
    """One repository at its newest commit; `record` holds or overrides any field of the API answer."""

    id: str
    kind: Kind = "model"
    files: dict[str, bytes] = field(default_factory=dict)
    record: dict[str, Any] = field(default_factory=dict)
    sha: str = ""
    gated: bool | str = False
    private: bool = False
    disabled: bool = False
    renamed_from: tuple[str, ...] = ()
    branches: tuple[str, ...] = ("main",)
    tags: tuple[str, ...] = ()
    readers: frozenset[str] = frozenset()
    """Tokens that may pass the gate or see a private repository."""
    card_outside_gate: bool = False
    extra_siblings: tuple[Any, ...] = ()
    """Entries of `siblings` as they are, for hostile names and shapes."""
    redirect_files_to: str | None = None
    """Base address of another server that hands out the files, as a CDN does."""
    inline_files: bool = False
    """Serve files without the hop to /api/resolve-cache."""
    earlier: tuple[Commit, ...] = ()
    """The commits before the newest, newest first."""
    title: str = "Upload model"
    date: str = "2026-01-02T03:04:05.000Z"
    tells_last_commits: bool = True
    """Whether paths-info says which commit a file is from; mirrors do not."""

    def __post_init__(self) -> None:
        self.files = {name: data.encode() if isinstance(data, str) else data for name, data in self.files.items()}
        self.sha = self.sha or sha_of(f"{self.kind} {self.id}")

    @property
    def collection(self) -> str:
        return f"{self.kind}s"

    def knows(self, revision: str) -> bool:
        """Whether a branch, tag or commit of that name is here."""
        names = {self.sha, *self.branches, *self.tags, *(f"refs/heads/{name}" for name in self.branches)}
        return revision in names or any(commit.sha == revision for commit in self.earlier)

    def at(self, revision: str | None) -> Repository:
        """The repository as it was at an earlier commit."""
        place = next((n for n, commit in enumerate(self.earlier) if commit.sha == revision), None)
        if place is None:
            return self
        then = self.earlier[place]
        return replace(
            self,
            sha=then.sha,
            files=then.files,
            record={**self.record, **then.record},
            title=then.title,
            date=then.date,
            earlier=self.earlier[place + 1 :],
        )

    def commits(self) -> list[Commit]:
        """Every commit, newest first."""
        return [Commit(self.title, self.date, self.files, self.record, self.sha), *self.earlier]

    def last_commit(self, path: str) -> dict[str, Any]:
        """The commit that made the file at `path` what it is."""
        commits = self.commits()
        found = commits[0]
        for commit in commits[1:]:
            if commit.files.get(path) != self.files[path]:
                break
            found = commit
        return {"id": found.sha, "title": found.title, "date": found.date}

    def full_record(self, *, blobs: bool = False) -> dict[str, Any]:
        """Every field the API has for it, `expand`-only ones included."""
        siblings: list[Any] = []
        for name, data in sorted(self.files.items()):
            entry: dict[str, Any] = {"rfilename": name}
            if blobs:
                entry |= {"size": len(data), "blobId": blob_id(data)}
            siblings.append(entry)
        made: dict[str, Any] = {
            "_id": sha_of(self.id)[:24],
            "id": self.id,
            "author": self.id.partition("/")[0],
            "sha": self.sha,
            "lastModified": self.date,
            "createdAt": "2025-01-02T03:04:05.000Z",
            "private": self.private,
            "disabled": self.disabled,
            "gated": self.gated,
            "downloads": 12,
            "likes": 3,
            "tags": ["region:us"],
            "cardData": None,
            "siblings": siblings + list(self.extra_siblings),
            "usedStorage": sum(map(len, self.files.values())),
        }
        if self.kind == "model":
            made |= {"modelId": self.id, "model-index": None, "config": {}, "spaces": []}
        else:
            made |= {"description": "", "citation": "", "paperswithcode_id": None}
        return made | self.record

    def answer(self, expand: list[str], *, blobs: bool = False) -> dict[str, Any]:
        """The API answer: with `expand` only what was asked for, without it what the Hub sends by default."""
        full = self.full_record(blobs=blobs)
        if expand:
            return {name: full[name] for name in ("_id", "id", *expand) if name in full}
        return {name: value for name, value in full.items() if name not in EXPAND_ONLY}

    def refs(self) -> dict[str, Any]:
        def entry(name: str, ref: str) -> dict[str, str]:
            return {"name": name, "ref": ref, "targetCommit": self.sha if name == "main" else sha_of(self.id + name)}

        return {
            "branches": [entry(name, f"refs/heads/{name}") for name in self.branches],
            "tags": [entry(name, f"refs/tags/{name}") for name in self.tags],
            "converts": [],
        }

    def tree(self, *, expand: bool = False) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for name, data in sorted(self.files.items()):
            row = {"type": "file", "oid": blob_id(data), "size": len(data), "path": name}
            if expand and self.tells_last_commits:
                row |= {"lastCommit": self.last_commit(name), "securityFileStatus": None}
            rows.append(row)
        return rows


EXPAND_ONLY = frozenset({"baseModels", "childrenModelCount", "downloadsAllTime", "trendingScore", "evalResults", "resourceGroup"})  # fmt: skip

_COMMON = "author cardData createdAt disabled downloads downloadsAllTime gated lastModified likes private resourceGroup sha siblings tags trendingScore usedStorage"  # fmt: skip
EXPANDABLE: dict[Kind, frozenset[str]] = {
    "model": frozenset(
        f"{_COMMON} baseModels childrenModelCount config evalResults gguf inference inferenceProviderMapping library_name "
        "mask_token model-index pipeline_tag safetensors spaces transformersInfo widgetData xetEnabled".split()
    ),
    "dataset": frozenset(f"{_COMMON} citation description mainSize paperswithcode_id xetEnabled".split()),
}


def load_captured(path: Path, files: dict[str, bytes] | None = None) -> Repository:
    """Serve the body of an answer captured from the real Hub; its siblings stay as they are."""
    body: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))["body"]
    return Repository(
        id=body["id"],
        sha=body["sha"],
        gated=body["gated"],
        private=body["private"],
        disabled=body["disabled"],
        record={
            name: value for name, value in body.items() if name not in {"id", "sha", "gated", "private", "disabled"}
        },
        files=files or {},
    )


def load_yaml(path: Path) -> list[Repository]:
    """Read a list of repositories; keys are the fields of `Repository`, files are text."""
    return [
        Repository(
            **{
                name: tuple(value) if name in {"renamed_from", "branches", "tags"} else value
                for name, value in entry.items()
                if name != "readers"
            },
            readers=frozenset(entry.get("readers", ())),
        )
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]
