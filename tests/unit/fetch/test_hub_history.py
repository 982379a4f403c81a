"""The walk over commits: removed files are found by halving, and it stops where it must, keeping what was read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from auditor.errors import BrokenAnswer, OfflineMiss
from auditor.fetch.hub_history import History, read_history
from tests.replay_hub import Commit, Fault, ReplayHub, Repository
from tests.unit.fetch.hub_setting import CARD, FakeTime, options, target


@pytest.fixture
def hub() -> Iterator[ReplayHub]:
    with ReplayHub() as running:
        yield running


def read(hub: ReplayHub, *, limit: int = 50, most: int = 200, time: FakeTime | None = None) -> History:
    return read_history(target("acme/m"), options(hub), limit=limit, max_requests=most, pace=(time or FakeTime()).pace)


def repository(*, removed_at: int, commits: int = 40) -> Repository:
    """A card and a license from the first commit on; the license goes at commit number `removed_at`."""

    def at(number: int) -> Commit:
        files = {"README.md": CARD, "model.safetensors": bytes([number])}
        if number < removed_at:
            files["LICENSE"] = b"terms"
        return Commit(f"commit {number}", f"2025-01-01T00:{number:02}:00.000Z", files)

    *earlier, newest = map(at, range(commits))
    return Repository("acme/m", files=newest.files, title=newest.title, date=newest.date, earlier=tuple(earlier[::-1]))


@pytest.mark.parametrize("removed_at", [1, 2, 17, 38, 39])
def test_the_commit_that_removed_a_file_is_found(hub: ReplayHub, removed_at: int) -> None:
    hub.add(repository(removed_at=removed_at))
    history = read(hub)
    assert [version.commit.title for version in history.versions] == [f"commit {removed_at}", "commit 0"]
    assert [[d.path for d in version.snapshot.documents] for version in history.versions] == [
        ["README.md"], ["README.md", "LICENSE"],
    ]  # fmt: skip
    assert history.requests == hub.started <= 16


def test_no_visit_starts_when_the_requests_are_used_up(hub: ReplayHub) -> None:
    hub.add(repository(removed_at=17))
    history = read(hub, most=5)
    assert history.versions == ()
    assert history.cut is not None
    assert "5 requests" in history.cut
    assert hub.started == 5


def test_a_fault_on_the_way_keeps_what_was_read(hub: ReplayHub) -> None:
    first = Commit("old", "2025-01-01T00:00:00.000Z", {"README.md": b"# old"})
    hub.add(Repository("acme/m", files={"README.md": CARD}, earlier=(first,)))
    # Record, commits, two states, last commits of the newest: the sixth request to the API meets a spent allowance.
    allowance = hub.allowances["api"]
    allowance.enforced, allowance.left, allowance.reset = True, 5, 4000
    history = read(hub)
    assert [version.commit.title for version in history.versions] == ["Upload model"]
    assert history.cut is not None
    assert history.cut.endswith("1 listed commits are left")


def test_a_list_that_is_none_is_a_broken_answer(hub: ReplayHub) -> None:
    hub.add(repository(removed_at=3))
    for body in (b"{}", b"[]", b"[1, {}]", b"<html>", b'[{"id": "../../x", "title": 3}]'):
        hub.heal()
        hub.fail(Fault(status=200, body=body, on="commits"))
        with pytest.raises(BrokenAnswer):
            read(hub)


def test_a_server_with_pages_of_its_own_size_is_asked_again_without_one(hub: ReplayHub) -> None:
    hub.add(repository(removed_at=3))
    hub.fail(Fault.error(400, "limit is not allowed", on="commits", times=1))
    assert read(hub).listed == 40


def test_pages_that_go_in_circles_end(hub: ReplayHub) -> None:
    hub.add(repository(removed_at=3))
    rows = b'[{"id": "%s", "title": "t", "date": "x"}]' % hub.repositories["model", "acme/m"].sha.encode()
    link = {"Link": '<http://elsewhere.example/api/models/acme/m/commits/main?cursor=1>; rel="next"'}
    hub.fail(Fault(status=200, body=rows, headers=link, on="commits"))
    history = read(hub)
    assert (history.listed, history.versions[0].commit.date) == (1, None)
    assert all(seen.path.startswith("/api/") or "resolve" in seen.path or "acme" in seen.path for seen in hub.seen)


def test_offline_is_refused(hub: ReplayHub) -> None:
    with pytest.raises(OfflineMiss):
        read_history(target("acme/m"), options(hub, offline=True), limit=5, max_requests=5)
