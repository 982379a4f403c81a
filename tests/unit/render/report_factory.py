"""Reports for the renderers' tests: real ones from the catalog, and a hostile one in which every word attacks."""

from __future__ import annotations

import functools

import msgspec

from auditor.model.evidence import Evidence
from auditor.model.license import LicenseMatch, LineSpan
from auditor.model.report import Batch, DeclaredLicense, FailedTarget, Report
from auditor.model.snapshot import Document, Problem
from auditor.pipeline.adoption import AdoptionPack, adoption_pack
from auditor.pipeline.auditor import Auditor
from auditor.pipeline.disclosed_subject import disclosed_snapshot
from auditor.rulebook.load import load_rulebook
from auditor.verdict.context import context_of

DAY = "2026-11-25T00:00:00Z"
ATTACK = (
    "<script>document.title='owned'</script><img src=x onerror=alert(1)>\"'><svg/onload=alert(2)> {{7*7}} {% raw %} "
    "javascript:alert(3) \u202egnp.exe\u202c \x1b[31m " + "W" * 300
)


@functools.cache
def auditor() -> Auditor:
    return Auditor(load_rulebook())


@functools.cache
def disclosed(name: str) -> Report:
    """The report on a model of the catalog."""
    one = auditor()
    return one.report(disclosed_snapshot(one.rulebook, name, f"disclosed:{name}", DAY))


CONTEXT = {
    "organization": {"name": ATTACK, "country": "DE", "monthly_active_users_in_reference_month": 50_000},
    "use": {"kind": "product", "commercial": True, "purpose": ATTACK, "model_is_multimodal": False},
}


@functools.cache
def judged(name: str) -> Report:
    """The report on a model of the catalog, with a verdict."""
    return plain_pack(name).report


@functools.cache
def plain_pack(name: str) -> AdoptionPack:
    """The adoption pack of a model of the catalog."""
    one = auditor()
    context = context_of({**CONTEXT, "use": {"kind": "product", "commercial": True, "model_is_multimodal": False}})
    return adoption_pack(one, disclosed_snapshot(one.rulebook, name, f"disclosed:{name}", DAY), context)


@functools.cache
def pack(name: str) -> AdoptionPack:
    """The adoption pack of a model of the catalog, with attacks wherever a context or a snapshot can put them."""
    one = auditor()
    snapshot = disclosed_snapshot(one.rulebook, name, f"disclosed:{name}", DAY)
    document = Document(
        path=f"../../{ATTACK}", role="license", status="read", text=ATTACK, sha256="0" * 64, source=ATTACK
    )
    snapshot = msgspec.structs.replace(snapshot, documents=(*snapshot.documents, document, document))
    made = adoption_pack(one, snapshot, context_of(CONTEXT))
    report = msgspec.structs.replace(made.report, subject=msgspec.structs.replace(made.report.subject, id=ATTACK))
    return msgspec.structs.replace(made, report=report)


def hostile() -> Report:
    """A report in which every string a subject can choose is an attack."""
    report = disclosed("meta-llama/llama-3.3-70b-instruct")
    evidence = Evidence(kind="stated", source="javascript:alert(4)", path=ATTACK, quote=ATTACK, lines=(1, 2))
    match = LicenseMatch(
        id="mit", spdx="MIT", status="modified", score=0.5, lines=(1, 2), added=(LineSpan((1, 2), ATTACK),)
    )
    reference = DeclaredLicense(id=None, raw=ATTACK, evidence=evidence, channel="text", match=match.to_dict())
    weights = msgspec.structs.replace(
        report.licenses.weights, declared=(reference,), detected=(reference,), stated=(reference,)
    )
    finding = report.findings[0]
    many = [
        msgspec.structs.replace(
            finding, id=f"{finding.code}#{n}", detail=ATTACK, evidence=(evidence,), outcome="not_met"
        )
        for n in range(1, 300)
    ]
    channel = msgspec.structs.replace(
        report.channels[0], operator=ATTACK, terms_url="javascript:alert(5)", retention=ATTACK
    )
    return msgspec.structs.replace(
        report,
        subject=msgspec.structs.replace(report.subject, id=ATTACK, requested=ATTACK, title=None, url="javascript:alert(6)", publisher=ATTACK),
        licenses=msgspec.structs.replace(report.licenses, weights=weights),
        findings=(*report.findings, *many),
        channels=(channel,),
        problems=(Problem(code="x", message=ATTACK),),
    )  # fmt: skip


def batches() -> dict[str, Batch]:
    """Every kind of page."""
    from tests.unit.render import lineage_factory as lineages

    failure = FailedTarget(target=ATTACK, code="not-found", message=ATTACK, hint="check the id")
    return {
        "one open model": Batch(reports=(disclosed("allenai/olmo-2-1124-7b"),)),
        "hostile verdict": Batch(reports=(pack("meta-llama/llama-3.3-70b-instruct").report,)),
        "one closed model": Batch(reports=(disclosed("openai/gpt-5"),)),
        "several": Batch(reports=tuple(map(disclosed, ("openai/gpt-4o", "google/gemma-3-27b-it", "bigscience/bloom")))),
        "hostile": Batch(reports=(hostile(), disclosed("openai/gpt-5")), errors=(failure,)),
        "with a verdict": Batch(reports=(judged("meta-llama/llama-3.3-70b-instruct"), judged("openai/gpt-5"))),
        "lineages": Batch(reports=(lineages.chained(), lineages.circular())),
        "merge of many": Batch(reports=(lineages.merged(),)),
        "hostile lineage": Batch(reports=(lineages.hostile_lineage(),)),
        "nothing": Batch(),
    }
