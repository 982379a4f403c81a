"""A card that calls its model open source is held against its license, its bases and its data."""

from __future__ import annotations

from typing import Any

import pytest

from tests.end_to_end.command import command
from tests.end_to_end.repositories import license_texts, model
from tests.replay_hub import ReplayHub

CODE = "open-source-claim-unsupported"
CLAIM = "# Anvil\n\nAnvil is an open-source language model.\n"
DATA = "\n## Training data\n\nTrained on the Anvil corpus, 3 million sentences of smiths' letters.\n"


@pytest.fixture
def hub() -> Any:
    with ReplayHub() as running:
        yield running


def found(tmp_path: Any, hub: ReplayHub, card: dict[str, Any], body: str, **more: Any) -> list[dict[str, Any]]:
    hub.add(model("acme/anvil", card, more.pop("files", None), body=body, **more))
    report = command(tmp_path, hub.endpoint).audit("acme/anvil").report
    return [finding for finding in report["findings"] if finding["code"] == CODE]


@pytest.mark.parametrize("license_id", ["cc-by-nc-4.0", "llama3.1", "gemma", "creativeml-openrail-m"])
def test_a_license_that_holds_back_is_an_error(tmp_path: Any, hub: ReplayHub, license_id: str) -> None:
    (one,) = found(tmp_path, hub, {"license": license_id}, CLAIM + DATA)
    assert one["severity"] == "error"
    assert "README.md line 6" in one["detail"]
    assert "Anvil is an open-source language model." in one["detail"]
    assert one["evidence"][0]["lines"] == [6, 6]


def test_no_license_is_an_error_and_an_unknown_one_a_warning(tmp_path: Any, hub: ReplayHub) -> None:
    (one,) = found(tmp_path, hub, {}, CLAIM + DATA)
    assert one["severity"] == "error"
    (one,) = found(tmp_path / "b", hub, {"license": "other", "license_name": "acme-terms"}, CLAIM + DATA)
    assert one["severity"] == "warning"


def test_a_permissive_tag_over_a_restricted_base_does_not_bear_it_out(tmp_path: Any, hub: ReplayHub) -> None:
    hub.add(model("forge/iron", {"license": "cc-by-nc-4.0"}))
    (one,) = found(tmp_path, hub, {"license": "mit", "base_model": "forge/iron"}, CLAIM + DATA)
    assert one["severity"] == "error"


def test_a_base_nobody_can_read_is_a_warning(tmp_path: Any, hub: ReplayHub) -> None:
    (one,) = found(tmp_path, hub, {"license": "mit", "base_model": "forge/gone"}, CLAIM + DATA)
    assert one["severity"] == "warning"


def test_an_open_license_without_data_is_a_note_and_with_data_nothing(tmp_path: Any, hub: ReplayHub) -> None:
    files = {"LICENSE": license_texts()("apache-2.0")}
    (one,) = found(tmp_path, hub, {"license": "apache-2.0"}, CLAIM, files=files)
    assert one["severity"] == "info"
    assert "open weights" in one["detail"]
    assert found(tmp_path / "b", hub, {"license": "apache-2.0"}, CLAIM + DATA, files=files) == []


def test_a_license_that_is_open_and_not_approved_is_said(tmp_path: Any, hub: ReplayHub) -> None:
    (one,) = found(tmp_path, hub, {"license": "cc-by-4.0"}, CLAIM + DATA)
    assert (one["severity"], "OSI" in one["detail"]) == ("info", True)
    body = "# Anvil\n\nAnvil is released under an OSI-approved license.\n" + DATA
    (one,) = found(tmp_path / "b", hub, {"license": "cc-by-4.0"}, body)
    assert one["severity"] == "warning"


def test_a_card_that_claims_nothing_gets_nothing(tmp_path: Any, hub: ReplayHub) -> None:
    assert found(tmp_path, hub, {"license": "cc-by-nc-4.0"}, "# Anvil\n\nBetter than open-source models.\n") == []


def test_a_hostile_sentence_stays_words(tmp_path: Any, hub: ReplayHub) -> None:
    body = "# A\n\nAnvil is an open-source model <script>alert(1)</script> [x](javascript:alert(2)) {{7*7}}.\n"
    hub.add(model("acme/anvil", {"license": "cc-by-nc-4.0"}, body=body))
    made = command(tmp_path, hub.endpoint)
    page = made("audit", "acme/anvil", "--format", "html").out
    assert "<script" not in page
    assert "open-source model" in page
