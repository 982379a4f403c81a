"""What text, comments and docstrings say about models: always a mention, never a use."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from typing import Literal

from auditor.rulebook.scan_rules import ScanRules
from auditor.scan.addresses import hub_addresses
from auditor.scan.hub_names import Name
from auditor.scan.interface import Comment, Confidence, Draft, Found, SourceFile, Use
from auditor.scan.keys import Keys
from auditor.scan.names import Names
from auditor.scan.shown_code import beside, shown_code

__all__ = ["TELLING", "Prose", "read_prose"]

MAX_LINE = 20_000
# What a message must have to name something: an id with a slash, one with a number, a call or a command.
TELLING = re.compile(r"[\w-]/[\w-]|[a-z0-9]-[a-z0-9.-]{0,40}\d|\(|\b(?:pull|run|download|serve)\s")
MAX_OPTION = 60
_OPTION = re.compile(r"(--[\w-]+)[ =][\"'`]?$")
# "JSONL/JSON", "AWQ/GPTQ": two of a kind, not an owner and a name.
_FORMATS = re.compile(r"[A-Z0-9]{2,6}/[A-Z0-9]{2,6}")
_NEWLINE = re.compile(r"\n")


class Prose:
    """Finds mentions in running text."""

    def __init__(self, rules: ScanRules, names: Names) -> None:
        self._rules, self._names, self._keys = rules, names, Keys(rules)

    def mentions(
        self, text: str, line: int, column: int, *, use: Use = "mentioned", loose: bool = True, cell: int | None = None
    ) -> Iterator[Draft]:
        """Yield every mention in `text`, which begins at `line` and `column`.

        With `loose`, names that only look like models count, too; without it only addresses and calls do. The id of a
        service counts where it is mentioned; in code that nobody could read it proves no use.
        """
        starts: list[int] = []
        seen: set[int] = set()
        for start, name, how, confidence in self._found(text, loose, services=use == "mentioned"):
            if start in seen:
                continue
            seen.add(start)
            starts = starts or [0, *(match.end() for match in _NEWLINE.finditer(text))]
            row = bisect.bisect_right(starts, start) - 1
            place = start - starts[row] + (column if row == 0 else 1)
            yield Draft(
                target=name.target, provider=name.provider, type=name.type, line=line + row, column=place,
                end_line=line + row, how=how, confidence=confidence, use=use, cell=cell, revision=name.revision,
            )  # fmt: skip

    def _found(self, text: str, loose: bool, *, services: bool) -> Iterator[tuple[int, Name, str, Confidence]]:
        spans: list[tuple[int, int]] = []
        told: list[tuple[int, int]] = []
        for address in hub_addresses(text, self._rules):
            spans.append((address.start, address.end))
            found = self._names.called(text[address.start : address.end].rstrip(".,:;!?"), "hub", "model")
            if found is not None:
                yield address.start, found, "address", "high"
        for pattern in self._rules.prose:
            for match in pattern.finditer(text):
                group = match.lastgroup or "id"
                called = self._called(match[group], group)
                if called is not None and not _within(match.start(group), spans + told):
                    told.append(match.span())
                    yield match.start(group), called, "text", "medium"
        spans += told
        for match in self._rules.service.finditer(text) if services else ():
            spoken = self._names.spoken(match["id"])
            if spoken is not None and not _within(match.start("id"), spans):
                yield match.start("id"), spoken, "text", "low"
        if not loose or "/" not in text:
            return
        for match in self._rules.assignment.finditer(text):
            kind = self._keys.kind(match["key"])
            keyed = self._names.keyed(match["id"].rstrip("."), kind) if kind else None
            if keyed is not None and not _within(match.start("id"), spans):
                yield match.start("id"), keyed, "text", "medium"
        for match in self._rules.bare.finditer(text):
            if _FORMATS.fullmatch(match["id"]):
                continue
            option = _OPTION.search(text, max(match.start() - MAX_OPTION, 0), match.start())
            if option is not None and not self._names_models(option[1]):
                # `--config family/8B_single`: the value of an option that names something else.
                continue
            written = self._names.written(match["id"])
            if written is not None and not _within(match.start("id"), spans):
                yield match.start("id"), written, "text", "low"

    def _names_models(self, option: str) -> bool:
        rules = self._rules
        return option in rules.model_flags or option in rules.dataset_flags or self._keys.kind(option) is not None

    def _called(self, text: str, group: str) -> Name | None:
        if _FORMATS.fullmatch(text):
            return None
        if group == "flagged":
            return self._names.keyed(text.rstrip("."), "model", plain=False)
        if group == "tagged":
            return self._names.of_library(text.rstrip("."))
        if group == "listed":
            return self._names.called(text.rstrip("."), self._rules.library.provider, "model")
        if group == "data" and self._names.written(text) is not None:
            return None
        kind: Literal["model", "dataset"] = "dataset" if group in ("dataset", "data") else "model"
        return self._names.called(text, "hub", kind, bare=True)

    def comments(self, comments: list[Comment]) -> Iterator[Draft]:
        """Yield the mentions in comments; a marker of ours is none."""
        for comment in comments:
            if "auditor:" not in comment.text:
                yield from self.mentions(comment.text[:MAX_LINE], comment.line, comment.column, cell=comment.cell)


def _within(start: int, spans: list[tuple[int, int]]) -> bool:
    return any(first <= start < last for first, last in spans)


def read_prose(source: SourceFile) -> Found:
    """Read Markdown and other text: everything in it is mentioned."""
    found = Found()
    prose = Prose(source.rules, Names(source.rules, source.exists))
    code = shown_code(source, source.text, 1, front=True)
    found.add(*code)
    for number, line in enumerate(source.text.split("\n"), 1):
        if "<!--" in line or line.lstrip().startswith(("#", "//", "..")):
            start = max(line.find("<!--"), 0)
            found.comments.append(Comment(line=number, column=start + 1, text=line[start:MAX_LINE], alone=True))
        found.add(*beside(prose.mentions(line[:MAX_LINE], number, 1), code))
    return found
