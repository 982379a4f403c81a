"""Every label of the trees in tests/cases/scan is found, as labeled, and nothing else is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from auditor.model.scan import Scan
from auditor.pipeline.scanning import scan_tree
from auditor.rulebook.load import load_rulebook
from auditor.rulebook.scan_rules import ScanRules, load_scan_rules
from tests.unit.scan.labeled_tree import CASES, Label, unpack

BUNDLES = sorted(CASES.glob("*.txt"))


@pytest.fixture(scope="module")
def rules() -> ScanRules:
    return load_scan_rules(load_rulebook())


@pytest.fixture(params=BUNDLES, ids=[bundle.stem for bundle in BUNDLES])
def scanned(request: pytest.FixtureRequest, tmp_path: Path, rules: ScanRules) -> tuple[Scan, list[Label], Path]:
    labels = unpack(request.param, tmp_path)
    return scan_tree(tmp_path, rules), labels, tmp_path


def test_references_are_the_labeled_ones(scanned: tuple[Scan, list[Label], Path]) -> None:
    scan, labels, _ = scanned
    wanted: Counter[tuple[object, ...]] = Counter()
    for one in labels:
        if one.kind == "reference":
            key = (one.file, one.cell, one.line, one.target, one.provider, one.type, one.use, one.revision)
            wanted[key] += one.count
    found = Counter(
        (one.file, one.cell, one.line, one.target, one.provider, one.type, one.use, one.revision)
        for one in scan.references
    )
    assert found - wanted == Counter()
    assert wanted - found == Counter()


def test_unresolved_and_excluded_are_the_labeled_ones(scanned: tuple[Scan, list[Label], Path]) -> None:
    scan, labels, _ = scanned
    unresolved = {(one.file, one.line, one.target) for one in labels if one.kind == "unresolved"}
    excluded = {(one.file, one.line, one.target) for one in labels if one.kind == "excluded"}
    assert {(one.file, one.line, one.expression) for one in scan.unresolved} == unresolved
    assert {(one.file, one.line, one.target) for one in scan.excluded} == excluded


def test_places_are_where_the_literals_stand(scanned: tuple[Scan, list[Label], Path]) -> None:
    scan, _, root = scanned
    for one in scan.references:
        if one.cell is not None:
            continue
        rows = (root / one.file).read_text("utf-8").split("\n")[one.line - 1 : one.end_line]
        text = "\n".join([rows[0][one.column - 1 :], *rows[1:]])
        part = one.target.rpartition("/")[2]
        assert part in text or text.startswith(('f"', '"')), one


def test_pinned_is_a_full_commit_and_nothing_else(scanned: tuple[Scan, list[Label], Path]) -> None:
    scan, _, _ = scanned
    for one in scan.references:
        assert one.pinned == (one.revision is not None and len(one.revision) == 40)


def test_references_are_sorted_and_repeat(scanned: tuple[Scan, list[Label], Path], rules: ScanRules) -> None:
    scan, _, root = scanned
    keys = [(one.file, one.cell or 0, one.line, one.column, one.target) for one in scan.references]
    assert keys == sorted(keys)
    assert scan_tree(root, rules) == scan
