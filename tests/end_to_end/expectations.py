"""What a right answer is made of, and how a report is held against it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.end_to_end.repositories import Texts
from tests.replay_hub import Repository

LADDER = (
    "closed", "api-only", "weights-only", "weights-available", "open-weights", "open-source-ai",
    "open-source-ai-open-data",
)  # fmt: skip

# The resolver's codes on terms: a case names every one of them that is to be there, and no other may be.
TERMS_CODES = frozenset(
    {
        "license-missing", "license-unresolved", "license-conflict", "license-modified", "license-multiple",
        "license-text-missing", "license-text-unreadable", "license-pointer-only", "license-title-only",
        "ambiguous-license-tag", "license-link-unpinned", "lineage-not-followed", "undeclared-base",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Right:
    """The whole right answer about the license and openness of one subject."""

    status: str
    concluded: str | None
    spdx: str | None
    terms: tuple[int, int]
    label: str
    also: tuple[str, ...] = ()
    label_ceiling: str | None = None
    """None: not settled by what the case is about."""
    candidates: tuple[str, ...] | None = ()
    findings: frozenset[str] = frozenset()
    """Codes of TERMS_CODES that are there with outcome `not_met`; no others may be."""
    other_findings: frozenset[str] = frozenset()
    """Codes of other dimensions that must be there with outcome `not_met`."""
    checks: Mapping[str, str] = field(default_factory=dict)
    """Outcomes of checks by id."""
    more: Callable[[dict[str, Any]], None] | None = None
    """Whatever else the case is about."""


@dataclass(frozen=True)
class Case:
    """Repositories, the target asked for, and the right answer."""

    name: str
    repositories: Callable[[Texts], Sequence[Repository]]
    """The first is the subject; the texts come from the corpus."""
    right: Right
    texts: bool = False
    """Whether real license texts are needed."""
    target: str | None = None


def findings_of(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The first finding of each code."""
    found: dict[str, dict[str, Any]] = {}
    for finding in report["findings"]:
        found.setdefault(finding["code"], finding)
    return found


def assert_right(report: dict[str, Any], right: Right) -> None:
    weights, grade = report["licenses"]["weights"], report["grades"]["terms"]
    findings = findings_of(report)
    stated = frozenset(code for code in findings if code in TERMS_CODES)
    got: dict[str, Any] = {
        "status": weights["status"],
        "also": tuple(weights["also"]),
        "concluded": weights["concluded"],
        "spdx": weights["spdx"],
        "terms": (grade["level"], grade["ceiling"]),
        "label": report["label"],
        "findings": sorted(stated),
        "checks": {code: findings[code]["outcome"] for code in right.checks},
        "other findings": sorted(code for code in right.other_findings if code in findings),
    }
    wanted: dict[str, Any] = {
        "status": right.status,
        "also": right.also,
        "concluded": right.concluded,
        "spdx": right.spdx,
        "terms": right.terms,
        "label": right.label,
        "findings": sorted(right.findings),
        "checks": dict(right.checks),
        "other findings": sorted(right.other_findings),
    }
    if right.candidates is not None:
        got["candidates"], wanted["candidates"] = tuple(weights["candidates"]), right.candidates
    if right.label_ceiling is not None:
        got["label ceiling"], wanted["label ceiling"] = report["label_ceiling"], right.label_ceiling
    assert got == wanted
    for code in right.findings | right.other_findings:
        finding = findings[code]
        assert finding["outcome"] == "not_met", code
        assert finding["id"] == f"{code}#1"
        assert finding["detail"], code
        assert finding["remediation"], code
    assert_sound(report)
    if right.more:
        right.more(report)


# Criteria that nothing may meet while no grant is established, by yardstick.
GRANT_CRITERIA = {
    "g7": ("granted", "open-license"),
    "mof": ("model-parameters-final", "model-parameters-intermediate", "model-card", "evaluation-results"),
    "osaid": ("freedoms", "parameters"),
    "osai-index": ("licenses",),
    "eu-ai-act": ("E1",),
}


def assert_no_yardstick_calls_it_open(report: dict[str, Any]) -> None:
    """No published yardstick may call open what our own terms do not even call granted."""
    found = report["frameworks"]
    if report["subject"]["kind"] != "record":
        assert found["mof"]["result"] == "unclassified"
        for name, criteria in GRANT_CRITERIA.items():
            for criterion in criteria:
                assert found[name]["criteria"][criterion]["answer"] != "yes", (name, criterion)
    assert found["g7"]["result"] == "none"
    assert found["osaid"]["result"] != "open-source-ai"
    assert found["eu-ai-act"]["result"] != "exempt"


def assert_sound(report: dict[str, Any]) -> None:
    """What holds for every report, whatever it is about."""
    for name, grade in report["grades"].items():
        assert 0 <= grade["level"] <= grade["ceiling"] <= 4, name
    assert LADDER.index(report["label"]) <= LADDER.index(report["label_ceiling"])
    assert report["score"]["low"] == sum(grade["level"] for grade in report["grades"].values()) * 25 / 4
    assert report["score"]["high"] == sum(grade["ceiling"] for grade in report["grades"].values()) * 25 / 4
    ids = [finding["id"] for finding in report["findings"]]
    assert ids == sorted(set(ids))
    assert {finding for grade in report["grades"].values() for finding in grade["decided_by"]} <= set(ids)
    if report["grades"]["terms"]["level"] == 0:
        assert LADDER.index(report["label"]) <= LADDER.index("weights-only")
        for act in ("fine-tune", "redistribute", "sell", "leave-the-vendor"):
            assert report["capabilities"][act]["answer"] not in ("yes", "with-conditions"), act
        # Files that can be had can be run; whether one may is the condition.
        assert report["capabilities"]["run-locally"]["answer"] != "yes"
        assert_no_yardstick_calls_it_open(report)
    for code, finding in findings_of(report).items():
        if finding["outcome"] in ("not_met", "unknown"):
            assert finding["remediation"], code
