"""pre-commit, container, completion and the documentation of CI: what they name exists, and what they promise holds."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from auditor.cli import program
from auditor.render.gate_formats import GATE_FORMATS
from tests.end_to_end.command import REPOSITORY, Command, command
from tests.end_to_end.test_startup import HEAVY

HOOKS: list[dict[str, Any]] = yaml.safe_load((REPOSITORY / ".pre-commit-hooks.yaml").read_text("utf-8"))
CONTAINER = (REPOSITORY / "Containerfile").read_text("utf-8")
CI = REPOSITORY / "docs" / "ci.md"


@pytest.fixture
def alone(tmp_path: Path) -> Command:
    return command(tmp_path, "http://127.0.0.1:9")


def _options(words: list[str]) -> None:
    """Check that the words of a command line name a command and options that exist."""
    assert words[0] == "auditor"
    name = words[1]
    assert name in program.list_commands(click.Context(program)), f"no command {name}"
    found = program.get_command(click.Context(program), name)
    assert found is not None
    known = {option for parameter in found.params for option in parameter.opts}
    for word in words[2:]:
        if word.startswith("-") and word != "-":
            assert word.partition("=")[0] in known, f"{name} has no {word}"


# pre-commit


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_every_hook_calls_a_command_that_exists(hook: dict[str, Any]) -> None:
    assert hook["id"].replace("-", " ") == " ".join(shlex.split(hook["entry"])[:2])
    assert hook["language"] == "python"
    assert hook["pass_filenames"] is False
    _options([*shlex.split(hook["entry"]), *hook["args"]])


@pytest.mark.slow
def test_pre_commit_takes_the_manifest(tmp_path: Path) -> None:
    done = _pre_commit(tmp_path, "validate-manifest", str(REPOSITORY / ".pre-commit-hooks.yaml"))
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_the_lint_hook_runs_in_a_repository(tmp_path: Path, alone: Command) -> None:
    """The manifest's own entry and arguments; only the installation is left out, which needs a package index."""
    hook = next(hook for hook in HOOKS if hook["id"] == "auditor-lint")
    model = tmp_path / "model"
    model.mkdir()
    (model / "README.md").write_text("---\nlicense: mit\n---\n# a model\n")
    (model / "config.json").write_text("{}")
    entry = hook["entry"].replace("auditor", f"{shlex.quote(sys.executable)} -m auditor", 1)
    local = {**hook, "language": "system", "entry": entry}
    (model / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [{"repo": "local", "hooks": [local]}]}))
    for words in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *words], cwd=model, check=True, capture_output=True)
    done = _pre_commit(model, "run", "--all-files", env={**alone.env, "PYTHONPATH": str(REPOSITORY)})
    assert "auditor lint" in done.stdout
    assert "README.md:" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def _pre_commit(place: Path, *words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    kept = {"PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin", "HOME": str(place)}
    return subprocess.run(
        [sys.executable, "-m", "pre_commit", *words], cwd=place, env={**(env or {}), **kept}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip


# The container


def test_the_container_runs_as_nobody_special_from_a_pinned_base() -> None:
    bases = re.findall(r"^FROM (\S+)", CONTAINER, re.MULTILINE)
    assert bases
    for base in bases:
        assert re.fullmatch(r"python:\d+\.\d+-slim", base), base
    user = re.findall(r"^USER (\S+)", CONTAINER, re.MULTILINE)
    assert user == ["10001"]
    assert CONTAINER.index("\nUSER") < CONTAINER.index("\nENTRYPOINT")
    assert "\nADD " not in CONTAINER
    assert re.search(r'^ENTRYPOINT \["auditor"\]$', CONTAINER, re.MULTILINE)


@pytest.mark.slow
def test_what_the_container_copies_is_enough_to_build_the_wheel(tmp_path: Path) -> None:
    """The build stage in a folder of its own, with what its COPY lines name and nothing else."""
    stage = CONTAINER.split("\nFROM ")[1]
    source, out = tmp_path / "src", tmp_path / "dist"
    source.mkdir()
    for words in re.findall(r"^COPY (.+)$", stage, re.MULTILINE):
        *names, target = words.split()
        for name in names:
            origin = REPOSITORY / name
            place = source / (name if target == "./" else target)
            place.parent.mkdir(parents=True, exist_ok=True)
            if origin.is_dir():
                shutil.copytree(origin, place, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(origin, place)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    assert len(list(out.glob("openness_auditor-*.whl"))) == 1


# Completion


def _completed(alone: Command, words: str, at: int, shell: str = "bash") -> list[str]:
    asked = alone.having(_AUDITOR_COMPLETE=f"{shell}_complete", COMP_WORDS=words, COMP_CWORD=str(at))
    ran = asked.process()
    assert ran.code == 0, ran.err
    return ran.out.splitlines()


def test_completion_offers_commands_and_options(alone: Command) -> None:
    assert _completed(alone, "auditor li", 1) == ["plain,license", "plain,lint"]
    assert {"plain,show", "plain,identify"} <= set(_completed(alone, "auditor license ", 2))
    assert "plain,--offline" in _completed(alone, "auditor audit --off", 2)
    assert _completed(alone, "auditor --ver", 1) == ["plain,--version"]
    # zsh shows the line of help beside the name.
    assert "What the publisher of a model should mend in its card." in _completed(alone, "auditor lint", 1, "zsh")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_its_script(shell: str, alone: Command) -> None:
    ran = alone.having(_AUDITOR_COMPLETE=f"{shell}_source").process()
    assert ran.code == 0
    assert "_AUDITOR_COMPLETE" in ran.out


@pytest.mark.parametrize(("words", "at"), [("auditor ", 1), ("auditor audit --for", 2), ("auditor rules ", 2)])
def test_completion_loads_no_network_stack(words: str, at: int, alone: Command) -> None:
    asked = alone.having(_AUDITOR_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(at))
    loaded = asked.process(python=("-X", "importtime")).err
    names = set(re.findall(r"\|\s+([\w.]+)$", loaded, re.MULTILINE))
    assert "click" in names
    assert {name.partition(".")[0] for name in names} & set(HEAVY) == set()
    if words == "auditor ":
        # The names come from the table: no command is imported to be listed.
        assert "auditor.cli.audit" not in names


# docs/ci.md


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", CI.read_text("utf-8"), re.MULTILINE | re.DOTALL)


def test_the_snippets_are_yaml_and_name_what_exists() -> None:
    blocks = [yaml.safe_load(text) for text in _blocks("yaml")]
    assert len(blocks) >= 3
    text = CI.read_text("utf-8")
    action = yaml.safe_load((REPOSITORY / "action.yml").read_text("utf-8"))
    workflow = next(block for block in blocks if "jobs" in block and "on" in str(block))
    used = [step for job in workflow["jobs"].values() for step in job["steps"] if "auditor@" in step.get("uses", "")]
    assert used
    for step in used:
        assert set(step["with"]) <= set(action["inputs"])
    for name in re.findall(r"steps\.models\.outputs\.([\w-]+)", text):
        assert name in action["outputs"]
    for hook in re.findall(r"- id: (auditor-\w+)", text):
        assert hook in {entry["id"] for entry in HOOKS}
    for ending in re.findall(r"report\.([\w.]+\w)", text):
        assert ending in {form.extension for form in GATE_FORMATS.values()}, ending


def test_the_commands_of_the_page_exist() -> None:
    lines = re.findall(
        r"^\s*(?:- |sh ')?(auditor (?:gate|scan|lint|lock|policy) [^'\n]*)", CI.read_text("utf-8"), re.MULTILINE
    )
    assert len(lines) >= 3
    for line in lines:
        _options([word for word in shlex.split(line) if word != "\\"])
