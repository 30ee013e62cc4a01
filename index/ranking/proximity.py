"""How many of a question's words a passage contains, and how close together they are; ranks the best candidates again.

BM25 ignores the distance and the order of words, words that are only in the title, and related words such as
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

from index.ranking.stemming import stem_words

_WORD = re.compile(r"\w+")
_ALIKE = 4  # letters; two words with a common prefix of this length are similar

BM25_WEIGHT = 0.2
COVERAGE_WEIGHT, SENTENCE_WEIGHT, ADJACENT_WEIGHT, ALIKE_WEIGHT = 2.4, 4.8, 3.7, 3.7
# For a sentence, or a row of a table, with all of the question's words: the rows of a long table are otherwise so alike
# that their vectors decide. ``python -m tests.benchmarks.sizes.table_lookup`` measures it.
COMPLETE_WEIGHT = 2.0


def rarity(frequency: int, passages: int) -> float:
    """The inverse document frequency of BM25, never negative."""
    return math.log((passages - frequency + 0.5) / (frequency + 0.5) + 1.0)


class Proximity:
    """Measures passages against one question, given a weight for each of its terms."""

    def __init__(self, question: str, weights: Mapping[str, float]) -> None:
        self._weights: dict[str, float] = {}
        stems = dict(zip(weights, stem_words(weights), strict=True))
        for word, stem in stems.items():
            self._weights[stem] = max(weights[word], self._weights.get(stem, 0.0))
        self._bits = {stem: 1 << position for position, stem in enumerate(self._weights)}
        self._weight_of_set: dict[int, float] = {0: 0.0}  # total weight by set of words, one bit for each word
        self._total_weight = sum(self._weights.values()) or 1.0
        words = _WORD.findall(question.lower())
        adjacent = {
            (first, second): self._weights.get(first, 0.0) + self._weights.get(second, 0.0)
            for first, second in itertools.pairwise(stem_words(words))
        }
        self._pairs = {pair: weight for pair, weight in adjacent.items() if weight}
        self._pairs_weight = sum(self._pairs.values()) or 1.0
        self._marks = _marks({_common_prefix(word, stem)[:_ALIKE] for word, stem in stems.items()}, set(words))

    def score(self, text: str, title: str) -> float:
        """From 0, for a passage with no word of the question, to 12.9, for one sentence with all of them in order."""
        coverage, sentence, adjacent, alike = self.measures(text, title)
        return (
            COVERAGE_WEIGHT * coverage
            + SENTENCE_WEIGHT * sentence
            + ADJACENT_WEIGHT * adjacent
            + ALIKE_WEIGHT * alike
            + COMPLETE_WEIGHT * math.isclose(sentence, 1.0)
        )

    def measures(self, text: str, title: str) -> tuple[float, float, float, float]:
        """Four shares of the question's weight, each 0 to 1.

        Coverage: words in the passage or its title. Sentence: words in the title or the best sentence. Adjacent: pairs
        of words that are adjacent as in the question. Alike: missing words, by the longest prefix that they share with
        a word of the passage.
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
        """Stems equal or similar to the question's; its words in each sentence, as bits; its adjacent pairs."""
        words: set[str] = set()
        sentences: list[int] = []
        pairs: set[tuple[str, str]] = set()
        sentence, before, end = 0, "", 0
        matches = list(self._marks.finditer(lowered))
        stems = iter(stem_words(word for match in matches if (word := match[1])))
        for match in matches:
            if match[1]:
                stem = next(stems)
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
        """The weight of a missing word, times the share of its letters that is a prefix of the most similar word."""
        longest = max((len(_common_prefix(stem, word)) for word in words), default=0)
        return self._weights[stem] * longest / len(stem) if longest >= _ALIKE else 0.0


def _marks(beginnings: Set[str], words: Set[str]) -> re.Pattern[str]:
    """A pattern for lower-case text: words with one of the beginnings, the words themselves, and ends of sentences."""
    if not beginnings:
        return re.compile(r"(?!)()")  # matches nothing
    prefixes, whole = ("|".join(map(re.escape, sorted(texts))) for texts in (beginnings, words))
    return re.compile(rf"\b((?:{prefixes})\w*|(?:{whole})\b)|[.!?]\s|[。\n]")


def _common_prefix(one: str, other: str) -> str:
    """The longest common prefix of two words."""
    differing = (position for position, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return one[: next(differing, min(len(one), len(other)))]
