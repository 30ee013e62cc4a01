"""One probability, that means what it says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.calibration import Calibration, Evidence, balance, fit
from qa.metrics import calibration_error

FINITE = st.floats(-1e6, 1e6)
EVIDENCE = st.builds(Evidence, FINITE, FINITE, st.floats(-1, 1), st.floats(0, 1))


def synthetic(count=4000, seed=3):
    rng = np.random.default_rng(seed)
    margins = rng.normal(0, 6, count)
    truth = rng.random(count) < 1 / (1 + np.exp(-np.tanh(margins / 10) * 5))
    evidence = [Evidence(float(m), float(rng.normal()), float(rng.random()), float(rng.random())) for m in margins]
    return evidence, truth.astype(float).tolist()


def test_a_fitted_probability_is_calibrated_on_questions_not_used_to_fit():
    evidence, right = synthetic()
    calibration = fit(evidence[:2000], right[:2000])
    said = [calibration.probability(one) for one in evidence[2000:]]
    assert calibration_error(said, right[2000:]) < 0.05


@given(st.lists(EVIDENCE, min_size=1, max_size=3))
def test_a_probability_is_one_whatever_the_logits(many):
    calibration = Calibration((0.5, 0.2, 0.3, 0.4), -1.0, 0.5)
    assert all(0.0 <= calibration.probability(one) <= 1.0 for one in many)


def test_a_larger_margin_is_never_less_probable():
    calibration = fit(*synthetic())
    said = [calibration.probability(Evidence(m, 1.0, 0.5, 0.5)) for m in np.linspace(-20, 20, 50)]
    assert said == sorted(said)


def test_the_threshold_is_where_right_given_and_wrong_withheld_are_most():
    assert balance(np.array([0.1, 0.2, 0.6, 0.9]), np.array([0.0, 0.0, 1.0, 1.0])) == pytest.approx(0.21)


def test_a_calibration_is_read_back_as_it_was_written():
    calibration = fit(*synthetic(200))
    assert Calibration.from_json(calibration.to_json()) == calibration


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"weights": 1, "bias": 0, "threshold": 0}'])
def test_anything_else_is_no_calibration(text):
    with pytest.raises((ValueError, KeyError, TypeError)):
        Calibration.from_json(text)
