"""One license profile as a person reads it: permissions, conditions, limitations, each with its section."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from auditor.model.finding import Obligation
from auditor.model.license import LicenseProfile, TermValue
from auditor.render.wording import DISCLAIMER
from auditor.rulebook.vocabulary import TermType, Vocabulary

__all__ = ["render_license", "term_words"]

GROUPS = (("permission", "Permissions"), ("condition", "Conditions"), ("limitation", "Limitations"))


def render_license(profile: LicenseProfile, vocabulary: Vocabulary, duties: Sequence[Obligation] = ()) -> str:
    """Return the profile as text: what silence already gives is summed up in one line a group."""
    lines = [profile.title, f"  id {profile.id}, SPDX {profile.spdx}, version {profile.version or 'not stated'}"]
    lines.append(
        f"  {profile.publisher or 'publisher not stated'}; {profile.url or 'no address'}; scope {profile.scope}"
    )
    lines.append(f"  {_reading(profile)}")
    lines += ["", profile.summary]
    for group, heading in GROUPS:
        lines += ["", heading]
        silent = []
        for name, term in profile.terms.items():
            kind = vocabulary.terms[name]
            if kind.group != group:
                continue
            if term.section is None and term.value == kind.silence:
                silent.append(name)
            else:
                lines.append(_line(name, term, kind))
        if silent:
            lines.append(f"  the text is silent on: {', '.join(silent)}")
    if duties:
        lines += ["", "Duties"]
        lines += [f"  {d.kind} ({d.when.replace('-', ' ')}) [{d.section or 'no section'}]: {d.detail}" for d in duties]
    lines += _application(profile)
    lines += ["", "Judgments"]
    lines += [f"  {name}: {judgment.answer}. {judgment.reason}" for name, judgment in sorted(profile.judgments.items())]
    if profile.ambiguities:
        lines += ["", "Traps"]
        lines += [f"  - {ambiguity}" for ambiguity in profile.ambiguities]
    return "\n".join([*lines, "", DISCLAIMER, ""])


def _application(profile: LicenseProfile) -> list[str]:
    application = profile.application
    if application is None:
        return []
    route = application.separate_license
    lines = ["", "How it meets a use"]
    if route:
        said = f"  a separate license may be asked for [{route.section}]: {', '.join(route.covers)}. {route.note or ''}"
        lines.append(said.rstrip())
    else:
        lines.append("  no way to ask for a separate license is named")
    for heading, rules in (("use", application.grants), ("purpose", application.purposes)):
        for name, rule in rules.items():
            if rule.answer != "silent":
                section = f" [{rule.section}]" if rule.section else ""
                lines.append(f"  {heading} {name}: {rule.answer}{section}{f' ({rule.note})' if rule.note else ''}")
    lines += [f"  contradiction [{place.section}]: {place.note}" for place in application.contradictions]
    return lines


def _reading(profile: LicenseProfile) -> str:
    if profile.read is None:
        return "nobody here has read the text: every term is unknown"
    how = {"read": "read", "partial": "read in part", "not-read": "not read"}[profile.text]
    review = "not reviewed by counsel"
    if profile.reviewed:
        review = f"reviewed by {profile.reviewed['by']} on {profile.reviewed['on']}"
    return f"text {how} on {profile.read.on}, {profile.read.source}, sha256 {profile.read.text_sha256[:16]}, {review}"


def _line(name: str, term: TermValue, kind: TermType) -> str:
    section = f" [{term.section}]" if term.section else ""
    note = f" ({term.note})" if term.note else ""
    return f"  {name}: {term_words(term.value)}{section}: {_meaning(term, kind)}{note}"


def _meaning(term: TermValue, kind: TermType) -> str:
    if term.value == "unknown":
        return "nobody has read what the text says on this"
    if kind.kind == "enum":
        return kind.values[term.value]
    return kind.plain[0].lower() + kind.plain[1:].rstrip(".")


def term_words(value: Any) -> str:
    """Return a term's value in a few words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key} {term_words(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return "; ".join(term_words(inner) for inner in value) or "none"
    return "none" if value is None else str(value)
