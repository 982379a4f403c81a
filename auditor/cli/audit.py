"""`auditor audit`: grade one or more subjects."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.output_file import write_output
from auditor.errors import AuditorError, UsageProblem
from auditor.render.interface import FORMATS

if TYPE_CHECKING:
    from auditor.cli.exit_codes import ExitCodes
    from auditor.model.report import FailedTarget, Report
    from auditor.pipeline.subjects import Outcome

__all__ = ["command"]

MAX_CONCURRENCY = 64


_FORMAT_HELP = "Repeat for several; then -o is a folder. Default: text."
_CONTEXT = click.Path(dir_okay=False, path_type=Path)
_OVERLAY = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(name="audit")
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option("--format", "formats", multiple=True, type=click.Choice(list(FORMATS)), help=_FORMAT_HELP)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File to write; a folder with several formats.")
@click.option("--offline", is_flag=True, help="Use only what is on this machine.")
@click.option("--revision", metavar="REV", help="Branch, tag or commit; for a single Hub target.")
@click.option("--checkpoints", is_flag=True, help="Also look for training checkpoints among branches and tags.")
@click.option("--complete", is_flag=True, help="A folder given as target is the whole repository.")
@click.option("--as-of", metavar="DATE", help="The day the report speaks of; default: when the evidence was read.")
@click.option(
    "--rules", "overlays", multiple=True, type=_OVERLAY, help="Overlay of licenses or disclosures; repeatable."
)
@click.option(
    "--context", "context_file", type=_CONTEXT, help="Who uses it and what for (YAML or JSON): adds a verdict."
)
@click.option("--confirmations", type=_CONTEXT, help="A person's answers to criteria of frameworks (CSV).")
@click.option("--concurrency", type=click.IntRange(1, MAX_CONCURRENCY), default=8, show_default=True, help="At once.")
@click.option("--stats", is_flag=True, help="Say on stderr how many requests were made.")
def command(
    targets: tuple[str, ...],
    formats: tuple[str, ...],
    output: Path | None,
    offline: bool,
    revision: str | None,
    checkpoints: bool,
    complete: bool,
    as_of: str | None,
    overlays: tuple[Path, ...],
    context_file: Path | None,
    confirmations: Path | None,
    concurrency: int,
    stats: bool,
) -> None:
    """Grade one or more models on the openness spectrum.

    TARGET is a Hub id (org/name or org/name@revision), a Hub URL, a folder or file (starting with . or /), a
    recorded snapshot, disclosed:org/model, mot:FILE (a model file of the Model Openness Tool), or @FILE with one
    target a line.
    """
    from auditor.cli.confirm import confirmations_from
    from auditor.cli.context_file import context_from
    from auditor.cli.dates import checked_date
    from auditor.cli.environment import color_wanted, endpoint_of, fetch_options, installed_rulebook, now_utc
    from auditor.cli.exit_codes import ExitCodes
    from auditor.cli.progress import with_progress
    from auditor.fetch.targets import HUB_ENDPOINTS, expand_targets
    from auditor.pipeline.auditor import Auditor
    from auditor.pipeline.subjects import Subjects

    chosen = formats or ("text",)
    if len(set(chosen)) > 1 and output is None:
        raise UsageProblem("several formats need -o FOLDER")
    moment = checked_date(as_of)
    wanted = expand_targets(targets, endpoints=(*HUB_ENDPOINTS, endpoint_of()))
    if revision is not None and len(wanted) > 1:
        raise UsageProblem("--revision goes with a single target; write org/name@revision instead")
    options = fetch_options(
        now=now_utc(), offline=offline, revision=revision, checkpoints=checkpoints, complete=complete
    )
    context = context_from(context_file) if context_file else None
    rulebook = installed_rulebook(overlays)
    auditor = Auditor(rulebook, confirmations=confirmations_from(confirmations, rulebook))
    subjects = Subjects(auditor, options)
    codes = ExitCodes()
    outcomes = with_progress(
        subjects.audit(wanted, as_of=moment, concurrency=concurrency, context=context), len(wanted)
    )
    if chosen == ("jsonl",):
        _stream(outcomes, codes, output)
    else:
        _write_all(outcomes, codes, chosen, output, color_wanted() and output is None)
    if stats:
        click.echo(subjects.stats_line(), err=True)
    sys.exit(codes.code())


def _stream(outcomes: Iterable[Outcome], codes: ExitCodes, output: Path | None) -> None:
    from auditor.render.jsonl import line

    with click.open_file(str(output) if output else "-", "w", encoding="utf-8") as stream:
        for outcome in outcomes:
            if isinstance(outcome, tuple):
                codes.add(outcome[1])
                _complain(outcome[1], outcome[0])
            stream.write(line(outcome[0] if isinstance(outcome, tuple) else outcome))


def _write_all(
    outcomes: Iterable[Outcome], codes: ExitCodes, formats: Sequence[str], output: Path | None, color: bool
) -> None:
    from auditor.model.report import Batch
    from auditor.render.interface import RenderOptions, renderer

    reports: list[Report] = []
    errors: list[FailedTarget] = []
    for outcome in outcomes:
        if isinstance(outcome, tuple):
            errors.append(outcome[0])
            codes.add(outcome[1])
            if formats != ("text",) or output is not None:
                _complain(outcome[1], outcome[0])
        else:
            reports.append(outcome)
    batch = Batch(reports=tuple(reports), errors=tuple(errors))
    options = RenderOptions(color=color, width=shutil.get_terminal_size((100, 24)).columns if color else 100)
    several = len(set(formats)) > 1
    for name in dict.fromkeys(formats):
        text = renderer(name)(batch, options)
        if output is None:
            click.echo(text, nl=False)
        else:
            write_output(output / f"report.{FORMATS[name].extension}" if several else output, text)


def _complain(error: AuditorError, entry: FailedTarget) -> None:
    click.echo(f"error: {entry.target}: {error.message}", err=True)
    if error.help:
        click.echo(f"help: {error.help}", err=True)
