"""The Python interface: the command line's answers as typed objects (design section 8)."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from auditor.model.license import LicenseMatch, LicenseProfile
from auditor.model.report import Report
from auditor.rulebook.load import load_rulebook

if TYPE_CHECKING:
    from auditor.lineage.derivative import Base, Derivative
    from auditor.model.finding import Finding
    from auditor.model.verdict import Verdict
    from auditor.pipeline.auditor import Auditor
    from auditor.rulebook.load import Rulebook

__all__ = ["audit", "check_derivative", "get_license", "identify_license", "judge", "load_rulebook"]


def audit(
    target: str,
    *,
    context: Mapping[str, Any] | None = None,
    offline: bool = False,
    revision: str | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Report:
    """Audit one target, written as on the command line, and return its report; a `context` adds a verdict.

    Raises a subclass of `AuditorError` when the target cannot be understood or read.
    """
    from auditor.cli.environment import endpoint_of, fetch_options
    from auditor.fetch.targets import HUB_ENDPOINTS, parse_target
    from auditor.pipeline.subjects import Subjects
    from auditor.verdict.context import context_of

    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    options = fetch_options(now=now, offline=offline, revision=revision, environment=environment)
    wanted = parse_target(target, endpoints=(*HUB_ENDPOINTS, endpoint_of(environment)))
    auditor = _auditor()
    checked = context_of(context) if context is not None else None
    return auditor.report(Subjects(auditor, options).fetch(wanted), context=checked)


def identify_license(text: str) -> list[LicenseMatch]:
    """Return the licenses found in `text`, best first; an empty list where there is none."""
    return list(_auditor().knowledge.identified(text))


def judge(license_id_or_expression: str, context: Mapping[str, Any]) -> Verdict:
    """Return whether a use is allowed under a license, or an SPDX expression of licenses.

    `context` has the fields of contract/README.md; none is ever filled in. Raises `ContextInvalid`,
    `UnknownLicense` or `AmbiguousLicense`.
    """
    from auditor.verdict.context import context_of
    from auditor.verdict.judge import judge as judge_expression

    today = datetime.now(UTC).strftime("%Y-%m-%d")
    return judge_expression(license_id_or_expression, context_of(context), _rulebook(), date=today)


def check_derivative(
    bases: Sequence[Base | Mapping[str, Any]], derivative: Derivative | Mapping[str, Any], relation: str
) -> list[Finding]:
    """Return what a derivative breaks or owes, given its bases, in the finding codes of contract/README.md.

    `relation` is finetune, adapter, quantized, merge, distilled-from-outputs, trained-on-dataset or
    synthetic-data-only. Raises `UsageProblem` for data of another shape.
    """
    from auditor.lineage.checks import check
    from auditor.lineage.derivative import bases_of, derivative_of
    from auditor.lineage.stated import findings_of

    rulebook = _rulebook()
    stated = check(bases_of(bases), derivative_of(derivative), relation, rulebook)
    return findings_of(stated, rulebook.vocabulary.finding_codes)


def get_license(name: str) -> LicenseProfile:
    """Return what we know of a license by id, SPDX id or alias.

    Raises `AmbiguousLicense` with the candidates, or `UnknownLicense`.
    """
    return _rulebook().get_license(name)


@functools.cache
def _auditor() -> Auditor:
    from auditor.pipeline.auditor import Auditor

    return Auditor(_rulebook())


def _rulebook() -> Rulebook:
    from auditor.cli.environment import installed_rulebook

    return installed_rulebook()
