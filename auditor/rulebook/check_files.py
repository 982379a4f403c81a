"""Read the checks and the spectrum, and prove that findings explain every grade."""

from __future__ import annotations

from auditor.rulebook.checks import CapabilityRule, Check, Requirement, Rung, Spectrum
from auditor.rulebook.rule_files import RuleReader
from auditor.rulebook.strict_yaml import StrictYaml
from auditor.rulebook.suggestion import did_you_mean
from auditor.rulebook.vocabulary import Vocabulary

__all__ = ["read_checks", "read_spectrum"]


def read_checks(reader: RuleReader, vocabulary: Vocabulary) -> dict[str, Check]:
    """Return every sound check by id; problems go to the reader."""
    found: dict[str, Check] = {}
    for relative, document in reader.each("checks", "check.v1"):
        data = document.data
        if relative.as_posix() != f"{data['dimension']}/{data['id']}.yaml":
            where = f"checks/{data['dimension']}/{data['id']}.yaml"
            reader.problems.append(f"{document.at(('id',))}: this check belongs into {where}")
        when = reader.condition(document, ("when",), vocabulary.facts)
        applies = reader.condition(document, ("applies",), vocabulary.facts)
        if when is None:
            continue
        values = {**data, "when": when, "applies": applies, "references": tuple(data["references"])}
        found[data["id"]] = Check(**values)
    return dict(sorted(found.items()))


def read_spectrum(reader: RuleReader, vocabulary: Vocabulary, checks: dict[str, Check]) -> Spectrum | None:
    """Return the spectrum, or `None` when anything in it is wrong; problems go to the reader."""
    document = reader.read("spectrum.yaml", "spectrum.v1")
    if document is None:
        return None
    before = len(reader.problems)
    data = document.data
    dimensions = {
        dimension: tuple(_requirement(reader, document, dimension, n, vocabulary, checks) for n in range(len(rows)))
        for dimension, rows in data["dimensions"].items()
    }
    ladder = []
    for n, row in enumerate(data["ladder"]):
        if row["label"] not in vocabulary.labels:
            reader.problems.append(f"{document.at(('ladder', n, 'label'))}: unknown label {row['label']!r}")
        when = reader.condition(document, ("ladder", n, "when"), vocabulary.facts)
        ladder.append(Rung(label=row["label"], levels=row.get("levels", {}), when=when))
    capabilities = []
    for name, row in data["capabilities"].items():
        found = {w: reader.condition(document, ("capabilities", name, w), vocabulary.facts) for w in ("yes", "no")}
        middle = reader.condition(document, ("capabilities", name, "conditions"), vocabulary.facts)
        if found["yes"] and found["no"]:
            capabilities.append(
                CapabilityRule(id=name, plain=row["plain"], yes=found["yes"], conditions=middle, no=found["no"],
                               reasons=row["reasons"])
            )  # fmt: skip
    if len(reader.problems) > before:
        return None
    rows = {name: tuple(r for r in found if r is not None) for name, found in dimensions.items()}
    return Spectrum(dimensions=rows, ladder=tuple(ladder), capabilities=tuple(capabilities))


def _requirement(
    reader: RuleReader,
    document: StrictYaml,
    dimension: str,
    n: int,
    vocabulary: Vocabulary,
    checks: dict[str, Check],
) -> Requirement | None:
    path = ("dimensions", dimension, n)
    row = document.data["dimensions"][dimension][n]
    when = reader.condition(document, (*path, "when"), vocabulary.facts)
    missing = [name for name in row["checks"] if name not in checks]
    for name in missing:
        where = document.at((*path, "checks", row["checks"].index(name)))
        reader.problems.append(f"{where}: no check is called {name!r}{did_you_mean(name, checks)}")
    if when is None or missing:
        return None
    asked = frozenset[str]().union(*(checks[name].when.reads for name in row["checks"]))
    for fact in sorted(when.reads - asked):
        # A grade must be explained by findings: every fact that decides it is asked by one of its checks.
        reader.problems.append(f"{document.at((*path, 'checks'))}: no check named here asks about {fact}")
    return Requirement(plain=row["plain"], when=when, checks=tuple(row["checks"]), raises=row["raise"])
