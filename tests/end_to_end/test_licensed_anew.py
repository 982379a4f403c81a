"""A publisher's own base does not bind what the publisher licensed anew; nobody else gets that far (decision 014)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from auditor.errors import RulebookInvalid
from auditor.rulebook.load import load_rulebook
from tests.end_to_end.command import command
from tests.end_to_end.expectations import findings_of
from tests.end_to_end.repositories import model
from tests.replay_hub import ReplayHub

BASE = "deepseek-ai/DeepSeek-V3-Base"
ANEW = "deepseek-ai/DeepSeek-R1"
MIT = {"license": "mit"}
RESTRICTED = {"license": "other", "license_name": "deepseek"}


def audited(tmp_path: Path, *repositories: Any) -> dict[str, Any]:
    with ReplayHub() as hub:
        for repository in repositories:
            hub.add(repository)
        return command(tmp_path, hub.endpoint).audit(repositories[0].id).report


def test_the_publishers_own_base_binds_no_more(tmp_path: Path) -> None:
    report = audited(tmp_path, model(ANEW, {**MIT, "base_model": BASE}), model(BASE, RESTRICTED))
    assert report["label"] == "open-weights"
    assert report["grades"]["terms"]["level"] == 4
    assert "license-conflict" not in findings_of(report)
    assert BASE in {node["id"] for node in report["lineage"]["nodes"]}


@pytest.mark.parametrize(
    ("own", "others"),
    [
        (model("acme/DeepSeek-R1", {**MIT, "base_model": BASE}), [model(BASE, RESTRICTED)]),
        (model(ANEW, {**MIT, "base_model": [BASE, "acme/nc"]}), [model(BASE, RESTRICTED), model("acme/nc", {"license": "cc-by-nc-4.0"})]),
        (model(ANEW, {**MIT, "base_model": BASE}), [model(BASE, {**RESTRICTED, "base_model": "acme/nc"}), model("acme/nc", {"license": "cc-by-nc-4.0"})]),
        (model("deepseek-ai/another", {**MIT, "base_model": BASE}), [model(BASE, RESTRICTED)]),
        (model(ANEW, {"license": "cc-by-nc-4.0", "base_model": BASE}), [model(BASE, RESTRICTED)]),
    ],
    ids=["another account", "a base more", "somebody else's grandparent", "another model of the account", "its own limits"],
)  # fmt: skip
def test_nothing_else_is_washed(tmp_path: Path, own: Any, others: list[Any]) -> None:
    report = audited(tmp_path, own, *others)
    assert report["label"] in ("weights-only", "weights-available")
    assert report["grades"]["terms"]["ceiling"] < 4


def test_the_catalog_may_not_say_so_of_somebody_elses_base(tmp_path: Path) -> None:
    folder = tmp_path / "overlay" / "disclosures" / "acme"
    folder.mkdir(parents=True)
    source = "{at: 'https://acme.example', copy_date: null, read_on: '2026-01-01', quote: 'MIT'}"
    (folder / "x.yaml").write_text(
        "id: acme/x\ntitle: X\npublisher: Acme\nkind: open-weights\nhub_ids: [acme/x]\n"
        f"base: {BASE.lower()}\nlicensed_anew: {{source: {source}}}\nread_on: '2026-01-01'\nread_by: Acme\nfacts: {{}}\n",
        "utf-8",
    )
    with pytest.raises(RulebookInvalid, match="licensed_anew needs a disclosed base of the same publisher"):
        load_rulebook(overlays=[tmp_path / "overlay"])
