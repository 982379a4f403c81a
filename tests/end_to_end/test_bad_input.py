"""Everything that can be wrong with what the command is given: it says so, and audits the rest."""

from __future__ import annotations

import json
import os
import socket
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.command import Command, Ran
from tests.end_to_end.expectations import assert_sound, findings_of
from tests.end_to_end.repositories import BODY, WEIGHTS, front_matter, model
from tests.replay_hub import Fault, ReplayHub, Repository

GOOD = "acme/good"
MIT = {"license": "mit"}


@pytest.fixture
def good(hub: ReplayHub) -> Repository:
    return hub.add(model(GOOD, MIT))


def _failed(ran: Ran, target: str, code: str, exit_code: int = 3) -> dict[str, Any]:
    """The target failed with this code, said on both streams, and the good one was audited all the same."""
    assert ran.code == exit_code, ran.err
    assert set(ran.reports) == {GOOD}
    assert ran.reports[GOOD]["label"] == "open-weights"
    assert set(ran.errors) == {target}
    error = ran.errors[target]
    assert error["code"] == code
    assert error["message"]
    assert "Traceback" not in ran.err
    assert error["message"].splitlines()[0] in ran.err
    return error


# -- repositories -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("good")
class TestRepositories:
    def test_unknown_id(self, auditor: Command) -> None:
        error = _failed(auditor.audit("acme/never-was", GOOD), "acme/never-was", "not-found")
        assert "HF_TOKEN" in error["hint"]

    def test_unknown_data_set(self, auditor: Command) -> None:
        _failed(auditor.audit("datasets/acme/never-was", GOOD), "datasets/acme/never-was", "not-found")

    def test_private(self, hub: ReplayHub, auditor: Command) -> None:
        """Without a token the Hub does not tell private from missing, and neither do we."""
        hub.add(model("acme/secret", MIT, private=True, readers=frozenset({"good-token"})))
        hub.tokens.add("good-token")
        error = _failed(auditor.audit("acme/secret", GOOD), "acme/secret", "not-found")
        assert "private" in error["message"] + error["hint"]
        ran = auditor.having(HF_TOKEN="good-token").audit("acme/secret")
        assert ran.code == 0
        assert findings_of(ran.report)["access-repository-available"]["outcome"] == "not_met"

    def test_unknown_revision(self, auditor: Command) -> None:
        error = _failed(auditor.audit(f"{GOOD}@v9", GOOD), f"{GOOD}@v9", "revision-not-found")
        assert "v9" in error["message"]

    def test_bad_token(self, auditor: Command) -> None:
        """The token was refused: that says nothing of the repository, and the token is not shown."""
        ran = auditor.having(HF_TOKEN="hf_thistokenisold").audit(GOOD)
        assert ran.code == 3
        assert ran.errors[GOOD]["code"] == "bad-token"
        assert "hf_thistokenisold" not in ran.out + ran.err

    @pytest.mark.usefixtures("impatient")
    @pytest.mark.parametrize(
        ("fault", "code"),
        [
            (Fault("html"), "broken-answer"),
            (Fault("truncated-json"), "broken-answer"),
            (Fault("reset"), "no-network"),
            (Fault("refuse"), "no-network"),
            (Fault("stall", seconds=5), "no-network"),
            (Fault("drip", seconds=0.4), "no-network"),
            (Fault("rename-loop"), "broken-answer"),
            (Fault("gzip-bomb"), "answer-too-large"),
            (Fault.error(504, "Gateway Time-out"), "no-network"),
            (Fault.error(500), "no-network"),
            (Fault.error(403, "Nothing for you"), "access-denied"),
            (Fault(status=200, body=b"[]"), "broken-answer"),
            (Fault(status=200, body=b'{"id": 7, "sha": []}'), "broken-answer"),
            (Fault.rate_limited(retry_after=600), "rate-limited"),
            (Fault.rate_limited(left=0, reset=600), "rate-limited"),
        ],
        ids=lambda value: value if isinstance(value, str) else f"{value.kind}-{value.status}",
    )
    def test_faults_of_the_server(self, hub: ReplayHub, auditor: Command, fault: Fault, code: str) -> None:
        hub.add(model("acme/faulty", MIT))
        hub.fail(fault, "acme/faulty")
        started = time.monotonic()
        ran = auditor.audit("acme/faulty", GOOD, "--concurrency", "1")
        assert time.monotonic() - started < 10
        if code == "rate-limited" and GOOD not in ran.reports:
            # The limit is the server's, not the repository's: the neighbor may have met it as well.
            assert (ran.code, ran.errors["acme/faulty"]["code"]) == (3, code)
        else:
            _failed(ran, "acme/faulty", code)

    @pytest.mark.slow
    def test_what_passes_is_tried_again(self, hub: ReplayHub, auditor: Command) -> None:
        hub.add(model("acme/shaky", MIT))
        hub.fail(Fault.error(503, times=1), "acme/shaky")
        ran = auditor.audit("acme/shaky")
        assert ran.code == 0
        hub.heal()
        hub.fail(Fault.rate_limited(retry_after=1, times=1), "acme/shaky")
        assert auditor.audit("acme/shaky").code == 0

    def test_a_gate_hides_files_and_not_the_record(self, hub: ReplayHub, auditor: Command) -> None:
        hub.add(model("acme/gated", MIT, {"LICENSE": b"hidden"}, gated="manual"))
        ran = auditor.audit("acme/gated", GOOD)
        assert (ran.code, ran.errors) == (0, {})
        assert ran.reports["acme/gated"]["licenses"]["weights"]["status"] == "unreadable"

    def test_disabled(self, hub: ReplayHub, auditor: Command) -> None:
        hub.add(model("acme/off", MIT, disabled=True))
        hub.fail(Fault.error(403, "Access to this resource is disabled."), "acme/off")
        _failed(auditor.audit("acme/off", GOOD), "acme/off", "disabled")

    def test_an_empty_repository_is_audited(self, hub: ReplayHub, auditor: Command) -> None:
        hub.add(Repository("acme/nothing"))
        ran = auditor.audit("acme/nothing", GOOD)
        assert ran.code == 0
        report = ran.reports["acme/nothing"]
        assert (report["label"], report["grades"]["weights"]["level"]) == ("closed", 0)
        assert report["licenses"]["weights"]["status"] == "missing"
        assert_sound(report)

    def test_a_missing_file_is_no_end(self, hub: ReplayHub, auditor: Command) -> None:
        """A file that is listed and cannot be had: nothing is read into it."""
        hub.add(model("acme/holes", MIT, extra_siblings=({"rfilename": "LICENSE"},)))
        ran = auditor.audit("acme/holes")
        assert ran.code == 0
        assert ran.report["licenses"]["weights"]["status"] != "confirmed"

    @pytest.mark.usefixtures("impatient")
    def test_a_file_that_fails_is_said(self, hub: ReplayHub, auditor: Command) -> None:
        hub.add(model("acme/half", MIT, {"LICENSE": b"anything"}))
        hub.fail(Fault.error(500, on="resolve", path="LICENSE"), "acme/half")
        ran = auditor.audit("acme/half")
        assert ran.code == 0
        assert ran.report["licenses"]["weights"]["status"] == "unreadable"
        assert "LICENSE" in json.dumps(ran.report["problems"]) + json.dumps(ran.report["licenses"])

    def test_the_token_stays_with_the_hub(self, hub: ReplayHub, auditor: Command, second_hub: ReplayHub) -> None:
        hub.tokens.add("good-token")
        hub.add(model("acme/elsewhere", MIT, {"LICENSE": b"words"}, redirect_files_to=second_hub.endpoint))
        auditor.having(HF_TOKEN="good-token").audit("acme/elsewhere")
        assert any(seen.token for seen in hub.seen)
        assert [seen.token for seen in second_hub.seen if seen.token] == []


def test_no_network(auditor: Command, impatient: None) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    ran = auditor.having(HF_ENDPOINT=f"http://127.0.0.1:{port}").audit(GOOD, "acme/other")
    assert ran.code == 3
    assert {error["code"] for error in ran.errors.values()} == {"no-network"}
    assert "HF_ENDPOINT" in ran.errors[GOOD]["hint"]


def test_offline_and_never_seen(hub: ReplayHub, auditor: Command) -> None:
    ran = auditor.audit(GOOD, "--offline")
    assert (ran.code, ran.errors[GOOD]["code"]) == (3, "offline-miss")
    assert hub.seen == []


# -- targets ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("good")
class TestTargets:
    def test_a_folder_that_is_no_model(self, auditor: Command) -> None:
        (auditor.cwd / "stuff").mkdir()
        (auditor.cwd / "stuff" / "notes.txt").write_text("none")
        _failed(auditor.audit("./stuff", GOOD), "./stuff", "not-a-model")

    def test_a_folder_that_is_not_there(self, auditor: Command) -> None:
        _failed(auditor.audit("./gone", GOOD), "./gone", "unreachable")

    def test_a_path_that_cannot_be_walked(self, auditor: Command) -> None:
        (auditor.cwd / "file").write_text("no folder")
        (auditor.cwd / "circle").symlink_to("circle")
        _failed(auditor.audit("./file/below", GOOD), "./file/below", "unreachable")
        _failed(auditor.audit("./circle", GOOD), "./circle", "unreachable")

    @pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
    def test_a_folder_that_may_not_be_read(self, auditor: Command) -> None:
        (auditor.cwd / "shut").mkdir(mode=0)
        _failed(auditor.audit("./shut", GOOD), "./shut", "not-a-model")

    def test_a_file_where_weights_were_meant(self, auditor: Command) -> None:
        (auditor.cwd / "broken.gguf").write_bytes(b"GGUF\xff\xff\xff\xff" + b"\xff" * 40)
        (auditor.cwd / "broken.safetensors").write_bytes(b"\xff" * 40)
        ran = auditor.audit("./broken.gguf", "./broken.safetensors", GOOD)
        assert set(ran.reports) >= {GOOD}
        for name in ("./broken.gguf", "./broken.safetensors"):
            if name in ran.reports:
                report = ran.reports[name]
                assert report["grades"]["terms"]["level"] == 0
                assert report["label"] in ("closed", "weights-only")
            else:
                assert ran.errors[name]["code"] == "not-a-model"

    def test_ambiguous(self, auditor: Command) -> None:
        (auditor.cwd / "acme" / "both").mkdir(parents=True)
        error = _failed(auditor.audit("acme/both", GOOD), "acme/both", "ambiguous-target", 2)
        assert "hub:acme/both" in error["message"]
        assert "path:./acme/both" in error["message"]

    def test_a_list_with_bad_lines(self, auditor: Command) -> None:
        lines = ["# models", "", GOOD, "no such thing!", "  ", "acme/never-was", "ftp://acme.example/x"]
        (auditor.cwd / "list.txt").write_text("\n".join(lines))
        ran = auditor.audit("@list.txt")
        assert ran.code == 2
        assert set(ran.reports) == {GOOD}
        assert set(ran.errors) == {"no such thing!", "acme/never-was", "ftp://acme.example/x"}
        assert ran.errors["acme/never-was"]["code"] == "not-found"
        assert ran.errors["no such thing!"]["code"] == "usage"
        assert ran.errors["no such thing!"]["message"].startswith("list.txt:4: ")
        assert ran.errors["ftp://acme.example/x"]["message"].startswith("list.txt:7: ")

    def test_a_list_that_is_not_there(self, auditor: Command) -> None:
        ran = auditor.audit("@gone.txt")
        assert (ran.code, ran.out) == (2, "")
        assert "gone.txt" in ran.err

    def test_paths_in_a_list_are_relative_to_it(self, auditor: Command) -> None:
        place = auditor.cwd / "lists" / "m"
        place.mkdir(parents=True)
        (place / "README.md").write_text(BODY)
        (auditor.cwd / "lists" / "l.txt").write_text("./m\n")
        assert auditor.audit("@lists/l.txt").report["subject"]["id"] == "m"

    def test_revision_with_several_targets(self, auditor: Command) -> None:
        ran = auditor.audit(GOOD, "acme/other", "--revision", "main")
        assert (ran.code, ran.out) == (2, "")
        assert "--revision" in ran.err

    def test_no_target_and_a_wrong_option(self, auditor: Command) -> None:
        assert auditor("audit").code == 2
        assert auditor("audit", GOOD, "--format", "yaml").code == 2
        assert auditor("adit", GOOD).code == 2
        assert auditor("audit", GOOD, "--as-of", "soon").code == 2

    def test_other_addresses(self, auditor: Command) -> None:
        ran = auditor.audit("https://acme.example/acme/good", GOOD)
        _failed(ran, "https://acme.example/acme/good", "usage", 2)
        password = "https://me:hunter2@huggingface.co/acme/good"
        ran = auditor.audit(password, GOOD)
        assert ran.code == 2
        assert "hunter2" not in ran.out + ran.err

    def test_unknown_disclosure(self, auditor: Command) -> None:
        _failed(auditor.audit("disclosed:acme/anvil", GOOD), "disclosed:acme/anvil", "no-disclosure")


# -- recordings -------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("good")
class TestRecordings:
    def _record(self, auditor: Command, name: str) -> Path:
        ran = auditor("snapshot", GOOD, "-o", name)
        assert ran.code == 0, ran.err
        return auditor.cwd / name

    def test_a_flipped_byte(self, auditor: Command) -> None:
        place = self._record(auditor, "rec")
        (document,) = [path for path in (place / "documents").iterdir() if "README" in path.name]
        data = bytearray(document.read_bytes())
        data[10] ^= 1
        document.write_bytes(data)
        error = _failed(auditor.audit("./rec", GOOD), "./rec", "broken-snapshot")
        assert f"documents/{document.name}" in error["message"]
        assert "sha256" in error["message"]

    def test_a_changed_record_in_a_zip(self, auditor: Command) -> None:
        place = self._record(auditor, "rec.zip")
        data = bytearray(place.read_bytes())
        data[len(data) // 2] ^= 0xFF
        place.write_bytes(data)
        _failed(auditor.audit("./rec.zip", GOOD), "./rec.zip", "broken-snapshot")

    def test_a_cut_zip_and_a_strange_one(self, auditor: Command) -> None:
        place = self._record(auditor, "cut.zip")
        place.write_bytes(place.read_bytes()[:-40])
        with zipfile.ZipFile(auditor.cwd / "strange.zip", "w") as archive:
            archive.writestr("../../outside", "x")
            archive.writestr("manifest.json", "{}")
        (auditor.cwd / "no.zip").write_bytes(b"none")
        ran = auditor.audit("./cut.zip", "./strange.zip", "./no.zip", GOOD)
        assert ran.code == 3
        assert {name: error["code"] for name, error in ran.errors.items()} == dict.fromkeys(
            ("./cut.zip", "./strange.zip", "./no.zip"), "broken-snapshot"
        )
        assert set(ran.reports) == {GOOD}

    def test_another_version(self, auditor: Command) -> None:
        place = self._record(auditor, "rec")
        manifest = place / "manifest.json"
        manifest.write_text(manifest.read_text().replace("auditor/snapshot/1", "auditor/snapshot/9"))
        _failed(auditor.audit("./rec", GOOD), "./rec", "broken-snapshot")

    def test_nothing_is_written_over_unasked(self, auditor: Command) -> None:
        self._record(auditor, "rec.zip")
        assert auditor("snapshot", GOOD, "-o", "rec.zip").code == 2
        assert auditor("snapshot", GOOD, "-o", "rec.zip", "--force").code == 0
        (auditor.cwd / "mine").mkdir()
        (auditor.cwd / "mine" / "thesis.txt").write_text("years of work")
        assert auditor("snapshot", GOOD, "-o", "mine", "--force").code == 2
        assert (auditor.cwd / "mine" / "thesis.txt").read_text() == "years of work"


# -- hostile content --------------------------------------------------------------------------------------------

BOMB = "\n".join(
    ["a0: &a0 [x, x, x, x, x, x, x, x, x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
)
CARDS = {
    "script": f"---\nlicense: mit\n---\n{BODY}\n<script>alert(1)</script><img src=x onerror=alert(1)>",
    "template": f"---\nlicense: '{{{{ 7*7 }}}}'\n---\n{{% for x in y %}} ${{jndi:x}} {{{{ config }}}}\n{BODY}",
    "links": f"---\nlicense: other\nlicense_link: javascript:alert(1)\n---\n[a](javascript:alert(1))\n{BODY}",
    "bidi": f'---\nlicense: "\\u202Etim"\n---\n\u202e\u2066 esac {BODY}',
    "bomb": f"---\n{BOMB}\nlicense: mit\n---\n{BODY}",
    "tag": f"---\nlicense: !!python/object/apply:os.system ['touch owned']\n---\n{BODY}",
    "deep": "---\nlicense: " + "[" * 5000 + "\n---\n" + BODY,
    "anchors": f"---\nx: &x [*x]\nlicense: *x\n---\n{BODY}",
    "broken": f"---\nlicense: mit\n\t- : en tags:\n  :\n---\n{BODY}",
    "list": f"---\n- license: mit\n---\n{BODY}",
    "escape": f'---\nlicense: "\\x1b[31m\\x1b]0;owned\\x07"\n---\n\x1b[2J{BODY}',
    "fences": "```\n" * 20_000 + BODY,
    "brackets": "[" * 50_000 + BODY,
    "headings": "# x\n" * 50_000,
    "nul": f"---\nlicense: mit\n---\n\0\0{BODY}",
    "latin": "---\nlicense: mit\n---\nM\xfcll\n",
}


def test_hostile_cards(hub: ReplayHub, auditor: Command) -> None:
    """Each is audited in bounded time, nothing runs, and none is called confirmed."""
    for name, card in CARDS.items():
        data = card.encode("latin-1" if name == "latin" else "utf-8")
        # A Hub that could not read the front matter sends no card data.
        hub.add(model(f"acme/{name}", record={"cardData": None}, files={"README.md": data}))
    started = time.monotonic()
    ran = auditor.audit(*(f"acme/{name}" for name in CARDS))
    assert time.monotonic() - started < 30
    assert (ran.code, ran.errors) == (0, {})
    assert not (auditor.cwd / "owned").exists()
    for name in CARDS:
        report = ran.reports[f"acme/{name}"]
        assert report["licenses"]["weights"]["status"] != "confirmed", name
        assert_sound(report)


STRANGE: list[Any] = [7, True, [], {}, [None], [{"a": [1]}], "x" * 100_000, "\u202e", -1, 1e308]
CARD_KEYS = (
    "license",
    "license_name",
    "license_link",
    "base_model",
    "base_model_relation",
    "datasets",
    "language",
    "tags",
)
RECORD_KEYS = (
    "tags",
    "config",
    "transformersInfo",
    "safetensors",
    "gguf",
    "baseModels",
    "library_name",
    "pipeline_tag",
    "siblings",
    "gated",
)


def test_any_type_may_stand_anywhere_in_a_card(hub: ReplayHub, auditor: Command) -> None:
    """Publishers write cards: whatever they put there, the model is audited."""
    for number, value in enumerate(STRANGE):
        hub.add(model(f"acme/strange-{number}", record={"cardData": dict.fromkeys(CARD_KEYS, value)}))
    ran = auditor.audit(*(f"acme/strange-{number}" for number in range(len(STRANGE))))
    assert (ran.code, ran.errors) == (0, {})
    for report in ran.reports.values():
        assert_sound(report)
        assert report["grades"]["terms"]["level"] == 0


def test_strange_records_end_nothing(hub: ReplayHub, auditor: Command) -> None:
    """The Hub writes records: one that is none of its own is refused, or audited without a yes."""
    hub.add(model(GOOD, MIT))
    for number, value in enumerate(STRANGE):
        hub.add(model(f"acme/strange-{number}", record=dict.fromkeys(RECORD_KEYS, value)))
    ran = auditor.audit(*(f"acme/strange-{number}" for number in range(len(STRANGE))), GOOD)
    assert ran.code in (0, 3)
    assert {error["code"] for error in ran.errors.values()} <= {"broken-answer"}
    reports = ran.reports
    assert reports.pop(GOOD)["label"] == "open-weights"
    for report in reports.values():
        assert_sound(report)
        assert report["label"] in ("closed", "api-only", "weights-only")


def test_a_card_of_twenty_megabytes(hub: ReplayHub, auditor: Command) -> None:
    hub.add(model("acme/huge", MIT, files={"README.md": front_matter(MIT) + b"anvil " * 3_400_000}))
    started = time.monotonic()
    ran = auditor.audit("acme/huge")
    assert time.monotonic() - started < 20
    assert ran.code == 0
    assert ran.report["licenses"]["weights"]["status"] == "declared-only"
    assert len(ran.out) < 1_000_000


def test_sibling_names_never_leave_the_cache(hub: ReplayHub, auditor: Command, tmp_path: Path) -> None:
    names = [
        "../../LICENSE",
        "/etc/LICENSE",
        "a/../../LICENSE",
        "..\\LICENSE",
        "LICENSE\0.txt",
        "./LICENSE",
        "LICENSE/",
        "",
    ]
    hub.add(model("acme/names", MIT, extra_siblings=tuple({"rfilename": name} for name in names)))
    before = {path for path in tmp_path.rglob("*") if "auditor-cache" not in path.parts}
    ran = auditor.audit("acme/names")
    assert ran.code == 0
    assert {path for path in tmp_path.rglob("*") if "auditor-cache" not in path.parts} - before <= {
        tmp_path / "hf-home"
    } | set((tmp_path / "hf-home").rglob("*"))
    asked = [seen.path for seen in hub.seen if seen.kind == "resolve"]
    assert [path for path in asked if ".." in path or "etc" in path] == []
    assert ran.report["licenses"]["weights"]["status"] != "confirmed"


def test_symlinks_out_of_a_folder_are_not_followed(auditor: Command) -> None:
    secret = auditor.cwd / "secret.txt"
    secret.write_text("the words of the secret are anvil, anvil and anvil again")
    place = auditor.cwd / "m"
    place.mkdir()
    for name, data in WEIGHTS.items():
        (place / name).write_bytes(data)
    (place / "README.md").write_bytes(front_matter(MIT))
    (place / "LICENSE").symlink_to(secret)
    (place / "up").symlink_to(auditor.cwd)
    (place / "circle").symlink_to("circle")
    assert auditor("snapshot", "./m", "-o", "m.zip", "--complete").code == 0
    ran = auditor.audit("./m", "--complete")
    assert ran.code == 0
    assert "words of the secret" not in ran.out
    assert b"words of the secret" not in b"".join(
        archive.read(name) for archive in [zipfile.ZipFile(auditor.cwd / "m.zip")] for name in archive.namelist()
    )
    assert {problem["code"] for problem in ran.report["problems"]} >= {"symlink-outside", "symlink-broken"}
    assert ran.report["licenses"]["weights"]["status"] == "unreadable"


def test_special_files_do_not_block(auditor: Command) -> None:
    place = auditor.cwd / "m"
    place.mkdir()
    (place / "README.md").write_bytes(front_matter(MIT))
    os.mkfifo(place / "LICENSE")
    started = time.monotonic()
    ran = auditor.audit("./m", "--complete")
    assert time.monotonic() - started < 10
    assert ran.report["licenses"]["weights"]["status"] != "confirmed"


def test_errors_are_for_people_too(hub: ReplayHub, auditor: Command) -> None:
    """The real process: exit code, a sentence and a hint on stderr, JSON alone on stdout."""
    hub.add(model(GOOD, MIT))
    ran = auditor.process("audit", "acme/never-was", GOOD, "--format", "json")
    error = _failed(ran, "acme/never-was", "not-found")
    assert "error: acme/never-was: " in ran.err
    assert f"help: {error['hint']}" in ran.err


@pytest.mark.parametrize("form", ["text", "markdown", "csv", "html"])
def test_every_format_says_failures(hub: ReplayHub, auditor: Command, form: str) -> None:
    hub.add(model(GOOD, MIT))
    ran = auditor("audit", "acme/never-was", GOOD, "--format", form)
    assert ran.code == 3
    assert "acme/never-was" in ran.out
    assert GOOD in ran.out


def test_jsonl_says_failures_as_well(hub: ReplayHub, auditor: Command) -> None:
    hub.add(model(GOOD, MIT))
    ran = auditor("audit", "acme/never-was", GOOD, "--format", "jsonl")
    assert ran.code == 3
    first, second = (json.loads(line) for line in ran.out.splitlines())
    assert first["error"]["code"] == "not-found"
    assert second["subject"]["id"] == GOOD
