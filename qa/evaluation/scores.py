"""The measures of an index and its reader, computed from the outcomes of many questions.

All shares are 0 to 1. A measure is None if no question contributes to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

import numpy as np

from qa.answering.calibration import even_threshold
from qa.evaluation.metrics import auroc, best_f1, calibration_error, exact_match, f1, mentions
from qa.evaluation.questions import GoldQuestion
from qa.types import Answer

RECALL_AT = (1, 3, 5, 10)
RIGHT_F1 = 0.5  # the lowest F1 of an answer that a person calls right: "Kim" for "Jonathan Kim"


class Verdict(StrEnum):
    """The result of a question; a failure names its cause."""

    RIGHT = "right"
    RIGHTLY_REFUSED = "rightly refused"
    NOT_RETRIEVED = "the passage was not found"
    WRONGLY_REFUSED = "refused, though the passage was found"
    OTHER_PASSAGE = "another passage won"
    OTHER_SPAN = "another span of a right passage won"
    SHOULD_REFUSE = "answered, though the documents do not say"


@dataclass(frozen=True, slots=True)
class Alone:
    """The reader's answer to a question when it is given only the right paragraph."""

    text: str
    margin: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question with its answer and what the answer is measured by."""

    gold: GoldQuestion
    answer: Answer
    rank: int | None  # from 1, of the first retrieved passage that contains the answer
    holding: str  # that passage, or ""
    exact: tuple[bool, ...]  # for each citation: whether its file contains the quote at the cited position
    milliseconds: float
    alone: Alone | None = None

    @property
    def guess(self) -> str:
        """The most probable answer, given or withheld."""
        withheld = self.answer.candidates[0].text if self.answer.candidates else ""
        return self.answer.text if self.answer.found else withheld

    @property
    def guess_is_right(self) -> bool:
        """Whether the most probable answer is right."""
        return is_right(self.guess, self.gold.answers)

    @property
    def verdict(self) -> Verdict:
        """The result of the question."""
        if not self.gold.answers:
            return Verdict.SHOULD_REFUSE if self.answer.found else Verdict.RIGHTLY_REFUSED
        if self.answer.found and self.guess_is_right:
            return Verdict.RIGHT
        if self.rank is None or self.rank > len(self.answer.passages):
            return Verdict.NOT_RETRIEVED
        if not self.answer.found:
            return Verdict.WRONGLY_REFUSED
        cited = self.answer.citations[0]
        same = cited.passage == self.holding or mentions(cited.passage, self.gold.answers)
        return Verdict.OTHER_SPAN if same else Verdict.OTHER_PASSAGE


@dataclass(frozen=True, slots=True)
class ParagraphScores:
    """The reader on its own: every question is read with the paragraph that it was written about."""

    em: float | None  # over answerable questions, none of which is refused
    f1: float | None
    best_f1: float  # over all questions, at the best threshold on the margin (SQuAD 2.0)
    auroc: float | None  # of the margin, answerable against unanswerable questions


@dataclass(frozen=True, slots=True)
class AloneScores(ParagraphScores):
    """The reader on its own, compared with answering from the whole index."""

    kept: float | None  # of the questions right here, the share whose most probable answer is right end to end
    kept_given: float | None  # the same, if that answer is also given, not withheld


@dataclass(frozen=True, slots=True)
class Scores:
    """The quality of an index and its reader on one set of questions."""

    questions: int
    answerable: int
    threshold: float
    em: float  # a refusal is an empty answer, which is right for an unanswerable question
    f1: float
    answerable_em: float | None  # of the most probable answer, given or withheld, over answerable questions
    answerable_f1: float | None
    recall: tuple[tuple[int, float], ...]  # as ``recall_at``
    mrr: float | None
    refusal_precision: float | None
    refusal_recall: float | None
    citation_exactness: float | None
    calibration_error: float
    auroc: float | None  # of the probability, answerable against unanswerable questions
    latency_p50: float  # milliseconds
    latency_p95: float
    peak_memory: int  # bytes
    alone: AloneScores | None = None


@dataclass(frozen=True, slots=True)
class Cost:
    """What a threshold withholds and what it lets through on a set of questions."""

    threshold: float
    answered: float  # share of all questions
    right: float | None  # of the answers given
    refusal_precision: float | None
    refusal_recall: float | None


def is_right(prediction: str, golds: Sequence[str]) -> bool:
    """Whether a person would call the answer right; always False for an unanswerable question."""
    return bool(golds) and f1(prediction, golds) >= RIGHT_F1


def compute_scores(outcomes: Sequence[Outcome], threshold: float, peak_memory: int) -> Scores:
    """Every measure; needs at least one outcome."""
    answerable = [one for one in outcomes if one.gold.answers]
    given = [(one.answer.text, one.gold.answers) for one in outcomes]
    guesses = [(one.guess, one.gold.answers) for one in answerable]
    cost = cost_of(outcomes, threshold)
    p50, p95 = np.percentile([one.milliseconds for one in outcomes], [50, 95])
    return Scores(
        questions=len(outcomes),
        answerable=len(answerable),
        threshold=threshold,
        em=_mean([exact_match(*pair) for pair in given]) or 0.0,
        f1=_mean([f1(*pair) for pair in given]) or 0.0,
        answerable_em=_mean([exact_match(*pair) for pair in guesses]),
        answerable_f1=_mean([f1(*pair) for pair in guesses]),
        recall=recall_at(outcomes, RECALL_AT),
        mrr=_mean([1 / one.rank if one.rank else 0.0 for one in answerable]),
        refusal_precision=cost.refusal_precision,
        refusal_recall=cost.refusal_recall,
        citation_exactness=_mean([float(exact) for one in outcomes for exact in one.exact]),
        calibration_error=calibration_error(*calibration_pairs(outcomes)),
        auroc=_auroc([one.answer.probability for one in outcomes], [bool(one.gold.answers) for one in outcomes]),
        latency_p50=float(p50),
        latency_p95=float(p95),
        peak_memory=peak_memory,
        alone=_alone(outcomes),
    )


def recall_at(outcomes: Sequence[Outcome], ranks: Sequence[int]) -> tuple[tuple[int, float], ...]:
    """(k, share of the answerable questions whose answer is in the first k retrieved passages); empty without any."""
    found = [one.rank or 0 for one in outcomes if one.gold.answers]
    return tuple((k, sum(0 < rank <= k for rank in found) / len(found)) for k in ranks) if found else ()


def calibration_pairs(outcomes: Sequence[Outcome]) -> tuple[list[float], list[float]]:
    """The probability of each most probable answer, and its F1 (0 if the question is unanswerable)."""
    right = [f1(one.guess, one.gold.answers) if one.gold.answers else 0.0 for one in outcomes]
    return [one.answer.probability for one in outcomes], right


def cost_of(outcomes: Sequence[Outcome], threshold: float) -> Cost:
    """The cost of withholding all answers that are less probable than the threshold."""
    refused = [one for one in outcomes if not one.guess or one.answer.probability < threshold]
    given = [one for one in outcomes if one.guess and one.answer.probability >= threshold]
    rightly = sum(not one.gold.answers for one in refused)
    return Cost(
        threshold=threshold,
        answered=len(given) / len(outcomes),
        right=_share(sum(one.guess_is_right for one in given), len(given)),
        refusal_precision=_share(rightly, len(refused)),
        refusal_recall=_share(rightly, sum(not one.gold.answers for one in outcomes)),
    )


def fit_threshold(outcomes: Sequence[Outcome]) -> float:
    """The ``even_threshold`` of these questions: the default threshold is chosen in the same way."""
    probabilities, true = calibration_pairs(outcomes)
    return even_threshold(
        np.asarray(probabilities), np.asarray(true), np.asarray([bool(one.gold.answers) for one in outcomes])
    )


def risk_coverage(outcomes: Sequence[Outcome]) -> list[tuple[float, float]]:
    """(share of questions answered, mean of 1 - F1 of those answers) if the k most probable are given, for every k."""
    probabilities, true = (np.asarray(side) for side in calibration_pairs(outcomes))
    order = np.argsort(-probabilities, kind="stable")
    counts = np.arange(1, len(order) + 1)
    risks = 1.0 - np.cumsum(true[order]) / counts
    return [(float(count / len(order)), float(risk)) for count, risk in zip(counts, risks, strict=True)]


def paragraph_scores(read: Sequence[tuple[GoldQuestion, Alone]]) -> ParagraphScores:
    """The measures of the reader on its own."""
    margins, pairs = [alone.margin for _, alone in read], [(alone.text, gold.answers) for gold, alone in read]
    answerable = [pair for pair in pairs if pair[1]]
    labels = [bool(golds) for _, golds in pairs]
    return ParagraphScores(
        em=_mean([exact_match(*pair) for pair in answerable]),
        f1=_mean([f1(*pair) for pair in answerable]),
        best_f1=best_f1(margins, [f1(*pair) for pair in pairs], labels),
        auroc=_auroc(margins, labels),
    )


def _alone(outcomes: Sequence[Outcome]) -> AloneScores | None:
    read = [(one, one.alone) for one in outcomes if one.alone is not None]
    if not read:
        return None
    right = [one for one, alone in read if is_right(alone.text, one.gold.answers)]
    return AloneScores(
        **asdict(paragraph_scores([(one.gold, alone) for one, alone in read])),
        kept=_mean([float(one.guess_is_right) for one in right]),
        kept_given=_mean([float(one.verdict is Verdict.RIGHT) for one in right]),
    )


def _auroc(scores: Sequence[float], labels: Sequence[bool]) -> float | None:
    return auroc(scores, labels) if len(set(labels)) == 2 else None


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
