"""The words of the documents as they are written, to recognise a word of a question that is misspelt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property
from itertools import groupby
from math import log10

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from index.ranking.terms import STOP_WORDS

_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST, _MIDDLE, _LONG = 4, 6, 8  # letters
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_BESIDE = {frozenset(row[k : k + 2]) for row in _ROWS for k in range(len(row) - 1)}
_KNOWN = 50  # times that a word among ``known`` is taken to occur


class Vocabulary:
    """Words in lower case with the number of times that they occur."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self.counts = counts

    @classmethod
    def of(cls, texts: Iterable[str]) -> Vocabulary:
        """The words of these texts."""
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(word.lower() for word in _WORD.findall(text))
        return cls(counts)

    def nearest(self, word: str, known: Collection[str] = ()) -> list[tuple[float, str]]:
        """The words of the documents, or among ``known``, that the given one may be a misspelling of.

        The likeliest comes first, each with the cost of its mistakes: changed, missing, added and swapped letters
        (optimal string alignment), of which some are made more easily than others, less a little for frequent words.
        One mistake is allowed, and two from eight letters on, or from six if the first letter is right and nothing is
        nearer.
        """
        word = word.lower()
        near = self._within(1, word, known)
        if len(word) >= _LONG or (len(word) >= _MIDDLE and not near):
            near |= {name for name in self._within(2, word, known) if len(word) >= _LONG or name[0] == word[0]}
        return sorted((self._cost(word, name, name in known), name) for name in near)

    def _within(self, most: int, word: str, known: Collection[str]) -> set[str]:
        """The words that are at most so many mistakes away; of three letters only those that have one more."""
        near = extract(word, self._words, scorer=OSA.distance, score_cutoff=most, limit=None)
        found = {name for name, _, _ in near if len(word) >= _SHORTEST or len(name) > len(word)}
        return found.union(name for name in known if OSA.distance(word, name, score_cutoff=most) <= most)

    def _cost(self, word: str, name: str, is_known: bool) -> float:
        count = max(self.counts.get(name, 1), _KNOWN if is_known else 1)
        return cost_of_mistakes(word, name) - 0.1 * min(log10(count), 4)

    @cached_property
    def _words(self) -> list[str]:
        return [word for word in self.counts if len(word) >= _SHORTEST and word not in STOP_WORDS]


def cost_of_mistakes(typed: str, meant: str) -> float:
    """How far a word is from the one that was meant, about 1 for each mistake.

    It is less for letters doubled, left out, swapped or beside each other on the keyboard, more for a first letter.
    """
    first = 0.5 if typed[0] != meant[0] else 0.0
    distance = OSA.distance(typed, meant)
    if distance != 1:
        return distance + first
    if [letter for letter, _ in groupby(typed)] == [letter for letter, _ in groupby(meant)]:
        return 0.7 + first  # only doubled letters differ
    if len(typed) < len(meant) or sorted(typed) == sorted(meant):
        return 0.8 + first
    changed = [frozenset(pair) for pair in zip(typed, meant, strict=False) if pair[0] != pair[1]]
    return (0.9 if len(typed) == len(meant) and changed[0] in _BESIDE else 1.0) + first
