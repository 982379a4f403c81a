"""Models whose outputs the subject was trained with: said in the card, shown by a listed data set, or in the name."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import msgspec

from auditor.facts.card_sentences import sentences_of
from auditor.facts.lineage_claims import training_datasets
from auditor.facts.reading import Reading
from auditor.facts.subject_view import SubjectView
from auditor.model.evidence import Evidence
from auditor.model.repositories import is_hub_id
from auditor.rulebook.lineage_hints import Teacher

__all__ = ["TeacherClaim", "teacher_claims"]

MAX_CLAIMS = 24
_ID = re.compile(r"(?<![\w./-])([A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{1,95}\w)(?![\w/])")
_DISTILL = re.compile(r"[-_.]distill?(?:ed|ation)?(?=[-_.]|$)", re.IGNORECASE)


class TeacherClaim(msgspec.Struct, frozen=True, kw_only=True):
    """One teacher, with everything that shows it."""

    id: str
    license: str | None
    how: Literal["stated", "data", "name"]
    """A name alone proves little: it is only said."""
    evidence: tuple[Evidence, ...]


def teacher_claims(
    view: SubjectView,
    reading: Reading,
    teachers: Sequence[Teacher],
    synthetic_data: Iterable[tuple[str, tuple[str, ...]]],
) -> tuple[TeacherClaim, ...]:
    """Return every teacher once, sorted by id; what the card states counts more than data, data more than a name."""
    if view.snapshot.kind != "model":
        return ()
    found: dict[str, TeacherClaim] = {}
    own = view.snapshot.id.lower()
    for claim in (
        *_stated(view, reading, teachers), *_of_data(view, teachers, synthetic_data), *_of_name(view, teachers)
    ):  # fmt: skip
        known = found.get(claim.id.lower())
        # A family's own publisher writes of its own model.
        if claim.id.lower() == own or (known is None and len(found) == MAX_CLAIMS):
            continue
        evidence = tuple(dict.fromkeys((*(known.evidence if known else ()), *claim.evidence)))
        found[claim.id.lower()] = msgspec.structs.replace(known or claim, evidence=evidence)
    return tuple(found[key] for key in sorted(found))


def _stated(view: SubjectView, reading: Reading, teachers: Sequence[Teacher]) -> Iterator[TeacherClaim]:
    statements = reading.statements
    if view.document is None:
        return
    for sentence in sentences_of(view):
        text = sentence.text
        if statements["teacher_context"].first(text) is None or statements["teacher_not"].first(text) is not None:
            continue
        evidence = (view.about_lines(sentence.first, sentence.last, quote=text),)
        for pattern in statements["teacher"].alternatives:
            for found in pattern.finditer(text):
                for name, license_id in _teachers_in(found.group("name"), teachers):
                    yield TeacherClaim(id=name, license=license_id, how="stated", evidence=evidence)


def _teachers_in(text: str, teachers: Sequence[Teacher]) -> Iterator[tuple[str, str | None]]:
    """Yield the teachers a few words name: known ones by their names, any other by its Hub id."""
    for teacher in teachers:
        pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{teacher.names})", re.IGNORECASE)
        if pattern.search(text):
            yield teacher.id, teacher.license
            text = pattern.sub(" ", text)
    for name in _ID.findall(text):
        if is_hub_id(name) and any(letter.isdigit() for letter in name.split("/")[1]):
            yield name, None


def _of_data(
    view: SubjectView, teachers: Sequence[Teacher], synthetic_data: Iterable[tuple[str, tuple[str, ...]]]
) -> Iterator[TeacherClaim]:
    licenses = {teacher.id: teacher.license for teacher in teachers}
    listed = training_datasets(view)
    for pattern, names in synthetic_data:
        for dataset in listed:
            if fnmatch.fnmatchcase(dataset.id.lower(), pattern):
                for name in names:
                    yield TeacherClaim(id=name, license=licenses[name], how="data", evidence=dataset.evidence)


def _of_name(view: SubjectView, teachers: Sequence[Teacher]) -> Iterator[TeacherClaim]:
    name = view.snapshot.id.rsplit("/", 1)[-1]
    mark = _DISTILL.search(name)
    if mark is None:
        return
    evidence = (view.about_record("id", view.snapshot.id),)
    for before, license_id in _teachers_in(name[: mark.start()], teachers):
        yield TeacherClaim(id=before, license=license_id, how="name", evidence=evidence)
