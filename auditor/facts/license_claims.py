"""Everything a subject says or holds about licenses: tags, names, links, texts, gates, headers, prose."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from auditor.facts.reading import Reading
from auditor.facts.stated_licenses import code_files, stated_licenses
from auditor.facts.subject_view import SubjectView
from auditor.model.evidence import Evidence
from auditor.model.license import ClaimChannel, LicenseClaim, LinkState
from auditor.model.snapshot import Document

__all__ = ["license_claims"]

KEYS = ("license", "licence", "licenses", "licences", "liscence", "lisence", "License", "LICENSE")
NAME_KEYS = ("license_name", "licence_name")
LINK_KEYS = ("license_link", "license_url", "licence_link", "licence_url")
MAX_NAME = 200
MAX_CLAIMS = 60
EMBEDDED_WORDS = 120
_SHA = re.compile(r"/(?:blob|resolve|raw|tree)/[0-9a-f]{40}/|@[0-9a-f]{40}\b|/[0-9a-f]{40}/")


def license_claims(view: SubjectView, reading: Reading) -> tuple[LicenseClaim, ...]:
    """Return every claim in a stable order; nothing is judged here."""
    claims = [
        *_declared(view),
        *_linked(view),
        *_from_headers(view),
        *_from_gate(view, reading),
        *_from_documents(view, reading, code_files(view, reading)),
        *_embedded(view, reading),
        *stated_licenses(view, reading),
    ]
    return tuple(dict.fromkeys(claims))[:MAX_CLAIMS]


def _words(value: Any) -> list[str]:
    """Return the license names of a metadata value of any type; an empty one says nothing."""
    values = value if isinstance(value, list) else [value]
    found = []
    for item in values:
        if isinstance(item, dict):
            item = item.get("name") or item.get("id")
        if isinstance(item, bool) or item is None:
            continue
        text = " ".join(str(item).split())[:MAX_NAME]
        if text:
            found.append(text)
    return found


def _declared(view: SubjectView) -> Iterator[LicenseClaim]:
    named = False
    for key in KEYS:
        for raw in _words(view.metadata.get(key)):
            named = True
            yield LicenseClaim(scope="weights", channel="tag", raw=raw, evidence=view.about_field(key))
    for raw in _words(view.metadata.get("license_details")):
        yield LicenseClaim(scope="weights", channel="prose", raw=raw, evidence=view.about_field("license_details"))
    if not named:
        # The Hub makes tags of the card's license; they count only where the card itself was not seen.
        for tag in view.tags:
            if tag.startswith("license:") and tag != "license:":
                raw = tag.removeprefix("license:")[:MAX_NAME]
                yield LicenseClaim(scope="weights", channel="tag", raw=raw, evidence=view.about_record("tags", tag))
    for key in NAME_KEYS:
        for raw in _words(view.metadata.get(key)):
            yield LicenseClaim(scope="weights", channel="name", raw=raw, evidence=view.about_field(key))


def _linked(view: SubjectView) -> Iterator[LicenseClaim]:
    for key in LINK_KEYS:
        for raw in _words(view.metadata.get(key)):
            state = _link_state(view, raw)
            yield LicenseClaim(
                scope="weights", channel="link", raw=raw, evidence=view.about_field(key), link_state=state
            )


def _link_state(view: SubjectView, raw: str) -> LinkState:
    """Return where a link leads: a file here, a fixed revision, a place that can change, or nowhere."""
    own = f"/{view.snapshot.id.lower()}/"
    path = raw
    if raw.lower().startswith(("http://", "https://")):
        if own not in raw.lower() + "/":
            return "pinned" if _SHA.search(raw) else "unpinned"
        tail = re.split(r"/(?:blob|resolve|raw)/[^/]+/", raw, maxsplit=1)
        path = tail[1] if len(tail) == 2 else ""
    path = path.split("?")[0].split("#")[0].lstrip("./")
    if path in view.names:
        return "repository-file"
    return "broken" if view.files_complete else "unpinned"


def _from_headers(view: SubjectView) -> Iterator[LicenseClaim]:
    for document, header in view.headers:
        metadata = header.get("metadata")
        if not isinstance(metadata, dict):
            continue
        for field in ("general.license", "general.license.name", "license"):
            value = metadata.get(field)
            if isinstance(value, str) and value.strip():
                evidence = _about_header(view, document, field, value)
                channel: ClaimChannel = "name" if field.endswith(".name") else "header"
                yield LicenseClaim(
                    scope="weights", channel=channel, raw=value.strip()[:MAX_NAME], evidence=evidence
                )  # fmt: skip
        link = metadata.get("general.license.link")
        if isinstance(link, str) and link.strip():
            raw = link.strip()[:MAX_NAME]
            yield LicenseClaim(
                scope="weights", channel="link", raw=raw, link_state=_link_state(view, raw),
                evidence=_about_header(view, document, "general.license.link", raw),
            )  # fmt: skip


def _about_header(view: SubjectView, document: Document, field: str, value: str) -> Evidence:
    return Evidence(
        kind="declared", source=view.snapshot.key, path=f"{document.path}:{field}", quote=value[:MAX_NAME],
        sha256=document.sha256,
    )  # fmt: skip


def _from_gate(view: SubjectView, reading: Reading) -> Iterator[LicenseClaim]:
    for key in ("extra_gated_prompt", "extra_gated_description"):
        text = view.metadata.get(key)
        if not isinstance(text, str):
            continue
        evidence = view.about_field(key)
        if len(text.split()) >= EMBEDDED_WORDS:
            yield LicenseClaim(scope="weights", channel="gate-prompt", raw=key, text=text, evidence=evidence)
        elif limit := reading.statements["use_limit"].first(text):
            # Who passes a gate has agreed to its words.
            raw = limit.group()[:MAX_NAME]
            yield LicenseClaim(scope="weights", channel="gate-prompt", raw=raw, evidence=evidence, limits_use=True)


def _from_documents(view: SubjectView, reading: Reading, of_code: frozenset[str]) -> Iterator[LicenseClaim]:
    # A use policy binds like the license it belongs to; one that nobody knows leaves everything open.
    roles = ("license", "use-policy")
    texts = [d for d in view.snapshot.documents if d.role in roles and d.status not in ("missing", "not-fetched")]
    texts = [d for d in texts if not reading.is_file("third_party", d.path)]
    of_weights = any(reading.is_file("weights_license", d.path) for d in texts)
    for document in texts:
        for_code = reading.is_file("code_license", document.path) or (
            (of_weights or document.path in of_code) and not reading.is_file("weights_license", document.path)
        )
        evidence = Evidence(kind="observed", source=view.snapshot.key, path=document.path, sha256=document.sha256)
        readable = document.status == "read" and bool((document.text or "").strip())
        if document.status == "read" and not readable:
            continue  # an empty file says nothing
        yield LicenseClaim(
            scope="code" if for_code else "weights",
            channel="text",
            raw=document.path,
            evidence=evidence,
            text=document.text if readable else None,
            readable=readable,
        )


def _embedded(view: SubjectView, reading: Reading) -> Iterator[LicenseClaim]:
    """Yield the text of a license section that is long enough to be a license itself."""
    for section in view.card.sections:
        if section.title and reading.heading_is("license", section.title) and section.lines:
            text = "\n".join(line.text for line in section.lines)
            if len(text.split()) >= EMBEDDED_WORDS:
                evidence = view.about_lines(section.lines[0], section.lines[-1], quote=section.title)
                yield LicenseClaim(scope="weights", channel="prose", raw="README license section", text=text,
                                   evidence=evidence)  # fmt: skip
