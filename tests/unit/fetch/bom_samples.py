"""Bills of materials written by hand, in the shapes that both standards and the tools of the field produce."""

from __future__ import annotations

from typing import Any

COMMIT = "0123456789abcdef0123456789abcdef01234567"
OTHER = "f" * 40
HUB = "https://huggingface.co"


def cyclonedx(*components: dict[str, Any], version: str = "1.6", **more: Any) -> dict[str, Any]:
    return {"bomFormat": "CycloneDX", "specVersion": version, "version": 1, "components": list(components), **more}


def model(name: str = "owl", **more: Any) -> dict[str, Any]:
    return {"type": "machine-learning-model", "name": name, **more}


def full_cyclonedx(version: str = "1.6") -> dict[str, Any]:
    said = {} if version == "1.5" else {"acknowledgement": "declared"}
    return cyclonedx(
        model("owl", **{
            "bom-ref": "m1", "group": "acme", "purl": f"pkg:huggingface/acme/owl@{COMMIT}", "version": COMMIT,
            "licenses": [{"license": {"id": "Apache-2.0", **said}}],
            "modelCard": {"modelParameters": {"task": "text", "datasets": [
                {"ref": "d1"},
                {"type": "dataset", "name": "seeds", "contents": {"url": f"{HUB}/datasets/acme/seeds"}},
                {"type": "dataset", "name": "notes kept in a drawer"},
            ]}},
        }),
        model("jay", **{
            "bom-ref": "m2", "version": OTHER,
            "externalReferences": [
                {"type": "documentation", "url": f"{HUB}/acme/base-of-jay"},
                {"type": "distribution", "url": f"{HUB}/acme/jay/tree/main"},
            ],
            "licenses": [{"expression": "MIT OR Apache-2.0"}],
        }),
        {"type": "data", "bom-ref": "d1", "name": "corn", "purl": "pkg:huggingface/datasets/acme/corn",
         "data": [{"type": "dataset", "name": "corn"}], "licenses": [{"license": {"name": "Our Data Terms"}}]},
        {"type": "application", "bom-ref": "a1", "name": "app", "components": [
            model("kea", **{"bom-ref": "m3"}),
            {"type": "library", "bom-ref": "l1", "name": "requests", "purl": "pkg:pypi/requests@2.34.2"},
        ]},
        version=version,
        metadata={"component": model("emu", **{"bom-ref": "root", "purl": "pkg:huggingface/acme/emu@1.0"})},
    )  # fmt: skip


def full_spdx2() -> dict[str, Any]:
    def package(number: int, name: str, place: str, **more: Any) -> dict[str, Any]:
        return {
            "SPDXID": f"SPDXRef-P{number}", "name": name, "downloadLocation": place, "filesAnalyzed": False,
            "licenseDeclared": "NOASSERTION", "licenseConcluded": "NOASSERTION", "copyrightText": "NOASSERTION", **more,
        }  # fmt: skip

    return {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": "acme",
        "documentNamespace": "https://acme.example/spdx/1",
        "creationInfo": {"created": "2026-01-01T00:00:00Z", "creators": ["Tool: by hand"]},
        "hasExtractedLicensingInfos": [
            {"licenseId": "LicenseRef-owl", "name": "Owl License", "extractedText": "You may."},
        ],
        "packages": [
            package(1, "owl", f"git+{HUB}/acme/owl@{COMMIT}", licenseDeclared="LicenseRef-owl"),
            package(2, "corn", f"{HUB}/datasets/acme/corn", licenseConcluded="CC-BY-4.0"),
            package(3, "jay", "NOASSERTION", versionInfo=OTHER, externalRefs=[
                {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl",
                 "referenceLocator": "pkg:huggingface/acme/jay"},
            ]),
            package(4, "requests", "https://acme.example/requests.tar.gz"),
            package(5, "space", f"{HUB}/spaces/acme/demo"),
        ],
        "relationships": [
            {"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": f"SPDXRef-P{n}"}
            for n in range(1, 6)
        ],
    }  # fmt: skip


def full_spdx3() -> dict[str, Any]:
    base = "https://acme.example/spdx/1#"

    def element(kind: str, key: str, /, **more: Any) -> dict[str, Any]:
        return {"type": kind, "spdxId": f"{base}{key}", "creationInfo": "_:c", **more}

    def relation(number: int, kind: str, start: str, *ends: str) -> dict[str, Any]:
        return element(
            "Relationship", f"r{number}", relationshipType=kind, **{"from": f"{base}{start}", "to": list(ends)}
        )

    return {
        "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld",
        "@graph": [
            {"type": "CreationInfo", "@id": "_:c", "specVersion": "3.0.1", "created": "2026-01-01T00:00:00Z",
             "createdBy": [f"{base}me"]},
            element("Organization", "me", name="Acme"),
            element("ai_AIPackage", "owl", name="owl", software_packageVersion=COMMIT,
                    software_downloadLocation=f"{HUB}/acme/owl"),
            element("ai_AIPackage", "jay", name="jay", externalIdentifier=[
                {"type": "ExternalIdentifier", "externalIdentifierType": "packageUrl",
                 "identifier": f"pkg:huggingface/acme/jay@{OTHER}"}]),
            element("ai_AIPackage", "kea", name="kea", software_downloadLocation="https://acme.example/kea"),
            element("dataset_DatasetPackage", "corn", name="corn", dataset_datasetType=["text"],
                    software_packageUrl="pkg:huggingface/datasets/acme/corn"),
            element("software_Package", "req", name="requests", software_packageUrl="pkg:pypi/requests@2.34.2"),
            element("simplelicensing_LicenseExpression", "l1", simplelicensing_licenseExpression="MIT"),
            relation(1, "hasDeclaredLicense", "owl", f"{base}l1"),
            relation(2, "hasConcludedLicense", "owl", "https://spdx.org/licenses/Apache-2.0"),
            relation(3, "trainedOn", "owl", f"{base}corn"),
            relation(4, "hasDeclaredLicense", "jay",
                     "https://spdx.org/rdf/3.0.1/terms/ExpandedLicensing/NoAssertionLicense"),
        ],
    }  # fmt: skip
