"""Every way the Hub, a proxy or the network fails, told apart; and the token stays at home."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import (
    AccessDenied,
    AuditorError,
    BadToken,
    BrokenAnswer,
    HubUnreachable,
    OfflineMiss,
    RateLimited,
    RepositoryDisabled,
    RepositoryGated,
    RevisionNotFound,
    SubjectNotFound,
)
from auditor.fetch.hub import HubSource
from auditor.fetch.interface import FetchOptions
from tests.replay_hub import Fault, ReplayHub, Repository
from tests.unit.fetch.hub_setting import NOW, FakeTime, model, options, source, target

ROWS: list[tuple[Fault, type[AuditorError], str]] = [
    (Fault.error(401, "gate", code="GatedRepo"), RepositoryGated, "gated"),
    (Fault.error(403, "gate", code="GatedRepo"), RepositoryGated, "gated"),
    (Fault.error(401, "Invalid username or password."), SubjectNotFound, "private"),
    (Fault.error(404, "Repository not found", code="RepoNotFound"), SubjectNotFound, "private"),
    (Fault.error(404, "Not found"), SubjectNotFound, "private"),
    (Fault.error(401, "Invalid credentials in Authorization header"), BadToken, "token"),
    (Fault.error(404, "Invalid rev id", code="RevisionNotFound"), RevisionNotFound, "revision"),
    (Fault.error(403, "Access to this resource is disabled."), RepositoryDisabled, "disabled"),
    (Fault.error(403, "Your network is blocked"), AccessDenied, "Your network is blocked"),
    (Fault.error(451, "Court order"), AccessDenied, "legal reasons.*Court order"),
    (Fault.error(400, "Bad"), BrokenAnswer, "400"),
    (Fault.error(418, "Teapot"), BrokenAnswer, "418"),
    (Fault.error(404, headers={"Content-Type": "text/html"}), BrokenAnswer, "404"),
    (Fault.error(500), HubUnreachable, "500"),
    (Fault.error(503), HubUnreachable, "503"),
    (Fault.error(504), HubUnreachable, "504"),
    (Fault.error(407), HubUnreachable, "407"),
    (Fault.rate_limited(), RateLimited, "429"),
    (Fault("refuse"), HubUnreachable, "acme/model"),
    (Fault("reset"), HubUnreachable, "acme/model"),
    (Fault("truncated-json"), BrokenAnswer, "not what the Hub sends"),
    (Fault("html"), BrokenAnswer, "not what the Hub sends"),
    (Fault("rename-loop"), BrokenAnswer, "circle"),
    (Fault("huge"), BrokenAnswer, "more than"),
    (Fault("gzip-bomb"), BrokenAnswer, "more than"),
    (Fault("answer", status=200, body=b"[]"), BrokenAnswer, "no JSON object"),
    (Fault("answer", status=200, body=b"{}"), BrokenAnswer, "not what the Hub sends"),
    (Fault("answer", status=200, body=b'{"id":"acme/model","x":NaN}'), BrokenAnswer, "acme/model"),
    (Fault("answer", status=200, body=b"[" * 200_000), BrokenAnswer, "RecursionError|not what"),
    (Fault("answer", status=200, body=b"{}", headers={"Content-Encoding": "br"}), BrokenAnswer, "'br'"),
    (Fault("answer", status=200, body=b"{}", headers={"Content-Encoding": "gzip"}), BrokenAnswer, "damaged"),
    (Fault("answer", status=302, body=b"", headers={"Location": "ftp://x/"}), BrokenAnswer, "acme/model"),
]


@pytest.mark.parametrize(("fault", "error", "words"), ROWS, ids=lambda value: getattr(value, "__name__", None))
def test_each_fault_of_the_record_has_its_own_error(
    replay_hub: ReplayHub, fault: Fault, error: type[AuditorError], words: str
) -> None:
    replay_hub.add(model())
    replay_hub.fail(fault)
    with pytest.raises(error, match=words) as caught:
        source().fetch(target(), options(replay_hub, retries=1))
    assert type(caught.value) is error or error is BrokenAnswer
    assert caught.value.exit_code == 3
    replay_hub.heal()
    assert source().fetch(target(), options(replay_hub)).documents[0].status == "read"


@pytest.mark.parametrize(("fault", "error", "words"), ROWS, ids=lambda value: getattr(value, "__name__", None))
def test_no_fault_of_one_file_ends_the_audit(
    replay_hub: ReplayHub, fault: Fault, error: type[AuditorError], words: str
) -> None:
    replay_hub.add(model())
    fault.on, fault.path = "resolve", "LICENSE"
    replay_hub.fail(fault)
    snapshot = source().fetch(target(), options(replay_hub, retries=1))
    fault.on, fault.path = "any", None
    found = {document.path: document for document in snapshot.documents}
    assert found["LICENSE"].status in ("unreadable", "gated", "too-large")
    assert found["LICENSE"].text is None
    assert found["README.md"].status == "read"
    if found["LICENSE"].status == "unreadable":
        assert [problem.code for problem in snapshot.problems]
        assert "LICENSE" in snapshot.problems[0].message


def test_a_missing_repository_is_not_found_with_and_without_a_token(replay_hub: ReplayHub) -> None:
    replay_hub.tokens.add("hf_known")
    for token in (None, "hf_known"):
        with pytest.raises(SubjectNotFound):
            source().fetch(target("acme/none"), options(replay_hub, token=token))


def test_a_private_repository_is_readable_by_its_readers_only(replay_hub: ReplayHub) -> None:
    replay_hub.tokens |= {"hf_reader", "hf_other"}
    replay_hub.add(model(private=True, readers=frozenset({"hf_reader"})))
    for token in (None, "hf_other"):
        with pytest.raises(SubjectNotFound):
            source().fetch(target(), options(replay_hub, token=token))
    assert source().fetch(target(), options(replay_hub, token="hf_reader")).documents[1].status == "read"


def test_a_wrong_token_says_nothing_about_the_repository(replay_hub: ReplayHub) -> None:
    replay_hub.add(model())
    with pytest.raises(BadToken) as caught:
        source().fetch(target(), options(replay_hub, token="hf_secret"))
    assert "hf_secret" not in str(caught.value)


def test_a_wrong_revision_is_told_from_a_missing_repository(replay_hub: ReplayHub) -> None:
    replay_hub.add(model())
    with pytest.raises(RevisionNotFound):
        source().fetch(target(revision="refs/pr/1"), options(replay_hub))


class TestGate:
    def test_the_record_stays_readable_and_two_files_are_tried(self, replay_hub: ReplayHub, tmp_path: Path) -> None:
        replay_hub.add(model(gated="manual"))
        snapshot = source().fetch(target(), options(replay_hub, tmp_path))
        assert {document.status for document in snapshot.documents} == {"gated"}
        assert snapshot.record is not None
        assert snapshot.record["cardData"] == {"license": "mit"}
        assert not snapshot.card_complete
        assert snapshot.files_complete
        assert replay_hub.count("resolve") == 2
        assert snapshot.problems == ()
        replay_hub.forget()
        again = source().fetch(target(), options(replay_hub, tmp_path))
        assert {document.status for document in again.documents} == {"gated"}
        assert replay_hub.started == 1

    def test_a_card_outside_the_gate_is_read(self, replay_hub: ReplayHub) -> None:
        replay_hub.add(model(gated="auto", card_outside_gate=True))
        snapshot = source().fetch(target(), options(replay_hub))
        assert [document.status for document in snapshot.documents] == ["read", "gated", "gated", "gated"]

    def test_a_token_that_passes_reads_what_was_refused_before(self, replay_hub: ReplayHub, tmp_path: Path) -> None:
        replay_hub.tokens |= {"hf_in", "hf_out"}
        replay_hub.add(model(gated="auto", readers=frozenset({"hf_in"})))
        for token in (None, "hf_out"):
            refused = source().fetch(target(), options(replay_hub, tmp_path, token=token))
            assert {document.status for document in refused.documents} == {"gated"}
        read = source().fetch(target(), options(replay_hub, tmp_path, token="hf_in"))
        assert {document.status for document in read.documents} == {"read"}

    def test_a_refusal_is_asked_for_again_after_a_day(self, replay_hub: ReplayHub, tmp_path: Path) -> None:
        repository = replay_hub.add(model(gated="auto"))
        source().fetch(target(), options(replay_hub, tmp_path))
        repository.gated = False
        later = options(replay_hub, tmp_path, now="2026-02-09T00:00:00Z")
        assert {document.status for document in source().fetch(target(), later).documents} == {"read"}


def test_files_of_a_disabled_repository_are_unreadable(replay_hub: ReplayHub) -> None:
    replay_hub.add(model(disabled=True))
    snapshot = source().fetch(target(), options(replay_hub))
    assert {document.status for document in snapshot.documents} == {"unreadable"}
    assert {problem.code for problem in snapshot.problems} == {"disabled"}


def test_a_proxy_page_in_place_of_a_license_is_not_kept(replay_hub: ReplayHub, tmp_path: Path) -> None:
    replay_hub.add(model())
    replay_hub.fail(Fault("html", on="resolve", times=4))
    first = source().fetch(target(), options(replay_hub, tmp_path))
    assert {document.status for document in first.documents} == {"unreadable"}
    second = source().fetch(target(), options(replay_hub, tmp_path))
    assert {document.status for document in second.documents} == {"read"}


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("text/html", b"Please log in", "unreadable"),
        ("application/json", b'{"error":"x"}', "unreadable"),
        ("text/plain", b"\n <!DOCTYPE html><p>MIT License", "unreadable"),
        ("text/plain", b"Acme terms", "read"),
    ],
)
def test_an_answer_that_names_no_commit_must_not_look_like_a_page(
    replay_hub: ReplayHub, content_type: str, body: bytes, status: str
) -> None:
    replay_hub.add(model())
    replay_hub.fail(Fault("answer", status=200, body=body, headers={"Content-Type": content_type}, on="resolve"))
    snapshot = source().fetch(target(), options(replay_hub))
    assert snapshot.documents[1].status == status


def test_a_file_of_another_commit_is_refused(replay_hub: ReplayHub) -> None:
    replay_hub.add(model())
    answer = Fault(
        "answer", status=200, body=b"old terms", headers={"X-Repo-Commit": "c" * 40}, on="resolve", path="LICENSE"
    )
    replay_hub.fail(answer)
    snapshot = source().fetch(target(), options(replay_hub))
    assert snapshot.documents[1].status == "unreadable"
    assert "another commit" in snapshot.problems[0].message


class TestTime:
    def test_a_stalled_socket_ends_at_the_time_out(self, replay_hub: ReplayHub) -> None:
        replay_hub.add(model())
        replay_hub.fail(Fault("stall", seconds=5))
        started = time.monotonic()
        with pytest.raises(HubUnreachable, match="in time"):
            source().fetch(target(), options(replay_hub, timeout=0.2, retries=1))
        assert time.monotonic() - started < 2
        assert replay_hub.count("api") == 2

    def test_a_stalled_list_of_branches_ends_too(self, replay_hub: ReplayHub) -> None:
        replay_hub.add(model())
        replay_hub.fail(Fault("stall", seconds=5, on="refs"))
        snapshot = source().fetch(target(), options(replay_hub, timeout=0.2, retries=0, checkpoints=True))
        assert snapshot.problems[0].code == "no-network"

    def test_dripping_bytes_end_at_the_deadline(self, replay_hub: ReplayHub) -> None:
        replay_hub.add(model())
        replay_hub.fail(Fault("drip", seconds=0.05))
        started = time.monotonic()
        with pytest.raises(HubUnreachable, match=r"0\.3 seconds"):
            HubSource().fetch(target(), options(replay_hub, deadline=0.3, retries=0))
        assert time.monotonic() - started < 2

    def test_files_after_two_silent_ones_are_not_asked_for(self, replay_hub: ReplayHub) -> None:
        replay_hub.add(model())
        replay_hub.fail(Fault(status=502, on="resolve"))
        snapshot = source().fetch(target(), options(replay_hub, retries=0))
        assert replay_hub.count("resolve") == 2
        assert [document.status for document in snapshot.documents] == ["unreadable"] * 4
        assert len(snapshot.problems) == 4

    def test_latency_alone_is_no_fault(self, replay_hub: ReplayHub) -> None:
        replay_hub.add(model())
        replay_hub.fail(Fault("latency", seconds=0.01))
        assert source().fetch(target(), options(replay_hub)).problems == ()

    def test_an_error_that_passes_is_repeated_and_counted(self, replay_hub: ReplayHub) -> None:
        replay_hub.add(model())
        replay_hub.fail(Fault(status=503, times=2, on="record"))
        clock = FakeTime()
        subject = source(clock)
        assert subject.fetch(target(), options(replay_hub)).documents[0].status == "read"
        assert (subject.stats().requests, subject.stats().retries) == (7, 2)
        assert clock.slept == [0.375, 0.75]

    def test_a_broken_body_is_repeated_too(self, replay_hub: ReplayHub) -> None:
        repository = replay_hub.add(model())
        commit = {"X-Repo-Commit": repository.sha}
        replay_hub.fail(Fault("reset", times=1, on="resolve", path="LICENSE", headers=commit))
        assert source().fetch(target(), options(replay_hub)).problems == ()

    @pytest.mark.parametrize("status", [400, 401, 403, 404, 451])
    def test_what_cannot_pass_is_not_repeated(self, replay_hub: ReplayHub, status: int) -> None:
        replay_hub.add(model())
        replay_hub.fail(Fault.error(status, "no"))
        with pytest.raises(AuditorError):
            source().fetch(target(), options(replay_hub))
        assert replay_hub.count("api") == (2 if status == 400 else 1)


class TestToken:
    def test_goes_to_the_endpoint_only(self, replay_hub: ReplayHub, second_hub: ReplayHub) -> None:
        replay_hub.tokens.add("hf_token")
        repository = model(redirect_files_to=second_hub.endpoint)
        replay_hub.add(repository)
        second_hub.add(repository)
        snapshot = source().fetch(target(), options(replay_hub, token="hf_token"))
        assert snapshot.documents[1].text == "Acme model terms\n"
        assert {seen.token for seen in replay_hub.seen} == {"Bearer hf_token"}
        assert len(second_hub.seen) == 4
        assert {seen.token for seen in second_hub.seen} == {None}
        assert "hf_token" not in repr(second_hub.seen)

    def test_does_not_follow_a_renamed_repository_to_another_host(
        self, replay_hub: ReplayHub, second_hub: ReplayHub
    ) -> None:
        replay_hub.tokens.add("hf_token")
        repository = second_hub.add(model())
        replay_hub.add(repository)
        away = {"Location": f"{second_hub.endpoint}/api/models/acme/model"}
        replay_hub.fail(Fault("answer", status=307, body=b"", headers=away, on="record"))
        source().fetch(target(), options(replay_hub, token="hf_token"))
        assert second_hub.seen
        assert {seen.token for seen in second_hub.seen} == {None}

    def test_none_is_sent_when_none_is_given(self, replay_hub: ReplayHub, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HF_TOKEN", "hf_ambient")
        replay_hub.add(model())
        source().fetch(target(), options(replay_hub))
        assert {seen.token for seen in replay_hub.seen} == {None}

    def test_is_in_no_message_and_no_snapshot(self, replay_hub: ReplayHub) -> None:
        replay_hub.tokens.add("hf_token")
        replay_hub.add(model())
        replay_hub.fail(Fault(status=500, on="resolve"))
        asked = options(replay_hub, token="hf_token", retries=0)
        assert "hf_token" not in repr(source().fetch(target(), asked)) + repr(asked)

    def test_no_request_counts_as_a_download(self, replay_hub: ReplayHub) -> None:
        replay_hub.add(model())
        source().fetch(target(), options(replay_hub))
        assert not any("x-hf-download-counter" in seen.headers for seen in replay_hub.seen)


class TestAgentHarness:
    @pytest.fixture
    def telemetry(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
        from huggingface_hub import constants
        from huggingface_hub.utils import _detect_agent

        monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", False)
        monkeypatch.setattr(constants, "AGENT_HARNESSES_PATH", str(tmp_path / "harnesses.json"))
        monkeypatch.setattr(_detect_agent, "_registry", None)
        return monkeypatch

    def test_is_counted_apart(self, replay_hub: ReplayHub, telemetry: pytest.MonkeyPatch) -> None:
        from huggingface_hub import constants

        telemetry.setattr(constants, "ENDPOINT", replay_hub.endpoint)
        template = replay_hub.endpoint + "/{repo_id}/resolve/{revision}/{filename}"
        telemetry.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        replay_hub.add(model())
        subject = source()
        subject.fetch(target(), options(replay_hub))
        assert replay_hub.count("agent-harness") == 1
        assert replay_hub.started == 5
        assert (subject.stats().agent_harness, subject.stats().requests) == (1, 5)

    def test_asks_no_other_server(
        self, replay_hub: ReplayHub, second_hub: ReplayHub, telemetry: pytest.MonkeyPatch
    ) -> None:
        from huggingface_hub import constants

        telemetry.setattr(constants, "ENDPOINT", second_hub.endpoint)
        replay_hub.add(model())
        source().fetch(target(), options(replay_hub))
        assert second_hub.seen == []


def test_a_client_that_turns_to_another_server_is_stopped(
    replay_hub: ReplayHub, second_hub: ReplayHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import constants

    template = second_hub.endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    replay_hub.add(model())
    snapshot = source().fetch(target(), options(replay_hub))
    assert {document.status for document in snapshot.documents} == {"unreadable"}
    assert second_hub.seen == []


def test_the_clients_own_offline_switch_is_a_miss(replay_hub: ReplayHub, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    replay_hub.add(model())
    with pytest.raises(OfflineMiss, match="HF_HUB_OFFLINE"):
        source().fetch(target(), options(replay_hub))


class TestHttps:
    """The client treats a bare 401 differently on https addresses, which a loopback server cannot show."""

    @pytest.fixture
    def answers(self) -> Iterator[dict[str, Any]]:
        from huggingface_hub import set_client_factory
        from huggingface_hub.utils import httpx
        from huggingface_hub.utils._http import default_client_factory, hf_request_event_hook

        answers: dict[str, Any] = {"status": 401, "headers": {}, "json": {"error": "x"}, "seen": []}

        def handle(request: httpx.Request) -> httpx.Response:
            answers["seen"].append(request)
            return httpx.Response(answers["status"], headers=answers["headers"], json=answers["json"])

        set_client_factory(
            lambda: httpx.Client(
                transport=httpx.MockTransport(handle),
                event_hooks={"request": [hf_request_event_hook]},
                follow_redirects=True,
            )
        )
        yield answers
        set_client_factory(default_client_factory)

    @pytest.mark.parametrize(
        ("message", "error"),
        [
            ("Invalid username or password.", SubjectNotFound),
            ("", SubjectNotFound),
            ("Invalid credentials in Authorization header", BadToken),
        ],
    )
    def test_a_bare_401_means_the_same_on_https(
        self, answers: dict[str, Any], message: str, error: type[AuditorError]
    ) -> None:
        answers["headers"] = {"X-Error-Message": message}
        with pytest.raises(error):
            source().fetch(target(), FetchOptions(now=NOW, token="hf_token"))
        assert str(answers["seen"][0].url).startswith("https://huggingface.co/api/models/acme/model?expand=")
        assert answers["seen"][0].headers["Authorization"] == "Bearer hf_token"

    def test_a_whole_answer_is_read_as_well(self, answers: dict[str, Any]) -> None:
        repository = Repository("acme/model")
        answers |= {"status": 200, "json": repository.full_record()}
        assert source().fetch(target(), FetchOptions(now=NOW)).revision == repository.sha
