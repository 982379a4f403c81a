"""`auditor obligations`: what adopting a model brings, as a folder of memo, notices, texts and checklist."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.errors import SubjectUnreachable

__all__ = ["command"]

_FILE = click.Path(path_type=Path)


@click.command(name="obligations")
@click.argument("target")
@click.option("--context", "context_file", required=True, type=_FILE, help="Who uses it for what (YAML or JSON).")
@click.option("-o", "--output", required=True, type=_FILE, metavar="DIR", help="Folder to write.")
@click.option("--offline", is_flag=True, help="Use only what is on this machine.")
@click.option("--revision", metavar="REV", help="Branch, tag or commit of a Hub target.")
@click.option("--complete", is_flag=True, help="A folder given as target is the whole repository.")
@click.option("--as-of", metavar="DATE", help="The day the memo speaks of; default: when the evidence was read.")
@click.option("--force", is_flag=True, help="Write into a folder that is not empty.")
def command(
    target: str,
    context_file: Path,
    output: Path,
    offline: bool,
    revision: str | None,
    complete: bool,
    as_of: str | None,
    force: bool,
) -> None:
    """Write the adoption memo (Markdown and HTML), NOTICE lines, license texts to ship and a checklist for TARGET."""
    from auditor.cli.context_file import context_from
    from auditor.cli.environment import fetch_options, installed_rulebook, now_utc
    from auditor.cli.single_target import free_output, single_target
    from auditor.pipeline.adoption import adoption_pack
    from auditor.pipeline.auditor import Auditor
    from auditor.pipeline.subjects import Subjects
    from auditor.render.adoption import pack_files

    context = context_from(context_file)
    only = single_target(target, "a memo is about a single target")
    free_output(output, force=force)
    auditor = Auditor(installed_rulebook())
    options = fetch_options(now=now_utc(), offline=offline, revision=revision, complete=complete)
    pack = adoption_pack(auditor, Subjects(auditor, options).fetch(only), context, as_of=as_of)
    files = pack_files(pack)
    try:
        for name, text in files.items():
            path = output / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise SubjectUnreachable(f"cannot write {output}: {error.strerror}") from error
    click.echo(f"{pack.verdict['outcome']}: {len(files)} files in {output}")
