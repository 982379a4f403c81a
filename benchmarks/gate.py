"""Policy evaluation: reports judged per second by the ready policies, once the reports are there.

python -m benchmarks.gate [--reports N]
"""

from __future__ import annotations

import argparse
import gc
import json
import time

import msgspec

from auditor.fetch.targets import Target
from auditor.gate.evaluate import outcome_of
from auditor.gate.run import judge, with_contexts
from auditor.gate.subject import GateSubject, gate_subject
from auditor.model.snapshot import FileEntry, Snapshot
from auditor.pipeline.auditor import Auditor
from auditor.pipeline.disclosed_subject import disclosed_snapshot
from auditor.pipeline.judged import judged
from auditor.rulebook.load import Rulebook, load_rulebook
from auditor.rulebook.policies import Policy
from auditor.rulebook.policy_files import BUILT_IN, built_in_policies, load_policy, load_policy_words
from auditor.verdict.context import context_of

NOW = "2026-03-04T05:06:07Z"
LICENSES = ("mit", "apache-2.0", "llama3.1", "gemma", "cc-by-nc-4.0", "gpl-3.0", "other", None)
FILES = ("README.md", "config.json", "model.safetensors")


def _snapshots(rulebook: Rulebook) -> list[Snapshot]:
    """One recording for each license, and every model of the catalog."""
    found = []
    for number, name in enumerate(LICENSES):
        sha = f"{number:040x}"
        record = {
            "sha": sha,
            "cardData": {"license": name} if name else {},
            "tags": [f"license:{name}"] if name else [],
            "gated": False,
            "library_name": "transformers",
            "siblings": [{"rfilename": file} for file in FILES],
        }
        found.append(
            Snapshot(
                kind="model",
                id=f"acme/m{number}",
                requested=f"acme/m{number}",
                source="hub",
                revision=sha,
                retrieved_at=NOW,
                record=record,
                files=tuple(FileEntry(path=file) for file in FILES),
                files_complete=True,
                card_complete=True,
            )
        )
    found += [disclosed_snapshot(rulebook, name, f"disclosed:{name}", NOW) for name in rulebook.disclosures]
    return found


def _subjects(auditor: Auditor, policy: Policy, count: int) -> list[GateSubject]:
    contexts = {name: context_of(data) for name, data in policy.contexts.items()}
    base = []
    for snapshot in _snapshots(auditor.rulebook):
        scheme = "disclosed" if snapshot.kind == "disclosed" else "hub"
        target = Target(scheme=scheme, id=snapshot.id, requested=snapshot.requested)
        base.append(gate_subject(judged(auditor, snapshot, as_of=NOW, contexts=contexts), target))
    return [_copy(one, n) for n in range(count // len(base) + 1) for one in base][:count]


def _copy(subject: GateSubject, number: int) -> GateSubject:
    """The same under another name, so that no two subjects are one."""
    report = subject.report
    named = msgspec.structs.replace(report.subject, id=f"{report.subject.id}-{number}")
    return msgspec.structs.replace(subject, report=msgspec.structs.replace(report, subject=named))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--reports", type=int, default=10_000)
    count = parser.parse_args().reports
    rulebook = load_rulebook()
    words = load_policy_words(rulebook)
    auditor = Auditor(rulebook)
    figures = {}
    for name, path in built_in_policies().items():
        policy = load_policy(path, BUILT_IN, rulebook, words)
        use = with_contexts(policy.uses[policy.default_use], given=False)
        assert use is not None
        subjects = _subjects(auditor, policy, count)
        gc.collect()
        begun = time.perf_counter()
        results, _ = judge(subjects, policy, use, rulebook, words, day=NOW[:10])
        seconds = time.perf_counter() - begun
        figures[name] = {
            "rules": len(use.rules),
            "seconds": round(seconds, 2),
            "reports_per_second": round(count / seconds),
            "results_per_second": round(len(results) / seconds),
            "outcome": outcome_of(results),
        }
    print(json.dumps({"reports": count, "policies": figures}, indent=1))


if __name__ == "__main__":
    main()
