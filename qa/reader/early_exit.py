"""Early exits: what reading a passage to the end will add, told halfway.

Most passages have nothing to do with the question, and the reader's lower layers know it already. A linear regression
on their states tells it, as classifiers leave a deep model early (Xin et al. 2020, Schwartz et al. 2020); what it tells
is kept as a bound that nearly all passages hold, so that only those are given up that can hardly win.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa.answering.quantile_bound import Bound, FloatArray

LAYERS = (2, 4, 6, 9)  # of twelve, after which a passage may be given up
PARTS = 5  # of the questions; what each part's passages come to is told by the other parts
RIDGE = 0.4  # a passage, on states of variance 1


@dataclass(frozen=True, slots=True, eq=False)
class Exit:
    """A linear regression on a window's states (w,) after a layer, and the bound that goes with what it tells."""

    weights: FloatArray  # (w,)
    bias: float
    bound: Bound

    def highest(self, states: FloatArray) -> float:
        """The most, of nearly all passages of such states (w,), that reading to the end adds to the logit."""
        return self.bound.of(float(np.dot(self.weights, states)) + self.bias)

    @classmethod
    def fit(cls, states: FloatArray, added: FloatArray, questions: npt.NDArray[np.int64]) -> Exit:
        """Fit to the states (n, w) of passages, what reading them added (n,), and the numbers of their questions (n,).

        The bound is that of passages whose question the regression did not see.
        """
        told = np.empty(len(added))
        for part in range(PARTS):
            mine = questions % PARTS == part
            weights, bias = _regress(states[~mine], added[~mine])
            told[mine] = states[mine] @ weights + bias
        return cls(*_regress(states, added), Bound.fit(told, added))


Exits = Mapping[int, Exit]  # by layer


def _regress(states: FloatArray, added: FloatArray) -> tuple[FloatArray, float]:
    """Weights (w,) and bias of the ridge regression."""
    mean, scale = states.mean(axis=0), states.std(axis=0) + 1e-3
    design = (states - mean) / scale
    penalty = RIDGE * len(design) * np.eye(design.shape[1], dtype=design.dtype)
    weights = np.linalg.solve(design.T @ design + penalty, design.T @ (added - added.mean())) / scale
    return weights, float(added.mean() - mean @ weights)
