"""The chain of title: followed to its roots, or not followed and said so; nothing is washed on the way."""

from __future__ import annotations

from typing import Any

import pytest

from tests.end_to_end.command import Command, command
from tests.end_to_end.expectations import findings_of
from tests.end_to_end.repositories import CUSTOM, dataset, license_texts, model
from tests.replay_hub import ReplayHub
from tests.replay_hub.server import Allowance

MIT = {"license": "mit"}
OPEN = {"license": "apache-2.0"}


@pytest.fixture
def hub() -> Any:
    with ReplayHub() as running:
        yield running


def audited(tmp_path: Any, hub: ReplayHub, *repositories: Any) -> dict[str, Any]:
    for repository in repositories:
        hub.add(repository)
    made: Command = command(tmp_path, hub.endpoint)
    return made.audit(repositories[0].id).report


def chain(*cards: dict[str, Any]) -> list[Any]:
    """Models a/m0, a/m1 ... each made from the next."""
    last = len(cards) - 1
    return [
        model(f"a/m{n}", {**card, **({"base_model": f"a/m{n + 1}"} if n < last else {})})
        for n, card in enumerate(cards)
    ]


def test_a_chain_of_permissive_models_is_open_weights(tmp_path: Any, hub: ReplayHub) -> None:
    report = audited(tmp_path, hub, *chain(MIT, OPEN, OPEN))
    assert report["label"] == "open-weights"
    assert "lineage-not-followed" not in findings_of(report)
    assert {node["id"] for node in report["lineage"]["nodes"]} >= {"a/m0", "a/m1", "a/m2"}


@pytest.mark.parametrize("root", ["cc-by-nc-4.0", "llama3.1", "gemma"])
def test_the_strictest_of_the_chain_governs(tmp_path: Any, hub: ReplayHub, root: str) -> None:
    report = audited(tmp_path, hub, *chain(MIT, MIT, {"license": root}))
    assert report["label"] == "weights-available"
    assert report["grades"]["terms"]["ceiling"] <= 3
    assert "a/m2" in {who for term in report["effective_terms"].values() for who in term["from"]}


@pytest.mark.parametrize(
    "root",
    [
        {"license": "other"},
        {},
        {"license": "other", "license_name": "acme"},
        {"license": "unknown"},
        {"license": "llama"},
    ],
)
def test_a_root_that_grants_nothing_known_leaves_no_grant(tmp_path: Any, hub: ReplayHub, root: dict[str, Any]) -> None:
    report = audited(tmp_path, hub, *chain(MIT, MIT, root))
    assert report["label"] == "weights-only"
    assert report["grades"]["terms"]["level"] == 0


def test_a_base_that_is_not_there_is_a_node_and_no_gap(tmp_path: Any, hub: ReplayHub) -> None:
    report = audited(tmp_path, hub, model("a/m0", {**MIT, "base_model": "a/gone"}))
    assert report["label"] == "weights-only"
    assert "lineage-not-followed" in findings_of(report)
    assert {"id": "a/gone", "status": "missing"}.items() <= next(
        node.items() for node in report["lineage"]["nodes"] if node["id"] == "a/gone"
    )


def test_a_circle_is_never_followed_to_a_root(tmp_path: Any, hub: ReplayHub) -> None:
    report = audited(
        tmp_path, hub, model("a/m0", {**MIT, "base_model": "a/m1"}), model("a/m1", {**MIT, "base_model": "a/m0"})
    )
    assert report["label"] == "weights-only"
    assert "lineage-not-followed" in findings_of(report)


def test_the_text_of_a_base_counts_and_not_its_tag(tmp_path: Any, hub: ReplayHub) -> None:
    report = audited(
        tmp_path, hub, model("a/m0", {**MIT, "base_model": "a/m1"}), model("a/m1", MIT, {"LICENSE": CUSTOM})
    )
    assert report["label"] == "weights-only"
    assert report["grades"]["terms"]["level"] == 0


def test_a_modified_text_of_a_base_establishes_no_grant(tmp_path: Any, hub: ReplayHub) -> None:
    text = license_texts()("mit") + b"\nArmies may not use it.\n"
    report = audited(tmp_path, hub, model("a/m0", {**MIT, "base_model": "a/m1"}), model("a/m1", MIT, {"LICENSE": text}))
    assert report["label"] == "weights-only"


def test_every_parent_of_a_merge_counts(tmp_path: Any, hub: ReplayHub) -> None:
    merged = model("a/m0", {**MIT, "base_model": ["a/free", "a/nc"]}, bases=("merge", ["a/free", "a/nc"]))
    report = audited(tmp_path, hub, merged, model("a/free", OPEN), model("a/nc", {"license": "cc-by-nc-4.0"}))
    assert report["effective_terms"]["noncommercial_only"]["value"] is True
    assert report["grades"]["terms"]["level"] <= 1


def test_a_batch_of_derivatives_asks_for_the_base_once(tmp_path: Any, hub: ReplayHub) -> None:
    hub.add(model("a/base", OPEN, {"LICENSE": "the text\n"}))
    for number in range(12):
        hub.add(model(f"a/tuned{number}", {**OPEN, "base_model": "a/base"}))
    made = command(tmp_path, hub.endpoint)
    assert made.audit(*(f"a/tuned{number}" for number in range(12)), "--concurrency", "4").code == 0
    asked = [seen.path for seen in hub.seen]
    assert len([path for path in asked if path.endswith("/api/models/a/base") or "/api/models/a/base?" in path]) == 1
    assert len([path for path in asked if "/a/base/resolve/" in path]) == 2


def test_a_snapshot_with_ancestors_gives_the_same_report(tmp_path: Any, hub: ReplayHub) -> None:
    for one in chain(MIT, OPEN, {"license": "cc-by-nc-4.0"}):
        hub.add(one)
    made = command(tmp_path, hub.endpoint)
    assert made("snapshot", "a/m0", "-o", "evidence.zip").code == 0
    live, again = made.audit("a/m0").report, made.audit("evidence.zip").report
    assert again == live


def test_the_page_draws_the_chain_and_each_term_says_from_whom(tmp_path: Any, hub: ReplayHub) -> None:
    for one in [*chain(MIT, OPEN, {"license": "cc-by-nc-4.0"})]:
        hub.add(one)
    hub.add(model("a/m3", {"license": "mit", "base_model": ["a/m0", "a/gone", "<b>/x"], "datasets": ["a/data"]}))
    hub.add(dataset("a/data", {"license": "cc-by-4.0"}))
    made = command(tmp_path, hub.endpoint)
    report = made.audit("a/m3").report
    nodes = {node["id"]: node for node in report["lineage"]["nodes"]}
    assert nodes["a/m2"]["url"] == f"{hub.endpoint}/a/m2"
    assert nodes["a/data"]["url"] == f"{hub.endpoint}/datasets/a/data"
    assert nodes["<b>/x"]["url"] is None
    assert nodes["a/gone"]["license_status"] is None
    source = {"subject": "a/m2", "license": "cc-by-nc-4.0"}
    sources = report["effective_terms"]["noncommercial_only"]["sources"]
    assert [source.items() <= one.items() for one in sources] == [True]
    assert sources[0]["section"]
    page = made("audit", "a/m3", "--format", "html").out
    assert page.count('<svg class="lineage"') == 1
    assert "<b>" not in page
    assert "cannot be found: terms unknown" in page
    assert ", from <bdi>a/m2</bdi>" in page
    text = made("audit", "a/m3", "--format", "markdown").out
    assert "- made from a/gone: cannot be found: terms unknown" in text
    assert "from a/m2" in text


def test_a_gated_base_says_so_in_its_node(tmp_path: Any, hub: ReplayHub) -> None:
    report = audited(
        tmp_path, hub, model("a/m0", {**MIT, "base_model": "a/m1"}), model("a/m1", OPEN, record={"gated": "manual"})
    )
    nodes = {node["id"]: node for node in report["lineage"]["nodes"]}
    assert nodes["a/m1"]["gated"] is True
    assert nodes["a/m0"]["gated"] is False


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_chain_costs_one_request_for_each_model_and_one_for_each_text(
    tmp_path: Any, hub: ReplayHub, depth: int
) -> None:
    text = "See https://acme.example/terms for the terms of this model.\n"
    made = [model(one.id, one.record["cardData"], {"LICENSE": text}) for one in chain(*[OPEN] * (depth + 1))]
    audited(tmp_path, hub, *made)
    texts = 2 * (depth + 1)  # the card and the license file of each
    assert hub.started == depth + 1 + texts
    assert hub.count("api") == depth + 1


def test_a_diamond_of_ancestors_costs_each_of_them_once(tmp_path: Any, hub: ReplayHub) -> None:
    root = model("a/root", OPEN)
    sides = [model(f"a/side{n}", {**OPEN, "base_model": "a/root"}) for n in range(3)]
    top = model("a/top", {**OPEN, "base_model": [one.id for one in sides]}, bases=("merge", [one.id for one in sides]))
    audited(tmp_path, hub, top, *sides, root)
    assert hub.count("api") == 5
    assert hub.started == 5 + 5  # and the card of each


def test_five_hundred_derivatives_ask_for_their_base_once(tmp_path: Any, hub: ReplayHub) -> None:
    hub.add(model("a/base", OPEN, {"LICENSE": "See https://acme.example/terms for the terms.\n"}))
    # One request more than the Hub grants somebody without a token in five minutes.
    hub.allowances["api"] = Allowance("api", 1_000)
    names = [f"a/tuned{number}" for number in range(500)]
    for name in names:
        hub.add(model(name, {**OPEN, "base_model": "a/base"}))
    made = command(tmp_path, hub.endpoint)
    (made.cwd / "models.txt").write_text("\n".join(names), "utf-8")
    ran = made.audit("@models.txt")
    assert ran.code == 0
    assert len(ran.reports) == 500
    asked = [seen.path for seen in hub.seen if "/a/base" in seen.path and seen.kind in ("api", "resolve")]
    assert len(asked) == 3  # its record, its card, its license file
    assert hub.started == 500 * 2 + 3
