"""Repositories that other tools get wrong, each with the whole right answer (design sections 5 and 6)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.end_to_end.command import Ran, command
from tests.end_to_end.expectations import Case, Right, assert_right, findings_of
from tests.end_to_end.repositories import (
    ADAPTER,
    CUSTOM,
    GGUF,
    POINTER,
    USER_CAP,
    Texts,
    dataset,
    license_texts,
    model,
)
from tests.replay_hub import ReplayHub, Repository

# -- the questions that go beyond status, terms and label ------------------------------------------------------


def effective(report: dict[str, Any], term: str) -> Any:
    return report["effective_terms"][term]["value"]


def base_is_named(base: str, relation: str, *, followed: bool = False) -> Any:
    def check(report: dict[str, Any]) -> None:
        edges = [edge for edge in report["lineage"]["edges"] if edge["to"] == base]
        assert [(edge["from"], edge["relation"]) for edge in edges] == [(report["subject"]["id"], relation)]
        if followed:
            assert "lineage-not-followed" not in findings_of(report)
        else:
            assert base in findings_of(report)["lineage-not-followed"]["detail"]

    return check


def llama_vision(report: dict[str, Any]) -> None:
    assert effective(report, "eu_multimodal_exclusion") is True
    (threshold,) = effective(report, "mau_threshold")
    assert (threshold["number"], threshold["comparator"]) == (700_000_000, ">")
    assert threshold["effect"] == "separate-license"
    assert effective(report, "commercial_use") == "below-threshold"
    (prefix,) = [duty for duty in report["obligations"] if duty["kind"] == "name-prefix"]
    assert '"Llama"' in prefix["detail"]
    assert (prefix["license"], prefix["when"]) == ("llama3.2", "distribution-of-derivatives")
    assert report["grades"]["weights"]["level"] == 1
    assert report["capabilities"]["sell"]["answer"] != "yes"


def gguf_of_llama(report: dict[str, Any]) -> None:
    base_is_named("meta-llama/Llama-3.1-8B", "quantized", followed=True)(report)
    conflict = findings_of(report)["license-conflict"]["detail"]
    assert "mit" in conflict
    assert "llama3.1" in conflict
    assert effective(report, "commercial_use") == "below-threshold"
    assert "meta-llama/Llama-3.1-8B" in report["effective_terms"]["commercial_use"]["from"]


def nothing_granted(report: dict[str, Any]) -> None:
    assert report["effective_terms"] == {}
    assert report["obligations"] == []
    for act in ("fine-tune", "redistribute", "sell"):
        assert report["capabilities"][act]["answer"] == "no"


def non_commercial(report: dict[str, Any]) -> None:
    assert effective(report, "noncommercial_only") is True
    assert effective(report, "commercial_use") == "no"
    assert report["effective_terms"]["commercial_use"]["section"]
    assert report["capabilities"]["sell"]["answer"] == "no"


def stability(report: dict[str, Any]) -> None:
    (threshold,) = effective(report, "revenue_threshold")
    assert (threshold["amount"], threshold["currency"]) == (1_000_000, "USD")
    assert effective(report, "registration") != "none"
    assert "register" in {duty["kind"] for duty in report["obligations"]}


def non_commercial_data(report: dict[str, Any]) -> None:
    (data,) = report["licenses"]["datasets"]
    assert (data["id"], data["concluded"], data["status"]) == ("acme/nc-data", "cc-by-nc-4.0", "declared-only")
    assert "acme/nc-data" in findings_of(report)["data-license-conflict"]["detail"]
    assert ("acme/anvils", "acme/nc-data", "trained-on-dataset") in {
        (edge["from"], edge["to"], edge["relation"]) for edge in report["lineage"]["edges"]
    }


def renamed(report: dict[str, Any]) -> None:
    assert report["subject"]["id"] == "acme/new-name"
    assert report["subject"]["requested"] == "acme/old-name"
    assert report["subject"]["renamed_from"] == "acme/old-name"
    assert "acme/new-name" in report["subject"]["url"]


def changed_lines(report: dict[str, Any]) -> None:
    finding = findings_of(report)["license-modified"]
    assert "monthly active users" in finding["detail"]
    assert finding["evidence"][0]["path"] == "LICENSE"
    (text,) = report["licenses"]["weights"]["detected"]
    assert text["match"]["status"] == "modified"
    assert text["match"]["added"]


def badge(report: dict[str, Any]) -> None:
    """A threshold whose effect is a badge stays at level 4, and is not forgotten."""
    assert effective(report, "attribution_display")
    assert "display" in {duty["kind"] for duty in report["obligations"]}


def code_apart(report: dict[str, Any]) -> None:
    assert report["licenses"]["code"]["concluded"] == "mit"
    assert effective(report, "use_restrictions") == "list"


def adapter(report: dict[str, Any]) -> None:
    base_is_named("acme/gated-base", "adapter", followed=True)(report)
    assert report["grades"]["weights"]["level"] <= 1
    assert "llama3.2" in findings_of(report)["license-conflict"]["detail"]


# -- the repositories -------------------------------------------------------------------------------------------

OTHER = "other"


def _qwen(texts: Texts, **more: Any) -> Repository:
    card = {"license": "apache-2.0", "language": ["en"], **({"base_model": "Qwen/Qwen2.5-7B"} if more else {})}
    return model("Qwen/Qwen2.5-7B-Instruct", card, {"LICENSE": texts("apache-2.0")}, **more)


CASES = [
    Case(
        "qwen2.5-instruct: base named, chain followed",
        lambda t: [
            _qwen(t, bases=("finetune", ["Qwen/Qwen2.5-7B"])),
            model("Qwen/Qwen2.5-7B", {"license": "apache-2.0"}),
        ],
        Right(
            "confirmed", "apache-2.0", "Apache-2.0", (4, 4), "open-weights",
            checks={"terms-grant-established": "met", "terms-license-text-present": "met"},
            more=base_is_named("Qwen/Qwen2.5-7B", "finetune", followed=True),
        ),
        texts=True,
    ),
    Case(
        "the same without a base",
        lambda t: [_qwen(t)],
        Right(
            "confirmed", "apache-2.0", "Apache-2.0", (4, 4), "open-weights",
            checks={"terms-grant-established": "met", "terms-license-text-unmodified": "met"},
        ),
        texts=True,
    ),
    Case(
        "codestral: other with a name that leads to a read text",
        lambda t: [
            model("mistralai/Codestral-22B-v0.1", {
                "license": OTHER, "license_name": "mnpl", "license_link": "https://mistral.ai/licenses/MNPL-0.1.md",
            })
        ],
        Right(
            "resolved-name", "mnpl-0.1", "LicenseRef-mnpl-0.1", (1, 1), "weights-available",
            findings=frozenset({"license-text-missing", "license-link-unpinned"}),
            checks={"terms-grant-established": "met", "terms-license-profile-read": "met"},
        ),
    ),
    Case(
        "falcon3: other with a name seen with several texts",
        lambda t: [
            model("tiiuae/Falcon3-7B-Instruct", {
                "license": OTHER, "license_name": "falcon-llm-license",
                "license_link": "https://acme.example/falcon-terms-and-conditions.html",
            })
        ],
        Right(
            "unresolved", None, None, (0, 4), "weights-only", candidates=("falcon-2-11b-1.0", "falcon-3"),
            findings=frozenset({"license-unresolved", "ambiguous-license-tag", "license-link-unpinned"}),
            checks={"terms-grant-established": "unknown"},
        ),
    ),
    Case(
        "llama 3.2 vision: the text is behind the gate",
        lambda t: [
            model("meta-llama/Llama-3.2-11B-Vision", {"license": "llama3.2", "pipeline_tag": "image-text-to-text"},
                  {"LICENSE.txt": b"hidden", "USE_POLICY.md": b"hidden"}, gated="manual")
        ],
        Right(
            "unreadable", "llama3.2", "LicenseRef-llama3.2", (2, 2), "weights-available",
            also=("declared-only",), label_ceiling="weights-available",
            findings=frozenset({"license-text-unreadable"}),
            checks={"terms-grant-established": "met", "terms-no-size-limit": "not_met"},
            more=llama_vision,
        ),
    ),
    Case(
        "mit gguf of a llama 3.1 base",
        lambda t: [
            model("randomuser/X-8B-GGUF", {"license": "mit", "base_model": "meta-llama/Llama-3.1-8B"}, weights=GGUF,
                  bases=("quantized", ["meta-llama/Llama-3.1-8B"])),
            model("meta-llama/Llama-3.1-8B", {"license": "llama3.1"}, gated="manual"),
        ],
        Right(
            "conflict", "mit", "MIT", (2, 2), "weights-available",
            also=("declared-only",), label_ceiling="weights-available",
            findings=frozenset({"license-conflict", "license-text-missing"}),
            checks={"terms-grant-established": "met"},
            more=gguf_of_llama,
        ),
    ),
    Case(
        "mit gguf of a base that is gone",
        lambda t: [
            model("randomuser/Y-8B-GGUF", {"license": "mit", "base_model": "acme/gone"}, weights=GGUF,
                  bases=("quantized", ["acme/gone"])),
        ],
        Right(
            "declared-only", "mit", "MIT", (0, 4), "weights-only",
            findings=frozenset({"lineage-not-followed", "license-text-missing"}),
            more=base_is_named("acme/gone", "quantized"),
        ),
    ),
    Case(
        "no license key",
        lambda t: [model("acme/no-key", {"language": ["en"]})],
        Right(
            "missing", None, None, (0, 0), "weights-only", label_ceiling="weights-only",
            findings=frozenset({"license-missing"}),
            checks={"terms-grant-established": "not_met", "terms-license-declared": "not_met"},
            more=nothing_granted,
        ),
    ),
    Case(
        "license: null",
        lambda t: [model("acme/null", {"license": None, "language": ["en"]})],
        Right(
            "missing", None, None, (0, 0), "weights-only", label_ceiling="weights-only",
            findings=frozenset({"license-missing"}), more=nothing_granted,
        ),
    ),
    Case(
        "mit and cc-by-nc-4.0 in a list",
        lambda t: [model("acme/both", {"license": ["mit", "cc-by-nc-4.0"]})],
        Right(
            "multiple", "cc-by-nc-4.0 AND mit", "CC-BY-NC-4.0 AND MIT", (1, 1), "weights-available",
            also=("declared-only",), label_ceiling="weights-available",
            findings=frozenset({"license-multiple", "license-text-missing"}), more=non_commercial,
        ),
    ),
    Case(
        "sd 3.5 large: by name",
        lambda t: [
            model("stabilityai/stable-diffusion-3.5-large",
                  {"license": OTHER, "license_name": "stabilityai-ai-community"})
        ],
        Right(
            "resolved-name", "stability-community", "LicenseRef-stability-community", (2, 2), "weights-available",
            label_ceiling="weights-available", findings=frozenset({"license-text-missing"}), more=stability,
        ),
    ),
    Case(
        "sd 3.5 large: with its text",
        lambda t: [
            model("stabilityai/with-text",
                  {"license": OTHER, "license_name": "stabilityai-ai-community", "license_link": "LICENSE.md"},
                  {"LICENSE.md": t("stability-community-2024-07-05")})
        ],
        Right(
            "confirmed", "stability-community", "LicenseRef-stability-community", (2, 2), "weights-available",
            also=("resolved-name",), more=stability,
        ),
        texts=True,
    ),
    Case(
        "tag mit over a non-commercial text",
        lambda t: [model("acme/mislabeled", {"license": "mit"}, {"LICENSE": t("cc-by-nc-4.0")})],
        Right(
            "conflict", "cc-by-nc-4.0 AND mit", "CC-BY-NC-4.0 AND MIT", (1, 1), "weights-available",
            label_ceiling="weights-available", findings=frozenset({"license-conflict"}),
            checks={"terms-license-sources-agree": "not_met"}, more=non_commercial,
        ),
        texts=True,
    ),
    Case(
        "apache model, non-commercial data",
        lambda t: [
            model("acme/anvils", {"license": "apache-2.0", "datasets": ["acme/nc-data"]}),
            dataset("acme/nc-data", {"license": "cc-by-nc-4.0"}),
        ],
        Right(
            "declared-only", "apache-2.0", "Apache-2.0", (4, 4), "open-weights",
            findings=frozenset({"license-text-missing"}), other_findings=frozenset({"data-license-conflict"}),
            checks={"data-listed-commercial": "not_met"}, more=non_commercial_data,
        ),
    ),
    Case(
        "renamed",
        lambda t: [model("acme/new-name", {"license": "apache-2.0"}, renamed_from=("acme/old-name",))],
        Right(
            "declared-only", "apache-2.0", "Apache-2.0", (4, 4), "open-weights",
            findings=frozenset({"license-text-missing"}), more=renamed,
        ),
        target="acme/old-name",
    ),
    Case(
        "t5gemma is no t5",
        lambda t: [model("google/t5gemma-2b-2b-ul2", {"license": "gemma"})],
        Right(
            "declared-only", "gemma", "LicenseRef-gemma", (3, 3), "weights-available",
            label_ceiling="weights-available", findings=frozenset({"license-text-missing"}),
            checks={"terms-use-unrestricted": "not_met"},
        ),
    ),
    Case(
        "mit text with a user cap",
        lambda t: [model("acme/capped", {"license": "mit"}, {"LICENSE": t("mit") + USER_CAP.encode()})],
        Right(
            "modified", "mit", "MIT", (0, 4), "weights-only", also=("declared-only",),
            findings=frozenset({"license-modified"}),
            checks={"terms-license-text-unmodified": "not_met", "terms-grant-established": "unknown"},
            more=changed_lines,
        ),
        texts=True,
    ),
    Case(
        "the license file is a pointer",
        lambda t: [model("acme/pointer", {"license": "apache-2.0"}, {"LICENSE": POINTER})],
        Right(
            "pointer-only", "apache-2.0", "Apache-2.0", (4, 4), "open-weights", also=("declared-only",),
            findings=frozenset({"license-pointer-only", "license-text-missing", "license-link-unpinned"}),
        ),
    ),
    Case(
        "openrail decided by its text",
        lambda t: [model("acme/rail", {"license": "openrail"}, {"LICENSE": t("creativeml-openrail-m")})],
        Right(
            "text-only", "creativeml-openrail-m", "LicenseRef-creativeml-openrail-m", (3, 3), "weights-available",
            label_ceiling="weights-available",
            checks={"terms-license-text-present": "met"},
        ),
        texts=True,
    ),
    Case(
        "kimi k2: a name seen with several texts, decided by its text",
        lambda t: [
            model("moonshotai/Kimi-K2-Instruct",
                  {"license": OTHER, "license_name": "modified-mit"}, {"LICENSE": t("kimi-k2-modified-mit")})
        ],
        Right(
            "text-only", "kimi-modified-mit", "LicenseRef-kimi-modified-mit", (4, 4), "open-weights",
            checks={"terms-license-text-unmodified": "met"}, more=badge,
        ),
        texts=True,
    ),
    Case(
        "openrail alone",
        lambda t: [model("acme/openrail", {"license": "openrail"})],
        Right(
            "unresolved", None, None, (0, 4), "weights-only",
            candidates=("bigcode-openrail-m", "bigscience-openrail-m", "creativeml-openrail-m", "openrail++"),
            findings=frozenset({"license-unresolved", "ambiguous-license-tag"}),
        ),
    ),
    Case(
        "LICENSE for the code, MODEL_LICENSE for the weights",
        lambda t: [
            model("acme/split", {"license": OTHER},
                  {"LICENSE": t("mit"), "MODEL_LICENSE": t("deepseek-model-1.0"), "modeling_acme.py": b"pass\n"})
        ],
        Right(
            "text-only", "deepseek-model-1.0", "LicenseRef-deepseek-model-1.0", (3, 3), "weights-available",
            label_ceiling="weights-available", more=code_apart,
        ),
        texts=True,
    ),
    Case(
        "license: ???",
        lambda t: [model("acme/what", {"license": "???"})],
        Right(
            "unresolved", None, None, (0, 4), "weights-only",
            findings=frozenset({"license-unresolved"}), checks={"terms-grant-established": "unknown"},
        ),
    ),
    Case(
        "MIT in upper case",
        lambda t: [model("acme/shouting", {"license": "MIT"})],
        Right(
            "declared-only", "mit", "MIT", (4, 4), "open-weights", findings=frozenset({"license-text-missing"}),
            checks={"terms-license-declared": "met", "terms-license-text-present": "not_met"},
        ),
    ),
    Case(
        "an adapter over a gated base",
        lambda t: [
            model("acme/lora", {"license": "mit", "library_name": "peft"}, weights=ADAPTER,
                  record={"library_name": "peft", "transformersInfo": None,
                          "config": {"peft": {"base_model_name_or_path": "acme/gated-base", "task_type": "CAUSAL_LM"}}}),
            model("acme/gated-base", {"license": "llama3.2"}, gated="manual"),
        ],
        Right(
            "conflict", "mit", "MIT", (2, 2), "weights-available", also=("declared-only",),
            findings=frozenset({"license-conflict", "license-text-missing", "undeclared-base"}),
            more=adapter,
        ),
    ),
    Case(
        "a stated choice",
        lambda t: [model("acme/choice", {"license": "mit OR apache-2.0"})],
        Right(
            "multiple", "apache-2.0 OR mit", "Apache-2.0 OR MIT", (4, 4), "open-weights", also=("declared-only",),
            findings=frozenset({"license-text-missing"}),
        ),
    ),
    Case(
        "a text nobody knows and no tag",
        lambda t: [model("acme/custom", {"language": ["en"]}, {"LICENSE": CUSTOM})],
        Right(
            "unresolved", None, None, (0, 4), "weights-only", findings=frozenset({"license-unresolved"}),
            checks={"terms-grant-established": "unknown", "terms-license-declared": "not_met"},
        ),
    ),
    Case(
        "the gate's prompt holds the license",
        lambda t: [
            model("acme/prompt", {"license": "llama3.2", "extra_gated_prompt": t("llama-3.2").decode()},
                  {"LICENSE.txt": b"hidden"}, gated="manual", card_outside_gate=True)
        ],
        Right(
            "confirmed", "llama3.2", "LicenseRef-llama3.2", (2, 2), "weights-available",
            label_ceiling="weights-available", candidates=None,
        ),
        texts=True,
    ),
]  # fmt: skip


def _audit(cases: list[Case], texts: Texts, tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """One command for all of them, as a legal team would run it."""
    repositories = [repository for case in cases for repository in case.repositories(texts)]
    assert len({(r.kind, r.id) for r in repositories}) >= len(repositories) - 2
    with ReplayHub(*repositories) as hub:
        return command(tmp_path_factory.mktemp("awkward"), hub.endpoint).audit(*map(_target, cases))


def _target(case: Case) -> str:
    return case.target or case.repositories(lambda slug: b"")[0].id


@pytest.fixture(scope="module")
def without_texts(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return _audit([case for case in CASES if not case.texts], lambda slug: b"", tmp_path_factory)


@pytest.fixture(scope="module")
def with_texts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ran]:
    # Two cases share an id, so each is asked alone.
    texts = license_texts()
    return {case.name: _audit([case], texts, tmp_path_factory) for case in CASES if case.texts}


@pytest.mark.parametrize("case", [pytest.param(c, id=c.name) for c in CASES if not c.texts])
def test_right_answer(case: Case, without_texts: Ran) -> None:
    assert without_texts.code == 0
    assert without_texts.errors == {}
    assert_right(without_texts.reports[_target(case)], case.right)


@pytest.mark.corpus
@pytest.mark.parametrize("case", [pytest.param(c, id=c.name) for c in CASES if c.texts])
def test_right_answer_with_texts(case: Case, with_texts: dict[str, Ran]) -> None:
    ran = with_texts[case.name]
    assert ran.code == 0
    assert_right(ran.report, case.right)


def test_a_misspelled_key_declares_nothing_for_sure(tmp_path_factory: pytest.TempPathFactory) -> None:
    """`licence:` is no key of the Hub: whatever is made of it, no license text is claimed to be confirmed."""
    with ReplayHub(model("acme/typo", {"licence": "mit"})) as hub:
        report = command(tmp_path_factory.mktemp("typo"), hub.endpoint).audit("acme/typo").report
    weights = report["licenses"]["weights"]
    assert weights["status"] in ("missing", "declared-only")
    if weights["status"] == "missing":
        assert report["grades"]["terms"]["ceiling"] == 0
    else:
        assert weights["concluded"] == "mit"
        assert "license-text-missing" in findings_of(report)
