"""Disk, memory and time of a store by its size.

``python -m tests.benchmarks.sizes.store_sizes folder|milvus 1000 10000``

Passages of 70 words with clustered vectors of 384 dimensions are written in transactions of 512. Nothing is chunked or
embedded, so that only the store is measured. A second process opens and searches it. Printed are the bytes on disk per
passage; the processor seconds of writing, including the store's background work; the memory of writing (its peak) and
of searching, without that of the libraries; and the processor time of the median search for candidates, by vectors and
by words. On a busy machine only processor time is reliable.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from index.embedder import Vectors
from index.ranking.stemming import Stemmer
from index.ranking.terms import TermReader
from index.reports import no_progress
from index.stores.base import Passage, Transaction
from index.stores.locate import open_store
from index.types import Chunk, Document
from tests.benchmarks.measuring import in_new_process, peak_megabytes, print_machine, resident_megabytes, timed
from tests.support.samples.corpus import perturbed, real_sentences

TOGETHER, CENTRES, DIMENSIONS, SEARCHES = 512, 2_000, 384, 20
QUESTION = "which files does a rebuild look at when the threshold of the folder is found"


def centres() -> Vectors:
    made = np.random.default_rng(5).normal(size=(CENTRES, DIMENSIONS)).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


def put(change: Transaction, numbers: range, sentences: list[str], around: Vectors) -> None:
    dice = np.random.default_rng(numbers.start)
    vectors = perturbed(around, len(numbers), dice)
    for number, vector in zip(numbers, vectors, strict=True):
        text = f"Entry {number}. " + " ".join(sentences[place] for place in dice.integers(0, len(sentences), 4))
        key = number.to_bytes(16, "big")
        document = Document(f"{number}.txt", f"Document {number}", text, "text/plain", sha256=f"{number:064x}")
        change.put(document, [Passage(Chunk(0, 0, 0, 0, len(text), text), text, key, vector)])


def write(place: str, count: int) -> str:
    """Write so many passages; the time and memory of it as text."""
    sentences, around = real_sentences(), centres()
    with open_store(place).writer() as writer:
        before, began, clock = peak_megabytes(), time.process_time(), time.perf_counter()
        for start in range(0, count, TOGETHER):
            with writer.transaction({"dimensions": str(DIMENSIONS)}) as change:
                put(change, range(start, min(count, start + TOGETHER)), sentences, around)
        writer.finish(no_progress)
    taken, waited = time.process_time() - began, time.perf_counter() - clock
    return (
        f"{taken:7.1f} s of the processor to write ({waited:.0f} s by the clock), {peak_megabytes() - before:6.0f} MB"
    )


def search(place: str) -> str:
    """Open the store and search; the time and memory of it as text."""
    terms = TermReader(Stemmer().stem)
    vectors = iter(perturbed(centres(), 1 + SEARCHES, np.random.default_rng(3)))
    store = open_store(place)
    before = resident_megabytes()

    def candidates() -> None:
        with store.snapshot() as snapshot:
            asked = terms.read(QUESTION, snapshot.document_frequency, snapshot.summary().chunks)
            assert all(snapshot.candidates(next(vectors), asked, 100, None))

    first, *others = [1e3 * timed(candidates, time.process_time) for _ in range(1 + SEARCHES)]
    used = resident_megabytes() - before
    store.close()
    return f"{np.median(others):7.1f} ms a search (the first {first:.0f}) {used:6.0f} MB"


def main() -> None:
    """Print a row for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", choices=["folder", "milvus"])
    parser.add_argument("sizes", type=int, nargs="+", help="numbers of passages")
    arguments = parser.parse_args()
    print_machine()
    for size in arguments.sizes:
        with tempfile.TemporaryDirectory() as scratch:
            place = str(Path(scratch, "index.db" if arguments.store == "milvus" else "index"))
            costs = in_new_process(write, place, size), in_new_process(search, place)
            disk = sum(file.stat().st_size for file in Path(place).rglob("*") if file.is_file())
        print(f"{arguments.store:7}{size:>8,} passages{disk / size:>7,.0f} bytes each", *costs, sep="  ", flush=True)


if __name__ == "__main__":
    main()
