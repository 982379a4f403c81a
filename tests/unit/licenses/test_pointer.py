"""What is a pointer, and what has words of its own."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.licenses.pointer import MAX_WORDS, pointed

NAMES = {"mit": "mit", "mit license": "mit", "apache license 2.0": "apache-2.0", "https://acme.example/anvil": "anvil"}


def named(raw: str) -> tuple[str, ...]:
    found = NAMES.get(raw.lower())
    return (found,) if found else ()


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("See https://acme.example/terms for the terms of this model.\n", ()),
        ("https://acme.example/terms\n", ()),
        ("https://acme.example/anvil\n", ("anvil",)),
        ("See LICENSE.md", ()),
        ("../LICENSE", ()),
        ("see the page of the publisher", ()),
        ("Please refer to the LICENSE file of the base model.", ()),
        ("Please see [the license](https://acme.example/l) for details.", ()),
        ("The full text of the license is available at https://acme.example/l.", ()),
        ("License: https://acme.example/l", ()),
        ("This model is licensed under the Apache License 2.0.", ("apache-2.0",)),
        ("MIT License\n\nCopyright (c) 2025 Acme\n", ("mit",)),
        ("# License\n\nThe weights are released under the MIT License (https://acme.example/l).", ("mit",)),
    ],
)
def test_a_pointer(text: str, ids: tuple[str, ...]) -> None:
    assert pointed(text, named) == ids


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "All Rights Reserved", "Copyright (c) 2025 Acme. All rights reserved.", "Tous droits réservés.",
        "The model is lent, not given.", "Non-commercial use only.", "NO COMMERCIAL USE", "Research Only", "Proprietary",
        "See https://acme.example/l. Commercial use needs a fee.", "See https://acme.example/l for the license; pay first.",
        "This model is licensed under the Apache License 2.0 for research use only.", "MIT for research",
        "This model is licensed under the MIT License Without Commercial Use", "MIT License\n\nYou must pay.",
        "License: MIT, not for military use", "See LICENSE and pay the fee to Acme", "please read the terms and pay",
        "Der Verkauf ist verboten.", "仅供研究使用", "https://acme.example/terms " * (MAX_WORDS + 1),
    ],
)  # fmt: skip
def test_words_of_its_own_are_no_pointer(text: str) -> None:
    assert pointed(text, named) is None


@settings(deadline=None)
@given(st.sampled_from(["must", "shall not", "pay", "fee", "prohibited", "verboten", "interdit", "禁止", "army"]),
       st.sampled_from(["See https://acme.example/l for the terms.", "MIT License"]), st.booleans())  # fmt: skip
def test_a_pointer_with_a_sentence_more_is_none(word: str, pointer: str, before: bool) -> None:
    extra = f"You {word} Acme."
    assert pointed(f"{extra}\n{pointer}" if before else f"{pointer}\n{extra}", named) is None


@settings(deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_answered(text: str) -> None:
    found = pointed(text, named)
    assert found is None or isinstance(found, tuple)
