"""What stands beside a license text, on texts of our own: anything that could add terms keeps it from being exact."""

from __future__ import annotations

import time

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from auditor.licenses.fingerprints import build_fingerprint
from auditor.licenses.holder import is_holder_line, is_name
from auditor.licenses.identify import LicenseIndex, identify, known_policy_of
from auditor.licenses.markup import without_markup
from auditor.licenses.normalize import MAX_CHARACTERS, normalized_sha256, words_of
from auditor.model.license import LicenseProfile

BODY = """The Acme Foundry hereby hands this anvil to every blacksmith who walks through the gate at dawn.

A blacksmith shapes horseshoes, hinges, kettles, lanterns and weathercocks with the anvil, sells whatever was forged
on it, lends the anvil to a neighbor in the valley, and melts the anvil down when winter comes early to the hills.

Every copy of the anvil carries this page nailed below its horn. The anvil stands in the yard as it was found, and the
Foundry answers for no burnt thumb, cracked hammer or escaped horse that comes of striking it at any hour of the day.
"""
POLICY = """Nobody strikes the anvil at night, near a sleeping child, or on the feast of the patron of bell founders.

Nobody forges a sword, a halberd, a cannon, a thumbscrew or a lock without a key upon the anvil, nor lends the anvil to
a smith who would forge one. A smith who breaks this page carries the anvil back over the pass on foot in the snow.
"""


def profile(name: str, title: str, **more: object) -> LicenseProfile:
    values = {"scope": "any", "text": "read", "terms": {}, "judgments": {}, "spdx": f"LicenseRef-{name}", **more}
    return LicenseProfile(id=name, title=title, titles=(title,), **values)  # type: ignore[arg-type]


INDEX = LicenseIndex(
    {"anvil-1.0": profile("anvil-1.0", "Acme Anvil License"), "bellows-1.0": profile("bellows-1.0", "Acme Bellows License")},
    {
        "anvil-1.0": build_fingerprint(BODY, license_id="anvil-1.0"),
        "anvil-policy": build_fingerprint(POLICY, license_id="anvil-1.0", role="use-policy"),
    },
)  # fmt: skip


def status(text: str, index: LicenseIndex = INDEX) -> list[tuple[str, str]]:
    return [(match.id, match.status) for match in identify(text, index)]


EXACT = [("anvil-1.0", "exact")]
MODIFIED = [("anvil-1.0", "modified")]
TITLED = f"Acme Anvil License\n\nCopyright (c) 2024 Acme Inc.\n\n{BODY}"


@pytest.mark.parametrize(
    "text",
    [
        BODY, TITLED, f"Acme Anvil License Copyright (c) 2024 Acme {' '.join(BODY.split())}",
        f"Copyright (c) 2024 Acme Research, Inc. and its affiliates. All rights reserved.\n\n{BODY}",
        f"Copyright (c) 2024 \u667a\u8c31\n\n{BODY}", f"Copyright (c) 2024 Acme <office@acme.example>\n\n{BODY}",
        f"Acme Model 7B\n\n{BODY}", f"This project is released under the following license:\n\n{BODY}",
        f"<!--\n{TITLED}\n-->\n", f"{TITLED}\n\n{POLICY}",
        "<html><head><style>p { color: red }</style></head><body><nav><a href='/'>Home</a></nav>"
        + "".join(f"<p>{part}</p>" for part in BODY.split("\n\n")) + "<footer>\u00a9 2024 Acme</footer></body></html>",
        "# Acme Tool\n\nIt must be oiled; it may not work.\n\n## Usage\n\nUsers must call it only once.\n\n"
        f"## License\n\n{TITLED}\n\n## Citation\n\nPlease cite us in your research.\n",
    ],
)  # fmt: skip
def test_harmless_surroundings_leave_a_license_exact(text: str) -> None:
    assert status(text) == EXACT


CLAUSES = [
    "Non-commercial use only.", "Valid until 2027.", "For evaluation.", "Academic use.", "Educational purposes.",
    "Licensed to academic institutions.", "Available to individuals.", "Businesses: buy a license.",
    "Outputs belong to Acme.", "Report usage to Acme each month.", "Don't use this for weapons.",
    "Use in China is excluded.", "Companies, talk to us first.", "This license ends on December 31.",
    "Hosting as a service is reserved to Acme.", "Model outputs cannot train other models.", "Royalties: 5% of sales.",
    "Blue moons alone suffice for Acme.", "See https://acme.example/terms for the rest.", "Acme Anvil License Addendum",
    "This license is of the code, see the weights license file.",
    "\u4ec5\u9650\u975e\u5546\u4e1a\u7528\u9014\u3002", "\u5546\u7528\u5229\u7528\u306f\u7981\u6b62\u3067\u3059\u3002",
    "\uc0c1\uc5c5\uc801 \uc0ac\uc6a9 \uae08\uc9c0.", "Nur f\u00fcr nicht-kommerzielle Nutzung.",
    "\u0422\u043e\u043b\u044c\u043a\u043e \u0434\u043b\u044f \u0448\u043a\u043e\u043b.", "Usage commercial interdit.",
]  # fmt: skip


@pytest.mark.parametrize("clause", CLAUSES)
@pytest.mark.parametrize("shape", ["{clause}\n\n{text}", "{text}\n{clause}\n", "{text}\n\n{clause}\n",
                                   "Acme Anvil License\n\nCopyright (c) 2024 Acme\n\n{clause}\n\n{body}",
                                   "---\n{text}\n{clause}\n"])  # fmt: skip
def test_a_clause_beside_the_license_is_never_overlooked(clause: str, shape: str) -> None:
    assert status(shape.format(clause=clause, text=TITLED, body=BODY)) == MODIFIED


@pytest.mark.parametrize(
    "text",
    [
        BODY.replace("The Acme", "Until 2026, the Acme", 1), BODY.replace("The Acme", "For students: the Acme", 1),
        BODY.replace("The Acme", "Startups: the Acme", 1), BODY.rstrip(".\n") + " for schools.\n",
        "Acme Anvil License\n\nCopyright (c) 2024 Acme. Pay five percent to Acme.\n\n" + BODY,
        "Acme Anvil License\n\nCopyright (c) 2024 Acme. EU and UK excluded.\n\n" + BODY,
        BODY.replace("sells whatever", "~~sells~~ whatever"), BODY.replace("sells whatever", "<!-- sells --> whatever"),
        "<p></p><p></p>" + BODY.replace("sells whatever", "<del>sells</del> whatever"),
        "<p></p><p></p>" + BODY + "<footer>Non-commercial use only.</footer>",
        "<header>Schools may not use it.</header><p></p><p></p>" + BODY, "<p></p><p></p>" + BODY + "<Only for schools>",
        BODY.replace("lends the", "(\u0442\u043e\u043b\u044c\u043a\u043e) lends the"),
        TITLED + "\nPage 1 royalty five\nPage 2 royalty five\nPage 3 royalty five\n",
        TITLED + "\n\n" + "lorem ipsum dolor sit amet " * 60 + "\n\nCompanies with revenue need a paid agreement.\n",
        TITLED + "\n" * MAX_CHARACTERS + "Non-commercial use only.",
        TITLED + "\n\n" + POLICY.replace("a sword", "a spoon"), TITLED + "\n\n" + POLICY + "\nNobody whistles here.\n",
    ],
)  # fmt: skip
def test_a_hidden_or_attached_change_is_never_exact(text: str) -> None:
    assert "exact" not in [match.status for match in identify(text, INDEX)]
    assert status(text) == MODIFIED


WORDS = BODY.split()


@given(st.integers(0, len(WORDS) - 1), st.sampled_from(["insert", "delete", "replace"]),
       st.sampled_from(["not", "Acme", "weekly", "2031", "\u0442\u043e\u043b\u044c\u043a\u043e", "\u7981"]))  # fmt: skip
@settings(max_examples=300, deadline=None)
@example(0, "insert", "weekly")
@example(len(WORDS) - 1, "insert", "Acme")
@example(len(WORDS) - 1, "delete", "not")
def test_a_word_changed_anywhere_even_at_the_edges_is_never_exact(place: int, how: str, word: str) -> None:
    kept = WORDS[: place + (how == "insert")]
    changed = [*kept, *([] if how == "delete" else [word]), *WORDS[place + 1 :]]
    if [w.strip(",.") for w in changed] == [w.strip(",.") for w in WORDS]:
        return
    assert status(" ".join(changed)) != EXACT


@given(
    st.lists(
        st.sampled_from(
            ["the", "smiths", "of", "the", "valley", "forge", "lamps", "every", "week", "near", "a", "lake"]
        ),
        min_size=5,
        max_size=30,
    )
)
@settings(max_examples=100, deadline=None)
def test_no_sentence_of_plain_words_is_excused(sentence: list[str]) -> None:
    """Which words stand there does not matter: a sentence that is of no harmless form counts."""
    if set(sentence) <= {"the", "of", "a"}:
        return
    assert status(f"{TITLED}\n\n{' '.join(sentence)}.\n") == MODIFIED


def test_a_policy_is_its_licenses_own_only_word_for_word() -> None:
    assert known_policy_of(POLICY, INDEX) == ("anvil-1.0",)
    assert not known_policy_of(POLICY.replace("a sword", "a spoon"), INDEX)
    assert not known_policy_of(POLICY + "\nNobody whistles near the anvil either.\n", INDEX)
    assert not known_policy_of(BODY, INDEX)


def test_the_engine_alone_never_makes_a_text_exact_and_a_stored_hash_does(monkeypatch: pytest.MonkeyPatch) -> None:
    from auditor.licenses import identify as module
    from auditor.licenses.spdx_texts import SpdxSpan

    monkeypatch.setattr(module, "spdx_spans", lambda text: [SpdxSpan("Anvil-1", 1, text.count("\n"))])
    unread = profile("anvil-1", "Anvil One", spdx="Anvil-1")
    (match,) = identify(BODY, LicenseIndex({"anvil-1": unread}, {}))
    assert match.status == "modified"
    assert "not compared" in match.missing[0]["section"]
    known = msgspec.structs.replace(unread, normalized_sha256=(normalized_sha256(BODY),))
    assert status(BODY, LicenseIndex({"anvil-1": known}, {})) == [("anvil-1", "exact")]
    assert status(BODY + "Not on Mondays.\n", LicenseIndex({"anvil-1": known}, {})) == [("anvil-1", "modified")]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Copyright (c) 2024 Acme", True), ("\u00a9 2020-2024 The Acme Authors. All rights reserved.", True),
        ("# Copyright 2024 Acme, Inc. and contributors", True), ("All rights reserved.", True),
        ("Copyright (c) 2024 Acme Research Ltd. <https://acme.example>", True),
        ("Copyright (c) 2024 Acme for schools", False), ("Copyright (c) 2024 Acme. Pay us.", False),
        ("Copyright notice and this permission", False), ("Copyright 2024 Acme, not for sale", False),
        ("Copyright 2024 Acme https://acme.example/terms", False), ("Acme", False), ("Copyright " + "A" * 400, False),
    ],
)  # fmt: skip
def test_a_holder_line_says_whose_and_nothing_more(line: str, expected: bool) -> None:
    assert is_holder_line(line) is expected


@given(st.text(max_size=200))
def test_any_text_may_be_asked_about(text: str) -> None:
    is_name(text)
    is_holder_line(text)
    assert len(without_markup(text)) == text.count("\n") + 1
    found = words_of(text)
    assert len(found.words) == len(found.lines)
    found.written(0, len(found.words))


@pytest.mark.parametrize(
    "text",
    [
        "<p><p><p>&#" + "9" * 5_000 + ";", "<p><p><p>" + "<script>" * 200_000, "<p><p><p>" + "<nav>" * 200_000 + "</nav>",
        "<!--" * 400_000, "~~a" * 600_000, "\ufdfa" * 1_000_000, TITLED + "\n\nsome words here\n" * 60_000,
        "Copyright " * 200_000, BODY * 300,
    ],
)  # fmt: skip
def test_hostile_markup_takes_bounded_time_and_breaks_nothing(text: str) -> None:
    begun = time.perf_counter()
    assert "exact" not in [match.status for match in identify(text, INDEX)]
    assert time.perf_counter() - begun < 20


def test_time_grows_with_the_length_and_no_faster() -> None:
    def seconds(count: int) -> float:
        text = "<p><p><p>" + "<script>" * count
        begun = time.perf_counter()
        words_of(text)
        return time.perf_counter() - begun

    seconds(1_000)
    assert seconds(160_000) < 40 * max(seconds(20_000), 0.005)
