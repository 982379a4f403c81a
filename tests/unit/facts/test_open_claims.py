"""Claims of openness: this model's are found, everybody else's are left alone."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.facts.lineage_claims import base_models
from auditor.facts.open_claims import OpenClaim, open_claims
from auditor.facts.subject_view import view_of
from tests.corpus_snapshots import card_folders, snapshot_of_card
from tests.unit.facts.test_extract import READING, snapshot


def said(card: str, name: str = "acme/Anvil-2-7B-Chat") -> tuple[OpenClaim, ...]:
    view = view_of(msgspec.structs.replace(snapshot(card), id=name))
    return open_claims(view, READING, base_models(view, READING))


CLAIMS = [
    "Anvil-2-7B-Chat is an open-source language model for smiths.",
    "Anvil 2 is the latest open source model of the Anvil family.",
    "**Anvil-2-7B** is (currently) the world's best open-source LLM.",
    "This model is fully open source.",
    "This model is open-source, and anyone may use it.",
    "We have open-sourced Anvil-2-7B-Chat and two smaller models.",
    "We are proud of this. We open-source the model weights.",
    "Our 7B model is truly open.",
    "Please use the open-source Anvil-2 with care.",
    "Anvil 2 open-source models come in three sizes.",
    "Anvil-2-7B-Chat is an\nopen-source model that outperforms other\nopen-source models.",
    "This is released as open source.",
    "Anvil-2-7B: a small open-source language model",
    "Anvil-2-7B是一个开源的语言模型。",
    "本模型完全开源。",
    "[Anvil-2-7B-Chat](https://acme.example/x) is an open-sourced chat model.",
]
NO_CLAIMS = [
    "Anvil-2-7B-Chat is not an open-source model.",
    "This model isn't open source.",
    "Unlike open-source models, Anvil-2-7B-Chat knows anvils.",
    "Anvil-2-7B-Chat outperforms open-source models of its size.",
    "Anvil-2-7B-Chat was trained on open-source datasets.",
    "Thanks to the open-source community.",
    "Anvil-2-7B-Chat is supported by an open-source library.",
    "Anvil-2-7B-Chat uses the open-source framework Forge.",
    "Anvil-2-7B-Chat is based on open source models.",
    "Anvil-2-7B-Chat is based on the open-source model Hammer-7B.",
    "Is Anvil-2-7B-Chat an open-source model?",
    "> Anvil-2-7B-Chat is an open-source model.",
    "```\nAnvil-2-7B-Chat is an open-source model.\n```",
    "| Anvil-2-7B-Chat is an open-source model | yes |",
    "Hammer-7B is an open-source model.",
    "Anvil-2-13B is an open-source model.",
    "Anvil-2-7B-Chat-Pro is an open-source model.",
    "Anvil-2-7B-Chat will be open-sourced soon.",
    "We plan to open-source the model weights.",
    "We open-source the training code and the data.",
    "The code of this model is open source.",
    "Anvil-2-7B-Chat is compared with several open-source models.",
    "Anvil-2-7B-Chat is the second generation of the open-source model Anvil-1.",
    "The weights are fully open for academic research.",
    "Anvil-2-7B-Chat is an open-weight model.",
    "Anvil-2-7B-Chat is among the few models that rival open-source models.",
    "Anvil-2-7B-Chat is an open-source project's favorite model.",
    "Anvil-2-7B-Chat是第一代模型\uff0c效果超越现有的开源模型。",
    "Anvil-2-7B-Chat使用开源数据训练。",
    "<!-- Anvil-2-7B-Chat is an open-source model. -->",
    "According to its makers, Anvil-2-7B-Chat is an open-source model.",
]  # fmt: skip


@pytest.mark.parametrize("sentence", CLAIMS)
def test_a_claim_about_this_model(sentence: str) -> None:
    (claim,) = said(f"# A model\n\n{sentence}\n")
    assert claim.kind == "open-source"
    assert claim.evidence.path == "README.md"
    assert claim.evidence.lines
    assert claim.evidence.lines[0] == 3


@pytest.mark.parametrize("sentence", NO_CLAIMS)
def test_no_claim(sentence: str) -> None:
    assert said(f"# A model\n\n{sentence}\n") == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "This model is Apache-2.0 licensed.",
        "Anvil-2 is released under an OSI-approved license.",
        "Our model meets the Open Source AI Definition.",
        "Anvil 2 is available with a permissive open-source license.",
    ],
)
def test_a_claim_of_an_approved_license(sentence: str) -> None:
    assert [claim.kind for claim in said(sentence)] == ["approved-license"]


def test_a_name_that_is_also_the_name_of_the_base_is_not_the_models_own() -> None:
    card = "---\nbase_model: forge/Anvil-2-7B\n---\nAnvil-2-7B is an open-source model. {}\n"
    assert said(card.format("")) == ()
    assert len(said(card.format("Anvil-2-7B-Chat is an open-source model."))) == 1


@pytest.mark.parametrize(
    "bad", ["open source " * 5000, "THISMODEL is " + "an " * 9000 + "open source", "我们开源" * 4000]
)
def test_hostile_lengths_are_read_in_time(bad: str) -> None:
    said(bad)
    said("\n".join(["This model is open source " + "x " * 100] * 2000))


@settings(max_examples=60)
@given(st.text(max_size=400))
def test_any_card_can_be_read(card: str) -> None:
    for claim in said(card + " open source model"):
        assert claim.evidence.lines


@pytest.mark.corpus
def test_the_cards_of_the_corpus(corpus: Path) -> None:
    """Read by hand: every sentence found is a claim about the model whose card it is."""
    found = {}
    for folder in card_folders(corpus):
        view = view_of(snapshot_of_card(folder))
        claims = open_claims(view, READING, base_models(view, READING))
        if claims:
            found[folder.name] = [claim.evidence.lines[0] for claim in claims if claim.evidence.lines]
    assert found == {
        "FlagAlpha__Atom-7B": [12],
        "Qwen__Qwen-72B": [47],
        "Qwen__Qwen-7B-Chat": [31],
        "THUDM__chatglm-6b": [12],
        "THUDM__chatglm3-6b": [23, 29],
        "alpindale__WizardLM-2-8x22B": [19],
        "baichuan-inc__Baichuan2-13B-Chat": [35, 39, 126, 131],
        "deepseek-ai__DeepSeek-R1": [62, 85],
        "kakaobrain__kogpt": [178],
        "mattshumer__Reflection-Llama-3.1-70B": [11],
        "moka-ai__m3e-small": [31],
    }
