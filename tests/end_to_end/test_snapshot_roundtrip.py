"""What was recorded can be audited again for ever, without a network, to the same bytes (design section 4)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.end_to_end.command import Command, command
from tests.end_to_end.repositories import GGUF, POINTER, dataset, front_matter, model
from tests.replay_hub import ReplayHub

MIT = {"license": "mit"}


def _fill(hub: ReplayHub) -> None:
    card = {
        "license": "apache-2.0", "base_model": "acme/base", "datasets": ["acme/data", "acme/gone"],
        "language": ["en", "de"],
    }  # fmt: skip
    files = {"LICENSE": POINTER, "NOTICE": "Notice of Acme\n", "USE_POLICY.md": "Be kind.\n", "LICENSE-2": "Über\r\n"}
    hub.add(model("acme/rich", card, files, renamed_from=("acme/once",), bases=("finetune", ["acme/base"])))
    hub.add(model("acme/base", {"license": "llama3.1"}, gated="manual"))
    hub.add(dataset("acme/data", {"license": "cc-by-nc-4.0"}))
    hub.add(model("acme/gated", MIT, {"LICENSE": "hidden"}, gated="manual"))
    hub.add(model("acme/plain"))
    hub.add(model("acme/GGUF", MIT, weights=GGUF))
    hub.add(dataset("acme/set", {"license": "cc0-1.0"}))


TARGETS = ["acme/rich", "acme/once", "acme/gated", "acme/plain", "acme/GGUF", "datasets/acme/set"]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", ["record.zip", "record"])
def test_the_recording_gives_the_report_of_the_live_audit(
    hub: ReplayHub, auditor: Command, target: str, name: str, tmp_path: Path
) -> None:
    _fill(hub)
    recorded = auditor("snapshot", target, "-o", name)
    assert (recorded.code, recorded.out) == (0, ""), recorded.err
    live = auditor.audit(target)
    assert live.code == 0
    assert live.report["subject"]["requested"] == target
    # Another machine: no cache, no server, another day.
    away = command(tmp_path / "away", "http://127.0.0.1:9").having(AUDITOR_NOW="2031-01-01T00:00:00Z")
    place = away.cwd / name
    if (auditor.cwd / name).is_dir():
        shutil.copytree(auditor.cwd / name, place)
    else:
        shutil.copy(auditor.cwd / name, place)
    hub.forget()
    for written in (f"./{name}", f"snapshot:{name}", str(place)):
        assert away.audit(written).out == live.out
    assert hub.seen == []
    assert away.audit(f"./{name}", "--offline").out == live.out


def test_a_recording_repeats_to_the_byte(hub: ReplayHub, auditor: Command, tmp_path: Path) -> None:
    _fill(hub)
    fresh = command(tmp_path / "fresh", hub.endpoint)
    assert auditor("snapshot", "acme/rich", "-o", "a.zip").code == 0
    assert auditor("snapshot", "acme/rich", "-o", "b.zip").code == 0
    assert fresh("snapshot", "acme/rich", "-o", "c.zip").code == 0
    first = (auditor.cwd / "a.zip").read_bytes()
    assert (auditor.cwd / "b.zip").read_bytes() == first
    assert (fresh.cwd / "c.zip").read_bytes() == first
    later = fresh.having(AUDITOR_NOW="2027-01-01T00:00:00Z")
    assert later("snapshot", "acme/rich", "-o", "d.zip").code == 0
    assert (fresh.cwd / "d.zip").read_bytes() != first, "the time of reading is part of the evidence"


def test_the_real_process_repeats_too(hub: ReplayHub, auditor: Command) -> None:
    """Two processes, two hash seeds."""
    _fill(hub)
    outs = []
    for seed in ("1", "2"):
        seeded = auditor.having(PYTHONHASHSEED=seed)
        assert seeded.process("snapshot", "acme/rich", "-o", f"{seed}.zip").code == 0
        outs.append(seeded.process("audit", f"./{seed}.zip", "--format", "json").out)
    assert outs[0] == outs[1] != ""
    assert (auditor.cwd / "1.zip").read_bytes() == (auditor.cwd / "2.zip").read_bytes()


def test_a_snapshot_records_one_subject(hub: ReplayHub, auditor: Command) -> None:
    _fill(hub)
    (auditor.cwd / "two.txt").write_text("acme/rich\nacme/plain\n")
    ran = auditor("snapshot", "@two.txt", "-o", "x.zip")
    assert ran.code == 2
    assert not (auditor.cwd / "x.zip").exists()
    ran = auditor("snapshot", "acme/never-was", "-o", "x.zip")
    assert ran.code == 3
    assert "acme/never-was" in ran.err
    assert not (auditor.cwd / "x.zip").exists()


def test_a_recording_keeps_what_was_there(hub: ReplayHub, auditor: Command) -> None:
    """The publisher changes the license in place: the recording still holds the old one."""
    _fill(hub)
    assert auditor("snapshot", "acme/GGUF", "-o", "then.zip").code == 0
    before = auditor.audit("./then.zip").out
    hub.add(model("acme/GGUF", {"license": "cc-by-nc-4.0"}, weights=GGUF, sha="f" * 40))
    assert auditor.audit("acme/GGUF").report["licenses"]["weights"]["concluded"] == "cc-by-nc-4.0"
    assert auditor.audit("./then.zip").out == before


def test_a_folder_can_be_recorded(auditor: Command) -> None:
    place = auditor.cwd / "m"
    place.mkdir()
    (place / "README.md").write_bytes(front_matter(MIT))
    (place / "model.safetensors").write_bytes(b"\0" * 16)
    live = auditor.audit("./m")
    assert auditor("snapshot", "./m", "-o", "m.zip").code == 0
    shutil.rmtree(place)
    assert auditor.audit("./m.zip").out == live.out


def test_as_of_is_the_day_of_the_recording_unless_said(hub: ReplayHub, auditor: Command) -> None:
    _fill(hub)
    auditor("snapshot", "acme/plain", "-o", "p.zip")
    later = auditor.having(AUDITOR_NOW="2031-01-01T00:00:00Z")
    assert later.audit("./p.zip").report["as_of"].startswith("2026-03-04")
    assert later.audit("./p.zip", "--as-of", "2028-02-29").report["as_of"].startswith("2028-02-29")
