"""`auditor survey`: what many repositories have in common."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.output_file import write_output

if TYPE_CHECKING:
    from auditor.model.survey import Survey

__all__ = ["command"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FORMATS = {"text": "txt", "json": "json", "html": "html"}


@click.command(name="survey")
@click.argument("records", type=_FILE)
@click.option("--cards", type=_FILE, help="Front matter of the cards: JSON lines with `id` and `front_matter`.")
@click.option("--format", "formats", multiple=True, type=click.Choice(list(_FORMATS)), help="Repeat for several.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="File; with several formats a name without end.")
@click.option("--as-of", metavar="DATE", help="The day the survey speaks of; default: today.")
@click.option("--stats", is_flag=True, help="Say on stderr how long it took and how much memory.")
def command(
    records: Path, cards: Path | None, formats: tuple[str, ...], output: Path | None, as_of: str | None, stats: bool
) -> None:
    """Count licenses, texts, conflicts and inherited limits over RECORDS.

    RECORDS holds records of the Hub's models API, one a line (JSON Lines, plain or .gz). No network is needed.
    """
    from time import perf_counter

    from auditor.cli.dates import checked_date
    from auditor.cli.environment import installed_rulebook, now_utc
    from auditor.errors import UsageProblem
    from auditor.fetch.record_dump import RecordDump
    from auditor.pipeline.auditor import Auditor
    from auditor.table.survey import survey_of

    chosen = tuple(dict.fromkeys(formats)) or ("text",)
    if len(chosen) > 1 and output is None:
        raise UsageProblem("several formats need -o NAME")
    begun = perf_counter()
    auditor = Auditor(installed_rulebook(), yardsticks=False)
    survey = survey_of(auditor, RecordDump(records, cards), now=checked_date(as_of) or now_utc())
    for form in chosen:
        text = _text(survey, form)
        if output is None:
            click.echo(text, nl=False)
        else:
            path = output.with_name(f"{output.name}.{_FORMATS[form]}") if len(chosen) > 1 else output
            write_output(path, text)
    if stats:
        seconds = perf_counter() - begun
        click.echo(f"{survey.repositories} repositories in {seconds:.1f} s, peak memory {_peak_mb()}", err=True)


def _text(survey: Survey, form: str) -> str:
    from auditor.render.survey_page import render_survey_page, render_survey_text

    if form == "json":
        return json.dumps(survey.to_dict(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
    return render_survey_page(survey) if form == "html" else render_survey_text(survey)


def _peak_mb() -> str:
    try:
        import resource
    except ImportError:  # not on every system
        return "unknown"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return f"{peak / (1024 * 1024 if sys.platform == 'darwin' else 1024):.0f} MB"
