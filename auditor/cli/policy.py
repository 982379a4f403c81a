"""`auditor policy`: start, check and explain a policy."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.output_file import write_output
from auditor.errors import UsageProblem

if TYPE_CHECKING:
    from auditor.rulebook.policies import Policy, PolicyWords

__all__ = ["command"]

_OVERLAY = click.Path(exists=True, file_okay=False, path_type=Path)
_RULES = click.option("--rules", "overlays", multiple=True, type=_OVERLAY,
                      help="Overlay of licenses or policies; repeatable.")  # fmt: skip
START = "commercial-product"


@click.group(name="policy")
def command() -> None:
    """Start, check and explain a policy for `auditor gate`."""


@command.command()
@click.option(
    "--from", "name", default=START, show_default=True, metavar="NAME", help="The ready policy to start from."
)
@click.option("-o", "--output", type=click.Path(path_type=Path), required=True, help="File to write.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@_RULES
def init(name: str, output: Path, force: bool, overlays: tuple[Path, ...]) -> None:
    """Write a commented policy to start from; `auditor policy list` names the ready ones."""
    from auditor.cli.single_target import free_output
    from auditor.rulebook.policy_files import built_in_policies
    from auditor.rulebook.suggestion import did_you_mean

    known = built_in_policies(overlays)
    if name not in known:
        raise UsageProblem(f"no ready policy is called {name!r}{did_you_mean(name, known)}", hint=", ".join(known))
    if output.is_dir():
        raise UsageProblem(f"{output} is a folder; -o takes a file such as policy.yaml")
    free_output(output, force=force)
    write_output(output, known[name].read_bytes())
    click.echo(f"{output}: a copy of {name}; read it, change it, then: auditor gate --policy {output} TARGET")


@command.command(name="list")
@_RULES
def list_policies(overlays: tuple[Path, ...]) -> None:
    """List the ready policies with their titles."""
    from auditor.cli.environment import installed_rulebook
    from auditor.rulebook.policy_files import BUILT_IN, built_in_policies, load_policy, load_policy_words

    rulebook = installed_rulebook(overlays)
    words = load_policy_words(rulebook)
    known = built_in_policies(overlays)
    width = max(map(len, known), default=0)
    for name, path in known.items():
        click.echo(f"{name:<{width}}  {load_policy(path, BUILT_IN, rulebook, words).title}")


@command.command()
@click.argument("policy", metavar="FILE|NAME")
@_RULES
def check(policy: str, overlays: tuple[Path, ...]) -> None:
    """Check a policy; leaves with 4 and every problem with its line and column when it is not sound."""
    found, _ = _loaded(policy, overlays)
    rules = {rule.id for use in found.uses.values() for rule in use.rules}
    uses = ", ".join(sorted(name for name in found.uses if name))
    click.echo(
        f"{policy}: sound; {len(rules)} rules{f' for {uses}' if uses else ''}, {len(found.exceptions)} exceptions, "
        f"{len(found.clarifications)} clarifications"
    )


@command.command()
@click.argument("policy", metavar="FILE|NAME")
@click.option("--use", "use_name", metavar="NAME", help="Only the section for this use; default: every use.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@_RULES
def explain(policy: str, use_name: str | None, form: str, overlays: tuple[Path, ...]) -> None:
    """Say every rule in plain words, what it reads, and what becomes of what is not known."""
    from auditor.render.policy_text import explained, render_policy
    from auditor.rulebook.suggestion import did_you_mean

    found, words = _loaded(policy, overlays)
    known = sorted(name for name in found.uses if name)
    if use_name is not None and use_name not in known:
        near = did_you_mean(use_name, known)
        raise UsageProblem(f"the policy has no use {use_name!r}{near}", hint=", ".join(known) or "it has no sections")
    data = explained(found, words, use_name)
    if form == "json":
        sys.stdout.write(json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
    else:
        click.echo(render_policy(data), nl=False)


def _loaded(word: str, overlays: tuple[Path, ...]) -> tuple[Policy, PolicyWords]:
    from auditor.cli.environment import installed_rulebook
    from auditor.rulebook.policy_files import find_policy, load_policy, load_policy_words

    rulebook = installed_rulebook(overlays)
    words = load_policy_words(rulebook)
    return load_policy(*find_policy(word, overlays), rulebook, words), words
