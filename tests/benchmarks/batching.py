"""Whether questions of several clients should share a forward pass: ``python tests/benchmarks/batching.py``.

The same questions, each with ten passages, are read in four ways, turn about in one process: one after another on all
cores; together in one forward pass; together in batches as large as a reader takes; and side by side, each on one core,
which is what the service does. For each number of questions: the median time of each way, and of its ratios to the
first.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch

from index import load
from index.torch_runtime import precision
from qa import ReaderSettings
from qa.reader.reader import BATCH_TOKENS, forward
from qa.reader.weights import load_model
from qa.reader.windows import Featurizer, Passage, Window

SEEDS = Path(__file__).parents[2] / "seeds"
COUNTS, PASSAGES, CHARACTERS = (1, 2, 4, 8), 10, 1000
CORES = len(os.sched_getaffinity(0))


def windows_of(featurizer: Featurizer, number: int) -> list[Window]:
    """The windows of one question's passages, no two questions of quite the same length."""
    text = load(next(SEEDS.glob("*.txt")), SEEDS).text
    starts = [(37 * number + 101 * k) % (len(text) - CHARACTERS) for k in range(PASSAGES)]
    passages = [Passage(text[start : start + CHARACTERS - 40 * k], "Of space") for k, start in enumerate(starts)]
    return featurizer.windows(f"What happened on day {number}?", passages)


def measured(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each way in each round, turn about; a first round warms up and is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            if number:
                seconds[name].append(time.perf_counter() - began)
    return seconds


def main() -> None:
    """Read in each way, in turn, and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    folder = ReaderSettings().reader
    model, featurizer = load_model(folder, precision()), Featurizer.load(folder)
    pool = ThreadPoolExecutor(CORES, initializer=torch.set_num_threads, initargs=(1,))

    @torch.inference_mode()
    def read(windows: list[Window], tokens: int = BATCH_TOKENS) -> None:
        forward(model, windows, featurizer.padding, tokens)

    print(f"{PASSAGES} passages a question, {rounds} rounds, {CORES} cores; ms, and the ratio to the first way")
    batches = f"batches of {BATCH_TOKENS} tokens"
    print(f"{'questions':<10}{'one by one':>11}{'one pass':>18}{batches:>24}{f'{CORES} side by side':>20}")
    for count in COUNTS:
        asked = [windows_of(featurizer, number) for number in range(count)]
        together = [window for windows in asked for window in windows]
        ways: dict[str, Callable[[], object]] = {
            "one by one": lambda asked=asked: [read(windows) for windows in asked],
            "one pass": lambda together=together: read(together, 10**9),
            "batches": lambda together=together: read(together),
            "side by side": lambda asked=asked: list(pool.map(read, asked)),
        }
        seconds = measured(ways, rounds)
        first = seconds["one by one"]
        cells = []
        for taken in seconds.values():
            ratio = statistics.median(mine / base for mine, base in zip(taken, first, strict=True))
            cells.append((1e3 * statistics.median(taken), ratio))
        shown = [f"{cells[0][0]:11.0f}"] + [
            f"{f'{ms:.0f}  x {ratio:.2f}':>{width}}" for (ms, ratio), width in zip(cells[1:], (18, 24, 20), strict=True)
        ]
        print(f"{count:<10}{''.join(shown)}", flush=True)


if __name__ == "__main__":
    main()
