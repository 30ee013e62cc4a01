"""How fast the index embeds, grows and is searched: ``python -m tests.benchmarks.index_speed [PART...]``.

Parts are ``embedding``, ``fp32`` (the same as where there is no bf16), ``memory`` and ``large``; by default all
of them. An argument with a slash is the folder of the large index, which is made when it is missing, and kept.

Embedding is measured against ``SentenceTransformer.encode`` left at its defaults, in turn on the same passages in
one process. Then an index of 100,000 passages gets one document more, and is searched; its vectors are perturbed real
ones, so that the model only embeds the one document. Last, the peak memory of building
10,000 documents against that of 1,000, each in a process of its own.
"""

from __future__ import annotations

import datetime
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from index import DocumentIndex, Embedder, add, build_documents, remove, torch_runtime
from index.embedder import packaged_model
from tests.benchmarks.corpus import PerturbingEmbedder, documents, peak_megabytes, perturbed, real_sentences

ROUNDS, PASSAGES, LARGE = 5, 32, 100_000


def embedding(embedder: Embedder) -> None:
    """Passages a second of both and their ratio in each pair of runs: all cores by the clock, one by processor time.

    Processor time is the figure to trust on a busy machine.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    texts = [document.text for document in documents(PASSAGES, sentences=4)]
    default = SentenceTransformer(str(packaged_model()), device="cpu")
    default.encode(texts[:8])
    embedder.encode(texts[:8])
    bf16 = "on" if torch_runtime.has_fast_bf16() else "off"
    print(f"embedding, bf16 {bf16}: {PASSAGES} passages, {ROUNDS} rounds in turn")
    for name, threads, clock in (
        ("one core, processor time", 1, time.process_time),
        ("all cores, by the clock", os.cpu_count() or 1, time.perf_counter),
    ):
        torch.set_num_threads(threads)
        ours, theirs = [], []
        for _ in range(ROUNDS):
            theirs.append(timed(lambda: default.encode(texts), clock))
            ours.append(timed(lambda: embedder.encode(texts), clock))
        ratios = [other / own for other, own in zip(theirs, ours, strict=True)]
        print(f"  {name}: SentenceTransformer.encode at its defaults {PASSAGES / statistics.median(theirs):.0f}")
        print(f"    passages/s, Embedder.encode {PASSAGES / statistics.median(ours):.0f} passages/s")
        print(f"    ratio: {statistics.median(ratios):.2f} (of each pair: {', '.join(f'{r:.2f}' for r in ratios)})")


def growing_and_searching(embedder: Embedder, location: Path) -> None:
    """One more document in a large index, and searches of it without the embedding of the question."""
    if not location.exists():
        build_documents(documents(LARGE), location, embedder=PerturbingEmbedder(embedder))
    with DocumentIndex.open(location, embedder=embedder) as opened:
        print(f"an index of {opened.status().chunks:,} passages")
    place, added = location.with_name(f"{location.name}-files"), []
    place.mkdir()
    for number in range(5):
        (place / f"{number}.txt").write_text(f"The lighthouse number {number} was lit for the first time.")
        began = time.perf_counter()
        report = add([place / f"{number}.txt"], location, embedder=embedder)
        added.append(time.perf_counter() - began)
        assert report.embedded == 1
    remove([place], location)
    shutil.rmtree(place)
    print(f"  adding one document: median {statistics.median(added):.2f} s (without loading the model)")
    taken, own = time_searches(location, embedder)
    print(f"  searching it: p50 {np.percentile(taken, 50):.1f} ms, p95 {np.percentile(taken, 95):.1f} ms")
    print(f"  processor time: {own:.1f} ms a question")


def time_searches(location: Path, embedder: Embedder, count: int = 200) -> tuple[list[float], float]:
    """Milliseconds of each search by the clock, and the mean of processor time; embeddings are computed before.

    Other load on the machine lengthens the first only.
    """
    questions = [f"What is said about {' '.join(text.split()[3:8])}?" for text in real_sentences()[:count]]
    vectors = perturbed(embedder.encode(real_sentences()[:500]), len(questions), np.random.default_rng(2), 0.02)
    known = dict(zip(questions, vectors, strict=True))
    embedder.encode = lambda texts: np.stack([known[text] for text in texts])  # type: ignore[method-assign]
    with DocumentIndex.open(location, embedder=embedder) as opened:
        opened.search(questions[0])
        began = time.process_time()
        taken = [timed(lambda q=question: opened.search(q)) * 1000 for question in questions]
        return taken, (time.process_time() - began) / len(questions) * 1000


def memory() -> None:
    """Peak memory of building 1,000 and 10,000 documents."""
    peaks = {}
    for count in (1000, 10_000):
        command = [sys.executable, "-m", "tests.benchmarks.index_speed", "--peak", str(count)]
        peaks[count] = float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    print(f"peak memory: {peaks[1000]:.0f} MB for 1,000 documents, {peaks[10_000]:.0f} MB for 10,000")
    print(f"  difference: {peaks[10_000] - peaks[1000]:.0f} MB")


def peak(count: int) -> None:
    """Build and print the peak of this process, in megabytes."""
    with tempfile.TemporaryDirectory() as place:
        build_documents(documents(count, sentences=1), Path(place), embedder=Embedder())
    print(peak_megabytes())


def timed(action: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """Seconds that a call takes, by a clock."""
    began = clock()
    action()
    return clock() - began


if __name__ == "__main__":
    if "--peak" in sys.argv:
        peak(int(sys.argv[-1]))
        sys.exit()
    kept = [Path(name) for name in sys.argv[1:] if "/" in name]
    wanted = [name for name in sys.argv[1:] if "/" not in name] or ["embedding", "fp32", "memory", "large"]
    print(f"{datetime.date.today()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the first run")
    model = Embedder()
    if "embedding" in wanted:
        embedding(model)
    if "fp32" in wanted:
        has_bf16 = torch_runtime.has_fast_bf16
        torch_runtime.has_fast_bf16 = lambda: False
        embedding(Embedder())
        torch_runtime.has_fast_bf16 = has_bf16
    if "memory" in wanted:
        memory()
    if "large" in wanted:
        with tempfile.TemporaryDirectory() as folder:
            growing_and_searching(model, kept[0] if kept else Path(folder, "index"))
