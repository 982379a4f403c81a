"""Signs of a base model that nothing names: architecture, vocabulary, parameters, the name in a header, the name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from auditor.facts.subject_view import SubjectView
from auditor.model.evidence import Evidence
from auditor.model.repositories import is_hub_id
from auditor.rulebook.lineage_hints import Family, Sign

__all__ = ["BaseHint", "base_hints"]

_FROM_HUB = ("hub", "cache", "snapshot")
_HEADER_NAMES = ("general.basename", "general.name", "general.finetune")


class BaseHint(msgspec.Struct, frozen=True, kw_only=True):
    """One family or repository that the subject seems to be made from."""

    name: str
    why: str
    confidence: Literal["medium", "low"]
    """A hint never proves: nothing here is ever sure."""
    evidence: tuple[Evidence, ...]
    licenses: tuple[str, ...] = ()
    """Licenses that the family itself is under."""


def base_hints(view: SubjectView, families: Iterable[Family]) -> tuple[BaseHint, ...]:
    """Return the hints, medium confidence first, one for each family; a family's own publisher gives none."""
    if view.snapshot.kind != "model":
        return ()
    owner = view.snapshot.id.split("/")[0].lower() if "/" in view.snapshot.id else ""
    # A folder can be called anything: it has no publisher.
    owner = owner if view.snapshot.source in _FROM_HUB else ""
    found = list(_named(view))
    for family in families:
        if owner in family.publishers:
            if any(_holds(sign, view) for sign in family.signs):
                return ()  # the publisher of one family is not asked about another of the same shape
            continue
        signs = [(sign, evidence) for sign in family.signs if (evidence := _holds(sign, view))]
        if signs:
            sign, _ = min(signs, key=lambda pair: pair[0].strength)
            evidence = tuple(dict.fromkeys(one for _, more in signs for one in more))
            why = "; ".join(dict.fromkeys(one.plain for one, _ in signs if one.strength == sign.strength))
            confidence: Literal["medium", "low"] = "medium" if sign.strength == "strong" else "low"
            shown = [set(one.licenses or family.licenses) for one, _ in signs if one.strength == sign.strength]
            found.append(
                BaseHint(
                    name=family.name,
                    why=why,
                    confidence=confidence,
                    evidence=evidence,
                    licenses=tuple(sorted(set.intersection(*shown))),
                )
            )
    return tuple(sorted(found, key=lambda hint: (hint.confidence == "low", hint.name)))


def _named(view: SubjectView) -> Iterator[BaseHint]:
    """Yield the repository that a configuration says it was loaded from."""
    name = view.config.get("_name_or_path")
    if not isinstance(name, str) or "/" not in name or not is_hub_id(name) or name.startswith((".", "/")):
        return
    if name.rsplit("/", 1)[-1].lower() == view.snapshot.id.rsplit("/", 1)[-1].lower():
        return  # its own name, before it moved
    evidence = (view.about_record("config._name_or_path", name, "observed"),)
    yield BaseHint(
        name=name, why="its configuration was loaded from there", confidence="medium", evidence=evidence
    )  # fmt: skip


def _holds(sign: Sign, view: SubjectView) -> tuple[Evidence, ...]:
    """Return the evidence of a sign of which every part holds, or nothing."""
    if sign.name and sign.strength == "strong" and view.snapshot.source not in _FROM_HUB:
        return ()  # a folder can be called anything
    parts: list[Evidence | None] = []
    config = view.config
    text = config.get("text_config")
    inner = text if isinstance(text, dict) else {}
    if sign.model_type:
        parts.append(_one_of(view, "config.model_type", _first(config, inner, "model_type"), sign.model_type))
    if sign.pipeline:
        diffusers = config.get("diffusers")
        name = diffusers.get("_class_name") if isinstance(diffusers, dict) else None
        parts.append(_one_of(view, "config.diffusers._class_name", name, sign.pipeline))
    if sign.bos_token:
        parts.append(_one_of(view, "config.tokenizer_config.bos_token", _bos_token(config), sign.bos_token))
    if sign.vocab_size:
        size = _first(config, inner, "vocab_size")
        fits = _is_number(size) and sign.vocab_size[0] <= size <= sign.vocab_size[1]
        parts.append(view.about_record("config.vocab_size", size, "observed") if fits else None)
    for key, wanted in (("hidden_size", sign.hidden_size), ("num_hidden_layers", sign.num_hidden_layers)):
        if wanted:
            parts.append(_one_of(view, f"config.{key}", _first(config, inner, key), wanted))
    if sign.parameters:
        parts.append(_one_of(view, "safetensors.total", _total(view.record), sign.parameters))
    if sign.name:
        name = view.snapshot.id.rsplit("/", 1)[-1]
        hit = re.search(sign.name, name, re.IGNORECASE)
        parts.append(view.about_record("id", view.snapshot.id, "declared") if hit else None)
    if sign.header_name:
        parts.append(_in_header(view, sign.header_name))
    return tuple(part for part in parts if part) if parts and all(parts) else ()


def _first(config: Mapping[str, Any], inner: Mapping[str, Any], key: str) -> Any:
    return config[key] if key in config else inner.get(key)


def _one_of(view: SubjectView, path: str, value: Any, wanted: tuple[Any, ...]) -> Evidence | None:
    plain = isinstance(value, str) or _is_number(value)
    return view.about_record(path, value, "observed") if plain and value in wanted else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _bos_token(config: Mapping[str, Any]) -> Any:
    tokenizer = config.get("tokenizer_config")
    token = tokenizer.get("bos_token") if isinstance(tokenizer, dict) else None
    return token.get("content") if isinstance(token, dict) else token


def _total(record: Mapping[str, Any]) -> Any:
    tensors = record.get("safetensors")
    return tensors.get("total") if isinstance(tensors, dict) else None


def _in_header(view: SubjectView, pattern: str) -> Evidence | None:
    for document, header in view.headers:
        metadata = header.get("metadata")
        if not isinstance(metadata, dict):
            continue
        for field in _HEADER_NAMES:
            value = metadata.get(field)
            if isinstance(value, str) and re.search(pattern, value[:300], re.IGNORECASE):
                return Evidence(
                    kind="observed", source=view.snapshot.key, path=f"{document.path}:{field}", quote=value[:200],
                    sha256=document.sha256,
                )  # fmt: skip
    return None
