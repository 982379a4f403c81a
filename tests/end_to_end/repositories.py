"""Descriptions of repositories as the Hub would show them: card, tags, file list and record agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from tests.conftest import corpus_path, not_here
from tests.replay_hub import Repository
from tests.replay_hub.repositories import sha_of

Texts: TypeAlias = Callable[[str], bytes]

BODY = """# A model of Acme

## Intended use

Answering questions about anvils.

## Limitations

It knows nothing but anvils.
"""
CONFIG = {"architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2"}
WEIGHTS: Mapping[str, bytes] = {
    "config.json": b"{}",
    "model.safetensors": b"\0" * 64,
    "tokenizer.json": b"{}",
    "tokenizer_config.json": b"{}",
}
GGUF: Mapping[str, bytes] = {"model-q4_k_m.gguf": b"GGUF" + b"\0" * 60}
ADAPTER: Mapping[str, bytes] = {"adapter_config.json": b"{}", "adapter_model.safetensors": b"\0" * 64}

# Texts of our own: none of them is a license anybody has published.
USER_CAP = (
    "\n\nNotwithstanding the above, no permission is granted to any person or company whose products "
    "have more than ten thousand monthly active users; such persons must obtain a separate license from Acme.\n"
)
CUSTOM = (
    "ACME ANVIL MODEL TERMS, edition of spring\n\n"
    "Acme lends you the anvil model for as long as the moon is up. You shall keep it dry, you shall feed it "
    "twice a day, and you must not show it to coyotes. Whoever sells what the model wrote owes Acme one anvil "
    "for each page. Acme may call the model home at any hour, and you will then wipe every copy within a week. "
    "Quarrels about these terms are settled by drawing straws in the presence of a road runner.\n"
    "These terms bind everybody who touched the model, and nothing in them may be read kindly.\n"
)
POINTER = "See https://acme.example/terms for the terms of this model.\n"


def license_texts() -> Texts:
    """Return a reader of the corpus's license texts, or skip."""
    folder = corpus_path()
    if folder is None:
        not_here("corpus", "corpus not found: set AUDITOR_CORPUS to its folder")
    place: Path = folder / "licenses"
    return lambda slug: (place / f"{slug}.txt").read_bytes()


def front_matter(card: Mapping[str, Any], body: str = BODY) -> bytes:
    head = yaml.safe_dump(dict(card), sort_keys=False, allow_unicode=True) if card else ""
    return f"---\n{head}---\n{body}".encode() if card else body.encode()


def model(
    name: str,
    card: Mapping[str, Any] | None = None,
    files: Mapping[str, bytes | str] | None = None,
    *,
    weights: Mapping[str, bytes] = WEIGHTS,
    body: str = BODY,
    record: Mapping[str, Any] | None = None,
    bases: tuple[str, Sequence[str]] | None = None,
    **more: Any,
) -> Repository:
    """A model whose record says what its card says; `bases` is what the Hub worked out: relation and ids."""
    data = dict(card or {})
    made: dict[str, Any] = {
        "cardData": data or None,
        "tags": tags_of(data, "model"),
        "config": CONFIG,
        "library_name": "transformers",
        "pipeline_tag": "text-generation",
        "transformersInfo": {"auto_model": "AutoModelForCausalLM", "pipeline_tag": "text-generation"},
    }
    if bases:
        relation, ids = bases
        made["baseModels"] = {"relation": relation, "models": [{"_id": sha_of(i)[:24], "id": i} for i in ids]}
        made["tags"] = [*made["tags"], *(f"base_model:{relation}:{i}" for i in ids)]
    every = {"README.md": front_matter(data, body), **weights, **(files or {})}
    return Repository(
        name,
        files={path: text.encode() if isinstance(text, str) else text for path, text in every.items()},
        record={**made, **(record or {})},
        **more,
    )


def dataset(name: str, card: Mapping[str, Any] | None = None, **more: Any) -> Repository:
    data = dict(card or {})
    return Repository(
        name,
        kind="dataset",
        files={"README.md": front_matter(data, "# Anvil sentences\n"), "train.parquet": b"PAR1"},
        record={"cardData": data or None, "tags": tags_of(data, "dataset")},
        **more,
    )


def tags_of(card: Mapping[str, Any], kind: str) -> list[str]:
    """The tags the Hub derives from a card: ids in lower case, prefixed."""
    found = ["transformers", "safetensors"] if kind == "model" else []
    for key, prefix in (("license", "license"), ("base_model", "base_model"), ("datasets", "dataset")):
        value = card.get(key)
        items = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str) and item]
        found += [f"{prefix}:{item.lower() if key == 'license' else item}" for item in items]
    return [*found, "region:us"]
