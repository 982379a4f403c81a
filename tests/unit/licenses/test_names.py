"""Names, expressions and the SPDX list."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.licenses.expressions import parse_expression
from auditor.licenses.knowledge import RulebookKnowledge
from auditor.licenses.spdx_list import spdx_entry
from auditor.rulebook.license_files import AmbiguousName
from auditor.rulebook.load import load_rulebook

KNOWLEDGE = RulebookKnowledge(load_rulebook())


@pytest.mark.parametrize(
    ("raw", "ids", "choice"),
    [
        ("MIT", ("mit",), False), ("Apache License 2.0", ("apache-2.0",), False), ("llama3.1", ("llama3.1",), False),
        ("Creative Commons Attribution 4.0 International", ("cc-by-4.0",), False),
        ("mit OR apache-2.0", ("mit", "apache-2.0"), True), ("MIT AND llama3.1", ("mit", "llama3.1"), False),
        ("mit OR nonsense-9", (), False), ("MIT OR", (), False), ("MIT/Apache-2.0", (), False), ("openrail", (), False),
        ("Artistic-2.0", ("artistic-2.0",), False), ("Artistic-1.0", (), False), ("mit OR (apache-2.0 AND llama3.1)", ("mit", "apache-2.0", "llama3.1"), False),
        ("GPL-3.0-only WITH Classpath-exception-2.0", (), False), ("x" * 10_000, (), False),
    ],
)  # fmt: skip
def test_what_a_declared_name_means(raw: str, ids: tuple[str, ...], choice: bool) -> None:
    found = KNOWLEDGE.named(raw)
    assert (found.ids, found.choice) == (ids, choice)


def test_a_family_name_gives_candidates_and_counts_as_no_tag() -> None:
    found = KNOWLEDGE.named("openrail")
    assert found.counts_as_no_tag
    assert "creativeml-openrail-m" in found.candidates


@given(st.text(max_size=60))
def test_any_text_may_be_asked(raw: str) -> None:
    KNOWLEDGE.named(raw)
    parse_expression(raw)


def test_osi_judgments_are_what_the_spdx_list_says() -> None:
    for profile in load_rulebook().licenses.values():
        listed = spdx_entry(profile.spdx)
        if listed is None:
            assert profile.spdx.startswith("LicenseRef-"), profile.id
            unread = profile.text != "read"
            assert profile.judgments["osi_approved"].answer in ("no", *(["unknown"] if unread else [])), profile.id
        else:
            assert (profile.judgments["osi_approved"].answer == "yes") == listed.osi_approved, profile.id


def test_spdx_conclusions_are_valid_spdx_expressions() -> None:
    from spdx_tools.common.spdx_licensing import spdx_licensing

    for profile in load_rulebook().licenses.values():
        expression = f"{profile.spdx} AND MIT"
        parsed = spdx_licensing.parse(expression)
        unknown = [key for key in spdx_licensing.unknown_license_keys(parsed) if not key.startswith("LicenseRef-")]
        unknown = [key for key in unknown if not spdx_entry(key)]  # that library's list is older than ours
        assert unknown == [], profile.id


@pytest.mark.parametrize(
    ("raw", "spdx"),
    [
        ("GPL-3.0-or-later", {"gpl-3.0": "GPL-3.0-or-later"}), ("gpl-3.0", {}), ("GPL-3.0-only", {}),
        ("MIT OR AGPL-3.0-or-later", {"agpl-3.0": "AGPL-3.0-or-later"}),
    ],
)  # fmt: skip
def test_or_later_is_kept_in_the_spdx_id_though_the_text_is_the_same(raw: str, spdx: dict[str, str]) -> None:
    assert KNOWLEDGE.named(raw).spdx == spdx


def test_a_family_of_which_no_member_is_known_leaves_things_open() -> None:
    rulebook = load_rulebook()
    empty = AmbiguousName(name="anvil", candidates=(), family=True)
    knowledge = RulebookKnowledge(msgspec.structs.replace(rulebook, ambiguous={**rulebook.ambiguous, "anvil": empty}))
    assert not knowledge.named("anvil").counts_as_no_tag
    assert knowledge.named("bsd").counts_as_no_tag
