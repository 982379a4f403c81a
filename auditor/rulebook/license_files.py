"""Read license profiles and the names that lead to them."""

from __future__ import annotations

from typing import Any

import msgspec

from auditor.model.license import Judgment, LicenseApplication, LicenseProfile, ProfileReading, TermValue
from auditor.rulebook.rule_files import RuleReader
from auditor.rulebook.strict_yaml import StrictYaml
from auditor.rulebook.suggestion import did_you_mean
from auditor.rulebook.vocabulary import Vocabulary

__all__ = [
    "AmbiguousName",
    "fold_name",
    "license_names",
    "profile_to_dict",
    "read_ambiguous_names",
    "read_licenses",
]


class AmbiguousName(msgspec.Struct, frozen=True, kw_only=True):
    """A string that could mean several licenses, or none."""

    name: str
    candidates: tuple[str, ...]
    family: bool = False
    placeholder: bool = False
    why: str = ""


def fold_name(name: str) -> str:
    """Return `name` with case and the difference between space, `_` and `-` taken away."""
    return "-".join(name.lower().replace("_", " ").replace("-", " ").split())


def read_licenses(reader: RuleReader, vocabulary: Vocabulary) -> dict[str, LicenseProfile]:
    """Return every sound profile by id; problems go to the reader."""
    found: dict[str, LicenseProfile] = {}
    for relative, document in reader.each("licenses", "license.v1"):
        data = document.data
        if relative.as_posix() != f"{data['id']}.yaml":
            reader.problems.append(f"{document.at(('id',))}: id {data['id']!r} and file name differ")
        reader.problems += _term_problems(document, vocabulary) + _application_problems(document, vocabulary)
        found[data["id"]] = _profile(data, vocabulary)
    return found


def _term_problems(document: StrictYaml, vocabulary: Vocabulary) -> list[str]:
    data, problems = document.data, []
    for name, term in data["terms"].items():
        kind = vocabulary.terms.get(name)
        if kind is None:
            where = document.at(("terms", name), key=True)
            problems.append(f"{where}: unknown term {name!r}{did_you_mean(name, vocabulary.terms)}")
            continue
        message = kind.problem_with(term["value"])
        if message:
            problems.append(f"{document.at(('terms', name, 'value'))}: {message}")
        elif term["section"] is None and term["value"] not in ("unknown", kind.silence) and data["text"] == "read":
            # A value that silence does not give must come from somewhere in the text.
            problems.append(f"{document.at(('terms', name))}: {name} differs from silence but names no section")
    missing = [name for name in vocabulary.terms if name not in data["terms"]]
    if data["text"] == "read" and missing:
        problems.append(
            f"{document.at(('terms',))}: a text that was read gives all terms; missing {', '.join(missing)}"
        )
    if data["text"] != "not-read" and not data.get("read"):
        problems.append(f"{document.at(('text',))}: says {data['text']} but names no text under `read`")
    return problems


def _application_problems(document: StrictYaml, vocabulary: Vocabulary) -> list[str]:
    application = document.data.get("application") or {}
    touchable = {**vocabulary.use_kinds, **vocabulary.purposes, **vocabulary.terms}
    problems = []
    for block, known in (
        ("grants", vocabulary.use_kinds),
        ("purposes", vocabulary.purposes),
        ("duties", vocabulary.terms),
    ):
        for name in application.get(block, {}):
            if name not in known:
                where = document.at(("application", block, name), key=True)
                problems.append(f"{where}: unknown name {name!r}{did_you_mean(name, known)}")
    for name, acts in application.get("duties", {}).items():
        for n, act in enumerate(acts):
            if act not in vocabulary.acts:
                where = document.at(("application", "duties", name, n))
                problems.append(f"{where}: unknown act {act!r}{did_you_mean(act, vocabulary.acts)}")
    for n, row in enumerate(application.get("contradictions", ())):
        for name in row["touches"]:
            if name not in touchable:
                where = document.at(("application", "contradictions", n, "touches"))
                problems.append(f"{where}: {name!r} is no use kind, purpose or term{did_you_mean(name, touchable)}")
    for name, rule in application.get("purposes", {}).items():
        if rule["section"] is None and rule["answer"] not in ("silent", "unknown"):
            where = document.at(("application", "purposes", name))
            problems.append(f"{where}: {name} is {rule['answer']} but names no section")
    return problems


def _profile(data: dict[str, Any], vocabulary: Vocabulary) -> LicenseProfile:
    terms = {
        name: TermValue(spec["value"], spec["section"], spec.get("note"))
        for name in vocabulary.terms
        for spec in [data["terms"].get(name, {"value": "unknown", "section": None})]
    }
    reading = data.get("read")
    return LicenseProfile(
        id=data["id"],
        title=data["title"],
        spdx=data["spdx"],
        scope=data["scope"],
        text=data["text"],
        terms=terms,
        judgments={name: Judgment(spec["answer"], spec["reason"]) for name, spec in data["judgments"].items()},
        version=data.get("version"),
        date=data.get("date"),
        publisher=data.get("publisher"),
        url=data.get("url"),
        aliases=tuple(data["aliases"]),
        spdx_variants=tuple(data.get("spdx_variants", ())),
        titles=tuple(data.get("titles", ())),
        normalized_sha256=tuple(data.get("normalized_sha256", ())),
        read=_reading(reading) if reading else None,
        reviewed=data.get("reviewed"),
        summary=data["summary"],
        ambiguities=tuple(data.get("ambiguities", ())),
        application=msgspec.convert(data["application"], LicenseApplication) if "application" in data else None,
    )


def _reading(data: dict[str, Any]) -> ProfileReading:
    revisions = tuple(row["text_sha256"] for row in data.get("also", ()) if row["role"] == "revision")
    attachments = tuple(row["text_sha256"] for row in data.get("also", ()) if row["role"] != "revision")
    return ProfileReading(data["text_sha256"], data["source"], data["on"], revisions, attachments)


def license_names(licenses: dict[str, LicenseProfile], reader: RuleReader) -> dict[str, str]:
    """Return folded alias -> profile id; a name claimed twice is a problem."""
    names: dict[str, str] = {}
    for profile in sorted(licenses.values(), key=lambda profile: profile.id):
        for alias in sorted({profile.id, profile.spdx, *profile.aliases, *profile.spdx_variants}):
            owner = names.setdefault(fold_name(alias), profile.id)
            if owner != profile.id:
                where = f"rules/licenses/{profile.id}.yaml"
                reader.problems.append(f"{where}: alias {alias!r} already belongs to {owner}")
    return names


def read_ambiguous_names(
    reader: RuleReader, licenses: dict[str, LicenseProfile], names: dict[str, str]
) -> dict[str, AmbiguousName]:
    """Return folded name -> what it could mean; its candidates must exist and it must be nobody's alias."""
    document = reader.read("ambiguous_names.yaml", "ambiguous-names.v1")
    found: dict[str, AmbiguousName] = {}
    for n, row in enumerate(document.data["names"] if document else ()):
        assert document is not None
        folded = fold_name(row["name"])
        if folded in names:
            reader.problems.append(f"{document.at(('names', n))}: {row['name']!r} is an alias of {names[folded]}")
        for candidate in row["candidates"]:
            if candidate not in licenses:
                near = did_you_mean(candidate, licenses)
                reader.problems.append(f"{document.at(('names', n))}: no profile {candidate!r}{near}")
        values = {**row, "candidates": tuple(row["candidates"])}
        found[folded] = AmbiguousName(**values)
    return found


def profile_to_dict(profile: LicenseProfile) -> dict[str, Any]:
    """Return a profile in the shape `auditor/license/1` of design section 9."""
    data: dict[str, Any] = msgspec.to_builtins(profile)
    for internal in ("titles", "normalized_sha256"):
        del data[internal]
    return {"schema": "auditor/license/1", **data}
