"""From scores to one probability that an answer is right.

A logistic regression over what is known of one passage's best span: its margin over the null, how far it stands above
the next place in the same passage, how near the passage is to the question, and how many of the question's words it
holds. All of these belong to that passage alone, so reading more passages never changes the probability of an answer
(unlike a softmax over passages, or a product of no-answer scores).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.answering.quantile_bound import Bound
from qa.reader.early_exit import Exit, Exits


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

    ``unread`` bounds what reading adds to the logit of a passage by what retrieval added, and the ``exits`` bound it by
    the states of a layer halfway.
    """

    weights: tuple[float, ...]
    bias: float
    threshold: float
    unread: Bound = field(default_factory=Bound)
    exits: Exits = field(default_factory=dict)

    def probability(self, evidence: Evidence) -> float:
        """The chance that the answer is right, 0 to 1."""
        return float(_sigmoid(np.dot(self.weights, evidence.features()) + self.bias))

    def added(self, evidence: Evidence) -> float:
        """What reading adds to the logit."""
        return self._parts(evidence)[1]

    def ceiling(self, similarity: float, coverage: float, added: float | None = None) -> float:
        """The most that an answer comes to, 0 to 1, where reading adds at most so much.

        By default that much is what it adds to nearly every passage of which no more is known than how it was found.
        """
        found, _ = self._parts(Evidence(0.0, 0.0, similarity, coverage))
        added = self.unread.of(found) if added is None else added
        return float(_sigmoid(np.asarray(found + added + self.bias)))

    def _parts(self, evidence: Evidence) -> tuple[float, float]:
        """What retrieval and what reading add to the logit."""
        margin, gap, similarity, coverage = np.multiply(self.weights, evidence.features()).tolist()
        return similarity + coverage, margin + gap

    def bounded(self, questions: Iterable[Sequence[Case]]) -> Calibration:
        """The same with the bound of these questions' passages."""
        best: list[tuple[float, float]] = []
        for cases in questions:
            parts = sorted(self._parts(case.evidence) for case in cases)
            best.extend(dict(parts).items())  # the likeliest of each passage, whose cases all have retrieval's part
        found, added = np.array(best).reshape(-1, 2).T
        return replace(self, unread=Bound.fit(found, added))

    @classmethod
    def from_json(cls, text: str) -> Calibration:
        """The inverse of ``to_json``. Raises ``ValueError``, ``KeyError`` or ``TypeError`` for anything else."""
        found = json.loads(text)
        weights = tuple(map(float, found["weights"]))
        if len(weights) != len(Evidence(0.0, 0.0, 0.0, 0.0).features()):
            raise ValueError(
                f"{len(weights)} weights are not those of this version: run `python -m qa.training.calibrate`"
            )
        exits = {int(one["layer"]): _exit(one) for one in found["exits"]}
        return cls(weights, float(found["bias"]), float(found["threshold"]), _bound(found["unread"]), exits)

    def to_json(self) -> str:
        """As it is kept beside the reader's weights: a line for each part, and for each exit."""
        exits = [
            {"layer": layer, "bias": one.bias, "bound": asdict(one.bound), "weights": list(map(_brief, one.weights))}
            for layer, one in self.exits.items()
        ]
        parts = {"weights": self.weights, "bias": self.bias, "threshold": self.threshold, "unread": asdict(self.unread)}
        lines = [f"{json.dumps(name)}: {json.dumps(part)}" for name, part in parts.items()]
        listed = ",\n  ".join(map(json.dumps, exits))
        return "{\n " + ",\n ".join([*lines, f'"exits": [{listed}]']) + "\n}\n"


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


def _exit(found: dict[str, Any]) -> Exit:
    return Exit(np.array(found["weights"], dtype=np.float32), float(found["bias"]), _bound(found["bound"]))


def _bound(found: dict[str, Any]) -> Bound:
    return Bound(*(tuple(map(float, found[name])) for name in ("scores", "highest")))


def _brief(number: np.floating[Any]) -> float:
    return float(f"{number:.4g}")
