"""BM25 as SQLite's FTS5 counts it, for stores whose own scores cannot be compared."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

_K1, _B = 1.2, 0.75
_LEAST = 1e-6  # the weight of a word that stands in more than half of the passages


def bm25(words: Sequence[str], frequencies: Mapping[str, int], passages: int, average: float) -> float:
    """The score, higher is better, of a passage of these stemmed words for a question.

    ``frequencies`` says of each stem of the question in how many of all ``passages`` it stands; ``average`` is the mean
    length of a passage in words.
    """
    counts = Counter(words)
    length = _K1 * (1 - _B + _B * len(words) / max(average, 1.0))
    score = 0.0
    for stem, frequency in frequencies.items():
        weight = max(_LEAST, math.log((passages - frequency + 0.5) / (frequency + 0.5)))
        score += weight * counts[stem] * (_K1 + 1) / (counts[stem] + length)
    return score
