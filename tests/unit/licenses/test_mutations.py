"""Every license text of the corpus in other dress, and changed: what is said of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.licenses.identify import LicenseIndex, identify
from auditor.rulebook.load import load_rulebook
from benchmarks.identify import altered
from tests.conftest import corpus_path
from tests.unit.licenses.test_identify import TEXTS, read

pytestmark = [pytest.mark.corpus, pytest.mark.slow]

# Dress that changes the words themselves: markup within a text that is marked up already, and a notice joined to a title.
UNFAIR = {("opt-175b", "html"), ("sdxl-0.9-research", "wrapped")}
CHANGED = ("clause added", "clause at the end", "paragraph removed", "words changed")


@pytest.fixture(scope="module")
def index() -> LicenseIndex:
    rulebook = load_rulebook()
    return LicenseIndex(rulebook.licenses, rulebook.fingerprints)


def short(text: str, index: LicenseIndex) -> list[tuple[str, str]]:
    return [(match.id, match.status) for match in identify(text, index)]


@pytest.mark.parametrize("name", TEXTS)
def test_other_dress_is_exact(corpus: Path, index: LicenseIndex, name: str) -> None:
    text = read(corpus, name)
    dressed = {kind: changed for kind, changed in altered(text, name).items() if kind not in CHANGED}
    dressed |= {"carriage returns": text.replace("\n", "\r\n"), "byte order mark": f"\ufeff{text}"}
    for kind, changed in dressed.items():
        if (name, kind) not in UNFAIR:
            assert short(changed, index) == [(TEXTS[name], "exact")], kind
        else:
            assert {found for found, _ in short(changed, index)} == {TEXTS[name]}


@pytest.mark.parametrize("name", TEXTS)
def test_a_change_is_never_exact_and_mostly_recognized(corpus: Path, index: LicenseIndex, name: str) -> None:
    for kind, changed in altered(read(corpus, name), name).items():
        if kind in CHANGED:
            found = short(changed, index)
            assert "exact" not in {status for _, status in found}, (kind, found)
            if kind.startswith("clause"):
                assert (TEXTS[name], "modified") in found, (kind, found)


def test_almost_every_changed_text_is_still_called_by_its_name(corpus: Path, index: LicenseIndex) -> None:
    """Short texts that lose their longest paragraph may be too little; of all, nine in ten are named rightly."""
    answers = [
        TEXTS[name] in {found for found, _ in short(changed, index)}
        for name in TEXTS
        for kind, changed in altered(read(corpus, name), name).items()
        if kind in CHANGED
    ]
    assert sum(answers) >= 0.9 * len(answers)


@pytest.mark.parametrize("name", sorted(TEXTS)[::4])
def test_two_texts_in_one_file_are_two_matches(corpus: Path, index: LicenseIndex, name: str) -> None:
    other = "mit" if name != "mit" else "apache-2.0"
    joined = f"{read(corpus, name)}\n\n{read(corpus, other)}"
    assert {found for found, _ in short(joined, index)} == {TEXTS[name], TEXTS[other]}


@pytest.mark.parametrize("name", sorted(TEXTS)[::3])
def test_without_its_title_it_is_the_same_license(corpus: Path, index: LicenseIndex, name: str) -> None:
    lines = read(corpus, name).splitlines()
    first = next(n for n, line in enumerate(lines) if line.strip())
    found = short("\n".join(lines[first + 1 :]), index)
    assert [license_id for license_id, _ in found] == [TEXTS[name]]


def test_the_corpus_is_the_one_meant() -> None:
    if corpus_path() is None:
        pytest.skip("corpus not found: set AUDITOR_CORPUS to its folder")
    assert len(TEXTS) >= 94
