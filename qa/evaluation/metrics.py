"""Measures of answering, as the SQuAD evaluation script defines them, and of how well a probability is calibrated."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalise(text: str) -> str:
    """Lower case, without punctuation, articles and extra white space (Rajpurkar et al. 2016)."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def exact_match(prediction: str, golds: Sequence[str]) -> float:
    """1.0 if the prediction equals a gold answer after ``normalise``, else 0.0; without golds only "" is right."""
    return float(normalise(prediction) in {normalise(gold) for gold in golds or ("",)})


def f1(prediction: str, golds: Sequence[str]) -> float:
    """The best token-level F1 over the gold answers, 0 to 1; without golds only an empty prediction is right."""
    return max(_f1(normalise(prediction).split(), normalise(gold).split()) for gold in golds or ("",))


def _f1(prediction: list[str], gold: list[str]) -> float:
    if not prediction or not gold:
        return float(prediction == gold)
    shared = sum((Counter(prediction) & Counter(gold)).values())
    return 2 * shared / (len(prediction) + len(gold))


def mentions(passage: str, answers: Iterable[str]) -> bool:
    """Whether the passage contains one of the answers as whole words, either literally or after ``normalise``."""
    words = f" {normalise(passage)} "
    return any(
        re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", passage) or f" {normalise(answer)} " in words
        for answer in answers
    )


def auroc(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """The probability that a positive scores above a negative (ties count half); 0.5 if either kind is missing."""
    values, truth = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=np.bool_)
    positives, negatives = int(truth.sum()), int((~truth).sum())
    if not positives or not negatives:
        return 0.5
    ordered = np.sort(values)
    ranks = (np.searchsorted(ordered, values, "left") + np.searchsorted(ordered, values, "right") + 1) / 2
    return float((ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def best_f1(scores: Sequence[float], f1s: Sequence[float], answerable: Sequence[bool]) -> float:
    """The best mean F1 over all questions that any threshold on ``scores`` reaches, 0 to 1.

    Above the threshold a question earns its F1, or 0 if it is unanswerable; below it an unanswerable question earns 1
    (SQuAD 2.0, Rajpurkar et al. 2018).
    """
    order = np.argsort(-np.asarray(scores, dtype=np.float64), kind="stable")
    gained = np.where(answerable, f1s, -1.0)[order]  # by answering instead of refusing
    best = np.cumsum([0.0, *gained]).max() + np.count_nonzero(~np.asarray(answerable, dtype=np.bool_))
    return float(best / max(len(order), 1))


def calibration_error(probabilities: Sequence[float], right: Sequence[float], bins: int = 10) -> float:
    """Expected calibration error over bins of equal size, 0 to 1 (Nguyen and O'Connor 2015)."""
    return float(sum(weight * abs(mean - true) for mean, true, weight in reliability(probabilities, right, bins)))


def reliability(
    probabilities: Sequence[float], right: Sequence[float], bins: int = 10
) -> list[tuple[float, float, float]]:
    """(mean probability, share right, share of all) of bins of equal size, in order of probability."""
    values, true = np.asarray(probabilities, dtype=np.float64), np.asarray(right, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    return [
        (float(values[part].mean()), float(true[part].mean()), len(part) / len(order))
        for part in np.array_split(order, min(bins, max(len(order), 1)))
        if len(part)
    ]
