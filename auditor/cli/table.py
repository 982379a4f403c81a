"""`auditor table`: a table over many models, and figures, for papers."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.errors import AuditorError, UsageProblem
from auditor.table.formats import FIGURES, FORMATS, IMAGES

if TYPE_CHECKING:
    from auditor.cli.table_sources import TableSources
    from auditor.rulebook.load import Rulebook

__all__ = ["command"]

MAX_CONCURRENCY = 64
_PATHS = click.Path(path_type=Path)
_OVERLAY = click.Path(exists=True, file_okay=False, path_type=Path)
_FROM_HELP = "Folder or file with reports, batches, jsonl or recorded snapshots; repeatable."
_FORMAT_HELP = "Repeat for several; then -o is a folder. Default: markdown."
_FIGURE_HELP = "For svg, png and html; repeatable. Default: heat; in html all."


@click.command(name="table")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--from", "places", multiple=True, type=_PATHS, help=_FROM_HELP)
@click.option("--disclosed", is_flag=True, help="Every model of the catalog of disclosures.")
@click.option("--format", "formats", multiple=True, type=click.Choice([*FORMATS, *IMAGES]), help=_FORMAT_HELP)
@click.option("-o", "--output", type=_PATHS, help="File to write; a folder for several.")
@click.option("--name", default="table", show_default=True, help="Name of the files in a folder, without ending.")
@click.option("--columns", metavar="A,B,C", help="Columns by name, in this order; `help` lists them.")
@click.option("--list-columns", is_flag=True, help="List the columns, with those that the given reports have.")
@click.option("--group-by", metavar="COLUMN", help="family, publisher, license, label or any other column.")
@click.option("--sort", metavar="A,-B", help="Columns to sort by; - for the highest first.")
@click.option("--figure", "figures", multiple=True, type=click.Choice(list(FIGURES)), help=_FIGURE_HELP)
@click.option(
    "--dates",
    type=click.Choice(["released", "as-of"]),
    default="released",
    show_default=True,
    help="What the figure of adoption counts by.",
)
@click.option("--comments", is_flag=True, help="CSV: the citation in front, as lines starting with #.")
@click.option("--offline", is_flag=True, help="Use only what is on this machine.")
@click.option("--as-of", metavar="DATE", help="The day the audits speak of; reports from files keep theirs.")
@click.option("--rules", "overlays", multiple=True, type=_OVERLAY, help="Overlay of rules; repeatable.")
@click.option("--concurrency", type=click.IntRange(1, MAX_CONCURRENCY), default=8, show_default=True, help="At once.")
def command(
    targets: tuple[str, ...],
    places: tuple[Path, ...],
    disclosed: bool,
    formats: tuple[str, ...],
    output: Path | None,
    name: str,
    columns: str | None,
    list_columns: bool,
    group_by: str | None,
    sort: str | None,
    figures: tuple[str, ...],
    dates: str,
    comments: bool,
    offline: bool,
    as_of: str | None,
    overlays: tuple[Path, ...],
    concurrency: int,
) -> None:
    """Make a table over many models: one row each, intervals, evidence as notes, and what a paper cites.

    TARGET is as in `auditor audit`, or a report file. A CSV or Parquet file gets FILE.citation.json beside it.
    """
    from auditor.cli.environment import installed_rulebook
    from auditor.cli.table_output import planned, write_files
    from auditor.cli.table_sources import TableSources
    from auditor.table.builder import TableBuilder
    from auditor.table.interface import TableOptions
    from auditor.table.selection import column_names, selection

    rulebook = installed_rulebook(overlays)
    asked = column_names(columns)
    list_columns = list_columns or asked == ("help",)
    if not (targets or places or disclosed or list_columns):
        raise UsageProblem("nothing to make a table of", hint="name targets, --from DIR or --disclosed")
    files = planned(tuple(dict.fromkeys(formats)) or ("markdown",), tuple(dict.fromkeys(figures)), output, name)
    wanted = () if list_columns else asked
    chosen = selection(rulebook.table, columns=wanted, group_by=group_by, sort=column_names(sort))
    sources = TableSources(rulebook, offline=offline, as_of=as_of, concurrency=concurrency)
    catalog = [f"disclosed:{one}" for one in rulebook.disclosures] if disclosed else []
    if list_columns:
        _list_columns(rulebook, sources, [*targets, *catalog], places)
        sys.exit(sources.codes.code())
    builder = TableBuilder(rulebook, chosen)
    for report, digest in sources.reports([*targets, *catalog], places):
        try:
            builder.add(report, digest)
        except AuditorError as error:
            sources.failed(str(report["subject"]["requested"]), error)
    for failure in sources.failures:
        builder.fail(failure)
    if builder.duplicates:
        click.echo(f"left out: {builder.duplicates} reports that were given twice", err=True)
    options = TableOptions(comments=comments, figures=figures, dates=dates)
    words = {
        "--columns": columns, "--group-by": group_by, "--sort": sort, "--as-of": as_of,
        "--dates": dates if dates != "released" else None,
    }  # fmt: skip
    inputs = [*targets, *(w for p in places for w in ("--from", str(p))), *(["--disclosed"] if disclosed else [])]
    inputs += [w for overlay in overlays for w in ("--rules", str(overlay))]
    write_files(builder, files, options, [*inputs, *(w for key, v in words.items() if v for w in (key, v))])
    sys.exit(sources.codes.code())


def _list_columns(rulebook: Rulebook, sources: TableSources, targets: list[str], places: tuple[Path, ...]) -> None:
    from auditor.table.selection import members_met

    rules = rulebook.table
    lines = {c.id: c.sentence for c in rules.columns.values()}
    for family in rules.families:
        names = ["NAME", "NAME"][: family.id.count("{}")]
        lines[family.called(*names).id] = family.called(*names).sentence
    for report, _ in sources.reports(targets, places):
        for member in members_met(rules, report):
            column = rules.column(member)
            lines[member] = column.sentence if column else ""
    width = max(map(len, lines))
    for name, sentence in lines.items():
        shown = "*" if name in rules.default else " "
        click.echo(f"{shown} {name:<{width}}  {sentence}")
    click.echo("* shown when no columns are named")
