"""The replay Hub answers the real client as the Hub does."""

from __future__ import annotations

import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.replay_hub import Commit, ReplayHub, Repository, load_yaml

if TYPE_CHECKING:
    from huggingface_hub import HfApi

# The client reads the environment when it is imported: only inside tests is that environment the scrubbed one.


@pytest.fixture
def api(replay_hub: ReplayHub) -> HfApi:
    from huggingface_hub import HfApi

    replay_hub.add(
        Repository("acme/a", files={"README.md": b"# A", "LICENSE": b"terms"}, tags=("v1",), renamed_from=("a",))
    )
    replay_hub.add(Repository("acme/gated", files={"LICENSE": b"terms"}, gated="manual"))
    replay_hub.add(Repository("acme/off", disabled=True))
    replay_hub.add(Repository("acme/data", kind="dataset"))
    return HfApi(endpoint=replay_hub.endpoint, token=False)


def test_named_fields_only_come_back_when_asked_for(api: HfApi) -> None:
    info = api.model_info("acme/a", expand=["gated", "sha"])
    assert (info.gated, info.siblings) == (False, None)
    assert api.model_info("acme/a").siblings is not None
    assert api.dataset_info("acme/data").id == "acme/data"
    from huggingface_hub.errors import BadRequestError

    with pytest.raises(BadRequestError):
        api.model_info("acme/a", expand=["nonsense"])  # type: ignore[list-item]


def test_old_names_are_redirected(api: HfApi, replay_hub: ReplayHub) -> None:
    assert api.model_info("a").id == "acme/a"
    assert (replay_hub.count("api"), replay_hub.count("redirect")) == (1, 1)


def test_trees_paths_and_branches(api: HfApi, replay_hub: ReplayHub) -> None:
    replay_hub.page = 1
    assert [entry.path for entry in api.list_repo_tree("acme/a")] == ["LICENSE", "README.md"]
    assert [entry.path for entry in api.get_paths_info("acme/a", ["LICENSE", "none"])] == ["LICENSE"]
    assert [tag.name for tag in api.list_repo_refs("acme/a").tags] == ["v1"]


def test_commits_have_their_files_and_files_their_commit(api: HfApi, replay_hub: ReplayHub) -> None:
    old = Commit("first", "2025-01-02T03:04:05.000Z", {"README.md": b"# A"})
    replay_hub.add(
        Repository("acme/h", files={"README.md": b"# A", "LICENSE": b"x"}, earlier=(old,), title="add license")
    )
    replay_hub.page = 1
    commits = api.list_repo_commits("acme/h")
    assert [(commit.title, commit.authors) for commit in commits] == [("add license", ["anvil"]), ("first", ["anvil"])]
    siblings = api.model_info("acme/h", revision=commits[1].commit_id).siblings
    assert [one.rfilename for one in siblings or ()] == ["README.md"]
    last = {
        entry.path: entry.last_commit for entry in api.get_paths_info("acme/h", ["README.md", "LICENSE"], expand=True)
    }  # type: ignore[union-attr]
    assert {path: commit.title for path, commit in last.items() if commit} == {
        "README.md": "first", "LICENSE": "add license",
    }  # fmt: skip


def test_listings_are_paged_by_links(api: HfApi, replay_hub: ReplayHub) -> None:
    replay_hub.page = 2
    assert [info.id for info in api.list_models(author="acme")] == ["acme/a", "acme/gated", "acme/off"]
    assert replay_hub.count("api") == 2


def test_files_come_with_a_hop_and_their_commit(api: HfApi, replay_hub: ReplayHub, tmp_path: Path) -> None:
    path = api.hf_hub_download("acme/a", "LICENSE", cache_dir=tmp_path)
    assert Path(path).read_bytes() == b"terms"
    assert replay_hub.repositories["model", "acme/a"].sha in path


@pytest.mark.parametrize(
    ("name", "path", "revision", "error"),
    [
        ("acme/gated", "LICENSE", "main", "GatedRepoError"),
        ("acme/a", "none", "main", "RemoteEntryNotFoundError"),
        ("acme/a", "LICENSE", "none", "RevisionNotFoundError"),
    ],
)
def test_refusals_are_the_clients_own_errors(
    api: HfApi, replay_hub: ReplayHub, tmp_path: Path, name: str, path: str, revision: str, error: str
) -> None:
    from huggingface_hub import errors

    with pytest.raises(getattr(errors, error)):
        api.hf_hub_download(name, path, revision=revision, cache_dir=tmp_path)


def test_a_disabled_repository_says_so(api: HfApi) -> None:
    from huggingface_hub.errors import DisabledRepoError

    with pytest.raises(DisabledRepoError):
        api.list_repo_refs("acme/off")


def test_a_missing_repository_is_named_only_to_known_users(api: HfApi, replay_hub: ReplayHub) -> None:
    from huggingface_hub import HfApi
    from huggingface_hub.errors import RepositoryNotFoundError

    replay_hub.tokens.add("hf_known")
    with pytest.raises(RepositoryNotFoundError):
        HfApi(endpoint=replay_hub.endpoint, token="hf_known").model_info("acme/none")


def test_every_answer_tells_what_is_left(api: HfApi, replay_hub: ReplayHub) -> None:
    from huggingface_hub.utils import parse_ratelimit_headers

    with urllib.request.urlopen(f"{replay_hub.endpoint}/api/models/acme/a", timeout=5) as answer:
        info = parse_ratelimit_headers(dict(answer.headers))
    assert info is not None
    assert (info.resource_type, info.remaining, info.limit, info.window_seconds) == ("api", 499, 500, 300)


def test_repositories_can_be_written_in_yaml(tmp_path: Path) -> None:
    file = tmp_path / "hub.yaml"
    file.write_text("- id: acme/y\n  gated: auto\n  tags: [v1]\n  readers: [hf_x]\n  files: {README.md: '# Y'}\n")
    (repository,) = load_yaml(file)
    assert (repository.gated, repository.tags, repository.files) == ("auto", ("v1",), {"README.md": b"# Y"})
    assert repository.readers == {"hf_x"}
