"""Early exits: after some layers, a passage that cannot win is read no further.

A linear probe on the states of a lower layer predicts how much the reader's final margin will add to the logit of the
probability, as early-exit classifiers do in deep models (Xin et al. 2020, "DeeBERT"; Schwartz et al. 2020). A
``QuantileBound`` turns the prediction into an upper bound that nearly all passages keep.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qa.answering.quantile_bound import FloatArray, QuantileBound

LAYERS = (2, 4, 6, 9)  # of twelve, counted from 1; reading may stop after each of them
FOLDS = 5
RIDGE = 0.4  # penalty for each passage, with states scaled to variance 1


@dataclass(frozen=True, slots=True, eq=False)
class EarlyExit:
    """A linear regression on a window's states (w,) after one layer, with the bound of its predictions."""

    weights: FloatArray  # (w,)
    bias: float
    bound: QuantileBound

    def upper(self, states: FloatArray) -> float:
        """An upper bound of what reading to the end adds to the logit, for a window with these states (w,)."""
        return self.bound.upper(float(np.dot(self.weights, states)) + self.bias)

    @classmethod
    def fit(cls, states: FloatArray, added: FloatArray, questions: npt.NDArray[np.int64]) -> EarlyExit:
        """Fit to passages' states (n, w), what reading added to their logits (n,) and their question numbers (n,).

        The bound is fitted to out-of-fold predictions; all passages of one question are in the same fold.
        """
        predicted = np.empty(len(added))
        for fold in range(FOLDS):
            held_out = questions % FOLDS == fold
            weights, bias = _ridge_regression(states[~held_out], added[~held_out])
            predicted[held_out] = states[held_out] @ weights + bias
        return cls(*_ridge_regression(states, added), QuantileBound.fit(predicted, added))


EarlyExits = Mapping[int, EarlyExit]  # by layer


def _ridge_regression(states: FloatArray, added: FloatArray) -> tuple[FloatArray, float]:
    """Weights (w,) and bias of the ridge regression (Hoerl and Kennard 1970) on standardised states."""
    mean, scale = states.mean(axis=0), states.std(axis=0) + 1e-3
    design = (states - mean) / scale
    penalty = RIDGE * len(design) * np.eye(design.shape[1], dtype=design.dtype)
    weights = np.linalg.solve(design.T @ design + penalty, design.T @ (added - added.mean())) / scale
    return weights, float(added.mean() - mean @ weights)
