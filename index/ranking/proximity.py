"""How many of a question's words a passage contains and how close together; refines the order of the best candidates.

BM25 ignores the distance and the order of words, words that only the title has, and related words such as
"assassination" and "assassinated". The weights were fitted on questions of the training sets;
``python -m tests.benchmarks.index_recall`` measures the recall on held-out questions.
"""

from __future__ import annotations

import functools
import itertools
import math
import operator
import re
from collections.abc import Mapping, Set

_ENDINGS = ("ing", "ies", "ied", "es", "ed", "s", "ly", "e")
_WORD = re.compile(r"\w+")
_ALIKE = 4  # letters of the common prefix that makes two words similar

BM25_WEIGHT = 0.2
COVERAGE_WEIGHT, SENTENCE_WEIGHT, ADJACENT_WEIGHT, ALIKE_WEIGHT = 2.4, 4.8, 3.7, 3.7


@functools.lru_cache(maxsize=65_536)
def light_stem(word: str) -> str:
    """A word in small letters without a common English ending."""
    # Not the Porter stemmer of the keyword index (``index.stores.stemming``): this one runs on every word of every
    # candidate, and the weights above were fitted with it.
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def rarity(frequency: int, passages: int) -> float:
    """The inverse document frequency of BM25, never negative."""
    return math.log((passages - frequency + 0.5) / (frequency + 0.5) + 1.0)


class Proximity:
    """Measures passages against one question, given a weight for each of its terms."""

    def __init__(self, question: str, weights: Mapping[str, float]) -> None:
        self._weights: dict[str, float] = {}
        for word, weight in weights.items():
            stem = light_stem(word)
            self._weights[stem] = max(weight, self._weights.get(stem, 0.0))
        self._bits = {stem: 1 << position for position, stem in enumerate(self._weights)}
        self._weight_of_set: dict[int, float] = {0: 0.0}  # total weight by set of words, one bit a word
        self._total_weight = sum(self._weights.values()) or 1.0
        words = _WORD.findall(question.lower())
        adjacent = {
            (one, other): self._weights.get(one, 0.0) + self._weights.get(other, 0.0)
            for one, other in itertools.pairwise(map(light_stem, words))
        }
        self._pairs = {pair: weight for pair, weight in adjacent.items() if weight}
        self._pairs_weight = sum(self._pairs.values()) or 1.0
        self._marks = _marks({stem[:_ALIKE] for stem in self._weights}, set(words))

    def score(self, text: str, title: str) -> float:
        """From 0, for a passage with no word of the question, to 10.9, for one sentence with all of them in order."""
        coverage, sentence, adjacent, alike = self.measures(text, title)
        return (
            COVERAGE_WEIGHT * coverage + SENTENCE_WEIGHT * sentence + ADJACENT_WEIGHT * adjacent + ALIKE_WEIGHT * alike
        )

    def measures(self, text: str, title: str) -> tuple[float, float, float, float]:
        """Shares of the question's weight, each 0 to 1: coverage, sentence, adjacent and alike.

        They count words in the passage or its title; words in the title or the best sentence; pairs that are adjacent
        as in the question; and missing words by the longest prefix that they share with a word of the passage.
        """
        title_words = self._scan(title.lower().replace("_", " "))[0]
        in_title = sum(bit for stem, bit in self._bits.items() if stem in title_words)
        words, sentences, pairs = self._scan(text.lower())
        present = functools.reduce(operator.or_, sentences, in_title)
        absent = [stem for stem, bit in self._bits.items() if not present & bit]
        return (
            self._weight(present) / self._total_weight,
            max(self._weight(in_title | sentence) for sentence in sentences) / self._total_weight,
            sum(self._pairs[pair] for pair in pairs) / self._pairs_weight,
            sum(self._alike(stem, words) for stem in absent) / self._total_weight,
        )

    def _scan(self, lowered: str) -> tuple[set[str], list[int], set[tuple[str, str]]]:
        """Stems that equal or resemble the question's; the question's words in each sentence, as bits; its pairs."""
        words: set[str] = set()
        sentences: list[int] = []
        pairs: set[tuple[str, str]] = set()
        sentence, before, end = 0, "", 0
        for match in self._marks.finditer(lowered):
            if word := match[1]:
                stem = light_stem(word)
                words.add(stem)
                sentence |= self._bits.get(stem, 0)
                if (before, stem) in self._pairs and not _WORD.search(lowered, end, match.start()):
                    pairs.add((before, stem))
                before, end = stem, match.end()
            else:
                sentences.append(sentence)
                sentence, before = 0, ""
        sentences.append(sentence)
        return words, sentences, pairs

    def _weight(self, words: int) -> float:
        """The total weight of a set of words."""
        if words not in self._weight_of_set:
            self._weight_of_set[words] = sum(self._weights[stem] for stem, bit in self._bits.items() if words & bit)
        return self._weight_of_set[words]

    def _alike(self, stem: str, words: set[str]) -> float:
        """The weight of a missing word, times the share of it that the most similar word has as a prefix."""
        longest = max((_common_prefix(stem, word) for word in words), default=0)
        return self._weights[stem] * longest / len(stem) if longest >= _ALIKE else 0.0


def _marks(beginnings: Set[str], words: Set[str]) -> re.Pattern[str]:
    """Matches, in small letters, words with one of the beginnings, the words themselves, and ends of sentences."""
    if not beginnings:
        return re.compile(r"(?!)()")  # matches nothing
    begun, whole = ("|".join(map(re.escape, sorted(some))) for some in (beginnings, words))
    return re.compile(rf"\b((?:{begun})\w*|(?:{whole})\b)|[.!?]\s|\n")


def _common_prefix(one: str, other: str) -> int:
    """The length of the common prefix of two words."""
    differing = (position for position, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return next(differing, min(len(one), len(other)))
