"""Models and data sets of an SPDX document: 2.3 as JSON, 3.0 as JSON-LD."""

from __future__ import annotations

import re
from typing import Any, Final, Literal

from auditor.fetch.bom_finds import Component, Finds, dicts, is_hub_purl, is_on_hub, text, unique
from auditor.model.bom import BomLicense

__all__ = ["read_spdx2", "read_spdx3"]

_LISTED = re.compile(r"^https?://spdx\.org/licenses/([A-Za-z0-9.+-]+?)(?:\.html|\.json)?$")
_ROLES: Final[tuple[tuple[str, Literal["declared", "concluded"]], ...]] = (
    ("licenseDeclared", "declared"),
    ("licenseConcluded", "concluded"),
)

_KINDS: Final = ("AIPackage", "DatasetPackage")
_RELATIONS: Final[dict[str, Literal["declared", "concluded"]]] = {
    "hasDeclaredLicense": "declared",
    "hasConcludedLicense": "concluded",
}


def read_spdx2(data: dict[str, Any], finds: Finds) -> None:
    """Note the packages of an SPDX 2 document that lie on the Hub; the standard has no word for models.

    A package counts by a package URL of the Hub or by where it is downloaded from; `NOASSERTION` is no claim.
    """
    names = {
        text(entry.get("licenseId")): text(entry.get("name")) or None
        for _, entry in dicts(data.get("hasExtractedLicensingInfos"))
    }
    for index, package in dicts(data.get("packages")):
        purls = [
            (locator, "externalRefs")
            for _, reference in dicts(package.get("externalRefs"))
            if (locator := text(reference.get("referenceLocator"))) and is_hub_purl(locator)
        ]
        places = [(place, field) for field in ("downloadLocation", "homepage") if (place := text(package.get(field)))]
        if not purls and not any(is_on_hub(place) for place, _ in places):
            finds.others += 1
            continue
        licenses = [
            BomLicense(value=value, form="expression", role=role, name=names.get(value))
            for field, role in _ROLES
            if (value := text(package.get(field))) and value != "NOASSERTION"
        ]
        finds.add(
            Component(
                kind="model",
                name=text(package.get("name")) or "(without a name)",
                ref=text(package.get("SPDXID")),
                path=f"/packages/{index}",
                purls=purls,
                addresses=places,
                version=text(package.get("versionInfo")),
                licenses=unique(licenses),
            )
        )


def read_spdx3(graph: list[Any], finds: Finds) -> str | None:
    """Note the AI and data set packages of an SPDX 3 graph, and any package that lies on the Hub.

    Returns the version of the standard that the document says it follows. Licenses are those that relationships of the
    document lead to.
    """
    elements = {identity: element for _, element in dicts(graph) if (identity := _identity(element))}
    claims = _claims(graph, elements)
    version: str | None = None
    for index, element in dicts(graph):
        kind = _type(element)
        if kind == "CreationInfo":
            version = version or text(element.get("specVersion"))
        if not kind.endswith("Package"):
            continue
        component = _package(element, kind, f"/@graph/{index}")
        if kind not in _KINDS and not component.purls and not any(is_on_hub(place) for place, _ in component.addresses):
            finds.others += 1
            continue
        component.licenses = unique(claims.get(component.ref or "", ()))
        finds.add(component)
    return version


def _package(element: dict[str, Any], kind: str, path: str) -> Component:
    plain = _plain(element)
    purls = {purl: "packageUrl" for purl in (text(plain.get("packageUrl")),) if purl}
    for _, entry in dicts(plain.get("externalIdentifier")):
        value = text(entry.get("identifier"))
        if value and value.startswith("pkg:"):
            purls.setdefault(value, "externalIdentifier")
    if kind not in _KINDS:
        purls = {purl: field for purl, field in purls.items() if is_hub_purl(purl)}
    places = [(place, field) for field in ("downloadLocation", "homePage") if (place := text(plain.get(field)))]
    for _, entry in dicts(plain.get("externalRef")):
        locators = entry.get("locator")
        for locator in locators if isinstance(locators, list) else [locators]:
            place = text(locator)
            if place:
                places.append((place, "externalRef"))
    return Component(
        kind="dataset" if kind == "DatasetPackage" else "model",
        name=text(element.get("name")) or "(without a name)",
        ref=_identity(element),
        path=path,
        purls=list(purls.items()),
        addresses=places,
        version=text(plain.get("packageVersion")),
    )


def _claims(graph: list[Any], elements: dict[str, dict[str, Any]]) -> dict[str, list[BomLicense]]:
    """Return the licenses that relationships lead to, by the element they start from."""
    found: dict[str, list[BomLicense]] = {}
    for _, element in dicts(graph):
        role = _RELATIONS.get(_word(element.get("relationshipType")))
        start = text(element.get("from"))
        if role is None or start is None:
            continue
        ends = element.get("to")
        for end in ends if isinstance(ends, list) else [ends]:
            claim = _license(end, role, elements)
            if claim is not None:
                found.setdefault(start, []).append(claim)
    return found


def _license(
    end: Any, role: Literal["declared", "concluded"], elements: dict[str, dict[str, Any]]
) -> BomLicense | None:
    element = end if isinstance(end, dict) else elements.get(text(end) or "")
    if element is None:
        address = text(end) or ""
        listed = _LISTED.match(address)
        if listed:
            return BomLicense(value=listed[1], form="id", role=role)
        if not address or _word(address) == "NoAssertionLicense":
            return None
        none = _word(address) == "NoneLicense"
        return BomLicense(value="NONE" if none else address, form="expression" if none else "name", role=role)
    kind = _type(element)
    if kind == "NoAssertionLicense":
        return None
    if kind == "NoneLicense":
        return BomLicense(value="NONE", form="expression", role=role)
    name = text(element.get("name"))
    expression = text(_plain(element).get("licenseExpression"))
    if expression:
        if expression == "NOASSERTION":
            return None
        return BomLicense(value=expression, form="expression", role=role, name=name)
    listed = _LISTED.match(_identity(element) or "")
    if listed:
        return BomLicense(value=listed[1], form="id", role=role, name=name)
    value = name or _identity(element)
    return BomLicense(value=value, form="name", role=role) if value else None


def _identity(element: dict[str, Any]) -> str | None:
    return text(element.get("spdxId")) or text(element.get("@id"))


def _type(element: dict[str, Any]) -> str:
    """Return the name of an element's class without the name of its profile, however that is written."""
    stated = element.get("type") or element.get("@type")
    return _word(stated[0] if isinstance(stated, list) and stated else stated)


def _word(value: Any) -> str:
    """Return the last part of a name: what follows its profile's prefix or the path of its address."""
    return _last(value)[:80] if isinstance(value, str) else ""


def _plain(element: dict[str, Any]) -> dict[str, Any]:
    """Return properties by their names without the names of profiles (`software_`, `simplelicensing_`)."""
    found: dict[str, Any] = {}
    for key, value in element.items():
        found.setdefault(_last(key), value)
    return found


def _last(name: str) -> str:
    return min((name.rpartition(sign)[2] for sign in "/#:_"), key=len)
