"""Expert records in our words: criteria, answers and evidence, as `rules/agreement/` says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from auditor.errors import UsageProblem
from auditor.fetch.expert_records import PLAIN_COLUMNS
from auditor.model.agreement import ExpertRecord
from auditor.model.repositories import is_hub_id
from auditor.rulebook.agreement_files import AgreementSource

__all__ = ["plain_source", "read_records", "source_of"]

_ANSWERS = ("yes", "partial", "no")


def source_of(records: Sequence[Mapping[str, Any]], sources: Mapping[str, AgreementSource]) -> AgreementSource | None:
    """Return the source that recognizes every record, or `None` for a plain table.

    Raises `UsageProblem` for records of no known shape.
    """
    for source in sources.values():
        if all(source.recognizes(dict(record)) for record in records):
            return source
    if all(set(PLAIN_COLUMNS[:4]) <= record.keys() for record in records):
        return None
    shapes = ", ".join(source.title for source in sources.values())
    raise UsageProblem(f"these are no records of {shapes}, and no table with {', '.join(PLAIN_COLUMNS)}")


def read_records(records: Iterable[Mapping[str, Any]], source: AgreementSource) -> list[ExpertRecord]:
    """Return the records in our words; an answer whose word is not known is taken as no answer."""
    return [_read(record, source) for record in records]


def _read(record: Mapping[str, Any], source: AgreementSource) -> ExpertRecord:
    judged = record.get(source.judgments["field"])
    judged = judged if isinstance(judged, dict) else {}
    inner = source.judgments.get("value")
    cited = record.get(source.evidence.get("field", ""))
    hub_id = record.get(source.subject)
    answers: dict[str, str | None] = {}
    for theirs, value in judged.items():
        word = value.get(inner) if inner and isinstance(value, dict) else value
        answers[source.criteria.get(str(theirs), str(theirs))] = source.answers.get(str(word))
    return ExpertRecord(
        name=str(record.get(source.name) or hub_id or "?")[:200],
        hub_id=hub_id if isinstance(hub_id, str) and is_hub_id(hub_id) else None,
        answers=answers,
        evidence=_cited(cited, source),
        result=_result(record, source),
    )


def _cited(cited: Any, source: AgreementSource) -> dict[str, tuple[str, ...]]:
    if not isinstance(cited, dict):
        return {}
    found = {}
    for theirs, value in cited.items():
        links = value if isinstance(value, list) else [value]
        found[source.criteria.get(str(theirs), str(theirs))] = tuple(str(link)[:500] for link in links[:10] if link)
    return found


def _result(record: Mapping[str, Any], source: AgreementSource) -> str | None:
    if not source.result:
        return None
    value = record.get(source.result["field"])
    found: str | None = source.result["values"].get("none" if value is None else str(value))
    return found


def plain_source(records: Sequence[Mapping[str, Any]]) -> tuple[AgreementSource, list[ExpertRecord]]:
    """Return a source made for a plain table, and its rows gathered by target.

    Raises `UsageProblem` for several frameworks in one table and for an answer that is not yes, partial or no.
    """
    frameworks = {str(record["framework"]) for record in records}
    if len(frameworks) != 1:
        raise UsageProblem(f"a table speaks of one framework, not of {', '.join(sorted(frameworks))}")
    (framework,) = frameworks
    answers: dict[str, dict[str, str | None]] = {}
    evidence: dict[str, dict[str, tuple[str, ...]]] = {}
    for record in records:
        target, criterion, word = str(record["target"]), str(record["criterion"]), str(record["answer"]).strip()
        if word and word not in _ANSWERS:
            raise UsageProblem(f"{target}, {criterion}: the answer is yes, partial or no, not {word!r}")
        answers.setdefault(target, {})[criterion] = word or None
        cited = str(record.get("evidence") or "")
        evidence.setdefault(target, {})[criterion] = (cited,) if cited else ()
    source = AgreementSource(
        id="table", title="A table of judgments", credit="", obtain="", framework=framework,
        recognized_by={"field": "target"}, subject="target", name="target", judgments={"field": "criterion"},
        answers={word: word for word in _ANSWERS}, criteria={},
    )  # fmt: skip
    found = [
        ExpertRecord(
            name=target, hub_id=target if is_hub_id(target) else None, answers=given, evidence=evidence[target]
        )
        for target, given in sorted(answers.items())
    ]
    return source, found
