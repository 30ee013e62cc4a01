"""The scores of outcomes agree with figures computed by hand."""

from collections.abc import Callable

import pytest

from qa.evaluation.scores import (
    Alone,
    Outcome,
    Verdict,
    compute_scores,
    cost_of,
    fit_threshold,
    is_right,
    recall_at,
    risk_coverage,
)

MakeOutcome = Callable[..., Outcome]


@pytest.fixture
def four(outcome: MakeOutcome) -> list[Outcome]:
    """A right answer, a wrong one, a right one withheld, and a question rightly refused."""
    return [
        outcome(("the lake",), said="lake", probability=0.9, rank=1, milliseconds=100),
        outcome(("the sea",), said="cod", probability=0.7, rank=4, milliseconds=200, exact=False),
        outcome(("a river",), said="river", probability=0.4, rank=None, milliseconds=300),
        outcome((), said="cod", probability=0.1, milliseconds=400),
    ]


def test_the_measures_are_those_worked_out_by_hand(four: list[Outcome]):
    scores = compute_scores(four, 0.5, 1 << 20)
    assert (scores.questions, scores.answerable) == (4, 3)
    assert (scores.em, scores.f1) == (0.5, 0.5)  # the first and the refusal are right
    assert (scores.answerable_em, scores.answerable_f1) == pytest.approx((2 / 3, 2 / 3))  # without refusing
    assert dict(scores.recall) == pytest.approx({1: 1 / 3, 3: 1 / 3, 5: 2 / 3, 10: 2 / 3})
    assert scores.mrr == pytest.approx((1 + 1 / 4) / 3)
    assert (scores.refusal_precision, scores.refusal_recall) == (0.5, 1.0)
    assert scores.citation_exactness == 0.5
    assert scores.auroc == 1.0
    assert scores.calibration_error == pytest.approx((0.1 + 0.7 + 0.6 + 0.1) / 4)  # one question in each bin
    assert (scores.latency_p50, scores.latency_p95) == pytest.approx((250, 385))


def test_a_threshold_has_the_cost_of_what_it_withholds(four: list[Outcome]):
    low, high = cost_of(four, 0.05), cost_of(four, 0.8)
    assert (low.answered, low.right, low.refusal_precision, low.refusal_recall) == (1.0, 0.5, None, 0.0)
    assert (high.answered, high.right, high.refusal_recall) == (0.25, 1.0, 1.0)
    assert high.refusal_precision == pytest.approx(1 / 3)


def test_the_fitted_threshold_gives_right_answers_and_refuses_what_is_not_there(outcome: MakeOutcome):
    right = [outcome(("lake",), said="lake", probability=p) for p in (0.62, 0.7, 0.9)]
    wrong = [outcome((), said="cod", probability=p) for p in (0.1, 0.3, 0.58)]
    assert fit_threshold([*right, *wrong]) == pytest.approx(0.59)


def test_risk_rises_with_coverage_as_the_less_probable_are_answered(four: list[Outcome]):
    assert risk_coverage(four) == [(0.25, 0.0), (0.5, 0.5), (0.75, pytest.approx(1 / 3)), (1.0, 0.5)]


def test_recall_is_over_answerable_questions_alone(outcome: MakeOutcome):
    assert recall_at([outcome(("lake",), rank=2), outcome(())], [1, 2]) == ((1, 0.0), (2, 1.0))
    assert recall_at([outcome(())], [1]) == ()


def test_measures_without_a_question_are_none(outcome: MakeOutcome):
    unanswerable = compute_scores([outcome((), said="cod", probability=0.9)], 0.5, 0)
    assert (unanswerable.mrr, unanswerable.answerable_f1, unanswerable.auroc, unanswerable.recall) == (
        None,
        None,
        None,
        (),
    )
    assert (unanswerable.refusal_precision, unanswerable.refusal_recall) == (None, 0.0)
    assert unanswerable.alone is None


def test_answers_lost_between_the_paragraph_alone_and_the_whole_index_are_counted(outcome: MakeOutcome):
    right, wrong = Alone("lake", 5.0), Alone("cod", 1.0)
    outcomes = [
        outcome(("lake",), said="lake", probability=0.9, rank=1, alone=right),
        outcome(("lake",), said="lake", probability=0.4, rank=1, alone=right),  # withheld
        outcome(("lake",), said="cod", probability=0.9, rank=1, alone=right),  # another passage won
        outcome(("lake",), said="lake", probability=0.9, rank=1, alone=wrong),
        outcome((), said="cod", probability=0.1, alone=Alone("cod", -3.0)),
    ]
    alone = compute_scores(outcomes, 0.5, 0).alone
    assert alone is not None
    assert (alone.em, alone.f1, alone.auroc) == (0.75, 0.75, 1.0)
    assert alone.best_f1 == pytest.approx(4 / 5)
    assert (alone.kept, alone.kept_given) == pytest.approx((2 / 3, 1 / 3))


LAKE = ("lake",)
VERDICTS = [
    (Verdict.RIGHT, {"answers": LAKE, "said": "the lake", "probability": 0.9, "rank": 1}),
    (Verdict.RIGHTLY_REFUSED, {"said": "cod", "probability": 0.1}),
    (Verdict.SHOULD_REFUSE, {"said": "cod", "probability": 0.9}),
    (Verdict.NOT_RETRIEVED, {"answers": LAKE, "said": "cod", "probability": 0.9}),
    (Verdict.NOT_RETRIEVED, {"answers": LAKE, "said": "cod", "probability": 0.1, "rank": 9}),  # but not read
    (Verdict.WRONGLY_REFUSED, {"answers": LAKE, "said": "lake", "probability": 0.1, "rank": 2}),
    (Verdict.OTHER_PASSAGE, {"answers": LAKE, "said": "cod", "passage": "A cod.", "probability": 0.9, "rank": 2}),
    (Verdict.OTHER_SPAN, {"answers": LAKE, "said": "cod", "passage": "A lake, a cod.", "probability": 0.9, "rank": 2}),
]


@pytest.mark.parametrize(("verdict", "made"), VERDICTS)
def test_every_question_gets_its_verdict(outcome: MakeOutcome, verdict: Verdict, made: dict[str, object]):
    assert outcome(**made).verdict is verdict


def test_right_is_what_a_person_would_call_right():
    assert is_right("in 2027", ["2027"]) and is_right("Kim", ["Jonathan Kim"])
    assert not is_right("the whole of the year after 2026", ["2027"])
    assert not is_right("", []) and not is_right("cod", [])
