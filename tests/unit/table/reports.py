"""Plain reports for the tests of tables: real ones from the catalog, changed where a test needs it."""

from __future__ import annotations

import copy
import json
from typing import Any

import msgspec

from auditor.rulebook.load import load_rulebook
from auditor.table.builder import TableBuilder
from auditor.table.interface import Table
from auditor.table.selection import selection
from tests.unit.render.report_factory import disclosed

HOSTILE = (
    "a|b & c_d %e $f #g {h} ~i ^j \\input{/etc/passwd} \\end{longtable} \\write18{id}",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "\uff1dcmd",
    "<script>document.title='owned'</script><img src=x onerror=alert(1)>",
    "]]> --> <!-- &lt; \"'> <svg/onload=alert(2)>",
    "\u202egnp.exe\u202c \u2066x\u2069",
    "two\nlines\r\nand\tmore\x1b[31m\x00\x07",
    "\ufffe\uffff\ufdd0 \U0001f600 \u4e2d\u6587 \u0130 \xe9\u0301",
    "{{7*7}} {% raw %} ${jndi:x}",
    "W" * 5000,
    "",
    " ",
)


def plain(name: str) -> dict[str, Any]:
    """A report of the catalog as a file holds it."""
    found: dict[str, Any] = json.loads(msgspec.json.encode(disclosed(name)))
    return found


def changed(name: str, **subject: Any) -> dict[str, Any]:
    """The same with other values in its subject block."""
    report = copy.deepcopy(plain(name))
    report["subject"].update(subject)
    return report


def hostile() -> list[dict[str, Any]]:
    """Reports in which every place that a subject can write to attacks, one attack each."""
    found = []
    for number, attack in enumerate(HOSTILE):
        report = changed(
            "meta-llama/llama-3.3-70b-instruct", id=f"{attack}/{number}", requested=attack, title=attack or None,
            publisher=attack or None, revision=attack or None,
        )  # fmt: skip
        weights = report["licenses"]["weights"]
        weights["concluded"] = weights["spdx"] = attack or None
        evidence = {
            "kind": "stated", "source": attack, "path": attack, "lines": [1, 2], "quote": attack, "sha256": None,
            "read_on": attack or None,
        }  # fmt: skip
        for finding in report["findings"]:
            finding["evidence"] = [evidence]
        for reference in weights["declared"]:
            reference["evidence"] = evidence
        report["lineage"]["edges"] = [
            {"from": report["subject"]["id"], "to": attack, "relation": "finetune", "evidence": []}
        ]
        found.append(report)
    return found


def table_of(reports: list[dict[str, Any]], **asked: Any) -> Table:
    """A table over reports."""
    rulebook = load_rulebook()
    builder = TableBuilder(rulebook, selection(rulebook.table, **asked))
    for report in reports:
        builder.add(report)
    return builder.table(program="0", command="auditor table")
