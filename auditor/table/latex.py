"""A table as LaTeX, to be read into a paper: booktabs and longtable, every special character escaped, notes below."""

from __future__ import annotations

import re
import unicodedata

from auditor.render.wording import DISCLAIMER
from auditor.rulebook.table_rules import Column
from auditor.table.citation import citation_lines, failed_lines, input_lines
from auditor.table.interface import Cell, Table, TableOptions
from auditor.table.notes import note_words, numbers_shown

__all__ = ["latex_text", "write"]

_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%",
    "_": r"\_\allowbreak{}",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': r"\textquotedbl{}", "'": r"\textquotesingle{}", "`": r"\textasciigrave{}",
    "-": "-{}", "/": r"/\allowbreak{}", "[": "{[}", "]": "{]}", "*": "{*}",
    "\N{EN DASH}": "--{}", "\N{EM DASH}": "---{}", "\N{HORIZONTAL ELLIPSIS}": r"\ldots{}",
}  # fmt: skip
_ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u", "\u0307": ".",
    "\u0308": '"', "\u030a": "r", "\u030b": "H", "\u030c": "v", "\u0327": "c",
}  # fmt: skip
_LONG = re.compile(r"[0-9a-f]{64}")
_HEAD = (
    "% Needs \\usepackage{booktabs,longtable,array,textcomp} and \\usepackage[T1]{fontenc}.",
    "% Characters outside of what every engine has are written as their code point; redefine this to show them.",
    "\\providecommand{\\auditorchar}[1]{[U+#1]}",
)
MAX_LATEX_NOTES = 4000
"""Notes are set below the table; of more, the number stays and JSON or HTML has the words."""


def latex_text(text: str) -> str:
    """Return text that TeX sets as it is and cannot run: no command, no comment, no code point it does not have."""
    return "".join(map(_character, text))


def _character(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if " " <= char <= "~":
        return char
    parts = unicodedata.normalize("NFD", char)
    if len(parts) == 2 and parts[0].isascii() and parts[0].isalpha() and parts[1] in _ACCENTS:
        base = {"i": "\\i", "j": "\\j"}.get(parts[0], parts[0])
        return f"\\{_ACCENTS[parts[1]]}{{{base}}}"
    return f"\\auditorchar{{{ord(char):04X}}}"


def write(table: Table, options: TableOptions) -> bytes:  # noqa: ARG001 - LaTeX has no options
    """Return the fragment: comments with the citation, the table, the notes, the citation once more as text."""
    lines = [f"% {_comment(line)}" for line in [*citation_lines(table), *input_lines(table), *failed_lines(table)]]
    lines += [*_HEAD, "{\\footnotesize", f"\\begin{{longtable}}{{@{{}}{''.join(map(_width, table.columns))}@{{}}}}"]
    header = " & ".join(latex_text(column.heading) for column in table.columns) + " \\\\"
    lines += ["\\toprule", header, "\\midrule", "\\endfirsthead", "\\toprule", header, "\\midrule", "\\endhead"]
    lines += ["\\bottomrule", "\\endfoot"]
    for number, group in enumerate(table.groups):
        if group.name is not None and table.group_by is not None:
            title = f"{latex_text(table.group_by.heading)}: {latex_text(group.name)}"
            lines += ["\\midrule"] * (number > 0)
            # The width keeps a hostile name inside the page.
            lines.append(f"\\multicolumn{{{len(table.columns)}}}{{@{{}}p{{0.9\\linewidth}}}}{{\\emph{{{title}}}}} \\\\")
        lines += [" & ".join(map(_cell, row.cells)) + " \\\\" for row in group.rows]
    lines += ["\\end{longtable}", "\\begin{flushleft}\\scriptsize"]
    lines += [f"{latex_text(line)}\\par" for line in failed_lines(table)]
    if len(table.notes) <= MAX_LATEX_NOTES:
        lines += [
            f"\\textsuperscript{{{number}}}~{latex_text(note_words(note))}\\par"
            for number, note in enumerate(table.notes, start=1)
        ]
    else:
        lines.append(f"The {len(table.notes)} notes are in the JSON and the HTML form of this table.\\par")
    lines.append("An interval runs from what is proved to what is not ruled out.\\par")
    lines += [f"{_broken(latex_text(line))}\\par" for line in citation_lines(table)]
    lines += [f"{latex_text(DISCLAIMER)}\\par", "\\end{flushleft}", "}"]
    return ("\n".join(lines) + "\n").encode()


def _comment(text: str) -> str:
    """Return text for a comment: no backslash and no character that an engine may take for the end of the line."""
    return "".join(char if " " <= char <= "~" and char != "\\" else f"[U+{ord(char):04X}]" for char in text)


def _width(column: Column) -> str:
    if column.kind in ("interval", "count"):
        return "r"
    return ">{\\raggedright\\arraybackslash}p{2.2cm}" if column.kind != "date" else "l"


def _cell(cell: Cell) -> str:
    # The group keeps a word at the start of a row from being read as an option of the line break before it.
    marks = "\\textsuperscript{,}".join(
        # A mark takes a single number, so a run is two marks with a dash between them.
        "\\textsuperscript{--}".join(f"\\footnotemark[{number}]" for number in text.split("-"))
        for text in numbers_shown(cell.notes)
    )
    return f"{{{latex_text(cell.shown)}}}{marks}"


def _broken(text: str) -> str:
    """Return text in which a sha256 may be broken over lines."""
    return _LONG.sub(lambda found: "\\allowbreak{}".join(re.findall(".{8}", found[0])), text)
