"""Read disclosures and refuse values without a source."""

from __future__ import annotations

from auditor.model.license import LicenseProfile
from auditor.rulebook.disclosures import Disclosure, build_disclosure
from auditor.rulebook.rule_files import RuleReader
from auditor.rulebook.strict_yaml import StrictYaml
from auditor.rulebook.suggestion import did_you_mean
from auditor.rulebook.vocabulary import Vocabulary

__all__ = ["read_disclosures"]


def read_disclosures(
    reader: RuleReader, vocabulary: Vocabulary, licenses: dict[str, LicenseProfile]
) -> dict[str, Disclosure]:
    """Return every sound disclosure by id; problems go to the reader."""
    found: dict[str, Disclosure] = {}
    for relative, document in reader.each("disclosures", "disclosure.v1"):
        data = document.data
        if relative.as_posix() != f"{data['id']}.yaml":
            reader.problems.append(f"{document.at(('id',))}: id {data['id']!r} and file name differ")
        named = (data.get("license") or {}).get("id")
        if named and named not in licenses:
            near = did_you_mean(named, licenses)
            reader.problems.append(f"{document.at(('license', 'id'))}: no profile {named!r}{near}")
        reader.problems += _disclosed_problems(document, vocabulary)
        found[data["id"]] = build_disclosure(data)
    reader.problems += _anew_problems(found)
    return found


def _anew_problems(found: dict[str, Disclosure]) -> list[str]:
    """Return each disclosure that claims a license anew over a base that is not known to be the publisher's own."""
    by_hub_id = {hub_id.lower(): one for one in found.values() for hub_id in one.hub_ids}
    problems = []
    for one in found.values():
        if one.licensed_anew is None:
            continue
        base = found.get(one.base or "") or by_hub_id.get((one.base or "").lower())
        if base is None or base.publisher != one.publisher:
            problems.append(f"{one.key}: licensed_anew needs a disclosed base of the same publisher")
    return problems


def _disclosed_problems(document: StrictYaml, vocabulary: Vocabulary) -> list[str]:
    problems = []
    for name, spec in document.data["facts"].items():
        kind = vocabulary.facts.get(name)
        value = spec["value"]
        if kind is None:
            where = document.at(("facts", name), key=True)
            problems.append(f"{where}: unknown fact {name!r}{did_you_mean(name, vocabulary.facts)}")
        elif value != "unknown" and not ("source" in spec or "sources" in spec):
            problems.append(f"{document.at(('facts', name))}: a value needs a source; without one it is unknown")
        elif value != "unknown" and kind.base == "boolean" and not isinstance(value, bool):
            problems.append(f"{document.at(('facts', name, 'value'))}: {name} is true, false or unknown")
        elif value != "unknown" and kind.base == "enum" and value not in kind.values:
            near = did_you_mean(str(value), kind.values)
            problems.append(f"{document.at(('facts', name, 'value'))}: {value!r} is no value of {name}{near}")
    return problems
