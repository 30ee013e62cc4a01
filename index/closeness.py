"""How much of a question stands in a passage, and how close together; it refines the order of the best candidates.

BM25 sees neither how near to each other words stand, nor their order, nor that the title answers for a word that the
passage leaves out, nor that "assassination" is near to "assassinated". What each weighs was fitted on questions of the
training sets by ``tests/benchmarks/closeness_fit.py``; ``index_recall.py`` beside it tells what that does for questions
kept apart.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping, Set
from functools import lru_cache

_ENDINGS = ("ing", "ies", "ied", "es", "ed", "s", "ly", "e")
_WORD = re.compile(r"\w+")
_ALIKE = 4  # letters that two words must begin with in common

BM25_WEIGHT = 0.2
COVERAGE_WEIGHT, SENTENCE_WEIGHT, ADJACENT_WEIGHT, ALIKE_WEIGHT = 2.4, 4.8, 3.7, 3.7

Placed = tuple[int, int, str]  # where a word starts and ends, and its stem


@lru_cache(maxsize=65_536)
def light_stem(word: str) -> str:
    """A word without its commonest English ending: enough to see that two forms are of one word."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def rarity(frequency: int, passages: int) -> float:
    """The inverse document frequency of BM25, never negative."""
    return math.log((passages - frequency + 0.5) / (frequency + 0.5) + 1.0)


class Closeness:
    """Of one question, given the weight of each of its telling words."""

    def __init__(self, question: str, weights: Mapping[str, float]) -> None:
        self._weights: dict[str, float] = {}
        for word, weight in weights.items():
            stem = light_stem(word)
            self._weights[stem] = max(weight, self._weights.get(stem, 0.0))
        self._whole = sum(self._weights.values()) or 1.0
        words = _WORD.findall(question.lower())
        told = {pair: self._weight(pair) for pair in itertools.pairwise(map(light_stem, words))}
        self._pairs = {pair: weight for pair, weight in told.items() if weight}
        self._ordered = sum(self._pairs.values()) or 1.0
        self._marks = _marks({stem[:_ALIKE] for stem in self._weights}, set(words))

    def of(self, text: str, title: str) -> float:
        """From 0, nothing of the question is there, to 10.9, all of it in one sentence and in its order."""
        coverage, sentence, adjacent, alike = self.measures(text, title)
        return (
            COVERAGE_WEIGHT * coverage + SENTENCE_WEIGHT * sentence + ADJACENT_WEIGHT * adjacent + ALIKE_WEIGHT * alike
        )

    def measures(self, text: str, title: str) -> tuple[float, float, float, float]:
        """Shares, 0 to 1, of the question's weight.

        What stands in the passage or its title; what stands in one sentence or the title; what stands side by side as
        in the question; and what only begins as a word that is there.
        """
        lowered = text.lower()
        sentences = self._sentences(lowered)
        in_title = self._weights.keys() & {
            stem for part in self._sentences(title.lower().replace("_", " ")) for _, _, stem in part
        }
        words = {stem for sentence in sentences for _, _, stem in sentence}
        present = in_title | (self._weights.keys() & words)
        told = [present.intersection(stem for _, _, stem in sentence) for sentence in sentences]
        return (
            self._weight(present) / self._whole,
            max(self._weight(in_title | sentence) for sentence in told) / self._whole,
            sum(self._pairs[pair] for pair in self._adjacent(lowered, sentences)) / self._ordered,
            sum(self._alike(stem, words) for stem in self._weights.keys() - present) / self._whole,
        )

    def _sentences(self, lowered: str) -> list[list[Placed]]:
        """The words that the question has or nearly has, by sentence."""
        sentences: list[list[Placed]] = [[]]
        for match in self._marks.finditer(lowered):
            if match[1]:
                sentences[-1].append((match.start(), match.end(), light_stem(match[1])))
            elif sentences[-1]:
                sentences.append([])
        return sentences

    def _weight(self, words: Iterable[str]) -> float:
        return sum(self._weights.get(word, 0.0) for word in words)

    def _adjacent(self, lowered: str, sentences: list[list[Placed]]) -> set[tuple[str, str]]:
        """The pairs of the question's words that stand side by side here as they do there."""
        return {
            (one, other)
            for sentence in sentences
            for (_, end, one), (start, _, other) in itertools.pairwise(sentence)
            if (one, other) in self._pairs and not _WORD.search(lowered, end, start)
        }

    def _alike(self, stem: str, words: set[str]) -> float:
        """The weight of a word that is absent, by how much of it the most similar word begins with."""
        longest = max((_shared(stem, word) for word in words), default=0)
        return self._weights[stem] * longest / len(stem) if longest >= _ALIKE else 0.0


def _marks(beginnings: Set[str], words: Set[str]) -> re.Pattern[str]:
    """What finds, in small letters, words that begin so, these words themselves, and the ends of sentences."""
    if not beginnings:
        return re.compile(r"(?!)()")  # nothing
    begun, whole = ("|".join(map(re.escape, sorted(some))) for some in (beginnings, words))
    return re.compile(rf"\b((?:{begun})\w*|(?:{whole})\b)|[.!?]\s|\n")


def _shared(one: str, other: str) -> int:
    """How many letters two words begin with in common."""
    differing = (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differing, min(len(one), len(other)))
