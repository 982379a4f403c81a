"""What the tests of the Hub source share: a clock that costs no time, and options for a loopback Hub."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from auditor.fetch.hub import HubSource
from auditor.fetch.interface import FetchOptions
from auditor.fetch.pacing import Pace
from auditor.fetch.targets import Target
from tests.replay_hub import ReplayHub, Repository

NOW = "2026-02-03T04:05:06Z"
CARD = b"---\nlicense: mit\n---\n# Model of Acme\n"


@dataclass
class FakeTime:
    """A clock that moves only when somebody sleeps."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    @property
    def pace(self) -> Pace:
        return Pace(clock=lambda: self.now, sleep=self.sleep, chance=lambda: 0.5, wall=lambda: 1_700_000_000.0)


def model(name: str = "acme/model", **more: Any) -> Repository:
    """A model with a card, a license, a notice, a use policy, a config and weights."""
    files = {
        "README.md": CARD,
        "LICENSE": b"Acme model terms\n",
        "NOTICE": b"Notice of Acme\n",
        "USE_POLICY.md": b"Acme use policy\n",
        "config.json": b"{}",
        "model.safetensors": b"\0" * 32,
        "tokenizer.json": b"{}",
    }
    return Repository(name, **{"files": files, "record": {"cardData": {"license": "mit"}}, **more})


def target(name: str = "acme/model", revision: str | None = None, scheme: str = "hub") -> Target:
    return Target(scheme=scheme, id=name, revision=revision, requested=name)  # type: ignore[arg-type]


def options(hub: ReplayHub, store: Path | None = None, **more: Any) -> FetchOptions:
    return FetchOptions(**{"now": NOW, "endpoint": hub.endpoint, "store": store, "timeout": 5.0, **more})


def source(time: FakeTime | None = None) -> HubSource:
    return HubSource(pace=(time or FakeTime()).pace)
