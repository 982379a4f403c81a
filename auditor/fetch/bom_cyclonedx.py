"""Models and data sets of a CycloneDX bill (1.5 to 1.7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

from auditor.errors import UsageProblem
from auditor.fetch.bom_finds import Component, Finds, dicts, is_hub_purl, text, unique
from auditor.model.bom import BomLicense

__all__ = ["read_cyclonedx"]

MAX_COMPONENTS: Final = 500_000
# Where a component itself lies comes before where something about it can be read.
_REFERENCES: Final = ("distribution", "vcs", "source-distribution", "model-card", "website", "documentation", "other")


def read_cyclonedx(data: dict[str, Any], finds: Finds) -> None:
    """Note every model and data set of the bill.

    Read are the thing the bill is about, components at any depth, and data sets that a model card lists inline. A
    component counts by its type (`machine-learning-model`, `data`) and, whatever its type, by a package URL of the
    Hub. Ancestors of a component (`pedigree`) are left to the audit, which follows them from the source.
    Raises `UsageProblem` beyond 500,000 components.
    """
    if not isinstance(data.get("components") or [], list):
        finds.refuse("components", "/components", "they are no list, so nothing of them can be judged")
    # Services have no source that could be read; they are told as not judged.
    finds.others += len(list(dicts(data.get("services"))))
    cards: list[tuple[str, dict[str, Any]]] = []
    seen = 0
    for path, component in _components(data):
        seen += 1
        if seen > MAX_COMPONENTS:
            raise UsageProblem(f"the bill of materials has more than {MAX_COMPONENTS} components")
        kind = _kind(component)
        if kind is None:
            finds.others += 1
            continue
        finds.add(_component(kind, component, path))
        cards.append((path, component))
    for path, component in cards:
        for place, listed in _inline_datasets(component, path):
            finds.add(_component("dataset", listed, place))


def _components(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield components with their JSON pointer, parents before children."""
    metadata = data.get("metadata")
    about = metadata.get("component") if isinstance(metadata, dict) else None
    stack = [(f"/components/{index}", item) for index, item in dicts(data.get("components"))][::-1]
    if isinstance(about, dict):
        stack.append(("/metadata/component", about))
    while stack:
        path, component = stack.pop()
        yield path, component
        children = [(f"{path}/components/{i}", item) for i, item in dicts(component.get("components"))]
        stack += children[::-1]


def _kind(component: dict[str, Any]) -> Literal["model", "dataset"] | None:
    stated = (text(component.get("type")) or "").lower()
    if stated == "machine-learning-model" or isinstance(component.get("modelCard"), dict):
        return "model"
    purl = text(component.get("purl"))
    hub = purl is not None and is_hub_purl(purl)
    if stated == "data":
        kinds = {text(entry.get("type")) for _, entry in dicts(component.get("data"))}
        return "dataset" if hub or not kinds or "dataset" in kinds else None
    return "model" if hub else None


def _component(kind: Literal["model", "dataset"], component: dict[str, Any], path: str) -> Component:
    group, name = text(component.get("group")), text(component.get("name")) or "(without a name)"
    purl = text(component.get("purl"))
    return Component(
        kind=kind,
        name=f"{group}/{name}" if group and "/" not in name else name,
        ref=text(component.get("bom-ref")),
        path=path,
        purls=[(purl, "purl")] if purl else [],
        addresses=_addresses(component),
        version=text(component.get("version")),
        licenses=_licenses(component.get("licenses")),
    )


def _addresses(component: dict[str, Any]) -> list[tuple[str, str]]:
    found: list[tuple[int, str, str]] = []
    for _, reference in dicts(component.get("externalReferences")):
        kind, url = text(reference.get("type")), text(reference.get("url"))
        if url and kind in _REFERENCES:
            found.append((_REFERENCES.index(kind), url, f"externalReferences ({kind})"))
    for _, entry in dicts(component.get("data")):
        contents = entry.get("contents")
        url = text(contents.get("url")) if isinstance(contents, dict) else None
        if url:
            found.append((0, url, "data.contents.url"))
    found.sort(key=lambda item: item[0])
    return [(url, field) for _, url, field in found]


def _licenses(value: Any) -> tuple[BomLicense, ...]:
    found: list[BomLicense] = []
    for _, entry in dicts(value):
        expression = text(entry.get("expression"))
        if expression:
            found.append(BomLicense(value=expression, form="expression", role=_role(entry)))
        license_part = entry.get("license")
        if isinstance(license_part, dict):
            identity, name = text(license_part.get("id")), text(license_part.get("name"))
            url = text(license_part.get("url"))
            if identity:
                found.append(BomLicense(value=identity, form="id", role=_role(license_part), name=name or url))
            elif name or url:
                found.append(BomLicense(value=name or url or "", form="name", role=_role(license_part), name=url))
    return unique(found)


def _role(entry: dict[str, Any]) -> Literal["declared", "concluded", "unsaid"]:
    stated = entry.get("acknowledgement")
    return "declared" if stated == "declared" else "concluded" if stated == "concluded" else "unsaid"


def _inline_datasets(component: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the data sets that a model card describes in place; those it refers to are components of their own."""
    card = component.get("modelCard")
    parameters = card.get("modelParameters") if isinstance(card, dict) else None
    listed = parameters.get("datasets") if isinstance(parameters, dict) else None
    for index, entry in dicts(listed):
        if "ref" in entry:
            continue
        place = f"{path}/modelCard/modelParameters/datasets/{index}"
        yield place, {"name": entry.get("name"), "bom-ref": entry.get("bom-ref"), "data": [entry]}
