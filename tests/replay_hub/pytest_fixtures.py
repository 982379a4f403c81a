"""Pytest fixtures; import them in conftest.py."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.replay_hub.server import ReplayHub


@pytest.fixture
def replay_hub() -> Iterator[ReplayHub]:
    """Give an empty Hub on a free port of 127.0.0.1."""
    with ReplayHub() as hub:
        yield hub


@pytest.fixture
def second_hub() -> Iterator[ReplayHub]:
    """Give another server, which no token may reach."""
    with ReplayHub() as hub:
        yield hub
