"""One target and a place to write to, for the commands that take no more."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from auditor.errors import UsageProblem

if TYPE_CHECKING:
    from auditor.fetch.targets import Target

__all__ = ["free_output", "single_target"]


def single_target(written: str, why: str) -> Target:
    """Return the only target that `written` names; raises `UsageProblem` saying `why` for a list or a bad one."""
    from auditor.cli.environment import endpoint_of
    from auditor.fetch.targets import HUB_ENDPOINTS, TargetProblem, expand_targets

    wanted = expand_targets([written], endpoints=(*HUB_ENDPOINTS, endpoint_of()))
    if len(wanted) != 1:
        raise UsageProblem(why)
    (only,) = wanted
    if isinstance(only, TargetProblem):
        raise UsageProblem(only.message, hint=only.error.help)
    return only


def free_output(output: Path, *, force: bool) -> None:
    """Raise `UsageProblem` when something is in the way at `output`, unless `force` says to write over it."""
    if output.exists() and not force and (output.is_file() or any(output.iterdir())):
        raise UsageProblem(f"{output} is there already", hint="choose another name, or say --force")
