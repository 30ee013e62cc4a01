"""BM25 scores equal to those of SQLite's FTS5, for stores without comparable scores of their own."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence

_K1, _B = 1.2, 0.75
_MIN_WEIGHT = 1e-6  # of a stem in more than half of the passages


def bm25_score(stems: Sequence[str], frequencies: Mapping[str, int], passages: int, average_length: float) -> float:
    """The score of a passage with these stems, at least 0, higher is better.

    ``frequencies`` gives for each stem of the question how many of all ``passages`` contain it; ``average_length`` is
    the mean number of stems in a passage.
    """
    counts = Counter(stems)
    length = _K1 * (1 - _B + _B * len(stems) / max(average_length, 1.0))
    score = 0.0
    for stem, frequency in frequencies.items():
        weight = max(_MIN_WEIGHT, math.log((passages - frequency + 0.5) / (frequency + 0.5)))
        score += weight * counts[stem] * (_K1 + 1) / (counts[stem] + length)
    return score
