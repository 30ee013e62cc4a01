"""The time of reading over that of the bare forward pass, and how it depends on batching.

    python -m tests.benchmarks.reading --rounds 15

Ten passages of about 220 tokens are read for one question by ``Reader.read``, by ``Reader.skim`` to their end (as in
answering), and by the model alone, in turn in one process, so that other load on the machine affects all three. Every
round has new questions and passages, so that nothing is cached.

Then ten passages of different lengths are read in batches of several sizes; printed is the time over that of reading
one passage after another. Last, the passages of several questions are read in four ways: one question after another on
all cores, all in one forward pass, in batches, and side by side on one core each, as in the service.
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import torch

from index import load
from index.torch_runtime import length_batches, pad, precision
from qa import Reader, ReaderSettings
from qa.reader.early_exit import LAYERS
from qa.reader.reader import BATCH_TOKENS, forward
from qa.reader.weights import load_model
from qa.reader.windows import Featurizer, Passage, Window
from tests.benchmarks.measuring import timed
from tests.support.paths import SEEDS

PASSAGES, CHARACTERS = 10, 1160  # about 220 tokens of this text
LENGTHS = range(250, 1150, 90)  # characters
BATCHES = (1, 300, 500, 800, 1200, 2500)  # padded tokens; with 1, every passage is a batch of its own
QUESTIONS = (1, 2, 4)  # waiting at the same time
CORES = len(os.sched_getaffinity(0))


def seed_text() -> str:
    """The text of the document that is indexed by default."""
    return load(next(SEEDS.glob("*.txt")), SEEDS).text


def passages(text: str, number: int) -> list[Passage]:
    """Ten passages of equal length, different in every round."""
    words = text.split(" ")
    size = next(k for k in range(len(words)) if len(" ".join(words[:k])) > CHARACTERS)
    turned = [words[(7 * number + 13 * k) % len(words) :] + words for k in range(PASSAGES)]
    return [Passage(" ".join([f"Number {number}.{k}:", *some[:size]]), "Of space") for k, some in enumerate(turned)]


def uneven_windows(featurizer: Featurizer, text: str, number: int) -> list[Window]:
    """The windows of ten passages of different lengths for one question, different for every number."""
    read = [Passage(text[(197 * k + 37 * number) % 900 :][:length], "Of space") for k, length in enumerate(LENGTHS)]
    return featurizer.windows(f"What happened on day {number}?", read)


def in_turn(ways: Mapping[Any, Callable[[], object]], rounds: int) -> dict[Any, list[float]]:
    """Milliseconds of each way in each round, one way after the other; the first round is a warm-up and is left out."""
    taken = [{name: 1e3 * timed(way) for name, way in ways.items()} for _ in range(rounds + 1)][1:]
    return {name: [one[name] for one in taken] for name in ways}


def ratio(taken: list[float], base: list[float]) -> float:
    """The median over the rounds of the ratio of two ways' times."""
    return statistics.median(mine / other for mine, other in zip(taken, base, strict=True))


class Benchmark:
    """The measurements of one model."""

    def __init__(self, folder: Path) -> None:
        self.reader, self.featurizer = Reader.load(folder), Featurizer.load(folder)
        self.model, self.text = load_model(folder, precision()), seed_text()

    @torch.inference_mode()
    def read(self, windows: list[Window], tokens: int = BATCH_TOKENS) -> None:
        forward(self.model, windows, self.featurizer.padding, tokens)

    @torch.inference_mode()
    def bare(self, batches: list[tuple[torch.Tensor, torch.Tensor]]) -> None:
        for ids, mask in batches:
            self.model(input_ids=ids, attention_mask=mask)

    def rounds(self, count: int) -> Iterator[tuple[dict[str, float], float]]:
        """For each round, the milliseconds of each way to read ten passages, and the mean tokens of a passage."""
        for number in range(-2, count):
            question, read = f"What happened on day {number}?", passages(self.text, number)
            windows = self.featurizer.windows(question, read)
            rows = [window.input_ids for window in windows]
            cut = length_batches(list(map(len, rows)), BATCH_TOKENS)
            batches = [pad([rows[k] for k in batch], self.featurizer.padding) for batch in cut]
            ways: dict[str, Callable[[], object]] = {
                "forward pass": lambda batches=batches: self.bare(batches),
                "Reader.read": lambda q=question, read=read: self.reader.read(q, read),
                "Reader.skim": lambda q=question, read=read: [
                    self.reader.skim(q, one, LAYERS, lambda *_: True) for one in read
                ],
            }
            order = list(ways) if number % 2 else list(reversed(ways))  # alternates between rounds
            taken = {name: 1e3 * timed(ways[name]) for name in order}
            if number >= 0:  # the first rounds are a warm-up
                yield taken, statistics.mean(len(window.offsets) for window in windows)

    def print_overhead(self, count: int) -> None:
        """The time of each way to read ten passages, and its ratio to the forward pass."""
        measured, tokens = zip(*self.rounds(count), strict=True)
        taken = {name: [one[name] for one in measured] for name in ("forward pass", "Reader.read", "Reader.skim")}
        print(f"{PASSAGES} passages of {statistics.mean(tokens):.0f} tokens, {precision()}, {CORES} cores")
        print(f"{'':16}{'fastest':>12}{'median':>12}{'ratio':>8}")
        for name, times in taken.items():
            over = ratio(times, taken["forward pass"])
            print(f"{name:16}{min(times):9.0f} ms{statistics.median(times):9.0f} ms{over:8.2f}")

    def print_batches(self, count: int) -> None:
        """The time of each size of batch over that of reading every passage alone."""
        windows = uneven_windows(self.featurizer, self.text, 3)
        taken = in_turn({tokens: (lambda n=tokens: self.read(windows, n)) for tokens in BATCHES}, count)
        print(f"{'batches of':16}" + "".join(f"{tokens:8}" for tokens in BATCHES) + "  padded tokens")
        ratios = "".join(f"{ratio(times, taken[BATCHES[0]]):8.2f}" for times in taken.values())
        print(f"{'over each alone':16}{ratios}")

    def print_questions(self, count: int) -> None:
        """The time of each way to read several waiting questions over that of one after another."""
        pool = ThreadPoolExecutor(CORES, initializer=torch.set_num_threads, initargs=(1,))
        print(f"{'questions':12}{'one by one':>14}{'one pass':>10}{'batches':>10}{'side by side':>14}")
        for number in QUESTIONS:
            asked = [uneven_windows(self.featurizer, self.text, k) for k in range(number)]
            together = [window for windows in asked for window in windows]
            ways: dict[str, Callable[[], object]] = {
                "one by one": lambda asked=asked: [self.read(windows) for windows in asked],
                "one pass": lambda together=together: self.read(together, 10**9),
                "batches": lambda together=together: self.read(together),
                "side by side": lambda asked=asked: list(pool.map(self.read, asked)),
            }
            taken = in_turn(ways, count)
            first = taken["one by one"]
            one_pass, batches, side = (ratio(taken[name], first) for name in list(ways)[1:])
            print(f"{number:<12}{statistics.median(first):11.0f} ms{one_pass:10.2f}{batches:10.2f}{side:14.2f}")


def main() -> None:
    """Run the three measurements and print them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--reader", type=Path, default=ReaderSettings().reader)
    arguments = parser.parse_args()
    benchmark = Benchmark(arguments.reader)
    benchmark.print_overhead(arguments.rounds)
    benchmark.print_batches(arguments.rounds)
    benchmark.print_questions(max(1, arguments.rounds // 3))


if __name__ == "__main__":
    main()
