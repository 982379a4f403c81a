"""A scan as a person reads it: each reference with its place and what proves it, then what nobody could see."""

from __future__ import annotations

from collections import Counter

from auditor.model.scan import Reference, Scan
from auditor.render.wording import safe_line

__all__ = ["render_scan"]


def render_scan(scan: Scan) -> str:
    """Return the references in the style of compilers, problems, and a count."""
    lines = [_reference(one) for one in scan.references]
    for guess in scan.unresolved:
        place = f"{safe_line(guess.file)}:{guess.line}:{guess.column}"
        lines.append(f"{place}: unresolved: {safe_line(guess.how)} loads {safe_line(guess.expression)}")
    if scan.unresolved:
        lines.append("help: name such a model in a comment beside the call: # auditor: model ORG/NAME")
    lines += [f"{safe_line(one.file)}:{one.line}: excluded: {safe_line(one.target)}" for one in scan.excluded]
    for problem in scan.problems:
        place = safe_line(problem.file) if problem.line is None else f"{safe_line(problem.file)}:{problem.line}"
        lines.append(f"{place}: warning: {safe_line(problem.message)}")
    lines.append(f"{safe_line(scan.root)}: {_count(scan)}")
    return "".join(f"{line}\n" for line in lines)


def _reference(one: Reference) -> str:
    cell = f" (cell {one.cell})" if one.cell is not None else ""
    place = f"{safe_line(one.file)}:{one.line}:{one.column}{cell}"
    revision = f"@{safe_line(one.revision)}" if one.revision else ""
    pinned = ", pinned" if one.pinned else ""
    disclosed = f", disclosed:{safe_line(one.disclosed)}" if one.disclosed else ""
    used_at = ", ".join(str(use.line) for use in one.via[:5])
    via = f", used at line {used_at}" if used_at else ""
    return (
        f"{place}: {one.use} {one.provider} {one.type} {safe_line(one.target)}{revision} "
        f"[{safe_line(one.how)}, {one.confidence}{pinned}{disclosed}{via}]"
    )


def _count(scan: Scan) -> str:
    used = [one for one in scan.references if one.use == "used"]
    kinds = Counter(one.type for one in used)
    targets = len({(one.provider, one.target) for one in used})
    parts = [f"{kinds[kind]} {kind}" for kind in ("model", "dataset", "hosted") if kinds[kind]]
    said = f" ({', '.join(parts)}; {targets} different)" if parts else ""
    return (
        f"{len(used)} used{said}, {len(scan.references) - len(used)} mentioned, {len(scan.unresolved)} unresolved, "
        f"{len(scan.excluded)} excluded; {scan.files.scanned} files read, {scan.files.skipped} passed over"
    )
