"""Which base models and data sets a subject names or shows, with how surely."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Literal

import msgspec

from auditor.facts.reading import Reading
from auditor.facts.subject_view import SubjectView
from auditor.model.evidence import Evidence
from auditor.model.repositories import is_hub_id, named_repositories

__all__ = ["BaseClaim", "DatasetClaim", "base_models", "training_datasets"]

MAX_CLAIMS = 250
_LABEL = re.compile(r"\[[^\]\n]{1,200}\]\((?!https?://(?:huggingface\.co|hf\.co)/)[^)\s]{1,500}\)")
_LINK = re.compile(
    r"https?://(?:huggingface\.co|hf\.co)/([\w.-]{1,96}/[\w.-]{1,96})(?![\w./-]*\.(?:png|jpe?g|svg|gif))"
)
_NAMED_ID = re.compile(r"[`\[*\"']([A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{1,95})[`\]*\"']")
_URL = re.compile(r"https?://\S{1,500}")
_PLAIN_ID = re.compile(r"(?<![\w./-])([A-Za-z0-9][\w.-]{1,95}/[A-Za-z0-9][\w-]{1,95}(?:\.\d[\w-]{0,40})?)(?![\w/])")
_OF_DATA = re.compile(
    r"[`\[*]{0,3}[\w.-]{1,96}/[\w.-]{1,96}[`\]*]{0,3}(?:\([^)\s]{0,300}\))?\s{1,3}(?:data\s?sets?|corpus)\b"
)
_NOT_MODELS = frozenset(
    {"datasets", "spaces", "docs", "blog", "papers", "collections", "tasks", "learn", "models", "chat"}
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


class BaseClaim(msgspec.Struct, frozen=True, kw_only=True):
    """One base model, with everything that names it."""

    id: str
    relation: str
    evidence: tuple[Evidence, ...]
    confidence: Literal["high", "low"]
    """Low when only prose names it."""
    declared: bool
    """The metadata names it."""
    resolvable: bool = True
    """False for a path or address that is no repository id."""


class DatasetClaim(msgspec.Struct, frozen=True, kw_only=True):
    """One data set the metadata lists."""

    id: str
    evidence: tuple[Evidence, ...]


def base_models(view: SubjectView, reading: Reading) -> tuple[BaseClaim, ...]:
    """Return every base model named in metadata, record, adapter config, weight headers or prose, sorted by id."""
    found: dict[str, BaseClaim] = {}
    own = {view.snapshot.id.lower(), (view.snapshot.renamed_from or view.snapshot.id).lower()}
    for claim in _claims(view, reading):
        key = claim.id.lower().rstrip("/")
        if not key or key in own or len(found) >= MAX_CLAIMS:
            continue
        known = found.get(key)
        found[key] = claim if known is None else _joined(known, claim)
    known_names = {_folded(claim.id.split("/")[-1]) for claim in found.values() if claim.confidence == "high"}
    # A sentence that speaks of a base by its short name says nothing new.
    found = {
        k: c for k, c in found.items() if c.resolvable or c.confidence == "high" or _folded(c.id) not in known_names
    }
    return tuple(found[key] for key in sorted(found))


def _joined(one: BaseClaim, other: BaseClaim) -> BaseClaim:
    relation = one.relation if one.relation != "base" else other.relation
    return BaseClaim(
        id=one.id,
        relation=relation,
        evidence=tuple(dict.fromkeys((*one.evidence, *other.evidence))),
        confidence="high" if "high" in (one.confidence, other.confidence) else "low",
        declared=one.declared or other.declared,
        resolvable=one.resolvable,
    )


def _claims(view: SubjectView, reading: Reading) -> Iterator[BaseClaim]:
    record = {**view.record, "cardData": view.metadata}
    if view.adapter_config and not isinstance(view.config.get("peft"), dict):
        record["config"] = {**view.config, "peft": view.adapter_config}
    named, refused = named_repositories("model", record)
    for entry in (*named, *refused):
        if entry.kind != "model":
            continue
        declared = entry.path != "config.peft.base_model_name_or_path"
        yield BaseClaim(
            id=entry.id,
            relation=entry.relation,
            evidence=(_about(view, entry.path, entry.id),),
            confidence="high",
            declared=declared,
            resolvable=is_hub_id(entry.id),
        )
    yield from _from_headers(view)
    yield from _from_prose(view, reading)


def _about(view: SubjectView, path: str, name: str) -> Evidence:
    if path.startswith("cardData."):
        return view.about_field(path.removeprefix("cardData."))
    return view.about_record(path, name, "declared" if path in ("tags", "baseModels") else "observed")


def _from_headers(view: SubjectView) -> Iterator[BaseClaim]:
    for document, header in view.headers:
        metadata = header.get("metadata")
        for name, field in _header_bases(metadata if isinstance(metadata, dict) else {}):
            evidence = Evidence(
                kind="observed", source=view.snapshot.key, path=f"{document.path}:{field}", quote=name[:200],
                sha256=document.sha256,
            )  # fmt: skip
            relation = "quantized" if header.get("format") == "gguf" else "base"
            yield BaseClaim(id=name, relation=relation, evidence=(evidence,), confidence="high", declared=True,
                            resolvable=is_hub_id(name))  # fmt: skip


def _header_bases(metadata: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield `(id, field)` of each base model that a weight header names."""
    seen: set[str] = set()
    for field, value in sorted(metadata.items()):
        found = re.fullmatch(r"general\.base_model\.(\d{1,3})\.(repo_url|name|organization)", field)
        if found and found.group(1) not in seen and isinstance(value, str):
            seen.add(found.group(1))
            yield _header_id(metadata, f"general.base_model.{found.group(1)}"), field
    for field in ("general.source.huggingface.repository", "general.source.repo_url"):
        value = metadata.get(field)
        if isinstance(value, str) and value.strip():
            yield _from_url(value) or value.strip(), field


def _header_id(metadata: dict[str, Any], stem: str) -> str:
    """Return the repository a numbered base stands for: its address, else organization and name."""
    url = _from_url(str(metadata.get(f"{stem}.repo_url", "")))
    if url:
        return url
    name = str(metadata.get(f"{stem}.name", "")).strip().replace(" ", "-")
    owner = str(metadata.get(f"{stem}.organization", "")).strip().replace(" ", "-")
    return f"{owner}/{name}" if owner and name else name or owner


def _from_url(text: str) -> str | None:
    found = _LINK.search(text)
    return found.group(1) if found else (text.strip() if is_hub_id(text.strip()) and "/" in text else None)


def _from_prose(view: SubjectView, reading: Reading) -> Iterator[BaseClaim]:
    for line in view.card.prose_lines():
        if len(line.text) > 20_000:
            continue
        for sentence in _SENTENCE.split(line.text):
            words = reading.statements["base_model"].first(sentence[:2_000])
            # A label that links elsewhere names a page there, and a card can be based on another card.
            if words is None or "card" in sentence.lower():
                continue
            rest = _LABEL.sub(" ", sentence[words.start() :][:400])
            names = _ids_in(rest) or _sized_names_in(rest, view, reading)
            for name in names:
                yield BaseClaim(
                    id=name,
                    relation=_relation(sentence, reading),
                    evidence=(view.about_lines(line, quote=sentence),),
                    confidence="low",
                    declared=False,
                    resolvable=is_hub_id(name) and "/" in name,
                )


def _sized_names_in(text: str, view: SubjectView, reading: Reading) -> list[str]:
    """Return a model named by family and size only, such as `Anvil 3 8B`; the subject's own name is no base."""
    found = reading.statements["base_name"].first_exact(_URL.sub(" ", text))
    if found is None:
        return []
    name = found.group("name")
    own = view.snapshot.id.split("/")[-1]
    return [] if _folded(name) in _folded(own) else [name]


def _folded(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _ids_in(text: str) -> list[str]:
    """Return the repositories a sentence names: by link, in quotes, or as plain words that can be nothing else."""
    text = _OF_DATA.sub(" ", text)
    found = [*_LINK.findall(text), *_NAMED_ID.findall(text)]
    found += [name for name in _PLAIN_ID.findall(_URL.sub(" ", text)) if _looks_like_id(name)]
    return [
        name for name in dict.fromkeys(found) if name.split("/")[0].lower() not in _NOT_MODELS and is_hub_id(name)
    ]  # fmt: skip


def _looks_like_id(name: str) -> bool:
    """Return whether `a/b` is more likely a repository than two words with a stroke between them."""
    repository = name.split("/")[1]
    has_letter = any(letter.isalpha() for letter in repository)
    return has_letter and (any(letter.isdigit() for letter in repository) or "-" in repository)


def _relation(sentence: str, reading: Reading) -> str:
    return next((name for name, pattern in reading.relations if pattern.search(sentence)), "base")


def training_datasets(view: SubjectView) -> tuple[DatasetClaim, ...]:
    """Return every data set the metadata or the tags list, sorted by id; words that are no ids are kept as written."""
    named, refused = named_repositories("model", {**view.record, "cardData": view.metadata})
    found = [
        DatasetClaim(id=entry.id, evidence=(_about(view, entry.path, entry.id),))
        for entry in (*named, *refused)
        if entry.kind == "dataset"
    ]
    return tuple(sorted(found, key=lambda claim: claim.id.lower()))
