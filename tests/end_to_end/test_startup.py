"""Help and imports stay light: no network stack, no renderer, no schema checker (design section 8)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.command import REPOSITORY, Command, command

HEAVY = (
    "huggingface_hub",
    "httpx",
    "httpx2",
    "requests",
    "rich",
    "jinja2",
    "jsonschema",
    "jsonschema_rs",
    "spdx_tools",
    "licenseclassifier",
    "license_expression",
    "yaml",
    "pathspec",
    "pyarrow",
    "resvg_py",
)


@pytest.fixture
def alone(tmp_path: Path) -> Command:
    return command(tmp_path, "http://127.0.0.1:9")


def _loaded_after(code: str, alone: Command) -> set[str]:
    script = f"{code}\nimport json, sys\nprint(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    done = subprocess.run(
        [sys.executable, "-c", script], env={**alone.env, "PYTHONPATH": str(REPOSITORY)}, cwd=alone.cwd,
        capture_output=True, check=True,
    )  # fmt: skip
    return set(json.loads(done.stdout.decode().splitlines()[-1]))


@pytest.mark.parametrize(
    "code", ["import auditor", "import auditor.cli", "import auditor; dir(auditor); auditor.__all__"]
)
def test_importing_loads_nothing_heavy(code: str, alone: Command) -> None:
    loaded = _loaded_after(code, alone)
    assert "auditor" in loaded
    assert loaded & set(HEAVY) == set()


HELP = """
from unittest import mock
import contextlib, io, sys
from auditor.cli import main
sys.argv = ["auditor", *{words!r}]
with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):
    main()
assert {expected!r} in out.getvalue(), out.getvalue()
"""


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--help"], "snapshot"),
        (["--version"], "auditor "),
        (["audit", "--help"], "TARGET"),
        (["snapshot", "--help"], "TARGET"),
        (["license", "--help"], "identify"),
        (["rules", "--help"], "new-case"),
        (["diff", "--help"], "--exit-code"),
        (["history", "--help"], "TARGET"),
        (["scan", "--help"], "--include"),
        (["table", "--help"], "--figure"),
        (["gate", "--help"], "--policy"),
        (["policy", "--help"], "explain"),
    ],
)
def test_help_loads_nothing_heavy(words: list[str], expected: str, alone: Command) -> None:
    assert _loaded_after(HELP.format(words=words, expected=expected), alone) & set(HEAVY) == set()


def test_the_network_stack_stays_away_from_what_needs_no_network(alone: Command) -> None:
    """A folder, a recording and a disclosure are read without the Hub's client."""
    (alone.cwd / "m").mkdir()
    (alone.cwd / "m" / "README.md").write_text("---\nlicense: mit\n---\n# m\n")
    code = HELP.format(words=["audit", "./m", "disclosed:openai/gpt-5", "--format", "json"], expected="auditor/batch/1")
    assert _loaded_after(code, alone) & {"huggingface_hub", "httpx", "httpx2", "rich", "jinja2"} == set()


def test_the_process_answers(alone: Command) -> None:
    ran = alone.process("--help")
    assert (ran.code, ran.err) == (0, "")
    for name in ("audit", "snapshot", "license", "rules"):
        assert name in ran.out
    assert alone.process("audit").code == 2
