"""action.yml by running its shell steps: a fake runner around them, a fake `auditor` wheel below them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
ACTION: dict[str, Any] = yaml.safe_load((REPOSITORY / "action.yml").read_text("utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]
EXPRESSION = re.compile(r"\$\{\{\s*(inputs|steps)\.([A-Za-z0-9_.-]+?)\s*\}\}")

# What stands for the real command: it keeps its words, writes the reports it was asked for and leaves as it is told.
FAKE = """
import json, os, pathlib, sys
def main():
    words = sys.argv[1:]
    pathlib.Path(os.environ["FAKE_SEEN"]).write_text(json.dumps(words))
    code = int(os.environ.get("FAKE_CODE", "0"))
    if code in (0, 10, 11, 3):
        folder = pathlib.Path(words[words.index("--output") + 1])
        for ending in ("json", "sarif", "md", "annotations.txt"):
            (folder / ("report." + ending)).write_text("::notice title=gate::" + ending + "\\n")
    sys.exit(code)
"""


@dataclass(frozen=True)
class Run:
    """What the steps left behind."""

    code: int
    log: str
    outputs: Mapping[str, str]
    summary: str
    words: list[str] | None


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A distribution with one command and nothing else, made by hand: no network and no build tool."""
    path = tmp_path_factory.mktemp("wheel") / "openness_auditor-0.0.0-py3-none-any.whl"
    info = "openness_auditor-0.0.0.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("fake_auditor.py", FAKE)
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: openness-auditor\nVersion: 0.0.0\n")
        archive.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{info}/entry_points.txt", "[console_scripts]\nauditor = fake_auditor:main\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of commands that the install step made, once for all tests of the second step."""
    place = tmp_path_factory.mktemp("runner")
    code, _, outputs = step("install", {"pip-spec": str(wheel)}, {}, place, {})
    assert code == 0
    return Path(outputs["bin"])


def step(
    name: str, inputs: Mapping[str, str], before: Mapping[str, str], place: Path, extra: Mapping[str, str]
) -> tuple[int, str, dict[str, str]]:
    """Run one step as the runner does: expressions of `env` filled in, the script untouched."""
    (found,) = [entry for entry in STEPS if entry["id"] == name]
    values = {key: entry.get("default", "") for key, entry in ACTION["inputs"].items()} | dict(inputs)

    def fill(match: re.Match[str]) -> str:
        return values[match[2]] if match[1] == "inputs" else before.get(match[2], "")

    output = place / f"output-{name}"
    output.touch()
    env = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ}
    env |= {key: EXPRESSION.sub(fill, value) for key, value in found["env"].items()}
    env |= {
        "RUNNER_TEMP": str(place), "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(place / "summary"),
        "GITHUB_ACTION_PATH": str(REPOSITORY), "PIP_NO_INDEX": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", **extra,
    }  # fmt: skip
    script = place / f"{name}.sh"
    script.write_text(found["run"], "utf-8")
    bash = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", str(script)]
    done = subprocess.run(bash, env=env, cwd=place, capture_output=True, text=True, timeout=120, check=False)
    pairs = [line.partition("=") for line in output.read_text("utf-8").splitlines()]
    return done.returncode, done.stdout + done.stderr, {key: value for key, _, value in pairs}


def gate(installed: Path, place: Path, code: int = 0, **inputs: str) -> Run:
    seen = place / "seen.json"
    given = {name.replace("_", "-"): value for name, value in inputs.items()}
    left, log, outputs = step(
        "gate", {"policy": "policy.yaml", **given}, {"install.outputs.bin": str(installed)}, place,
        {"FAKE_SEEN": str(seen), "FAKE_CODE": str(code)},
    )  # fmt: skip
    summary = place / "summary"
    return Run(
        code=left,
        log=log,
        outputs=outputs,
        summary=summary.read_text() if summary.exists() else "",
        words=json.loads(seen.read_text()) if seen.exists() else None,
    )


def test_no_expression_stands_in_a_script() -> None:
    for entry in STEPS:
        assert "${{" not in entry["run"], entry["id"]
        assert entry["shell"] == "bash"
        for value in entry["env"].values():
            assert EXPRESSION.fullmatch(value), value


def test_every_input_is_used_and_every_output_is_made() -> None:
    text = json.dumps(STEPS)
    for name in ACTION["inputs"]:
        assert f"inputs.{name} }}" in text, name
    made = set(re.findall(r'echo "([a-z-]+)=', STEPS[1]["run"])) | {"json", "sarif", "markdown"}
    for name, entry in ACTION["outputs"].items():
        assert entry["value"] == f"${{{{ steps.gate.outputs.{name} }}}}"
        assert name in made


def test_no_other_action_is_called() -> None:
    assert all("uses" not in entry for entry in STEPS)


@pytest.mark.slow
def test_the_words_of_the_inputs_reach_the_command(installed: Path, tmp_path: Path) -> None:
    run = gate(
        installed, tmp_path, use="product", path="src", targets="acme/owl\n\nacme/jay@v1\n", lock="auditor.lock",
        baseline="base.json", format="junit\ngitlab\n",
    )  # fmt: skip
    reports = run.outputs["reports"]
    assert run.words == [
        "gate", "--policy=policy.yaml", "--output", reports, "--format", "json", "--format", "sarif", "--format", "markdown",
        "--format", "github", "--use=product", "--scan=src", "--lock=auditor.lock", "--baseline=base.json", "--format=junit",
        "--format=gitlab", "--", "acme/owl", "acme/jay@v1",
    ]  # fmt: skip
    assert run.outputs == {
        "outcome": "pass", "exit-code": "0", "reports": reports, "json": f"{reports}/report.json",
        "sarif": f"{reports}/report.sarif", "markdown": f"{reports}/report.md",
    }  # fmt: skip
    assert run.log == "::notice title=gate::annotations.txt\n"
    assert run.summary == "::notice title=gate::md\n"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "outcome", "zero"),
    [(0, "pass", 0), (10, "fail", 0), (11, "undecided", 0), (3, "unreachable", 3), (4, "error", 4), (1, "error", 1)],
)
def test_the_job_leaves_as_the_gate_does(code: int, outcome: str, zero: int, installed: Path, tmp_path: Path) -> None:
    run = gate(installed, tmp_path, code=code)
    assert (run.code, run.outputs["outcome"], run.outputs["exit-code"]) == (code, outcome, str(code))
    assert ("sarif" in run.outputs) == (code in (0, 10, 11, 3))
    # An outage or a crash is never let through, whatever exit-zero says.
    assert gate(installed, tmp_path, code=code, exit_zero="true").code == zero


NASTY = "$(touch owned)`touch owned`\"; touch owned #' ${{ github.token }} --output=/x"


@pytest.mark.slow
@pytest.mark.parametrize("name", ["policy", "use", "path", "lock", "baseline", "targets", "format"])
def test_words_of_an_input_are_never_run_nor_read_as_options(name: str, installed: Path, tmp_path: Path) -> None:
    run = gate(installed, tmp_path, **{name: NASTY})
    assert not (tmp_path / "owned").exists()
    assert run.words is not None
    assert any(word.endswith(NASTY) for word in run.words)
    assert len([word for word in run.words if NASTY in word]) == 1
    if name == "targets":
        assert run.words[run.words.index("--") + 1] == NASTY


@pytest.mark.slow
@pytest.mark.parametrize("name", ["pip-spec", "version"])
def test_a_spec_is_one_word_for_pip(name: str, tmp_path: Path) -> None:
    code, log, outputs = step("install", {name: "--find-links=/; touch owned"}, {}, tmp_path, {})
    assert code != 0
    assert outputs == {}
    assert "equirement" in log
    assert not (tmp_path / "owned").exists()


@pytest.mark.slow
def test_an_old_python_is_told_apart(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in ("bash", "mktemp", "env"):
        (tools / tool).symlink_to(shutil.which(tool) or sys.exit(f"{tool} is missing"))
    code, log, _ = step("install", {}, {}, tmp_path, {"PATH": str(tools)})
    assert (code, log) == (2, "::error title=auditor::Python 3.11 or newer is needed; set it up in an earlier step\n")
