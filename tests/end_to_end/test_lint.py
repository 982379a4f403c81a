"""`lint` at the command's boundary: what is said, what is written, and what is never touched."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from auditor.rulebook.schema_check import load_schema
from tests.end_to_end.command import Command, command
from tests.end_to_end.repositories import CUSTOM, dataset, license_texts, model
from tests.replay_hub import ReplayHub

ADAPTER = json.dumps({"base_model_name_or_path": "acme/base-7b", "peft_type": "LORA"})
TRAINED = "# A model\n\n## Training data\n\nWe used [the anvils](https://huggingface.co/datasets/acme/anvils) for all of the tuning we did.\n"


@pytest.fixture
def hub() -> Any:
    with ReplayHub() as running:
        yield running


@pytest.fixture
def run(tmp_path: Path, hub: ReplayHub) -> Command:
    return command(tmp_path, hub.endpoint)


def linted(run: Command, target: str, *more: str) -> tuple[int, dict[str, Any]]:
    ran = run("lint", target, "--format", "json", *more)
    assert ran.out, ran.err
    data: dict[str, Any] = json.loads(ran.out)
    jsonschema.Draft202012Validator(load_schema("lint.v1")).validate(data)
    return ran.code, data


def by_rule(data: dict[str, Any], part: str = "entries") -> dict[str, dict[str, Any]]:
    return {entry["rule"]: entry for entry in data[part]}


def folder(run: Command, files: dict[str, str | bytes], name: str = "own") -> Path:
    place = run.cwd / name
    place.mkdir()
    for path, content in files.items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_bytes(content.encode() if isinstance(content, str) else content)
    return place


def test_a_clean_model_leaves_with_zero(run: Command, hub: ReplayHub) -> None:
    hub.add(dataset("acme/anvils", {"license": "mit"}))
    card = {"license": "mit", "datasets": ["acme/anvils"]}
    hub.add(model("acme/clean", card, {"LICENSE": license_texts()("mit")}, body=TRAINED))
    code, data = linted(run, "acme/clean")
    assert (code, data["entries"], data["fixed"]) == (0, [], [])
    assert run("lint", "acme/clean").out == "acme/clean: nothing to mend\n"


def test_nothing_declared_is_an_error_without_an_invented_line(run: Command, hub: ReplayHub) -> None:
    hub.add(model("acme/bare", {}))
    code, data = linted(run, "acme/bare")
    entry = by_rule(data)["license-key-missing"]
    assert code == 10
    assert (entry["severity"], entry["file"], entry["line"], entry["add"], entry["certain"]) == (
        "error", "README.md", None, [], False,
    )  # fmt: skip
    assert {"license-key-missing", "data-not-disclosed"} == set(by_rule(data))


@pytest.mark.parametrize(
    ("card", "files", "rule", "line", "add"),
    [
        ({"license": "other"}, {"LICENSE": CUSTOM}, "license-name-missing", None, []),
        ({"license": "other"}, {"LICENSE": CUSTOM}, "license-link-missing", None, ["license_link: LICENSE"]),
        ({"license": "other"}, {"LICENSE: X.md": CUSTOM}, "license-link-missing", None, ['license_link: "LICENSE: X.md"']),
        ({"license": "Apache 2.0"}, {}, "license-id-not-on-hub-list", 2, ["license: apache-2.0"]),
        ({"licence": "mit"}, {}, "license-key-misspelled", None, ["license: mit"]),
        ({"license": "mit"}, {}, "license-text-missing", None, []),
        ({"license": "gpl"}, {}, "ambiguous-license-tag", 2, []),
        ({"license": "other", "license_name": "acme", "license_link": "https://acme.example/terms"}, {"LICENSE": CUSTOM},
         "license-link-unpinned", 4, ["license_link: LICENSE"]),
        ({"license": "mit", "base_model": "acme/up"}, {}, "base-model-relation-missing", None, []),
        ({"license": "mit", "base_model": "acme/up", "base_model_relation": "child"}, {}, "base-model-relation-unknown", 4, []),
    ],
)  # fmt: skip
def test_entries(
    run: Command,
    hub: ReplayHub,
    card: dict[str, Any],
    files: dict[str, str],
    rule: str,
    line: int | None,
    add: list[str],
) -> None:
    hub.add(model("acme/one", card, files))
    code, data = linted(run, "acme/one")
    entry = by_rule(data)[rule]
    assert code == 10
    assert (entry["line"], entry["add"]) == (line, add)


def test_training_data_that_is_linked_and_not_listed(run: Command, hub: ReplayHub) -> None:
    hub.add(model("acme/one", {"license": "mit"}, body=TRAINED))
    assert by_rule(linted(run, "acme/one")[1])["datasets-unlisted"]["add"] == ["datasets:", "- acme/anvils"]
    hub.add(model("acme/two", {"license": "mit", "datasets": ["acme/other"]}, body=TRAINED))
    assert by_rule(linted(run, "acme/two")[1])["datasets-incomplete"]["add"] == ["- acme/anvils"]


def test_a_repository_without_weights_is_not_clean(run: Command, hub: ReplayHub) -> None:
    hub.add(model("acme/empty", {"license": "mit", "datasets": ["acme/anvils"]}, weights={}))
    code, data = linted(run, "acme/empty")
    assert code == 10
    assert "weights-absent" in by_rule(data)


def base(name: str = "acme/base-7b") -> Any:
    return model(name, {"license": "llama3.1"}, {"LICENSE": license_texts()("llama-3.1")})


@pytest.mark.parametrize("local", [True, False])
def test_what_a_base_asks_for_comes_with_its_words(run: Command, hub: ReplayHub, local: bool) -> None:
    hub.add(base())
    card = {"license": "llama3.1", "base_model": "acme/base-7b", "base_model_relation": "finetune"}
    own = model("acme/own", card)
    hub.add(own)
    if local:
        folder(run, own.files)
    _, data = linted(run, *(("./own", "--complete") if local else ("acme/own",)))
    found = by_rule(data)
    assert {"missing-license-copy", "missing-notice", "missing-display", "missing-name-prefix"} <= set(found)
    assert found["missing-notice"]["add"] == ["Llama 3.1 is licensed under the Llama 3.1 Community License"]
    assert found["missing-notice"]["file"] == "NOTICE"
    assert found["missing-display"]["add"] == ["Built with Llama"]
    assert "Llama-own" in found["missing-name-prefix"]["message"]
    assert not any(entry["certain"] for entry in data["entries"])


def test_what_could_not_be_looked_at_is_never_clean(run: Command, hub: ReplayHub) -> None:
    hub.add(model("acme/gated", {"license": "mit"}, {"LICENSE": license_texts()("mit")}, gated="manual"))
    code, data = linted(run, "acme/gated")
    assert code == 10
    assert "card-unread" in by_rule(data)
    place = folder(run, {"adapter_config.json": ADAPTER})
    assert "card-unread" in by_rule(linted(run, f"{place}")[1])
    assert "base-terms-not-read" in by_rule(linted(run, f"{place}", "--offline")[1])


@pytest.mark.parametrize("target", ["disclosed:openai/gpt-5", "datasets/acme/anvils", "no such"])
def test_what_has_no_model_card_is_a_usage_error(run: Command, target: str) -> None:
    ran = run("lint", target)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error:")


@pytest.mark.parametrize("form", ["text", "json"])
def test_hostile_words_stay_words(run: Command, form: str) -> None:
    card = '---\nlicense: "\\e[31m\\u202e\\ud800mit"\nbase_model: "a\\nb"\nlicense_name: "{detail} {x}"\n---\n'
    folder(run, {"README.md": card})
    ran = run("lint", "./own", "--format", form)
    assert ran.code == 10, ran.err
    assert "\x1b" not in ran.out
    if form == "text":
        assert "\u202e" not in ran.out


# -- --fix --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"---\r\ntags: [a]  # kept\r\n---\r\n# Hi\r\nlast \xff", b"---\r\ntags: [a]  # kept\r\n%s---\r\n# Hi\r\nlast \xff"),
        (b"\xef\xbb\xbf---\ntags:\n- a\n...\nbody", b"\xef\xbb\xbf---\ntags:\n- a\n%s...\nbody"),
        (b"# Hi\r\n\r\nbody", b"---\r\n%s---\r\n# Hi\r\n\r\nbody"),
        (b"\xef\xbb\xbfbody", b"\xef\xbb\xbf---\n%s---\nbody"),
        (b"", b"---\n%s---\n"),
        (b"---\n---\n", b"---\n%s---\n"),
        (b"---\ntext: |+\n  a\n\n---\n", b"---\ntext: |+\n  a\n\n%s---\n"),
    ],
)  # fmt: skip
def test_fix_writes_what_is_certain_and_nothing_else(run: Command, before: bytes, after: bytes) -> None:
    place = folder(run, {"README.md": before, "LICENSE": license_texts()("mit"), "adapter_config.json": ADAPTER})
    (place / "README.md").chmod(0o640)
    others = {path: path.read_bytes() for path in place.iterdir() if path.name != "README.md"}
    code, data = linted(run, "./own", "--fix")
    end = b"\r\n" if b"\r\n" in before else b"\n"
    lines = [b"license: mit", b"base_model: acme/base-7b", b"base_model_relation: adapter"]
    written = after % b"".join(line + end for line in lines)
    assert (place / "README.md").read_bytes() == written
    assert [line for entry in data["fixed"] for line in entry["add"]] == [line.decode() for line in lines]
    assert code == 10
    assert not {"license-key-missing", "base-model-missing", "base-model-relation-missing"} & set(by_rule(data))
    assert (place / "README.md").stat().st_mode & 0o777 == 0o640
    code, data = linted(run, "./own", "--fix")
    assert data["fixed"] == []
    assert (place / "README.md").read_bytes() == written
    assert {path: path.read_bytes() for path in place.iterdir() if path.name != "README.md"} == others


def test_fix_until_clean_leaves_with_zero(run: Command, hub: ReplayHub) -> None:
    card = "---\ndatasets: [acme/anvils]\n---\n" + TRAINED
    place = folder(run, {"README.md": card, "LICENSE": license_texts()("mit"), "model.safetensors": ""})
    ran = run("lint", "./own", "--fix")
    assert ran.code == 0, ran.out
    assert ran.out == "README.md: fixed license-key-missing: license: mit\n./own: 1 fixed, nothing to mend\n"
    assert (place / "README.md").read_text() == card.replace("]\n---", "]\nlicense: mit\n---")


def test_a_license_without_an_id_on_the_hub_gets_name_and_link(run: Command) -> None:
    place = folder(run, {"README.md": "# Hi\n", "LICENSE.txt": license_texts()("opt-175b")})
    linted(run, "./own", "--fix")
    wanted = "---\nlicense: other\nlicense_name: opt-175b\nlicense_link: LICENSE.txt\n---\n# Hi\n"
    assert (place / "README.md").read_text() == wanted


@pytest.mark.parametrize(
    "card",
    [
        "---\nlicense:\n---\n", "---\nlicence: mit\n---\n", "---\ntags: [a\n---\n", "---\nnot closed\n", "---\n- a list\n---\n",
        "---\n  tags: a\n---\n", "---\n{tags: a}\n---\n", "---\na: 1\na: 2\n---\n", "---\nlicense: apache-2.0\n---\n",
        "# Hi\n\nThe model is released under the Apache 2.0 license.\n",
        "# Hi\n\nThe model may be used for research only, no commercial use of the model.\n",
    ],
)  # fmt: skip
def test_what_is_not_certain_is_not_written(run: Command, card: str) -> None:
    place = folder(run, {"README.md": card, "LICENSE": license_texts()("mit")})
    code, data = linted(run, "./own", "--fix")
    assert (code, data["fixed"]) == (10, [])
    assert (place / "README.md").read_text() == card
    assert not any(entry["certain"] for entry in data["entries"])


@pytest.mark.parametrize(
    "files",
    [
        {"LICENSE": CUSTOM}, {"LICENSE": b"mit", "OTHER_LICENSE": b"apache-2.0"}, {"LICENSE": b"mit+"}, {"sub/LICENSE": b"mit"},
        {"LICENSE": b"gpl-3.0"}, {"LICENSE": "MIT, see https://acme.example\n"}, {"LICENSE": b"\0\1"},
    ],
)  # fmt: skip
def test_a_text_that_does_not_decide_is_not_written(run: Command, files: dict[str, Any]) -> None:
    texts = license_texts()
    made: dict[str, Any] = {"README.md": "# Hi\n"}
    for name, content in files.items():
        known = content.decode().rstrip("+") if isinstance(content, bytes) and content[0] else None
        made[name] = texts(known) if known else content
        if known and content.endswith(b"+"):
            made[name] += b"\nArmies may not use the software.\n"
    place = folder(run, made)
    assert linted(run, "./own", "--fix")[1]["fixed"] == []
    assert (place / "README.md").read_text() == "# Hi\n"


@pytest.mark.parametrize(
    "name", ["base-7b", "/mnt/base", "./base", "outputs/base", "here/base", "a/b/c", "acme/base\n", 7, None]
)
def test_a_base_that_could_be_a_folder_is_not_written(run: Command, name: Any) -> None:
    config = json.dumps({"base_model_name_or_path": name})
    place = folder(run, {"README.md": "# Hi\n", "adapter_config.json": config, "here/base/config.json": "{}"})
    code, data = linted(run, "./own", "--fix")
    assert (code, data["fixed"]) == (10, [])
    assert {"base-model-missing", "base-model-unnamed"} & set(by_rule(data))
    assert (place / "README.md").read_text() == "# Hi\n"


def test_a_base_that_the_card_names_otherwise_is_left_alone(run: Command) -> None:
    card = "---\nlicense: mit\nbase_model: acme/another\n---\n"
    place = folder(run, {"README.md": card, "adapter_config.json": ADAPTER})
    _, data = linted(run, "./own", "--fix")
    assert by_rule(data)["base-model-differs"]["line"] == 3
    assert data["fixed"] == []
    assert (place / "README.md").read_text() == card


def test_a_missing_card_is_made_only_for_a_whole_repository(run: Command) -> None:
    place = folder(run, {"LICENSE": license_texts()("mit"), "adapter_config.json": ADAPTER})
    assert linted(run, "./own", "--fix")[1]["fixed"] == []
    assert not (place / "README.md").exists()
    assert "card-missing" in by_rule(linted(run, "./own", "--complete")[1])
    linted(run, "./own", "--complete", "--fix")
    wanted = "---\nlicense: mit\nbase_model: acme/base-7b\nbase_model_relation: adapter\n---\n"
    assert (place / "README.md").read_text() == wanted


@pytest.mark.parametrize("inside", [True, False])
def test_symlinks_are_refused(run: Command, inside: bool) -> None:
    place = folder(run, {"LICENSE": license_texts()("mit"), "adapter_config.json": ADAPTER, "docs/card.md": "# Hi\n"})
    outside = run.cwd / "elsewhere.md"
    outside.write_text("# Hi\n")
    (place / "README.md").symlink_to("docs/card.md" if inside else outside)
    ran = run("lint", "./own", "--fix")
    if inside:
        assert ran.code == 2
        assert "symlink" in ran.err
    else:
        assert ran.code == 10
    assert (place / "README.md").is_symlink()
    assert outside.read_text() == (place / "docs" / "card.md").read_text() == "# Hi\n"


def test_fix_is_for_folders(run: Command, hub: ReplayHub) -> None:
    hub.add(model("acme/one", {}))
    assert run("snapshot", "acme/one", "-o", "recorded").code == 0
    (run.cwd / "model.safetensors").write_bytes(b"")
    for target in ("acme/one", "./recorded", "./model.safetensors", "./nowhere"):
        ran = run("lint", target, "--fix")
        assert (ran.code, ran.out) == (2, ""), target
        assert "local folders" in ran.err
    assert run("lint", "./recorded").code == 10


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(run: Command) -> None:
    place = folder(run, {"README.md": "# Hi\n", "LICENSE": license_texts()("mit")})
    place.chmod(0o555)
    ran = run("lint", "./own", "--fix")
    place.chmod(0o755)
    assert ran.code == 2
    assert (place / "README.md").read_text() == "# Hi\n"
