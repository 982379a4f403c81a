"""Tell a publisher what to mend: findings and facts of an audit, in the words of `rules/lint.yaml`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from auditor.facts.front_matter_insert import CannotInsert, with_metadata
from auditor.facts.subject_view import SubjectView, view_of
from auditor.model.finding import Finding
from auditor.model.lint import LintEntry, LintReport, LintSubject
from auditor.model.snapshot import Snapshot
from auditor.pipeline.assessment import Assessment
from auditor.pipeline.auditor import Auditor
from auditor.pipeline.lint_facts import LintFacts, hub_id_of
from auditor.rulebook.lint_rules import WORD, LintAddition, LintRule
from auditor.rulebook.load import Rulebook
from auditor.rulebook.strict_yaml import read_strict_yaml

__all__ = ["lint"]

MAX_MESSAGE = 2_000
_RANK = {"error": 0, "warning": 1, "info": 2}
_PROFILE = re.compile(r"rules/licenses/(.{1,200})\.yaml")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+-]*", re.ASCII)


def lint(snapshot: Snapshot, auditor: Auditor) -> LintReport:
    """Return everything that the publisher of `snapshot` can mend."""
    assessment = auditor.assess(snapshot, date=snapshot.retrieved_at[:10])
    view = view_of(snapshot)
    linter = _Linter(view, assessment, auditor)
    return LintReport(
        rulebook={"version": auditor.rulebook.version, "sha256": auditor.rulebook.sha256},
        subject=LintSubject(
            id=snapshot.id,
            requested=snapshot.requested,
            revision=snapshot.revision,
            source=snapshot.source,
            files_complete=snapshot.files_complete,
        ),
        entries=tuple(sorted(set(linter.entries()), key=_order)),
    )


def _order(entry: LintEntry) -> tuple[int, str, int, str, str]:
    return _RANK[entry.severity], entry.file, entry.line or 0, entry.rule, entry.message


class _Linter:
    """Puts the rules to one audited card."""

    def __init__(self, view: SubjectView, assessment: Assessment, auditor: Auditor) -> None:
        self._view, self._assessment, self._rulebook = view, assessment, auditor.rulebook
        own = LintFacts(view, assessment, auditor.rulebook, auditor.reading).facts
        self._facts = assessment.facts.merged(own)
        self._known = {
            name: own[name].value
            for name, kind in auditor.rulebook.lint.facts.items()
            if kind.base != "boolean" and name in own and own[name].state == "known"
        }

    def entries(self) -> Iterator[LintEntry]:
        """Yield every entry of every rule."""
        for rule in self._rulebook.lint.rules:
            if rule.when is not None and rule.when.evaluate(self._facts.get) is not True:
                continue
            if rule.finding is None:
                yield self._entry(rule, None)
            for finding in self._assessment.findings:
                if finding.code == rule.finding and finding.outcome == "not_met":
                    yield self._entry(rule, finding)

    def _entry(self, rule: LintRule, finding: Finding | None) -> LintEntry:
        known = {**self._known, **(_words_of(finding, self._rulebook, self._known["model_name"]) if finding else {})}
        file, line = self._place(rule, finding, known)
        add, certain = self._added(rule, known)
        severity = rule.severity or (finding.severity if finding else "warning")
        return LintEntry(
            rule=rule.id, severity=severity, file=file, line=line, message=_filled(rule.message, known)[:MAX_MESSAGE],
            add=add, certain=certain,
        )  # fmt: skip

    def _place(self, rule: LintRule, finding: Finding | None, known: Mapping[str, Any]) -> tuple[str, int | None]:
        """Return file and line: of the key, else of the evidence where the rule wants that, else what the rule says."""
        if rule.key is not None:
            return _filled(rule.file, known), self._view.front.lines.get(rule.key)
        paths = {document.path for document in self._view.snapshot.documents}
        for item in finding.evidence if finding and rule.at_evidence else ():
            if item.source == self._view.snapshot.key and item.path in paths:
                return item.path or rule.file, item.lines[0] if item.lines else None
        return _filled(rule.file, known), rule.line

    def _added(self, rule: LintRule, known: Mapping[str, Any]) -> tuple[tuple[str, ...], bool]:
        """Return the lines of the first addition that fits, and whether they are certain."""
        for addition in rule.add:
            if addition.when is not None and addition.when.evaluate(self._facts.get) is not True:
                continue
            quote = _yaml_scalar if rule.key is not None else _one_line
            lines = _lines(addition, known, quote)
            if lines:
                return lines, addition.certain and self._can_write(lines)
        return (), False

    def _can_write(self, lines: tuple[str, ...]) -> bool:
        """Return whether the lines can be put into the metadata without touching what stands there."""
        document = self._view.document
        if document is None:
            text = "" if self._facts.get("card_absent").value is True else None
        else:
            text = document.text if self._facts.get("card_read").value is True else None
        if text is None:
            return False
        try:
            with_metadata(text.encode("utf-8", "surrogatepass"), lines)
        except (CannotInsert, UnicodeError):
            return False
        return True


def _words_of(finding: Finding, rulebook: Rulebook, name: str) -> dict[str, Any]:
    """Return what a rule may say of a finding; what its license does not have is left out."""
    words: dict[str, Any] = {"detail": finding.detail}
    sources = [_PROFILE.fullmatch(item.source) for item in finding.evidence]
    profile = next((rulebook.licenses.get(found.group(1)) for found in sources if found), None)
    if profile is None:
        return words
    terms = profile.terms
    display, notice, prefix = (terms[n].value for n in ("attribution_display", "notice_file", "name_prefix"))
    words |= {
        "license": profile.id,
        "license_hub": hub_id_of(profile.id, rulebook),
        "license_title": profile.title,
        "license_url": profile.url,
        "phrase": display["phrase"] if isinstance(display, Mapping) else None,
        "notice_line": notice if isinstance(notice, str) and notice != "unknown" else None,
        "notice_note": terms["notice_file"].note or "",
    }
    if isinstance(prefix, Mapping):
        written = str(prefix["prefix"]).strip()
        words |= {"name_prefix": written, "suggested_name": f"{written.replace(' ', '-')}-{name}"}
    return {key: value for key, value in words.items() if value is not None}


def _filled(text: str, known: Mapping[str, Any]) -> str:
    """Return a text with its words filled in; what is not known is said so."""

    def word(found: re.Match[str]) -> str:
        value = known.get(found.group(1), "not known")
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)

    return _one_line(WORD.sub(word, text))


def _lines(addition: LintAddition, known: Mapping[str, Any], quote: Callable[[str], str]) -> tuple[str, ...]:
    """Return the lines with their words; none when a word is not known. A list gives a line for each item."""
    made: list[str] = []
    for line in addition.lines:
        names = WORD.findall(line)
        if not all(known.get(name) for name in names):
            return ()
        listed = next((name for name in names if isinstance(known[name], list)), None)
        for item in known[listed] if listed else [None]:
            words = {name: quote(str(item if name == listed else known[name])) for name in names}
            made.append(_replaced(line, words))
    return tuple(made)


def _replaced(line: str, words: Mapping[str, str]) -> str:
    return WORD.sub(lambda found: words[found.group(1)], line)


def _one_line(text: str) -> str:
    """Return the words of a text on one line; halves of characters, which no file can hold, are replaced."""
    return " ".join(text.encode("utf-8", "replace").decode().split())


def _yaml_scalar(text: str) -> str:
    """Return `text` as a YAML scalar: plain where it reads back as the same words, else in quotes."""
    if _PLAIN.fullmatch(text) and read_strict_yaml(text, "").data == text:
        return text
    return json.dumps(_one_line(text))
