"""The command at its boundary: words in; exit code, standard output and standard error out."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

REPOSITORY = Path(__file__).resolve().parents[2]
NOW = "2026-03-04T05:06:07Z"
_KEPT = ("PATH", "HOME", "LANG", "SYSTEMROOT", "TMPDIR", "VIRTUAL_ENV", "COVERAGE_PROCESS_START")


@dataclass(frozen=True)
class Ran:
    """What one run of the command left behind."""

    code: int
    out: str
    err: str

    @property
    def batch(self) -> dict[str, Any]:
        assert self.out, f"no output; exit {self.code}, stderr: {self.err}"
        found: dict[str, Any] = json.loads(self.out)
        return found

    @property
    def reports(self) -> dict[str, dict[str, Any]]:
        """Reports by the target they answer."""
        return {report["subject"]["requested"]: report for report in self.batch["reports"]}

    @property
    def report(self) -> dict[str, Any]:
        """The only report there is."""
        (only,) = self.batch["reports"] or [None]
        assert isinstance(only, dict), f"no report: {self.batch['errors']}"
        return only

    @property
    def errors(self) -> dict[str, dict[str, Any]]:
        """Errors by target."""
        return {error["target"]: error for error in self.batch["errors"]}


@dataclass(frozen=True)
class Command:
    """The command with an environment of its own: nothing of the machine's settings gets in."""

    env: Mapping[str, str]
    cwd: Path

    def having(self, **more: str | None) -> Command:
        """The same command with other variables; `None` takes one away."""
        merged = {**self.env, **more}
        return Command({name: value for name, value in merged.items() if value is not None}, self.cwd)

    def at(self, cwd: Path) -> Command:
        return Command(self.env, cwd)

    def __call__(self, *arguments: str | Path) -> Ran:
        """Run in this process through `main`, so that exit codes and messages are the real ones."""
        from auditor.cli import main

        out, err = _stream(), _stream()
        argv = ["auditor", *map(str, arguments)]
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        with (
            contextlib.chdir(self.cwd),
            mock.patch.dict(os.environ, {**kept, **self.env}, clear=True),
            mock.patch.object(sys, "argv", argv),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            code: object = 0
            try:
                main()
            except SystemExit as end:
                code = end.code
        return Ran(code if isinstance(code, int) else int(code is not None), _text(out), _text(err))

    def process(self, *arguments: str | Path, python: tuple[str, ...] = ()) -> Ran:
        """Run as a process of its own."""
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        done = subprocess.run(
            [sys.executable, *python, "-m", "auditor", *map(str, arguments)],
            env={**kept, "PYTHONPATH": str(REPOSITORY), **self.env},
            cwd=self.cwd,
            capture_output=True,
            timeout=120,
            check=False,
        )
        return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())

    def audit(self, *arguments: str | Path) -> Ran:
        """`audit --format json`, in this process."""
        return self("audit", *arguments, "--format", "json")


def command(folder: Path, endpoint: str) -> Command:
    """The command talking to `endpoint`, with home, cache and working folder below `folder`."""
    cwd = folder / "cwd"
    cwd.mkdir(parents=True, exist_ok=True)
    return Command(
        {
            "HF_ENDPOINT": endpoint,
            "HF_HOME": str(folder / "hf-home"),
            "AUDITOR_CACHE": str(folder / "auditor-cache"),
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "AUDITOR_NOW": NOW,
            "NO_COLOR": "1",
        },
        cwd,
    )


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="")


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()
