"""`auditor scan`: which models and data sets a source tree refers to, and where."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from auditor.cli.output_file import write_output

__all__ = ["command"]


@click.command(name="scan")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--include",
    multiple=True,
    metavar="GLOB|DIR",
    help="Read this although it is ignored, vendored or an environment; relative to PATH, repeatable.",
)
@click.option("-o", "output", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file.")
def command(path: Path, form: str, include: tuple[str, ...], output: Path | None) -> None:
    """Find every model and data set that the files below PATH name; nothing is run and no network is used.

    `# auditor: ignore` on a line, or alone on the line before, takes a reference out; `# auditor: model ORG/NAME` names
    a model that no parser could see.
    """
    from auditor.cli.environment import installed_rulebook, rulebook_cache
    from auditor.errors import UsageProblem
    from auditor.pipeline.scanning import scan_tree
    from auditor.rulebook.scan_rules import load_scan_rules

    if not path.exists():
        raise UsageProblem(f"no such file or folder: {str(path)!r}")
    rules = load_scan_rules(installed_rulebook(), cache=rulebook_cache())
    scan = scan_tree(path, rules, include=include)
    if form == "json":
        text = json.dumps(scan.to_dict(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    else:
        from auditor.render.scan_text import render_scan

        text = render_scan(scan)
    # File names of a tree need not be text; what cannot be encoded is shown as a question mark.
    data = text.encode("utf-8", "replace")
    if output is None:
        click.echo(data.decode(), nl=False)
        return
    write_output(output, data)
    sys.stderr.write(f"{len(scan.references)} references written to {output}\n")
