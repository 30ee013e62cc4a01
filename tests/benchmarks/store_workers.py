"""Build throughput of two Ray workers against one: ``python tests/benchmarks/store_workers.py [DOCUMENTS]``.

The same documents, of two passages or so each, are indexed into a folder by one worker and by two, with the real
embedding model, and eight files a task, so that the last tasks end together. Timed is from the first commit to the
last: starting Ray and loading models, which depend on the day and not on the size, are printed beside it.
"""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from index_corpus import documents

from index import IndexSettings, Progress, build, ray_engine
from index.ray_engine import RayEngine

TURNS = (1, 2)


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


def main(count: int) -> None:
    rates: dict[int, list[float]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "documents")
        folder.mkdir()
        for document in documents(count, sentences=6):
            (folder / document.path).write_text(document.text)
        for turn, workers in enumerate(TURNS):
            command = [sys.executable, __file__, "--drive", str(folder), str(Path(scratch, str(turn))), str(workers)]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            rates[workers].append(float(told[-2]))
            print(f"{workers} worker(s): {float(told[-2]):6.1f} documents/s, the first commit after {told[-1][:4]} s")
    ratio = sum(rates[2]) / sum(rates[1])
    print(f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}, {count} documents: two workers {ratio:.2f} times as many")


if __name__ == "__main__":
    if "--drive" in sys.argv:
        drive(*sys.argv[2:])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
