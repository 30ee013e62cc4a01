"""Quantile bounds hold for nearly all values and rise with the score."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answering.quantile_bound import QUANTILE, QuantileBound

SCORES = np.random.default_rng(5).normal(size=4000)
VALUES = SCORES + np.random.default_rng(6).normal(size=4000)


def test_a_bound_holds_for_nearly_all_values_it_was_not_fitted_to_and_not_for_all():
    bound = QuantileBound.fit(SCORES[:2000], VALUES[:2000])
    held = [value <= bound.upper(score) for score, value in zip(SCORES[2000:], VALUES[2000:], strict=True)]
    assert QUANTILE - 0.01 < np.mean(held) < 1.0


@given(st.floats(-9, 9), st.floats(-9, 9))
def test_a_higher_score_never_has_a_lower_bound(one, other):
    bound = QuantileBound.fit(SCORES, VALUES)
    assert bound.upper(min(one, other)) <= bound.upper(max(one, other))


def test_a_bound_of_fewer_values_than_steps_has_as_many_steps_as_values():
    assert QuantileBound.fit(np.array([2.0, 1.0]), np.array([5.0, 3.0])) == QuantileBound((1.0,), (3.0, 5.0))


def test_without_values_the_bound_is_infinite():
    assert QuantileBound().upper(1.0) == inf


def test_scores_and_bounds_of_mismatched_lengths_are_refused():
    with pytest.raises(ValueError, match="2 scores need one bound more, not 1"):
        QuantileBound((1.0, 2.0), (3.0,))
