"""How numbers, labels and states are said in words; shared by text, Markdown and HTML."""

from __future__ import annotations

import unicodedata

from auditor.model.finding import Grade
from auditor.model.report import EffectiveTermReport, Report

__all__ = [
    "DISCLAIMER",
    "LADDER",
    "SCORE_NOTE",
    "framework_line",
    "interval",
    "is_weighty",
    "label_interval",
    "safe_line",
    "status_words",
    "why_they_differ",
]

DISCLAIMER = (
    "Terms were read from license texts by the software's authors and were not reviewed by counsel. "
    "This report is information, not legal advice."
)
SCORE_NOTE = (
    "The score is the mean of the four levels times 25; a higher score can have a lower label, "
    "because a label asks for certain levels together and the mean does not."
)
# The labels of the ladder, lowest first.
LADDER = (
    "closed",
    "api-only",
    "weights-only",
    "weights-available",
    "open-weights",
    "open-source-ai",
    "open-source-ai-open-data",
)
# What a term says when it asks and takes away nothing.
_PLAIN = ("none", "silent", "yes", "breach-only", "irrevocable", "free", False, None)
_STATUS = {
    "confirmed": "the text in the repository is the declared license",
    "declared-only": "a tag, and no text anywhere",
    "text-only": "a text, and no tag",
    "resolved-name": "a name or link leads to a license we know",
    "conflict": "tag, text, prose, link or base disagree; the strictest of each term is used",
    "modified": "a known license with changed terms",
    "multiple": "several licenses and no stated choice; the strictest of each term is used",
    "pointer-only": "the license file is only a link or a sentence",
    "unreadable": "a text exists and a gate hides it",
    "missing": "no license at all: all rights reserved",
    "unresolved": "nothing known governs: treated as no grant until it is settled",
}


def status_words(status: str) -> str:
    """Return a resolution status in words."""
    return _STATUS[status]


def interval(grade: Grade) -> str:
    """Return `2`, or `2 (up to 4)` when something is still open."""
    return str(grade.level) if grade.level == grade.ceiling else f"{grade.level} (up to {grade.ceiling})"


def is_weighty(term: EffectiveTermReport) -> bool:
    """Return whether a term asks for something, takes something away, or is not known."""
    return bool(term.value == "unknown" or (term.value not in _PLAIN and term.value != []) or not term.complete)


def label_interval(report: Report) -> str:
    """Return the label, with the highest label not ruled out when that differs."""
    if report.label == report.label_ceiling:
        return report.label
    return f"{report.label} (not ruled out: {report.label_ceiling})"


def framework_line(report: Report) -> str:
    """Return every yardstick's id and result in one line, with the best result not ruled out where that differs."""
    return "; ".join(
        f"{name}: {entry.result}" + (f" (up to {entry.ceiling})" if entry.ceiling != entry.result else "")
        for name, entry in report.frameworks.items()
    )


def why_they_differ(report: Report) -> list[str]:
    """Return each sentence on two yardsticks that differ, once."""
    found = {entry.id: entry.text for framework in report.frameworks.values() for entry in framework.disagreements}
    return list(found.values())


def safe_line(text: str) -> str:
    """Return `text` on one line without control and direction characters, which could rewrite a terminal."""
    kept = (" " if char in "\n\r\t" else char for char in text)
    return "".join(char for char in kept if unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Zl", "Zp"))
