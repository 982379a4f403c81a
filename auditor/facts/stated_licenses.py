"""Licenses and limits that the card's prose states, for the weights and for the code apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

from auditor.facts.card_sentences import Sentence, sentences_of
from auditor.facts.own_name import own_names
from auditor.facts.reading import Reading
from auditor.facts.subject_view import SubjectView
from auditor.model.evidence import Evidence
from auditor.model.license import LicenseClaim

__all__ = ["base_licenses", "code_files", "stated_licenses"]

MAX_NAME, MAX_WORDS = 200, 8
_MARKS = ("licen", "released under", "distributed under", "commercial", "research", "商", "协议", "许可", "研究",
          "kommerzi", "forschung", "recherche", "comercial", "investiga")  # fmt: skip
_LEADING = re.compile(r"^(?:the\s+terms\s+of\s+)?(?:the|an?|its|our)\s+|^terms\s+of\s+(?:the\s+)?", re.IGNORECASE)
_TRAILING = re.compile(
    r"\s(?:\(|-\s|\u2013|\u2014|as\s|see\s|which\s|is\s|by\s|for\s|where\s|so\s|unless\s).*$|[\s(\[]+$"
)
_QUOTES = re.compile(r"[\"“”<>]")
_LABELED = re.compile(
    r"^\W{0,8}(?:model\s)?licen[sc]e\W{1,8}\[(?P<label>[^\]\n]{1,100})\]\((?P<address>https?://[^)\s]{1,180})\)",
    re.IGNORECASE,
)
_TARGET = re.compile(r"\[[^\]\[]{0,200}\]\(\s?([^)\s]{1,300})")


def stated_licenses(view: SubjectView, reading: Reading) -> Iterator[LicenseClaim]:
    """Yield licenses named, and limits set, where the sentence (or the license section) speaks of model or code."""
    speaking = list(_speaking(view, reading))
    own = own_names(view, ()) if speaking else None
    for sentence, in_section in speaking:
        yield from _named_in(view, reading, sentence, in_section, own)
        yield from _addressed_in(view, reading, sentence)
        yield from _limited_in(view, reading, sentence, in_section, own)


def base_licenses(view: SubjectView, reading: Reading) -> Iterator[tuple[str, Evidence]]:
    """Yield each license that the card says a base model is or was under, with the sentence."""
    for sentence, _ in _speaking(view, reading):
        found = reading.statements["license_of_base"].first(_QUOTES.sub("", sentence.text))
        if found:
            name = _TRAILING.sub("", _LEADING.sub("", found.group("name").strip(" .:-=|\t"))).strip(" .,:-=|*_`()[]\t")
            yield name[:MAX_NAME], view.about_lines(sentence.first, sentence.last, quote=sentence.text)


def code_files(view: SubjectView, reading: Reading) -> frozenset[str]:
    """Return the license files that the card says are of the code, where it says something else of the weights.

    Without a word on the weights every file stays theirs: what is said of the code must not take a limit away.
    """
    found: set[str] = set()
    of_weights = False
    speaking = list(_speaking(view, reading))
    own = own_names(view, ()) if speaking else None
    for sentence, in_section in speaking:
        claims = list(_named_in(view, reading, sentence, in_section, own, linked=True))
        of_weights = of_weights or any(claim.scope == "weights" for claim in claims)
        for part in _parts(sentence.raw, reading):
            if _scopes(part, reading, own, in_section) == ("code",):
                targets = (target.split("#")[0].split("?")[0] for target in _TARGET.findall(part))
                found |= {_file_of(target, view) for target in targets}
    return frozenset(found & set(view.names)) if of_weights else frozenset()


def _file_of(target: str, view: SubjectView) -> str:
    """Return the file of this repository that a link leads to; its own address counts."""
    own = f"/{view.snapshot.id.lower()}/"
    position = target.lower().find(own)
    if target.startswith(("http://", "https://")):
        if position < 0:
            return ""
        return re.sub(r"^(?:blob|resolve|raw)/[^/]{1,100}/", "", target[position + len(own) :])
    return target.removeprefix("./")


def _speaking(view: SubjectView, reading: Reading) -> Iterator[tuple[Sentence, bool]]:
    in_license_section = {
        line.number
        for section in view.card.sections
        if section.title and reading.heading_is("license", section.title)
        for line in section.lines
    }
    if view.document is None:
        return
    for sentence in sentences_of(view, quotations=True):
        lowered = sentence.text.lower()
        if any(mark in lowered for mark in _MARKS):
            yield sentence, sentence.first.number in in_license_section


def _parts(text: str, reading: Reading) -> list[str]:
    """Return the sentence whole, or its clauses where it speaks of code and of weights."""
    statements = reading.statements
    both = statements["license_code"].first(text) and statements["license_weights"].first(text)
    if not both or statements["license_both"].first(text):
        return [text]
    (pattern,) = statements["license_clause"].alternatives
    return [part for part in pattern.split(text) if part and part.strip()]


def _scopes(text: str, reading: Reading, own: re.Pattern[str] | None, in_section: bool) -> tuple[str, ...]:
    """Return what a clause speaks of: `weights`, `code`, both, or neither."""
    statements = reading.statements
    of_code = statements["license_code"].first(text) is not None
    of_model = statements["license_weights"].first(text) is not None or bool(own and own.search(text))
    if of_code:
        return ("weights", "code") if statements["license_both"].first(text) else ("code",)
    if statements["license_not_weights"].first(text) is not None:
        return ()
    return ("weights",) if of_model or in_section else ()


def _addressed_in(view: SubjectView, reading: Reading, sentence: Sentence) -> Iterator[LicenseClaim]:
    """Yield the address in a line such as `License: [name](address)`: it may lead to more than the name says."""
    found = _LABELED.match(sentence.raw)
    if found is None or reading.statements["license_not_weights"].first(found.group("label")):
        return
    evidence = view.about_lines(sentence.first, sentence.last, quote=sentence.text)
    yield LicenseClaim(scope="weights", channel="prose", raw=found.group("address"), evidence=evidence)


def _limited_in(
    view: SubjectView, reading: Reading, sentence: Sentence, in_section: bool, own: re.Pattern[str] | None
) -> Iterator[LicenseClaim]:
    """Yield a sentence that bars use of the model, or lets commerce in on request; it counts against any license."""
    statements, text = reading.statements, sentence.text
    barred = statements["use_limit"].first(text)
    found = barred or statements["commerce_asks"].first(text)
    if found is None or ("intend" in text.lower() and not in_section):
        return  # a use one has in mind is not a limit one sets
    parts = _parts(text, reading)
    about = [_scopes(part, reading, own, in_section) for part in parts if found.group() in part or len(parts) == 1]
    # A limit that stands across clauses, or in one that names nothing, is the model's if the sentence is.
    scopes = about[0] if about and about[0] else _scopes(text, reading, own, in_section)
    if "weights" in scopes:
        yield LicenseClaim(
            scope="weights", channel="prose", raw=found.group()[:MAX_NAME], limits_use=True, asks_first=barred is None,
            evidence=view.about_lines(sentence.first, sentence.last, quote=text),
        )  # fmt: skip


def _named_in(
    view: SubjectView, reading: Reading, sentence: Sentence, in_section: bool, own: re.Pattern[str] | None,
    *, linked: bool = False,
) -> Iterator[LicenseClaim]:  # fmt: skip
    """Yield the licenses a sentence names; `linked`: with those that are only a file of this repository."""
    statements = reading.statements
    text = _QUOTES.sub("", sentence.text)
    parts = _parts(text, reading)
    line = statements["license_line"].first(text)
    choice = statements["license_choice"].first(text) is not None
    for part in parts:
        scopes = _scopes(part, reading, own, in_section or (line is not None and not _of_data(view, reading, sentence)))
        found = statements["license"].first(part)
        if found is None and (len(parts) > 1 or scopes == ("weights", "code") or "code" in scopes):
            found = statements["license_of_part"].first_exact(part) or statements["license_of_part"].first(part)
        if not scopes or found is None:
            continue
        name = _TRAILING.sub("", _LEADING.sub("", found.group("name").strip(" .:-=|\t"))).strip(" .:-=|*_`[](),\t")
        if not name or len(name.split()) > MAX_WORDS:
            continue
        generic = statements["license_generic"].first(name) is not None
        if generic and not linked and (reading.placeholders.first(name) or not _is_missing_text(name, view, reading)):
            continue
        for scope in scopes:
            yield LicenseClaim(
                scope=scope, channel="prose", raw=name[:MAX_NAME], choice_stated=choice,
                certain=line is None and scope == "weights" and found.group("name").strip()[:1].isupper(),
                evidence=view.about_lines(sentence.first, sentence.last, quote=sentence.text),
            )  # fmt: skip


def _of_data(view: SubjectView, reading: Reading, sentence: Sentence) -> bool:
    """Return whether a line stands in a section about data."""
    return any(
        section.title and reading.heading_is("training_data", section.title)
        and any(line.number == sentence.first.number for line in section.lines)
        for section in view.card.sections
    )  # fmt: skip


def _is_missing_text(name: str, view: SubjectView, reading: Reading) -> bool:
    """Return whether words like "Model License" mean a text of the weights that is not here."""
    return "model" in name.lower() and not any(reading.is_file("weights_license", path) for path in view.names)
