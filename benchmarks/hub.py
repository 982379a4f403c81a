"""Requests a model costs, and the throughput of a batch, by the count of a replayed Hub on this machine.

python -m benchmarks.hub [--subjects N] [--latency MS] [--concurrency N]
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path

from auditor.fetch.interface import FetchOptions
from auditor.fetch.targets import Target
from auditor.pipeline.auditor import Auditor
from auditor.pipeline.subjects import Subjects
from auditor.rulebook.load import load_rulebook
from tests.replay_hub import ReplayHub, Repository
from tests.replay_hub.faults import Fault

CARD = (
    b"---\nlicense: mit\nlibrary_name: transformers\n---\n# Acme\n\n"
    b"## Training data\n\nTrained on a corpus of anvils.\n"
)
FILES = {
    "README.md": CARD,
    "LICENSE": b"text of a license\n" * 60,
    "model.safetensors": b"\0" * 64,
    "config.json": b"{}",
}
NOW = "2026-11-25T00:00:00Z"


def options(hub: ReplayHub, store: Path, **more: object) -> FetchOptions:
    return FetchOptions(now=NOW, endpoint=hub.endpoint, store=store, **more)  # type: ignore[arg-type]


def target(name: str, revision: str | None = None) -> Target:
    return Target(scheme="hub", id=name, requested=name, revision=revision)


def requests_of_one(auditor: Auditor, hub: ReplayHub, name: str) -> dict[str, int]:
    counts = {}
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder)
        revision = None
        for run in ("cold", "warm", "pinned", "offline"):
            hub.forget()
            pinned = revision if run == "pinned" else None
            subjects = Subjects(auditor, options(hub, store, offline=run == "offline"))
            snapshot = subjects.fetch(target(name, pinned))
            revision = snapshot.revision
            counts[run] = hub.started
    return counts


def serve(pipe: Connection, count: int, latency: float) -> None:
    """Run a Hub in a process of its own, so that it does not take the client's share of the interpreter."""
    with ReplayHub(
        *(Repository(id=f"acme/m{number}", files=FILES, inline_files=True) for number in range(count))
    ) as hub:
        for allowance in hub.allowances.values():
            allowance.quota = allowance.left = 1_000_000  # the pace of the limits is another matter than our own
        hub.fail(Fault("latency", seconds=latency))
        pipe.send(hub.endpoint)
        pipe.recv()
        pipe.send(hub.started)


def throughput(auditor: Auditor, count: int, latency: float, concurrency: int) -> dict[str, float]:
    ours, theirs = Pipe()
    process = get_context("spawn").Process(target=serve, args=(theirs, count, latency), daemon=True)
    process.start()
    endpoint = ours.recv()
    with tempfile.TemporaryDirectory() as folder:
        subjects = Subjects(auditor, FetchOptions(now=NOW, endpoint=endpoint, store=Path(folder)))
        wanted = [target(f"acme/m{number}") for number in range(count)]
        begun = time.perf_counter()
        done = sum(1 for _ in subjects.audit(wanted, concurrency=concurrency))
        seconds = time.perf_counter() - begun
    ours.send("stop")
    requests = ours.recv()
    process.join()
    ideal = requests * latency / concurrency
    return {
        "subjects": done, "requests": requests, "seconds": round(seconds, 2), "ideal_seconds": round(ideal, 2),
        "ratio": round(seconds / ideal, 2), "concurrency": concurrency, "latency_ms": latency * 1000,
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--subjects", type=int, default=1000)
    parser.add_argument("--latency", type=float, default=50.0)
    parser.add_argument("--concurrency", type=int, default=8)
    arguments = parser.parse_args()
    auditor = Auditor(load_rulebook())
    with ReplayHub(Repository(id="acme/plain", files=FILES)) as hub:
        hub.add(Repository(id="acme/base", files=FILES))
        hub.add(Repository(id="acme/data", kind="dataset", record={"cardData": {"license": "mit"}}))
        tuned = CARD.replace(b"---\n# Acme", b"base_model: acme/base\ndatasets: [acme/data]\n---\n# Acme")
        card = {"license": "mit", "base_model": "acme/base", "datasets": ["acme/data"]}
        hub.add(Repository(id="acme/tuned", files={**FILES, "README.md": tuned}, record={"cardData": card}))
        found = {
            "requests_plain": requests_of_one(auditor, hub, "acme/plain"),
            "requests_with_base_and_dataset": requests_of_one(auditor, hub, "acme/tuned"),
            "throughput": throughput(auditor, arguments.subjects, arguments.latency / 1000, arguments.concurrency),
        }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
