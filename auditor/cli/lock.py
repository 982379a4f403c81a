"""`auditor lock`: settle on revisions and licenses, and see what drifted since."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.output_file import write_output
from auditor.errors import UsageProblem

if TYPE_CHECKING:
    from auditor.cli.exit_codes import ExitCodes
    from auditor.model.report import Report
    from auditor.pipeline.auditor import Auditor
    from auditor.rulebook.load import Rulebook

__all__ = ["command"]

_FAILED = 10
_OVERLAY = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(name="lock")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--scan", "tree", type=click.Path(exists=True, path_type=Path), help="Lock what this tree uses.")
@click.option(
    "--file", "file", type=click.Path(dir_okay=False, path_type=Path), default=Path("auditor.lock"), show_default=True
)
@click.option("--update", is_flag=True, help="Write the file; without it only say what drifted (exit 10).")
@click.option("--evidence", is_flag=True, help="With --update: record the evidence beside the file (auditor.lock.d).")
@click.option("--policy", "policy_word", metavar="FILE|NAME", help="Conclude under its clarifications, as the gate.")
@click.option("--rules", "overlays", multiple=True, type=_OVERLAY,
              help="Overlay of licenses, disclosures or policies; repeatable.")  # fmt: skip
@click.option("--offline", is_flag=True, help="Use only what is on this machine.")
@click.option("--complete", is_flag=True, help="A folder given as target is the whole repository.")
@click.option("--as-of", metavar="DATE", help="The day the conclusions speak of; default: when the evidence was read.")
def command(
    targets: tuple[str, ...],
    tree: Path | None,
    file: Path,
    update: bool,
    evidence: bool,
    policy_word: str | None,
    overlays: tuple[Path, ...],
    offline: bool,
    complete: bool,
    as_of: str | None,
) -> None:
    """Say what drifted since the lock file was written, or write it with --update.

    Locked are revisions, hashes of the license evidence and conclusions of each TARGET, of what --scan PATH uses,
    or else of every target that the file names.
    """
    from auditor.cli.exit_codes import ExitCodes
    from auditor.gate.lock import drift_of, lock_text, locked, read_lock
    from auditor.model.lock import Lock
    from auditor.render.wording import safe_line

    if evidence and not update:
        raise UsageProblem("--evidence goes with --update")
    before = read_lock(file) if file.exists() else None
    if before is None and not update:
        raise UsageProblem(f"there is no {file}", hint="write it with `auditor lock --update TARGET...`")
    auditor = _auditor(policy_word, overlays)
    words = _wanted(targets, tree, before, auditor.rulebook)
    codes = ExitCodes()
    reports = _audited(
        auditor, words, file if evidence else None, codes, offline=offline, complete=complete, as_of=as_of
    )
    now = {target: locked(report) for target, report in reports.items()}
    if update:
        if codes.code():
            click.echo("nothing was written: not every target could be audited", err=True)
            sys.exit(codes.code())
        write_output(file, lock_text(Lock(subjects=now)))
        click.echo(f"locked {len(now)} subjects in {file}", err=True)
    drifts = drift_of(before, words, now) if before is not None else []
    for drift in drifts:
        # A file of a repository can have a name with line breaks, and this may be read by what runs the job.
        click.echo(safe_line(f"{'drift' if drift.fails else 'note'}: {drift.target}: {drift.detail}"))
    if not update and any(drift.fails for drift in drifts):
        codes.add_code(_FAILED)
    sys.exit(codes.code())


def _auditor(policy_word: str | None, overlays: Sequence[Path]) -> Auditor:
    from auditor.cli.environment import installed_rulebook
    from auditor.pipeline.auditor import Auditor
    from auditor.rulebook.policy_files import find_policy, load_policy, load_policy_words

    rulebook = installed_rulebook(overlays)
    if policy_word is None:
        return Auditor(rulebook)
    policy = load_policy(*find_policy(policy_word, overlays), rulebook, load_policy_words(rulebook))
    return Auditor(rulebook, policy.clarifications)


def _wanted(targets: Sequence[str], tree: Path | None, before: object, rulebook: Rulebook) -> list[str]:
    from auditor.model.lock import Lock

    words = list(targets)
    if tree is not None:
        from auditor.gate.scanned import targets_of_scan
        from auditor.pipeline.scanning import scan_tree
        from auditor.render.wording import safe_line
        from auditor.rulebook.scan_rules import load_scan_rules

        found = targets_of_scan(scan_tree(tree, load_scan_rules(rulebook)), rulebook)
        words += [target.requested for target, _ in found.targets]
        for failure in found.failed:
            click.echo(safe_line(f"warning: {failure.target}: {failure.message}"), err=True)
    if not words and isinstance(before, Lock):
        words = list(before.subjects)
    if not words:
        raise UsageProblem("nothing to lock: name a TARGET, or a tree with --scan PATH")
    return sorted(dict.fromkeys(words))


def _audited(
    auditor: Auditor,
    words: Sequence[str],
    record_beside: Path | None,
    codes: ExitCodes,
    *,
    offline: bool,
    complete: bool,
    as_of: str | None,
) -> dict[str, Report]:
    import msgspec

    from auditor.cli.dates import checked_date
    from auditor.cli.environment import endpoint_of, fetch_options, now_utc
    from auditor.fetch.targets import HUB_ENDPOINTS, expand_targets
    from auditor.gate.locked_evidence import write_evidence
    from auditor.pipeline.subjects import Subjects
    from auditor.render.wording import safe_line

    # Bases are asked for again: what a parent's license became in the meantime is what a lock is there to notice.
    options = msgspec.structs.replace(
        fetch_options(now=now_utc(), offline=offline, complete=complete), related_age=-1.0
    )
    subjects = Subjects(auditor, options)
    moment = checked_date(as_of)
    found = {}
    targets = expand_targets(words, endpoints=(*HUB_ENDPOINTS, endpoint_of()))
    for outcome, snapshot in subjects.audit_with_evidence(targets, as_of=moment):
        if isinstance(outcome, tuple):
            codes.add(outcome[1])
            click.echo(safe_line(f"error: {outcome[0].target}: {outcome[0].message}"), err=True)
            continue
        found[outcome.subject.requested] = outcome
        if record_beside is not None and snapshot is not None:
            write_evidence(record_beside, outcome.subject.requested, snapshot)
    return found
