"""Disk, memory and time by size and store: ``python -m tests.benchmarks.store_sizes [folder|milvus] 1000 10000``.

Passages of 70 words, with vectors of 384 dimensions in clusters, are put into a store by commits of 512.
Nothing is chunked or embedded, so that only the store is measured. A second process opens it and
searches. Printed are bytes on disk a passage; processor seconds of writing, the store's background work included;
memory of writing at its peak and of searching, without the libraries' own; and processor time of the median search for
candidates, by meaning and by words. Processor time is the figure to trust on a busy machine.
"""

from __future__ import annotations

import datetime
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from index.embedder import Vectors
from index.ranking.terms import TermReader
from index.reports import no_progress
from index.stores.base import Passage, Transaction
from index.stores.locate import open_store
from index.stores.stemming import Stemmer
from index.types import Chunk, Document
from tests.benchmarks.corpus import peak_megabytes, perturbed, real_sentences

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
        change.put_document(document, [Passage(Chunk(0, 0, 0, 0, len(text), text), text, key, vector)])


def write(place: str, count: int) -> None:
    sentences, around = real_sentences(), centres()
    with open_store(place).writer() as writer:
        before, began, clock = peak_megabytes(), time.process_time(), time.perf_counter()
        for start in range(0, count, TOGETHER):
            with writer.transaction() as change:
                change.set_meta({"dimensions": str(DIMENSIONS)})
                put(change, range(start, min(count, start + TOGETHER)), sentences, around)
        writer.finish(no_progress)
    taken, waited = time.process_time() - began, time.perf_counter() - clock
    print(
        f"{taken:7.1f} s of the processor to write ({waited:.0f} s by the clock), {peak_megabytes() - before:6.0f} MB"
    )


def resident() -> float:
    return int(Path("/proc/self/status").read_text().partition("VmRSS:")[2].split()[0]) / 1000


def timed(act: object, times: int) -> Iterator[float]:
    for _ in range(times):
        began = time.process_time()
        act()  # type: ignore[operator]
        yield 1e3 * (time.process_time() - began)


def search(place: str) -> None:
    terms = TermReader(Stemmer().stem)
    vectors = iter(perturbed(centres(), 1 + SEARCHES, np.random.default_rng(3)))
    store = open_store(place)
    before = resident()

    def candidates() -> None:
        with store.snapshot() as snapshot:
            asked = terms.read(QUESTION, snapshot.document_frequency, snapshot.summary().chunks)
            assert all(snapshot.candidates(next(vectors), asked, 100, None))

    first = next(timed(candidates, 1))
    print(f"{np.median(list(timed(candidates, SEARCHES))):7.1f} ms a search (the first {first:.0f})", end=" ")
    print(f"{resident() - before:6.0f} MB")
    store.close()


def main(stores: list[str], sizes: list[int]) -> None:
    print(f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}", flush=True)
    for size in sizes:
        for store in stores:
            with tempfile.TemporaryDirectory() as scratch:
                place = str(Path(scratch, "index.db" if store == "milvus" else "index"))
                told = []
                for act in (["--write", place, str(size)], ["--search", place]):
                    done = subprocess.run(
                        [sys.executable, "-m", "tests.benchmarks.store_sizes", *act],
                        check=True,
                        capture_output=True,
                        text=True,
                    )
                    told.append(done.stdout.strip())
                disk = sum(file.stat().st_size for file in Path(place).rglob("*") if file.is_file())
            print(f"{store:7}{size:>8,} passages{disk / size:>7,.0f} bytes each", *told, sep="  ", flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "--write":
        write(sys.argv[2], int(sys.argv[3]))
    elif sys.argv[1] == "--search":
        search(sys.argv[2])
    else:
        given = [word for word in sys.argv[1:] if not word.isdigit()]
        main(given or ["folder", "milvus"], [int(word) for word in sys.argv[1:] if word.isdigit()])
