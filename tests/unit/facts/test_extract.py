"""Facts and claims: every accessor survives any JSON and any card, and unknown stays unknown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.facts.base_hints import base_hints
from auditor.facts.extract import extract
from auditor.facts.license_claims import license_claims
from auditor.facts.lineage_claims import base_models, training_datasets
from auditor.facts.open_claims import open_claims
from auditor.facts.reading import Reading
from auditor.facts.stated_licenses import base_licenses
from auditor.facts.subject_view import view_of
from auditor.facts.teacher_claims import teacher_claims
from auditor.model.evidence import Facts
from auditor.model.license import LicenseClaim
from auditor.model.snapshot import Document, FileEntry, Snapshot
from auditor.rulebook.load import load_rulebook
from tests.corpus_snapshots import card_folders, snapshot_of_card

RULEBOOK = load_rulebook()
READING = Reading.from_mapping(RULEBOOK.reading)
NOW = "2026-11-25T00:00:00Z"


def snapshot(
    card: str | None = None, record: Any = None, files: tuple[str, ...] = (), *, complete: bool = True, **more: Any
) -> Snapshot:
    documents = (
        [] if card is None else [Document(path="README.md", role="card", status="read", text=card, sha256="0" * 64)]
    )
    return Snapshot(
        kind="model", id="acme/model", requested="acme/model", source="hub", revision="a" * 40, retrieved_at=NOW,
        record=record, files=tuple(FileEntry(path=name) for name in files), files_complete=complete,
        card_complete=complete, documents=(*documents, *more.pop("documents", ())), **more,
    )  # fmt: skip


def facts_of(one: Snapshot) -> Facts:
    view = view_of(one)
    return extract(view, READING, RULEBOOK.vocabulary.lists, base_models(view, READING))


def value(one: Snapshot, name: str) -> Any:
    fact = facts_of(one).get(name)
    return fact.value if fact.state == "known" else "unknown"


def claims(one: Snapshot) -> tuple[LicenseClaim, ...]:
    return license_claims(view_of(one), READING)


def raws(one: Snapshot, channel: str) -> list[str]:
    return [claim.raw for claim in claims(one) if claim.channel == channel]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
FIELDS = ["cardData", "tags", "siblings", "config", "gated", "private", "disabled", "baseModels", "safetensors", "gguf",
          "library_name", "pipeline_tag", "model-index", "evalResults", "transformersInfo", "inferenceProviderMapping"]  # fmt: skip
CARD_KEYS = ["license", "license_name", "license_link", "base_model", "base_model_relation", "datasets", "language",
             "extra_gated_prompt", "model-index", "library_name", "tags", "pipeline_tag"]  # fmt: skip
cards = st.dictionaries(st.sampled_from(CARD_KEYS), json_values)
records = st.dictionaries(st.sampled_from(FIELDS), json_values).flatmap(
    lambda record: cards.map(lambda card: {**record, "cardData": card})
)


@given(record=records, card=st.none() | st.text(max_size=300), complete=st.booleans())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_record_and_any_card_is_read(record: dict[str, Any], card: str | None, complete: bool) -> None:
    one = snapshot(card, record, ("README.md", "model.safetensors"), complete=complete)
    view = view_of(one)
    facts = facts_of(one)
    license_claims(view, READING)
    training_datasets(view)
    base_hints(view, RULEBOOK.hints.families)
    teacher_claims(view, READING, RULEBOOK.hints.teachers, RULEBOOK.hints.synthetic_data)
    open_claims(view, READING)
    list(base_licenses(view, READING))
    kinds = RULEBOOK.vocabulary.facts
    for name, fact in facts.values.items():
        assert name in kinds
        assert not kinds[name].disclosed_only
        if fact.state == "known" and kinds[name].values:
            assert fact.value in kinds[name].values


@given(record=records)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_what_was_not_read_is_never_denied(record: dict[str, Any]) -> None:
    one = snapshot(None, {**record, "siblings": None}, (), complete=False)
    for name in ("weights_published", "tokenizer_published", "card_present", "card_limitations", "citation_given"):
        fact = facts_of(one).get(name)
        assert fact.state == "unknown" or fact.value is True, name


def test_weights_and_shards() -> None:
    whole = ("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "config.json")
    assert value(snapshot(files=whole), "weights_complete") is True
    assert value(snapshot(files=whole[:1]), "weights_complete") is False
    assert value(snapshot(files=("README.md",)), "weights_published") is False
    assert value(snapshot(files=("README.md",), complete=False), "weights_published") == "unknown"
    assert value(snapshot(files=("adapter_model.safetensors", "adapter_config.json")), "weights_form") == "adapter"
    assert value(snapshot(files=("model.q4_k_m.gguf",)), "weights_form") == "quantized"
    assert value(snapshot(files=("optimizer.pt", "training_args.bin")), "weights_published") is False


@pytest.mark.parametrize(
    ("record", "mode"),
    [
        ({"gated": False}, "open"), ({"gated": "auto"}, "automatic"), ({"gated": "manual"}, "manual"), ({"gated": True}, "manual"),
        ({}, "unknown"), ({"gated": "perhaps"}, "unknown"), ({"gated": False, "private": True}, "none"), ({"disabled": True}, "none"),
    ],
)  # fmt: skip
def test_access(record: dict[str, Any], mode: str) -> None:
    assert value(snapshot(record=record), "access_mode") == mode


@pytest.mark.parametrize(
    ("front", "tags"),
    [
        ("license: MIT", ["MIT"]), ("license: [mit, apache-2.0]", ["mit", "apache-2.0"]), ("license:", []), ('license: ""', []),
        ("licence: mit", ["mit"]), ("license: null", []), ("license: {name: mit}", ["mit"]), ("license: ???", ["???"]), ("tags: [x]", []),
    ],
)  # fmt: skip
def test_declared_licenses(front: str, tags: list[str]) -> None:
    assert raws(snapshot(f"---\n{front}\n---\n"), "tag") == tags


def test_tags_of_the_record_count_only_without_a_card() -> None:
    record = {"tags": ["license:mit"]}
    assert raws(snapshot(None, record), "tag") == ["mit"]
    assert raws(snapshot("---\nlicense: apache-2.0\n---\n", record), "tag") == ["apache-2.0"]


@pytest.mark.parametrize(
    ("link", "state"),
    [
        ("LICENSE", "repository-file"), ("./LICENSE", "repository-file"), ("MODEL_LICENSE", "broken"),
        ("https://acme.example/terms", "unpinned"), (f"https://github.com/acme/x/blob/{'a' * 40}/LICENSE", "pinned"),
        ("https://huggingface.co/acme/model/blob/main/LICENSE", "repository-file"),
        ("https://huggingface.co/acme/other/blob/main/LICENSE", "unpinned"),
    ],
)  # fmt: skip
def test_links(link: str, state: str) -> None:
    one = snapshot(f"---\nlicense: other\nlicense_link: {link}\n---\n", files=("LICENSE", "README.md"))
    assert [claim.link_state for claim in claims(one) if claim.channel == "link"] == [state]


def test_a_gate_that_bars_commerce_is_a_limit_and_legacy_details_are_words() -> None:
    gate = snapshot("---\nlicense: mit\nextra_gated_prompt: You may use it for non-commercial purposes only.\n---\n")
    assert [claim.channel for claim in claims(gate) if claim.limits_use] == ["gate-prompt"]
    details = snapshot("---\nlicense: other\nlicense_details: public domain\n---\n")
    assert raws(details, "prose") == ["public domain"]


def test_a_license_of_the_weights_leaves_license_to_the_code() -> None:
    texts = tuple(
        Document(path=path, role="license", status="read", text="words " * 30) for path in ("LICENSE", "MODEL_LICENSE")
    )
    assert {claim.raw: claim.scope for claim in claims(snapshot(documents=texts))} == {
        "LICENSE": "code",
        "MODEL_LICENSE": "weights",
    }


@pytest.mark.parametrize(
    ("sentence", "named"),
    [
        ("The model is released under the Apache 2.0 license.", ["Apache 2.0"]),
        ("These weights are licensed under CC BY-NC 4.0.", ["CC BY-NC 4.0"]),
        ("The training dataset is released under the MIT license.", []),
        ("The code is released under the MIT license.", []),
        ("The original model is released under the MIT license.", []),
        ("    model released under the MIT license", []),
    ],
)
def test_licenses_in_prose(sentence: str, named: list[str]) -> None:
    found = [
        claim.raw
        for claim in claims(snapshot(f"# Card\n\n{sentence}\n"))
        if claim.channel == "prose" and claim.scope == "weights"
    ]
    assert found == named


@pytest.mark.parametrize(
    ("card", "record", "bases"),
    [
        ("---\nbase_model: acme/base\n---\n", None, {"acme/base": "base"}),
        ("---\nbase_model: [acme/a, acme/b]\nbase_model_relation: merge\n---\n", None, {"acme/a": "merge", "acme/b": "merge"}),
        ("---\nbase_model: ACME/Model\n---\n", None, {}),
        (None, {"baseModels": {"relation": "quantized", "models": [{"id": "acme/base"}]}}, {"acme/base": "quantized"}),
        (None, {"baseModels": ["acme/base"]}, {"acme/base": "base"}),
        (None, {"tags": ["base_model:adapter:acme/base"]}, {"acme/base": "adapter"}),
        (None, {"config": {"peft": {"base_model_name_or_path": "acme/base"}}}, {"acme/base": "adapter"}),
        ("It is fine-tuned from [acme/base-1](https://huggingface.co/acme/base-1).", None, {"acme/base-1": "finetune"}),
        ("A merge of acme/a-1 and acme/b-2.", None, {"acme/a-1": "merge", "acme/b-2": "merge"}),
        ("Based on the [transformers](https://github.com/acme/transformers-5) library and/or others.", None, {}),
        ("We fine-tuned it from Anvil 3.1 8B.", None, {"Anvil 3.1 8B": "finetune"}),
        ("It is built with Python 3.8 and based on Torch 2.1.", None, {}),
        ("```\nfine-tuned from `acme/base-1`\n```", None, {}),
    ],
)  # fmt: skip
def test_base_models(card: str | None, record: Any, bases: dict[str, str]) -> None:
    found = base_models(view_of(snapshot(card, record)), READING)
    assert {claim.id: claim.relation for claim in found} == bases


def test_training_code_needs_an_address() -> None:
    linked = "The training code is at https://github.com/acme/anvil."
    assert value(snapshot(linked), "training_code_published") is True
    assert value(snapshot("The training code is great."), "training_code_published") == "unknown"
    assert value(snapshot(linked), "training_code_full") == "unknown"


def test_a_placeholder_section_says_nothing() -> None:
    card = "# Card\n\n## Limitations\n\n[More Information Needed]\n\n## Training data\n\nTBD\n"
    assert value(snapshot(card), "card_limitations") is False
    assert value(snapshot(card), "training_data_described") == "unknown"


EXPECTED = {
    "Qwen__Qwen-VL-Chat-Int4": ([], []),
    "Salesforce__codet5-base-multi-sum": (["BSD-3"], []),
    "moka-ai__m3e-small": (["Apache License 2.0"], []),
    "projecte-aina__roberta-base-ca-cased-pos": (["???"], None),
    "denden__new_iloko": (["Academic Free License v3.0"], []),
    "Jacobo__grc_ud_perseus_trf": (["cc"], []),
    "mattshumer__Reflection-Llama-3.1-70B": (["llama3.1"], ["meta-llama/Meta-Llama-3.1-70B-Instruct"]),
    "cognitivecomputations__Dolphin3.0-R1-Mistral-24B": ([], ["mistralai/Mistral-Small-24B-Base-2501"]),
    "ggml-org__gpt-oss-20b-GGUF": (["apache-2.0"], ["openai/gpt-oss-20b"]),
    "google__medgemma-27b-it": (["other"], ["google/gemma-3-27b-pt"]),
    "stabilityai__stable-diffusion-3.5-large": (["other"], []),
    "NVlabs__VILA__llava_remote_code": (["cc"], ["Qwen/Qwen2.5-1.5B-Instruct"]),
    "YouriLalain__2PRYMMAL-Yi1.5-6B-SLERP": (["apache-2.0"], ["01-ai/Yi-1.5-6B", "01-ai/Yi-1.5-6B-Chat"]),
    "KamilaTrinkenschuh__Minstral-Model": ([], ["Hugofernandez/Mistral-7B-v0.1-colab-sharded"]),
    "runwayml__stable-diffusion-v1-5": (["creativeml-openrail-m"], []),
    "bert-base-chinese": ([], []),
    "LiquidAI__LFM2-1.2B": (["other"], []),
    "allenai__olmOCR-7B-0225-preview": (["apache-2.0"], ["Qwen/Qwen2-VL-7B-Instruct"]),
    "gsarti__biobert-nli": ([], ["monologg/biobert_v1.1_pubmed"]),
    "eliasbe__XLMR-ENIS-finetuned-ner": (["agpl-3.0"], ["vesteinn/XLMR-ENIS"]),
}


@pytest.mark.corpus
@pytest.mark.parametrize("name", EXPECTED)
def test_real_cards_read_by_a_person(corpus: Path, name: str) -> None:
    tags, bases = EXPECTED[name]
    one = snapshot_of_card(corpus / "cards" / name)
    assert raws(one, "tag") == tags
    if bases is not None:
        assert [claim.id for claim in base_models(view_of(one), READING)] == bases


@pytest.mark.corpus
def test_every_card_of_the_corpus_is_read(corpus: Path) -> None:
    folders = card_folders(corpus)
    assert len(folders) > 300
    for folder in folders:
        facts_of(snapshot_of_card(folder))
