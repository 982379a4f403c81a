"""`auditor confirm`: the questions a person has to answer, as a file to fill in."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.output_file import write_output
from auditor.errors import UsageProblem

if TYPE_CHECKING:
    from auditor.model.confirmation import Confirmation
    from auditor.rulebook.load import Rulebook

__all__ = ["command", "confirmations_from"]


@click.command(name="confirm")
@click.argument("targets", nargs=-1, required=True, metavar="TARGET...")
@click.option("--framework", "frameworks", multiple=True, metavar="ID", help="Only this framework; repeatable.")
@click.option("--confirmations", type=click.Path(path_type=Path), help="Answers given so far (CSV); they are kept.")
@click.option("--offline", is_flag=True, help="Use only what is on this machine.")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="CSV file to write.")
def command(
    targets: tuple[str, ...],
    frameworks: tuple[str, ...],
    confirmations: Path | None,
    offline: bool,
    output: Path | None,
) -> None:
    """Write every criterion that a person has to confirm, or that nothing settles, as CSV.

    Fill in answer (yes, partial, no), by, on and source, and give the file to audit, agree or confirm with
    --confirmations: what is filled in counts as evidence of kind clarified, with name and date.
    """
    from auditor.cli.environment import endpoint_of, fetch_options, installed_rulebook, now_utc
    from auditor.cli.exit_codes import ExitCodes
    from auditor.fetch.targets import HUB_ENDPOINTS, expand_targets
    from auditor.model.report import Report
    from auditor.pipeline.auditor import Auditor
    from auditor.pipeline.subjects import Subjects
    from auditor.rulebook.suggestion import did_you_mean
    from auditor.table.confirmations import open_questions

    rulebook = installed_rulebook()
    for name in frameworks:
        if name not in rulebook.frameworks:
            raise UsageProblem(f"no framework {name!r}{did_you_mean(name, rulebook.frameworks)}")
    answers = confirmations_from(confirmations, rulebook)
    subjects = Subjects(Auditor(rulebook), fetch_options(now=now_utc(), offline=offline))
    codes = ExitCodes()
    rows: list[tuple[str, ...]] = []
    for outcome in subjects.audit(expand_targets(targets, endpoints=(*HUB_ENDPOINTS, endpoint_of()))):
        if isinstance(outcome, Report):
            rows += open_questions(outcome, answers, frameworks or tuple(rulebook.frameworks))
        else:
            codes.add(outcome[1])
            click.echo(f"error: {outcome[0].target}: {outcome[0].message}", err=True)
    text = _csv(rows)
    if output is None:
        click.echo(text, nl=False)
    else:
        write_output(output, text)
    sys.exit(codes.code())


def confirmations_from(file: Path | None, rulebook: Rulebook) -> tuple[Confirmation, ...]:
    """Return the filled rows of `file`, none without a file; raises `ConfirmationsInvalid` with every problem."""
    if file is None:
        return ()
    from auditor.fetch.confirmation_file import read_confirmations

    criteria = {
        name: frozenset(criterion.id for criterion in framework.criteria)
        for name, framework in rulebook.frameworks.items()
    }
    return read_confirmations(file, criteria)


def _csv(rows: list[tuple[str, ...]]) -> str:
    from auditor.model.confirmation import CONFIRMATION_COLUMNS
    from auditor.render.csv_table import disarmed

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CONFIRMATION_COLUMNS)
    writer.writerows([disarmed(cell) for cell in row] for row in rows)
    return out.getvalue()
