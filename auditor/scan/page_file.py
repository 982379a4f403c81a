"""Pages with scripts inside of markup: the scripts are read as scripts, the rest is text for readers."""

from __future__ import annotations

import re

import msgspec

from auditor.scan.interface import Found, SourceFile
from auditor.scan.names import Names
from auditor.scan.prose import Prose
from auditor.scan.script_file import read_script

__all__ = ["read_page"]

_SCRIPT = re.compile(r"(<script\b[^>]{0,500}>)(.*?)(?=</script\b|\Z)", re.IGNORECASE | re.DOTALL)
_FRONT = re.compile(r"\A---\n(.*?)\n---(?=\n|\Z)", re.DOTALL)
_VISIBLE = re.compile(r"[^\n]")


def read_page(source: SourceFile) -> Found:
    """Read one page; what is no script keeps its place and is blank for the reader of scripts, and the reverse."""
    text = source.text
    spans = [match.span(2) for match in _SCRIPT.finditer(text)]
    if source.path.endswith(".astro"):
        spans += [match.span(1) for match in _FRONT.finditer(text)]
    inside, outside, last = [], [], 0
    for start, end in sorted(spans):
        if start < last:
            continue
        inside += [_VISIBLE.sub(" ", text[last:start]), text[start:end]]
        outside += [text[last:start], _VISIBLE.sub(" ", text[start:end])]
        last = end
    inside.append(_VISIBLE.sub(" ", text[last:]))
    outside.append(text[last:])
    found = read_script(msgspec.structs.replace(source, text="".join(inside)))
    prose = Prose(source.rules, Names(source.rules, source.exists))
    for number, row in enumerate("".join(outside).split("\n"), 1):
        if row.strip():
            found.add(*prose.mentions(row[:20_000], number, 1))
    return found
