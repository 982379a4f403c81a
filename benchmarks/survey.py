"""Grade the 29,354 API records of the Hub of February 2022 offline, streamed to a file; speed and memory.

python -m benchmarks.survey [--profile] [--limit N]
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import resource
import tempfile
import time
from collections import Counter
from itertools import islice
from pathlib import Path

from auditor.pipeline.auditor import Auditor
from auditor.render.jsonl import line
from auditor.rulebook.load import load_rulebook
from tests.conftest import corpus_path
from tests.corpus_snapshots import hub_2022_records, snapshot_of_record


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--limit", type=int)
    arguments = parser.parse_args()
    corpus = corpus_path()
    if corpus is None:
        raise SystemExit("set AUDITOR_CORPUS")
    begun = time.perf_counter()
    auditor = Auditor(load_rulebook())
    loaded = time.perf_counter() - begun
    labels: Counter[str] = Counter()
    statuses: Counter[str] = Counter()
    profiler = cProfile.Profile()
    marks = []
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, Path(folder, "out.jsonl").open("w", encoding="utf-8") as stream:
        if arguments.profile:
            profiler.enable()
        for number, record in enumerate(islice(hub_2022_records(corpus), arguments.limit), start=1):
            report = auditor.report(snapshot_of_record(record))
            stream.write(line(report))
            labels[report.label] += 1
            statuses[report.weights_license.status] += 1
            if number % 5000 == 0:
                marks.append(round(peak_mb(), 1))
        profiler.disable()
        seconds = time.perf_counter() - begun
        size = stream.tell()
    count = sum(labels.values())
    result = {
        "subjects": count, "seconds": round(seconds, 2),
        "subjects_per_second": round(count / seconds, 1),
        "load_seconds": round(loaded, 3), "peak_mb": round(peak_mb(), 1), "peak_mb_every_5000": marks,
        "output_mb": round(size / 1e6, 1),
        "labels": dict(labels.most_common()),
        "statuses": dict(statuses.most_common()),
    }  # fmt: skip
    print(json.dumps(result, indent=1))
    if arguments.profile:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(20)


if __name__ == "__main__":
    main()
