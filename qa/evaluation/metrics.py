"""Measures of answering, as the SQuAD evaluation script defines them, and of how well a probability is calibrated."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalise(text: str) -> str:
    """Lower case, without punctuation, articles and spare white space (Rajpurkar et al. 2016)."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(prediction: str, golds: Sequence[str]) -> float:
    """1.0 if the prediction equals any gold answer after ``normalise``, else 0.0. No golds: an empty one is right."""
    return float(normalise(prediction) in {normalise(gold) for gold in golds or ("",)})


def f1(prediction: str, golds: Sequence[str]) -> float:
    """The best token-level F1 over the gold answers, 0 to 1. No golds: an empty prediction is right."""
    return max(_f1(normalise(prediction).split(), normalise(gold).split()) for gold in golds or ("",))


def _f1(prediction: list[str], gold: list[str]) -> float:
    if not prediction or not gold:
        return float(prediction == gold)
    shared = sum((Counter(prediction) & Counter(gold)).values())
    return 2 * shared / (len(prediction) + len(gold))


def auroc(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """The chance that a positive scores above a negative, ties counting half; 0.5 when either is missing."""
    values, truth = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=np.bool_)
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if not positives or not negatives:
        return 0.5
    ordered = np.sort(values)
    ranks = (np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right") + 1) / 2
    return float((ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def best_f1(scores: Sequence[float], f1s: Sequence[float], answerable: Sequence[bool]) -> tuple[float, float]:
    """The best mean F1 over all questions that any threshold on ``scores`` reaches, and that threshold.

    Above the threshold a question earns its F1, below it 1 if it is unanswerable (SQuAD 2.0, Rajpurkar et al. 2018).
    """
    order = np.argsort(-np.asarray(scores, dtype=np.float64), kind="stable")
    earned = np.where(np.asarray(answerable, dtype=np.bool_), np.asarray(f1s, dtype=np.float64), 0.0)[order]
    refused = (~np.asarray(answerable, dtype=np.bool_)).astype(np.float64)[order]
    totals = np.concatenate([[0.0], np.cumsum(earned)]) + refused.sum() - np.concatenate([[0.0], np.cumsum(refused)])
    best = int(totals.argmax())
    threshold = float(np.asarray(scores)[order[best - 1]]) if best else float("inf")
    return float(totals[best] / max(len(order), 1)), threshold


def calibration_error(probabilities: Sequence[float], right: Sequence[float], bins: int = 10) -> float:
    """Expected calibration error over equally filled bins, 0 to 1 (Nguyen and O'Connor 2015)."""
    return float(sum(weight * abs(mean - true) for mean, true, weight in reliability(probabilities, right, bins)))


def reliability(
    probabilities: Sequence[float], right: Sequence[float], bins: int = 10
) -> list[tuple[float, float, float]]:
    """(mean probability, share right, share of all) of equally filled bins, by rising probability."""
    values: npt.NDArray[np.float64] = np.asarray(probabilities, dtype=np.float64)
    true: npt.NDArray[np.float64] = np.asarray(right, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    return [
        (float(values[part].mean()), float(true[part].mean()), len(part) / len(order))
        for part in np.array_split(order, min(bins, max(len(order), 1)))
        if len(part)
    ]
