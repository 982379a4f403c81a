"""A bill of materials is read whole: what is a model and cannot be read is a problem, never nothing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import UsageProblem
from auditor.fetch.bom_file import MAX_BYTES, read_bom
from auditor.fetch.bom_finds import MAX_FOUND
from auditor.fetch.targets import parse_target
from auditor.model.bom import Bom
from tests.unit.fetch.bom_samples import COMMIT, HUB, OTHER, cyclonedx, full_cyclonedx, full_spdx2, full_spdx3, model


@pytest.fixture
def read(tmp_path: Path) -> Any:
    def reader(data: Any) -> Bom:
        path = tmp_path / "bom.json"
        path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
        return read_bom(path)

    return reader


def found(bom: Bom) -> list[tuple[str, bool, str]]:
    return [(entry.target, entry.pinned, entry.via) for entry in bom.entries]


def problems(bom: Bom) -> dict[str, str]:
    return {problem.name: problem.message for problem in bom.problems}


# The samples are what the standards say


@pytest.mark.parametrize("version", ["1.5", "1.6", "1.7"])
def test_the_cyclonedx_samples_fit_the_official_schema(version: str) -> None:
    import warnings

    with warnings.catch_warnings():
        # Its own dependencies warn of each other while they are imported.
        warnings.simplefilter("ignore")
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator

        validator = JsonStrictValidator(SchemaVersion.from_version(version))
        assert validator.validate_str(json.dumps(full_cyclonedx(version))) is None


def test_the_spdx_sample_is_valid(tmp_path: Path) -> None:
    import warnings

    path = tmp_path / "a.spdx.json"
    path.write_text(json.dumps(full_spdx2()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from spdx_tools.spdx.parser.parse_anything import parse_file
        from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document

        assert validate_full_spdx_document(parse_file(str(path))) == []


# CycloneDX


@pytest.mark.parametrize("version", ["1.5", "1.6", "1.7"])
def test_cyclonedx(version: str, read: Any) -> None:
    bom = read(full_cyclonedx(version))
    assert bom.format == f"CycloneDX {version}"
    assert found(bom) == [
        ("hub:acme/emu", False, "purl"),
        (f"hub:acme/owl@{COMMIT}", True, "purl"),
        (f"hub:acme/jay@{OTHER}", True, "externalReferences (distribution)"),
        ("dataset:acme/corn", False, "purl"),
        ("dataset:acme/seeds", False, "data.contents.url"),
    ]
    assert problems(bom) == {"kea": "it names no source", "notes kept in a drawer": "it names no source"}
    assert [problem.path for problem in bom.problems] == [
        "/components/3/components/0",
        "/components/0/modelCard/modelParameters/datasets/2",
    ]
    assert bom.others == 2
    emu, owl, jay, corn, _ = bom.entries
    assert emu.note == "its version '1.0' is no commit: the newest revision is read"
    assert (owl.name, owl.ref, owl.path) == ("acme/owl", "m1", "/components/0")
    said = "unsaid" if version == "1.5" else "declared"
    assert [(claim.value, claim.form, claim.role) for claim in owl.licenses] == [("Apache-2.0", "id", said)]
    assert [(claim.value, claim.form) for claim in jay.licenses] == [("MIT OR Apache-2.0", "expression")]
    assert [(claim.value, claim.form) for claim in corn.licenses] == [("Our Data Terms", "name")]


@pytest.mark.parametrize(
    ("component", "target"),
    [
        (model(purl="pkg:huggingface/bert-base"), "hub:bert-base"),
        (model(purl=f"pkg:huggingface/Acme/Owl-3.1@{COMMIT.upper()}"), f"hub:Acme/Owl-3.1@{COMMIT}"),
        (model(purl="pkg:huggingface/acme/owl@main"), "hub:acme/owl"),
        (model(purl="pkg:huggingface/acme/owl", version=COMMIT), f"hub:acme/owl@{COMMIT}"),
        (model(purl="pkg:huggingface/acme/owl@1.0", version=COMMIT), f"hub:acme/owl@{COMMIT}"),
        (model(purl=f"pkg:huggingface/acme/owl@{COMMIT}?repository_url=https://huggingface.co"), f"hub:acme/owl@{COMMIT}"),
        (model(purl="pkg:generic/owl@1", externalReferences=[{"type": "vcs", "url": f"{HUB}/acme/owl"}]), "hub:acme/owl"),
        (model(externalReferences=[{"type": "website", "url": "https://hf.co/acme/owl"}]), "hub:acme/owl"),
        (model(externalReferences=[{"type": "other", "url": f"{HUB}/acme/owl/resolve/{COMMIT}/a.bin"}]), f"hub:acme/owl@{COMMIT}"),
        ({"type": "library", "name": "x", "purl": "pkg:huggingface/acme/owl"}, "hub:acme/owl"),
        ({"type": "data", "name": "x", "purl": "pkg:huggingface/acme/corn"}, "dataset:acme/corn"),
        ({"type": "data", "name": "x", "data": [{"type": "dataset", "contents": {"url": f"{HUB}/datasets/a/b"}}]}, "dataset:a/b"),
        ({"name": "no type", "modelCard": {}, "purl": "pkg:huggingface/acme/owl"}, "hub:acme/owl"),
        (model(externalReferences=[
            {"type": "documentation", "url": f"{HUB}/datasets/acme/corn"}, {"type": "documentation", "url": f"{HUB}/acme/owl"},
        ]), "hub:acme/owl"),
    ],
)  # fmt: skip
def test_ways_to_name_a_source(component: dict[str, Any], target: str, read: Any) -> None:
    bom = read(cyclonedx(component))
    assert [entry.target for entry in bom.entries] == [target], bom.problems
    assert parse_target(target, exists=lambda _: False)


@pytest.mark.parametrize(
    ("component", "words"),
    [
        (model("acme/owl"), "it names no source; if it is acme/owl on the Hub, its package URL would be pkg:huggingface/acme/owl"),
        (model(purl="pkg:huggingface/"), "is malformed"),
        (model(purl="pkg:huggingface/a/b/c/d"), "names no repository"),
        (model(purl="pkg:huggingface/acme/../../etc"), "names no repository|is malformed"),
        (model(purl="pkg:huggingface/" + "a" * 600), "longer than 500"),
        (model(purl="pkg:mlflow/owl@1"), "only the package 'pkg:mlflow/owl@1'"),
        (model(purl="pkg:huggingface/acme/owl?repository_url=https://hub.acme.example"), "another hub"),
        (model(purl="pkg:huggingface/acme/owl?repository_url=https://huggingface.co.acme.example"), "another hub"),
        (model(purl=3), "it names no source"),
        (model(purl=["pkg:huggingface/acme/owl"]), "it names no source"),
        (model(externalReferences=[{"type": "website", "url": "https://acme.example/owl"}]), "only 'https://acme.example/owl'"),
        (model(externalReferences=[{"type": "website", "url": "https://me:secret@acme.example/owl"}]), r"only 'https://\*\*\*@"),
        (model(externalReferences=[{"type": "website", "url": f"{HUB}/spaces/acme/demo"}]), "no source that can be read"),
        (model(externalReferences=[{"type": "website", "url": f"{HUB}.acme.example/acme/owl"}]), "no source that can be read"),
        (model(externalReferences=[
            {"type": "vcs", "url": f"{HUB}/acme/owl"}, {"type": "vcs", "url": f"{HUB}/acme/jay"},
        ]), "it names several sources: hub:acme/jay, hub:acme/owl"),
    ],
)  # fmt: skip
def test_a_model_without_a_readable_source_is_a_problem(component: dict[str, Any], words: str, read: Any) -> None:
    bom = read(cyclonedx(component))
    assert bom.entries == ()
    (problem,) = bom.problems
    assert re.search(words, problem.message), problem.message
    assert "secret" not in problem.message


def test_two_commits_are_said(read: Any) -> None:
    (entry,) = read(cyclonedx(model(purl=f"pkg:huggingface/acme/owl@{COMMIT}", version=OTHER))).entries
    assert entry.target.endswith(COMMIT)
    assert entry.note == f"the bill names two commits: {COMMIT} is read, {OTHER} is its version"


# SPDX


def test_spdx_2(read: Any) -> None:
    bom = read(full_spdx2())
    assert bom.format == "SPDX-2.3"
    assert found(bom) == [
        (f"hub:acme/owl@{COMMIT}", True, "downloadLocation"),
        ("dataset:acme/corn", False, "downloadLocation"),
        (f"hub:acme/jay@{OTHER}", True, "externalRefs"),
    ]
    assert [[(c.value, c.role, c.name) for c in entry.licenses] for entry in bom.entries] == [
        [("LicenseRef-owl", "declared", "Owl License")],
        [("CC-BY-4.0", "concluded", None)],
        [],
    ]
    assert list(problems(bom)) == ["space"]
    assert bom.others == 1


def test_spdx_3(read: Any) -> None:
    bom = read(full_spdx3())
    assert bom.format == "SPDX 3.0.1"
    assert found(bom) == [
        (f"hub:acme/owl@{COMMIT}", True, "downloadLocation"),
        (f"hub:acme/jay@{OTHER}", True, "externalIdentifier"),
        ("dataset:acme/corn", False, "packageUrl"),
    ]
    assert [(c.value, c.form, c.role) for c in bom.entries[0].licenses] == [
        ("MIT", "expression", "declared"),
        ("Apache-2.0", "id", "concluded"),
    ]
    assert bom.entries[1].licenses == ()
    assert problems(bom) == {"kea": "it names no source that can be read, only 'https://acme.example/kea'"}
    assert bom.others == 1


def test_spdx_3_in_other_spellings(read: Any) -> None:
    """Full names of classes and properties, a single `to`, a license written in place, and one nobody grants."""
    terms = "https://spdx.org/rdf/3.0.1/terms/"
    graph = [
        {"@type": [f"{terms}AI/AIPackage"], "@id": "urn:a", "name": "owl", f"{terms}Software/downloadLocation": f"{HUB}/acme/owl"},
        {"@type": "Relationship", "relationshipType": f"{terms}Core/hasDeclaredLicense", "from": "urn:a",
         "to": {"type": "expandedlicensing_CustomLicense", "name": "Owl License"}},
        {"@type": "Relationship", "relationshipType": "hasConcludedLicense", "from": "urn:a",
         "to": [f"{terms}ExpandedLicensing/NoneLicense"]},
    ]  # fmt: skip
    (entry,) = read({"@context": "x", "@graph": graph}).entries
    assert entry.target == "hub:acme/owl"
    assert [(c.value, c.form) for c in entry.licenses] == [("Owl License", "name"), ("NONE", "expression")]


# Hostile


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is not JSON"),
        (b"[]", "no bill of materials"),
        (b"{}", "no bill of materials"),
        (b'{"bomFormat": "Other"}', "no bill of materials"),
        (b"<bom xmlns='x'/>", "is XML, not JSON"),
        (b'{"bomFormat": "CycloneDX", "components": [], "components": []}', "'components' stands twice"),
        (b"[" * 1_000_000, "nested too deeply"),
        (b'{"a":' * 1_000_000, "nested too deeply"),
        (b'{"a": NaN}', "NaN is no JSON value"),
        (b'{"a": ' + b"9" * 5_000 + b"}", "is not JSON"),
        (b'{"a": "\xff"}', "is not JSON"),
        (b'{"metadata": {"timestamp": "x",},}', "is not JSON"),
        (b'{"a": "unclosed', "is not JSON"),
    ],
)
def test_anything_else_is_a_clear_error(content: bytes, words: str, read: Any) -> None:
    with pytest.raises(UsageProblem, match=words) as caught:
        read(content)
    assert caught.value.exit_code == 2


def test_brackets_in_strings_are_no_depth(read: Any) -> None:
    assert read(cyclonedx(model("[" * 5_000 + '"\\', purl="pkg:huggingface/acme/owl"))).entries


def test_a_missing_and_a_large_file(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match="cannot read"):
        read_bom(tmp_path / "no.json")
    with pytest.raises(UsageProblem, match="cannot read"):
        read_bom(tmp_path)
    with (tmp_path / "large.json").open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    with pytest.raises(UsageProblem, match="larger than"):
        read_bom(tmp_path / "large.json")


def test_too_many_models_are_refused_not_cut(read: Any) -> None:
    with pytest.raises(UsageProblem, match=f"more than {MAX_FOUND}"):
        read(cyclonedx(*(model(f"m{n}") for n in range(MAX_FOUND + 1))))


def test_a_byte_order_mark_is_no_matter(read: Any) -> None:
    assert read(b"\xef\xbb\xbf" + json.dumps(full_cyclonedx()).encode()).entries


ODD: list[Any] = [None, 1, "x", [], {}, [1, "x", None, []], {"a": 1}]


@pytest.mark.parametrize("odd", ODD, ids=repr)
@pytest.mark.parametrize(
    "key",
    [
        "type",
        "purl",
        "group",
        "version",
        "licenses",
        "externalReferences",
        "data",
        "modelCard",
        "components",
        "bom-ref",
        "name",
    ],
)
def test_wrong_types_anywhere_in_a_component_lose_no_model(key: str, odd: Any, read: Any) -> None:
    other = model("jay", purl="pkg:huggingface/acme/jay")
    bom = read(cyclonedx({**model(purl="pkg:huggingface/acme/owl"), key: odd}, other))
    names = [entry.target for entry in bom.entries]
    assert "hub:acme/jay" in names
    assert len(bom.entries) + len(bom.problems) == 2


SOUP = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from([HUB, f"pkg:huggingface/a/b@{COMMIT}", "NOASSERTION"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["type", "name", "purl", "licenses", "license", "id", "components", "modelCard", "modelParameters", "datasets", "data",
             "contents", "url", "externalReferences", "packages", "externalRefs", "referenceLocator", "downloadLocation", "from",
             "to", "relationshipType", "spdxId", "software_packageUrl", "externalRef", "locator", "expression", "metadata", "component"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=25,
)  # fmt: skip


@given(soup=SOUP, form=st.sampled_from(["cyclonedx", "spdx2", "spdx3"]))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_document_brings_it_down(soup: Any, form: str, tmp_path: Path) -> None:
    data = soup if isinstance(soup, dict) else {"components": soup, "packages": soup}
    data = (
        data
        | {"cyclonedx": {"bomFormat": "CycloneDX"}, "spdx2": {"spdxVersion": "SPDX-2.3"}, "spdx3": {"@context": "x"}}[
            form
        ]
    )
    if form == "spdx3":
        data["@graph"] = soup if isinstance(soup, list) else [soup]
    path = tmp_path / "soup.json"
    path.write_text(json.dumps(data))
    bom = read_bom(path)
    for entry in bom.entries:
        assert parse_target(entry.target, exists=lambda _: False).scheme in ("hub", "dataset")


def test_reading_imports_neither_library_of_the_standards_nor_the_network(tmp_path: Path) -> None:
    path = tmp_path / "bom.json"
    path.write_text(json.dumps(full_cyclonedx()))
    code = (
        "import sys, pathlib; from auditor.fetch.bom_file import read_bom; read_bom(pathlib.Path(sys.argv[1])); "
        "print(sorted({n.partition('.')[0] for n in sys.modules} & {'cyclonedx','spdx_tools','httpx','httpx2','huggingface_hub','rdflib'}))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
