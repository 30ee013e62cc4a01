"""Calibration: the probability that a proposed answer is right.

A logistic regression (Platt scaling, Platt 1999, with five features) over the evidence for one span: its margin over
the null, its margin over the next span of the passage, the similarity of passage and question, the share of the
question's words in the passage, and for a cell the likeness of the question to its column's header. All of it comes
from one passage, so the choice among answers does not change when more passages are read, as it would with a softmax
over passages or a product of no-answer scores.

The likeliest answer, if it may reach the threshold, is then verified: read once more, alone in its sentence. In a
passage a span competes with all others, and a question about something near it may raise its margin; alone, it holds
only if its sentence, or that with the sentences around it, answers the question. Of several likely answers in one
passage the one is chosen that holds best by both readings. A second regression over that margin, the rank of the
passage, its similarity and coverage, and the first probability's logit gives the probability that is shown. Choosing
among answers of different passages by it is no better.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from math import inf, log, log1p
from typing import Any

import numpy as np
import numpy.typing as npt

from qa.answering.cell_choice import CellChoice
from qa.answering.quantile_bound import QuantileBound
from qa.reader.early_exit import EarlyExit, EarlyExits

_AS_GOOD = 0.01  # of balanced accuracy; in some hundred questions its standard error is twice that
ALONE_WEIGHT = 0.6  # in the choice among answers of one passage; `qa.training.calibrate` prints what others would give
_SURE = 1e-9  # probabilities within this of 0 or 1 have the logit of this


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence for one proposed answer."""

    margin: float  # logits over the null
    gap: float  # margin over the best other span of the same passage
    similarity: float  # cosine of question and passage, -1 to 1
    coverage: float  # share of the question's content words in the passage and its title, 0 to 1
    header: float = 0.0  # as ``TableMatch.header_evidence``, -2 to 0; 0 outside tables

    def features(self) -> tuple[float, ...]:
        """The features of the regression, on similar scales; tanh bounds the influence of an extreme logit."""
        margin, gap = np.tanh(self.margin / 10) * 5, np.tanh(self.gap / 5) * 2
        return (float(margin), float(gap), self.similarity * 5, self.coverage * 2, self.header * 2)


@dataclass(frozen=True, slots=True)
class SecondReading:
    """The evidence for one proposed answer after it was read alone."""

    probability: float  # by the first reading, 0 to 1
    alone: float  # ``margin_alone``: in its sentence or with those around it, logits over the null
    rank: int  # of its passage among those that search found, from 1
    similarity: float  # as in ``Evidence``
    coverage: float  # as in ``Evidence``

    def features(self) -> tuple[float, ...]:
        """The features of the regression, on similar scales."""
        alone = float(np.tanh(self.alone / 10)) * 5
        return (_logit(self.probability), alone, log1p(self.rank - 1), self.similarity * 5, self.coverage * 2)

    def preference(self, alone_weight: float = ALONE_WEIGHT) -> float:
        """By which the best of several answers in one passage is chosen: higher is better."""
        logit, alone, *_ = self.features()
        return logit + alone_weight * alone


@dataclass(frozen=True, slots=True)
class Verification:
    """``probability = sigmoid(weights · features + bias)``; by default the probability of the first reading.

    ``bound`` is an upper bound of what the second reading adds to the logit of the first.
    """

    weights: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0, 0.0)
    bias: float = 0.0
    bound: QuantileBound = field(default_factory=lambda: QuantileBound((), (0.0,)))

    def probability(self, read: SecondReading) -> float:
        """The probability that the answer is right, 0 to 1."""
        return float(_sigmoid(np.dot(self.weights, read.features()) + self.bias))

    def least(self, probability: float) -> float:
        """The first reading's probability, 0 to 1, below which nearly none is verified to reach ``probability``."""
        wanted, bound = _logit(probability), self.bound
        bins = zip((-inf, *bound.scores), (*bound.scores, inf), bound.highest, strict=True)
        reached = [max(low, wanted - added) for low, high, added in bins if wanted - added <= high]
        return float(_sigmoid(np.asarray(min(reached))))

    @classmethod
    def fit(cls, reads: Sequence[SecondReading], right: Sequence[float]) -> Verification:
        """Fit to the answer of each question that is given, and to whether it is right, 0 to 1."""
        weights, bias = _logistic_regression([one.features() for one in reads], right)
        verification = cls(tuple(map(float, weights)), bias)
        first = np.array([_logit(one.probability) for one in reads])
        second = np.array([_logit(verification.probability(one)) for one in reads])
        return replace(verification, bound=QuantileBound.fit(first, second - first))


@dataclass(frozen=True, slots=True)
class Calibration:
    """``probability = sigmoid(weights · features + bias)``; below ``threshold`` the answer is "not found".

    The logit is the sum of what retrieval contributes (similarity and coverage) and what reading adds (margin, gap and
    header).
    ``unread`` bounds the second by the first before a passage is read; ``exits`` bound it by the states of a layer.
    ``cells`` weighs what rows and headers of a table add to the margins of its cells. ``verification`` judges an answer
    by a second reading of its sentence; the threshold is one of the probability after that.
    """

    weights: tuple[float, ...]
    bias: float
    threshold: float
    unread: QuantileBound = field(default_factory=QuantileBound)
    exits: EarlyExits = field(default_factory=dict)
    cells: CellChoice = field(default_factory=CellChoice)
    verification: Verification = field(default_factory=Verification)

    def probability(self, evidence: Evidence) -> float:
        """The probability that the answer is right, 0 to 1."""
        return float(_sigmoid(np.dot(self.weights, evidence.features()) + self.bias))

    def added(self, evidence: Evidence) -> float:
        """What reading adds to the logit: the contributions of margin, gap and header."""
        return self._parts(evidence)[1]

    def ceiling(self, similarity: float, coverage: float, added: float | None = None) -> float:
        """An upper bound of the probability, 0 to 1, of answers in a passage to whose logit reading adds ``added``.

        Without ``added`` the bound holds for nearly all passages with this similarity and coverage.
        """
        retrieval, _ = self._parts(Evidence(0.0, 0.0, similarity, coverage))
        added = self.unread.upper(retrieval) if added is None else added
        return float(_sigmoid(np.asarray(retrieval + added + self.bias)))

    def _parts(self, evidence: Evidence) -> tuple[float, float]:
        """The contributions of retrieval and of reading to the logit."""
        margin, gap, similarity, coverage, header = np.multiply(self.weights, evidence.features()).tolist()
        return similarity + coverage, margin + gap + header

    def bounded(self, questions: Iterable[Sequence[Case]]) -> Calibration:
        """This calibration with ``unread`` fitted to the cases of these questions."""
        best: list[tuple[float, float]] = []
        for cases in questions:
            parts = sorted(self._parts(case.evidence) for case in cases)
            best.extend(dict(parts).items())  # keeps each passage's best case: its cases share retrieval's contribution
        retrieval, added = np.array(best).reshape(-1, 2).T
        return replace(self, unread=QuantileBound.fit(retrieval, added, quantile=1.0))

    @classmethod
    def from_json(cls, text: str) -> Calibration:
        """The inverse of ``to_json``. Raises ``ValueError``, ``KeyError`` or ``TypeError`` for any other text."""
        fields = json.loads(text)
        weights = tuple(map(float, fields["weights"]))
        expected = len(Evidence(0.0, 0.0, 0.0, 0.0).features())
        if len(weights) != expected:
            raise ValueError(f"{len(weights)} weights instead of {expected}: run `python -m qa.training.calibrate`")
        exits = {int(one["layer"]): _exit(one) for one in fields["exits"]}
        cells = CellChoice(**fields.get("cells", {}))
        verification = _verification(fields["verification"]) if "verification" in fields else Verification()
        bias, threshold, unread = float(fields["bias"]), float(fields["threshold"]), _bound(fields["unread"])
        return cls(weights, bias, threshold, unread, exits, cells, verification)

    def to_json(self) -> str:
        """The content of the file beside the reader's weights: one line for each field and for each exit."""
        exits = [
            {"layer": layer, "bias": one.bias, "bound": asdict(one.bound), "weights": list(map(_brief, one.weights))}
            for layer, one in self.exits.items()
        ]
        parts = {"weights": self.weights, "bias": self.bias, "threshold": self.threshold, "unread": asdict(self.unread)}
        parts |= {"cells": asdict(self.cells), "verification": asdict(self.verification)}
        lines = [f"{json.dumps(name)}: {json.dumps(part)}" for name, part in parts.items()]
        listed = ",\n  ".join(map(json.dumps, exits))
        return "{\n " + ",\n ".join([*lines, f'"exits": [{listed}]']) + "\n}\n"


@dataclass(frozen=True, slots=True)
class Case:
    """The evidence for a proposed answer and its F1 against the gold answers, 0 to 1."""

    evidence: Evidence
    right: float


def fit(questions: Sequence[Sequence[Case]], answerable: Sequence[bool]) -> Calibration:
    """Fit to questions, each with the cases of all its proposals; ``answerable`` says which questions have an answer.

    The weights are fitted to all cases, so that they rank the proposals of a question. The best proposal of a question
    is right more often than other proposals with the same score; so the scores of the best proposals are calibrated
    again, by a scale and a bias. The threshold is the ``even_threshold``.
    """
    every = [case for cases in questions for case in cases]
    weights, _ = _logistic_regression([case.evidence.features() for case in every], [case.right for case in every])
    asked = [(cases, has) for cases, has in zip(questions, answerable, strict=True) if cases]

    def score(case: Case) -> float:
        return float(np.dot(weights, case.evidence.features()))

    best = [max(cases, key=score) for cases, _ in asked]
    right = [case.right for case in best]
    (scale,), bias = _logistic_regression([(score(case),) for case in best], right)
    calibration = Calibration(tuple(float(scale * weight) for weight in weights), bias, 0.5)
    probabilities = np.array([calibration.probability(case.evidence) for case in best])
    threshold = even_threshold(probabilities, np.array(right), np.array([has for _, has in asked]))
    return replace(calibration, threshold=threshold).bounded(questions)


def _logistic_regression(
    rows: Sequence[tuple[float, ...]], right: Sequence[float], ridge: float = 1e-3
) -> tuple[npt.NDArray[np.float64], float]:
    """Weights and bias of the L2-regularised logistic regression, by Newton's method."""
    design = np.array([[*row, 1.0] for row in rows], dtype=np.float64)
    truth = np.asarray(right, dtype=np.float64)
    penalty = np.diag([ridge] * (design.shape[1] - 1) + [1e-9]) * len(truth)
    beta = np.zeros(design.shape[1])
    for _ in range(50):
        predicted = _sigmoid(design @ beta)
        gradient = design.T @ (predicted - truth) + penalty @ beta
        step = np.linalg.solve((design * (predicted * (1 - predicted))[:, None]).T @ design + penalty, gradient)
        beta -= step
        if float(np.abs(step).max()) < 1e-9:
            break
    return beta[:-1], float(beta[-1])


def even_threshold(
    probabilities: npt.NDArray[np.float64], right: npt.NDArray[np.float64], answerable: npt.NDArray[np.bool_]
) -> float:
    """The threshold, in whole percents, that maximises the balanced accuracy, or one that is as good and answers more.

    Balanced accuracy is the mean of two shares: answerable questions that are answered right, and unanswerable
    questions that are refused. All arrays are (n,). If all questions are of one kind, it is the share of right answers
    given and wrong answers withheld. Of thresholds within a percent point of the best the lowest is chosen: some
    hundred questions do not tell such thresholds apart.
    """
    grid = np.arange(1, 100) / 100
    given = probabilities[None, :] >= grid[:, None]
    answered = given * right[None, :]
    if answerable.all() or not answerable.any():
        accuracy = (answered + ~given * (1 - right[None, :])).mean(axis=1)
    else:
        accuracy = (answered[:, answerable].mean(axis=1) + (~given)[:, ~answerable].mean(axis=1)) / 2
    return float(grid[int((accuracy >= accuracy.max() - _AS_GOOD).argmax())])


def _sigmoid(value: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return 1.0 / (1.0 + np.exp(-np.clip(value, -40, 40)))


def _logit(probability: float) -> float:
    inside = min(max(probability, _SURE), 1 - _SURE)
    return log(inside / (1 - inside))


def _exit(fields: dict[str, Any]) -> EarlyExit:
    return EarlyExit(np.array(fields["weights"], dtype=np.float32), float(fields["bias"]), _bound(fields["bound"]))


def _verification(fields: dict[str, Any]) -> Verification:
    return Verification(tuple(map(float, fields["weights"])), float(fields["bias"]), _bound(fields["bound"]))


def _bound(fields: dict[str, Any]) -> QuantileBound:
    return QuantileBound(*(tuple(map(float, fields[name])) for name in ("scores", "highest")))


def _brief(number: np.floating[Any]) -> float:  # four digits
    return float(f"{number:.4g}")
