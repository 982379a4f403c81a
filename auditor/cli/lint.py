"""`auditor lint`: what the publisher of a model should mend in its card."""

from __future__ import annotations

import json
import sys

import click

__all__ = ["command"]

FOUND = 10


@click.command(name="lint")
@click.argument("target", metavar="TARGET|PATH")
@click.option("--fix", is_flag=True, help="Write the certain lines into the card of a local folder.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--complete", is_flag=True, help="A folder given as target is the whole repository.")
@click.option("--offline", is_flag=True, help="Use only what is on this machine; bases of a folder are not looked up.")
@click.option("--revision", metavar="REV", help="Branch, tag or commit of a Hub target.")
def command(target: str, fix: bool, form: str, complete: bool, offline: bool, revision: str | None) -> None:
    """Tell the publisher of a model what to mend in its card, each with the exact line to add.

    Leaves with 10 when anything was found that is not fixed, with 0 when the card is clean.
    """
    from auditor.cli.environment import fetch_options, installed_rulebook, now_utc
    from auditor.cli.single_target import single_target
    from auditor.pipeline.auditor import Auditor
    from auditor.pipeline.lint_subject import LintSubjects
    from auditor.pipeline.subjects import Subjects
    from auditor.render.lint_text import render_lint

    only = single_target(target, "lint is about a single target")
    auditor = Auditor(installed_rulebook())
    options = fetch_options(now=now_utc(), offline=offline, revision=revision, complete=complete)
    linter = LintSubjects(auditor, Subjects(auditor, options), follow=not options.offline)
    report = linter.fix(only) if fix else linter.lint(only)
    if form == "json":
        sys.stdout.write(json.dumps(report.to_dict(), indent=2, sort_keys=True, ensure_ascii=False) + "\n")
    else:
        click.echo(render_lint(report), nl=False)
    sys.exit(FOUND if report.entries else 0)
