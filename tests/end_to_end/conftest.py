"""A replay Hub and the command that talks to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.command import Command, command
from tests.replay_hub import ReplayHub


@pytest.fixture
def hub() -> Iterator[ReplayHub]:
    with ReplayHub() as server:
        yield server


@pytest.fixture
def auditor(hub: ReplayHub, tmp_path: Path) -> Command:
    return command(tmp_path, hub.endpoint)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command give up quickly: there is no option for it, and its real patience is minutes."""
    import functools

    from auditor.cli import environment
    from auditor.fetch.interface import FetchOptions

    quick = functools.partial(FetchOptions, deadline=3.0, timeout=0.5, retries=0, patience=0.0)
    monkeypatch.setattr(environment, "FetchOptions", quick)


@pytest.fixture
def run(auditor: Command) -> Command:
    return auditor
