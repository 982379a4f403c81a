"""The duties that follow from effective terms, by the rules of rules/verdicts/obligations.yaml."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from auditor.licenses.terms import BoundTerm, TermSource
from auditor.model.finding import Obligation

__all__ = ["obligations_of"]


def obligations_of(rules: Sequence[Mapping[str, Any]], bound: Mapping[str, BoundTerm] | None) -> tuple[Obligation, ...]:
    """Return every duty that a term brings, sorted by kind, license and section; nothing without terms.

    The same duty of the same license is said once, however many ancestors carry that license.
    """
    if bound is None:
        return ()
    found = dict.fromkeys(duty for rule in rules for duty in _duties(rule, bound[rule["term"]]))
    return tuple(sorted(found, key=lambda o: (o.kind, o.when, o.license, o.section or "", o.detail)))


def _duties(rule: Mapping[str, Any], term: BoundTerm) -> Iterable[Obligation]:
    if not term.known:
        return
    if isinstance(term.value, list):
        for value in term.value:
            if isinstance(value, dict):
                if all(value.get(field) == wanted for field, wanted in rule.get("where", {}).items()):
                    yield _record_duty(rule, value)
            else:
                for source in term.sources:
                    yield _duty(rule, source, rule["detail"].format_map({"value": value}))
    elif term.value in rule["values"]:
        for source in term.sources:
            yield _duty(rule, source, rule["detail"])


def _record_duty(rule: Mapping[str, Any], record: Mapping[str, Any]) -> Obligation:
    words = {field: ", ".join(inner) if isinstance(inner, list) else str(inner) for field, inner in record.items()}
    source = TermSource("", str(record["license"]), str(record.get("section") or ""))
    return _duty(rule, source, rule["detail"].format_map(words))


def _duty(rule: Mapping[str, Any], source: TermSource, detail: str) -> Obligation:
    return Obligation(
        kind=rule["kind"], detail=detail, when=rule["when"], license=source.license, section=source.section or None
    )
