"""From scores to one probability that an answer is right.

A logistic regression over what is known of one passage's best span: its margin over the null, how far it stands above
the next place in the same passage, how near the passage is to the question, and how many of the question's words it
holds. All of these belong to that passage alone, so reading more passages never changes the probability of an answer
(unlike a softmax over passages, or a product of no-answer scores).
"""

from __future__ import annotations

import json
import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
import numpy.typing as npt

STEPS = 10  # between which what reading can add is bounded
NEARLY_ALL = 0.98  # of the passages of a step


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one proposed answer."""

    margin: float  # logits over the null
    gap: float  # margin over the best other place in the same passage
    similarity: float  # cosine of question and passage, -1 to 1
    coverage: float  # share of the question's content words that the passage or its title holds, 0 to 1

    def features(self) -> tuple[float, ...]:
        """Squashed to a like scale, so that one extreme logit cannot outweigh everything."""
        margin, gap = np.tanh(self.margin / 10) * 5, np.tanh(self.gap / 5) * 2
        return (float(margin), float(gap), self.similarity * 5, self.coverage * 2)


@dataclass(frozen=True, slots=True)
class Calibration:
    """``probability = sigmoid(weights · features + bias)``; below ``threshold`` the documents do not say.

    Where retrieval adds to the logit no more than ``bounds[k]``, reading added no more than ``highest[k]`` in
    ``NEARLY_ALL`` passages, and beyond the bounds no more than the last of these. Both rise.
    """

    weights: tuple[float, ...]
    bias: float
    threshold: float
    bounds: tuple[float, ...] = ()
    highest: tuple[float, ...] = (math.inf,)

    def probability(self, evidence: Evidence) -> float:
        """The chance that the answer is right, 0 to 1."""
        return float(_sigmoid(np.dot(self.weights, evidence.features()) + self.bias))

    def ceiling(self, similarity: float, coverage: float) -> float:
        """The most that nearly every passage of which no more is known comes to, 0 to 1."""
        found, _ = self._parts(Evidence(0.0, 0.0, similarity, coverage))
        read = self.highest[bisect_left(self.bounds, found)]
        return float(_sigmoid(np.asarray(found + read + self.bias)))

    def _parts(self, evidence: Evidence) -> tuple[float, float]:
        """What retrieval and what reading add to the logit."""
        margin, gap, similarity, coverage = np.multiply(self.weights, evidence.features()).tolist()
        return similarity + coverage, margin + gap

    def bounded(self, questions: Iterable[Sequence[Case]]) -> Calibration:
        """The same with the bounds of these questions' passages, in ``STEPS`` steps of as many passages each."""
        best: list[tuple[float, float]] = []
        for cases in questions:
            parts = sorted(self._parts(case.evidence) for case in cases)
            best.extend(dict(parts).items())  # the likeliest of each passage, whose cases all have retrieval's part
        steps = [step for step in np.array_split(np.array(sorted(best)).reshape(-1, 2), STEPS) if len(step)]
        highest = np.maximum.accumulate([np.quantile(step[:, 1], NEARLY_ALL) for step in steps])
        return replace(self, bounds=tuple(float(step[-1, 0]) for step in steps[:-1]), highest=tuple(highest.tolist()))

    @classmethod
    def from_json(cls, text: str) -> Calibration:
        """The inverse of ``to_json``. Raises ``ValueError``, ``KeyError`` or ``TypeError`` for anything else."""
        found = json.loads(text)
        weights = tuple(map(float, found["weights"]))
        if len(weights) != len(Evidence(0.0, 0.0, 0.0, 0.0).features()):
            raise ValueError(f"{len(weights)} weights are not those of this version: run `python -m qa.fit`")
        bounds, highest = (tuple(map(float, found[name])) for name in ("bounds", "highest"))
        if len(highest) != len(bounds) + 1:
            raise ValueError(f"{len(highest)} highest do not go with {len(bounds)} bounds: run `python -m qa.fit`")
        return cls(weights, float(found["bias"]), float(found["threshold"]), bounds, highest)

    def to_json(self) -> str:
        """As it is kept beside the reader's weights."""
        return json.dumps(asdict(self), indent=1) + "\n"


@dataclass(frozen=True, slots=True)
class Case:
    """A proposed answer and how right it was: 1.0, 0.0, or its F1 between."""

    evidence: Evidence
    right: float


def fit(questions: Sequence[Sequence[Case]], answerable: Sequence[bool]) -> Calibration:
    """Fit to the cases of questions, each with all that was proposed for it.

    The weights come from all cases, so that they say which of two proposals to believe. Those that are chosen are right
    more often than their like among all; a scale and a shift of the same weights, fitted on the chosen alone, makes up
    for that. The threshold is the ``even_threshold``; ``answerable`` says of each question whether it has an answer.
    """
    every = [case for cases in questions for case in cases]
    weights, _ = _regress([case.evidence.features() for case in every], [case.right for case in every])
    asked = [(cases, has) for cases, has in zip(questions, answerable, strict=True) if cases]
    best = [max(cases, key=lambda case: float(np.dot(weights, case.evidence.features()))) for cases, _ in asked]
    right = [case.right for case in best]
    scores = [float(np.dot(weights, case.evidence.features())) for case in best]
    (scale,), bias = _regress([(score,) for score in scores], right)
    calibration = Calibration(tuple(float(scale * weight) for weight in weights), bias, 0.5)
    said = np.array([calibration.probability(case.evidence) for case in best])
    threshold = even_threshold(said, np.array(right), np.array([has for _, has in asked]))
    return replace(calibration, threshold=threshold).bounded(questions)


def _regress(
    rows: Sequence[tuple[float, ...]], right: Sequence[float], ridge: float = 1e-3
) -> tuple[npt.NDArray[np.float64], float]:
    """Weights and bias of the regularised logistic regression, by Newton's method."""
    design = np.array([[*row, 1.0] for row in rows], dtype=np.float64)
    truth = np.asarray(right, dtype=np.float64)
    penalty = np.diag([ridge] * (design.shape[1] - 1) + [1e-9]) * len(truth)
    beta = np.zeros(design.shape[1])
    for _ in range(50):
        said = _sigmoid(design @ beta)
        gradient = design.T @ (said - truth) + penalty @ beta
        step = np.linalg.solve((design * (said * (1 - said))[:, None]).T @ design + penalty, gradient)
        beta -= step
        if float(np.abs(step).max()) < 1e-9:
            break
    return beta[:-1], float(beta[-1])


def balance(probabilities: npt.NDArray[np.float64], right: npt.NDArray[np.float64]) -> float:
    """The threshold at which right answers given plus wrong answers withheld are most, in whole percents."""
    grid = np.arange(1, 100) / 100
    given = probabilities[None, :] >= grid[:, None]
    earned = (given * right[None, :] + ~given * (1 - right[None, :])).sum(axis=1)
    return float(grid[int(earned.argmax())])


def even_threshold(
    probabilities: npt.NDArray[np.float64], right: npt.NDArray[np.float64], answerable: npt.NDArray[np.bool_]
) -> float:
    """The threshold, in whole percents, that serves both kinds of question best, whatever their numbers.

    The share of answerable questions that are given their right answer and the share of unanswerable ones that are
    refused count the same. All arrays are (n,). With one kind only it is ``balance``.
    """
    if answerable.all() or not answerable.any():
        return balance(probabilities, right)
    grid = np.arange(1, 100) / 100
    given = probabilities[None, :] >= grid[:, None]
    answered = (given * right[None, :])[:, answerable].mean(axis=1)
    refused = (~given)[:, ~answerable].mean(axis=1)
    return float(grid[int((answered + refused).argmax())])


def _sigmoid(value: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return 1.0 / (1.0 + np.exp(-np.clip(value, -40, 40)))
