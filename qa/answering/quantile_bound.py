"""Upper bounds that nearly all values of a distribution keep, given a score that correlates with the value."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from math import inf

import numpy as np
import numpy.typing as npt

BINS = 10  # bins of the score, each with the same number of values
QUANTILE = 0.995

FloatArray = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class QuantileBound:
    """A quantile of the values whose score is at most ``scores[k]`` is ``highest[k]``, by bins of the score.

    ``highest`` has one entry more than ``scores``, for higher scores; both rise. Raises ``ValueError`` otherwise.
    """

    scores: tuple[float, ...] = ()
    highest: tuple[float, ...] = (inf,)

    def __post_init__(self) -> None:
        if len(self.highest) != len(self.scores) + 1:
            raise ValueError(f"{len(self.scores)} scores need one bound more, not {len(self.highest)}")

    def upper(self, score: float) -> float:
        """The upper bound of nearly all values with this score."""
        return self.highest[bisect_left(self.scores, score)]

    @classmethod
    def fit(cls, scores: FloatArray, values: FloatArray, quantile: float = QUANTILE) -> QuantileBound:
        """Fit to values and their scores, both (n,); the running maximum of the quantiles makes them rise."""
        order = np.argsort(scores, kind="stable")
        bins = [positions for positions in np.array_split(order, BINS) if len(positions)]
        highest = np.maximum.accumulate([np.quantile(values[positions], quantile) for positions in bins])
        return cls(tuple(float(scores[positions[-1]]) for positions in bins[:-1]), tuple(highest.tolist()))
