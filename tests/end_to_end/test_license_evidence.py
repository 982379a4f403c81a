"""The license evidence hash: it follows everything a reading rests on, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.command import command
from tests.end_to_end.repositories import CUSTOM, model
from tests.replay_hub import ReplayHub

MIT = {"license": "mit"}
BASE = model("acme/base", MIT, {"LICENSE": CUSTOM})


def evidence(tmp_path: Path, *repositories: Any) -> dict[str, Any]:
    """What the report on the first repository says, in a cache of its own."""
    with ReplayHub() as hub:
        for repository in repositories:
            hub.add(repository)
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        report = command(folder, hub.endpoint).audit(repositories[0].id).report
    found: dict[str, Any] = report["license_evidence"]
    return found


def derivative(card: dict[str, Any] | None = None, files: dict[str, str] | None = None, **more: Any) -> Any:
    texts = {"LICENSE": CUSTOM} if files is None else files
    return model("acme/own", {**MIT, "base_model": "acme/base", **(card or {})}, texts, **more)


def test_it_names_what_it_covers(tmp_path: Path) -> None:
    found = evidence(tmp_path, derivative(files={"LICENSE": CUSTOM, "NOTICE": "by Acme"}), BASE)
    assert [line.split()[0] for line in found["files"]] == ["LICENSE", "NOTICE"]
    assert any("mit" in line for line in found["declared"])
    assert [parent["id"] for parent in found["parents"]] == ["acme/base"]


@pytest.mark.parametrize(
    "other",
    [
        derivative(files={"LICENSE": CUSTOM, "train.py": "print()"}),
        derivative({"tags": ["anvil"]}),
        derivative(weights={"model.safetensors": b"\1" * 128, "config.json": b"{}"}),
    ],
    ids=["another file", "another tag", "other weights"],
)
def test_an_unrelated_change_keeps_it(tmp_path: Path, other: Any) -> None:
    assert evidence(tmp_path, derivative(), BASE)["sha256"] == evidence(tmp_path, other, BASE)["sha256"]


@pytest.mark.parametrize(
    ("own", "base"),
    [
        (derivative(files={"LICENSE": CUSTOM + " "}), BASE),
        (derivative(files={}), BASE),
        (derivative(files={"LICENSE": CUSTOM, "USE_POLICY.md": "Be kind."}), BASE),
        (derivative({"license": "apache-2.0"}), BASE),
        (derivative({"license_name": "acme"}), BASE),
        (derivative(body="# Model\n\nThis model is released under the Apache 2.0 license.\n"), BASE),
        (derivative({"base_model": ["acme/base", "acme/more"]}), BASE),
        (derivative(), model("acme/base", MIT, {"LICENSE": CUSTOM + " "})),
        (derivative(), model("acme/base", {"license": "apache-2.0"}, {"LICENSE": CUSTOM})),
        (derivative(), model("acme/else", MIT)),
    ],
    ids=["text", "no text", "policy", "tag", "name", "prose", "a base more", "text of the base", "tag of the base",
         "base gone"],
)  # fmt: skip
def test_what_a_reading_rests_on_changes_it(tmp_path: Path, own: Any, base: Any) -> None:
    assert evidence(tmp_path, derivative(), BASE)["sha256"] != evidence(tmp_path, own, base)["sha256"]


def test_a_text_behind_a_gate_is_not_the_text_it_was(tmp_path: Path) -> None:
    gated = derivative(gated="manual")
    assert evidence(tmp_path, derivative(), BASE)["sha256"] != evidence(tmp_path, gated, BASE)["sha256"]
