"""`auditor snapshot`: record the evidence of one subject."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from auditor.errors import SubjectUnreachable

__all__ = ["command"]


@click.command(name="snapshot")
@click.argument("target")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Folder, or file ending in .zip.")
@click.option("--offline", is_flag=True, help="Use only what is on this machine.")
@click.option("--revision", metavar="REV", help="Branch, tag or commit of a Hub target.")
@click.option("--checkpoints", is_flag=True, help="Also record branches and tags.")
@click.option("--complete", is_flag=True, help="A folder given as target is the whole repository.")
@click.option("--force", is_flag=True, help="Write over an earlier snapshot.")
def command(
    target: str, output: Path, offline: bool, revision: str | None, checkpoints: bool, complete: bool, force: bool
) -> None:
    """Record everything an audit of TARGET reads, with hashes; `auditor audit` reproduces the report from it."""
    from auditor.cli.environment import fetch_options, installed_rulebook, now_utc
    from auditor.cli.single_target import free_output, single_target
    from auditor.fetch.recorded import write_snapshot
    from auditor.pipeline.auditor import Auditor
    from auditor.pipeline.subjects import Subjects

    only = single_target(target, "a snapshot records a single target")
    free_output(output, force=force)
    options = fetch_options(
        now=now_utc(), offline=offline, revision=revision, checkpoints=checkpoints, complete=complete
    )
    snapshot = Subjects(Auditor(installed_rulebook()), options).fetch(only)
    try:
        write_snapshot(snapshot, output)
    except OSError as error:
        raise SubjectUnreachable(f"cannot write {output}: {error.strerror}") from error
    click.echo(f"recorded {snapshot.key} with {len(snapshot.documents)} documents in {output}", err=True)
    sys.exit(0)
