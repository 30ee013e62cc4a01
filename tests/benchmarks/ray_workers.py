"""Build throughput of two Ray workers and of one: ``python -m tests.benchmarks.ray_workers [DOCUMENTS]``.

The same documents, of about two passages each, are indexed into a folder by one worker and by two, with the real
embedding model and eight files per task, so that the last tasks end together. The time is that from the first commit to
the last one; starting Ray and loading the models takes as long for any number of documents and is printed separately.
Each ratio is of two consecutive runs, once in each order. It is only meaningful for many documents, because the work
that the second worker has begun before the first commit is not counted.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from index import IndexSettings, Progress, build
from index.ingestion import ray_engine
from index.ingestion.ray_engine import RayEngine
from tests.benchmarks.measuring import print_machine
from tests.support.samples.corpus import documents

PAIRS = ((1, 2), (2, 1))


def build_with(folder: str, place: str, workers: str) -> None:
    """Build, and print the documents per second and the seconds before the first commit."""
    commits: list[tuple[float, int]] = []
    done = [0]

    def tell(step: Progress) -> None:
        done[0] = step.done if step.step == "parse" else done[0]
        if step.step == "commit" and step.done:
            commits.append((time.perf_counter(), done[0]))

    os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112 - Ray lowers the priority of workers by default
    ray_engine.FILES_PER_TASK = 8
    began = time.perf_counter()
    settings = IndexSettings(commit_chunks=64)
    build([Path(folder)], Path(place), settings=settings, engine=RayEngine(workers=int(workers)), progress=tell)
    (first, before), (last, after) = commits[0], commits[-1]
    print((after - before) / (last - first), first - began)


def measured(folder: Path, place: Path, workers: int) -> float:
    """Documents per second of one build in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.ray_workers", "--build", str(folder), str(place), str(workers)]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    rate, before = map(float, printed[-2:])
    print(f"{workers} worker(s): {rate:6.1f} documents/s, the first commit after {before:.0f} s", flush=True)
    return rate


def main() -> None:
    """Build twice with each number of workers and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", type=int, nargs="?", default=1000)
    parser.add_argument("--build", nargs=3, help=argparse.SUPPRESS)  # folder, place and workers of one build
    arguments = parser.parse_args()
    if arguments.build:
        build_with(*arguments.build)
        return
    count, ratios = arguments.documents, []
    print_machine()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "documents")
        folder.mkdir()
        for document in documents(count, sentences=6):
            (folder / document.path).write_text(document.text)
        for number, pair in enumerate(PAIRS):
            rates = {workers: measured(folder, Path(scratch, f"{number}-{workers}"), workers) for workers in pair}
            ratios.append(rates[2] / rates[1])
    listed = " and ".join(f"{ratio:.2f}" for ratio in ratios)
    print(f"{count} documents: two workers index {listed} times as many per second as one")


if __name__ == "__main__":
    main()
