"""Scan source trees, and compare with what a plain pattern finds: python -m benchmarks.scan TREE... [--sample N]."""

from __future__ import annotations

import argparse
import random
import re
import time
from collections import Counter
from pathlib import Path

from auditor.pipeline.scanning import scan_tree
from auditor.rulebook.load import load_rulebook
from auditor.rulebook.scan_rules import load_scan_rules
from auditor.scan.tree import Walk

PLAIN = re.compile(r"""["']([\w.-]+/[\w.-]+)["']""")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trees", nargs="+", type=Path)
    parser.add_argument(
        "--sample", type=int, default=0, help="print this many references of use `used`, picked by a fixed seed"
    )
    arguments = parser.parse_args()
    rules = load_scan_rules(load_rulebook())
    for tree in arguments.trees:
        started, processor = time.perf_counter(), time.process_time()
        scan = scan_tree(tree, rules)
        seconds, spent = time.perf_counter() - started, time.process_time() - processor
        places = {(one.file, one.line, one.target) for one in scan.references}
        used = {(one.file, one.line, one.target) for one in scan.references if one.use == "used"}
        started = time.perf_counter()
        plain = set(plain_hits(tree, rules))
        pattern_seconds = time.perf_counter() - started
        print(f"{tree.name}: {scan.files.scanned} files read, {scan.files.skipped} passed over")
        print(
            f"  {seconds:.1f} s, {spent:.1f} s of processor, {scan.files.scanned / spent:.0f} files/s of processor time"
        )
        print(f"  references {len(scan.references)}: {dict(Counter(one.use for one in scan.references))}, "
              f"{dict(Counter(one.type for one in scan.references))}, unresolved {len(scan.unresolved)}, "
              f"problems {len(scan.problems)}")  # fmt: skip
        print(f"  plain pattern: {pattern_seconds:.1f} s, {len(plain)} hits; of these {len(plain & used)} are used, "
              f"{len(plain & (places - used))} mentioned, {len(plain - places)} neither; "
              f"{len(used - plain)} of {len(used)} used ones it does not find")  # fmt: skip
        rows = sorted(
            (one for one in scan.references if one.use == "used"), key=lambda one: (one.file, one.line, one.column)
        )
        for one in random.Random(7).sample(rows, min(arguments.sample, len(rows))):
            text = (tree / one.file).read_text("utf-8", "replace").split("\n")[one.line - 1].strip()
            print(f"    {one.file}:{one.line} {one.provider}:{one.target} [{one.how}] {text[:110]}")


def plain_hits(tree: Path, rules: object) -> list[tuple[str, int, str]]:
    """Return (file, line, text) for every quoted a/b in the files that a scan reads."""
    hits = []
    for file in Walk(tree, rules).files():  # type: ignore[arg-type]
        text = file.place.read_text("utf-8", "replace")
        hits += [(file.path, text.count("\n", 0, found.start()) + 1, found[1]) for found in PLAIN.finditer(text)]
    return hits


if __name__ == "__main__":
    main()
