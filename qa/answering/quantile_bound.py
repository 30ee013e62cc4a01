"""What nearly every value is at most, told by a score that goes with it."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from math import inf

import numpy as np
import numpy.typing as npt

STEPS = 10  # of the score, of as many values each
NEARLY_ALL = 0.98  # of the values of a step

FloatArray = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Bound:
    """Up to a score of ``scores[k]``, ``NEARLY_ALL`` values were at most ``highest[k]``; beyond, the last of these.

    Both rise. Raises ``ValueError`` when there is not one more highest than there are scores.
    """

    scores: tuple[float, ...] = ()
    highest: tuple[float, ...] = (inf,)

    def __post_init__(self) -> None:
        if len(self.highest) != len(self.scores) + 1:
            raise ValueError(f"{len(self.highest)} highest do not go with {len(self.scores)} scores")

    def of(self, score: float) -> float:
        """What nearly every value with such a score is at most."""
        return self.highest[bisect_left(self.scores, score)]

    @classmethod
    def fit(cls, scores: FloatArray, values: FloatArray) -> Bound:
        """The bound of values, each with its score, both (n,)."""
        order = np.argsort(scores, kind="stable")
        steps = [step for step in np.array_split(order, STEPS) if len(step)]
        highest = np.maximum.accumulate([np.quantile(values[step], NEARLY_ALL) for step in steps])
        return cls(tuple(float(scores[step[-1]]) for step in steps[:-1]), tuple(highest.tolist()))
