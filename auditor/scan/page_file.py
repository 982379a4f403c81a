"""Pages with scripts inside of markup: the scripts are read as scripts, the rest is text for readers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from auditor.scan.interface import Draft, Found, SourceFile
from auditor.scan.names import Names
from auditor.scan.prose import Prose
from auditor.scan.script_file import read_script
from auditor.scan.shown_code import beside

__all__ = ["read_page"]

_SCRIPT = re.compile(r"(<script\b[^>]{0,500}>)(.*?)(?=</script\b|\Z)", re.IGNORECASE | re.DOTALL)
_FRONT = re.compile(r"\A---\n(.*?)\n---(?=\n|\Z)", re.DOTALL)
MAX_ROW = 20_000
_OPTION = re.compile(r"<option\b[^>]{0,200}?\bvalue=[\"']([^\"'<>]{2,200})[\"']", re.IGNORECASE)
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
    names = Names(source.rules, source.exists)
    prose = Prose(source.rules, names)
    for number, row in enumerate("".join(outside).split("\n"), 1):
        if row.strip():
            row = row[:MAX_ROW]
            chosen = list(_chosen(row, number, names))
            found.add(*chosen, *beside(prose.mentions(row, number, 1), chosen))
    return found


def _chosen(row: str, line: int, names: Names) -> Iterator[Draft]:
    """Yield the models that a form offers: what is chosen there is what runs."""
    for match in _OPTION.finditer(row) if "<option" in row else ():
        name = names.literal(match[1])
        if name is not None:
            yield Draft(
                target=name.target, provider=name.provider, type=name.type, line=line, column=match.start(1) + 1,
                end_line=line, how="option", confidence="low", revision=name.revision,
            )  # fmt: skip
