"""`auditor history`: how a repository's license changed over its commits."""

from __future__ import annotations

import json
import sys

import click

__all__ = ["command"]

MOST_COMMITS = 1000
MOST_REQUESTS = 200
SECONDS = 600.0


@click.command(name="history")
@click.argument("target")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option(
    "--limit", type=click.IntRange(1, MOST_COMMITS), default=50, show_default=True, help="Newest commits to look at."
)
def command(target: str, form: str, limit: int) -> None:
    """Say how declared and detected licenses of TARGET (org/name, org/name@revision) changed, newest first.

    At most 200 requests are made; the output says when that or the limit cut it short.
    """
    import msgspec

    from auditor.cli.environment import fetch_options, installed_rulebook, now_utc
    from auditor.cli.single_target import single_target
    from auditor.fetch.hub_history import read_history
    from auditor.pipeline.auditor import Auditor
    from auditor.pipeline.history import history_report

    now = now_utc()
    options = msgspec.structs.replace(fetch_options(now=now), deadline=SECONDS)
    wanted = single_target(target, "a history is of a single target")
    history = read_history(wanted, options, limit=limit, max_requests=MOST_REQUESTS)
    auditor = Auditor(installed_rulebook())
    report = history_report(auditor, history, requested=wanted.requested, now=now, limit=limit)
    if form == "json":
        sys.stdout.write(json.dumps(report, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
        return
    from auditor.render.history_text import render_history

    click.echo(render_history(report), nl=False)
