"""How fast the index embeds, grows and is searched: ``python -m tests.benchmarks.index_speed [PART...]``.

``embedding``: passages per second, compared with ``SentenceTransformer.encode`` at its defaults, in turn on the same
passages in one process. ``fp32``: the same without bf16. ``memory``: the peak memory of indexing 1,000 and 10,000
documents, each in a process of its own. ``large``: an index of 100,000 passages gets one more document and is searched;
its other vectors are perturbed real ones, so that the model embeds only this document.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from index import DocumentIndex, Embedder, add, build_documents, remove, torch_runtime
from index.embedder import packaged_model
from tests.benchmarks.measuring import in_new_process, peak_megabytes, print_machine, timed
from tests.support.samples.corpus import PerturbingEmbedder, documents, perturbed, real_sentences

ROUNDS, PASSAGES, LARGE = 5, 32, 100_000


def embedding(embedder: Embedder) -> None:
    """Passages per second of both, and their ratios: on one core by processor time, on all cores by the clock.

    On a busy machine only processor time is reliable.
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
    """Add a document to a large index five times, then search it without embedding the questions."""
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
    """Milliseconds of each search by the clock, and the mean processor time of a search.

    The questions are embedded in advance. Other load on the machine does not affect processor time.
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
    """Print the peak memory of indexing 1,000 and 10,000 documents."""
    peaks = {count: in_new_process(peak, count) for count in (1000, 10_000)}
    print(f"peak memory: {peaks[1000]:.0f} MB for 1,000 documents, {peaks[10_000]:.0f} MB for 10,000")
    print(f"  difference: {peaks[10_000] - peaks[1000]:.0f} MB")


def peak(count: int) -> float:
    """Index so many documents; the peak memory of this process in megabytes."""
    with tempfile.TemporaryDirectory() as place:
        build_documents(documents(count, sentences=1), Path(place), embedder=Embedder())
    return peak_megabytes()


def main() -> None:
    """Measure the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help="embedding, fp32, memory, large (default: all)")
    parser.add_argument("--index", type=Path, help="folder of the large index; made if it does not exist, and kept")
    arguments = parser.parse_args()
    wanted = arguments.parts or ["embedding", "fp32", "memory", "large"]
    print_machine()
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
            growing_and_searching(model, arguments.index or Path(folder, "index"))


if __name__ == "__main__":
    main()
