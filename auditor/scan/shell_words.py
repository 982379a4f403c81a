"""Words of shell text with their places, and where its quotes and comments are."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.scan.commands import Word

__all__ = ["comment_at", "open_quote", "split_words", "unquoted"]


def split_words(text: str, line: int, column: int) -> Iterator[list[Word]]:
    """Yield the words of each command of `text`; quotes are taken off, places are those of the words."""
    words: list[Word] = []
    index, row, start_of_row, shift = 0, line, 0, column
    current: list[str] | None = None
    begin = (line, column)
    begin_index = 0

    def finish() -> None:
        nonlocal current
        if current is not None:
            words.append(Word(text="".join(current), line=begin[0], column=begin[1], source=text[begin_index:index]))
            current = None

    while index < len(text):
        char = text[index]
        if char == "\n":
            finish()
            if words:
                yield words
                words = []
            row, start_of_row, shift = row + 1, index + 1, 1
        elif char == "\\" and text[index + 1 : index + 2] == "\n":
            finish()
            index += 1
            row, start_of_row, shift = row + 1, index + 1, 1
        elif char.isspace():
            finish()
        elif char in ";|&()" and not (char in "()" and current is not None):
            finish()
            if words:
                yield words
                words = []
        elif char == "#" and current is None:
            while index + 1 < len(text) and text[index + 1] != "\n":
                index += 1
        else:
            if current is None:
                current, begin, begin_index = [], (row, index - start_of_row + shift), index
            if char in "'\"":
                closing = index + 1
                while closing < len(text) and text[closing] != char:
                    closing += 2 if char == '"' and text[closing] == "\\" else 1
                inner = text[index + 1 : closing]
                current.append(inner)
                if "\n" in inner:
                    row += inner.count("\n")
                    start_of_row, shift = index + 1 + inner.rfind("\n") + 1, 1
                index = closing
            elif char == "{" and text[index + 1 : index + 2] == "{" and 0 <= text.find("}}", index) < index + 200:
                closing = text.find("}}", index) + 1
                current.append(text[index : closing + 1])
                index = closing
            elif char == "$" and text[index + 1 : index + 2] in ("(", "{"):
                closing = text.find(")" if text[index + 1] == "(" else "}", index)
                closing = closing if 0 <= closing < index + 400 else index
                current.append(text[index : closing + 1])
                index = closing
            else:
                current.append(char if char != "\\" else "")
        index += 1
    finish()
    if words:
        yield words


def unquoted(row: str) -> str:
    """Return `row` with what stands in quotes blanked."""
    return re.sub(r"\"[^\"]*\"|'[^']*'", lambda match: " " * len(match[0]), row)


def comment_at(row: str) -> int | None:
    """Return where a comment begins, outside of quotes and at the start of a word."""
    quote = ""
    for index, char in enumerate(row):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "#" and (index == 0 or row[index - 1] in " \t;"):
            return index
    return None


def open_quote(row: str, quote: str) -> str:
    """Return the quote that is open at the end of a line that began inside of `quote`."""
    index = 0
    while index < len(row):
        char = row[index]
        if char == "\\" and quote != "'":
            index += 1
        elif quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char == "#" and (index == 0 or row[index - 1] in " \t;"):
            break
        index += 1
    return quote
