"""From a source tree to everything it refers to: walk, read, judge by markers and folders, put in order."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePosixPath

import msgspec

from auditor.errors import UsageProblem
from auditor.model.scan import Excluded, FileCounts, Place, Reference, Scan, ScanProblem, Unresolved
from auditor.rulebook.scan_rules import ScanRules
from auditor.scan.hub_names import is_commit
from auditor.scan.interface import Draft, Found, SourceFile
from auditor.scan.marks import Marks
from auditor.scan.readers import reader_of
from auditor.scan.tree import MAX_BYTES, TreeFile, Walk, matches

__all__ = ["scan_tree"]

MAX_REFERENCES = 500_000
MAX_VIA = 50
COLLECT_EVERY = 10
"""Files between two looks of the collector: their trees of syntax are in memory together."""
_RANK = {"high": 2, "medium": 1, "low": 0}


def scan_tree(root: Path, rules: ScanRules, *, include: Sequence[str] = ()) -> Scan:
    """Return everything that the tree below `root` (or the one file) refers to; nothing in it is ever run.

    `include` are globs or folders relative to `root` that are read although they would be skipped. Raises
    `UsageProblem` when there is no such path.
    """
    if not root.exists():
        raise UsageProblem(f"no such file or folder: {str(root)!r}")
    scanner = _Scanner(root, rules)
    walk = Walk(root, rules, include)
    with _rare_collection() as collect:
        for count, file in enumerate(walk.files(), 1):
            scanner.read(file, walk)
            if count % COLLECT_EVERY == 0:
                collect()
            if len(scanner.references) > MAX_REFERENCES:
                walk.problems.append((file.path, f"more than {MAX_REFERENCES} references; the rest was left out"))
                break
    problems = [*scanner.problems, *(ScanProblem(file=f or ".", line=None, message=m) for f, m in walk.problems)]
    return Scan(
        root=root.as_posix(),
        references=tuple(sorted(scanner.references, key=_order)),
        unresolved=tuple(sorted(scanner.unresolved, key=lambda one: (one.file, one.line, one.column, one.expression))),
        excluded=tuple(sorted(scanner.excluded, key=lambda one: (one.file, one.line, one.target))),
        problems=tuple(sorted(problems, key=lambda one: (one.file, one.line or 0, one.message))),
        files=FileCounts(scanned=scanner.count, skipped=walk.skipped),
        passed_over=tuple(sorted(walk.passed_over)),
    )


@contextlib.contextmanager
def _rare_collection() -> Iterator[Callable[[], int]]:
    """Hold back the collector while trees of syntax are built, and give a way to call it between files.

    It would look through every node of a tree again and again, which costs as much as parsing does; what is there
    before the scan (the rulebook) is kept out of its sight.
    """
    enabled = gc.isenabled()
    gc.disable()
    gc.freeze()
    try:
        yield gc.collect
    finally:
        gc.unfreeze()
        if enabled:
            gc.enable()


def _order(one: Reference) -> tuple[str, int, int, int, str]:
    return one.file, one.cell or 0, one.line, one.column, one.target


class _Scanner:
    """Collects what the files of one tree name."""

    def __init__(self, root: Path, rules: ScanRules) -> None:
        self._rules = rules
        self._root = root if root.is_dir() else root.parent
        self.references: list[Reference] = []
        self.unresolved: list[Unresolved] = []
        self.excluded: list[Excluded] = []
        self.problems: list[ScanProblem] = []
        self.count = 0

    def read(self, file: TreeFile, walk: Walk) -> None:
        """Read one file; what cannot be read is a problem or, when it is no text, is passed over."""
        try:
            if file.place.stat().st_size > MAX_BYTES:
                walk.skipped += 1
                self.problems.append(ScanProblem(file=file.path, line=None, message=f"larger than {MAX_BYTES} bytes"))
                return
            content = file.place.read_bytes()
        except OSError as error:
            message = f"cannot be read: {error.strerror or 'error'}"
            self.problems.append(ScanProblem(file=file.path, line=None, message=message))
            return
        if b"\0" in content[:8192]:
            walk.skipped += 1
            # Its name says that it is text; shells and editors read past what is none.
            self.problems.append(ScanProblem(file=file.path, line=None, message="holds NUL bytes: not read as text"))
            return
        text = content.decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\r", "\n")
        self.count += 1
        source = SourceFile(
            path=file.path,
            text=text,
            rules=self._rules,
            in_tests=self._in_tests(file.path),
            exists=self._exists(file.path),
        )
        try:
            found = reader_of(file.kind)(source)
        except (RecursionError, MemoryError):
            self.problems.append(ScanProblem(file=file.path, line=None, message="nested too deep to be read"))
            return
        self._keep(source, found)

    def _in_tests(self, path: str) -> bool:
        parts = PurePosixPath(path).parts
        return any(part.lower() in self._rules.test_folders for part in parts[:-1]) or matches(
            parts[-1], self._rules.test_files
        )

    def _exists(self, path: str) -> Callable[[str], bool]:
        beside = self._root / PurePosixPath(path).parent

        def exists(name: str) -> bool:
            try:
                return any(_holds_something(folder / name) for folder in (beside, self._root))
            except (OSError, ValueError):
                return False

        return exists

    def _keep(self, source: SourceFile, found: Found) -> None:
        marks = Marks(source, found.comments)
        for draft in _merged([*found.drafts, *marks.named()]):
            if marks.takes_out(draft):
                self.excluded.append(Excluded(file=source.path, line=draft.line, target=draft.target))
            else:
                self.references.append(self._reference(source, draft))
        self.problems += [ScanProblem(file=source.path, line=line, message=text) for line, text in found.problems]
        if not source.in_tests:
            self.unresolved += [
                Unresolved(file=source.path, line=one.line, column=one.column, how=one.how, expression=one.expression)
                for one in found.unresolved
            ]

    def _reference(self, source: SourceFile, draft: Draft) -> Reference:
        disclosed = self._rules.disclosed.get((draft.provider, draft.target.lower()))
        return Reference(
            target=draft.target,
            provider=draft.provider,
            type=draft.type,
            use="mentioned" if source.in_tests else draft.use,
            file=source.path,
            line=draft.line,
            end_line=draft.end_line,
            column=draft.column,
            cell=draft.cell,
            revision=draft.revision,
            pinned=is_commit(draft.revision),
            confidence=draft.confidence,
            how=draft.how,
            via=tuple(Place(file=source.path, line=line) for line in draft.via),
            disclosed=disclosed if draft.type == "hosted" else None,
        )


def _merged(drafts: list[Draft]) -> list[Draft]:
    """Return one draft for each name and place: a literal that several calls use is one reference.

    The surest reading wins; a revision counts only where every sure use has the same one.
    """
    groups: dict[tuple[int | None, int, int, str], list[Draft]] = {}
    for draft in drafts:
        groups.setdefault((draft.cell, draft.line, draft.column, draft.target), []).append(draft)
    merged = []
    for group in groups.values():
        best = max(group, key=lambda one: (one.use == "used", _RANK[one.confidence]))
        equals = [one for one in group if one.use == best.use and one.confidence == best.confidence]
        revisions = {one.revision for one in equals}
        via = sorted({line for one in group for line in one.via})[:MAX_VIA]
        merged.append(
            msgspec.structs.replace(
                best, revision=best.revision if len(revisions) == 1 else None, via=tuple(line for line in via)
            )
        )
    sure = {(one.cell, one.line, one.column) for one in merged if one.confidence == "high"}
    return [one for one in merged if one.confidence == "high" or (one.cell, one.line, one.column) not in sure]


def _holds_something(path: Path) -> bool:
    """Return whether `path` is a file or a folder with one: an empty folder (`.gitkeep`) is no model."""
    if not path.is_dir():
        return path.exists()
    return any(not entry.name.startswith(".") for entry in path.iterdir())
