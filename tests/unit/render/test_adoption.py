"""The obligations pack: names that stay inside, words that stay words."""

from __future__ import annotations

import csv
import io

from auditor.render.adoption import pack_files
from tests.unit.render.report_factory import ATTACK, pack, plain_pack

JUDGED = "meta-llama/llama-3.3-70b-instruct"


def test_every_file_stays_in_the_folder_and_no_two_are_one() -> None:
    names = list(pack_files(pack(JUDGED)))
    assert len({name.lower() for name in names}) == len(names)
    for name in names:
        assert not name.startswith(("/", ".", "~"))
        assert ".." not in name.split("/")
        assert all(len(part) <= 100 for part in name.split("/"))
        assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/")


def test_license_texts_are_shipped_as_they_are() -> None:
    files = pack_files(pack(JUDGED))
    assert [text for name, text in files.items() if name.startswith("licenses/")] == [ATTACK, ATTACK]


def test_the_memo_holds_everything_a_memo_holds() -> None:
    files = pack_files(plain_pack(JUDGED))
    for number in range(1, 14):
        assert f"{number}." in files["memo.md"] or f" {number}" in files["memo.md"]
        assert f"{number}" in files["memo.html"]
    assert "Built with Llama" in files["memo.md"]
    assert "<script>" not in files["memo.html"]
    assert files["NOTICE.txt"].startswith("Llama 3.3 is licensed under")
    assert "<script>" not in pack_files(pack(JUDGED))["memo.html"]


def test_the_checklist_has_owner_and_dates_and_no_formula() -> None:
    rows = list(csv.reader(io.StringIO(pack_files(plain_pack(JUDGED))["checklist.csv"])))
    assert {"duty", "owner", "due", "done on"} <= set(rows[0])
    assert len(rows) > 3
    assert not any(cell[:1] in ("=", "+", "-", "@") for row in rows for cell in row)
