"""The command line: the only place that prints, reads the environment and exits."""

from __future__ import annotations

import sys

from auditor.cli.group import LazyGroup

__all__ = ["main", "program"]

program = LazyGroup(
    name="auditor",
    help="How open is an AI model really, and may we use it? Every answer comes with its evidence.",
    table={
        "audit": ("auditor.cli.audit", "Grade one or more models on the openness spectrum."),
        "snapshot": ("auditor.cli.snapshot", "Record the evidence, to audit it again later, offline."),
        "license": ("auditor.cli.license", "Which license is this text, and what do we know of it."),
        "verdict": ("auditor.cli.verdict", "May this organization do this under that license."),
        "obligations": ("auditor.cli.obligations", "Memo, notices, texts and checklist for adopting a model."),
        "lint": ("auditor.cli.lint", "What the publisher of a model should mend in its card."),
        "diff": ("auditor.cli.diff", "What changed between two reports, recordings or revisions."),
        "history": ("auditor.cli.history", "How a repository's license changed over its commits."),
        "agree": ("auditor.cli.agree", "Our answers beside an expert data set."),
        "confirm": ("auditor.cli.confirm", "The questions a person has to answer, as a file to fill in."),
        "lock": ("auditor.cli.lock", "Settle on revisions and licenses, and see what drifted since."),
        "gate": ("auditor.cli.gate", "Does every model pass the policy; for CI, over a source tree or a list."),
        "policy": ("auditor.cli.policy", "Start, check and explain a policy."),
        "survey": ("auditor.cli.survey", "What many repositories have in common, from a file of API records."),
        "scan": ("auditor.cli.scan", "Which models and data sets does this source tree refer to, where."),
        "table": ("auditor.cli.table", "A table over many models, with notes and a citation; figures."),
        "rules": ("auditor.cli.rules", "Look at, check and extend the rulebook."),
    },
)


def main() -> None:
    """Run the program and leave with the exit code of design section 8."""
    from auditor.errors import AuditorError

    try:
        program.main(prog_name="auditor", standalone_mode=True)
    except AuditorError as error:
        sys.stderr.write(f"error: {error.message}\n")
        if error.help:
            sys.stderr.write(f"help: {error.help}\n")
        sys.exit(error.exit_code)
