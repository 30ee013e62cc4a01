"""Corpora of any size, made from a few real texts by recombining their sentences and perturbing their vectors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from index import Document, Embedder
from index.embedder import Vectors
from tests.support.paths import ROOT, SEEDS

_NOISE = 0.03  # standard deviation in each of 384 dimensions; the cosine to the original is about 0.86


def real_sentences() -> list[str]:
    """Runs of 18 words from the texts of this repository."""
    files = [*ROOT.glob("*.md"), *SEEDS.glob("*.txt"), *(ROOT / "tests" / "benchmarks").glob("*.py")]
    words = " ".join(file.read_text(encoding="utf-8") for file in sorted(files)).split()
    return [" ".join(words[start : start + 18]) + "." for start in range(0, len(words) - 18, 9)]


def documents(count: int, sentences: int = 3, seed: int = 0) -> Iterator[Document]:
    """``count`` documents of real sentences, each with its number; nearly all have one passage."""
    dice, pool = np.random.default_rng(seed), real_sentences()
    for number in range(count):
        chosen = " ".join(pool[position] for position in dice.integers(0, len(pool), sentences))
        yield Document(f"{number}.txt", f"Document {number}", f"Entry {number}. {chosen}", "text/plain")


class PerturbingEmbedder(Embedder):
    """Returns perturbed embeddings of a few sentences for any texts, so that embedding takes no time."""

    def __init__(self, real: Embedder) -> None:
        super().__init__()
        self._centres = real.encode(real_sentences()[:2000])
        self._dice = np.random.default_rng(1)

    @property
    def dimensions(self) -> int:
        """Those of the real model."""
        return int(self._centres.shape[1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """A perturbed real vector for each text, regardless of the text."""
        return perturbed(self._centres, len(texts), self._dice)


def perturbed(centres: Vectors, count: int, dice: np.random.Generator, noise: float = _NOISE) -> Vectors:
    """``count`` unit vectors, each near one of the centres."""
    made = centres[dice.integers(0, len(centres), count)]
    made = made + dice.normal(scale=noise, size=made.shape).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)
