"""A second reading of the answer's sentence corrects the probability of the first."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answering.calibration import SecondReading, Verification


def synthetic(count=2000, seed=5):
    """Answers that are right with a probability that depends on both readings."""
    rng = np.random.default_rng(seed)
    reads, right = [], []
    for _ in range(count):
        first, alone, rank = rng.uniform(0.02, 0.98), rng.normal(0, 8), int(rng.integers(1, 11))
        logit = np.log(first / (1 - first)) + np.tanh(alone / 10) * 2 - 0.5 * np.log(rank)
        reads.append(SecondReading(first, alone, rank, rng.random(), rng.random()))
        right.append(float(rng.random() < 1 / (1 + np.exp(-logit))))
    return reads, right


@given(st.floats(0.001, 0.999))
def test_without_a_fit_the_first_probability_stays(probability):
    verification = Verification()
    assert verification.probability(SecondReading(probability, 3.0, 2, 0.5, 0.5)) == pytest.approx(probability)
    assert verification.least(probability) == pytest.approx(probability)


def test_an_answer_is_more_probable_the_better_it_holds_alone():
    verification = Verification.fit(*synthetic())
    said = [verification.probability(SecondReading(0.5, alone, 1, 0.5, 0.5)) for alone in range(-15, 16, 3)]
    assert said == sorted(said)
    assert said[-1] - said[0] > 0.3


def test_an_answer_from_a_passage_that_search_ranks_low_is_less_probable():
    verification = Verification.fit(*synthetic())
    said = [verification.probability(SecondReading(0.5, 5.0, rank, 0.5, 0.5)) for rank in (1, 3, 10)]
    assert said == sorted(said, reverse=True)


def test_of_two_likely_answers_the_one_that_holds_better_alone_is_preferred():
    likelier, better = (SecondReading(p, alone, 1, 0.5, 0.5) for p, alone in ((0.6, 1.0), (0.5, 6.0)))
    assert better.preference() > likelier.preference()


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.7, 0.9])
def test_what_was_hardly_probable_at_first_is_seldom_verified(threshold):
    reads, right = synthetic()
    verification = Verification.fit(reads, right)
    least = verification.least(threshold)
    reaching = [read for read in reads if verification.probability(read) >= threshold]
    assert sum(read.probability < least for read in reaching) <= 0.01 * len(reads)
    assert least < threshold


def test_nothing_is_left_out_for_a_threshold_of_nothing():
    assert Verification.fit(*synthetic()).least(0.0) < 1e-6
