"""What a model or dataset on the Hub costs, and what its snapshot holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from auditor.errors import BrokenAnswer, OfflineMiss, SubjectNotFound, UsageProblem
from auditor.fetch.documents import CARD_BYTES, TEXT_BYTES
from auditor.fetch.hub_client import MODEL_FIELDS
from auditor.model.snapshot import Snapshot
from tests.replay_hub import Fault, ReplayHub, Repository, load_captured
from tests.unit.fetch.hub_setting import NOW, model, options, source, target


def statuses(snapshot: Snapshot) -> dict[str, str]:
    return {document.path: document.status for document in snapshot.documents}


def asked_files(hub: ReplayHub) -> set[str]:
    return {seen.path.rpartition("/")[2] for seen in hub.seen if seen.kind == "resolve"}


def test_a_model_costs_one_record_and_one_get_for_each_text(replay_hub: ReplayHub) -> None:
    repository = replay_hub.add(model())
    subject = source()
    snapshot = subject.fetch(target(), options(replay_hub))
    assert replay_hub.count("api") == 1
    assert asked_files(replay_hub) == {"README.md", "LICENSE", "NOTICE", "USE_POLICY.md"}
    assert replay_hub.count("resolve") == 4
    assert replay_hub.count("redirect") == 4
    assert snapshot.revision == repository.sha
    assert snapshot.key == f"hub:acme/model@{repository.sha}"
    assert [document.role for document in snapshot.documents] == ["card", "license", "use-policy", "notice"]
    assert all(document.status == "read" and document.source == snapshot.key for document in snapshot.documents)
    assert snapshot.files_complete
    assert snapshot.card_complete
    assert [entry.path for entry in snapshot.files] == sorted(repository.files)
    assert snapshot.record is not None
    assert snapshot.record["cardData"] == {"license": "mit"}
    stats = subject.stats()
    assert (stats.requests, stats.redirects, stats.retries, stats.agent_harness) == (5, 4, 0, 0)
    assert "requests: 5" in subject.stats_line()


def test_files_are_asked_for_at_the_commit_of_the_record(replay_hub: ReplayHub) -> None:
    repository = replay_hub.add(model(tags=("v1",)))
    snapshot = source().fetch(target(revision="v1"), options(replay_hub))
    assert snapshot.revision == repository.sha
    resolved = [seen.path for seen in replay_hub.seen if seen.kind == "resolve"]
    assert resolved
    assert all(f"/resolve/{repository.sha}/" in path for path in resolved)


def test_the_record_is_asked_for_by_named_fields_only(replay_hub: ReplayHub) -> None:
    replay_hub.add(model(record={"widgetData": [1], "baseModels": {"relation": "merge", "models": []}}))
    snapshot = source().fetch(target(), options(replay_hub))
    assert [value for name, value in replay_hub.seen[0].query if name == "expand"] == MODEL_FIELDS
    assert snapshot.record is not None
    assert "widgetData" not in snapshot.record
    assert "baseModels" in snapshot.record


def test_refused_fields_lead_to_the_plain_question(replay_hub: ReplayHub) -> None:
    replay_hub.add(model())
    replay_hub.fail(Fault.error(400, "Invalid expand", without_expand=False))
    snapshot = source().fetch(target(), options(replay_hub))
    assert replay_hub.count("api") == 2
    assert snapshot.documents[0].status == "read"


def test_a_second_refusal_is_an_error(replay_hub: ReplayHub) -> None:
    replay_hub.add(model())
    replay_hub.fail(Fault.error(400, "no"))
    with pytest.raises(BrokenAnswer, match="acme/model"):
        source().fetch(target(), options(replay_hub))
    assert replay_hub.count("api") == 2


def test_a_dataset_is_a_subject_too(replay_hub: ReplayHub) -> None:
    replay_hub.add(Repository("acme/data", kind="dataset", files={"README.md": b"# Data", "LICENSE": b"terms"}))
    snapshot = source().fetch(target("acme/data", scheme="dataset"), options(replay_hub))
    assert snapshot.kind == "dataset"
    assert snapshot.url == f"{replay_hub.endpoint}/datasets/acme/data/tree/{snapshot.revision}"
    assert statuses(snapshot) == {"README.md": "read", "LICENSE": "read"}
    assert replay_hub.seen[0].path == "/api/datasets/acme/data"


def test_a_model_is_not_taken_for_a_dataset_of_the_same_name(replay_hub: ReplayHub) -> None:
    replay_hub.add(model("acme/both"))
    with pytest.raises(SubjectNotFound):
        source().fetch(target("acme/both", scheme="dataset"), options(replay_hub))


def test_a_renamed_repository_is_followed_and_both_ids_recorded(replay_hub: ReplayHub) -> None:
    replay_hub.add(model("acme/new", renamed_from=("old-name",)))
    subject = source()
    snapshot = subject.fetch(target("old-name"), options(replay_hub))
    assert (snapshot.id, snapshot.renamed_from, snapshot.requested) == ("acme/new", "old-name", "old-name")
    assert replay_hub.count("api") == 1
    assert all(seen.path.startswith("/acme/new/") for seen in replay_hub.seen if seen.kind == "resolve")


class TestSecondRun:
    def test_costs_one_request_to_learn_the_sha(self, replay_hub: ReplayHub, tmp_path: Path) -> None:
        replay_hub.add(model())
        first = source().fetch(target(), options(replay_hub, tmp_path))
        replay_hub.forget()
        subject = source()
        second = subject.fetch(target(), options(replay_hub, tmp_path))
        assert replay_hub.started == 1
        assert second == first
        assert subject.stats().from_store == 5

    def test_costs_one_request_with_bases_datasets_and_branches_too(
        self, replay_hub: ReplayHub, tmp_path: Path
    ) -> None:
        replay_hub.add(model("acme/base"))
        replay_hub.add(Repository("acme/data", kind="dataset"))
        replay_hub.add(model(record={"cardData": {"base_model": "acme/base", "datasets": ["acme/data"]}}))
        asked = options(replay_hub, tmp_path, checkpoints=True)
        first = source().fetch(target(), asked)
        assert replay_hub.count("api") == 4
        replay_hub.forget()
        assert source().fetch(target(), asked) == first
        assert replay_hub.started == 1

    def test_asks_again_for_what_changes_on_its_own_after_a_day(self, replay_hub: ReplayHub, tmp_path: Path) -> None:
        base = replay_hub.add(model("acme/base"))
        replay_hub.add(model(record={"cardData": {"base_model": "acme/base"}}))
        source().fetch(target(), options(replay_hub, tmp_path))
        base.record["cardData"] = {"license": "other"}
        replay_hub.forget()
        later = options(replay_hub, tmp_path, now="2026-02-05T04:05:06Z")
        snapshot = source().fetch(target(), later)
        assert replay_hub.started == 2
        assert snapshot.related[0].record is not None
        assert snapshot.related[0].record["cardData"] == {"license": "other"}

    def test_sees_that_a_repository_was_gated_meanwhile(self, replay_hub: ReplayHub, tmp_path: Path) -> None:
        repository = replay_hub.add(model())
        source().fetch(target(), options(replay_hub, tmp_path))
        repository.gated = "manual"
        snapshot = source().fetch(target(), options(replay_hub, tmp_path))
        assert snapshot.record is not None
        assert snapshot.record["gated"] == "manual"

    def test_costs_nothing_with_a_pinned_sha(self, replay_hub: ReplayHub, tmp_path: Path) -> None:
        repository = replay_hub.add(model())
        first = source().fetch(target(), options(replay_hub, tmp_path))
        replay_hub.forget()
        later = options(replay_hub, tmp_path, now="2026-09-09T00:00:00Z")
        second = source().fetch(target(revision=repository.sha), later)
        assert replay_hub.seen == []
        assert second == first
        assert second.retrieved_at == NOW

    def test_costs_nothing_offline_even_under_an_old_name(self, replay_hub: ReplayHub, tmp_path: Path) -> None:
        replay_hub.add(model("acme/new", renamed_from=("old-name",)))
        first = source().fetch(target("old-name"), options(replay_hub, tmp_path))
        replay_hub.forget()
        assert source().fetch(target("old-name"), options(replay_hub, tmp_path, offline=True)) == first
        assert replay_hub.seen == []

    def test_another_commit_is_read_anew(self, replay_hub: ReplayHub, tmp_path: Path) -> None:
        repository = replay_hub.add(model())
        source().fetch(target(), options(replay_hub, tmp_path))
        repository.sha = "b" * 40
        repository.files["LICENSE"] = b"other terms\n"
        snapshot = source().fetch(target(), options(replay_hub, tmp_path))
        assert snapshot.document("license").text == "other terms\n"  # type: ignore[union-attr]

    def test_another_endpoint_is_not_served_from_the_same_entries(
        self, replay_hub: ReplayHub, second_hub: ReplayHub, tmp_path: Path
    ) -> None:
        repository = replay_hub.add(model())
        source().fetch(target(), options(replay_hub, tmp_path))
        with pytest.raises(SubjectNotFound):
            source().fetch(target(revision=repository.sha), options(second_hub, tmp_path))

    def test_a_damaged_text_is_fetched_again(self, replay_hub: ReplayHub, tmp_path: Path) -> None:
        replay_hub.add(model())
        first = source().fetch(target(), options(replay_hub, tmp_path))
        replay_hub.forget()
        for path in tmp_path.rglob("objects/*/*"):
            if path.read_bytes() == b"Acme model terms\n":
                path.write_bytes(b"Acme free terms!\n")
        assert source().fetch(target(), options(replay_hub, tmp_path)) == first
        assert asked_files(replay_hub) == {"LICENSE"}


class TestOffline:
    def test_a_subject_never_seen_is_a_miss(self, replay_hub: ReplayHub, tmp_path: Path) -> None:
        with pytest.raises(OfflineMiss, match="acme/model"):
            source().fetch(target(), options(replay_hub, tmp_path, offline=True))
        assert replay_hub.seen == []

    def test_another_revision_is_a_miss(self, replay_hub: ReplayHub, tmp_path: Path) -> None:
        replay_hub.add(model(tags=("v1",)))
        source().fetch(target(), options(replay_hub, tmp_path))
        with pytest.raises(OfflineMiss):
            source().fetch(target(revision="v1"), options(replay_hub, tmp_path, offline=True))

    def test_a_text_that_was_not_kept_says_so(self, replay_hub: ReplayHub, tmp_path: Path) -> None:
        replay_hub.add(model())
        replay_hub.fail(Fault(status=500, on="resolve", path="LICENSE"))
        source().fetch(target(), options(replay_hub, tmp_path, retries=0))
        snapshot = source().fetch(target(), options(replay_hub, tmp_path, offline=True))
        assert statuses(snapshot)["LICENSE"] == "not-fetched"

    def test_a_base_model_that_was_not_kept_is_unreachable_not_absent(
        self, replay_hub: ReplayHub, tmp_path: Path
    ) -> None:
        replay_hub.add(model(record={"cardData": {"base_model": "acme/base"}}))
        replay_hub.fail(Fault(status=500), "acme/base")
        source().fetch(target(), options(replay_hub, tmp_path, retries=0))
        snapshot = source().fetch(target(), options(replay_hub, tmp_path, offline=True))
        assert [one.status for one in snapshot.related] == ["unreachable"]


class TestFiles:
    def test_hostile_names_are_never_asked_for(self, replay_hub: ReplayHub) -> None:
        names = [
            "../LICENSE",
            "/etc/LICENSE",
            "a\\LICENSE",
            "C:/LICENSE",
            "a/../../LICENSE",
            "./LICENSE",
            "LIC\nENSE",
            "",
        ]
        odd: list[Any] = [{"rfilename": name} for name in names] + [{"rfilename": 5}, {"rfilename": None}]
        replay_hub.add(Repository("acme/model", files={"README.md": b"# x"}, extra_siblings=tuple(odd)))
        snapshot = source().fetch(target(), options(replay_hub))
        assert asked_files(replay_hub) == {"README.md"}
        assert [entry.path for entry in snapshot.files] == ["README.md"]
        assert not snapshot.files_complete
        assert len([problem for problem in snapshot.problems if problem.code == "unsafe-file-name"]) == len(odd)

    def test_a_name_that_needs_quoting_stays_one_file(self, replay_hub: ReplayHub) -> None:
        replay_hub.add(Repository("acme/model", files={"licenses/LICENSE #1?x=%2e&é.txt": b"terms"}))
        snapshot = source().fetch(target(), options(replay_hub))
        assert statuses(snapshot) == {"licenses/LICENSE #1?x=%2e&é.txt": "read"}

    def test_without_a_list_of_files_nothing_is_complete(self, replay_hub: ReplayHub) -> None:
        replay_hub.add(model(record={"siblings": None}))
        snapshot = source().fetch(target(), options(replay_hub))
        assert (snapshot.files, snapshot.files_complete, snapshot.card_complete) == ((), False, False)
        assert replay_hub.started == 1

    def test_no_card_in_a_complete_list_is_a_complete_answer(self, replay_hub: ReplayHub) -> None:
        replay_hub.add(Repository("acme/model", files={"model.safetensors": b"x"}))
        assert source().fetch(target(), options(replay_hub)).card_complete

    @pytest.mark.parametrize("announced", [True, False])
    def test_a_text_that_is_too_large_is_not_read(self, replay_hub: ReplayHub, announced: bool, tmp_path: Path) -> None:
        repository = replay_hub.add(model())
        if announced:
            repository.files["LICENSE"] = b"x" * (TEXT_BYTES + 1)
        else:
            replay_hub.fail(Fault("huge", on="resolve", path="LICENSE", headers={"X-Repo-Commit": repository.sha}))
        snapshot = source().fetch(target(), options(replay_hub, tmp_path))
        assert statuses(snapshot)["LICENSE"] == "too-large"
        assert statuses(snapshot)["NOTICE"] == "read"
        again = source().fetch(target(revision=snapshot.revision), options(replay_hub, tmp_path))
        assert statuses(again)["LICENSE"] == "too-large"

    def test_a_large_card_is_read_in_part_and_says_so(self, replay_hub: ReplayHub) -> None:
        repository = replay_hub.add(model())
        repository.files["README.md"] = b"x" * (CARD_BYTES + 5)
        snapshot = source().fetch(target(), options(replay_hub))
        card = snapshot.document("card")
        assert card is not None
        assert card.text is not None
        assert len(card.text) == CARD_BYTES
        assert not snapshot.card_complete

    def test_a_listed_file_that_is_not_served_is_missing(self, replay_hub: ReplayHub, tmp_path: Path) -> None:
        replay_hub.add(model(extra_siblings=({"rfilename": "LICENSE.txt"},)))
        snapshot = source().fetch(target(), options(replay_hub, tmp_path))
        assert statuses(snapshot)["LICENSE.txt"] == "missing"
        assert [problem.code for problem in snapshot.problems] == ["file-missing"]
        replay_hub.forget()
        again = source().fetch(target(), options(replay_hub, tmp_path))
        assert replay_hub.started == 1
        assert [problem.code for problem in again.problems] == ["file-missing"]

    def test_no_more_than_the_cap_is_asked_for(self, replay_hub: ReplayHub) -> None:
        files = {f"licenses/LICENSE-{number}": b"x" for number in range(80)}
        replay_hub.add(Repository("acme/model", files=files, inline_files=True))
        snapshot = source().fetch(target(), options(replay_hub))
        assert replay_hub.count("resolve") == 64
        assert list(statuses(snapshot).values()).count("not-fetched") == 16


class TestBranches:
    @pytest.mark.parametrize(
        ("card", "tags"),
        [
            (b"We publish intermediate checkpoints.", []),
            (b"# x", ["training-checkpoints"]),
            (b"revision='step1000'", []),
        ],
    )
    def test_are_asked_for_when_card_or_tags_speak_of_checkpoints(
        self, replay_hub: ReplayHub, card: bytes, tags: list[str]
    ) -> None:
        replay_hub.add(
            Repository("acme/m", files={"README.md": card}, record={"tags": tags}, branches=("main", "step1"))
        )
        snapshot = source().fetch(target("acme/m"), options(replay_hub))
        assert snapshot.refs is not None
        assert [branch["name"] for branch in snapshot.refs["branches"]] == ["main", "step1"]
        assert replay_hub.count("api") == 2

    def test_are_asked_for_on_request(self, replay_hub: ReplayHub) -> None:
        replay_hub.add(model())
        assert source().fetch(target(), options(replay_hub, checkpoints=True)).refs is not None

    def test_cost_nothing_otherwise(self, replay_hub: ReplayHub) -> None:
        replay_hub.add(model())
        assert source().fetch(target(), options(replay_hub)).refs is None
        assert replay_hub.count("api") == 1

    def test_that_fail_are_a_problem_not_an_end(self, replay_hub: ReplayHub) -> None:
        replay_hub.add(model())
        replay_hub.fail(Fault(status=503, on="refs"))
        snapshot = source().fetch(target(), options(replay_hub, checkpoints=True, retries=0))
        assert snapshot.refs is None
        assert [problem.code for problem in snapshot.problems] == ["no-network"]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"sha": None}, "commit"),
        ({"sha": "main"}, "commit"),
        ({"id": None}, "record|sends"),
        ({"id": "../x"}, "id"),
        ({"safetensors": {"total": 1}}, "sends"),
    ],
)
def test_a_record_of_another_shape_is_a_broken_answer(
    replay_hub: ReplayHub, record: dict[str, Any], reason: str
) -> None:
    replay_hub.add(model(record=record))
    with pytest.raises(BrokenAnswer, match=reason):
        source().fetch(target(), options(replay_hub))


def test_a_record_of_another_commit_than_the_pinned_one_is_refused(replay_hub: ReplayHub) -> None:
    replay_hub.add(model(tags=("a" * 40,)))
    with pytest.raises(BrokenAnswer, match=r"a{40}"):
        source().fetch(target(revision="a" * 40), options(replay_hub))


def test_what_no_json_file_can_hold_is_replaced(replay_hub: ReplayHub, tmp_path: Path) -> None:
    replay_hub.add(model(record={"cardData": {"license": "\ud800", "n": 2**70, "\udfff": [2**70]}}))
    snapshot = source().fetch(target(), options(replay_hub, tmp_path))
    assert snapshot.record is not None
    assert snapshot.record["cardData"] == {"license": "?", "n": str(2**70), "?": [str(2**70)]}
    assert msgspec.json.encode(snapshot)


@pytest.mark.parametrize(
    "card", [[], "text", 5, {"base_model": {"a": 1}, "datasets": 3}, {"base_model": [None, 1, ""]}]
)
def test_a_card_of_any_shape_is_survived(replay_hub: ReplayHub, card: Any) -> None:
    replay_hub.add(model(record={"cardData": card, "tags": [1, None, "base_model:"], "config": {"peft": []}}))
    assert source().fetch(target(), options(replay_hub)).related == ()


def test_revisions_that_contradict_are_a_usage_problem(replay_hub: ReplayHub) -> None:
    with pytest.raises(UsageProblem):
        source().fetch(target(revision="v1"), options(replay_hub, revision="v2"))


def test_other_schemes_are_a_usage_problem(replay_hub: ReplayHub) -> None:
    with pytest.raises(UsageProblem):
        source().fetch(target("x", scheme="path"), options(replay_hub))


def test_a_store_that_cannot_be_written_is_a_problem_only(replay_hub: ReplayHub, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    replay_hub.add(model())
    snapshot = source().fetch(target(), options(replay_hub, blocked))
    assert [problem.code for problem in snapshot.problems] == ["store-not-writable"]
    assert statuses(snapshot)["LICENSE"] == "read"


@pytest.mark.corpus
def test_the_client_answers_of_2025_still_fit(replay_hub: ReplayHub, corpus: Path) -> None:
    paths = sorted((corpus / "hub").glob("captured_models__*_200.json"))
    assert paths
    for path in paths:
        repository = replay_hub.add(load_captured(path))
        snapshot = source().fetch(target(repository.id), options(replay_hub, retries=0, width=0))
        assert snapshot.revision == repository.sha
        assert snapshot.files_complete
        assert len(snapshot.files) == len(repository.record["siblings"])
