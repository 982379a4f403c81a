"""The comments of a Python module, told apart from what stands in its strings."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator

from auditor.scan.interface import Comment

__all__ = ["comments_of"]

_TOKEN = re.compile(
    r"#[^\n]*"
    r"|\"\"\"(?:[^\\]|\\.)*?(?:\"\"\"|\Z)|'''(?:[^\\]|\\.)*?(?:'''|\Z)"
    r"|\"(?:[^\"\\\n]|\\.)*(?:\"|$)|'(?:[^'\\\n]|\\.)*(?:'|$)",
    re.DOTALL | re.MULTILINE,
)


def comments_of(text: str) -> Iterator[Comment]:
    """Yield every comment of `text`.

    Where a marker of ours could stand, Python's own tokenizer decides, for a marker in a string must take nothing
    out; elsewhere a pattern does, which is ten times as fast.
    """
    if "#" not in text:
        return
    if "auditor:" in text.lower():
        yield from _tokenized(text)
        return
    line = last = 0
    for match in _TOKEN.finditer(text):
        if text[match.start()] != "#":
            continue
        start = match.start()
        line += text.count("\n", last, start)
        last = start
        begin = text.rfind("\n", 0, start) + 1
        alone = not text[begin:start].strip()
        yield Comment(line=line + 1, column=start - begin + 1, text=match[0], alone=alone)


def _tokenized(text: str) -> Iterator[Comment]:
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                line, column = token.start
                alone = not token.line[:column].strip()
                yield Comment(line=line, column=column + 1, text=token.string, alone=alone)
    except (tokenize.TokenError, SyntaxError, RecursionError):
        return
