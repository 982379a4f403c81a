"""Whose license is it: code and weights apart, and a card whose words contradict its tag."""

from __future__ import annotations

from typing import Any

import pytest

from tests.end_to_end.command import command
from tests.end_to_end.expectations import findings_of
from tests.end_to_end.repositories import BODY, CUSTOM, license_texts, model
from tests.replay_hub import ReplayHub

MIT = {"license": "mit"}


@pytest.fixture
def hub() -> Any:
    with ReplayHub() as running:
        yield running


def audited(
    tmp_path: Any, hub: ReplayHub, card: dict[str, Any], said: str, files: dict[str, Any] | None = None
) -> dict[str, Any]:
    hub.add(model("acme/anvil-7b", card, files, body=f"{BODY}\n## License\n\n{said}\n"))
    return command(tmp_path, hub.endpoint).audit("acme/anvil-7b").report


def raws(part: dict[str, Any]) -> set[str]:
    return {one["raw"] for one in part["stated"]}


@pytest.mark.parametrize(
    ("style", "said"),
    [
        ("two sentences", "The code is licensed under the Apache-2.0 license. "
                          "The model weights are licensed under the CC-BY-NC-4.0 license."),
        ("a comma and while", "The code in this repository is open-sourced under the Apache-2.0 license, while the "
                              "model weights are released under the CC-BY-NC-4.0 license."),
        ("without a verb", "The code is released under Apache-2.0, and the weights under CC-BY-NC-4.0."),
        ("over two lines", "The code of this repository is licensed under the Apache-2.0 license, but the model\n"
                           "weights are licensed under the CC-BY-NC-4.0 license."),
        ("with links", "The code is under the [Apache-2.0 license](LICENSE); the model weights follow the "
                       "[CC-BY-NC-4.0 license](https://acme.example/x)."),
        ("in a list", "- Code: released under the Apache-2.0 license\n- The weights are under a license:\n\n"
                      "The weights are licensed under CC-BY-NC-4.0."),
    ],
)  # fmt: skip
def test_sentences_on_code_and_weights_are_kept_apart(tmp_path: Any, hub: ReplayHub, style: str, said: str) -> None:
    report = audited(tmp_path, hub, MIT, said)
    assert any("NC" in raw for raw in raws(report["licenses"]["weights"])), style
    assert not any("Apache" in raw for raw in raws(report["licenses"]["weights"])), style
    assert any("Apache" in raw for raw in raws(report["licenses"]["code"])), style
    assert report["licenses"]["weights"]["status"] == "conflict"
    assert report["label"] == "weights-available"


def test_one_license_for_both(tmp_path: Any, hub: ReplayHub) -> None:
    said = "This code repository and the model weights are licensed under the MIT License."
    report = audited(tmp_path, hub, MIT, said, {"LICENSE": license_texts()("mit")})
    assert report["licenses"]["weights"]["status"] == "confirmed"
    assert raws(report["licenses"]["code"]) == {"MIT"}


def test_a_license_that_was_the_one_of_a_base_is_not_this_models(tmp_path: Any, hub: ReplayHub) -> None:
    said = "Anvil-Llama was made from another one and is originally licensed under the llama3.1 license."
    report = audited(tmp_path, hub, MIT, said, {"LICENSE": license_texts()("mit")})
    assert report["licenses"]["weights"]["status"] == "confirmed"


@pytest.mark.parametrize("name", ["MODEL_LICENSE", "LICENSE-MODEL", "MODEL_LICENSE.txt", "LICENSE_WEIGHTS.md"])
def test_a_file_for_the_weights_beside_one_for_the_code(tmp_path: Any, hub: ReplayHub, name: str) -> None:
    files = {"LICENSE": license_texts()("apache-2.0"), name: CUSTOM}
    report = audited(tmp_path, hub, {"license": "other"}, "See the files.", files)
    assert report["licenses"]["code"]["concluded"] == "apache-2.0"
    assert report["licenses"]["weights"]["status"] == "unresolved"
    assert report["label"] == "weights-only"


@pytest.mark.parametrize("name", ["LICENSE-CODE", "LICENSE_CODE.txt", "CODE_LICENSE"])
def test_a_file_for_the_code_beside_one_for_the_weights(tmp_path: Any, hub: ReplayHub, name: str) -> None:
    files = {name: license_texts()("mit"), "LICENSE": CUSTOM}
    report = audited(tmp_path, hub, {"license": "other"}, "See the files.", files)
    assert report["licenses"]["code"]["concluded"] == "mit"
    assert report["licenses"]["weights"]["concluded"] is None


def test_a_license_file_the_card_gives_to_the_code_is_no_text_of_the_weights(tmp_path: Any, hub: ReplayHub) -> None:
    said = (
        "The code in this repository is open-sourced under the [Apache-2.0 license](LICENSE), while the use of the "
        "anvil model weights needs to comply with the [Anvil Model License](MODEL_TERMS.md)."
    )
    report = audited(tmp_path, hub, {"license": "other"}, said, {"LICENSE": license_texts()("apache-2.0")})
    assert report["licenses"]["code"]["concluded"] == "apache-2.0"
    assert report["licenses"]["weights"]["concluded"] is None
    assert report["label"] == "weights-only"


def test_a_file_stays_with_the_weights_where_nothing_is_said_of_them(tmp_path: Any, hub: ReplayHub) -> None:
    said = "The code is licensed under the [terms here](LICENSE)."
    report = audited(tmp_path, hub, MIT, said, {"LICENSE": license_texts()("cc-by-nc-4.0")})
    assert report["licenses"]["weights"]["status"] == "conflict"
    assert report["grades"]["terms"]["ceiling"] <= 1


def test_an_open_license_of_the_code_does_not_open_weights_with_a_form(tmp_path: Any, hub: ReplayHub) -> None:
    said = (
        "The code is licensed under Apache-2.0, while model weights are fully open for academic research and also "
        "allow free commercial usage. To apply for a commercial license, please fill in the application form."
    )
    for number, card in enumerate(({"license": "other"}, {"license": "apache-2.0"})):
        files = {"LICENSE": license_texts()("apache-2.0")}
        report = audited(tmp_path / str(number), hub, card, said, files)
        assert report["licenses"]["weights"]["concluded"] is None
        assert report["label"] == "weights-only"


@pytest.mark.parametrize(
    "said",
    [
        "This model is for research purposes only.",
        "The weights may not be used commercially.",
        "> **Note:** this model can only be used for non-commercial purposes.",
        "The model may only be used for\nnon-commercial research.",
        "Use of the model is restricted to academic research purposes.",
        "Commercial use of this model requires a separate license from Acme.",
        "Anvil-7b is free for research and can be used in commercial applications after obtaining an official "
        "commercial license from Acme.",
        "本模型仅供研究使用\uff0c不得用于商业用途。",
        "Das Modell darf nur für nicht-kommerzielle Zwecke verwendet werden; die weights ebenso.",
    ],
)
def test_prose_that_takes_away_what_the_tag_gives(tmp_path: Any, hub: ReplayHub, said: str) -> None:
    report = audited(tmp_path, hub, {"license": "apache-2.0"}, said, {"LICENSE": license_texts()("apache-2.0")})
    weights = report["licenses"]["weights"]
    assert weights["status"] == "conflict", weights
    assert report["label"] == "weights-only"
    (finding,) = [one for one in report["findings"] if one["code"] == "license-conflict"]
    assert any(one["kind"] == "stated" and one["lines"] for one in finding["evidence"])


@pytest.mark.parametrize(
    "said",
    [
        "The weights are licensed under the Acme Anvil Community License.",
        "Anvil-7b is released under the Acme Research License Agreement.",
        "Anvil-7b is made available under the Acme TII-style License.",
    ],
)
def test_a_stated_license_nobody_knows_settles_nothing(tmp_path: Any, hub: ReplayHub, said: str) -> None:
    report = audited(tmp_path, hub, MIT, said, {"LICENSE": license_texts()("mit")})
    assert report["label"] == "weights-only"
    assert "license-unresolved" in findings_of(report)


@pytest.mark.parametrize(
    "said",
    [
        "This model is released under the MIT license.",
        "**License:** MIT",
        "Anvil-7b is licensed under the [MIT License](LICENSE).",
        "The weights are licensed under the same license as the code.",
        "The model is released under a permissive license.",
        "The training dataset is for research purposes only.",
        "The original model was released for non-commercial use only.",
        "License: [More Information Needed]",
        "Commercial use of the model is allowed; you must include the license.",
        "The model is intended for research purposes only.",
        "Non-commercial and commercial use of the model are both allowed.",
        "For details on the license of the model see the LICENSE file.",
    ],
)
def test_prose_that_says_the_same_or_speaks_of_something_else(tmp_path: Any, hub: ReplayHub, said: str) -> None:
    heading_free = BODY + f"\n\n{said}\n"
    hub.add(model("acme/anvil-7b", MIT, {"LICENSE": license_texts()("mit")}, body=heading_free))
    report = command(tmp_path, hub.endpoint).audit("acme/anvil-7b").report
    assert report["licenses"]["weights"]["status"] == "confirmed", report["licenses"]["weights"]
    assert report["label"] == "open-weights"


def test_a_license_line_is_of_the_model_but_not_in_a_section_on_data(tmp_path: Any, hub: ReplayHub) -> None:
    hub.add(model("acme/a", MIT, body=BODY + "\n## Details\n\n- **License:** cc-by-nc-4.0\n"))
    hub.add(model("acme/b", MIT, body=BODY + "\n## Training data\n\n- **License:** cc-by-nc-4.0\n"))
    made = command(tmp_path, hub.endpoint)
    reports = made.audit("acme/a", "acme/b").reports
    assert reports["acme/a"]["licenses"]["weights"]["status"] == "conflict"
    assert reports["acme/b"]["licenses"]["weights"]["status"] == "declared-only"


def test_a_limit_cannot_hide_in_a_long_sentence(tmp_path: Any, hub: ReplayHub) -> None:
    said = "The model " + "very much " * 400 + "is good and this model is for non-commercial use only"
    report = audited(tmp_path, hub, MIT, said, {"LICENSE": license_texts()("mit")})
    assert report["licenses"]["weights"]["status"] == "conflict"
