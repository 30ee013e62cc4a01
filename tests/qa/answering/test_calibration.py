"""Probabilities are calibrated, and calibrations are stored without loss."""

from dataclasses import replace
from itertools import chain

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answering.calibration import Calibration, Case, Evidence, even_threshold, fit
from qa.answering.quantile_bound import QuantileBound
from qa.evaluation.metrics import calibration_error
from qa.reader.early_exit import EarlyExit

FINITE = st.floats(-1e6, 1e6)
EVIDENCE = st.builds(Evidence, FINITE, FINITE, st.floats(-1, 1), st.floats(0, 1))


def synthetic(questions=1500, seed=3):
    """Questions with five proposals, each right with a probability that depends on its margin."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(questions):
        margins = rng.normal(0, 6, 5)
        right = rng.random(5) < 1 / (1 + np.exp(3 - np.tanh(margins / 10) * 5))
        made.append(
            [
                Case(Evidence(m, rng.normal(), rng.random(), rng.random()), float(r))
                for m, r in zip(margins, right, strict=True)
            ]
        )
    return made


def test_the_probability_is_calibrated_on_questions_not_used_to_fit():
    questions = synthetic(3000)
    calibration = fit(questions[:1500], [True] * 1500)
    best = [max(cases, key=lambda case: calibration.probability(case.evidence)) for cases in questions[1500:]]
    said = [calibration.probability(case.evidence) for case in best]
    assert calibration_error(said, [case.right for case in best]) < 0.05


@given(st.lists(EVIDENCE, min_size=1, max_size=3))
def test_a_probability_is_in_range_for_any_logits(many):
    calibration = Calibration((0.5, 0.2, 0.3, 0.4, 0.1), -1.0, 0.5)
    assert all(0.0 <= calibration.probability(one) <= 1.0 for one in many)


def test_a_larger_margin_is_never_less_probable():
    calibration = fit(synthetic(), [True] * 1500)
    said = [calibration.probability(Evidence(m, 1.0, 0.5, 0.5)) for m in np.linspace(-20, 20, 50)]
    assert said == sorted(said)


def test_the_balanced_threshold_maximises_right_given_plus_wrong_withheld():
    probabilities, right = np.array([0.1, 0.2, 0.6, 0.9]), np.array([0.0, 0.0, 1.0, 1.0])
    assert even_threshold(probabilities, right, np.ones(4, dtype=np.bool_)) == pytest.approx(0.21)


def test_an_even_threshold_does_not_depend_on_how_many_questions_of_a_kind_are_asked():
    said, right = np.array([0.1, 0.4, 0.3, 0.9]), np.array([0.0, 0.0, 1.0, 1.0])
    answerable = np.array([False, False, True, True])
    once = even_threshold(said, right, answerable)
    more = even_threshold(np.r_[said, [0.1, 0.4] * 9], np.r_[right, [0.0] * 18], np.r_[answerable, [False] * 18])
    assert once == more == pytest.approx(0.11)


def test_of_thresholds_that_are_as_good_the_lowest_is_chosen():
    said, right = np.r_[0.2, np.linspace(0.3, 0.9, 999)], np.r_[0.0, np.ones(999)]
    assert even_threshold(said, right, np.ones(1000, dtype=np.bool_)) == pytest.approx(0.01)


def test_a_calibration_is_stored_without_loss():
    calibration = fit(synthetic(200), [True] * 200)
    assert Calibration.from_json(calibration.to_json()) == calibration


def test_exits_are_stored_to_four_digits():
    told = EarlyExit(np.array([0.123456, -2.0], dtype=np.float32), 0.5, QuantileBound((0.1,), (1.0, 2.0)))
    read = Calibration.from_json(replace(fit(synthetic(200), [True] * 200), exits={4: told}).to_json()).exits[4]
    assert (read.bias, read.bound, read.weights.tolist()) == (0.5, told.bound, pytest.approx([0.1235, -2.0]))


def test_no_case_exceeds_the_ceiling_of_its_passage():
    questions = synthetic(300)
    calibration = fit(questions, [True] * 300)
    cases = [case.evidence for case in chain.from_iterable(questions)]
    ceilings = [calibration.ceiling(one.similarity, one.coverage) for one in cases]
    within = [calibration.probability(one) <= most + 1e-9 for one, most in zip(cases, ceilings, strict=True)]
    assert all(within)
    assert calibration.ceiling(0.0, 0.0) < calibration.ceiling(1.0, 1.0)


WRONG_LENGTH = '{"weights": [1], "bias": 0, "threshold": 0}'
NO_END = """{"weights": [1, 1, 1, 1, 1], "bias": 0, "threshold": 0, "unread": {"scores": [1], "highest": [2]},
 "exits": []}"""


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"weights": 1, "bias": 0, "threshold": 0}', WRONG_LENGTH, NO_END])
def test_other_text_is_no_calibration(text):
    with pytest.raises((ValueError, KeyError, TypeError)):
        Calibration.from_json(text)
