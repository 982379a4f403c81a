"""Code that text only shows: fences and front matter of Markdown, examples of docstrings, lines behind a comment sign.

It is read by the reader of its own kind, and everything that it names is mentioned.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import msgspec

from auditor.scan.interface import Comment, Draft, SourceFile
from auditor.scan.python_nodes import is_python

__all__ = ["beside", "commented_out", "shown_code"]

MAX_DEPTH = 2
MAX_BLOCKS = 500
MAX_COMMENTED = 2_000
MAX_BLOCK = 400
"""Lines of a block of comments."""
_FENCE = re.compile(r"^(\s{0,12}(?:[>*]\s?)?)(`{3,}|~{3,})\s*\{?\.?([\w+#-]{0,20})")
_EXAMPLE = re.compile(r"^(\s*)(?:>>>|\.\.\.)(?: |$)")
_PROMPT = re.compile(r"^(\s*)[$%](?= )")
# A line of code that is worth a look: a text in quotes, in a call, a setting or a mapping.
_CODE = re.compile(r"[(=:\[{,]\s*[\"'][^\"'\n]+[\"']")

# What a line begins with that somebody is told to type.
_COMMAND = re.compile(r"\s*(?:[$%] |(?:sudo|pip|python3?|docker|curl|export|npm|npx|make|git|uvx?|bash|\./)\S*\s)")
_BEHIND = re.compile(r"\s+#[^\"']*$")


def shown_code(source: SourceFile, text: str, line: int, *, front: bool = False) -> list[Draft]:
    """Return what the code names that `text` shows, which begins at `line`; with `front` it may begin with metadata."""
    from auditor.scan.readers import LANGUAGES

    if source.depth >= MAX_DEPTH:
        return []
    rows = text.split("\n")
    drafts: list[Draft] = []
    blocks = 0
    index = _front_matter(source, rows, line, drafts) if front else 0
    while index < len(rows) and blocks < MAX_BLOCKS:
        opened = _FENCE.match(rows[index])
        if opened is not None:
            end = index + 1
            while end < len(rows) and not rows[end].lstrip(" >*\t").startswith(opened[2]):
                end += 1
            kind = LANGUAGES.get(opened[3].lower())
            if not opened[3] and any(_COMMAND.match(row) for row in rows[index + 1 : end]):
                kind = "shell"
            if kind is not None:
                blocks += 1
                body = [_PROMPT.sub(r"\1 ", row) if kind == "shell" else row for row in rows[index + 1 : end]]
                drafts += _read(source, kind, body, line + index + 1)
            index = end + 1
        elif _EXAMPLE.match(rows[index]):
            end = index
            while end < len(rows) and _EXAMPLE.match(rows[end]):
                end += 1
            blocks += 1
            body = [_EXAMPLE.sub(lambda match: match[1] + "    ", row) for row in rows[index:end]]
            drafts += _read(source, "python", body, line + index)
            index = end
        else:
            index += 1
    return drafts


def _front_matter(source: SourceFile, rows: list[str], line: int, drafts: list[Draft]) -> int:
    """Read the metadata at the head of a Markdown file; return the index behind it."""
    if rows[0].rstrip() != "---":
        return 0
    end = next((n for n, row in enumerate(rows[1:], 1) if row.rstrip() == "---"), None)
    if end is None:
        return 0
    drafts += _read(source, "yaml", rows[1:end], line + 1)
    return end + 1


def commented_out(source: SourceFile, comments: Iterable[Comment]) -> list[Draft]:
    """Return what Python code names that stands in comments, line by line or as a block."""
    if source.depth >= MAX_DEPTH:
        return []
    drafts: list[Draft] = []
    for block in _blocks(comments):
        rows = [" " * one.column + one.text[1:] for one in block]
        parts = [rows] if len(rows) > 1 and is_python("\n".join(_dedented(rows)[0])) else [[row] for row in rows]
        for number, part in enumerate(parts):
            if not any(_CODE.search(row) for row in part):
                continue
            body = _dedented(part)[0]
            if not is_python("\n".join(body)):
                # `"name": "org/name",` of a dictionary, or one argument of a call.
                inner = _BEHIND.sub("", body[0]).strip().rstrip(",")
                whole = [f"{{{inner}}}", f"f({inner})"]
                fit = next((text for text in whole if len(part) == 1 and is_python(text)), None)
                if fit is None:
                    continue
                part = [" " * max(part[0].index(inner) - fit.index(inner), 0) + fit]
            drafts += _read(source, "python", part, block[number if len(part) < len(rows) else 0].line)
    return drafts


def _blocks(comments: Iterable[Comment]) -> Iterator[list[Comment]]:
    """Yield comments that stand alone in lines below each other; a comment behind code is one of its own."""
    block: list[Comment] = []
    for count, one in enumerate(comments):
        if count >= MAX_COMMENTED:
            break
        follows = block and one.alone and block[-1].alone and one.line == block[-1].line + 1
        if block and (not follows or one.column != block[-1].column or len(block) >= MAX_BLOCK):
            yield block
            block = []
        block.append(one)
    if block:
        yield block


def beside(drafts: Iterable[Draft], code: Iterable[Draft]) -> Iterator[Draft]:
    """Yield the drafts of running text that the code it shows does not give better."""
    known = {(one.cell, one.line, one.target.lower()) for one in code}
    return (one for one in drafts if (one.cell, one.line, one.target.lower()) not in known)


def _read(source: SourceFile, kind: str, rows: list[str], line: int) -> Iterator[Draft]:
    from auditor.scan.readers import reader_of

    body, indent = _dedented(rows)
    inner = msgspec.structs.replace(source, text="\n".join(body), depth=source.depth + 1)
    for draft in reader_of(kind)(inner).drafts:
        yield msgspec.structs.replace(
            draft, use="mentioned", line=draft.line + line - 1, end_line=draft.end_line + line - 1,
            column=draft.column + indent, via=tuple(one + line - 1 for one in draft.via),
        )  # fmt: skip


def _dedented(rows: list[str]) -> tuple[list[str], int]:
    """Return the rows without the indentation that all of them have, and how much that is."""
    indent = min((len(row) - len(row.lstrip(" ")) for row in rows if row.strip()), default=0)
    return [row[indent:] for row in rows], indent
