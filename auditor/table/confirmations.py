"""The questions of a report that a person has to answer, one row each."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.model.confirmation import Confirmation
from auditor.model.report import Report

__all__ = ["open_questions"]


def open_questions(report: Report, answers: Iterable[Confirmation], frameworks: Iterable[str]) -> list[tuple[str, ...]]:
    """Return a row for each criterion to confirm or unknown, and for each one answered already, filled.

    Rows are in the order of the frameworks given and of their criteria.
    """
    names = {report.subject.id.lower(), report.subject.requested.lower()}
    given = {(one.framework, one.criterion): one for one in answers if one.target in names}
    rows: list[tuple[str, ...]] = []
    for framework in frameworks:
        judged = report.frameworks.get(framework)
        for name, criterion in judged.criteria.items() if judged else ():
            answer = given.get((framework, name))
            if not (criterion.confirm or criterion.answer == "unknown" or answer):
                continue
            filled = (answer.answer, answer.by, answer.on, answer.source, answer.note) if answer else ("",) * 5
            rows.append(
                (
                    report.subject.id,
                    framework,
                    name,
                    criterion.title,
                    criterion.answer,
                    criterion.ceiling,
                    criterion.detail,
                    *filled,
                )
            )
    return rows
