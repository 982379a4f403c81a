"""How expert data sets are read (`rules/agreement/`): which field holds what, and what their words mean."""

from __future__ import annotations

from typing import Any

import msgspec

from auditor.rulebook.rule_files import RuleReader

__all__ = ["AgreementSource", "read_agreement_sources"]


class AgreementSource(msgspec.Struct, frozen=True, kw_only=True):
    """One published data set of judgments."""

    id: str
    title: str
    credit: str
    obtain: str
    framework: str
    recognized_by: dict[str, str]
    """`field` every record has, and the value `is` it then holds."""
    subject: str
    name: str
    judgments: dict[str, str]
    """`field` with a mapping of criteria; `value` when each is a record of its own."""
    evidence: dict[str, str] = {}
    answers: dict[str, str]
    criteria: dict[str, str]
    """Their name of a criterion -> ours; a name that is not here is ours already."""
    result: dict[str, Any] = {}

    def recognizes(self, record: dict[str, Any]) -> bool:
        """Return whether a record is one of this data set."""
        field = self.recognized_by["field"]
        return field in record and record[field] == self.recognized_by.get("is", record[field])


def read_agreement_sources(reader: RuleReader) -> dict[str, AgreementSource]:
    """Return every source by id (its file's name), sorted."""
    return {
        path.stem: AgreementSource(id=path.stem, **document.data)
        for path, document in reader.each("agreement", "agreement-source.v1")
    }
