"""How fast the index embeds, grows and is searched: ``python tests/benchmarks/index_speed.py [PART...]``.

Parts are ``embedding``, ``fp32`` (the same as where there is no bf16), ``memory`` and ``large``; all of them unless
some are named. A name with a slash in it is the folder of the large index, made there when it is missing, and kept.

Embedding is measured against ``SentenceTransformer.encode`` left at its defaults, turn about on the same passages in
one process. Then an index of 100,000 passages gets one document more, and is searched; its vectors are real ones
disturbed, so that only the embedding of the one document takes the model's time. Last, the peak memory of building
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
from index_corpus import PerturbingEmbedder, documents, peak_megabytes, perturbed, real_sentences

from index import DocumentIndex, Embedder, add, build_documents, remove, torch_runtime
from index.embedder import packaged_model

ROUNDS, PASSAGES, LARGE = 5, 32, 100_000


def embedding(embedder: Embedder) -> None:
    """Chunks a second of both and their ratio in each pair of runs: on all cores by the clock, on one by its own time.

    The processor's own time is what holds on a machine that others keep busy.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    texts = [document.text for document in documents(PASSAGES, sentences=4)]
    default = SentenceTransformer(str(packaged_model()), device="cpu")
    default.encode(texts[:8])
    embedder.encode(texts[:8])
    bf16 = "on" if torch_runtime.has_fast_bf16() else "off"
    print(f"embedding, bf16 {bf16}: {PASSAGES} passages, {ROUNDS} rounds turn about")
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
    """One more document in a large index, and questions to it with the embedding of the question left out."""
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
    taken, own = searching(location, embedder)
    print(f"  searching it: p50 {np.percentile(taken, 50):.1f} ms, p95 {np.percentile(taken, 95):.1f} ms")
    print(f"  of the processor's time: {own:.1f} ms a question")


def searching(location: Path, embedder: Embedder, count: int = 200) -> tuple[list[float], float]:
    """Milliseconds that each question took, its embedding known before; and of processor time, the mean.

    Others' load lengthens the first and not the second.
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
    """Peak memory of building few and many documents."""
    peaks = {}
    for count in (1000, 10_000):
        command = [sys.executable, __file__, "--peak", str(count)]
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
