"""All cards of the corpus and a slice of the Hub of 2022: no crash, valid JSON, and no license means no openness."""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from auditor.pipeline.auditor import Auditor
from auditor.rulebook.load import load_rulebook
from auditor.rulebook.schema_check import load_schema
from tests.corpus_snapshots import card_folders, hub_2022_records, snapshot_of_card, snapshot_of_record

pytestmark = [pytest.mark.corpus, pytest.mark.slow]
LOW = ("closed", "api-only", "weights-only")


@pytest.fixture(scope="module")
def auditor() -> Auditor:
    return Auditor(load_rulebook())


@pytest.mark.parametrize("complete", [True, False])
def test_every_card(corpus: Path, auditor: Auditor, complete: bool) -> None:
    validator = Draft202012Validator(load_schema("report.v1"))
    for number, folder in enumerate(card_folders(corpus)):
        report = auditor.report(snapshot_of_card(folder, complete=complete))
        data = json.loads(json.dumps(report.to_dict()))
        if complete or number % 4 == 0:
            assert [error.message for error in validator.iter_errors(data)] == [], folder.name
        if report.weights_license.concluded is None:
            assert report.label in LOW, folder.name
            assert report.grades["terms"].level == 0, folder.name
        if report.weights_license.status == "missing":
            assert report.label_ceiling in LOW, folder.name
        for grade in report.grades.values():
            assert grade.level <= grade.ceiling
            assert set(grade.decided_by) <= {finding.id for finding in report.findings}


def test_records_of_2022(corpus: Path, auditor: Auditor) -> None:
    for record in islice(hub_2022_records(corpus), 0, 29_000, 40):
        report = auditor.report(snapshot_of_record(record))
        if report.weights_license.concluded is None:
            assert report.grades["terms"].level == 0
