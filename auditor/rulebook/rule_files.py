"""Read one kind of rule file after another, collecting problems instead of stopping at the first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from auditor.rulebook.conditions import Condition, compile_condition
from auditor.rulebook.schema_check import schema_problems
from auditor.rulebook.sound_files import SoundFiles
from auditor.rulebook.strict_yaml import StrictYaml, read_strict_yaml
from auditor.rulebook.vocabulary import FactType

__all__ = ["RuleReader", "folder_digest"]


def folder_digest(folder: Path) -> str:
    """Return the sha256 over names and bytes of every file below `folder`, the same on every machine."""
    digest = hashlib.sha256()
    paths = [path for path in folder.rglob("*") if path.is_file() and path.suffix in (".yaml", ".json")]
    for path in sorted(paths, key=lambda path: path.relative_to(folder).as_posix()):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


class RuleReader:
    """Reads and schema-checks rule files below one folder; `problems` collects what is wrong."""

    def __init__(self, root: Path, shown_as: str, sound: SoundFiles | None = None) -> None:
        self.root = root
        self.shown_as = shown_as
        self.sound = sound or SoundFiles(None)
        self.problems: list[str] = []

    def read(self, relative: str, schema: str) -> StrictYaml | None:
        """Return the document at `relative`, or `None` after noting why it cannot be used."""
        name = f"{self.shown_as}/{relative}"
        try:
            content = (self.root / relative).read_bytes()
            text = content.decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            self.problems.append(f"{name}: cannot be read: {error}")
            return None
        known = self.sound.get(schema, content)
        if known is not None:
            return StrictYaml(name, known, {}, {}, [])
        document = read_strict_yaml(text, name)
        found = document.problems or schema_problems(document, schema)
        self.problems += found
        if found:
            return None
        self.sound.add(schema, content, document.data)
        return document

    def each(self, folder: str, schema: str) -> Iterator[tuple[Path, StrictYaml]]:
        """Yield `(path relative to the folder, document)` for every sound YAML file below `folder`, sorted."""
        base = self.root / folder
        for path in sorted(base.rglob("*.yaml"), key=lambda path: path.as_posix()):
            relative = path.relative_to(base)
            document = self.read(f"{folder}/{relative.as_posix()}", schema)
            if document is not None:
                yield relative, document

    def condition(
        self, document: StrictYaml, path: tuple[str | int, ...], facts: dict[str, FactType]
    ) -> Condition | None:
        """Compile the condition at `path` of `document`; `None` when it is absent or wrong."""
        tree: Any = document.data
        for step in path:
            tree = tree.get(step) if isinstance(tree, dict) else tree[step]
            if tree is None:
                return None
        condition, problems = compile_condition(tree, facts)
        for problem in problems:
            self.problems.append(f"{document.at((*path, *problem.path))}: {problem.message}")
        return condition
