"""Attempts to make the command say yes where nothing proves it: each is something that really happens."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.command import Command, Ran, command
from tests.end_to_end.expectations import LADDER, assert_sound, findings_of
from tests.end_to_end.repositories import (
    ADAPTER,
    BODY,
    CUSTOM,
    GGUF,
    WEIGHTS,
    Texts,
    dataset,
    front_matter,
    license_texts,
    model,
)
from tests.replay_hub import ReplayHub, Repository

ACTS = ("fine-tune", "redistribute", "sell", "leave-the-vendor")
NO_FIELD = "\n\nThe software may not be used by armed forces or the police without the prior written consent of Acme.\n"
PAY = "Anybody who earns money with the software shall pay Acme one tenth of it every month.\n\n"
TITLE_ONLY = "Apache License\nVersion 2.0\n\n" + CUSTOM


@dataclass(frozen=True)
class Attempt:
    """A repository and the most that may be said of it."""

    name: str
    repositories: Callable[[Texts], Sequence[Repository]]
    label: str = "weights-only"
    """The highest label that may be given."""
    terms: int = 0
    """The highest level of the terms."""
    statuses: tuple[str, ...] = ()
    """The only statuses that are right; none named: anything but `confirmed`."""
    findings: frozenset[str] = frozenset()
    """Codes that must be there, not met."""
    never: tuple[str, ...] = ()
    """Expressions that must not be concluded."""
    grades: dict[str, int] = field(default_factory=dict)
    """The highest level of other dimensions."""
    texts: bool = False
    more: Callable[[dict[str, Any]], None] | None = None


def ceiling_open(report: dict[str, Any]) -> None:
    """What was not read as a whole may still hold a grant: `none` is not known either."""
    assert report["licenses"]["weights"]["status"] != "missing"
    assert report["grades"]["terms"]["ceiling"] > 0
    assert "license-missing" not in findings_of(report)


def names_base(base: str) -> Callable[[dict[str, Any]], None]:
    def check(report: dict[str, Any]) -> None:
        assert base in {edge["to"] for edge in report["lineage"]["edges"]}
        assert base in findings_of(report)["lineage-not-followed"]["detail"]

    return check


def no_exact(report: dict[str, Any]) -> None:
    detected = report["licenses"]["weights"]["detected"]
    assert [entry["raw"] for entry in detected if entry["match"] and entry["match"]["status"] == "exact"] == []


def data_not_there(report: dict[str, Any]) -> None:
    assert findings_of(report)["data-listed-exist"]["outcome"] == "not_met"
    assert report["capabilities"]["inspect-training-data"]["answer"] not in ("yes", "with-conditions")
    assert report["grades"]["data"]["level"] <= 1


def strictest_binds(report: dict[str, Any]) -> None:
    assert report["effective_terms"]["share_alike"]["value"] != "none"
    assert report["effective_terms"]["disclose_source"]["value"] != "none"
    assert "provide-source" in {duty["kind"] for duty in report["obligations"]}


LINEAGE = frozenset({"lineage-not-followed"})
MIT = {"license": "mit"}

ATTEMPTS = [
    Attempt("the tag names a family: cc", lambda t: [model("a/cc", {"license": "cc"})], statuses=("unresolved",)),
    Attempt("the tag names a family: bsd", lambda t: [model("a/bsd", {"license": "bsd"})], statuses=("unresolved",)),
    Attempt("the tag says other", lambda t: [model("a/other", {"license": "other"})], statuses=("unresolved",)),
    Attempt("the tag says unknown", lambda t: [model("a/unknown", {"license": "unknown"})], statuses=("unresolved",)),
    Attempt("no version: apache", lambda t: [model("a/apache", {"license": "apache"})], statuses=("unresolved",)),
    Attempt("a neighbor of mit", lambda t: [model("a/mit-0", {"license": "mit-like"})], statuses=("unresolved",)),
    Attempt("a look-alike letter", lambda t: [model("a/homoglyph", {"license": "m\u0456t"})], statuses=("unresolved",)),
    Attempt("a name that denies", lambda t: [model("a/not", {"license": "not apache-2.0"})], statuses=("unresolved",)),
    Attempt(
        "an expression with an unknown part",
        lambda t: [model("a/expr", {"license": "apache-2.0 AND acme-anvil"})], statuses=("unresolved",),
    ),
    Attempt(
        "a choice with an unknown part",
        lambda t: [model("a/expr-or", {"license": "acme-anvil OR acme-hammer"})], statuses=("unresolved",),
    ),
    Attempt(
        "modified-mit by name alone",
        lambda t: [model("a/modified", {"license": "other", "license_name": "modified-mit"})], statuses=("unresolved",),
    ),
    Attempt(
        "other, and a license_name that means nothing",
        lambda t: [model("a/named", {"license": "other", "license_name": "acme-open-1", "license_link": "LICENSE"})],
        statuses=("unresolved",),
    ),
    Attempt(
        "the card says that the code is MIT",
        lambda t: [model("a/code", {"language": ["en"]}, body=BODY + "\nThe source code is released under the MIT license.\n")],
        statuses=("missing",), never=("mit",),
    ),
    Attempt(
        "a third party's license below another folder",
        lambda t: [model("a/third", {"language": ["en"]}, {"third_party/anvil/LICENSE": t("mit")})],
        statuses=("missing", "unresolved"), never=("mit",), texts=True,
    ),
    Attempt(
        "the tag says mit, the text is the GPL",
        lambda t: [model("a/gpl", MIT, {"LICENSE": t("gpl-3.0")})],
        label="open-weights", terms=4, statuses=("conflict",), findings=frozenset({"license-conflict"}),
        never=("mit", "gpl-3.0"), texts=True, more=strictest_binds,
    ),
    Attempt(
        "the GPL under the title of MIT",
        lambda t: [model("a/titled", MIT, {"LICENSE": b"MIT License\n\n" + t("gpl-3.0")})],
        label="open-weights", terms=4, statuses=("conflict", "modified"), never=("mit",), texts=True,
    ),
    Attempt(
        "BSD with a clause more",
        lambda t: [model("a/bsd-plus", {"license": "bsd-3-clause"}, {"LICENSE": t("bsd-3-clause") + NO_FIELD.encode()})],
        statuses=("modified",), findings=frozenset({"license-modified"}), texts=True, more=no_exact,
    ),
    Attempt(
        "MIT with a duty in front",
        lambda t: [model("a/mit-front", MIT, {"LICENSE": PAY.encode() + t("mit")})],
        statuses=("modified",), findings=frozenset({"license-modified"}), texts=True, more=no_exact,
    ),
    Attempt(
        "Apache with a duty at its end",
        lambda t: [model("a/apache-plus", {"license": "apache-2.0"}, {"LICENSE": t("apache-2.0") + NO_FIELD.encode()})],
        statuses=("modified",), findings=frozenset({"license-modified"}), texts=True, more=no_exact,
    ),
    Attempt(
        "MIT with a word taken out",
        lambda t: [model("a/mit-cut", MIT, {"LICENSE": t("mit").replace(b"sublicense, and/or sell", b"and/or view")})],
        statuses=("modified",), texts=True, more=no_exact,
    ),
    Attempt(
        "the Kimi text under the tag mit",
        lambda t: [model("a/kimi", MIT, {"LICENSE": t("kimi-k2-modified-mit")})],
        label="open-weights", terms=4, statuses=("conflict", "modified"), never=("mit",), texts=True,
    ),
    Attempt(
        "MIT beside the use policy of another license",
        lambda t: [model("a/foreign-policy", MIT, {"LICENSE": t("mit"), "USE_POLICY.md": t("llama-3.1-use-policy")})],
        label="weights-available", terms=2, statuses=("conflict",), findings=frozenset({"license-conflict"}),
        never=("mit",), texts=True,
    ),
    Attempt(
        "a clause under a heading of a license file that looks like a card",
        lambda t: [
            model("a/headed", MIT, {"LICENSE": b"# Acme Anvil\n\n## License\n\n" + t("mit") + b"\n## Usage\n\nGovernments pay a fee.\n"})
        ],
        statuses=("modified",), findings=frozenset({"license-modified"}), texts=True, more=no_exact,
    ),
    Attempt(
        "modified-mit over the plain MIT text",
        lambda t: [model("a/modified-plain", {"license": "other", "license_name": "modified-mit"}, {"LICENSE": t("mit")})],
        label="open-weights", terms=4, statuses=("conflict",), findings=frozenset({"license-conflict"}),
        never=("mit",), texts=True,
    ),
    Attempt(
        "custom over the Apache text",
        lambda t: [model("a/custom", {"license": "other", "license_name": "custom"}, {"LICENSE": t("apache-2.0")})],
        statuses=("unresolved",), never=("apache-2.0",), texts=True,
    ),
    Attempt(
        "a family over the text of another license",
        lambda t: [model("a/gfdl", {"license": "gfdl"}, {"LICENSE": t("apache-2.0")})],
        label="open-weights", terms=4, statuses=("conflict",), findings=frozenset({"license-conflict"}),
        never=("apache-2.0",), texts=True,
    ),
    Attempt(
        "MIT beside a use policy nobody has read",
        lambda t: [model("a/policy", MIT, {"LICENSE": t("mit"), "USE_POLICY.md": CUSTOM})],
        statuses=("unresolved",), texts=True,
    ),
    Attempt(
        "only the title of Apache, then other words",
        lambda t: [model("a/title", {"license": "apache-2.0"}, {"LICENSE": TITLE_ONLY})], more=no_exact,
    ),
    Attempt(
        "a text nobody knows under the tag mit",
        lambda t: [model("a/custom-mit", MIT, {"LICENSE": CUSTOM})], statuses=("unresolved",), more=no_exact,
    ),
    Attempt(
        "a PDF as license",
        lambda t: [model("a/pdf", MIT, {"LICENSE.pdf": b"%PDF-1.7 \0\1\2"})],
        label="open-weights", terms=4, statuses=("unreadable",),
    ),
    Attempt(
        "a Git LFS pointer as license",
        lambda t: [model("a/lfs", MIT, {"LICENSE": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"})],
        label="open-weights", terms=4, statuses=("unreadable",),
    ),
    Attempt(
        "an empty LICENSE",
        lambda t: [model("a/empty-license", MIT, {"LICENSE": b"\n"})],
        label="open-weights", terms=4, statuses=("declared-only", "pointer-only", "unreadable"),
        findings=frozenset({"license-text-missing"}),
    ),
    Attempt(
        "the card's words contradict the tag",
        lambda t: [model("a/prose", MIT, body=BODY + "\n## License\n\nThe model weights are released under the CC-BY-NC-4.0 license.\n")],
        label="weights-available", terms=1, statuses=("conflict",), findings=frozenset({"license-conflict"}),
        never=("mit",),
    ),
    Attempt(
        "the card's words name another license, with a version",
        lambda t: [model("a/prose-version", MIT, body=BODY + "\nThe model weights are released under CC BY-NC 4.0.\n")],
        label="weights-available", terms=1, statuses=("conflict",), never=("mit",),
    ),
    Attempt(
        "the card's words bar commerce",
        lambda t: [model("a/prose-nc", MIT, body=BODY + "\n## License\n\nThis model is for non-commercial research purposes only.\n")],
        label="weights-available", terms=1, statuses=("conflict", "modified", "unresolved"), never=("mit",),
    ),
    Attempt(
        "no key, and a license named in words: stated is not missing",
        lambda t: [model("a/prose-apache", {"language": ["en"]}, body=BODY + "\nThe model is released under the Apache 2.0 license.\n")],
        statuses=("unresolved",), more=ceiling_open,
    ),
    Attempt(
        "the card's key twice",
        lambda t: [model("a/twice", MIT, {"README.md": f"---\nlicense: mit\nlicense: cc-by-nc-4.0\n---\n{BODY}"})],
        label="weights-available", terms=1, never=("mit",),
    ),
    Attempt(
        "the README says something else than the record",
        lambda t: [model("a/differs", MIT, {"README.md": front_matter({"license": "cc-by-nc-4.0"})})],
        label="weights-available", terms=1, never=("mit",),
    ),
    Attempt(
        "a base named in prose only",
        lambda t: [model("a/prose-base", MIT, body=BODY + "\nThis is a fine-tuned version of [it](https://huggingface.co/meta-llama/Llama-3.1-8B).\n")],
        findings=LINEAGE | {"undeclared-base"}, more=names_base("meta-llama/Llama-3.1-8B"),
    ),
    Attempt(
        "a base named in adapter_config only",
        lambda t: [model("a/adapter", MIT, weights=ADAPTER, record={"config": {"peft": {"base_model_name_or_path": "acme/base-8b"}}})],
        findings=LINEAGE | {"undeclared-base"}, more=names_base("acme/base-8b"), grades={"weights": 0},
    ),
    Attempt(
        "an adapter that names no base",
        lambda t: [model("a/no-base", MIT, weights=ADAPTER, record={"library_name": "peft", "config": {}, "transformersInfo": None})],
    ),
    Attempt(
        "a base in the tags of a gguf only",
        lambda t: [model("a/GGUF", MIT, weights=GGUF, record={"tags": ["gguf", "license:mit", "base_model:quantized:meta-llama/Llama-3.1-8B"]})],
        findings=LINEAGE, more=names_base("meta-llama/Llama-3.1-8B"),
    ),
    Attempt(
        "a relation and no base",
        lambda t: [model("a/relation", {**MIT, "base_model_relation": "quantized"}, weights=GGUF)],
    ),
    Attempt(
        "a gguf that names no base",
        lambda t: [model("a/copy-GGUF", MIT, weights=GGUF)],
        findings=LINEAGE,
    ),
    Attempt(
        "a merge of models named in plain words",
        lambda t: [model("a/merge", MIT, body=BODY + "\nThis is a merge of meta-llama/Llama-3.1-8B and acme/other.\n")],
        findings=LINEAGE | {"undeclared-base"}, more=names_base("meta-llama/Llama-3.1-8B"),
    ),
    Attempt(
        "a base that is no repository id",
        lambda t: [model("a/strange-base", {**MIT, "base_model": "the big llama of last year"})],
        findings=LINEAGE,
    ),
    Attempt(
        "a base that names itself",
        lambda t: [model("a/circle", {**MIT, "base_model": "b/circle"}), model("b/circle", {**MIT, "base_model": "a/circle"})],
        findings=LINEAGE, more=names_base("b/circle"),
    ),
    Attempt(
        "a mis-tagged parent does not wash the grandparent",
        lambda t: [
            model("a/child", {**MIT, "base_model": "b/washed"}),
            model("b/washed", {**MIT, "base_model": "c/nc"}),
            model("c/nc", {"license": "cc-by-nc-4.0"}),
        ],
        label="weights-available", terms=1, more=lambda report: _ceiling(report, 1),
    ),
    Attempt(
        "a data set that is not there",
        lambda t: [model("a/no-data", {**MIT, "datasets": ["acme/never-was"]})],
        label="open-weights", terms=4, statuses=("declared-only",), findings=frozenset({"data-set-missing"}),
        more=data_not_there,
    ),
    Attempt(
        "a data set without a license",
        lambda t: [model("a/bare-data", {**MIT, "datasets": ["acme/bare"]}), dataset("acme/bare")],
        label="open-weights", terms=4, statuses=("declared-only",), findings=frozenset({"data-terms-unknown"}),
        more=lambda report: _data_at_most(report, 2),
    ),
    Attempt(
        "a permissive tag behind a gate by hand",
        lambda t: [model("a/by-hand", MIT, gated="manual")],
        label="weights-available", terms=4, statuses=("declared-only",), grades={"weights": 1},
    ),
    Attempt(
        "a text behind the gate",
        lambda t: [model("a/gated-text", MIT, {"LICENSE": b"hidden"}, gated="auto")],
        label="open-weights", terms=4, statuses=("unreadable",), findings=frozenset({"license-text-unreadable"}),
        grades={"weights": 2},
    ),
    Attempt(
        "a record that does not say whether there is a gate",
        lambda t: [model("a/no-gate-said", MIT, record={"gated": None})],
        label="api-only", terms=4, statuses=("declared-only",), grades={"weights": 0},
    ),
    Attempt(
        "switched off by the Hub",
        lambda t: [model("a/disabled", MIT, disabled=True)],
        label="api-only", terms=4, grades={"weights": 0},
    ),
    Attempt(
        "a license and no weights",
        lambda t: [model("a/empty", MIT, {"LICENSE": t("mit")}, weights={})],
        label="closed", statuses=("confirmed",), grades={"weights": 0}, texts=True,
    ),
    Attempt(
        "two shards of three",
        lambda t: [model("a/shards", MIT, weights={
            "config.json": b"{}", "model-00001-of-00003.safetensors": b"\0", "model-00002-of-00003.safetensors": b"\0",
        })],
        label="api-only", terms=4, statuses=("declared-only",), grades={"weights": 0},
    ),
    Attempt(
        "only the optimizer and the training arguments",
        lambda t: [model("a/leftovers", MIT, weights={"config.json": b"{}", "optimizer.pt": b"\0", "training_args.bin": b"\0"})],
        label="closed", grades={"weights": 0}, statuses=("declared-only",),
    ),
    Attempt(
        "no file list in the record",
        lambda t: [model("a/no-list", {"language": ["en"]}, record={"siblings": None})],
        label="api-only", grades={"weights": 0}, more=ceiling_open,
    ),
    Attempt(
        "a card that was cut off",
        lambda t: [model("a/long", {"language": ["en"]}, body=BODY + "word " * 500_000)], more=ceiling_open,
    ),
    Attempt(
        "a license that needs accepting in words",
        lambda t: [model("a/prompted", MIT, gated="auto", record={
            "cardData": {**MIT, "extra_gated_prompt": "You agree to use the model for non-commercial research only."},
        })],
        label="open-weights", terms=4, statuses=("declared-only", "conflict", "unresolved"), grades={"weights": 2},
    ),
    Attempt(
        "a link that says apache, a tag that says other",
        lambda t: [model("a/linked", {"license": "other", "license_link": "https://acme.example/apache-2.0"})],
        statuses=("unresolved",), never=("apache-2.0",),
    ),
    Attempt(
        "a link to a file that is not there",
        lambda t: [model("a/broken-link", {"license": "other", "license_name": "acme", "license_link": "MODEL_LICENSE"})],
        statuses=("unresolved",),
    ),
    Attempt("a license that is a number", lambda t: [model("a/number", {"license": 2})], statuses=("unresolved", "missing")),
    Attempt("a license that is a mapping", lambda t: [model("a/map", {"license": {"mit": True}})], statuses=("unresolved", "missing")),
    Attempt("an empty list", lambda t: [model("a/list", {"license": []})], statuses=("missing",)),
    Attempt(
        "a list with one entry nobody knows",
        lambda t: [model("a/half", {"license": ["mit", "acme-anvil"]})], statuses=("multiple", "unresolved"),
    ),
]  # fmt: skip


def _ceiling(report: dict[str, Any], highest: int) -> None:
    assert report["grades"]["terms"]["ceiling"] <= highest
    assert LADDER.index(report["label_ceiling"]) <= LADDER.index("weights-available")


def _data_at_most(report: dict[str, Any], level: int) -> None:
    assert report["grades"]["data"]["level"] <= level
    assert findings_of(report)["data-listed-licensed"]["outcome"] == "not_met"


def _audit(attempts: list[Attempt], texts: Texts, folder: Path) -> Ran:
    repositories = [repository for attempt in attempts for repository in attempt.repositories(texts)]
    assert len({(r.kind, r.id) for r in repositories}) == len(repositories)
    with ReplayHub(*repositories) as hub:
        return command(folder, hub.endpoint).audit(*map(_target, attempts))


def _target(attempt: Attempt) -> str:
    return attempt.repositories(lambda slug: b"")[0].id


@pytest.fixture(scope="module")
def without_texts(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return _audit([a for a in ATTEMPTS if not a.texts], lambda slug: b"", tmp_path_factory.mktemp("false-yes"))


@pytest.fixture(scope="module")
def with_texts(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    return _audit([a for a in ATTEMPTS if a.texts], license_texts(), tmp_path_factory.mktemp("false-yes-texts"))


def _assert_no_yes(report: dict[str, Any], attempt: Attempt) -> None:
    weights, terms = report["licenses"]["weights"], report["grades"]["terms"]
    findings = findings_of(report)
    assert LADDER.index(report["label"]) <= LADDER.index(attempt.label), report["label"]
    assert terms["level"] <= attempt.terms, terms
    if attempt.statuses:
        assert weights["status"] in attempt.statuses
    else:
        assert weights["status"] != "confirmed"
    assert weights["concluded"] not in attempt.never
    assert attempt.findings <= {code for code, finding in findings.items() if finding["outcome"] == "not_met"}
    for dimension, level in attempt.grades.items():
        assert report["grades"][dimension]["level"] <= level, dimension
    if attempt.terms == 0:
        for act in ACTS:
            assert report["capabilities"][act]["answer"] in ("no", "unknown"), act
        assert report["capabilities"]["run-locally"]["answer"] != "yes"
        assert findings["terms-grant-established"]["outcome"] in ("not_met", "unknown")
    if LADDER.index(attempt.label) < LADDER.index("weights-only"):
        for act in ("run-locally", "keep-data-in-house"):
            assert report["capabilities"][act]["answer"] != "yes", act
    assert_sound(report)
    if attempt.more:
        attempt.more(report)


@pytest.mark.parametrize("attempt", [pytest.param(a, id=a.name) for a in ATTEMPTS if not a.texts])
def test_no_false_yes(attempt: Attempt, without_texts: Ran) -> None:
    assert without_texts.errors == {}
    _assert_no_yes(without_texts.reports[_target(attempt)], attempt)


@pytest.mark.corpus
@pytest.mark.parametrize("attempt", [pytest.param(a, id=a.name) for a in ATTEMPTS if a.texts])
def test_no_false_yes_with_texts(attempt: Attempt, with_texts: Ran) -> None:
    assert with_texts.errors == {}
    _assert_no_yes(with_texts.reports[_target(attempt)], attempt)


# -- what only a folder, a list or another command can try ------------------------------------------------------


def _folder(place: Path, files: dict[str, bytes | str]) -> Path:
    for name, data in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.encode() if isinstance(data, str) else data)
    return place


def test_a_partial_folder_is_no_repository_without_a_license(auditor: Command) -> None:
    _folder(auditor.cwd / "part", {"README.md": BODY, **WEIGHTS})
    part, whole = auditor.audit("./part").report, auditor.audit("./part", "--complete").report
    ceiling_open(part)
    assert part["grades"]["terms"]["level"] == 0
    assert findings_of(part)["terms-license-declared"]["outcome"] == "unknown"
    assert whole["licenses"]["weights"]["status"] == "missing"
    assert whole["grades"]["terms"]["ceiling"] == 0


def test_a_folder_does_not_borrow_what_is_known_of_its_name(auditor: Command) -> None:
    """The catalog knows models by id; a folder can be called anything."""
    _folder(auditor.cwd / "allenai" / "OLMo-2-1124-7B", {"README.md": BODY, **WEIGHTS})
    report = auditor.audit("path:allenai/OLMo-2-1124-7B").report
    assert report["label"] in ("closed", "weights-only")
    assert report["grades"]["data"]["level"] == 0
    assert report["channels"] == []


def test_a_folder_of_a_quantized_copy_shows_its_base(auditor: Command) -> None:
    """The base stands in no metadata, only in the adapter's config."""
    config = json.dumps({"base_model_name_or_path": "meta-llama/Llama-3.1-8B", "peft_type": "LORA"})
    files: dict[str, bytes | str] = {"README.md": front_matter(MIT), **ADAPTER, "adapter_config.json": config}
    _folder(auditor.cwd / "lora", files)
    report = auditor.audit("./lora", "--complete").report
    assert report["grades"]["terms"]["level"] == 0
    assert report["label"] in ("closed", "api-only", "weights-only")
    names_base("meta-llama/Llama-3.1-8B")(report)


def test_what_is_private_is_not_judged(hub: ReplayHub, auditor: Command) -> None:
    hub.add(model("acme/secret", MIT, private=True))
    ran = auditor.audit("acme/secret")
    assert (ran.code, ran.batch["reports"]) == (3, [])
    assert ran.errors["acme/secret"]["code"] == "not-found"


@pytest.mark.parametrize("name", ["openai/gpt-5", "anthropic/claude-opus-4.5", "google/gemini-2.5-pro"])
def test_a_service_is_not_weights(auditor: Command, name: str) -> None:
    report = auditor.audit(f"disclosed:{name}").report
    assert (report["label"], report["label_ceiling"]) == ("api-only", "api-only")
    assert report["grades"]["weights"] | {"decided_by": [], "next": []} == {
        "level": 0, "ceiling": 0, "decided_by": [], "next": [], "inherited_from": None,
    }  # fmt: skip
    assert report["grades"]["terms"]["level"] == 0
    assert report["capabilities"]["run-locally"]["answer"] == "no"
    assert_sound(report)


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("before", "slug", "after", "license_id"),
    [
        (PAY, "mit", "", "mit"),
        ("", "mit", NO_FIELD, "mit"),
        ("", "apache-2.0", NO_FIELD, "apache-2.0"),
        ("", "bsd-3-clause", NO_FIELD, "bsd-3-clause"),
        ("", "cc0-1.0", NO_FIELD, "cc0-1.0"),
        ("MIT License\n\n", "gpl-3.0", "", "mit"),
        ("MIT License\n\n", "cc-by-nc-4.0", "", "mit"),
        ("", "kimi-k2-modified-mit", "", "mit"),
    ],
)
def test_identify_never_calls_a_changed_text_exact(
    auditor: Command, before: str, slug: str, after: str, license_id: str
) -> None:
    (auditor.cwd / "LICENSE").write_bytes(before.encode() + license_texts()(slug) + after.encode())
    ran = auditor("license", "identify", "LICENSE", "--format", "json")
    assert ran.code == 0
    (file,) = ran.batch["files"]
    exact = [match["id"] for match in file["matches"] if match["status"] == "exact"]
    assert license_id not in exact
    if before == PAY or after == NO_FIELD:
        assert exact == []


def test_identify_knows_no_license_in_words_of_our_own(auditor: Command) -> None:
    (auditor.cwd / "LICENSE").write_text(CUSTOM)
    ran = auditor("license", "identify", "LICENSE", "--format", "json")
    assert ran.code == 0
    assert ran.batch["files"][0]["matches"] == []
