"""`auditor verdict`: may this organization do this under that license."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

__all__ = ["command"]

_EXIT = {"needs-separate-license": 10, "prohibited": 10, "unclear": 11}


@click.command(name="verdict")
@click.option("--license", "license_id", required=True, metavar="ID", help="A license id, alias or SPDX expression.")
@click.option(
    "--context",
    "context_file",
    required=True,
    type=click.Path(path_type=Path),
    help="Who uses it and what for (YAML or JSON; - for stdin).",
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--exit-code", is_flag=True, help="Leave with 10 when not granted, 11 when unclear.")
@click.option(
    "--rules",
    "overlays",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Overlay of licenses; repeatable.",
)
@click.option("--as-of", metavar="DATE", help="The day on which licenses held must be valid; default: today.")
def command(
    license_id: str, context_file: Path, form: str, exit_code: bool, overlays: tuple[Path, ...], as_of: str | None
) -> None:
    """Say whether a use is allowed under a license, with the deciding sections and the duties that follow."""
    from auditor.cli.context_file import context_from
    from auditor.cli.dates import checked_date
    from auditor.cli.environment import installed_rulebook, now_utc
    from auditor.render.verdict_text import render_verdict
    from auditor.render.wording import DISCLAIMER
    from auditor.verdict.judge import judge

    day = checked_date(as_of) or now_utc()[:10]
    verdict = judge(license_id, context_from(context_file), installed_rulebook(overlays), date=day)
    data = verdict.to_dict()
    if form == "json":
        sys.stdout.write(json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
    else:
        click.echo(render_verdict(data), nl=False)
        click.echo(f"\n{DISCLAIMER}")
    sys.exit(_EXIT.get(verdict.outcome, 0) if exit_code else 0)
