"""`auditor diff`: what changed between two reports, recordings or revisions."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from auditor.fetch.interface import FetchOptions
    from auditor.pipeline.auditor import Auditor
    from auditor.pipeline.diff_sides import Side
    from auditor.verdict.context import Context

__all__ = ["command"]

DIFFERS = 10


@click.command(name="diff")
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option(
    "--context",
    "context_file",
    type=click.Path(path_type=Path),
    help="Who uses it and what for (YAML or JSON): adds both verdicts, and whether the change matters.",
)
@click.option("--exit-code", is_flag=True, help="Leave with 10 if anything differs.")
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option("--offline", is_flag=True, help="Use only what is on this machine.")
@click.option("--as-of", metavar="DATE", help="The day both sides are judged on; default: the later reading.")
@click.option(
    "--rules",
    "overlays",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Overlay of licenses or disclosures; repeatable.",
)
def command(
    a: str,
    b: str,
    context_file: Path | None,
    exit_code: bool,
    form: str,
    offline: bool,
    as_of: str | None,
    overlays: tuple[Path, ...],
) -> None:
    """Say what changed from A to B: license, terms, grades, findings, license files and lineage.

    A and B are each a report (a .json file written by `audit --format json`), a recorded snapshot, or a target such
    as org/name@revision.
    """
    from auditor.cli.context_file import context_from
    from auditor.cli.dates import checked_date
    from auditor.cli.environment import fetch_options, installed_rulebook, now_utc
    from auditor.pipeline.auditor import Auditor
    from auditor.pipeline.report_diff import diff_reports

    day = checked_date(as_of)
    context = context_from(context_file) if context_file else None
    auditor = Auditor(installed_rulebook(overlays))
    options = fetch_options(now=now_utc(), offline=offline)
    left, right = _sides(auditor, (a, b), options, day, context)
    diff = diff_reports(left, right, auditor.rulebook.vocabulary, asked=context is not None)
    if form == "json":
        sys.stdout.write(json.dumps(diff, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
    else:
        from auditor.render.diff import render_diff

        click.echo(render_diff(diff, markdown=form == "markdown"), nl=False)
    sys.exit(DIFFERS if exit_code and diff["differs"] else 0)


def _sides(
    auditor: Auditor, words: tuple[str, str], options: FetchOptions, as_of: str | None, context: Context | None
) -> tuple[Side, Side]:
    """Return both sides; everything that can be refused without reading a subject is refused first."""
    from auditor.cli.single_target import single_target
    from auditor.fetch.report_file import is_report_file, read_report
    from auditor.pipeline.diff_sides import side_from_report, side_from_snapshot
    from auditor.pipeline.subjects import Subjects

    subjects = Subjects(auditor, options)
    files = {word: read_report(Path(word)) for word in words if is_report_file(word)}
    targets = {
        word: single_target(word, f"diff compares single targets; {word!r} is a list")
        for word in words
        if word not in files
    }
    snapshots = {word: subjects.fetch(target) for word, target in targets.items()}
    # One day for both: what only the calendar changes is no difference between them.
    read_on = [*(s.retrieved_at for s in snapshots.values()), *(str(r["as_of"]) for r in files.values())]
    day = as_of or max(read_on)

    def side(word: str) -> Side:
        if word in files:
            return side_from_report(word, files[word])
        report = auditor.report(snapshots[word], as_of=day, context=context)
        return side_from_snapshot(word, snapshots[word], report, judged=context is not None)

    return side(words[0]), side(words[1])
