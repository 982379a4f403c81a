"""The obligations pack: memo (Markdown and HTML), notice lines, flow-down clauses, checklist, license texts."""

from __future__ import annotations

import csv
import functools
import io
import re
from typing import Any, Protocol

from auditor.model.license import LicenseProfile
from auditor.model.report import Report
from auditor.render.markdown import escaped
from auditor.render.templates import template_environment
from auditor.render.verdict_text import OUTCOME_WORDS, watch_words
from auditor.render.wording import DISCLAIMER, safe_line, status_words

__all__ = ["Pack", "pack_files"]

_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
MAX_NAME = 80


class TextFile(Protocol):
    """A license text to ship."""

    @property
    def path(self) -> str:
        """Its path in the snapshot."""
        ...

    @property
    def text(self) -> str:
        """Its words."""
        ...

    @property
    def sha256(self) -> str | None:
        """Hash of the bytes as served."""
        ...

    @property
    def source(self) -> str:
        """Where it was read."""
        ...


class Pack(Protocol):
    """What a pack is written from."""

    @property
    def report(self) -> Report:
        """The audit report, with a verdict."""
        ...

    @property
    def context(self) -> dict[str, Any]:
        """The context as given."""
        ...

    @property
    def profiles(self) -> tuple[LicenseProfile, ...]:
        """Profiles of the licenses that the verdict cites."""
        ...

    @property
    def files(self) -> tuple[Any, ...]:
        """License texts of the snapshot."""
        ...

    @property
    def verdict(self) -> dict[str, Any]:
        """The verdict, as JSON data."""
        ...

    @property
    def notice_lines(self) -> tuple[str, ...]:
        """Lines a notice must hold, word for word."""
        ...

    def duties(self, *kinds: str) -> list[dict[str, Any]]:
        """Return the duties of some kinds."""
        ...


def pack_files(pack: Pack) -> dict[str, str]:
    """Return the files of the pack by relative path; names from the snapshot are made safe."""
    names = shipped_names(pack)
    files = {
        "memo.md": _template("memo.md.j2", html=False).render(**_values(pack, names)),
        "memo.html": _template("memo.html.j2", html=True).render(**_values(pack, names)),
        "checklist.csv": _checklist(pack),
    }
    if pack.notice_lines:
        files["NOTICE.txt"] = "".join(f"{line}\n" for line in pack.notice_lines)
    for file, name in zip(pack.files, names, strict=True):
        files[name] = file.text
    return files


def shipped_names(pack: Pack) -> list[str]:
    """Return a relative name below `licenses/` for each license text; never outside of it, never twice."""
    taken: set[str] = set()
    found = []
    for file in pack.files:
        base = _UNSAFE.sub("_", file.path).strip("._")[-MAX_NAME:] or "license"
        name, number = base, 1
        while name.lower() in taken:
            number += 1
            name = f"{number}-{base}"
        taken.add(name.lower())
        found.append(f"licenses/{name}")
    return found


def _values(pack: Pack, names: list[str]) -> dict[str, Any]:
    return {
        "pack": pack,
        "report": pack.report,
        "verdict": pack.verdict,
        "names": names,
        "disclaimer": DISCLAIMER,
        "outcome_words": OUTCOME_WORDS[pack.verdict["outcome"]],
        "live": [duty for duty in pack.verdict["obligations"] if duty["when"] == "now"],
        "later": [duty for duty in pack.verdict["obligations"] if duty["when"] != "now"],
        "facts": [(f"{part}.{name}", value) for part, fields in pack.context.items() for name, value in fields.items()],
    }


@functools.cache
def _template(name: str, *, html: bool) -> Any:
    environment = template_environment(html=html)
    words = (lambda value: safe_line(_said(value))) if html else (lambda value: escaped(_said(value)))
    environment.filters.update(words=words, watch_words=watch_words, status_words=status_words)
    return environment.get_template(name)


def _said(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_said, value))
    if isinstance(value, dict):
        return ", ".join(f"{key} {_said(inner)}" for key, inner in value.items())
    return str(value)


def _checklist(pack: Pack) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["duty", "when", "exact words", "license", "section", "detail", "owner", "due", "done on", "proof"])
    for duty in pack.verdict["obligations"]:
        row = [duty["kind"], duty["when"], duty["phrase"] or "", duty["license"], duty["section"] or "", duty["detail"]]
        writer.writerow([*map(_cell, row), "", "", "", ""])
    for question in pack.verdict["questions"]:
        writer.writerow([*map(_cell, ["question", "before adoption", "", "", "", question["why"]]), "", "", "", ""])
    return out.getvalue()


def _cell(value: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    text = safe_line(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text
