"""A base model that nothing names but the files betray: likely is said, and never read as proved or as absent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.command import command
from tests.end_to_end.repositories import WEIGHTS, model
from tests.replay_hub import ReplayHub

APACHE = {"license": "apache-2.0"}
LLAMA = {"architectures": ["LlamaForCausalLM"], "model_type": "llama"}


@pytest.fixture
def hub() -> Any:
    with ReplayHub() as running:
        yield running


def audited(tmp_path: Any, hub: ReplayHub, name: str = "acme/anvil", card: Any = None, **record: Any) -> dict[str, Any]:
    hub.add(model(name, card or APACHE, record=record))
    return command(tmp_path, hub.endpoint).audit(name).report


def hints(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in report["findings"] if one["code"] == "undeclared-base"]


@pytest.mark.parametrize(
    ("record", "family"),
    [
        ({"config": LLAMA, "safetensors": {"parameters": {"BF16": 8030261248}, "total": 8030261248}}, "Llama 3"),
        ({"config": {**LLAMA, "tokenizer_config": {"bos_token": "<|begin_of_text|>"}}}, "Llama 3"),
        ({"config": {**LLAMA, "tokenizer_config": {"bos_token": {"content": "<|begin_of_text|>"}}}}, "Llama 3"),
        ({"config": {"model_type": "gemma2"}}, "Gemma"),
        ({"config": {"model_type": "chatglm"}}, "ChatGLM"),
        (
            {
                "config": {"model_type": "qwen2"},
                "safetensors": {"parameters": {"BF16": 7615616512}, "total": 7615616512},
            },
            "Qwen",
        ),
        ({"config": {"diffusers": {"_class_name": "FluxPipeline"}}}, "FLUX.1"),
    ],
)
def test_a_strong_sign_leaves_the_chain_not_followed(
    tmp_path: Any, hub: ReplayHub, record: dict[str, Any], family: str
) -> None:
    report = audited(tmp_path, hub, **record)
    (one,) = hints(report)
    assert family in one["detail"]
    assert "medium confidence" in one["detail"]
    assert (one["severity"], one["outcome"]) == ("warning", "not_met")
    assert one["evidence"]
    assert report["label"] == "weights-only"
    assert report["label_ceiling"] != "weights-only"
    assert "lineage-not-followed" in {finding["code"] for finding in report["findings"]}


@pytest.mark.parametrize(
    "record",
    [
        {"config": LLAMA},
        {"config": {"model_type": "qwen2"}},
        {"config": {**LLAMA, "tokenizer_config": {"bos_token": "<s>"}}},
        {"config": LLAMA, "safetensors": {"parameters": {"BF16": 1100048384}, "total": 1100048384}},
        {"config": {"model_type": ["gemma2"]}},
        {"config": {"model_type": None, "tokenizer_config": {"bos_token": 7}, "diffusers": []}},
    ],
)
def test_a_shape_that_many_train_from_scratch_is_no_sign(tmp_path: Any, hub: ReplayHub, record: dict[str, Any]) -> None:
    report = audited(tmp_path, hub, **record)
    assert hints(report) == []
    assert report["label"] == "open-weights"


def test_a_shape_that_several_share_is_a_note(tmp_path: Any, hub: ReplayHub) -> None:
    report = audited(tmp_path, hub, config=LLAMA, safetensors={"parameters": {"BF16": 6738415616}, "total": 6738415616})
    (one,) = hints(report)
    assert (one["severity"], "low confidence" in one["detail"]) == ("info", True)
    assert report["label"] == "open-weights"


@pytest.mark.parametrize("name", ["acme/Llama-3.1-8B-Anvil", "acme/anvil-gemma-2b"])
def test_the_name_of_a_restricted_family_over_another_license_leaves_the_grant_open(
    tmp_path: Any, hub: ReplayHub, name: str
) -> None:
    report = audited(tmp_path, hub, name)
    assert report["label"] == "weights-only"
    assert "lineage-not-followed" in {one["code"] for one in report["findings"] if one["outcome"] == "not_met"}


@pytest.mark.parametrize("name", ["acme/Mistral-7B-anvil"])
def test_a_name_is_a_note_and_nothing_else(tmp_path: Any, hub: ReplayHub, name: str) -> None:
    report = audited(tmp_path, hub, name)
    (one,) = hints(report)
    assert (one["severity"], "low confidence" in one["detail"]) == ("info", True)
    assert report["label"] == "open-weights"


def test_the_publisher_of_a_family_needs_no_base_and_a_folder_has_no_publisher(tmp_path: Path, hub: ReplayHub) -> None:
    report = audited(tmp_path, hub, "google/anvil-2b", config={"model_type": "gemma2"})
    assert hints(report) == []
    folder = tmp_path / "google" / "anvil"
    folder.mkdir(parents=True)
    for path, data in WEIGHTS.items():
        (folder / path).write_bytes(data)
    (folder / "config.json").write_text(json.dumps({"model_type": "gemma2", "vocab_size": 256000}), "utf-8")
    (folder / "README.md").write_text("---\nlicense: apache-2.0\n---\n# Anvil\n", "utf-8")
    made = command(tmp_path, hub.endpoint)
    report = made.audit(f"path:{folder}").report
    assert "Gemma" in hints(report)[0]["detail"]
    assert report["label"] == "weights-only"


def test_a_declared_base_is_followed_and_its_own_signs_count(tmp_path: Any, hub: ReplayHub) -> None:
    hub.add(model("acme/iron", APACHE, record={"config": {"model_type": "gemma2"}}))
    report = audited(tmp_path, hub, card={**APACHE, "base_model": "acme/iron"}, config={"model_type": "gemma2"})
    assert hints(report) == []
    assert report["label"] == "weights-only"
    hub.add(model("google/iron", {"license": "apache-2.0"}, record={"config": {"model_type": "gemma2"}}))
    report = audited(tmp_path / "b", hub, card={**APACHE, "base_model": "google/iron"}, config={"model_type": "gemma2"})
    assert report["label"] == "open-weights"


def test_a_configuration_that_was_loaded_from_somewhere(tmp_path: Path, hub: ReplayHub) -> None:
    for number, (name, wanted) in enumerate([("forge/iron-7b", 1), ("/tmp/forge/iron", 0), ("./out", 0), ("iron", 0)]):
        folder = tmp_path / str(number) / "anvil"
        folder.mkdir(parents=True)
        for path, data in WEIGHTS.items():
            (folder / path).write_bytes(data)
        (folder / "config.json").write_text(json.dumps({"model_type": "x", "_name_or_path": name}), "utf-8")
        (folder / "README.md").write_text("---\nlicense: mit\n---\n# Anvil\n", "utf-8")
        report = command(tmp_path, hub.endpoint).audit(f"path:{folder}").report
        assert len(hints(report)) == wanted, name
        if wanted:
            assert "forge/iron-7b" in hints(report)[0]["detail"]
            assert report["grades"]["terms"]["level"] == 0


@pytest.mark.corpus
def test_a_choice_between_licenses_does_not_carry_the_familys_terms(tmp_path: Any, hub: ReplayHub) -> None:
    body = "# Anvil\n\n## License\n\nThe model is dual-licensed under MIT or Llama 3.1, at your option.\n"
    hub.add(model("acme/Llama-3.1-Anvil", {"license": ["mit", "llama3.1"]}, body=body))
    report = command(tmp_path, hub.endpoint).audit("acme/Llama-3.1-Anvil").report
    assert report["licenses"]["weights"]["concluded"] == "llama3.1 OR mit"
    assert report["grades"]["terms"]["level"] == 0
    assert report["label"] == "weights-only"
