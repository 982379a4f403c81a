"""Base models and datasets: each asked for once, nothing dropped, circles and caps named."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import HubUnreachable
from auditor.fetch.hub_records import files_of, is_plain_path
from auditor.fetch.related import Memo
from auditor.model.repositories import named_repositories
from tests.replay_hub import Fault, ReplayHub, Repository
from tests.unit.fetch.hub_setting import options, source, target

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.sampled_from(["acme/a", "base_model:acme/a", "../x"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["models", "id", "ids", "relation", "rfilename", "peft", "base_model", "datasets"]), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


def based(hub: ReplayHub, name: str, *bases: str, **record: Any) -> Repository:
    card = {"base_model": list(bases)} if bases else {}
    return hub.add(Repository(name, record={"cardData": card, **record}))


def related(hub: ReplayHub, name: str, **more: Any) -> dict[str, str]:
    snapshot = source().fetch(target(name), options(hub, retries=0, **more))
    return {one.id: one.status for one in snapshot.related}


class TestNames:
    @pytest.mark.parametrize(
        ("record", "expected"),
        [
            ({"baseModels": {"relation": "quantized", "models": [{"_id": "1", "id": "acme/a"}]}}, {"acme/a": "quantized"}),
            ({"baseModels": {"relation": "merge", "ids": ["acme/a", "acme/b"]}}, {"acme/a": "merge", "acme/b": "merge"}),
            ({"baseModels": ["acme/a"]}, {"acme/a": "base"}),
            ({"cardData": {"base_model": "acme/a"}}, {"acme/a": "base"}),
            ({"cardData": {"base_model": ["acme/a"], "base_model_relation": "adapter"}}, {"acme/a": "adapter"}),
            ({"cardData": {"base_model": "acme/a", "base_model_relation": "stolen"}}, {"acme/a": "base"}),
            ({"cardData": {"base_model": "acme/a"}, "tags": ["base_model:acme/a", "base_model:finetune:acme/a"]}, {"acme/a": "finetune"}),
            ({"tags": ["base_model:Acme/A"], "cardData": {"base_model": "acme/a"}}, {"acme/a": "base"}),
            ({"config": {"peft": {"base_model_name_or_path": "acme/a"}}}, {"acme/a": "adapter"}),
            ({"tags": ["dataset:acme/d", "license:mit"]}, {"acme/d": "trained-on-dataset"}),
            ({"cardData": {"datasets": "datasets/acme/d"}}, {"acme/d": "trained-on-dataset"}),
        ],
    )  # fmt: skip
    def test_are_read_from_every_place_once(self, record: dict[str, Any], expected: dict[str, str]) -> None:
        named, refused = named_repositories("model", record)
        assert {one.id: one.relation for one in named} == expected
        assert refused == []

    def test_that_are_no_ids_are_kept_apart(self) -> None:
        record = {"cardData": {"base_model": ["/home/acme/model", "../x", "acme/a"], "datasets": ["my own data"]}}
        named, refused = named_repositories("model", record)
        assert [one.id for one in named] == ["acme/a"]
        assert [(one.kind, one.id) for one in refused] == [
            ("model", "/home/acme/model"),
            ("model", "../x"),
            ("dataset", "my own data"),
        ]

    @given(st.dictionaries(st.sampled_from(["baseModels", "cardData", "tags", "config", "siblings"]), JSON))
    def test_of_any_shape_are_survived(self, record: dict[str, Any]) -> None:
        named, _ = named_repositories("model", record)
        assert all(".." not in one.id for one in named)
        files, _, _ = files_of(record)
        assert all(is_plain_path(entry.path) for entry in files)


def test_bases_and_datasets_cost_one_request_each(replay_hub: ReplayHub) -> None:
    replay_hub.add(Repository("acme/data", kind="dataset"))
    based(replay_hub, "acme/base")
    record = {"cardData": {"base_model": "acme/base", "datasets": ["acme/data"]}, "tags": ["base_model:finetune:acme/base", "dataset:acme/data"]}  # fmt: skip
    replay_hub.add(Repository("acme/model", record=record))
    snapshot = source().fetch(target(), options(replay_hub))
    assert [(one.kind, one.id, one.relation, one.status) for one in snapshot.related] == [
        ("model", "acme/base", "finetune", "read"),
        ("dataset", "acme/data", "trained-on-dataset", "read"),
    ]
    assert replay_hub.count("api") == 3
    assert snapshot.related[0].evidence[0].source == snapshot.key
    assert snapshot.related[0].evidence[0].path == "cardData.base_model"
    assert snapshot.related[0].record is not None


def test_ancestors_are_visited_and_name_who_names_them(replay_hub: ReplayHub) -> None:
    based(replay_hub, "acme/a", "acme/b")
    parent = based(replay_hub, "acme/b", "acme/c")
    based(replay_hub, "acme/c")
    snapshot = source().fetch(target("acme/a"), options(replay_hub))
    assert [one.id for one in snapshot.related] == ["acme/b", "acme/c"]
    assert snapshot.related[1].evidence[0].source == f"hub:acme/b@{parent.sha}"


def test_an_ancestor_of_two_parents_is_asked_for_once(replay_hub: ReplayHub) -> None:
    based(replay_hub, "acme/a", "acme/b", "acme/c")
    based(replay_hub, "acme/b", "acme/d")
    based(replay_hub, "acme/c", "acme/d")
    based(replay_hub, "acme/d")
    assert related(replay_hub, "acme/a") == dict.fromkeys(["acme/b", "acme/c", "acme/d"], "read")
    assert replay_hub.count("api") == 4


@pytest.mark.parametrize("name", ["acme/a", "ACME/A", "old-a"])
def test_a_circle_is_named_and_ends(replay_hub: ReplayHub, name: str) -> None:
    replay_hub.add(
        Repository("acme/a", record={"cardData": {"base_model": "acme/b"}}, renamed_from=("ACME/A", "old-a"))
    )
    based(replay_hub, "acme/b", name)
    snapshot = source().fetch(target("acme/a"), options(replay_hub))
    assert snapshot.related[0].status == "read"
    assert snapshot.related[1].status == "not-visited"
    assert "circle" in (snapshot.related[1].detail or "")
    assert len(snapshot.related) == 2


def test_a_model_that_is_its_own_base_is_a_circle(replay_hub: ReplayHub) -> None:
    based(replay_hub, "acme/a", "acme/a")
    assert related(replay_hub, "acme/a") == {"acme/a": "not-visited"}
    assert replay_hub.count("api") == 1


def test_depth_and_width_are_capped_and_the_rest_is_listed(replay_hub: ReplayHub) -> None:
    for number in range(6):
        based(replay_hub, f"acme/m{number}", f"acme/m{number + 1}")
    assert related(replay_hub, "acme/m0", depth=2) == {"acme/m1": "read", "acme/m2": "read", "acme/m3": "not-visited"}
    based(replay_hub, "acme/wide", *[f"acme/w{number}" for number in range(5)])
    found = related(replay_hub, "acme/wide", width=2)
    assert list(found.values()) == ["missing", "missing", "not-visited", "not-visited", "not-visited"]


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault.error(401, "x", code="GatedRepo"), "gated"),
        (Fault.error(404, "x", code="RepoNotFound"), "missing"),
        (Fault(status=500), "unreachable"),
        (Fault("html"), "unreachable"),
        (Fault("answer", status=200, body=b'{"_id":"1","id":"acme/base"}'), "unreachable"),
    ],
)
def test_a_base_that_cannot_be_read_says_how(replay_hub: ReplayHub, fault: Fault, status: str) -> None:
    based(replay_hub, "acme/base")
    based(replay_hub, "acme/a", "acme/base")
    replay_hub.fail(fault, "acme/base")
    assert related(replay_hub, "acme/a") == {"acme/base": status}


def test_a_renamed_base_keeps_the_name_that_was_written(replay_hub: ReplayHub) -> None:
    replay_hub.add(Repository("acme/new", renamed_from=("old",)))
    based(replay_hub, "acme/a", "old")
    snapshot = source().fetch(target("acme/a"), options(replay_hub))
    assert (snapshot.related[0].id, snapshot.related[0].detail) == ("old", "renamed to acme/new")


def test_the_memo_forgets_what_may_pass() -> None:
    memo = Memo()
    answers = iter([HubUnreachable("x"), {"id": "acme/a"}])

    def ask() -> dict[str, Any]:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with pytest.raises(HubUnreachable):
        memo.get(("", "model", "acme/a"), ask)
    assert memo.get(("", "model", "acme/a"), ask) == {"id": "acme/a"}
    assert memo.get(("", "model", "acme/a"), ask) == {"id": "acme/a"}
