"""`auditor license`: which license is this text, and what do we know of licenses."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from auditor.errors import UsageProblem

__all__ = ["command"]

_FORMAT = click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
MAX_BYTES = 50_000_000
_LICENSE_NAMES = ("LICENSE", "LICENCE", "COPYING", "UNLICENSE", "MODEL_LICENSE", "NOTICE")


@click.group(name="license")
def command() -> None:
    """Which license is this text, and what do we know of it."""


@command.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@_FORMAT
def identify(paths: tuple[Path, ...], form: str) -> None:
    """Say which licenses are in each text file: exact, modified or partial; nothing where there is none."""
    from auditor.cli.environment import installed_rulebook
    from auditor.fetch.documents import decode
    from auditor.licenses.identify import LicenseIndex
    from auditor.licenses.identify import identify as identify_text

    rulebook = installed_rulebook()
    index = LicenseIndex(rulebook.licenses, rulebook.fingerprints)
    files = []
    for path in paths:
        try:
            with path.open("rb") as stream:
                data = stream.read(MAX_BYTES)
        except OSError as error:
            raise UsageProblem(f"cannot read {path}: {error.strerror}") from error
        license_file = path.name.upper().startswith(_LICENSE_NAMES)
        found = identify_text(decode(data)[0], index, license_file=license_file)
        matches = [match.to_dict() for match in found]
        files.append({"path": path.as_posix(), "matches": matches})
    if form == "json":
        _print_json({"schema": "auditor/identify/1", "files": files})
        return
    for file in files:
        _print_matches(file["path"], file["matches"])


def _print_matches(path: Any, matches: Any) -> None:
    from auditor.render.wording import safe_line

    if not matches:
        click.echo(f"{path}: no license found")
    for match in matches:
        first, last = match["lines"]
        click.echo(f"{path}:{first}-{last}: {match['id']} ({match['spdx']}), {match['status']}, {match['score']:.2f}")
        for span in match["added"]:
            click.echo(f"  added, lines {span['lines'][0]}-{span['lines'][1]}: {safe_line(span['text'])}")
        for part in match["missing"]:
            click.echo(f"  missing: {safe_line(str(part.get('section', 'a part')))}")
        if match["near"]:
            near = ", ".join(f"{rival['id']} {rival['score']:.2f}" for rival in match["near"])
            click.echo(f"  near: {near}")


@command.command()
@click.argument("name")
@_FORMAT
def show(name: str, form: str) -> None:
    """Show what we know of one license, by id, SPDX id or alias."""
    import msgspec

    from auditor.cli.environment import installed_rulebook
    from auditor.licenses.obligations import obligations_of
    from auditor.licenses.terms import terms_of_profile
    from auditor.render.license_text import render_license
    from auditor.rulebook.license_files import profile_to_dict

    rulebook = installed_rulebook()
    profile = rulebook.get_license(name)
    bound = terms_of_profile(profile, rulebook.vocabulary.terms, profile.id) if profile.text != "not-read" else None
    duties = obligations_of(rulebook.obligations, bound)
    if form == "json":
        _print_json({**profile_to_dict(profile), "obligations": msgspec.to_builtins(duties)})
    else:
        click.echo(render_license(profile, rulebook.vocabulary, duties), nl=False)


@command.command(name="list")
@click.option("--allows", multiple=True, metavar="TERM", help="Only those that grant TERM without a limit; repeatable.")
@click.option("--without", multiple=True, metavar="TERM", help="Only those that do not set TERM; repeatable.")
@click.option("--with", "having", multiple=True, metavar="TERM", help="Only those that set TERM; repeatable.")
@click.option(
    "--scope", type=click.Choice(["weights", "code", "data", "any", "policy"]), help="What the text is about."
)
@_FORMAT
def list_licenses(
    allows: tuple[str, ...], without: tuple[str, ...], having: tuple[str, ...], scope: str | None, form: str
) -> None:
    """List the licenses we know, with how their texts were read; a term nobody has read fits no filter."""
    from auditor.cli.environment import installed_rulebook
    from auditor.rulebook.license_filters import filtered_licenses

    rulebook = installed_rulebook()
    found = filtered_licenses(rulebook, allows=allows, without=without, having=having, scope=scope)
    rows = [
        {"id": p.id, "spdx": p.spdx, "title": p.title, "version": p.version, "scope": p.scope, "text": p.text}
        for p in found
    ]
    if form == "json":
        _print_json({"schema": "auditor/licenses/1", "licenses": rows})
        return
    width = max((len(str(row["id"])) for row in rows), default=0)
    for row in rows:
        click.echo(f"{row['id']:<{width}}  {row['text']:<8}  {row['scope']:<7}  {row['title']}")


@command.command()
@click.argument("names", nargs=-1, required=True, metavar="ID ID...")
@click.option("--all", "everything", is_flag=True, help="Also the terms on which they agree.")
@_FORMAT
def compare(names: tuple[str, ...], everything: bool, form: str) -> None:
    """Show two or more licenses side by side, term by term, with sections; by default only where they differ."""
    from auditor.cli.environment import installed_rulebook
    from auditor.render.license_comparison import compare_licenses, render_comparison

    if len(names) < 2:
        raise UsageProblem("compare takes two or more licenses")
    rulebook = installed_rulebook()
    comparison = compare_licenses([rulebook.get_license(name) for name in names], everything=everything)
    if form == "json":
        _print_json(comparison)
    else:
        click.echo(render_comparison(comparison), nl=False)


def _print_json(data: object) -> None:
    sys.stdout.write(json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
