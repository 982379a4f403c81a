"""What a target names, rule by rule (design section 8)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.errors import AmbiguousTarget, UsageProblem
from auditor.fetch.targets import (
    Target,
    TargetProblem,
    expand_targets,
    is_hub_id,
    parse_target,
    read_target_list,
)

SHA = "0123456789abcdef0123456789abcdef01234567"


def nothing(_path: str) -> bool:
    return False


def parse(text: str, **options: object) -> Target:
    return parse_target(text, **{"exists": nothing, "is_snapshot": nothing, **options})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "scheme", "name", "revision"),
    [
        ("acme/model", "hub", "acme/model", None),
        ("acme/model@v1.0", "hub", "acme/model", "v1.0"),
        (f"acme/model@{SHA}", "hub", "acme/model", SHA),
        ("acme/model@refs/pr/3", "hub", "acme/model", "refs/pr/3"),
        ("gpt2", "hub", "gpt2", None),
        ("gpt2@main", "hub", "gpt2", "main"),
        ("hub:acme/model", "hub", "acme/model", None),
        ("hub:acme/m.gguf", "hub", "acme/m.gguf", None),
        ("dataset:acme/data@main", "dataset", "acme/data", "main"),
        ("dataset:squad", "dataset", "squad", None),
        ("datasets/acme/data", "dataset", "acme/data", None),
        ("https://huggingface.co/acme/model", "hub", "acme/model", None),
        ("https://huggingface.co/acme/model/", "hub", "acme/model", None),
        ("HTTPS://HuggingFace.co/acme/Model?x=1#y", "hub", "acme/Model", None),
        ("https://hf.co/acme/model", "hub", "acme/model", None),
        ("http://huggingface.co/acme/model", "hub", "acme/model", None),
        ("https://huggingface.co:443/acme/model", "hub", "acme/model", None),
        ("https://huggingface.co/gpt2/tree/main", "hub", "gpt2", "main"),
        ("https://huggingface.co/acme/model/tree/v1", "hub", "acme/model", "v1"),
        ("https://huggingface.co/acme/model/tree/main/sub/folder", "hub", "acme/model", "main"),
        ("https://huggingface.co/acme/model/tree/refs%2Fpr%2F3", "hub", "acme/model", "refs/pr/3"),
        ("https://huggingface.co/acme/model/blob/refs/pr/3/README.md", "hub", "acme/model", "refs/pr/3"),
        (f"https://huggingface.co/acme/model/blob/{SHA}/README.md", "hub", "acme/model", SHA),
        ("https://huggingface.co/acme/model/resolve/main/README.md", "hub", "acme/model", "main"),
        ("https://huggingface.co/acme/model/discussions/4", "hub", "acme/model", None),
        ("https://huggingface.co/datasets/acme/data/tree/v2", "dataset", "acme/data", "v2"),
        ("https://huggingface.co/datasets/squad", "dataset", "squad", None),
    ],
)
def test_repositories(text: str, scheme: str, name: str, revision: str | None) -> None:
    target = parse(text)
    assert (target.scheme, target.id, target.revision, target.path) == (scheme, name, revision, None)
    assert target.requested == text


@pytest.mark.parametrize(
    ("text", "scheme", "name"),
    [
        ("./model", "path", "model"),
        ("../model", "path", "model"),
        ("/data/model", "path", "model"),
        ("acme/model/", "path", "model"),
        ("path:acme/model", "path", "model"),
        ("path:a b/ü", "path", "ü"),
        ("acme/m.gguf", "file", "m.gguf"),
        ("m.GGUF", "file", "m.GGUF"),
        ("path:m.safetensors", "file", "m.safetensors"),
        ("./a.safetensors", "file", "a.safetensors"),
        ("evidence.zip", "snapshot", "evidence.zip"),
        ("path:evidence.zip", "snapshot", "evidence.zip"),
        ("snapshot:evidence", "snapshot", "evidence"),
        ("mot:acme.yml", "mot", "acme.yml"),
    ],
)
def test_paths(text: str, scheme: str, name: str) -> None:
    target = parse(text)
    assert (target.scheme, target.id) == (scheme, name)
    assert target.path == text.removeprefix(f"{scheme}:").removeprefix("path:")


@pytest.mark.parametrize("text", [".", "..", "./", "path:.."])
def test_a_dot_is_named_after_its_folder(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "outer" / "inner"
    place.mkdir(parents=True)
    monkeypatch.chdir(place)
    assert parse(text).id == ("outer" if ".." in text else "inner")


def test_a_folder_with_a_recorded_snapshot_is_a_snapshot() -> None:
    assert parse("./evidence", is_snapshot=lambda path: path == "./evidence").scheme == "snapshot"
    assert parse("path:evidence", is_snapshot=lambda path: path == "evidence").scheme == "snapshot"


def test_disclosures() -> None:
    target = parse("disclosed:acme/model@api")
    assert (target.scheme, target.id, target.channel, target.revision) == ("disclosed", "acme/model", "api", None)
    assert parse("disclosed:acme/model").channel is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hub:",
        "path:",
        "a/b/c",
        "acme/../etc",
        "hub:../etc",
        "hub:a/..",
        "hub:acme/mo--del",
        "acme/model.git",
        "acme/-model",
        "acme/model.",
        "a" * 97,
        "acme/" + "a" * 97,
        "acme/" + "a" * 5000,
        "acme/módel",
        "acme/mod el",
        "acme/model\n",
        "acme/model\x00",
        "acme/model@",
        "acme/model@..",
        "acme/model@a..b",
        "acme/model@a b",
        "acme/model@-x",
        "acme/model@a//b",
        "hub:acme/model@../../x",
        "hub:datasets/acme/data",
        "datasets/a/b/c",
        "datasets/",
        "disclosed:model",
        "disclosed:acme/model@",
        "disclosed:acme/model@../x",
        "@list.txt",
        "s3:bucket/model",
        "C:\\model",
        "https://example.org/acme/model",
        "https://huggingface.co.example.org/acme/model",
        "https://huggingface.co@example.org/acme/model",
        "https://huggingface.co:8443/acme/model",
        "https://huggingface.co/",
        "https://huggingface.co",
        "https://huggingface.co/spaces/acme/space",
        "https://huggingface.co/docs/hub",
        "https://huggingface.co/datasets",
        "https://huggingface.co/acme/model/wiki",
        "https://huggingface.co/acme/model/tree/..%2F..%2Fx",
        "https://huggingface.co/acme/%2e%2e",
        "https://[::1/acme/model",
        "https://huggingface.co:99999/acme/model",
        "ftp://huggingface.co:21/acme/model",
        "file:///etc/passwd",
    ],
)
def test_everything_else_is_a_usage_problem(text: str) -> None:
    if text == "datasets/":
        # A trailing slash makes a path, by rule.
        assert parse(text).scheme == "path"
        return
    with pytest.raises(UsageProblem) as caught:
        parse(text)
    assert not isinstance(caught.value, AmbiguousTarget)
    assert caught.value.exit_code == 2


def test_a_password_in_an_address_is_not_quoted_back() -> None:
    with pytest.raises(UsageProblem) as caught:
        parse("https://me:hf_secret@huggingface.co/acme/model")
    assert "hf_secret" not in str(caught.value)
    assert "hf_secret" not in repr(expand_targets(["https://me:hf_secret@huggingface.co/acme/model"])[0].requested)


@pytest.mark.parametrize(
    ("text", "taken", "spellings"),
    [
        ("acme/model", "acme/model", ("hub:acme/model", "path:./acme/model")),
        ("gpt2", "gpt2", ("hub:gpt2", "path:./gpt2")),
        ("gpt2@main", "gpt2", ("hub:gpt2@main", "path:./gpt2")),
        ("gpt2@main", "gpt2@main", ("hub:gpt2@main", "path:./gpt2@main")),
        ("datasets/acme/data", "datasets/acme/data", ("dataset:acme/data", "path:./datasets/acme/data")),
    ],
)
def test_an_id_that_is_also_a_path_offers_both_spellings(text: str, taken: str, spellings: tuple[str, str]) -> None:
    with pytest.raises(AmbiguousTarget) as caught:
        parse(text, exists=lambda path: path == taken)
    assert caught.value.exit_code == 2
    for spelling in spellings:
        assert spelling in caught.value.message
        # Each spelling offered is one we understand, with the path still there.
        parse(spelling, exists=lambda path: path == taken)


def test_an_address_or_a_scheme_is_never_ambiguous() -> None:
    def everything(_path: str) -> bool:
        return True

    assert parse("hub:gpt2", exists=everything).scheme == "hub"
    assert parse("https://huggingface.co/gpt2", exists=everything).scheme == "hub"


def test_mirrors_given_as_endpoints_count_as_the_hub() -> None:
    mirrors = ("http://127.0.0.1:8090", "https://mirror.example.org/hf/")
    assert parse("http://127.0.0.1:8090/acme/model/tree/v1", endpoints=mirrors).revision == "v1"
    assert parse("https://mirror.example.org/hf/datasets/acme/data", endpoints=mirrors).scheme == "dataset"
    for text in ("http://127.0.0.1:8091/acme/model", "https://mirror.example.org/hfx/acme/model"):
        with pytest.raises(UsageProblem):
            parse(text, endpoints=mirrors)


def test_lists(tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "here").mkdir()
    lines = ["\ufeffacme/one", "", "  # note", "bad one!", "./model", "/abs/model", "@other", "here", "mot:a.yml\r"]
    (folder / "targets.txt").write_bytes("\n".join(lines).encode())
    found = read_target_list(folder / "targets.txt")
    good = [item for item in found if isinstance(item, Target)]
    bad = [item for item in found if isinstance(item, TargetProblem)]
    assert [item.requested for item in good] == ["acme/one", "./model", "/abs/model", "mot:a.yml"]
    assert [item.path for item in good] == [None, str(folder / "model"), "/abs/model", str(folder / "a.yml")]
    assert [(item.line, item.requested) for item in bad] == [(4, "bad one!"), (7, "@other"), (8, "here")]
    assert bad[0].message.startswith(f"{folder / 'targets.txt'}:4: ")
    assert isinstance(bad[2].error, AmbiguousTarget)


def test_lists_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in (tmp_path / "absent", tmp_path, Path("nul\0")):
        with pytest.raises(UsageProblem):
            read_target_list(place)
    monkeypatch.setattr("auditor.fetch.targets._LIST_BYTES", 10)
    (tmp_path / "long").write_text("acme/model\n" * 2)
    with pytest.raises(UsageProblem, match="4 MB"):
        read_target_list(tmp_path / "long")


def test_a_list_of_noise_gives_problems_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(b"\xff\xfe\x00\x01\n\x80\nacme/model\n")
    found = read_target_list(tmp_path / "noise", exists=nothing)
    assert [type(item) for item in found] == [TargetProblem, TargetProblem, Target]


def test_arguments_are_expanded_in_order_and_a_bad_one_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "list").write_text("acme/two\nacme/three\n")
    found = expand_targets(["acme/one", f"@{tmp_path / 'list'}", "bad!", "acme/four"], exists=nothing)
    assert [item.requested for item in found] == ["acme/one", "acme/two", "acme/three", "bad!", "acme/four"]
    assert isinstance(found[3], TargetProblem)
    assert found[3].message == found[3].error.message


@given(st.text(max_size=60))
def test_any_text_gives_a_target_or_a_usage_problem(text: str) -> None:
    try:
        target = parse(text)
    except UsageProblem:
        return
    assert target.requested == text
    if target.scheme in ("hub", "dataset"):
        assert is_hub_id(target.id)
    if target.scheme == "hub" and target.revision is None:
        assert parse(f"hub:{target.id}").id == target.id


@given(st.from_regex(r"[A-Za-z0-9._-]{1,20}(/[A-Za-z0-9._-]{1,20})?", fullmatch=True))
def test_ids_follow_the_rule_of_the_hubs_client(text: str) -> None:
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id

    try:
        validate_repo_id(text)
        theirs = True
    except HFValidationError:
        theirs = False
    assert is_hub_id(text) == theirs
