"""Outcomes made by hand, whose measures can be worked out on paper."""

from __future__ import annotations

from qa.evaluation.evaluate import THRESHOLDS, Evaluation
from qa.evaluation.questions import GoldQuestion
from qa.evaluation.scores import Alone, Outcome, compute_scores, cost_of, fit_threshold
from qa.types import Answer, Candidate, Citation, PassageRead


def make_outcome(
    answers: tuple[str, ...] = (),
    *,
    said: str = "",
    probability: float = 0.0,
    threshold: float = 0.5,
    rank: int | None = None,
    holding: str = "",
    passage: str | None = None,
    title: str = "Fish",
    question: str = "Where are carp?",
    exact: bool = True,
    milliseconds: float = 100.0,
    alone: Alone | None = None,
) -> Outcome:
    """One outcome: ``said`` is the likeliest answer, given when it is probable enough, quoted from ``passage``."""
    text = said if passage is None else passage
    start = text.index(said)
    citation = Citation(1, "fish.md", title, None, None, None, start, start + len(said), said, text, 0, 0, text)
    found = bool(said) and probability >= threshold
    read = PassageRead(1, "fish.md", title, None, None, None, 0, len(text), text, 1.0, 1, 1, 0.0, said)
    answer = Answer(
        question=question,
        found=found,
        text=said if found else "",
        probability=probability,
        threshold=threshold,
        citations=(citation,) if found else (),
        candidates=() if found or not said else (Candidate(said, probability, 0.0, citation),),
        passages=(read,) * 5,
    )
    return Outcome(
        gold=GoldQuestion(question, answers),
        answer=answer,
        rank=rank,
        holding=holding,
        exact=(exact,) if found else (),
        milliseconds=milliseconds,
        alone=alone,
    )


def evaluation_of(*outcomes: Outcome) -> Evaluation:
    """The evaluation of these outcomes at a threshold of 0.5."""
    costs = tuple(cost_of(outcomes, threshold) for threshold in THRESHOLDS)
    fitted = cost_of(outcomes, fit_threshold(outcomes))
    return Evaluation(compute_scores(outcomes, 0.5, 300 << 20), outcomes, costs, fitted)
