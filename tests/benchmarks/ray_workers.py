"""Build throughput of two Ray workers against one: ``python -m tests.benchmarks.store_workers [DOCUMENTS]``.

The same documents, of two passages or so each, are indexed into a folder by one worker and by two, with the real
embedding model and eight files a task, so that the last tasks end together. The time is that from the first commit to
the last; starting Ray and loading models does not depend on the size and is printed beside it. Each ratio is of two
consecutive runs, once in each order. With few documents the ratio says little: what the second worker has in progress
at the first commit weighs too much.
"""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from index import IndexSettings, Progress, build
from index.ingestion import ray_engine
from index.ingestion.ray_engine import RayEngine
from tests.benchmarks.corpus import documents

PAIRS = ((1, 2), (2, 1))


def drive(folder: str, place: str, workers: str) -> None:
    """Build, and print passages a second and the seconds before the first commit."""
    commits: list[tuple[float, int]] = []
    done = [0]

    def tell(step: Progress) -> None:
        done[0] = step.done if step.step == "parse" else done[0]
        if step.step == "commit" and step.done:
            commits.append((time.perf_counter(), done[0]))

    os.environ["RAY_worker_niceness"] = "0"  # noqa: SIM112 - Ray's own default is 15 more
    ray_engine.FILES_A_TASK = 8
    began = time.perf_counter()
    settings = IndexSettings(commit_chunks=64)
    build([Path(folder)], Path(place), settings=settings, engine=RayEngine(workers=int(workers)), progress=tell)
    (first, before), (last, after) = commits[0], commits[-1]
    print((after - before) / (last - first), first - began)


def measured(folder: Path, place: Path, workers: int) -> float:
    """Documents a second."""
    command = [sys.executable, "-m", "tests.benchmarks.ray_workers", "--drive", str(folder), str(place), str(workers)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    rate, before = float(told[-2]), float(told[-1])
    print(f"{workers} worker(s): {rate:6.1f} documents/s, the first commit after {before:.0f} s", flush=True)
    return rate


def main(count: int) -> None:
    ratios = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "documents")
        folder.mkdir()
        for document in documents(count, sentences=6):
            (folder / document.path).write_text(document.text)
        for number, pair in enumerate(PAIRS):
            rates = {workers: measured(folder, Path(scratch, f"{number}-{workers}"), workers) for workers in pair}
            ratios.append(rates[2] / rates[1])
    told = " and ".join(f"{ratio:.2f}" for ratio in ratios)
    print(f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}, {count} documents: two workers {told} times as many")


if __name__ == "__main__":
    if "--drive" in sys.argv:
        drive(*sys.argv[2:])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
