"""Licenses side by side, term by term."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from auditor.model.license import LicenseProfile
from auditor.render.license_text import term_words
from auditor.render.wording import DISCLAIMER

__all__ = ["compare_licenses", "render_comparison"]


def compare_licenses(profiles: Sequence[LicenseProfile], *, everything: bool) -> dict[str, Any]:
    """Return the terms of several licenses as JSON data; by default only those on which they differ."""
    terms: dict[str, Any] = {}
    for name in profiles[0].terms:
        cells = {p.id: {"value": p.terms[name].value, "section": p.terms[name].section, "note": p.terms[name].note}
                 for p in profiles}  # fmt: skip
        differs = len({repr(cell["value"]) for cell in cells.values()}) > 1
        if differs or everything:
            terms[name] = {"differs": differs, "licenses": cells}
    judgments = {
        name: {p.id: {"answer": p.judgments[name].answer, "reason": p.judgments[name].reason} for p in profiles}
        for name in profiles[0].judgments
    }
    rows = [{"id": p.id, "title": p.title, "version": p.version, "text": p.text} for p in profiles]
    return {"schema": "auditor/license-comparison/1", "licenses": rows, "terms": terms, "judgments": judgments}


def render_comparison(comparison: dict[str, Any]) -> str:
    """Return the comparison as text, a block for each term."""
    ids = [row["id"] for row in comparison["licenses"]]
    width = max(len(name) for name in ids)
    lines = [f"{row['id']:<{width}}  {row['title']} (text {row['text']})" for row in comparison["licenses"]]
    for name, term in comparison["terms"].items():
        lines += ["", name.replace("_", " ") + ("" if term["differs"] else " (the same)")]
        for license_id in ids:
            cell = term["licenses"][license_id]
            section = f" [{cell['section']}]" if cell["section"] else " [silent]"
            note = f" {cell['note']}" if cell["note"] else ""
            lines.append(f"  {license_id:<{width}}  {term_words(cell['value'])}{section}{note}")
    for name, answers in comparison["judgments"].items():
        lines += ["", name.replace("_", " ")]
        lines += [f"  {i:<{width}}  {answers[i]['answer']}. {answers[i]['reason']}" for i in ids]
    return "\n".join([*lines, "", DISCLAIMER, ""])
