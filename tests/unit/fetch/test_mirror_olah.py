"""The record, file and branch paths against a second, independent server: an olah mirror of local git clones.

It knows no `expand`, sends no rate-limit headers and answers a record only for a named revision.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.errors import SubjectUnreachable
from auditor.fetch.hub import HubSource
from auditor.fetch.interface import FetchOptions
from tests.conftest import not_here
from tests.unit.fetch.hub_setting import NOW, target

pytestmark = [pytest.mark.mirror, pytest.mark.slow]

CONFIG = """
[basic]
host = "127.0.0.1"
port = {port}
repos-path = "{root}/repos"
mirrors-path = ["{root}/mirrors"]
hf-scheme = "http"
hf-netloc = "127.0.0.1:9"
hf-lfs-netloc = "127.0.0.1:9"
mirror-scheme = "http"
mirror-netloc = "127.0.0.1:{port}"
mirror-lfs-netloc = "127.0.0.1:{port}"
[accessibility]
offline = true
[[accessibility.proxy]]
repo = "*"
allow = true
[[accessibility.cache]]
repo = "*"
allow = true
"""


def git(folder: Path, *arguments: str) -> str:
    identity = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for role in ("AUTHOR", "COMMITTER"):
        identity |= {f"GIT_{role}_NAME": "Acme", f"GIT_{role}_EMAIL": "acme@acme.example"}
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env={**os.environ, **identity}, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def make_repository(folder: Path, files: dict[str, bytes]) -> str:
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    for name, data in files.items():
        (folder / name).write_bytes(data)
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    git(folder, "branch", "step1000")
    git(folder, "tag", "v1")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture(scope="module")
def mirror(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """Give the address of a running mirror, and the commit of each repository in it."""
    program = Path(sys.executable).parent / "olah-cli"
    if not program.exists() or shutil.which("git") is None:
        not_here("mirror", "the mirror server is not installed: install the dependency group `mirror`")
    root = tmp_path_factory.mktemp("mirror")
    commits = {
        "acme/model": make_repository(
            root / "mirrors" / "models" / "acme" / "model",
            {
                "README.md": b"---\nlicense: mit\n---\nintermediate checkpoints\n",
                "LICENSE": "Terms of Acme \u00e9\n".encode(),
                "config.json": b"{}",
                "model.safetensors": b"\0" * 64,
            },
        ),
        "acme/data": make_repository(root / "mirrors" / "datasets" / "acme" / "data", {"README.md": b"# Data\n"}),
    }
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = root / "olah.toml"
    config.write_text(CONFIG.format(port=port, root=root))
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    with (root / "log").open("wb") as log:
        server = subprocess.Popen([program, "-c", config], cwd=root, stdout=log, stderr=log, env=environment)
        try:
            endpoint = f"http://127.0.0.1:{port}"
            wait_for(endpoint, server)
            yield endpoint, commits
        finally:
            server.terminate()
            server.wait(10)


def wait_for(endpoint: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(f"{endpoint}/api/models/acme/model/revision/main", timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail("the mirror server did not start")


def options(endpoint: str, store: Path | None = None) -> FetchOptions:
    return FetchOptions(now=NOW, endpoint=endpoint, store=store, retries=1, timeout=10)


@pytest.mark.parametrize("revision", ["main", "step1000"])
def test_a_model_is_read_whole(mirror: tuple[str, dict[str, str]], revision: str) -> None:
    endpoint, commits = mirror
    source = HubSource()
    snapshot = source.fetch(target("acme/model", revision), options(endpoint))
    assert snapshot.revision == commits["acme/model"]
    assert snapshot.files_complete
    assert snapshot.card_complete
    assert [(document.role, document.status) for document in snapshot.documents] == [
        ("card", "read"),
        ("license", "read"),
    ]
    assert snapshot.documents[1].text == "Terms of Acme \u00e9\n"
    assert {"config.json", "model.safetensors"} <= {entry.path for entry in snapshot.files}
    assert source.stats().requests == 4


def test_branches_and_tags_are_read(mirror: tuple[str, dict[str, str]]) -> None:
    endpoint, commits = mirror
    snapshot = HubSource().fetch(target("acme/model", "main"), options(endpoint))
    assert snapshot.refs is not None
    assert {branch["name"] for branch in snapshot.refs["branches"]} == {"main", "step1000"}
    assert [tag["targetCommit"] for tag in snapshot.refs["tags"]] == [commits["acme/model"]]


def test_a_dataset_is_read(mirror: tuple[str, dict[str, str]]) -> None:
    endpoint, commits = mirror
    snapshot = HubSource().fetch(target("acme/data", "main", "dataset"), options(endpoint))
    assert (snapshot.kind, snapshot.revision) == ("dataset", commits["acme/data"])
    assert [document.text for document in snapshot.documents] == ["# Data\n"]


def test_a_second_run_makes_one_request(mirror: tuple[str, dict[str, str]], tmp_path: Path) -> None:
    endpoint, commits = mirror
    first = HubSource().fetch(target("acme/model", "main"), options(endpoint, tmp_path))
    again = HubSource()
    assert again.fetch(target("acme/model", "main"), options(endpoint, tmp_path)) == first
    assert again.stats().requests == 1
    pinned = HubSource()
    pinned.fetch(target("acme/model", commits["acme/model"]), options(endpoint, tmp_path))
    assert pinned.stats().requests == 0


@pytest.mark.parametrize(("name", "revision"), [("acme/none", "main"), ("acme/model", "no-such-branch")])
def test_what_is_not_there_is_an_error_of_ours(mirror: tuple[str, dict[str, str]], name: str, revision: str) -> None:
    with pytest.raises(SubjectUnreachable):
        HubSource().fetch(target(name, revision), options(mirror[0]))
