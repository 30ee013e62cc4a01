"""The costs of an index by size: ``python -m tests.benchmarks.sizes.index_scale [VECTORS] [--curve]``.

First the FAISS index that is chosen for so many vectors is compared with exact search: time, recall of the first ten,
and the memory of opening it. The vectors are perturbed real embeddings. Then, as a curve, the time, memory and disk of
building whole indexes of 1,000, 10,000 and 100,000 passages, and the time of a search in them.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import faiss
import numpy as np

from index import Embedder, build_documents
from index.embedder import Vectors
from index.stores.folder import faiss_index
from tests.benchmarks.index_speed import time_searches
from tests.benchmarks.measuring import in_new_process, peak_megabytes, print_machine, resident_megabytes
from tests.support.samples.corpus import PerturbingEmbedder, documents, perturbed, real_sentences

QUESTIONS, K, BATCH = 200, 10, 50_000
SIZES, COSTS = (1000, 10_000, 100_000), ("seconds", "processor s", "peak MB", "disk MB", "search ms")


def searching(count: int, place: Path) -> None:
    """Build the FAISS index of ``count`` vectors and compare it with exact search."""
    centres = Embedder().encode(real_sentences()[:4000])
    questions = perturbed(centres, QUESTIONS, np.random.default_rng(9), 0.02)
    sample = perturbed(centres, faiss_index.sample_size(count), np.random.default_rng(8))
    began = time.perf_counter()
    made = faiss_index.prepared(centres.shape[1], count, sample)
    truth = _Best(questions)
    for start in range(0, count, BATCH):
        batch = perturbed(centres, min(BATCH, count - start), np.random.default_rng(start))
        made.add_with_ids(batch, np.arange(start, start + len(batch), dtype=np.int64))
        truth.offer(batch, start)
    faiss.write_index(made, str(place / "vectors.faiss"))
    print(f"{count:,} vectors: {type(made).__name__}, made in {time.perf_counter() - began:.0f} s, truth included")
    del made
    np.savez(place / "truth.npz", questions=questions, truth=truth.ids)
    in_new_process(search, place)


class _Best:
    """The exact ten best vectors for every question, over all batches."""

    def __init__(self, questions: Vectors) -> None:
        self._questions = questions
        self._scores = np.full((len(questions), K), -2.0, dtype=np.float32)
        self.ids = np.zeros((len(questions), K), dtype=np.int64)

    def offer(self, batch: Vectors, start: int) -> None:
        scores = np.concatenate([self._scores, self._questions @ batch.T], axis=1)
        places = np.argpartition(-scores, K, axis=1)[:, :K]
        ids = np.concatenate(
            [self.ids, np.broadcast_to(np.arange(start, start + len(batch)), (len(self.ids), len(batch)))], axis=1
        )
        self._scores, self.ids = np.take_along_axis(scores, places, 1), np.take_along_axis(ids, places, 1)


def search(place: Path) -> None:
    """Open the file, search, and print time, processor time, recall and memory."""
    stored = np.load(place / "truth.npz")
    before = resident_megabytes()
    opened = faiss_index.read(place / "vectors.faiss")
    after_opening = resident_megabytes() - before
    taken, hits = [], 0
    for question, best in zip(stored["questions"], stored["truth"], strict=True):
        began = time.perf_counter()
        found = faiss_index.nearest(opened, question, 100, None, filtered=False)
        taken.append((time.perf_counter() - began) * 1000)
        hits += len({i for i, _ in found[:K]} & set(best.tolist()))
    began = time.process_time()
    for question in stored["questions"]:
        faiss_index.nearest(opened, question, 100, None, filtered=False)
    cpu = (time.process_time() - began) / QUESTIONS * 1000
    size = (place / "vectors.faiss").stat().st_size / 1e6
    print(
        f"  search: p50 {np.percentile(taken, 50):.1f} ms, p95 {np.percentile(taken, 95):.1f} ms, "
        f"{cpu:.1f} ms of processor time"
    )
    print(f"  file {size:.0f} MB, resident after opening +{after_opening:.0f} MB")
    print(f"  recall@{K} against the exact search: {hits / QUESTIONS / K:.4f}")


def curve(place: Path) -> None:
    """Print the costs of whole indexes, each built in a process of its own, as a table and as bars."""
    print("passages" + "".join(f"{name:>13}" for name in COSTS))
    rows = []
    for count in SIZES:
        rows.append(in_new_process(cost, count, place / str(count)))
        print(f"{count:>8,}" + "".join(f"{figure:>13.1f}" for figure in rows[-1]), flush=True)
    for column, name in enumerate(COSTS):
        most = max(row[column] for row in rows)
        for count, row in zip(SIZES, rows, strict=True):
            print(f"{name:>11} {count:>8,} |{'#' * max(1, round(50 * row[column] / most))} {row[column]:.1f}")


def cost(count: int, location: Path) -> list[float]:
    """Build an index without the time of the model; its costs, in the order of ``COSTS``.

    The time of a search is processor time, which other load on the machine does not affect.
    """
    real = Embedder()
    embedder = PerturbingEmbedder(real)
    began, began_own = time.perf_counter(), time.process_time()
    build_documents(documents(count), location, embedder=embedder)
    seconds, own = time.perf_counter() - began, time.process_time() - began_own
    disk = sum(file.stat().st_size for file in location.iterdir()) / 1e6
    return [seconds, own, peak_megabytes(), disk, time_searches(location, real)[1]]


def main() -> None:
    """Compare with exact search, then print the curve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vectors", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--curve", action="store_true", help="only the curve")
    arguments = parser.parse_args()
    print_machine()
    with tempfile.TemporaryDirectory() as folder:
        if not arguments.curve:
            searching(arguments.vectors, Path(folder))
        curve(Path(folder))


if __name__ == "__main__":
    main()
