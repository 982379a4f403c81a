"""Load, check and cross-check the whole rulebook; every problem of every file is reported at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from auditor.errors import AmbiguousLicense, RulebookInvalid, UnknownLicense
from auditor.model.license import LicenseProfile
from auditor.model.policy import Clarification
from auditor.rulebook.agreement_files import AgreementSource, read_agreement_sources
from auditor.rulebook.check_files import read_checks, read_spectrum
from auditor.rulebook.checks import Check, Spectrum
from auditor.rulebook.disclosure_files import read_disclosures
from auditor.rulebook.disclosures import Disclosure
from auditor.rulebook.framework_files import read_differences, read_frameworks
from auditor.rulebook.frameworks import DifferenceRule, Framework
from auditor.rulebook.license_files import (
    AmbiguousName,
    fold_name,
    license_names,
    read_ambiguous_names,
    read_licenses,
)
from auditor.rulebook.lineage_hints import LineageHints, read_lineage_hints
from auditor.rulebook.lint_rules import LintRules, read_lint_rules
from auditor.rulebook.locator import data_folder
from auditor.rulebook.rule_files import RuleReader, folder_digest
from auditor.rulebook.schema_check import schema_errors
from auditor.rulebook.sound_files import SoundFiles
from auditor.rulebook.suggestion import did_you_mean
from auditor.rulebook.table_rules import TableRules, read_table_rules
from auditor.rulebook.verdicts import VerdictRules, read_verdict_rules
from auditor.rulebook.vocabulary import Vocabulary, build_vocabulary

__all__ = ["Rulebook", "load_rulebook"]

RULEBOOK_VERSION = "1"
MAX_LOADED = 8

# A rulebook is the same whatever folder remembers its files, so that is no part of the key.
_LOADED: dict[tuple[Path, tuple[Path, ...]], Rulebook] = {}


class Rulebook(msgspec.Struct, frozen=True, kw_only=True):
    """All of `rules/` at one version and sha256."""

    version: str
    sha256: str
    overlays: tuple[str, ...]
    """Sha256 of each overlay folder, in the order given."""
    vocabulary: Vocabulary
    licenses: dict[str, LicenseProfile]
    names: dict[str, str]
    """Folded alias -> profile id."""
    ambiguous: dict[str, AmbiguousName]
    """Folded name -> what it could mean."""
    checks: dict[str, Check]
    spectrum: Spectrum
    disclosures: dict[str, Disclosure]
    disclosed_hub_ids: dict[str, str]
    """Lower-case Hub id -> the disclosure about it."""
    reading: dict[str, Any]
    """How cards and file lists are read (rules/reading.yaml)."""
    hints: LineageHints
    """What betrays a base model or a teacher (rules/lineage_hints.yaml)."""
    obligations: tuple[dict[str, Any], ...]
    """Which duties follow from which terms (rules/verdicts/obligations.yaml)."""
    verdicts: VerdictRules
    """How terms meet a context (the rest of rules/verdicts/)."""
    lint: LintRules
    """What the publisher of a card is told (rules/lint.yaml)."""
    frameworks: dict[str, Framework]
    """Published yardsticks by id, in the order of reports (rules/frameworks/)."""
    framework_differences: tuple[DifferenceRule, ...]
    """Why yardsticks come out differently (rules/framework_differences.yaml)."""
    agreement_sources: dict[str, AgreementSource]
    """How expert data sets are read (rules/agreement/)."""
    table: TableRules
    """The columns a table may have (rules/table.yaml)."""
    fingerprints: dict[str, dict[str, Any]]
    """Fingerprints of license texts by file name."""
    clarifications: tuple[Clarification, ...] = ()
    """What people read of licenses, from the overlays (clarifications/)."""

    def get_license(self, name: str) -> LicenseProfile:
        """Return the profile of an id or alias.

        Raises `AmbiguousLicense` for a name with several meanings and `UnknownLicense` for any other.
        """
        folded = fold_name(name)
        if folded in self.names:
            return self.licenses[self.names[folded]]
        if folded in self.ambiguous:
            raise AmbiguousLicense(name, list(self.ambiguous[folded].candidates))
        raise UnknownLicense(f"no license is called {name!r}{did_you_mean(name, self.licenses)}")

    def disclosure_of(self, hub_id: str) -> Disclosure | None:
        """Return the disclosure about a Hub repository, if there is one."""
        name = self.disclosed_hub_ids.get(hub_id.lower())
        return self.disclosures[name] if name else None


def load_rulebook(path: Path | None = None, *, overlays: Sequence[Path] = (), cache: Path | None = None) -> Rulebook:
    """Load the rulebook of this installation, or the one in `path`, with overlays on top.

    `cache` is a folder in which to remember which files were sound, so that the next start is fast. Raises
    `RulebookInvalid` with every problem of every file.
    """
    key = (path or data_folder("rules"), tuple(overlays))
    if key not in _LOADED:
        if len(_LOADED) >= MAX_LOADED:
            _LOADED.clear()
        _LOADED[key] = _load(*key, cache)
    return _LOADED[key]


def _load(root: Path, overlays: tuple[Path, ...], cache: Path | None) -> Rulebook:
    sound = SoundFiles(cache)
    try:
        rulebook = _read(root, overlays, sound)
    except RulebookInvalid:
        if not sound.hits:
            raise
        # Remembered files do not say where things stand: read them again for problems with their places.
        return _read(root, overlays, SoundFiles(None))
    sound.save()
    return rulebook


def _read(root: Path, overlays: tuple[Path, ...], sound: SoundFiles) -> Rulebook:
    reader = RuleReader(root, "rules", sound)
    document = reader.read("vocabulary.yaml", "vocabulary.v1")
    if document is None:
        raise RulebookInvalid(reader.problems)
    vocabulary = build_vocabulary(document.data)
    checks = read_checks(reader, vocabulary)
    spectrum = read_spectrum(reader, vocabulary, checks)
    licenses: dict[str, LicenseProfile] = {}
    disclosures: dict[str, Disclosure] = {}
    readers = [reader, *(RuleReader(overlay, overlay.name, sound) for overlay in overlays)]
    for one in readers:
        licenses |= read_licenses(one, vocabulary)
        disclosures |= read_disclosures(one, vocabulary, licenses)
    names = license_names(licenses, reader)
    ambiguous = read_ambiguous_names(reader, licenses, names)
    reading = reader.read("reading.yaml", "reading.v1")
    hints = read_lineage_hints(reader, licenses)
    obligations = reader.read("verdicts/obligations.yaml", "obligations.v1")
    verdicts = read_verdict_rules(reader, vocabulary)
    lint = read_lint_rules(reader, vocabulary, frozenset({*vocabulary.finding_codes, *checks}))
    frameworks = read_frameworks(reader, vocabulary)
    differences = read_differences(reader, vocabulary, frameworks)
    agreement_sources = read_agreement_sources(reader)
    table = read_table_rules(reader)
    fingerprints = _fingerprints(reader, licenses)
    problems = [problem for one in readers for problem in one.problems]
    if problems or not (spectrum and reading and verdicts and lint and hints and table):
        raise RulebookInvalid(problems)
    rulebook = Rulebook(
        version=RULEBOOK_VERSION,
        sha256=folder_digest(root),
        overlays=tuple(folder_digest(overlay) for overlay in overlays),
        vocabulary=_with_derived_lists(vocabulary, licenses),
        licenses=dict(sorted(licenses.items())),
        names=names,
        ambiguous=ambiguous,
        checks=checks,
        spectrum=spectrum,
        disclosures=dict(sorted(disclosures.items())),
        disclosed_hub_ids={
            hub.lower(): name for name, one in sorted(disclosures.items(), reverse=True) for hub in one.hub_ids
        },
        reading=reading.data,
        hints=hints,
        obligations=tuple(obligations.data["obligations"]) if obligations else (),
        verdicts=verdicts,
        lint=lint,
        frameworks=frameworks,
        framework_differences=differences,
        agreement_sources=agreement_sources,
        table=table,
        fingerprints=fingerprints,
    )
    return _with_clarifications(rulebook, readers[1:])


def _with_clarifications(rulebook: Rulebook, overlays: Sequence[RuleReader]) -> Rulebook:
    from auditor.rulebook.policy_records import read_clarification

    found: list[Clarification] = []
    for reader in overlays:
        for _, document in reader.each("clarifications", "clarifications.v1"):
            entries = [
                read_clarification(document, ("clarifications", n), rulebook, reader.problems)
                for n in range(len(document.data["clarifications"]))
            ]
            found += [entry for entry in entries if entry is not None]
    problems = [problem for reader in overlays for problem in reader.problems]
    if problems:
        raise RulebookInvalid(problems)
    return msgspec.structs.replace(rulebook, clarifications=tuple(found)) if found else rulebook


def _fingerprints(reader: RuleReader, licenses: dict[str, LicenseProfile]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((reader.root / "fingerprints").glob("*.json"), key=lambda path: path.name):
        name = f"{reader.shown_as}/fingerprints/{path.name}"
        content = path.read_bytes()
        data = reader.sound.get("fingerprint.v1", content)
        wrong: list[str] = []
        if data is None:
            try:
                data = json.loads(content)
            except ValueError as error:
                reader.problems.append(f"{name}: not JSON: {error}")
                continue
            wrong = [message for _, message, _ in schema_errors(data, "fingerprint.v1")]
            if not wrong:
                reader.sound.add("fingerprint.v1", content, data)
        if not wrong and data["license"] not in licenses:
            wrong = [f"no profile {data['license']!r}{did_you_mean(data['license'], licenses)}"]
        elif not wrong and licenses[data["license"]].text != "read":
            wrong = [f"the text of {data['license']} was not read as a whole, so nothing may be called exact"]
        reader.problems += [f"{name}: {message}" for message in wrong]
        found[path.stem] = data
    return found


def _with_derived_lists(vocabulary: Vocabulary, licenses: dict[str, LicenseProfile]) -> Vocabulary:
    derived = {
        name: tuple(i for i, p in sorted(licenses.items()) if p.judgments[judgment].answer == "yes")
        for name, judgment in vocabulary.list_judgments.items()
    }
    return msgspec.structs.replace(vocabulary, lists={**vocabulary.lists, **derived})
