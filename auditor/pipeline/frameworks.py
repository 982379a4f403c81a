"""The published yardsticks beside each other: facts that only they ask about, answers, and why they differ."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from auditor.engine.confirmations import with_confirmations
from auditor.engine.framework_differences import differences
from auditor.engine.frameworks import judge_framework
from auditor.model.confirmation import Confirmation
from auditor.model.evidence import Evidence, Fact, Facts
from auditor.model.frameworks import FrameworkReport
from auditor.pipeline.assessment import Assessment
from auditor.rulebook.disclosures import Disclosure, source_evidence
from auditor.rulebook.license_files import fold_name
from auditor.rulebook.load import Rulebook

__all__ = ["framework_facts", "frameworks_of"]


def frameworks_of(
    assessment: Assessment, rulebook: Rulebook, confirmations: Sequence[Confirmation] = ()
) -> dict[str, FrameworkReport]:
    """Return the report of every framework of the rulebook, in the order of their rank.

    `confirmations` are a person's answers; those about other subjects are left aside.
    """
    facts = assessment.facts.merged(framework_facts(assessment, rulebook))
    ours = _names(assessment)
    answers = [entry for entry in confirmations if entry.target in ours]
    found = {
        name: with_confirmations(framework, judge_framework(framework, facts), answers)
        for name, framework in rulebook.frameworks.items()
    }
    why = differences(rulebook.framework_differences, found, facts)
    return {name: msgspec.structs.replace(report, disagreements=why.get(name, ())) for name, report in found.items()}


def _names(assessment: Assessment) -> set[str]:
    """Return every id by which a person may have named the subject, in lower case."""
    snapshot, disclosure = assessment.snapshot, assessment.disclosure
    names = [snapshot.id, snapshot.requested, snapshot.renamed_from, f"disclosed:{snapshot.id}"]
    return {name.lower() for name in (*names, *(disclosure.hub_ids if disclosure else ())) if name}


def framework_facts(assessment: Assessment, rulebook: Rulebook) -> dict[str, Fact]:
    """Return the licenses that bind the weights, and what a disclosure links and says of each training stage."""
    found = {"weights_licenses": _weights_licenses(assessment, rulebook), "base_models": _bases(assessment)}
    if assessment.disclosure is not None:
        found["disclosed_links"] = _links(assessment.disclosure, rulebook)
        found["training_stages"] = _stages(assessment.disclosure, assessment.facts)
    return found


def _weights_licenses(assessment: Assessment, rulebook: Rulebook) -> Fact:
    name = "weights_licenses"
    resolution, bound = assessment.licensing.weights, assessment.licensing.bound
    references = (*resolution.detected, *resolution.declared, *resolution.stated)
    evidence = tuple(dict.fromkeys(reference.evidence for reference in references))
    if bound is None:
        missing = "Missing: which license governs the weights."
        return Fact(name=name, state="unknown", evidence=evidence, missing=missing)
    # Terms of bases are merged into the subject's, so their licenses are among the sources: nothing is washed.
    ids = {source.license for term in bound.values() for source in term.sources}
    items = []
    for license_id in sorted(ids):
        profile = rulebook.licenses[license_id]
        answers = {key: _settled(judgment.answer) for key, judgment in profile.judgments.items()}
        if profile.scope == "data":
            # Freedoms as to data say nothing of a model's weights.
            answers["osaid_freedoms"] = None
        arguable = profile.judgments["eu_ai_act"].answer.startswith("arguable")
        own = {"id": license_id, "spdx": profile.spdx, "read": profile.text == "read", "eu_arguable": arguable}
        items.append({**own, **answers})
    complete = not resolution.unsettled
    return Fact(name=name, state="known", value=items, evidence=evidence, complete=complete)


def _bases(assessment: Assessment) -> Fact:
    items = []
    for base in assessment.bases:
        facts = base.assessment.facts if base.assessment else Facts({})
        mode = facts.get("access_mode")
        items.append(
            {
                "id": base.claim.id,
                "weights_published": facts.get("weights_published").value,
                "ungated": mode.value == "open" if mode.state == "known" else None,
            }
        )
    evidence = tuple(item for base in assessment.bases for item in base.claim.evidence)
    derivative = assessment.facts.get("subject_is_derivative")
    complete = derivative.state == "known"
    return Fact(name="base_models", state="known", value=items, evidence=evidence, complete=complete)


def _settled(judgment: str) -> bool | None:
    """Return a clear judgment as yes or no; an arguable one is open."""
    return {"yes": True, "no": False}.get(judgment)


def _spdx(name: str | None, rulebook: Rulebook) -> str | None:
    """Return the SPDX id of a license named by a disclosure, if we know which one it is."""
    license_id = rulebook.names.get(fold_name(name)) if name else None
    return rulebook.licenses[license_id].spdx if license_id else None


def _links(disclosure: Disclosure, rulebook: Rulebook) -> Fact:
    rows = sorted(disclosure.links, key=lambda row: (row["role"], row["url"]))
    # A license counts only where the source that names it is given; a bare link shows a place, not terms.
    items = [
        {
            "role": row["role"],
            "url": row["url"],
            "spdx": _spdx(row.get("license"), rulebook) if "source" in row else None,
        }
        for row in rows
    ]
    evidence = tuple(
        source_evidence(row["source"])
        if "source" in row
        else Evidence(kind="disclosed", source=disclosure.key, path=f"links ({row['role']})", quote=row["url"])
        for row in rows
    )
    return Fact(name="disclosed_links", state="known", value=items, evidence=evidence, complete=False)


def _stages(disclosure: Disclosure, facts: Facts) -> Fact:
    known = [row for row in disclosure.stages if "source" in row or row["data"] == "not-disclosed"]
    items = [{"stage": row["stage"], "data": None if row["data"] == "unknown" else row["data"]} for row in known]
    evidence = tuple(source_evidence(row["source"]) for row in known if "source" in row)
    whole = facts.get("data_sources_complete")
    complete = whole.state == "known" and whole.value is True and len(known) == len(disclosure.stages)
    return Fact(name="training_stages", state="known", value=items, evidence=evidence, complete=complete)
