"""The data sets a subject lists, one hop away: do they exist, can they be had, under which license."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from auditor.facts.lineage_claims import DatasetClaim
from auditor.licenses.knowledge import RulebookKnowledge
from auditor.licenses.resolution import resolve
from auditor.model.evidence import Evidence, Fact, FactState
from auditor.model.license import LicenseClaim
from auditor.model.snapshot import Related, Snapshot
from auditor.pipeline.assessment import DatasetAssessment
from auditor.rulebook.load import Rulebook

__all__ = ["assess_datasets", "dataset_facts"]


def assess_datasets(
    snapshot: Snapshot, claims: Sequence[DatasetClaim], knowledge: RulebookKnowledge, rulebook: Rulebook
) -> tuple[DatasetAssessment, ...]:
    """Return one assessment for each data set claimed, sorted by id."""
    related = {entry.id.lower(): entry for entry in snapshot.related if entry.kind == "dataset"}
    unique = {claim.id.lower(): claim for claim in claims}
    return tuple(
        _assess(claim, related.get(key), knowledge, rulebook) for key, claim in sorted(unique.items())
    )  # fmt: skip


def _assess(
    claim: DatasetClaim, related: Related | None, knowledge: RulebookKnowledge, rulebook: Rulebook
) -> DatasetAssessment:
    record = related.record if related and isinstance(related.record, dict) else None
    scope = f"dataset:{claim.id}"
    declared = _license_claims(scope, claim, record)
    resolution = resolve(scope, declared, knowledge, complete=record is not None)
    profiles = [rulebook.licenses[name] for name in resolution.governing]
    known = bool(profiles) and not resolution.unsettled
    commercial = {profile.terms["commercial_use"].value for profile in profiles}
    barred = "no" in commercial or any(profile.terms["noncommercial_only"].value is True for profile in profiles)
    open_ids = rulebook.vocabulary.lists["open_data_licenses"]
    return DatasetAssessment(
        id=claim.id,
        related=related,
        resolution=resolution,
        noncommercial=True if barred else (False if known and "unknown" not in commercial else None),
        open=all(profile.id in open_ids for profile in profiles) if known else None,
        exists={"read": True, "gated": True, "missing": False}.get(related.status) if related else None,
        obtainable=_obtainable(record),
    )


def _license_claims(scope: str, claim: DatasetClaim, record: dict[str, Any] | None) -> list[LicenseClaim]:
    card = record.get("cardData") if record else None
    raw = card.get("license") if isinstance(card, dict) else None
    names = raw if isinstance(raw, list) else [raw]
    source = f"hub:datasets/{claim.id}"
    return [
        LicenseClaim(
            scope=scope,
            channel="tag",
            raw=name,
            evidence=Evidence(kind="declared", source=source, path="cardData.license", quote=name[:200]),
        )
        for name in names
        if isinstance(name, str) and name.strip()
    ]


def _obtainable(record: dict[str, Any] | None) -> bool | None:
    """Return whether anyone can have the data; a gate by hand, private or disabled says no."""
    if record is None or "gated" not in record:
        return None
    if record.get("private") is True or record.get("disabled") is True:
        return False
    return record["gated"] is False or record["gated"] == "auto"


def dataset_facts(datasets: Sequence[DatasetAssessment], *, complete: bool) -> dict[str, Fact]:
    """Return what is known of the listed data sets as facts; nothing listed gives nothing."""
    if not datasets:
        return {}
    evidence = tuple(item for dataset in datasets if dataset.related for item in dataset.related.evidence)
    items = [
        {
            "id": dataset.id,
            "exists": dataset.exists,
            "obtainable": dataset.obtainable,
            "license_known": bool(dataset.resolution.governing) if dataset.exists else None,
            "license_open": dataset.open,
            "noncommercial": dataset.noncommercial,
        }
        for dataset in datasets
    ]
    found = {"datasets": Fact(name="datasets", state="known", value=items, evidence=evidence, complete=complete)}
    for name, field, wanted in (
        ("listed_datasets_exist", "exists", True),
        ("listed_datasets_licensed", "license_known", True),
        ("listed_datasets_commercial", "noncommercial", False),
    ):
        value = _every(items, field, wanted)
        state: FactState = "unknown" if value is None else "known"
        found[name] = Fact(name=name, state=state, value=value, evidence=evidence)
    # That all of the data is open or obtainable only a reviewed source can say; one data set that is not, anyone can.
    for name, field in (("data_licenses_open", "license_open"), ("data_obtainable", "obtainable")):
        if any(item[field] is False for item in items):
            found[name] = Fact(name=name, state="known", value=False, evidence=evidence)
    return found


def _every(items: Sequence[dict[str, Any]], field: str, wanted: bool) -> bool | None:
    """Return whether every record has the wanted value; one that differs decides, one unknown leaves it open."""
    values = [item[field] for item in items]
    if any(value is not None and value is not wanted for value in values):
        return False
    return None if None in values else True
