"""Every license the contract and the Hub's list name has a profile, or is known to name no single text."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import AuditorError
from auditor.rulebook.load import load_rulebook

RULEBOOK = load_rulebook()
# The Hub's words for a group of licenses, and for "not on this list".
FAMILIES = {"openrail", "cc", "bsd", "gpl", "lgpl", "gfdl", "unknown", "other"}


@pytest.mark.corpus
def test_every_id_of_the_hubs_list_is_one_license_or_known_to_be_none(corpus: Path) -> None:
    listed = json.loads((corpus / "hub" / "license_ids.json").read_text("utf-8"))["licenses"]
    assert len(listed) > 80
    assert {row["id"] for row in listed if not _known(row["id"])} == FAMILIES
    assert {name for name in FAMILIES if RULEBOOK.ambiguous.get(name) is None} == set()


@pytest.mark.corpus
def test_every_license_of_the_contract_has_a_profile_under_its_slug(corpus: Path) -> None:
    lines = (corpus.parent / "contract" / "license_names.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 85
    assert [row["slug"] for row in map(json.loads, lines) if not _known(row["slug"])] == []


@pytest.mark.corpus
def test_every_license_text_of_the_corpus_was_read(corpus: Path) -> None:
    lines = (corpus / "licenses" / "PROVENANCE.jsonl").read_text("utf-8").splitlines()
    read = {
        sha
        for profile in RULEBOOK.licenses.values()
        if profile.read
        for sha in (profile.read.text_sha256, *profile.read.revisions, *profile.read.attachments)
    }
    assert [row["slug"] for row in map(json.loads, lines) if row["sha256"] not in read] == []


def _known(slug: str) -> bool:
    try:
        return bool(RULEBOOK.get_license(slug))
    except AuditorError:
        return False


@pytest.mark.parametrize("profile", RULEBOOK.licenses.values(), ids=lambda profile: profile.id)
def test_a_profile_says_where_everything_comes_from(profile: Any) -> None:
    assert len(profile.terms) == 53
    if profile.text == "read":
        assert profile.read
        assert profile.application is not None
    if profile.text == "not-read":
        assert all(term.value == "unknown" for term in profile.terms.values())
    assert set(profile.judgments) == {"osi_approved", "osaid_freedoms", "eu_ai_act"}
