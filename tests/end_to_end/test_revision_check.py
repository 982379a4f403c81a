"""A base that says something else today than when the derivative was made."""

from __future__ import annotations

from typing import Any

import pytest

from tests.end_to_end.command import command
from tests.end_to_end.repositories import BODY, model
from tests.replay_hub import ReplayHub

EARLY, LATE = {"lastModified": "2023-05-01T00:00:00.000Z"}, {"lastModified": "2024-07-01T00:00:00.000Z"}


@pytest.fixture
def hub() -> Any:
    with ReplayHub() as running:
        yield running


def found(
    tmp_path: Any, hub: ReplayHub, ours: dict[str, Any], theirs: dict[str, Any], *, said: str = "",
    card: str = "apache-2.0", base: str = "llama3.1",
) -> list[dict[str, Any]]:  # fmt: skip
    body = f"{BODY}\n{said}\n"
    hub.add(model("acme/anvil", {"license": card, "base_model": "forge/iron"}, body=body, record=ours))
    hub.add(model("forge/iron", {"license": base}, record=theirs))
    report = command(tmp_path, hub.endpoint).audit("acme/anvil").report
    assert report["label"] != "open-weights" or base == "apache-2.0"
    return [one for one in report["findings"] if one["code"] == "revision-check"]


def test_a_base_changed_after_a_derivative_that_now_conflicts(tmp_path: Any, hub: ReplayHub) -> None:
    (one,) = found(tmp_path, hub, EARLY, LATE)
    assert (one["severity"], one["outcome"]) == ("info", "unknown")
    assert "2024-07-01" in one["detail"]
    assert "2023-05-01" in one["detail"]
    assert one["evidence"][0]["path"] == "lastModified"


@pytest.mark.parametrize(
    ("ours", "theirs", "more"),
    [
        (LATE, EARLY, {}),
        (EARLY, LATE, {"card": "llama3.1"}),
        (EARLY, LATE, {"base": "apache-2.0", "card": "mit"}),
        (EARLY, {"lastModified": "yesterday"}, {}),
    ],
)
def test_no_question_where_nothing_conflicts_or_no_date_is_known(
    tmp_path: Any, hub: ReplayHub, ours: dict[str, Any], theirs: dict[str, Any], more: dict[str, str]
) -> None:
    assert found(tmp_path, hub, ours, theirs, **more) == []


def test_the_card_says_another_license_of_the_base_than_it_has_today(tmp_path: Any, hub: ReplayHub) -> None:
    (one,) = found(
        tmp_path, hub, {}, {}, said="The base model is licensed under the CC-BY-NC-4.0 license.", base="apache-2.0"
    )
    assert (one["severity"], one["outcome"]) == ("warning", "not_met")
    assert one["evidence"][0]["kind"] == "stated"
    assert "cc-by-nc-4.0" in one["detail"]
    said = "Iron was originally released under the Apache 2.0 license."
    assert found(tmp_path / "b", hub, {}, {}, said=said, base="apache-2.0") == []
