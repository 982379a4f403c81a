"""A table over many reports read from files: time and peak memory for each format, each in a process of its own.

python -m benchmarks.table [--rows 10000] [--batch] [--formats csv html ...]

The reports are real ones from the catalog of disclosures, each copied with another id, so that a row costs what it
costs in practice; the notes are shared as far as those of the catalog are, and no two reports are equal.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from auditor.pipeline.auditor import Auditor
from auditor.pipeline.disclosed_subject import disclosed_snapshot
from auditor.rulebook.load import load_rulebook

DAY = "2026-11-25T00:00:00Z"
RUN = "from auditor.cli import main; main()"


def write_reports(folder: Path, rows: int, *, batch: bool) -> int:
    """Write synthetic reports as jsonl, or as one batch; return their size in bytes."""
    rulebook = load_rulebook()
    auditor = Auditor(rulebook)
    real = [
        json.loads(msgspec.json.encode(auditor.report(disclosed_snapshot(rulebook, name, f"disclosed:{name}", DAY))))
        for name in rulebook.disclosures
    ]
    before, between, after = b"", b"\n", b""
    if batch:
        before, between, after = b'{"schema":"auditor/batch/1","errors":[],"reports":[', b",", b"]}"
    file = folder / ("batch.json" if batch else "lines.jsonl")
    with file.open("wb") as stream:
        stream.write(before)
        for number in range(rows):
            report = real[number % len(real)]
            report["subject"]["id"] = f"org-{number % 997}/model-{number:06d}"
            report["subject"]["revision"] = f"{number:040x}"
            for finding in report["findings"][number % 5 :: 5]:
                for item in finding["evidence"]:
                    item["path"] = f"README-{number % 89}.md"
            stream.write((between if number else b"") + msgspec.json.encode(report))
        stream.write(after)
    return file.stat().st_size


def measured(words: list[str]) -> tuple[float, float, float]:
    """Return seconds, seconds of processor time and peak megabytes of one run of the command."""
    code = (
        f"import resource, sys; sys.argv = {['auditor', *words]!r}\n"
        f"try:\n    exec({RUN!r})\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "print(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, file=sys.stderr)"
    )
    begun = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    processor, peak = map(float, done.stderr.split()[-2:])
    return time.perf_counter() - begun, processor, peak


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--batch", action="store_true", help="one batch file instead of jsonl")
    parser.add_argument("--formats", nargs="+", default=["csv", "json", "markdown", "latex", "html", "parquet", "svg"])
    arguments = parser.parse_args()
    result: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "in")
        folder.mkdir()
        size = write_reports(folder, arguments.rows, batch=arguments.batch)
        result["rows"], result["input_mb"] = arguments.rows, round(size / 1e6, 1)
        for form in arguments.formats:
            out = Path(place, f"out.{form}")
            seconds, processor, peak = measured(["table", "--from", str(folder), "--format", form, "-o", str(out)])
            result[form] = {
                "seconds": round(seconds, 1),
                "processor_seconds": round(processor, 1),
                "peak_mb": round(peak, 1),
                "output_mb": round(out.stat().st_size / 1e6, 2),
            }
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
