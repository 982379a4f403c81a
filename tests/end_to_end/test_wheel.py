"""The wheel carries rules, schemas and templates, and the program finds them there as it does in a checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from auditor.rulebook.load import load_rulebook

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_an_installed_wheel_audits_like_the_checkout(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    code = "import auditor; print(auditor.__file__); print(auditor.load_rulebook().sha256)"
    environment = {**os.environ, "PYTHONPATH": str(site), "PYTHONSAFEPATH": "1"}
    place, digest = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
    ).stdout.split()
    assert Path(place).is_relative_to(site)
    assert digest == load_rulebook().sha256
    out = tmp_path / "report.html"
    command = [sys.executable, "-m", "auditor", "audit", "disclosed:openai/gpt-5", "--format", "html", "-o", str(out)]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    assert "GPT-5" in out.read_text("utf-8")
