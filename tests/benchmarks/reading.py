"""What reading costs over the bare forward pass: ``python tests/benchmarks/reading.py [--rounds 15]``.

Ten passages of about 220 tokens are read for one question by ``Reader.read``, by ``Reader.skim`` to their end as
answering does, and the same windows are put through the model and nothing else, turn about in one process. Every round
has all three, so that what else the machine does falls on all; on a machine that does other things the quickest of each
say most. Each question and each passage is new in its round: nothing is cached. Then the model reads ten passages of
uneven length, as a folder's are, in batches of at most so many padded tokens: the time of each way over that of one
passage after another.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import torch

from index import load
from index.torch_runtime import length_batches, pad, precision
from qa import Reader, ReaderSettings
from qa.reader.early_exit import LAYERS
from qa.reader.reader import BATCH_TOKENS, forward
from qa.reader.weights import load_model
from qa.reader.windows import Featurizer, Passage

SEEDS = Path(__file__).parents[2] / "seeds"
PASSAGES, CHARACTERS = 10, 1160  # about 220 tokens of this text
LENGTHS = range(250, 1150, 90)  # characters
BATCHES = (1, 300, 500, 800, 1200, 2500)  # padded tokens; with 1 every passage is read alone


def passages(text: str, number: int) -> list[Passage]:
    """Ten passages, different in every round."""
    words = text.split(" ")
    size = next(k for k in range(len(words)) if len(" ".join(words[:k])) > CHARACTERS)
    turned = [words[(7 * number + 13 * k) % len(words) :] + words for k in range(PASSAGES)]
    return [Passage(" ".join([f"Number {number}.{k}:", *some[:size]]), "Of space") for k, some in enumerate(turned)]


@torch.inference_mode()
def bare(model: torch.nn.Module, batches: list[tuple[torch.Tensor, torch.Tensor]]) -> float:
    """Milliseconds of the model alone on batches that are made already."""
    began = time.perf_counter()
    for ids, mask in batches:
        model(input_ids=ids, attention_mask=mask)
    return 1e3 * (time.perf_counter() - began)


def rounds(folder: Path, count: int) -> Iterator[tuple[float, float, float, float]]:
    """Milliseconds of reading, of skimming to the end and of the forward pass, and mean tokens, of each round."""
    reader, model, featurizer = Reader.load(folder), load_model(folder, precision()), Featurizer.load(folder)
    text = load(next(SEEDS.glob("*.txt")), SEEDS).text
    for number in range(-2, count):
        question, read = f"What happened on day {number}?", passages(text, number)
        windows = featurizer.windows(question, read)
        rows = [window.input_ids for window in windows]
        batches = [
            pad([rows[k] for k in b], featurizer.padding) for b in length_batches(list(map(len, rows)), BATCH_TOKENS)
        ]
        alone = bare(model, batches) if number % 2 else 0.0  # whichever is first, the other is next time
        began = time.perf_counter()
        reader.read(question, read)
        reading = 1e3 * (time.perf_counter() - began)
        began = time.perf_counter()
        for one in read:
            reader.skim(question, one, LAYERS, lambda *_: True)
        skimming = 1e3 * (time.perf_counter() - began)
        if number >= 0:  # the first ones warm up
            yield reading, skimming, alone or bare(model, batches), statistics.mean(len(w.offsets) for w in windows)


def by_batch(folder: Path, count: int) -> dict[int, float]:
    """The median time, over that of every passage alone, of each size of a batch."""
    model, featurizer = load_model(folder, precision()), Featurizer.load(folder)
    text = load(next(SEEDS.glob("*.txt")), SEEDS).text
    uneven = [Passage(text[197 * k :][:length], "Of space") for k, length in enumerate(LENGTHS)]
    windows = featurizer.windows("What happened on day 3?", uneven)
    taken: dict[int, list[float]] = {tokens: [] for tokens in BATCHES}
    for _ in range(count + 1):
        for tokens, times in taken.items():
            began = time.perf_counter()
            with torch.inference_mode():
                forward(model, windows, featurizer.padding, tokens)
            times.append(time.perf_counter() - began)
    alone = taken[1][1:]  # the first round warms up
    return {n: statistics.median(t / a for t, a in zip(times[1:], alone, strict=True)) for n, times in taken.items()}


def main() -> None:
    """Print the two medians and their ratio, then those of the batches."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--reader", type=Path, default=ReaderSettings().reader)
    arguments = parser.parse_args()
    reading, skimming, bare_pass, tokens = zip(*rounds(arguments.reader, arguments.rounds), strict=True)
    print(
        f"{PASSAGES} passages of {statistics.mean(tokens):.0f} tokens, {precision()}, {torch.get_num_threads()} threads"
    )
    print(f"{'':16}{'quickest':>12}{'median':>12}")
    ways = {"forward pass": bare_pass, "Reader.read": reading, "Reader.skim": skimming}
    for name, taken in ways.items():
        print(f"{name:16}{min(taken):9.0f} ms{statistics.median(taken):9.0f} ms")
    for name, taken in list(ways.items())[1:]:
        paired = statistics.median(t / f for t, f in zip(taken, bare_pass, strict=True))
        print(f"{f'ratio {name[7:]}':16}{min(taken) / min(bare_pass):12.2f}{paired:12.2f}")
    print(f"{'batches of':16}" + "".join(f"{tokens:8}" for tokens in BATCHES) + "  padded tokens")
    found = by_batch(arguments.reader, arguments.rounds)
    print(f"{'over each alone':16}" + "".join(f"{ratio:8.2f}" for ratio in found.values()))


if __name__ == "__main__":
    main()
