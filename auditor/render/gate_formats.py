"""The outputs of the gate by name: text, JSON, SARIF, JUnit XML, GitHub annotations, Markdown, GitLab code quality."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final, TypeAlias

import msgspec

from auditor.model.gate import Gate
from auditor.render.interface import Format

__all__ = ["GATE_FORMATS", "Excerpts", "GateRenderer", "GateView", "render_gate"]

Lines: TypeAlias = Sequence[str] | None
Excerpts: TypeAlias = Callable[[str], Lines] | Mapping[str, Sequence[str]] | None

# The endings are parts of file names in people's CI configurations: a change breaks them.
GATE_FORMATS: Final[dict[str, Format]] = {
    "text": Format("auditor.render.gate_text", "txt"),
    "json": Format("auditor.render.gate_json", "json"),
    "sarif": Format("auditor.render.gate_sarif", "sarif"),
    "junit": Format("auditor.render.gate_junit", "junit.xml"),
    "github": Format("auditor.render.gate_github", "annotations.txt"),
    "markdown": Format("auditor.render.gate_markdown", "md"),
    "gitlab": Format("auditor.render.gate_gitlab", "gitlab.json"),
}


class GateView(msgspec.Struct, frozen=True, kw_only=True):
    """What the place of output knows beside the gate: source lines, color, and where the tree lies."""

    lines: Callable[[str], Lines]
    """The lines of a file of the scanned tree, by the name the scan gives it; `None` when they are not at hand."""
    color: bool = False
    prefix: str = ""
    """The scanned tree's folder inside the repository, written with "/"; empty when it is the repository."""
    home: str = "auditor.lock"
    """The file of the repository that stands for what no file names: the policy or the lock."""
    version: str = ""
    """The version of this program, for formats that name their tool."""

    def path(self, file: str) -> str:
        """Return a file of the tree as the repository knows it."""
        return str(PurePosixPath(self.prefix) / file)

    def standby(self, file: str | None) -> str:
        """Return the file a result without a place points at: the rule's own if it is in the repository, else home.

        A path from the root or out of the repository would show another machine's folders and match no file.
        """
        path = PurePosixPath(file or "")
        return str(path) if file and not path.is_absolute() and ".." not in path.parts else self.home


GateRenderer: TypeAlias = Callable[[Gate, GateView], str]


def render_gate(
    gate: Gate,
    form: str,
    *,
    excerpts: Excerpts = None,
    color: bool = False,
    prefix: str = "",
    home: str | None = None,
    version: str = "",
) -> str:
    """Return one run of the gate in a format of `GATE_FORMATS`; its module is imported only now.

    `excerpts` gives the lines of a scanned file, `prefix` the scanned folder inside the repository, `home` the file
    that results without a place point at (default: the policy's file, else the lock). Raises `KeyError` for a
    format that does not exist.
    """
    module = importlib.import_module(GATE_FORMATS[form].module)
    view = GateView(lines=_lookup(excerpts), color=color, prefix=prefix, version=version)
    policy_file = None if gate.policy.source == "built-in" else gate.policy.source
    view = msgspec.structs.replace(view, home=home or view.standby(policy_file))
    function: GateRenderer = module.render
    return function(gate, view)


def _lookup(excerpts: Excerpts) -> Callable[[str], Lines]:
    if excerpts is None:
        return lambda _: None
    return excerpts if callable(excerpts) else excerpts.get
