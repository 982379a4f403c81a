"""Disclosures: dated, sourced facts that a card or file list cannot prove (rules/disclosures/)."""

from __future__ import annotations

from typing import Any

import msgspec

from auditor.model.evidence import Evidence

__all__ = ["Channel", "DisclosedFact", "Disclosure", "build_disclosure", "source_evidence"]


class DisclosedFact(msgspec.Struct, frozen=True, kw_only=True):
    """One disclosed value; without a source it is unknown and says what would settle it."""

    value: Any
    evidence: tuple[Evidence, ...] = ()
    note: str | None = None
    settle: str | None = None


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """One way of getting at a model: who runs it, where the data goes, under which terms."""

    id: str
    operator: str
    offered: DisclosedFact
    regions: DisclosedFact
    data_location: DisclosedFact
    trains_on_inputs: DisclosedFact
    retention: DisclosedFact
    terms_url: str | None
    terms_read: bool
    read_on: str | None
    note: str | None = None


class Disclosure(msgspec.Struct, frozen=True, kw_only=True):
    """Everything disclosed about one model."""

    id: str
    title: str
    publisher: str
    kind: str
    read_on: str
    read_by: str
    hub_ids: tuple[str, ...]
    provider_ids: tuple[dict[str, Any], ...]
    base: str | None
    license: str | None
    license_evidence: tuple[Evidence, ...]
    facts: dict[str, DisclosedFact]
    stages: tuple[dict[str, Any], ...]
    links: tuple[dict[str, Any], ...]
    channels: tuple[Channel, ...]
    licensed_anew: Evidence | None = None
    """What says that the publisher of the base released this model, made from it, under a license of its own."""
    released: tuple[str, Evidence] | None = None
    """ISO date on which the model came out, and the source that says so."""

    @property
    def key(self) -> str:
        """Return the name evidence uses for this file of the rulebook."""
        return f"rules/disclosures/{self.id}.yaml"


def build_disclosure(data: dict[str, Any]) -> Disclosure:
    """Build a disclosure from schema-checked data."""
    license_part = data.get("license") or {}
    released = data.get("released")
    return Disclosure(
        id=data["id"],
        title=data["title"],
        publisher=data["publisher"],
        kind=data["kind"],
        read_on=data["read_on"],
        read_by=data["read_by"],
        hub_ids=tuple(data.get("hub_ids", ())),
        provider_ids=tuple(data.get("provider_ids", ())),
        base=data.get("base"),
        license=license_part.get("id"),
        license_evidence=tuple(source_evidence(license_part["source"]) for _ in [0] if license_part),
        facts={name: _fact(spec) for name, spec in data["facts"].items()},
        stages=tuple(data.get("stages", ())),
        links=tuple(data.get("links", ())),
        channels=tuple(_channel(spec) for spec in data.get("channels", ())),
        licensed_anew=source_evidence(data["licensed_anew"]["source"]) if "licensed_anew" in data else None,
        released=(released["on"], source_evidence(released["source"])) if released else None,
    )


def source_evidence(source: dict[str, Any]) -> Evidence:
    """Return the evidence that a source of a disclosure gives."""
    return Evidence(kind="disclosed", source=source["at"], quote=source["quote"], read_on=source["read_on"])


def _fact(spec: dict[str, Any] | None) -> DisclosedFact:
    if spec is None:
        return DisclosedFact(value="unknown")
    sources = [*spec.get("sources", ()), *([spec["source"]] if "source" in spec else ())]
    return DisclosedFact(
        value=spec["value"],
        evidence=tuple(source_evidence(source) for source in sources),
        note=spec.get("note"),
        settle=spec.get("settle"),
    )


def _channel(spec: dict[str, Any]) -> Channel:
    return Channel(
        id=spec["id"],
        operator=spec["operator"],
        offered=_fact(spec.get("offered")),
        regions=_fact(spec.get("regions")),
        data_location=_fact(spec.get("data_location")),
        trains_on_inputs=_fact(spec.get("trains_on_inputs")),
        retention=_fact(spec.get("retention")),
        terms_url=spec.get("terms_url"),
        terms_read=bool(spec.get("terms_read", False)),
        read_on=spec.get("read_on"),
        note=spec.get("note"),
    )
