"""Fixtures shared by every test: the corpus, and an environment without ambient settings."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


def corpus_path() -> Path | None:
    """Return the research corpus if it is on this machine."""
    path = Path(os.environ.get("AUDITOR_CORPUS", REPOSITORY.parent / "shared" / "corpus"))
    return path if path.is_dir() else None


@pytest.fixture
def corpus() -> Path:
    """Give the research corpus, or skip with the variable that would bring it."""
    path = corpus_path()
    if path is None:
        pytest.skip("corpus not found: set AUDITOR_CORPUS to its folder")
    return path


@pytest.fixture(autouse=True)
def scrubbed_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Remove every variable that changes what the program does; give it a home of its own."""
    for name in list(os.environ):
        if name.startswith(("HF_", "HUGGING_FACE_", "AUDITOR_")) and name != "AUDITOR_CORPUS":
            monkeypatch.delenv(name)
    for name in ("NO_COLOR", "FORCE_COLOR", "HTTPS_PROXY", "HTTP_PROXY", "SSL_CERT_FILE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf-home"))
    monkeypatch.setenv("AUDITOR_CACHE", str(tmp_path / "auditor-cache"))
    monkeypatch.setenv("HF_HUB_DISABLE_TELEMETRY", "1")
