"""Fixtures shared by every test: the corpus, and an environment without ambient settings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
pytest_plugins = ["tests.replay_hub.pytest_fixtures"]

NEEDS = ("corpus", "browser", "mirror")
REQUIRED = frozenset(os.environ.get("AUDITOR_REQUIRE", "").split(","))


def not_here(need: str, message: str) -> NoReturn:
    """Skip a test whose surroundings are missing, or fail where AUDITOR_REQUIRE asks for them."""
    if need in REQUIRED:
        pytest.fail(f"{need} is required here: {message}")
    pytest.skip(message)


def corpus_path() -> Path | None:
    """Return the research corpus if it is on this machine."""
    path = Path(os.environ.get("AUDITOR_CORPUS") or REPOSITORY.parent / "shared" / "corpus")
    path = path if path.is_absolute() else REPOSITORY / path
    return path if path.is_dir() else None


@pytest.fixture
def corpus() -> Path:
    """Give the research corpus, or skip with the variable that would bring it."""
    path = corpus_path()
    if path is None:
        not_here("corpus", "corpus not found: set AUDITOR_CORPUS to its folder")
    return path


@pytest.fixture(autouse=True)
def scrubbed_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Remove every variable that changes what the program does; give it a home of its own."""
    for name in list(os.environ):
        if name.startswith(("HF_", "HUGGING_FACE_", "AUDITOR_")) and name not in ("AUDITOR_CORPUS", "AUDITOR_REQUIRE"):
            monkeypatch.delenv(name)
    for name in ("NO_COLOR", "FORCE_COLOR", "HTTPS_PROXY", "HTTP_PROXY", "SSL_CERT_FILE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf-home"))
    monkeypatch.setenv("AUDITOR_CACHE", str(tmp_path / "auditor-cache"))
    monkeypatch.setenv("HF_HUB_DISABLE_TELEMETRY", "1")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests that need special surroundings ran, so that nobody mistakes a skip for a pass."""
    for need in NEEDS:
        ran = skipped = 0
        for outcome in ("passed", "failed", "skipped"):
            for report in terminalreporter.stats.get(outcome, []):
                if need in getattr(report, "keywords", {}):
                    if outcome == "skipped":
                        skipped += 1
                    elif report.when == "call":
                        ran += 1
        terminalreporter.write_line(f"{need} tests: {ran} ran, {skipped} skipped")
