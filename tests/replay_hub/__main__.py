"""Serve repositories described in YAML files until interrupted: `python -m tests.replay_hub FILE...`."""

from __future__ import annotations

import contextlib
import sys
import threading
from pathlib import Path

from tests.replay_hub.repositories import Repository, load_captured, load_yaml
from tests.replay_hub.server import ReplayHub

EXAMPLE = Repository(
    id="acme/example",
    files={"README.md": b"---\nlicense: mit\n---\n# Example\n", "LICENSE": b"Acme example terms\n"},
    record={"cardData": {"license": "mit"}, "tags": ["license:mit", "region:us"]},
)


def main(arguments: list[str]) -> None:
    """Serve the files named (.yaml, or .json as captured), or one example."""
    found: list[Repository] = []
    for name in arguments:
        path = Path(name)
        found += [load_captured(path)] if path.suffix == ".json" else load_yaml(path)
    with ReplayHub(*(found or [EXAMPLE])) as hub:
        sys.stdout.write(f"HF_ENDPOINT={hub.endpoint}\n")
        for kind, identifier in hub.repositories:
            sys.stdout.write(f"{kind} {identifier}\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1:])
