"""The eleven statuses, their precedence, and what governs under each (design section 5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.licenses.claim_meaning import NamedLicense
from auditor.licenses.resolution import PRECEDENCE, resolve
from auditor.model.evidence import Evidence
from auditor.model.license import LicenseClaim, LicenseMatch, LicenseProfile, Resolution

LONG = " ".join(["word"] * 200)
NAMES = {
    "free": NamedLicense(ids=("free",)),
    "strict": NamedLicense(ids=("strict",)),
    "other": NamedLicense(counts_as_no_tag=True),
    "family": NamedLicense(candidates=("free", "third"), counts_as_no_tag=True),
    "could-be": NamedLicense(candidates=("free", "third")),
    "free OR strict": NamedLicense(ids=("free", "strict"), choice=True),
    "free AND strict": NamedLicense(ids=("free", "strict")),
}
TEXTS = {
    f"text of free {LONG}": [("free", "exact")],
    f"text of strict {LONG}": [("strict", "exact")],
    f"changed free {LONG}": [("free", "modified")],
    f"title of free {LONG}": [("free", "partial")],
    f"title of strict {LONG}": [("strict", "partial")],
    f"both {LONG}": [("free", "exact"), ("strict", "exact")],
    f"policy {LONG}": [("policy", "exact")],
}


class Known:
    def named(self, raw: str) -> NamedLicense:
        return NAMES.get(raw, NamedLicense())

    def identified(self, text: str, *, license_file: bool = False) -> Sequence[LicenseMatch]:
        return [
            LicenseMatch(id=name, spdx=name.upper(), status=status, score=1.0, lines=(1, 2))
            for name, status in TEXTS.get(text, [])
        ]  # fmt: skip

    def policy_of(self, text: str) -> tuple[str, ...]:
        return ("strict",) if text.startswith("strict policy") else ()

    def profile(self, license_id: str) -> LicenseProfile:
        scope = "policy" if license_id == "policy" else "any"
        return LicenseProfile(id=license_id, title=license_id, spdx=f"LicenseRef-{license_id}", scope=scope,
                              text="read", terms={}, judgments={})  # fmt: skip


def claim(channel: str, raw: str, **more: Any) -> LicenseClaim:
    evidence = Evidence(kind="declared", source="here", path=channel, quote=raw[:20])
    return LicenseClaim(scope="weights", channel=channel, raw=raw, evidence=evidence, **more)


def tag(raw: str) -> LicenseClaim:
    return claim("tag", raw)


def text(start: str, path: str = "LICENSE") -> LicenseClaim:
    return claim("text", path, text=start if start.startswith("see") else f"{start} {LONG}")


def resolved(*claims: LicenseClaim, complete: bool = True, **more: Any) -> Resolution:
    return resolve("weights", claims, Known(), complete=complete, **more)


@pytest.mark.parametrize(
    ("claims", "status", "concluded"),
    [
        ([], "missing", None),
        ([tag("free")], "declared-only", "free"),
        ([tag("free"), text("text of free")], "confirmed", "free"),
        ([text("text of free")], "text-only", "free"),
        ([tag("other"), text("text of free")], "text-only", "free"),
        ([tag("family"), text("text of free")], "text-only", "free"),
        ([tag("family"), text("text of strict")], "conflict", "free AND strict AND third"),
        ([tag("family")], "unresolved", None),
        ([tag("other")], "unresolved", None),
        ([tag("nonsense")], "unresolved", None),
        ([tag("other"), claim("name", "strict")], "resolved-name", "strict"),
        ([tag("other"), claim("name", "strict"), text("text of strict")], "confirmed", "strict"),
        ([tag("other"), claim("name", "free AND strict")], "multiple", "free AND strict"),
        ([tag("free"), claim("name", "free AND strict")], "multiple", "free AND strict"),
        ([tag("other"), claim("name", "nonsense")], "unresolved", None),
        ([tag("other"), claim("name", "could-be")], "unresolved", None),
        ([tag("other"), claim("name", "could-be"), text("text of free")], "text-only", "free"),
        ([tag("other"), claim("name", "could-be"), text("changed free")], "modified", "free"),
        ([tag("other"), claim("name", "could-be"), text("text of strict")], "conflict", "free AND strict AND third"),
        ([tag("other"), claim("link", "LICENSE", link_state="repository-file"), text("text of free")], "resolved-name", "free"),
        ([tag("free"), text("text of strict")], "conflict", "free AND strict"),
        ([tag("free"), text("changed free")], "modified", "free"),
        ([text("changed free")], "modified", "free"),
        ([tag("free"), tag("strict")], "multiple", "free AND strict"),
        ([tag("free"), tag("strict"), text("text of free")], "multiple", "free AND strict"),
        ([tag("free AND strict")], "multiple", "free AND strict"),
        ([tag("free"), claim("text", "LICENSE", readable=False)], "unreadable", "free"),
        ([tag("free"), text("see the page of the publisher")], "pointer-only", "free"),
        ([tag("free"), text("some unknown contract")], "unresolved", None),
        ([text("some unknown contract")], "unresolved", None),
        ([text("title of free")], "unresolved", None),
        ([tag("free"), text("title of free")], "declared-only", "free"),
        ([tag("free"), text("title of strict")], "conflict", "free AND strict"),
        ([tag("free"), claim("prose", "strict")], "conflict", "free AND strict"),
        ([tag("free"), claim("prose", "free")], "declared-only", "free"),
        ([claim("prose", "free")], "unresolved", None),
        ([tag("free"), claim("header", "strict")], "conflict", "free AND strict"),
        ([claim("header", "free")], "declared-only", "free"),
        ([tag("free"), text("policy", "USE_POLICY.md")], "unresolved", None),
        ([tag("strict"), text("strict policy", "USE_POLICY.md")], "declared-only", "strict"),
        ([tag("strict"), text("text of strict"), text("strict policy", "USE_POLICY.md")], "confirmed", "strict"),
        ([tag("free"), text("text of free"), text("strict policy", "USE_POLICY.md")], "conflict", "free AND strict"),
        ([tag("other"), text("text of free"), text("strict policy", "USE_POLICY.md")], "conflict", "free AND strict"),
        ([text("strict policy", "USE_POLICY.md")], "unresolved", None),
    ],
)  # fmt: skip
def test_status_and_conclusion(claims: list[LicenseClaim], status: str, concluded: str | None) -> None:
    found = resolved(*claims)
    assert (found.status, found.concluded) == (status, concluded)


def test_missing_needs_everything_to_have_been_read() -> None:
    assert resolved(complete=False).status == "unresolved"


def test_a_stated_choice_gives_or_and_a_plain_list_never_does() -> None:
    chosen = resolved(tag("free OR strict"))
    assert (chosen.concluded, chosen.spdx, chosen.choice) == (
        "free OR strict",
        "LicenseRef-free OR LicenseRef-strict",
        ("free", "strict"),
    )
    assert resolved(tag("free"), tag("strict")).choice == ()
    in_words = resolved(tag("free"), tag("strict"), claim("prose", "free OR strict", choice_stated=True))
    assert in_words.concluded == "free OR strict"


def test_a_contradiction_from_a_base_makes_a_conflict() -> None:
    found = resolved(tag("free"), text("text of free"), contradictions=["the base says strict"])
    assert found.status == "conflict"
    assert "confirmed" in found.also


def test_a_family_name_gives_its_candidates() -> None:
    assert resolved(tag("family")).candidates == ("free", "third")


def test_a_limit_in_the_cards_words_counts_against_a_license_that_has_none() -> None:
    limit = claim("prose", "for research purposes only", limits_use=True)
    found = resolved(tag("free"), text("text of free"), limit)
    assert (found.status, found.concluded, found.governing) == ("conflict", None, ())
    assert "for research purposes only" in found.unsettled


def test_an_unknown_text_beside_a_tag_is_unsettled() -> None:
    assert resolved(tag("free"), text("some unknown contract")).unsettled == ("LICENSE",)


def test_a_name_is_no_longer_open_once_a_text_decides() -> None:
    assert resolved(tag("family"), text("text of free")).candidates == ()
    assert resolved(tag("other"), claim("name", "could-be"), text("text of free")).unsettled == ()
    assert resolved(tag("other"), claim("name", "could-be"), text("changed free")).unsettled == ("could-be",)


def test_a_pointer_is_pinned_by_a_commit() -> None:
    sha = "0123456789abcdef0123456789abcdef01234567"
    assert not resolved(tag("free"), text("see the page of the publisher")).pinned
    assert resolved(tag("free"), text(f"see acme.example/blob/{sha}/LICENSE")).pinned


def test_a_text_known_by_its_title_settles_nothing() -> None:
    assert resolved(tag("free"), text("title of free")).unsettled == ("LICENSE",)
    assert resolved(tag("free"), text("text of free")).unsettled == ()


def test_another_scope_is_another_matter() -> None:
    code = LicenseClaim(scope="code", channel="text", raw="LICENSE", text=f"text of free {LONG}",
                        evidence=Evidence(kind="observed", source="here"))  # fmt: skip
    assert resolve("weights", [code], Known(), complete=True).status == "missing"
    assert resolve("code", [code], Known(), complete=True).concluded == "free"


claims_anywhere = st.lists(
    st.one_of(
        st.sampled_from(list(NAMES)).map(tag),
        st.sampled_from(list(NAMES)).map(lambda raw: claim("name", raw)),
        st.sampled_from(list(NAMES)).map(lambda raw: claim("prose", raw)),
        st.sampled_from(
            ["text of free", "text of strict", "changed free", "title of free", "unknown", "see there"]
        ).map(text),
        st.just(claim("text", "LICENSE", readable=False)),
    ),
    max_size=5,
)


@given(claims_anywhere, st.booleans())
def test_statuses_follow_the_precedence_and_conclude_only_what_was_named(
    claims: list[LicenseClaim], complete: bool
) -> None:
    found = resolved(*claims, complete=complete)
    held = [found.status, *found.also]
    assert held == sorted(held, key=PRECEDENCE.index)
    named = {
        name
        for c in claims
        if not c.text
        for name in (*NAMES.get(c.raw, NamedLicense()).ids, *NAMES.get(c.raw, NamedLicense()).candidates)
    }
    named |= {name for c in claims if c.text for name, _ in TEXTS.get(c.text, [])}
    assert set(found.governing) <= named
    if found.status in ("unresolved", "missing"):
        assert found.governing == ()


@given(claims_anywhere)
def test_order_of_claims_does_not_matter(claims: list[LicenseClaim]) -> None:
    one, other = resolved(*claims), resolved(*reversed(claims))
    assert (one.status, one.also, one.concluded, one.candidates) == (
        other.status,
        other.also,
        other.concluded,
        other.candidates,
    )


@given(claims_anywhere)
def test_two_different_licenses_are_never_confirmed_declared_or_text_only(claims: list[LicenseClaim]) -> None:
    found = resolved(*claims)
    if found.status in ("confirmed", "declared-only", "text-only", "resolved-name"):
        assert len(found.governing) == 1 or found.choice
