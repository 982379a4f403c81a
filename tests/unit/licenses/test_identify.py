"""Which license a text is; the dangerous mistakes are tried here one by one."""

from __future__ import annotations

import hashlib
import html
import textwrap
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.licenses.identify import LicenseIndex, identify, known_policy_of
from auditor.licenses.spdx_texts import spdx_spans
from auditor.model.license import LicenseMatch
from auditor.rulebook.load import load_rulebook
from tests.conftest import corpus_path

pytestmark = pytest.mark.corpus

# Tests collect without the corpus: which text is whose is read from the profiles, and compared by hash below.
POLICIES = ["llama-2-use-policy", "llama-3.1-use-policy", "llama-3.2-use-policy", "gemma-prohibited-use-2024-02-21"]


def _owners() -> dict[str, str]:
    """Return for each license text of the corpus that a profile was read from: file stem -> profile id."""
    folder = corpus_path()
    profiles = [profile for profile in load_rulebook().licenses.values() if profile.read and profile.scope != "policy"]
    hashes = {
        sha: profile.id for profile in profiles if profile.read
        for sha in (profile.read.text_sha256, *profile.read.revisions)
    }  # fmt: skip
    texts = sorted((folder / "licenses").glob("*.txt")) if folder else []
    found = {path.stem: hashes.get(hashlib.sha256(path.read_bytes()).hexdigest()) for path in texts}
    return {stem: owner for stem, owner in found.items() if owner}


TEXTS = _owners()


@pytest.fixture(scope="module")
def index() -> LicenseIndex:
    rulebook = load_rulebook()
    return LicenseIndex(rulebook.licenses, rulebook.fingerprints)


def read(corpus: Path, name: str) -> str:
    return (corpus / "licenses" / f"{name}.txt").read_text("utf-8")


def short(matches: list[LicenseMatch]) -> list[tuple[str, str]]:
    return [(match.id, match.status) for match in matches]


@pytest.mark.parametrize("name", TEXTS)
def test_a_known_text_is_exact_and_alone(corpus: Path, index: LicenseIndex, name: str) -> None:
    text = read(corpus, name)
    assert short(identify(text, index)) == [(TEXTS[name], "exact")]
    # One blank line more is another file of the same words: not by its hash, but word for word.
    assert short(identify(f"\n{text}", index)) == [(TEXTS[name], "exact")]


def test_no_other_text_of_the_corpus_is_called_exact(corpus: Path, index: LicenseIndex) -> None:
    wrong = {}
    for path in sorted((corpus / "licenses").glob("*.txt")):
        if path.stem not in TEXTS:
            found = [m.id for m in identify(path.read_text("utf-8"), index) if m.status == "exact"]
            if found:
                wrong[path.stem] = found
    assert wrong == {}


@pytest.mark.parametrize("name", POLICIES)
def test_a_use_policy_is_no_license_and_is_known(corpus: Path, index: LicenseIndex, name: str) -> None:
    text = read(corpus, name)
    assert not [m for m in identify(text, index) if m.status == "exact"]
    assert known_policy_of(text, index)


def test_cards_without_a_license_text_have_none(corpus: Path, index: LicenseIndex) -> None:
    found = {}
    for path in sorted((corpus / "cards").glob("*/README.md")):
        exact = [m.id for m in identify(path.read_bytes().decode("utf-8", "replace"), index) if m.status == "exact"]
        if exact:
            found[path.parent.name] = exact
    assert set(found) <= {"01-ai__Yi__HUGGINGFACE_README"}, found


CLAUSES = [
    "Non-commercial use only.",
    "The Software may not be used for military purposes.",
    "If you have more than 100 million monthly active users you must display Acme on the user interface.",
    "This license does not apply in the European Union.",
    "Use is limited to research.",
    "You must give credit to Acme in your product.",
    "Companies with revenue above $1M need a paid agreement.",
    "Redistribution is not allowed.",
]


@pytest.mark.parametrize("clause", CLAUSES)
@pytest.mark.parametrize("name", ["mit", "apache-2.0", "bsd-3-clause"])
def test_a_standard_text_with_a_clause_added_is_modified_and_the_clause_is_quoted(
    corpus: Path, index: LicenseIndex, name: str, clause: str
) -> None:
    text = read(corpus, name)
    lines = text.splitlines()
    middle = "\n".join([*lines[: len(lines) // 2], "", clause, "", *lines[len(lines) // 2 :]])
    for changed in (f"{text}\n{clause}\n", f"{clause}\n\n{text}", middle):
        (match,) = identify(changed, index)
        assert (match.id, match.status) == (TEXTS[name], "modified")
        assert any(clause[:20] in span.text for span in match.added)


WORDS = ["not", "non", "only", "military", "five", "hereafter", "Acme", "never", "without", "2030"]


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_word_changed_anywhere_in_the_body_is_never_exact(index: LicenseIndex, data: st.DataObject) -> None:
    corpus = corpus_path()
    if corpus is None:
        pytest.skip("corpus not found: set AUDITOR_CORPUS to its folder")
    name = data.draw(
        st.sampled_from(["mit", "apache-2.0", "llama-3.1", "cc-by-nc-4.0", "bsd-3-clause", "gemma-terms-2025-03-24"])
    )
    begins = {
        "mit": "Permission is",
        "apache-2.0": "1. Definitions",
        "cc-by-nc-4.0": "By exercising",
        "bsd-3-clause": "Redistribution and",
    }
    ends = {"apache-2.0": "END OF TERMS", "cc-by-nc-4.0": "Creative Commons is not a party"}
    text = read(corpus, name)
    first = text.index(begins[name]) if name in begins else text.index("\n", 20)
    last = text.index(ends[name]) if name in ends else len(text)
    words = text[first:last].split(" ")
    place = data.draw(st.integers(1, len(words) - 2))
    how = data.draw(st.sampled_from(["insert", "delete", "replace"]))
    word = data.draw(st.sampled_from(WORDS))
    if how != "insert" and not any(letter.isalnum() for letter in words[place]):
        return
    beside = " ".join(words[max(place - 3, 0) : place + 4])
    if name == "bsd-3-clause" and ("alesforce" in beside or "HOLDER" in beside):
        return  # the name of the holder is what a copy may change
    changed = words[:place] + ([word] if how != "delete" else []) + words[place + (how != "insert") :]
    altered = text[:first] + " ".join(changed) + text[last:]
    if altered.lower().split() == text.lower().split():
        return
    assert not [m for m in identify(altered, index) if m.status == "exact" and m.id == TEXTS[name]], (
        how,
        word,
        words[place],
    )


def dressed(mit: str) -> dict[str, str]:
    body = mit[mit.index("Permission") :]
    return {
        "no title": f"Copyright (c) 2024 Acme Inc.\n\n{body}",
        "another title": f"The MIT License (MIT)\n\nCopyright (c) 2024 Acme Inc. All rights reserved.\n\n{body}",
        "carriage returns": mit.replace("\n", "\r\n"),
        "wrapped again": textwrap.fill(body, 40),
        "as a comment": "".join(f"# {line}\n" for line in mit.splitlines()),
        "as another comment": "".join(f" * {line}\n" for line in mit.splitlines()),
        "smart quotes": mit.replace('"', "“"),
        "page footers": mit.replace("\n\n", "\n\nPage 1 of 3\n\n", 1).replace("\n\nTHE", "\n\nPage 2 of 3\n\nTHE") + "\nPage 3 of 3\n",
        "html": "<html><body><h1>MIT License</h1>" + "".join(f"<p>{html.escape(p)}</p>" for p in mit.split("\n\n")) + "</body></html>",
        "in a card": "---\nlicense: mit\n---\n# Acme\n\nYou must install torch, which may not work everywhere.\n\n"
        f"## License\n\n{mit}\n\n## Usage\n\nYou must not forget to call it; only then it works.\n",
    }  # fmt: skip


def test_a_text_in_another_dress_is_still_exact(corpus: Path, index: LicenseIndex) -> None:
    for dress, text in dressed(read(corpus, "mit")).items():
        assert short(identify(text, index)) == [("mit", "exact")], dress


def test_an_appendix_may_be_filled_in_or_left_out_and_a_preamble_too(corpus: Path, index: LicenseIndex) -> None:
    apache = read(corpus, "apache-2.0")
    filled = apache.replace("[yyyy]", "2024").replace("[name of copyright owner]", "Acme Inc.")
    commons = read(corpus, "cc-by-nc-4.0")
    bare = commons[commons.index("By exercising") : commons.index("Creative Commons is not a party")]
    for text in (filled, apache[: apache.index("APPENDIX")]):
        assert short(identify(text, index)) == [("apache-2.0", "exact")]
    assert short(identify(bare, index)) == [("cc-by-nc-4.0", "exact")]


def test_the_name_of_a_holder_in_a_template_is_no_change_and_a_sentence_in_its_place_is(
    corpus: Path, index: LicenseIndex
) -> None:
    text = read(corpus, "bsd-3-clause")
    assert short(identify(text.replace("Salesforce.com", "Acme University"), index)) == [("bsd-3-clause", "exact")]
    for trick in ("Acme, except for commercial users,", "Acme may not be used and"):
        assert short(identify(text.replace("Salesforce.com", trick), index)) == [("bsd-3-clause", "modified")]


def test_two_licenses_in_one_file_are_two_matches_with_their_lines(corpus: Path, index: LicenseIndex) -> None:
    both = read(corpus, "mit") + "\n\n" + read(corpus, "apache-2.0")
    found = {match.id: match.lines for match in identify(both, index)}
    assert set(found) == {"mit", "apache-2.0"}
    assert found["mit"][1] < found["apache-2.0"][0]


def test_a_version_of_a_family_that_we_do_not_know_is_not_called_a_known_one(corpus: Path, index: LicenseIndex) -> None:
    for old, new in (("3.1", "3.5"), ("700 million", "100 million"), ("July 23, 2024", "July 23, 2026")):
        text = read(corpus, "llama-3.1").replace(old, new)
        assert all(match.status != "exact" for match in identify(text, index)), new


@pytest.mark.parametrize(
    "text",
    [
        "", "a b c", "licensed under the MIT license", "This model is released under the Apache 2.0 license. See LICENSE.",
        "\x00\x01" * 500, "# Model\n\nWe thank the authors of the GPL.",
    ],
)  # fmt: skip
def test_a_mention_is_no_license(index: LicenseIndex, text: str) -> None:
    assert identify(text, index) == []


def test_a_title_alone_is_partial(index: LicenseIndex) -> None:
    text = "LLAMA 3.1 COMMUNITY LICENSE AGREEMENT\n\n" + "These are other words. " * 40
    assert short(identify(text, index)) == [("llama3.1", "partial")]


@pytest.mark.parametrize(
    "text", ["word " * 1_000_000, "x" * 50_000_000, "<div>" * 200_000, "<a " * 300_000, "a\n" * 1_000_000]
)
def test_hostile_texts_take_bounded_time(index: LicenseIndex, text: str) -> None:
    begun = time.perf_counter()
    identify(text, index)
    assert time.perf_counter() - begun < 10


def test_golden_spans_of_the_pinned_engine(corpus: Path) -> None:
    import licenseclassifier

    assert licenseclassifier.__version__ == "2026.10.0"
    names = [
        "mit",
        "apache-2.0",
        "bsd-3-clause",
        "cc-by-4.0",
        "cc-by-nc-4.0",
        "cc0-1.0",
        "gpl-3.0",
        "agpl-3.0",
        "mpl-2.0",
    ]
    found = {name: [span.spdx for span in spdx_spans(read(corpus, name))] for name in names}
    assert found == {
        "mit": ["MIT"], "apache-2.0": ["Apache-2.0"], "bsd-3-clause": ["BSD-3-Clause"], "cc-by-4.0": ["CC-BY-4.0"],
        "cc-by-nc-4.0": ["CC-BY-NC-4.0"], "cc0-1.0": ["CC0-1.0"], "gpl-3.0": ["GPL-3.0"], "agpl-3.0": ["AGPL-3.0"],
        "mpl-2.0": ["MPL-2.0"],
    }  # fmt: skip
    assert spdx_spans("licensed under the MIT license") == []
