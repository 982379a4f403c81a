"""Duties from effective terms."""

from __future__ import annotations

from auditor.licenses.obligations import obligations_of
from auditor.licenses.terms import merge_terms, terms_of_profile
from auditor.rulebook.load import load_rulebook


def test_a_license_that_subject_and_base_share_asks_once() -> None:
    rulebook = load_rulebook()
    kinds = rulebook.vocabulary.terms
    parts = [terms_of_profile(rulebook.licenses["apache-2.0"], kinds, name) for name in ("acme/own", "acme/base")]
    duties = obligations_of(rulebook.obligations, merge_terms(parts, kinds))
    assert duties == obligations_of(rulebook.obligations, parts[0])
    assert len(set(duties)) == len(duties) > 0


def test_two_licenses_ask_each_for_itself() -> None:
    rulebook = load_rulebook()
    kinds = rulebook.vocabulary.terms
    parts = [terms_of_profile(rulebook.licenses[name], kinds, "acme/own") for name in ("apache-2.0", "mit")]
    asked = {duty.license for duty in obligations_of(rulebook.obligations, merge_terms(parts, kinds))}
    assert asked == {"apache-2.0", "mit"}
