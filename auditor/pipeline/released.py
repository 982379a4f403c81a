"""The day a subject came out: by a disclosed source, else the day its repository was made on the Hub."""

from __future__ import annotations

import re

from auditor.model.evidence import Evidence
from auditor.model.report import Released
from auditor.model.snapshot import Snapshot
from auditor.rulebook.disclosures import Disclosure

__all__ = ["released_of"]

# The Hub's client documents this as the lowest value: creation dates were not kept before, so it means "no later".
UNTOLD_UNTIL = "2022-03-02"
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T[0-9:.]+(?:Z|\+00:00))?", re.ASCII)


def released_of(snapshot: Snapshot, disclosure: Disclosure | None) -> Released | None:
    """Return the day and its evidence, or `None` where nothing says it."""
    if disclosure is not None and disclosure.released is not None:
        return Released(on=disclosure.released[0], evidence=disclosure.released[1])
    created = (snapshot.record or {}).get("createdAt")
    found = _DATE.fullmatch(created) if isinstance(created, str) else None
    if found is None or found[1] <= UNTOLD_UNTIL:
        return None
    evidence = Evidence(kind="declared", source=snapshot.key, path="createdAt", quote=found[0])
    return Released(on=found[1], evidence=evidence)
