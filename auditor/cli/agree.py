"""`auditor agree`: our answers beside an expert data set."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.output_file import write_output
from auditor.errors import UsageProblem

if TYPE_CHECKING:
    from auditor.model.agreement import ExpertRecord
    from auditor.pipeline.auditor import Auditor
    from auditor.pipeline.subjects import Subjects

__all__ = ["command"]

_FILE = click.Path(path_type=Path)


@click.command(name="agree")
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option(
    "--with", "source", required=True, metavar="mot|osai|FILE",
    help="The expert data: a file of records, or the name of a published set whose file --data gives.",
)  # fmt: skip
@click.option("--data", type=_FILE, help="The records of the set that --with names.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "markdown", "csv"]), default="text", show_default=True
)
@click.option("-o", "--output", type=_FILE, help="File to write.")
@click.option("--offline", is_flag=True, help="Use only what is on this machine, and the catalog of disclosures.")
@click.option("--confirmations", type=_FILE, help="A person's answers (CSV), as `auditor confirm` writes them.")
@click.option("--as-of", metavar="DATE", help="The day the comparison speaks of; default: today.")
def command(
    targets: tuple[str, ...],
    source: str,
    data: Path | None,
    form: str,
    output: Path | None,
    offline: bool,
    confirmations: Path | None,
    as_of: str | None,
) -> None:
    """Compare our answers, criterion by criterion, with those of experts.

    Audits each repository the data set names (or only TARGETs that it names) and says how often both agree,
    Cohen's kappa, who abstains, and every disagreement with the evidence of both sides.
    """
    from auditor.cli.confirm import confirmations_from
    from auditor.cli.dates import checked_date
    from auditor.cli.environment import fetch_options, installed_rulebook, now_utc
    from auditor.model.report import RulebookId
    from auditor.pipeline.auditor import Auditor
    from auditor.pipeline.subjects import Subjects
    from auditor.render.agreement_text import render_agreement
    from auditor.table.agree import agreement_of, read_expert_set

    rulebook = installed_rulebook()
    file = _file_of(source, data, rulebook.agreement_sources)
    experts = read_expert_set(file, rulebook, source if source in rulebook.agreement_sources else None)
    auditor = Auditor(rulebook, confirmations=confirmations_from(confirmations, rulebook))
    now = now_utc()
    wanted = {target.lower() for target in targets}
    named = {record.hub_id.lower(): record for record in experts.records if record.hub_id}
    if strangers := sorted(wanted - set(named)):
        raise UsageProblem(f"{experts.data.file} says nothing of {', '.join(strangers)}")
    chosen = {key: record for key, record in named.items() if not wanted or key in wanted}
    reports, failures = _audited(
        chosen, Subjects(auditor, fetch_options(now=now, offline=offline)), auditor, checked_date(as_of), offline
    )
    identity = RulebookId(version=rulebook.version, sha256=rulebook.sha256, overlays=rulebook.overlays)
    agreement = agreement_of(experts, reports, failures, identity, as_of=checked_date(as_of) or now)
    text = (
        json.dumps(agreement.to_dict(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        if form == "json"
        else render_agreement(agreement, form)
    )
    if output is None:
        click.echo(text, nl=False)
    else:
        write_output(output, text)
    # No record compared is an outage or a mistake, never agreement.
    sys.exit(0 if agreement.compared else 3)


def _file_of(source: str, data: Path | None, sources: dict[str, Any]) -> Path:
    """Return the records: --data, or the sample of the research corpus where AUDITOR_CORPUS says that there is one."""
    from auditor.cli.environment import corpus_file

    if source not in sources:
        if data is not None:
            raise UsageProblem(f"--data goes with --with {'|'.join(sources)}, not with a file")
        return Path(source)
    data = data or corpus_file(f"frameworks/{source}_sample.jsonl")
    if data is None:
        raise UsageProblem(f"--with {source} needs --data FILE", hint=sources[source].obtain)
    return data


def _audited(
    chosen: dict[str, ExpertRecord], subjects: Subjects, auditor: Auditor, as_of: str | None, offline: bool
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """Return reports and failures by lower-case Hub id; offline, a model of the catalog is audited from it."""
    from auditor.fetch.targets import parse_target
    from auditor.model.report import Report

    keys: dict[str, list[str]] = {}
    for key, record in sorted(chosen.items()):
        disclosure = auditor.rulebook.disclosure_of(key) if offline else None
        keys.setdefault(f"disclosed:{disclosure.id}" if disclosure else f"hub:{record.hub_id}", []).append(key)
    reports: dict[str, dict[str, Any]] = {}
    failures: dict[str, str] = {}
    for outcome in subjects.audit([parse_target(word) for word in keys], as_of=as_of):
        if isinstance(outcome, Report):
            reports |= dict.fromkeys(keys[outcome.subject.requested], outcome.to_dict())
        else:
            failures |= dict.fromkeys(keys[outcome[0].target], outcome[0].message)
    return reports, failures
