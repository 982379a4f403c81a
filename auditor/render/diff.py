"""A comparison of two reports as text or Markdown; everything read from a subject is escaped."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from auditor.render.license_text import term_words
from auditor.render.license_words import license_words
from auditor.render.markdown import escaped
from auditor.render.wording import DISCLAIMER, safe_line

__all__ = ["render_diff"]

SHOWN = 40
"""Lines of one section; the JSON has them all."""
LONGEST = 400
_WAYS = {
    "stricter": "stricter", "looser": "looser", "changed": "changed, neither stricter nor looser",
    "unknown": "not comparable: unread or bound on one side only",
}  # fmt: skip
_SIGNS = {"+ ": "added", "- ": "removed", "~ ": "changed", "? ": "unknown", "= ": "same"}
_SINGLE = {"reasons": "reason", "obligations": "duty", "questions": "question", "watch": "limit"}
_MATTERS = {"yes": "matters", "no": "does not matter", "unknown": "may matter"}

Say = Callable[[str], str]
Sections = Iterator[tuple[str, Sequence[str]]]


def render_diff(diff: Mapping[str, Any], *, markdown: bool = False) -> str:
    """Return the comparison in the shape `auditor/diff/1` for a person, as plain text or as Markdown."""

    def say(text: str) -> str:
        line = safe_line(text)
        line = line if len(line) <= LONGEST else f"{line[:LONGEST]}..."
        return escaped(line) if markdown else line

    bullet, indent = ("- ", "") if markdown else ("", "  ")
    lines = ["# What changed", ""] if markdown else []
    lines += [f"{bullet}{name}: {_side(diff[key], say)}" for name, key in (("A", "a"), ("B", "b"))]
    lines += [f"{bullet}note: {say(note)}" for note in diff["notes"]]
    lines.append("")
    if not diff["differs"]:
        lines += ["Nothing differs in what was compared.", ""]
    for title, entries in _sections(diff, say):
        if not entries:
            continue
        lines += [f"## {title}", ""] if markdown else [title]
        lines += [f"{indent}{bullet}{_marked(entry) if markdown else entry}" for entry in entries[:SHOWN]]
        if len(entries) > SHOWN:
            lines.append(f"{indent}{bullet}and {len(entries) - SHOWN} more; see --format json")
        lines.append("")
    return "\n".join([*lines, f"_{DISCLAIMER}_" if markdown else DISCLAIMER, ""])


def _marked(entry: str) -> str:
    """Return an entry with its sign as a word: Markdown would take the sign for a list in the list."""
    word = _SIGNS.get(entry[:2])
    return f"{word}: {entry[2:]}" if word else entry


def _side(side: Mapping[str, Any], say: Say) -> str:
    revision = f" @ {say(side['revision'][:12])}" if side["revision"] else ""
    origin = " (report file)" if side["read_from"] == "report" else ""
    rulebook = f"rulebook {say(side['rulebook']['version'])} ({say(side['rulebook']['sha256'][:12])})"
    return f"{say(side['id'])}{revision}{origin}, as of {say(side['as_of'])}, {rulebook}"


def _sections(diff: Mapping[str, Any], say: Say) -> Sections:
    yield "Verdict", _verdict(diff["verdict"], say) if diff["verdict"] else []
    yield "Label and grades", _grades(diff, say)
    yield "License", [_license(change, say) for change in diff["licenses"]]
    yield "License files", _documents(diff["documents"], say)
    yield "Effective terms", _terms(diff["effective_terms"], say)
    yield "What you can do", [f"{say(c['id'])}: {say(str(c['a']))} -> {say(str(c['b']))}" for c in diff["capabilities"]]
    duties = diff["obligations"]
    yield "Duties", [
        f"{sign} {say(duty['kind'])} ({say(duty['when'])}): {say(duty['detail'])} "
        f"[{say(duty['license'])} {say(duty['section'] or 'no section')}]"
        for sign, key in (("+", "added"), ("-", "removed"))
        for duty in duties[key]
    ]  # fmt: skip
    yield "Findings", _findings(diff["findings"], say)
    yield "Lineage", _lineage(diff["lineage"], say)
    yield (
        "Channels",
        [
            f"{say(c['id'])} {c['field'].replace('_', ' ')}: {say(term_words(c['a']))} -> {say(term_words(c['b']))}"
            for c in diff["channels"]
        ],
    )


def _verdict(verdict: Mapping[str, Any], say: Say) -> list[str]:
    outcomes = verdict["outcomes"]
    lines = [f"{outcomes['a'] or 'not judged'} -> {outcomes['b'] or 'not judged'}"]
    lines.append(f"the change {_MATTERS[verdict['matters']]} for this context: {say(verdict['why'])}")
    for change in verdict["changes"]:
        sign = "+" if change["change"] == "added" else "-"
        said = change.get("detail") or change.get("why") or change.get("effect") or ""
        name = change.get("term") or change.get("field") or change.get("kind") or ""
        place = " ".join(str(change[key]) for key in ("license", "section") if change.get(key))
        lines.append(f"{sign} {_SINGLE[change['in']]} {say(name)}{f' [{say(place)}]' if place else ''}: {say(said)}")
    return lines


def _grades(diff: Mapping[str, Any], say: Say) -> list[str]:
    lines = []
    if diff["label"]:
        a, b = (
            one["label"] if one["label"] == one["ceiling"] else f"{one['label']} (not ruled out: {one['ceiling']})"
            for one in (diff["label"]["a"], diff["label"]["b"])
        )
        lines.append(f"label: {say(a)} -> {say(b)}")
    for change in diff["grades"]:
        a, b = (_interval(change[side], say) for side in ("a", "b"))
        lines.append(f"{change['dimension']}: {a} -> {b}")
    return lines


def _interval(grade: Mapping[str, Any], say: Say) -> str:
    level, ceiling = grade["level"], grade["ceiling"]
    text = str(level) if level == ceiling else f"{level} (up to {ceiling})"
    return f"{text}, set by {say(grade['inherited_from'])}" if grade["inherited_from"] else text


def _license(change: Mapping[str, Any], say: Say) -> str:
    a, b = (say(license_words(change[side])) for side in ("a", "b"))
    return f"{say(change['part'])} {change['field']}: {a} -> {b}"


def _documents(documents: Mapping[str, Any], say: Say) -> list[str]:
    sums = {side: {one["path"]: one["sha256"] for one in documents[side]} for side in ("a", "b")}
    lines = [f"+ {say(path)} {_short(sums['b'][path])}" for path in documents["added"]]
    lines += [f"- {say(path)} {_short(sums['a'][path])}" for path in documents["removed"]]
    lines += [f"~ {say(c['path'])} {_short(c['a'])} -> {_short(c['b'])}" for c in documents["changed"]]
    lines += [f"? {say(path)} could not be compared: no bytes on one side" for path in documents["not_compared"]]
    lines += [f"= {say(path)} {_short(sums['b'][path])}" for path in documents["same"]]
    return lines


def _short(sha256: str | None) -> str:
    return f"sha256 {sha256[:16]}" if sha256 else "not read"


def _terms(terms: Mapping[str, Any], say: Say) -> list[str]:
    governed = terms["governed"]
    if governed["a"] != governed["b"]:
        side, other = ("A", "B") if not governed["a"] else ("B", "A")
        return [
            f"no license governs {side}, so nothing is granted there; {other} is bound by terms (see --format json)"
        ]
    lines = []
    for way, words in _WAYS.items():
        for change in terms["changes"]:
            if change["direction"] == way:
                a, b = (_term(change[side], say) for side in ("a", "b"))
                lines.append(f"{say(change['term'].replace('_', ' '))}: {a} -> {b} ({words})")
    same = terms["counts"]["same"]
    if same:
        lines.append(f"{same} more say the same in another place")
    return lines


def _term(term: Mapping[str, Any] | None, say: Say) -> str:
    if term is None:
        return "nothing binds"
    section = f" [{say(term['section'])}]" if term["section"] else ""
    partly = "" if term["complete"] else ", and more that nobody read"
    return f"{say(term_words(_bare(term['value'])))}{partly}{section}"


def _bare(value: Any) -> Any:
    """Return a value without the license and section that its records carry: they are said beside it."""
    if isinstance(value, list):
        return [_bare(entry) for entry in value]
    if isinstance(value, dict):
        return {key: inner for key, inner in value.items() if key not in ("license", "section")}
    return value


def _findings(findings: Mapping[str, Any], say: Say) -> list[str]:
    lines = []
    for sign, key in (("+", "appeared"), ("-", "disappeared"), ("~", "changed")):
        for change in findings[key]:
            a, b = change["a"], change["b"]
            shown = a if key == "disappeared" else b or a
            states = f"{a['outcome'] if a else 'absent'} -> {b['outcome'] if b else 'absent'}"
            lines.append(f"{sign} {say(change['code'])} ({states}): {say(shown['detail'])}")
    return lines


def _lineage(lineage: Mapping[str, Any], say: Say) -> list[str]:
    lines = []
    for sign, key in (("+", "added"), ("-", "removed")):
        for node in lineage["nodes"][key]:
            license_id = say(node["license"] or "none established")
            lines.append(f"{sign} {node['kind']} {say(node['id'])} ({say(node['status'])}, license {license_id})")
        lines += [f"{sign} {say(e['from'])} from {say(e['to'])}: {say(e['relation'])}" for e in lineage["edges"][key]]
    lines += [
        f"~ {say(c['id'])} {c['field']}: {say(str(c['a'] or 'none'))} -> {say(str(c['b'] or 'none'))}"
        for c in lineage["nodes"]["changed"]
    ]
    return lines
