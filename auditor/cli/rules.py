"""`auditor rules`: look at, check and extend the rulebook."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.errors import RulebookInvalid, UsageProblem

if TYPE_CHECKING:
    from auditor.rulebook.load import Rulebook

__all__ = ["command"]

_RULES_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_CASES_FOLDER = click.Path(file_okay=False, path_type=Path)
KINDS = ("checks", "licenses", "disclosures", "frameworks", "facts", "terms", "labels", "findings")


@click.group(name="rules")
def command() -> None:
    """Look at, check and extend the rulebook."""


def _names(rulebook: Rulebook, kind: str) -> dict[str, str]:
    """Return the entries of one kind with a sentence each."""
    vocabulary = rulebook.vocabulary
    return {
        "checks": {c.id: f"{c.dimension}: {c.question}" for c in rulebook.checks.values()},
        "licenses": {p.id: p.title for p in rulebook.licenses.values()},
        "disclosures": {d.id: f"{d.title} ({d.kind}), read on {d.read_on}" for d in rulebook.disclosures.values()},
        "frameworks": {f.id: f"{f.title} {f.version}: {f.plain}" for f in rulebook.frameworks.values()},
        "facts": {n: f.plain for n, f in vocabulary.facts.items() if not n.startswith("term.")},
        "terms": {n: t.plain for n, t in vocabulary.terms.items()},
        "labels": vocabulary.labels,
        "findings": {n: c.plain for n, c in vocabulary.finding_codes.items()},
    }[kind]


@command.command(name="list")
@click.argument("kind", type=click.Choice(KINDS), default="checks")
def list_rules(kind: str) -> None:
    """List checks (or licenses, disclosures, frameworks, facts, terms, labels, findings) with a sentence each."""
    from auditor.cli.environment import installed_rulebook

    entries = _names(installed_rulebook(), kind)
    width = max((len(name) for name in entries), default=0)
    for name, sentence in entries.items():
        click.echo(f"{name:<{width}}  {sentence}")


@command.command()
@click.argument("name")
def show(name: str) -> None:
    """Show one check, license, disclosure, framework, fact, term, label or finding code."""
    from auditor.cli.environment import installed_rulebook
    from auditor.render.rule_pages import check_page, framework_page
    from auditor.rulebook.locator import data_folder
    from auditor.rulebook.suggestion import did_you_mean

    rulebook = installed_rulebook()
    if name in rulebook.checks:
        click.echo(check_page(rulebook.checks[name]), nl=False)
        return
    if name in rulebook.frameworks:
        click.echo(framework_page(rulebook.frameworks[name]), nl=False)
        return
    for kind in ("licenses", "disclosures"):
        if name in _names(rulebook, kind):
            click.echo((data_folder("rules") / kind / f"{name}.yaml").read_text("utf-8"), nl=False)
            return
    known: dict[str, str] = {}
    for kind in KINDS:
        known |= _names(rulebook, kind)
    if name not in known:
        raise UsageProblem(f"nothing in the rulebook is called {name!r}{did_you_mean(name, known)}")
    click.echo(f"{name}: {known[name]}")


@command.command()
@click.option("--rules", "folder", type=_RULES_FOLDER, help="Another rules/ folder.")
@click.option("--cases", type=_CASES_FOLDER, default=Path("tests/cases"), show_default=True)
def check(folder: Path | None, cases: Path) -> None:
    """Load the rulebook and run every case beside it; report all problems at once."""
    from auditor.pipeline.rule_cases import case_problems
    from auditor.rulebook.load import load_rulebook

    rulebook = load_rulebook(folder)
    problems = case_problems(rulebook, cases) if cases.is_dir() else []
    if problems:
        raise RulebookInvalid(problems)
    ran = "and all cases come out right" if cases.is_dir() else f"(no cases at {cases})"
    click.echo(f"rulebook {rulebook.version} {rulebook.sha256[:12]} is sound {ran}")


@command.command(name="new-case")
@click.argument("name")
def new_case(name: str) -> None:
    """Print the skeleton of a case file for a check or a license."""
    from auditor.cli.environment import installed_rulebook
    from auditor.pipeline.rule_cases import new_check_case, new_license_case
    from auditor.rulebook.suggestion import did_you_mean

    rulebook = installed_rulebook()
    if name in rulebook.checks:
        click.echo(new_check_case(rulebook.checks[name]), nl=False)
    elif name in rulebook.licenses:
        click.echo(new_license_case(name), nl=False)
    else:
        known = [*rulebook.checks, *rulebook.licenses]
        raise UsageProblem(f"no check or license is called {name!r}{did_you_mean(name, known)}")


@command.command()
@click.option("-o", "--output", required=True, type=click.Path(file_okay=False, path_type=Path))
def docs(output: Path) -> None:
    """Write the pages that are made from the rules: checks, spectrum, licenses, vocabulary, frameworks."""
    from auditor.cli.environment import installed_rulebook
    from auditor.render.rule_pages import rule_pages

    output.mkdir(parents=True, exist_ok=True)
    for name, text in rule_pages(installed_rulebook()).items():
        (output / name).write_text(text, encoding="utf-8", newline="\n")
        click.echo(f"{output / name}", err=True)


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--license", "license_id", required=True, metavar="ID", help="The profile the text belongs to.")
@click.option("--role", type=click.Choice(["license", "use-policy"]), default="license", show_default=True)
@click.option("--from", "body_from", default="", metavar="WORDS", help="Words at which the body begins.")
@click.option("--name", "names", multiple=True, metavar="WORDS", help="Words a copy replaces by its holder's name.")
@click.option("--to", "body_to", default="", metavar="WORDS", help="Words with which the body ends.")
def fingerprint(file: Path, license_id: str, role: str, body_from: str, names: tuple[str, ...], body_to: str) -> None:
    """Print the fingerprint of a license text: hashes from which the text cannot be read.

    What stands outside --from and --to may be left out of a copy, like a preamble or an appendix.
    """
    from auditor.fetch.documents import decode
    from auditor.licenses.fingerprints import build_fingerprint

    text, _ = decode(file.read_bytes())
    try:
        data = build_fingerprint(
            text, license_id=license_id, role=role, body_from=body_from, body_to=body_to, names=names
        )
    except ValueError as error:
        raise UsageProblem(f"{file}: {error}") from None
    sys.stdout.write(json.dumps(data, sort_keys=True, separators=(",", ":")) + "\n")
