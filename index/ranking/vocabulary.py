"""The words of the documents as they are written, to recognise a word of a question that is misspelt."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from index.ranking.terms import STOP_WORDS

_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST, _LONG = 4, 8  # letters: shorter words are not compared, and in longer ones two mistakes are understood
_COMPARED = 8


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

    def nearest(self, word: str, known: Collection[str] = ()) -> str | None:
        """The word of the documents, or among ``known``, that the given one is a misspelling of; None without any.

        The fewest changed, missing, added or swapped letters decide (optimal string alignment), then the same first
        letter, then frequency. One mistake is allowed, from eight letters on two.
        """
        word = word.lower()
        if len(word) < _SHORTEST:
            return None
        most = 2 if len(word) >= _LONG else 1
        near = [name for name, _, _ in extract(word, self._words, scorer=OSA.distance, score_cutoff=most, limit=None)]
        near += [name for name in known if OSA.distance(word, name, score_cutoff=most) <= most]
        return min(near, key=lambda name: self._order(word, name), default=None)

    def _order(self, word: str, name: str) -> tuple[int, bool, int, str]:
        return OSA.distance(word, name), word[0] != name[0], -self.counts.get(name, 10), name

    @cached_property
    def _words(self) -> list[str]:
        return [word for word in self.counts if len(word) >= _SHORTEST and word not in STOP_WORDS]
