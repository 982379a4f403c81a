"""Ask a yardstick's criteria about the facts of one subject; what is not proved is never a yes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from auditor.engine.framework_results import result_of
from auditor.model.evidence import Fact, Facts
from auditor.model.frameworks import Answer, Confidence, CriterionReport, FrameworkReport
from auditor.model.truth import Truth, all_of, negate
from auditor.rulebook.frameworks import Clause, Criterion, Framework, LicenseSource, RecordForm

__all__ = ["answer", "judge_framework"]

MAX_EVIDENCE = 3
# How sure a reading is, by the kind of evidence.
_SURE: dict[str, Confidence] = {
    "observed": "high",
    "disclosed": "high",
    "clarified": "high",
    "declared": "medium",
    "inherited": "medium",
    "stated": "low",
}
_ORDER: tuple[Confidence, ...] = ("low", "medium", "high")


def judge_framework(framework: Framework, facts: Facts) -> FrameworkReport:
    """Return the result of one yardstick with the answer of every criterion, in the order of its file."""
    criteria = {criterion.id: answer(criterion, facts, framework.record) for criterion in framework.criteria}
    return result_of(framework, criteria)


def answer(criterion: Criterion, facts: Facts, record: RecordForm | None = None) -> CriterionReport:
    """Return the answer of one criterion, from a release record where the subject is one, else from the facts."""
    if record is not None and criterion.record is not None:
        listed = facts.get(record.fact)
        if listed.state == "known":
            return _from_record(criterion, listed, record)
    found, ceiling = _settled(*_truths(criterion, facts))
    grounds = [facts.get(name) for name in _grounds(criterion, facts, found)]
    evidence = list(dict.fromkeys(item for fact in grounds for item in fact.evidence))
    missing = [fact.missing for fact in grounds if fact.state == "unknown" and fact.missing]
    confirm = criterion.confirm
    if criterion.confirm_when is not None and not confirm:
        # Whether a person is needed fails closed too: only a clear no spares one.
        confirm = criterion.confirm_when.condition.evaluate(facts.get) is not False
    license_id, url = _license(criterion.license, facts)
    return CriterionReport(
        title=criterion.title,
        group=criterion.group,
        section=criterion.section,
        answer=found,
        ceiling=ceiling,
        confidence=_confidence(found, grounds, confirm=confirm),
        confirm=confirm,
        detail=_detail(criterion, facts, found, list(dict.fromkeys(missing))),
        evidence=tuple(evidence[:MAX_EVIDENCE]),
        license=license_id if found in ("yes", "partial") else None,
        url=url,
    )


def _truths(criterion: Criterion, facts: Facts) -> tuple[Truth, Truth]:
    """Return whether yes and partial hold; while it is open whether something proves a no, so are they."""
    yes = criterion.yes.condition.evaluate(facts.get)
    partial: Truth = criterion.partial.condition.evaluate(facts.get) if criterion.partial else False
    if criterion.no is None:
        return yes, partial
    free = negate(criterion.no.condition.evaluate(facts.get))
    return all_of([yes, free]), all_of([partial, free])


def _settled(yes: Truth, partial: Truth) -> tuple[Answer, Answer]:
    """Return the answer that is proved and the best one not ruled out.

    A question that does not apply proves nothing, so it counts as open.
    """
    if yes is True:
        return "yes", "yes"
    if yes is not False:
        return ("partial" if partial is True else "unknown"), "yes"
    if partial is True:
        return "partial", "partial"
    return ("no", "no") if partial is False else ("unknown", "partial")


def _grounds(criterion: Criterion, facts: Facts, found: Answer) -> list[str]:
    """Return the names of the facts that decided the answer, or that leave it open."""
    clauses: list[tuple[Clause, tuple[Truth, ...]]] = []
    if found == "yes":
        clauses = [(criterion.yes, (True,))]
    elif found == "partial" and criterion.partial is not None:
        clauses = [(criterion.partial, (True,))]
    elif found == "no":
        if criterion.no is not None and criterion.no.condition.evaluate(facts.get) is True:
            clauses = [(criterion.no, (True,))]
        else:
            clauses = [(clause, (False,)) for clause in (criterion.yes, criterion.partial) if clause is not None]
    else:
        clauses = [(clause, (None,)) for clause in (criterion.yes, criterion.no) if clause is not None]
    return list(dict.fromkeys(name for clause, wanted in clauses for name in _deciding(clause, facts, wanted)))


def _deciding(clause: Clause, facts: Facts, wanted: Sequence[Truth]) -> list[str]:
    """Return the names of the facts behind the parts of a condition that came out as one of `wanted`."""
    if clause.condition.evaluate(facts.get) not in wanted:
        return []
    if clause.word == "leaf":
        return sorted(clause.condition.reads)
    found = [name for part in clause.parts for name in _deciding(part, facts, wanted)]
    return list(dict.fromkeys(found)) or sorted(clause.condition.reads)


def _confidence(found: Answer, grounds: Iterable[Fact], *, confirm: bool) -> Confidence | None:
    """Return how sure an answer is: as its weakest fact, each as its best evidence.

    It is no better than medium where a person has to look at more than what a person has read already, and where
    nothing can be pointed at because the answer follows from what is absent.
    """
    if found == "unknown":
        return None
    shown = [fact.evidence for fact in grounds if fact.evidence]
    grades = [max((_SURE[item.kind] for item in items), key=_ORDER.index) for items in shown] or ["medium"]
    if confirm and any(item.kind != "disclosed" for items in shown for item in items):
        grades.append("medium")
    return min(grades, key=_ORDER.index)


def _detail(criterion: Criterion, facts: Facts, found: Answer, missing: Sequence[str]) -> str:
    words = (
        criterion.notes.get(found)
        or {
            "yes": criterion.plain,
            "partial": f"In part: {criterion.plain}",
            "no": f"Not so: {criterion.plain}",
            "unknown": f"Nothing read settles this: {criterion.plain}",
        }[found]
    )
    gaps = missing if found == "unknown" else ()
    remarks = [text for condition, text in criterion.remarks if condition.evaluate(facts.get) is True]
    return " ".join([words, *remarks, *(_sentence(gap) for gap in gaps[:3])])


def _sentence(gap: str) -> str:
    """Return what is missing as a sentence; some facts name it in a few words only."""
    start = gap if gap[:1].isupper() else f"Missing: {gap}"
    return start.rstrip(".") + "."


def _license(source: LicenseSource | None, facts: Facts) -> tuple[str | None, str | None]:
    """Return the license that covers a part and where the part is, as far as both are established."""
    if source is None:
        return None, None
    fact = facts.get(source.fact)
    if fact.state != "known":
        return None, None
    items = [item for item in fact.value if source.role is None or item.get("role") == source.role]
    names = sorted({item["spdx"] for item in items if item.get("spdx")})
    url = next((item["url"] for item in items if item.get("url")), None)
    # Several copies of one part under several licenses: nothing says which one covers what.
    settled = bool(names) and (source.role is None or len(names) == 1) and all(item.get("spdx") for item in items)
    return (" AND ".join(names) if settled else None), url


def _from_record(criterion: Criterion, listed: Fact, record: RecordForm) -> CriterionReport:
    """Return what a complete release record says of one part: not listed is no, listed without a license partial."""
    place = next((n for n, item in enumerate(listed.value) if item["component"] == criterion.id), None)
    item: dict[str, Any] = listed.value[place] if place is not None else {}
    license_id = item.get("license") or None
    if place is None:
        found, note = "no", record.notes["no"]
    elif record.open.evaluate(_reader(item)) is True:
        found, note = "yes", record.notes["yes"]
    else:
        found, note = "partial", record.notes["partial" if license_id else "unlicensed"]
    settled: Answer = found  # type: ignore[assignment] # one of the three literals above
    evidence = listed.evidence[place : place + 1] if place is not None else ()
    return CriterionReport(
        title=criterion.title,
        group=criterion.group,
        section=criterion.section,
        answer=settled,
        ceiling=settled,
        confidence="medium",
        confirm=True,
        detail=note,
        evidence=evidence,
        license=license_id,
        url=item.get("url"),
    )


def _reader(item: dict[str, Any]) -> Any:
    def read(name: str) -> Fact:
        value = item.get(name)
        return Fact(name=name, state="unknown" if value is None else "known", value=value)

    return read
