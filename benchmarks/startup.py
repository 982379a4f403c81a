"""Start-up: `auditor --help` against `python -c "import click"`, medians of alternating runs.

python -m benchmarks.startup [--runs N]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time

COMMANDS = {
    "import click": [sys.executable, "-c", "import click"],
    "auditor --help": [sys.executable, "-m", "auditor", "--help"],
    "import auditor": [sys.executable, "-c", "import auditor"],
    "load the rulebook": [sys.executable, "-c", "import auditor; auditor.load_rulebook()"],
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=15)
    runs = parser.parse_args().runs
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(runs):
        for name, command in COMMANDS.items():
            begun = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            seconds[name].append(time.perf_counter() - begun)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    base = medians["import click"]
    print(
        json.dumps(
            {name: {"ms": round(m * 1000, 1), "ratio": round(m / base, 2)} for name, m in medians.items()}, indent=1
        )
    )


if __name__ == "__main__":
    main()
