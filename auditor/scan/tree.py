"""Walk a source tree: what is read, by which reader, and what is passed over."""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from auditor.rulebook.scan_rules import ScanRules
from auditor.scan.tracked import tracked_paths

__all__ = ["TreeFile", "Walk", "matches"]

MAX_BYTES = 2_000_000
MAX_FILES = 200_000
MAX_DEPTH = 60
MAX_IGNORE_BYTES = 200_000


class TreeFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file to read."""

    path: str
    place: Path
    kind: str


def matches(name: str, patterns: Sequence[str]) -> bool:
    """Return whether a file's name fits one of the patterns, in any case."""
    folded = name.lower()
    return any(fnmatch.fnmatchcase(folded, pattern.lower()) for pattern in patterns)


class Walk:
    """Goes through a tree in a fixed order; `skipped` counts the files that nobody read."""

    def __init__(self, root: Path, rules: ScanRules, include: Sequence[str] = ()) -> None:
        self.root, self.rules = root, rules
        self.skipped = 0
        self.problems: list[tuple[str, str]] = []
        self.passed_over: list[str] = []
        """Folders that were not entered (vendored, environments, ignored); hidden ones and caches are not told."""
        self._tracked: frozenset[str] | None = None
        self._include = [pattern.strip("/").removeprefix("./") for pattern in include if pattern.strip("/")]

    def files(self) -> Iterator[TreeFile]:
        """Yield the files to read, sorted by path within their folder."""
        if self.root.is_file():
            kind = self.kind(self.root)
            if kind is not None:
                yield TreeFile(path=self.root.name, place=self.root, kind=kind)
            else:
                self.skipped += 1
            return
        count = 0
        stack: list[tuple[Path, str, list[tuple[str, Any]], bool]] = [(self.root, "", [], False)]
        while stack:
            folder, path, ignores, wanted = stack.pop()
            ignores = self._with_ignores(folder, path, ignores)
            folders: list[tuple[Path, str, list[tuple[str, Any]], bool]] = []
            for entry in self._entries(folder, path):
                inner = f"{path}{entry.name}"
                included = wanted or self._included(inner)
                if entry.is_symlink():
                    # A link is read where it leads to, if that is in the tree; elsewhere it is not followed.
                    self.skipped += 1
                    if self._hides(entry):
                        self.problems.append((inner, "a link to what is not read: not followed"))
                elif entry.is_dir(follow_symlinks=False):
                    if inner.count("/") < MAX_DEPTH and (self._enters(entry, inner, ignores) or included):
                        folders.append((Path(entry.path), f"{inner}/", ignores, included))
                    elif self._leads_to_included(inner):
                        folders.append((Path(entry.path), f"{inner}/", [("", None)], False))
                    elif not entry.name.startswith((".", "__")):
                        self.passed_over.append(inner)
                elif count >= MAX_FILES:
                    self.skipped += 1
                else:
                    taken = self._taken(Path(entry.path), inner, ignores, included)
                    count += taken is not None
                    self.skipped += taken is None
                    if taken is not None:
                        yield taken
            stack += reversed(folders)
        if count >= MAX_FILES:
            self.problems.append(("", f"more than {MAX_FILES} files; the rest was left out"))

    def _hides(self, entry: os.DirEntry[str]) -> bool:
        """Return whether a link gives a source file, or a folder, that is read under no name of its own."""
        if matches(entry.name, (*self.rules.skipped_folders, *self.rules.skipped_files)):
            return False
        try:
            place = Path(entry.path).resolve()
            folder, there = entry.is_dir(), place.exists()
        except (OSError, RuntimeError):
            return False
        if not there or (not folder and ("." not in entry.name or self.kind(Path(entry.name)) is None)):
            return False
        inside = place.is_relative_to(self.root.resolve())
        return not inside or (not folder and "." in place.name and self.kind(Path(place.name)) is None)

    def _entries(self, folder: Path, path: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self.problems.append((path.rstrip("/") or ".", f"cannot be read: {error.strerror or 'error'}"))
            return []

    def _included(self, path: str) -> bool:
        name = PurePosixPath(path).name
        return any(
            path == one
            or path.startswith(f"{one}/")
            or fnmatch.fnmatchcase(path, one)
            or fnmatch.fnmatchcase(name, one)
            for one in self._include
        )

    def _leads_to_included(self, path: str) -> bool:
        return any(one.startswith(f"{path}/") for one in self._include)

    def _enters(self, entry: os.DirEntry[str], path: str, ignores: list[tuple[str, Any]]) -> bool:
        if matches(entry.name, self.rules.skipped_folders):
            return False
        if any((Path(entry.path) / mark).exists() for mark in self.rules.environment_marks):
            return False
        return not self._ignored(f"{path}/", ignores)

    def _taken(self, place: Path, path: str, ignores: list[tuple[str, Any]], included: bool) -> TreeFile | None:
        if not included:
            if matches(place.name, self.rules.skipped_files) or self._ignored(path, ignores):
                return None
            if any(spec is None for _, spec in ignores):
                # A skipped folder, entered only because something below it is included.
                return None
        kind = self.kind(place)
        return TreeFile(path=path, place=place, kind=kind) if kind is not None else None

    def kind(self, place: Path) -> str | None:
        """Return which reader looks at a file, by its name or first line."""
        name = place.name.lower()
        stem, dot, ending = name.rpartition(".")
        if dot and "." in stem and ending in self.rules.template_endings:
            name = stem
        for kind, patterns in self.rules.kinds:
            if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns):
                return kind
        if "." in place.name:
            return None
        try:
            with place.open("rb") as file:
                first = file.readline(200).decode("utf-8", "replace")
        except OSError:
            return None
        return next((kind for kind, pattern in self.rules.first_lines if pattern.match(first)), None)

    def _with_ignores(self, folder: Path, path: str, ignores: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
        place = folder / ".gitignore"
        try:
            if place.is_symlink() or not place.is_file() or place.stat().st_size > MAX_IGNORE_BYTES:
                return ignores
            lines = place.read_text("utf-8", "replace").splitlines()
        except OSError:
            return ignores
        import pathspec

        kept = []
        for line in lines:
            try:
                pathspec.GitIgnoreSpec.from_lines([line])
            except (ValueError, re.error):
                continue
            kept.append(line)
        return [*ignores, (path, pathspec.GitIgnoreSpec.from_lines(kept))]

    def _ignored(self, path: str, ignores: list[tuple[str, Any]]) -> bool:
        """Return what the nearest .gitignore that speaks of a path says; it says nothing of what is tracked."""
        if not self._named_as_ignored(path, ignores):
            return False
        if self._tracked is None:
            self._tracked = tracked_paths(self.root)
        return path.rstrip("/") not in self._tracked

    @staticmethod
    def _named_as_ignored(path: str, ignores: list[tuple[str, Any]]) -> bool:
        for base, spec in reversed(ignores):
            if spec is None:
                continue
            result = spec.check_file(path.removeprefix(base))
            if result.include is not None:
                return bool(result.include)
        return False
