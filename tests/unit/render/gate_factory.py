"""Runs of the gate written by hand, with everything an output has to cope with."""

from __future__ import annotations

from typing import Any

from auditor.model.evidence import Evidence
from auditor.model.gate import Gate, GateResult, GateRule, PolicyId, ScanSummary, Waiver
from auditor.model.report import FailedTarget, RulebookId
from auditor.model.scan import Reference, ScanProblem, Unresolved

SHA = "0123456789abcdef0123456789abcdef01234567"
APP = ("import os", 'model = load("acme/parrot", revision=REV)', "\tname = 'acme/owl'  # ours")
FILES = {"src/app.py": APP, "nb.ipynb": ("{", '"x": "acme/owl"')}


def reference(
    target: str = "acme/parrot", file: str = "src/app.py", line: int = 2, column: int = 14, **more: Any
) -> Reference:
    values = {
        "target": target, "provider": "hub", "type": "model", "use": "used", "file": file, "line": line, "end_line": line,
        "column": column, "cell": None, "revision": None, "pinned": False, "confidence": "high", "how": "load",
    }  # fmt: skip
    return Reference(**{**values, **more})


def waiver(state: str = "applied", **more: Any) -> Waiver:
    values = {
        "target": "acme/parrot", "rule": "license-allow", "owner": "legal", "reason": "reviewed", "expires": "2027-01-01",
        "state": state, "file": "policy.yaml", "line": 30,
    }  # fmt: skip
    return Waiver(**{**values, **more})


def result(outcome: str = "fail", rule: str = "license-allow", target: str = "acme/parrot", **more: Any) -> GateResult:
    values = {
        "subject": f"{target}@{SHA}", "outcome": outcome, "rule": rule, "target": target,
        "detail": "the license odd-1.0 is not one the policy allows", "help": "choose a model under an allowed license",
        "evidence": (Evidence(kind="observed", source=f"hub:{target}@{SHA}", path="LICENSE", lines=(3, 5), quote="You may not"),),
        "references": (reference(target),), "evidence_hash": "a" * 64, "fingerprint": f"{rule}|{target}|src/app.py",
    }  # fmt: skip
    return GateResult(**{**values, **more})


RULES = (
    GateRule(
        id="license-allow", title="Only licenses on the list", help="use another model", file="policy.yaml", line=4
    ),
    GateRule(id="weights-level", title="Weights at level 2 or higher", help="", file="policy.yaml", line=9),
    GateRule(id="pinned", title="A pinned revision", help="name a commit", severity="warning"),
)


def gate(*results: GateResult, outcome: str = "fail", **more: Any) -> Gate:
    values = {
        "outcome": outcome, "results": results, "rules": RULES, "as_of": "2026-03-04T05:06:07Z",
        "policy": PolicyId(name="ours", title="Ours", sha256="b" * 64, source="policy.yaml", use="product"),
        "rulebook": RulebookId(version="1", sha256="c" * 64),
    }  # fmt: skip
    return Gate(**{**values, **more})


def full() -> Gate:
    """One result of every standing, and everything that stands beside results."""
    return gate(
        result(references=(reference(), reference(line=3, column=2), reference(file="src/b.py", line=9))),
        result("undecided", "weights-level", "acme/owl", missing=("weights_downloadable",), help="",
               references=(reference("acme/owl", "nb.ipynb", 7, 3, cell=2),)),
        result("fail", "pinned", "acme/owl", severity="warning", references=()),
        result("fail", target="acme/jay", waiver=waiver(target="acme/jay"), references=()),
        result("fail", target="acme/kea", in_baseline=True, references=()),
        result("fail", target="acme/emu", waiver=waiver("expired", target="acme/emu"), references=()),
        result("pass", "weights-level", "acme/parrot"),
        unused_waivers=(waiver("unused", target="acme/gone"),),
        errors=(FailedTarget(target="acme/lost", code="not-found", message="no such repository", hint="check the id"),),
        scan=ScanSummary(
            root=".", references=4,
            unresolved=(Unresolved(file="src/c.py", line=5, column=9, how="load", expression="names[i]"),),
            problems=(ScanProblem(file="bad.py", line=1, message="not Python"),),
        ),
        warnings=("the revision of acme/owl moved",),
    )  # fmt: skip


NASTY = "x\n::error::owned\r\n##[add-mask]y\x1b[31m]]>&<b>%0A`|`@team #1 https://acme.example/a [t](u) ![i](//v) {0} \u202e --> \ud800"


def hostile() -> Gate:
    """The same with words of an attacker wherever a subject's own words may stand."""
    bad = result(
        target=f"acme/{NASTY}", detail=NASTY, help=NASTY, missing=(NASTY,), fingerprint=NASTY,
        evidence=(Evidence(kind="stated", source=NASTY, path=NASTY, quote=NASTY),),
        references=(reference(NASTY, file=f"src/{NASTY}.py", how=NASTY), reference(NASTY, how=NASTY)),
    )  # fmt: skip
    open_one = result("undecided", "weights-level", f"b/{NASTY}", detail=NASTY, missing=(NASTY,), references=())
    let = result(target=f"c/{NASTY}", waiver=waiver(owner=NASTY, reason=NASTY, detail=NASTY), references=())
    return gate(
        bad, open_one, let,
        errors=(FailedTarget(target=NASTY, code="not-found", message=NASTY, hint=NASTY),),
        unused_waivers=(waiver("unused", target=NASTY, owner=NASTY),), warnings=(NASTY,),
        scan=ScanSummary(
            root=NASTY, references=1,
            unresolved=(Unresolved(file=NASTY, line=1, column=1, how=NASTY, expression=NASTY),),
            problems=(ScanProblem(file=NASTY, line=None, message=NASTY),),
        ),
    )  # fmt: skip
