"""Whether questions of several clients should share a forward pass: ``python tests/benchmarks/batching.py``.

The same questions, each with ten passages, are read in four ways, turn about in one process: one after another on all
cores; together in one forward pass per group; together in batches as large as a reader takes; and side by side, each
on one core, which is what the service does. Printed as the median over the rounds of each way's time against the first.
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
from qa import ReaderSettings
from qa.features import Featurizer, Passage, Window
from qa.reader import BATCH_TOKENS, forward, precision
from qa.weights import load_model

SEEDS = Path(__file__).parents[2] / "seeds"
QUESTIONS, PASSAGES, CHARACTERS = 4, 10, 1000
CORES = len(os.sched_getaffinity(0))


def questions(featurizer: Featurizer) -> list[list[Window]]:
    """The windows of each question's passages, no two questions of quite the same length."""
    text = load(next(SEEDS.glob("*.txt")), SEEDS).text
    found = []
    for number in range(QUESTIONS):
        starts = [(37 * number + 101 * k) % (len(text) - CHARACTERS) for k in range(PASSAGES)]
        passages = [Passage(text[start : start + CHARACTERS - 40 * k], "Of space") for k, start in enumerate(starts)]
        found.append(featurizer.windows(f"What happened on day {number}?", passages))
    return found


def main() -> None:
    """Read in each way, in turn, and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    folder = ReaderSettings().reader
    model, featurizer = load_model(folder, precision()), Featurizer.load(folder)
    asked = questions(featurizer)
    together = [window for windows in asked for window in windows]
    pool = ThreadPoolExecutor(CORES, initializer=torch.set_num_threads, initargs=(1,))

    @torch.inference_mode()
    def read(windows: list[Window], tokens: int = BATCH_TOKENS) -> None:
        forward(model, windows, featurizer.padding, tokens)

    ways: dict[str, Callable[[], object]] = {
        "one after another": lambda: [read(windows) for windows in asked],
        "one batch for all": lambda: read(together, 10**9),
        f"batches of {BATCH_TOKENS} tokens": lambda: read(together),
        f"{CORES} side by side": lambda: list(pool.map(read, asked)),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            if number:  # the first round warms up
                seconds[name].append(time.perf_counter() - began)
    first = seconds["one after another"]
    print(f"{QUESTIONS} questions of {PASSAGES} passages, {rounds} rounds, {CORES} cores; time against the first way")
    for name, taken in seconds.items():
        ratios = [mine / base for mine, base in zip(taken, first, strict=True)]
        print(f"{name:<28}{1e3 * statistics.median(taken):8.0f} ms   x {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
