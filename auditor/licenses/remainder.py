"""What stands beside a license in the same text: harmless surroundings, or words that may add to its terms."""

from __future__ import annotations

import re
from collections.abc import Sequence

from auditor.licenses.holder import is_holder_line, is_name
from auditor.licenses.normalize import Paragraph, Words, paragraphs_outside, words_of
from auditor.licenses.restrictions import foreign, restricts, restricts_strongly

__all__ = ["additions"]

MAX_PARAGRAPHS = 400
"""More paragraphs than these are not excused one by one: the rest counts as added."""
NAME_WORDS = 4
MIN_WORDS = 15
MIN_OBLIGATIONS = 2
_OBLIGATION = frozenset(
    {
        "must", "shall", "may", "not", "only", "solely", "prohibited", "prohibits", "required", "requires", "require",
        "provided", "condition", "conditions", "agree", "agrees", "restricted", "restriction", "restrictions",
        "forbidden", "permission", "permitted", "commercial", "noncommercial", "unless", "except", "excluding",
        "consent", "obtain", "display", "credit", "attribution", "revoke", "terminate", "royalty", "fee",
    }
)  # fmt: skip
# With the words of a title these make sentences that say no more than which license it is.
_INTRODUCING = frozenset(
    [
        "the",
        "a",
        "this",
        "is",
        "are",
        "of",
        "under",
        "and",
        "license",
        "licence",
        "licensed",
        "released",
        "distributed",
        "available",
        "project",
        "software",
        "repository",
        "source",
        "work",
        "model",
        "models",
        "library",
        "program",
        "package",
        "following",
        "see",
        "file",
        "files",
        "details",
        "full",
        "text",
        "copy",
        "below",
        "information",
        "spdx",
        "identifier",
        "v",
        "md",
        "txt",
        "open",
        "https",
        "http",
        "www",
        "org",
        "licenses",
        "html",
    ]
)
_LICENSE_WORD = re.compile(r"licen[sc]e|agreement|terms|version|copyright|edition|addendum|amendment", re.IGNORECASE)
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.{0,200})")
_LICENSE_HEADING = re.compile(
    r"licen[sc]|terms|condition|restrict|commercial|permitted|prohibited|use policy|legal"
    r"|patent|copyright|grant|trademark",
    re.IGNORECASE,
)
_FIELD = re.compile(r"^[\w-]{1,60}:(?:\s|$)")
MAX_FRONT_MATTER = 2_000


def additions(
    words: Words, explained: list[bool], titles: Sequence[Sequence[str]], *, license_file: bool = False
) -> list[Paragraph]:
    """Return the paragraphs outside all licenses that may add terms; `explained` says it of each word.

    `license_file` says that the text is known to be a license file, whatever form it has; otherwise its form decides.

    In a license file everything counts that is not of a known harmless form: a title, a sentence that only names the
    license, a copyright notice, a name. In a document around a license (a card, a README) the section the license
    stands in is read for any word of restriction, and the rest only for words that limit a license from anywhere:
    usage notes are full of "must" and "only". `titles` are the titles of the licenses found, as words.
    """
    excused = frozenset(word for title in titles for word in title) | _INTRODUCING
    paragraphs = list(paragraphs_outside(words, explained))
    headings = _headings(words)
    if license_file or not _is_document(words, headings, excused):
        return [
            p for n, p in enumerate(paragraphs) if n >= MAX_PARAGRAPHS or not _harmless(words, explained, p, excused)
        ]
    near, headed = _sections(words, explained, headings)
    found = []
    for number, paragraph in enumerate(paragraphs):
        text = paragraph.words
        if number < MAX_PARAGRAPHS and _harmless(words, explained, paragraph, excused):
            continue
        beside = _follows(words, explained, paragraph) or _precedes(words, explained, paragraph)
        if (
            restricts_strongly(text)
            or (paragraph.first in near and (beside or restricts(text)))
            or (paragraph.first in headed and _adds(text))
        ):
            found.append(paragraph)
    return found


def _adds(text: str) -> bool:
    found = text.split()
    return len(found) >= MIN_WORDS and sum(word in _OBLIGATION for word in found) >= MIN_OBLIGATIONS


def _harmless(words: Words, explained: list[bool], paragraph: Paragraph, excused: frozenset[str]) -> bool:
    """Return whether every line of a paragraph only names the license, its holder or the work."""
    runs_on = _follows(words, explained, paragraph)
    beside = runs_on or _precedes(words, explained, paragraph)
    return all(
        # What runs on after a license is no title.
        _harmless_line(line, frozenset() if runs_on and number == 0 else excused, beside)
        for number, line in enumerate(words.written(paragraph.begin, paragraph.end))
    )


def _harmless_line(line: str, excused: frozenset[str], beside: bool) -> bool:
    if len(line) > 1_000:
        return False
    found = words_of_line(line)
    if is_holder_line(line) or all(word in excused for word in found):
        return True
    # Title and holder on one line: what is left after the words of the title must be a whole notice.
    notice = re.search(r"copyright\b|©|\(c\)", line, re.IGNORECASE)
    if notice and all(word in excused for word in words_of_line(line[: notice.start()])):
        return is_holder_line(line[notice.start() :])
    if beside or foreign(" ".join(found)) or _LICENSE_WORD.search(line):
        return False
    return len(found) <= NAME_WORDS and is_name(line, small_words=0)


def words_of_line(line: str) -> list[str]:
    """Return the normalized words of one line."""
    return words_of(f"\n{line}").words if "copyright" not in line.lower() else words_of(f"x {line}").words[1:]


def _follows(words: Words, explained: list[bool], paragraph: Paragraph) -> bool:
    """Return whether a paragraph begins on the line on which words of a license end."""
    begin = paragraph.begin
    return begin > 0 and explained[begin - 1] and words.lines[begin - 1] == words.lines[begin]


def _precedes(words: Words, explained: list[bool], paragraph: Paragraph) -> bool:
    """Return whether a paragraph ends on the line on which words of a license begin."""
    end = paragraph.end
    return end < len(explained) and explained[end] and words.lines[end] == words.lines[end - 1]


def _headings(words: Words) -> list[int]:
    """Return the lines that are headings; a text whose every line is a comment has none."""
    written = [line for line in words.source if line.strip()]
    marked = sum(line.lstrip().startswith("#") for line in written)
    if marked * 2 > len(written) and marked > 2:
        return []
    return [number for number, line in enumerate(words.source, start=1) if _HEADING.match(line)]


def _is_document(words: Words, headings: list[int], excused: frozenset[str]) -> bool:
    """Return whether a text is a card or README by its form; length proves nothing, for anybody can add to a text."""
    if _has_front_matter(words.source):
        return True
    return any(
        not _LICENSE_HEADING.search(words.source[number - 1])
        and not all(word in excused for word in words_of_line(words.source[number - 1]))
        for number in headings
    )


def _has_front_matter(source: Sequence[str]) -> bool:
    if source[:1] != ["---"] or len(source) < 3 or not _FIELD.match(source[1]):
        return False
    return any(line.rstrip() in ("---", "...") for line in source[2:MAX_FRONT_MATTER])


def _sections(words: Words, explained: list[bool], headings: list[int]) -> tuple[set[int], set[int]]:
    """Return the lines of sections that hold a license, and of those headed like terms."""
    covered = {line for line, known in zip(words.lines, explained, strict=True) if known}
    near: set[int] = set()
    headed: set[int] = set()
    begins = [1, *(number for number in headings if number > 1)]
    for begin, end in zip(begins, [*begins[1:], len(words.source) + 1], strict=True):
        section = range(begin, end)
        if not covered.isdisjoint(section):
            near.update(section)
        elif begin in headings and _LICENSE_HEADING.search(words.source[begin - 1]):
            headed.update(section)
    return near, headed
