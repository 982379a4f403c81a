"""Notebooks: the code cells as one module, magics as shell, text cells as prose; lines count within their cell."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from auditor.scan.interface import Draft, Found, SourceFile
from auditor.scan.names import Names
from auditor.scan.prose import Prose
from auditor.scan.python_file import read_python_text
from auditor.scan.python_nodes import is_python
from auditor.scan.shell import Shell
from auditor.scan.shown_code import beside, shown_code

__all__ = ["read_notebook"]

MAX_CELLS = 5_000
_MAGIC = re.compile(r"^(\s*)(?:[\w, ]{1,60}=\s*)?([!%?])(.*)$")
_CELL_MAGIC = re.compile(r"^%%\s*(\w+)")
_TIMED = re.compile(r"^(\s*%(?:timeit|time|prun|memit)\s+(?:-\w+\s+(?:\d+\s+)?)*)(\S.*)$")
_SHELLS = ("bash", "sh", "script", "zsh", "cmd")
_PYTHONS = ("time", "timeit", "capture", "python", "python3", "prun", "debug")


def read_notebook(source: SourceFile) -> Found:
    """Read every cell of a notebook."""
    found = Found()
    try:
        data = json.loads(source.text)
        cells = data["cells"] if "cells" in data else data["worksheets"][0]["cells"]
        sources = [(str(cell.get("cell_type", "code")), _text(cell)) for cell in cells[:MAX_CELLS]]
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        found.problems.append((None, "not a notebook"))
        return found
    prose = Prose(source.rules, Names(source.rules, source.exists))
    rows: list[str] = []
    origin: list[tuple[int, int]] = []
    shell = _CellShell(source)
    for number, (kind, text) in enumerate(sources, 1):
        if kind != "code":
            code = [msgspec.structs.replace(one, cell=number) for one in shown_code(source, text, 1)]
            found.add(*code, *beside(prose.mentions(text, 1, 1, cell=number), code))
            continue
        kept = shell.code(text, number)
        if not is_python(kept):
            found.problems.append((None, f"cell {number} is not Python"))
            drafts = prose.mentions(kept, 1, 1, use="used", loose=False, cell=number)
            found.add(*(msgspec.structs.replace(draft, confidence="low") for draft in drafts))
            continue
        for line, row in enumerate(kept.split("\n"), 1):
            rows.append(row)
            origin.append((number, line))
    inner = read_python_text(source, "\n".join(rows))
    found.add(*(_located(draft, origin) for draft in inner.drafts))
    found.unresolved += [
        msgspec.structs.replace(guess, line=origin[guess.line - 1][1], cell=origin[guess.line - 1][0])
        for guess in inner.unresolved
    ]
    found.comments += [
        msgspec.structs.replace(comment, line=origin[comment.line - 1][1], cell=origin[comment.line - 1][0])
        for comment in inner.comments
    ]
    found.problems += inner.problems
    shell.into(found)
    return found


def _text(cell: dict[str, Any]) -> str:
    text = cell.get("source", cell.get("input", ""))
    return "".join(map(str, text)) if isinstance(text, list) else str(text)


def _located(draft: Draft, origin: list[tuple[int, int]]) -> Draft:
    cell, line = origin[draft.line - 1]
    last = min(draft.end_line, len(origin)) - 1
    return msgspec.structs.replace(
        draft, cell=cell, line=line, end_line=origin[last][1], via=tuple(origin[one - 1][1] for one in draft.via)
    )


class _CellShell:
    """Takes the shell lines out of code cells, and reads them with the variables of one notebook."""

    def __init__(self, source: SourceFile) -> None:
        self._source = source
        self._cells: list[tuple[int, Found]] = []

    def code(self, text: str, number: int) -> str:
        """Return the Python of a cell with the lines of its magics emptied."""
        magic = _CELL_MAGIC.match(text)
        rows = text.split("\n")
        if magic and magic[1] in _SHELLS:
            self._read("\n".join(["", *rows[1:]]), number)
            return ""
        if magic and magic[1] not in _PYTHONS:
            return ""
        kept = ["" if magic else rows[0], *rows[1:]]
        index = 0
        while index < len(kept):
            match = _MAGIC.match(kept[index])
            if match and not kept[index].lstrip().startswith("!="):
                first = index
                lines = [kept[index]]
                while lines[-1].rstrip().endswith("\\") and index + 1 < len(kept):
                    index += 1
                    lines.append(kept[index])
                    kept[index] = ""
                if match[2] == "!" or match[3].startswith(("sx", "system", "env", "set_env")):
                    self._line(lines, match, first, number)
                timed = _TIMED.match(lines[0]) if len(lines) == 1 else None
                # `%timeit load(...)`: the rest of the line is code in its own place.
                kept[first] = f"{match[1]}pass"
                if timed and is_python(timed[2].strip()):
                    kept[first] = f"{match[1]}({' ' * (len(timed[1]) - len(match[1]) - 1)}{timed[2]})"
            index += 1
        return "\n".join(kept)

    def _line(self, lines: list[str], match: re.Match[str], first: int, number: int) -> None:
        start = match.start(3)
        content = match[3].removeprefix("!")
        start += len(match[3]) - len(content)
        if match[2] == "%":
            word = content.split(" ")[0]
            content, start = content[len(word) :], start + len(word)
        self._read("\n" * first + " " * start + "\n".join([content, *lines[1:]]), number)

    def _read(self, text: str, number: int) -> None:
        found = Found()
        shell = Shell(self._source, found)
        shell.lines(text)
        shell.finish()
        self._cells.append((number, found))

    def into(self, found: Found) -> None:
        """Put what was found into `found`, with its cells."""
        for cell, inner in self._cells:
            found.add(*(msgspec.structs.replace(draft, cell=cell) for draft in inner.drafts))
            found.unresolved += [msgspec.structs.replace(guess, cell=cell) for guess in inner.unresolved]
            found.comments += [msgspec.structs.replace(comment, cell=cell) for comment in inner.comments]
