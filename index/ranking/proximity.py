"""How much of a question stands in a passage, and how close together; it refines the order of the best candidates.

BM25 sees neither how near to each other words stand, nor their order, nor that the title answers for a word that the
passage leaves out, nor that "assassination" is near to "assassinated". What each weighs was fitted on questions of the
training sets; ``python -m tests.benchmarks.index_recall`` measures what that does for questions kept apart.
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
_ALIKE = 4  # letters that two words must begin with in common

BM25_WEIGHT = 0.2
COVERAGE_WEIGHT, SENTENCE_WEIGHT, ADJACENT_WEIGHT, ALIKE_WEIGHT = 2.4, 4.8, 3.7, 3.7


@functools.lru_cache(maxsize=65_536)
def light_stem(word: str) -> str:
    """A word without its commonest English ending: enough to see that two forms are of one word."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


def rarity(frequency: int, passages: int) -> float:
    """The inverse document frequency of BM25, never negative."""
    return math.log((passages - frequency + 0.5) / (frequency + 0.5) + 1.0)


class Proximity:
    """Of one question, given the weight of each of its telling words."""

    def __init__(self, question: str, weights: Mapping[str, float]) -> None:
        self._weights: dict[str, float] = {}
        for word, weight in weights.items():
            stem = light_stem(word)
            self._weights[stem] = max(weight, self._weights.get(stem, 0.0))
        self._bits = {stem: 1 << place for place, stem in enumerate(self._weights)}
        self._weighed: dict[int, float] = {0: 0.0}  # what the words of a set weigh, a bit for each
        self._whole = sum(self._weights.values()) or 1.0
        words = _WORD.findall(question.lower())
        told = {
            (one, other): self._weights.get(one, 0.0) + self._weights.get(other, 0.0)
            for one, other in itertools.pairwise(map(light_stem, words))
        }
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
        title_words = self._look(title.lower().replace("_", " "))[0]
        in_title = sum(bit for stem, bit in self._bits.items() if stem in title_words)
        words, sentences, pairs = self._look(text.lower())
        present = functools.reduce(operator.or_, sentences, in_title)
        absent = [stem for stem, bit in self._bits.items() if not present & bit]
        return (
            self._weight(present) / self._whole,
            max(self._weight(in_title | sentence) for sentence in sentences) / self._whole,
            sum(self._pairs[pair] for pair in pairs) / self._ordered,
            sum(self._alike(stem, words) for stem in absent) / self._whole,
        )

    def _look(self, lowered: str) -> tuple[set[str], list[int], set[tuple[str, str]]]:
        """Stems that the question has or nearly has; its words in each sentence, as bits; its pairs side by side."""
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
        """What the words of a set weigh."""
        if words not in self._weighed:
            self._weighed[words] = sum(self._weights[stem] for stem, bit in self._bits.items() if words & bit)
        return self._weighed[words]

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
