"""The day of release: from a disclosure first, from the Hub only where it kept the day."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.model.snapshot import Snapshot
from auditor.pipeline.released import released_of
from auditor.rulebook.load import load_rulebook


def snapshot(created: Any) -> Snapshot:
    record = None if created is None else {"createdAt": created}
    return Snapshot(
        kind="model", id="a/b", requested="a/b", source="hub", retrieved_at="2026-01-01T00:00:00Z", record=record
    )  # fmt: skip


@pytest.mark.parametrize(
    "created",
    [
        None,
        "",
        "soon",
        5,
        ["2024-01-01"],
        "2022-03-02T23:29:04.000Z",
        "2021-05-05T00:00:00.000Z",
        "2024-01-01; DROP",
        "\uff12024-01-01",
    ],
)
def test_what_is_no_day_or_was_not_kept_is_unknown(created: Any) -> None:
    assert released_of(snapshot(created), None) is None


def test_the_hub_says_when_the_repository_was_made() -> None:
    found = released_of(snapshot("2024-05-06T07:08:09.000Z"), None)
    assert found is not None
    assert (found.on, found.evidence.path, found.evidence.kind) == ("2024-05-06", "createdAt", "declared")


def test_a_disclosure_goes_before_the_hub() -> None:
    disclosure = load_rulebook().disclosures["openai/gpt-oss-120b"]
    found = released_of(snapshot("2026-01-01T00:00:00.000Z"), disclosure)
    assert found is not None
    assert (found.on, found.evidence.kind) == ("2025-08-05", "disclosed")


def test_every_disclosed_day_is_no_later_than_its_reading() -> None:
    for disclosure in load_rulebook().disclosures.values():
        if disclosure.released:
            on, evidence = disclosure.released
            assert evidence.read_on is not None
            assert on <= evidence.read_on
