"""Disk, memory and time by size and store: ``python tests/benchmarks/store_sizes.py 1000 10000 [--milvus]``.

Two passages or so a document, vectors of 384 dimensions near real ones; each size in a process of its own. Printed are
bytes on disk a passage, the peak of the process's memory (its models included), and the seconds of building and of the
median search, the model's part left out.
"""

from __future__ import annotations

import datetime
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from index_corpus import PerturbingEmbedder, documents, peak_megabytes

from index import DocumentIndex, Embedder, build_documents

QUESTIONS = ("how does a rebuild go on", "which files are read", "what is the threshold", "where is the index kept")


def one(count: int, *, milvus: bool) -> None:
    embedder = PerturbingEmbedder(Embedder())
    with tempfile.TemporaryDirectory() as scratch:
        place = str(Path(scratch, "index.db")) if milvus else Path(scratch, "index")
        began = time.perf_counter()
        report = build_documents(documents(count), place, embedder=embedder)
        built = time.perf_counter() - began
        disk = sum(file.stat().st_size for file in Path(place).rglob("*") if file.is_file())
        with DocumentIndex.open(place, embedder=embedder) as opened:
            opened.search(QUESTIONS[0])  # loads
            taken = []
            for question in QUESTIONS * 5:
                began = time.perf_counter()
                opened.search(question)
                taken.append(time.perf_counter() - began)
        each = disk / report.chunks
        print(
            f"{'Milvus Lite' if milvus else 'folder':12}{report.chunks:>9,} passages{each:>9,.0f} bytes each"
            f"{peak_megabytes():>8,.0f} MB peak{built:>8.1f} s built{1e3 * float(np.median(taken)):>8.1f} ms a search"
        )


if __name__ == "__main__":
    if "--one" in sys.argv:
        one(int(sys.argv[1]), milvus="--milvus" in sys.argv)
    else:
        print(f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}", flush=True)
        for size in [argument for argument in sys.argv[1:] if argument.isdigit()]:
            for store in ([], ["--milvus"]) if "--milvus" in sys.argv else ([],):
                subprocess.run([sys.executable, __file__, size, "--one", *store], check=True)
