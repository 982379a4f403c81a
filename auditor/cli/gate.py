"""`auditor gate`: does every model that is named, or that a source tree uses, pass the policy."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.output_file import write_output
from auditor.errors import AuditorError, UsageProblem
from auditor.render.gate_formats import GATE_FORMATS

if TYPE_CHECKING:
    from auditor.gate.collect import Collected
    from auditor.model.gate import Gate, GateOutcome
    from auditor.rulebook.load import Rulebook
    from auditor.rulebook.policies import Policy, PolicyUse, PolicyWords
    from auditor.verdict.context import Context

__all__ = ["command", "exit_code_of"]

FAILED, UNDECIDED = 10, 11
MAX_CONCURRENCY = 64
_FILE = click.Path(path_type=Path)
_TREE = click.Path(exists=True, path_type=Path)
_OVERLAY = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(name="gate")
@click.argument("targets", nargs=-1, metavar="[TARGET...]")
@click.option("--scan", "tree", type=_TREE, metavar="PATH", help="Judge every model and data set this tree uses.")
@click.option("--bom", type=_FILE, metavar="FILE", help="Judge the models of a bill of materials (CycloneDX, SPDX).")
@click.option("--lock", type=_FILE, metavar="FILE", help="Judge what the lock file holds; drift fails.")
@click.option("--baseline", type=_FILE, metavar="FILE", help="JSON of an earlier run; what it holds does not fail.")
@click.option("--policy", "policy_word", required=True, metavar="FILE|NAME", help="A file, or a ready policy by name.")
@click.option("--use", "use_name", metavar="NAME", help="The section of the policy; default: its default_use.")
@click.option("--context", "context_file", type=_FILE, help="Who uses it for what, in place of the policy's contexts.")
@click.option("--format", "formats", multiple=True, type=click.Choice(list(GATE_FORMATS)),
              help="Repeat for several; then -o is a folder. Default: text.")  # fmt: skip
@click.option("-o", "--output", type=_FILE, help="File to write; a folder with several formats.")
@click.option("--offline", is_flag=True, help="Use only what is on this machine.")
@click.option("--as-of", metavar="DATE", help="The day of the judgment: exceptions expire by it. Default: today.")
@click.option("--revision", metavar="REV", help="Branch, tag or commit; for a single target.")
@click.option("--complete", is_flag=True, help="A folder given as target is the whole repository.")
@click.option("--mentioned", is_flag=True, help="List what the tree only mentions (tests, prose); it is not judged.")
@click.option("--include", multiple=True, metavar="GLOB", help="Scan what is skipped otherwise; repeatable.")
@click.option("--rules", "overlays", multiple=True, type=_OVERLAY,
              help="Overlay of licenses, disclosures or policies; repeatable.")  # fmt: skip
@click.option("--concurrency", type=click.IntRange(1, MAX_CONCURRENCY), default=8, show_default=True, help="At once.")
@click.option("--exit-zero", is_flag=True, help="Leave with 0 where the outcome would be 10 or 11; errors stay.")
def command(
    targets: tuple[str, ...],
    tree: Path | None,
    bom: Path | None,
    lock: Path | None,
    baseline: Path | None,
    policy_word: str,
    use_name: str | None,
    context_file: Path | None,
    formats: tuple[str, ...],
    output: Path | None,
    offline: bool,
    as_of: str | None,
    revision: str | None,
    complete: bool,
    mentioned: bool,
    include: tuple[str, ...],
    overlays: tuple[Path, ...],
    concurrency: int,
    exit_zero: bool,
) -> None:
    """Judge models by a policy: the ones named, and the ones a source tree uses.

    Leaves with 0 when every rule passed, 10 when one failed, 11 when a fact that the policy reads is not known, and 3
    when a model could not be read. Exceptions with an owner and an expiry are part of the policy.
    """
    import msgspec

    from auditor.cli.context_file import context_from
    from auditor.cli.dates import checked_date
    from auditor.cli.environment import fetch_options, installed_rulebook, now_utc
    from auditor.cli.progress import with_progress
    from auditor.gate.baseline import apply_baseline, read_baseline
    from auditor.gate.collect import Request, collect
    from auditor.gate.run import replaced_contexts
    from auditor.rulebook.policy_files import find_policy, load_policy, load_policy_words

    chosen = tuple(dict.fromkeys(formats)) or ("text",)
    if len(chosen) > 1 and output is None:
        raise UsageProblem("several formats need -o FOLDER")
    if not targets and tree is None and bom is None and lock is None:
        raise UsageProblem("nothing to judge: name a target, or give --scan PATH, --bom FILE or --lock FILE")
    if tree is None and (include or mentioned):
        raise UsageProblem(f"{'--include' if include else '--mentioned'} says what to scan and needs --scan PATH")
    now = now_utc()
    moment = checked_date(as_of) or now
    rulebook = installed_rulebook(overlays)
    words = load_policy_words(rulebook)
    policy = load_policy(*find_policy(policy_word, overlays), rulebook, words)
    given = context_from(context_file) if context_file else None
    use = _use(policy, use_name, given=given is not None)
    earlier = read_baseline(baseline) if baseline is not None else None
    request = Request(
        targets=targets, tree=tree, include=include, revision=revision, mentioned=mentioned, bom=bom, lock=lock
    )
    options = fetch_options(now=now, offline=offline, revision=revision, complete=complete)
    collected = collect(
        request, rulebook, policy, _contexts(policy, use, given), options, as_of=moment, concurrency=concurrency,
        watch=with_progress,
    )  # fmt: skip
    if given is not None:
        told = replaced_contexts(policy, use_name, given.get("use.kind"))
        collected = msgspec.structs.replace(collected, warnings=(*collected.warnings, *told))
    gate = _judged(collected, policy, use, rulebook, words, moment)
    if earlier is not None:
        gate = apply_baseline(gate, earlier, beside=_beside(gate, policy))
    _write(gate, chosen, output, tree)
    sys.exit(exit_code_of(gate, collected.problems, exit_zero=exit_zero))


def _use(policy: Policy, name: str | None, *, given: bool) -> PolicyUse:
    """Return the rules that apply; raises `UsageProblem` when the policy leaves open which, or under which context."""
    from auditor.gate.run import chosen_use, with_contexts
    from auditor.rulebook.suggestion import did_you_mean

    use = chosen_use(policy, name)
    known = sorted(use_name for use_name in policy.uses if use_name)
    if use is None:
        if name is None:
            raise UsageProblem(f"the policy {policy.name} has a section for each use", hint=f"--use {'|'.join(known)}")
        hint = f"its uses: {', '.join(known)}" if known else "it has one set of rules, for every use"
        raise UsageProblem(f"the policy {policy.name} has no use {name!r}{did_you_mean(name, known)}", hint=hint)
    ready = with_contexts(use, given=given)
    if ready is None:
        raise UsageProblem(
            f"the policy {policy.name} asks whether a use is allowed and names no context", hint="give --context FILE"
        )
    return ready


def _contexts(policy: Policy, use: PolicyUse, given: Context | None) -> dict[str, Context]:
    from auditor.gate.run import GIVEN_CONTEXT
    from auditor.verdict.context import context_of

    names = {rule.data["context"] for rule in use.rules if rule.kind == "verdict"}
    if given is not None:
        return {GIVEN_CONTEXT: given} if names else {}
    return {name: context_of(policy.contexts[name]) for name in sorted(names)}


def _judged(
    collected: Collected, policy: Policy, use: PolicyUse, rulebook: Rulebook, words: PolicyWords, moment: str
) -> Gate:
    from auditor.gate.run import conclude, judge

    results, waivers = judge(collected.subjects, policy, use, rulebook, words, day=moment[:10])
    return conclude(
        (*results, *collected.results), waivers, policy, use, rulebook,
        as_of=moment, errors=collected.errors, scan=collected.scan, warnings=collected.warnings,
    )  # fmt: skip


def _beside(gate: Gate, policy: Policy) -> GateOutcome:
    """Return what holds the gate whatever a baseline covers: targets nobody could read, calls nobody can see."""
    unseen = gate.scan is not None and gate.scan.unseen and policy.on_unresolved != "warn"
    if unseen and policy.on_unresolved == "fail":
        return "fail"
    return "undecided" if unseen or gate.errors else "pass"


def exit_code_of(gate: Gate, problems: Sequence[AuditorError], *, exit_zero: bool) -> int:
    """Return the exit code of design section 8; `exit_zero` takes away what the policy said, never an outage."""
    from auditor.cli.exit_codes import ExitCodes
    from auditor.gate.evaluate import outcome_of

    codes = ExitCodes()
    for problem in problems:
        codes.add(problem)
    if not exit_zero:
        if gate.outcome == "fail":
            codes.add_code(FAILED)
        elif gate.outcome == "undecided" and (not problems or outcome_of(gate.results) == "undecided"):
            codes.add_code(UNDECIDED)
    return codes.code()


def _write(gate: Gate, formats: Sequence[str], output: Path | None, tree: Path | None) -> None:
    from auditor.cli.environment import color_wanted
    from auditor.cli.group import program_version
    from auditor.cli.tree_files import excerpts_of, prefix_of
    from auditor.render.gate_formats import render_gate

    for name in formats:
        color = name == "text" and output is None and color_wanted()
        text = render_gate(gate, name, excerpts=excerpts_of(tree), color=color, prefix=prefix_of(tree),
                           version=program_version())  # fmt: skip
        # Names of files need not be text; what cannot be encoded is shown as a question mark.
        data = text.encode("utf-8", "replace")
        if output is None:
            click.echo(data.decode("utf-8"), nl=False)
            continue
        write_output(output / f"report.{GATE_FORMATS[name].extension}" if len(formats) > 1 else output, data)
