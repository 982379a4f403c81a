"""Comments that speak to us: `auditor: ignore` takes references out, `auditor: model ID` names what nobody can see."""

from __future__ import annotations

import re

from auditor.model.scan import Excluded
from auditor.scan.interface import Comment, Draft, SourceFile
from auditor.scan.names import Names

__all__ = ["Marks"]

_IGNORE = re.compile(r"\bauditor:\s*ignore\b(?!-)", re.IGNORECASE)
_MODEL = re.compile(r"\bauditor:\s*(model|dataset)\s+[\"'`]?([^\s\"'`*>]{1,200})", re.IGNORECASE)


class Marks:
    """The markers of one file."""

    def __init__(self, source: SourceFile, comments: list[Comment]) -> None:
        self._source = source
        self._names = Names(source.rules)
        self._ignored: dict[tuple[int | None, int], bool] = {}
        self._comments = comments
        for comment in comments:
            if _IGNORE.search(comment.text):
                self._ignored[comment.cell, comment.line] = comment.alone

    def named(self) -> list[Draft]:
        """Return the references that markers name."""
        drafts = []
        for comment in self._comments:
            match = _MODEL.search(comment.text)
            if match is None:
                continue
            kind, text = match[1].lower(), match[2].rstrip(",;")
            name = None
            if kind == "dataset" or text.startswith(("datasets/", "dataset:")):
                name = self._names.called(
                    text.removeprefix("datasets/").removeprefix("dataset:"), "hub", "dataset", bare=True
                )
            else:
                name = self._names.called(text.removeprefix("hub:"), "routed", "model") or self._names.called(
                    text.removeprefix("hub:"), "hub", "model", bare=True
                )
            if name is not None:
                drafts.append(
                    Draft(
                        target=name.target, provider=name.provider, type=name.type, line=comment.line,
                        column=comment.column + match.start(2), end_line=comment.line, how=f"auditor: {kind}",
                        confidence="high", cell=comment.cell, revision=name.revision,
                    )
                )  # fmt: skip
        return drafts

    def takes_out(self, draft: Draft) -> bool:
        """Return whether a marker on the line of a literal, or alone on the line before, takes the reference out.

        On the line of a call that spans several lines, the marker speaks for its whole call.
        """
        for line in range(draft.line, draft.end_line + 1):
            if (draft.cell, line) in self._ignored:
                return True
        if self._ignored.get((draft.cell, draft.line - 1), False):
            return True
        return any((draft.cell, line) in self._ignored and line <= draft.line for line in draft.via[:1])

    @staticmethod
    def excluded(path: str, draft: Draft) -> Excluded:
        """Return the record of a reference that was taken out."""
        return Excluded(file=path, line=draft.line, target=draft.target)
