"""`history` at the command's boundary: which commits changed the license, and how few requests that takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from auditor.rulebook.schema_check import load_schema
from tests.end_to_end.command import Command, command
from tests.end_to_end.repositories import WEIGHTS, front_matter, license_texts, model
from tests.replay_hub import Commit, Fault, ReplayHub, Repository

MIT = {"license": "mit"}
APACHE = {"license": "apache-2.0"}


@pytest.fixture
def hub() -> Any:
    with ReplayHub() as running:
        yield running


@pytest.fixture
def run(tmp_path: Path, hub: ReplayHub) -> Command:
    return command(tmp_path, hub.endpoint)


def commit(day: int, title: str, card: dict[str, Any] | None, body: str = "# m\n", **files: Any) -> Commit:
    kept = {"README.md": front_matter(card, body)} if card is not None else {}
    # What the API shows as metadata is that of the newest commit: only the card itself may count.
    return Commit(title, f"2025-03-{day:02}T10:00:00.000Z", {**WEIGHTS, **kept, **files})


def relicensed(**more: Any) -> Repository:
    """Six commits: nothing, MIT declared, its text added, a card edit, the text removed again, Apache."""
    text = license_texts()("mit")
    earlier = (
        commit(5, "drop the license file", MIT, "# m\n\nNew words.\n"),
        commit(4, "new words", MIT, "# m\n\nNew words.\n", LICENSE=text),
        commit(3, "add LICENSE", MIT, LICENSE=text),
        commit(2, "add card", MIT),
        commit(1, "initial commit", None),
    )
    return model("acme/m", APACHE, body="# m\n\nNew words.\n", title="relicense", date="2025-03-06T10:00:00.000Z",
                 earlier=earlier, **more)  # fmt: skip


def history(run: Command, *arguments: str) -> dict[str, Any]:
    ran = run("history", *arguments, "--format", "json")
    assert ran.code == 0, ran.err
    data: dict[str, Any] = json.loads(ran.out)
    jsonschema.Draft202012Validator(load_schema("history.v1")).validate(data)
    return data


def test_every_state_of_the_license_is_told_with_the_commit_it_began_with(run: Command, hub: ReplayHub) -> None:
    hub.add(relicensed())
    data = history(run, "acme/m")
    told = [(entry["title"], entry["status"], entry["concluded"]) for entry in data["entries"]]
    assert told == [
        ("relicense", "declared-only", "apache-2.0"),
        ("drop the license file", "declared-only", "mit"),
        ("add LICENSE", "confirmed", "mit"),
        ("add card", "declared-only", "mit"),
        ("initial commit", "missing", None),
    ]
    assert [change["field"] for change in data["entries"][1]["changed"]] == ["detected", "status", "documents"]
    assert data["entries"][1]["date"] == "2025-03-05T10:00:00.000Z"
    assert (data["complete"], data["cut"], data["entries"][-1]["first"]) == (True, None, True)
    assert data["entries"][-1]["changed"] is None
    assert data["requests"] == hub.started
    text = run("history", "acme/m").out
    assert "confirmed" in text
    assert "the first state" in text


def test_a_text_is_read_once_and_commits_that_touch_no_license_cost_nothing(run: Command, hub: ReplayHub) -> None:
    text = license_texts()("mit")
    weights = [
        Commit(f"weights {n}", f"2025-02-{n + 1:02}T10:00:00.000Z",
               {"README.md": front_matter(MIT), "LICENSE": text, "model.safetensors": bytes([n]) * 64})
        for n in range(20)
    ]  # fmt: skip
    hub.add(model("acme/m", MIT, {"LICENSE": text}, title="more weights", earlier=tuple(reversed(weights))))
    data = history(run, "acme/m")
    assert [entry["title"] for entry in data["entries"]] == ["weights 0"]
    assert data["commits"]["listed"] == 21
    # The record, the commits, the record of two commits, the last commits of the files, and two texts.
    assert data["requests"] <= 7


def test_the_limit_is_said(run: Command, hub: ReplayHub) -> None:
    hub.add(relicensed())
    hub.page = 2
    data = history(run, "acme/m", "--limit", "3")
    assert (data["commits"]["listed"], data["commits"]["more"], data["complete"]) == (3, True, False)
    assert "3 newest commits" in data["cut"]
    assert data["entries"][-1]["changed"] is None
    assert not data["entries"][-1]["first"]
    assert "cut short" in run("history", "acme/m", "--limit", "3").out
    # Pages are followed: all six commits come in pages of two.
    assert history(run, "acme/m")["commits"]["listed"] == 6


def test_a_server_that_names_no_last_commits_is_asked_commit_by_commit(run: Command, hub: ReplayHub) -> None:
    hub.add(relicensed(tells_last_commits=False))
    assert [entry["title"] for entry in history(run, "acme/m")["entries"]] == [
        "relicense", "drop the license file", "add LICENSE", "add card", "initial commit",
    ]  # fmt: skip


def test_a_revision_has_the_history_up_to_it_and_a_refusal_is_an_error(run: Command, hub: ReplayHub) -> None:
    repository = hub.add(relicensed())
    data = history(run, "acme/m@" + repository.earlier[3].sha)
    assert [entry["title"] for entry in data["entries"]] == ["add card", "initial commit"]
    hub.fail(Fault.error(403, "no", on="commits"), "acme/m")
    ran = run("history", "acme/m")
    assert (ran.code, ran.out) == (3, "")
    assert "Traceback" not in ran.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("acme/none",), 3, "does not exist"), (("./folder",), 2, "not a repository"), (("disclosed:openai/gpt-5",), 2, "not a repository"),
        (("acme/m", "--limit", "0"), 2, "--limit"), (("acme/m@nowhere",), 3, "revision"),
    ],
)  # fmt: skip
def test_what_has_no_history_is_refused(
    run: Command, hub: ReplayHub, words: tuple[str, ...], code: int, said: str
) -> None:
    hub.add(relicensed())
    ran = run("history", *words)
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_offline_has_no_history(run: Command, hub: ReplayHub) -> None:
    ran = run.having(HF_HUB_OFFLINE="1")("history", "acme/m")
    assert (ran.code, hub.started) == (3, 0)


def test_titles_cannot_write_to_the_terminal(run: Command, hub: ReplayHub) -> None:
    attack = commit(1, "\x1b[31m\u202eevil\n\nlicense   mit: confirmed", MIT)
    hub.add(model("acme/m", APACHE, earlier=(attack,)))
    out = run("history", "acme/m").out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "\nlicense   mit: confirmed" not in out
