"""What nearly every value is at most."""

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answering.quantile_bound import NEARLY_ALL, Bound

SCORES = np.random.default_rng(5).normal(size=4000)
VALUES = SCORES + np.random.default_rng(6).normal(size=4000)


def test_it_holds_for_nearly_all_values_it_was_not_fitted_to_and_for_no_more():
    bound = Bound.fit(SCORES[:2000], VALUES[:2000])
    held = [value <= bound.of(score) for score, value in zip(SCORES[2000:], VALUES[2000:], strict=True)]
    assert NEARLY_ALL - 0.01 < np.mean(held) < 1.0


@given(st.floats(-9, 9), st.floats(-9, 9))
def test_a_higher_score_never_has_a_lower_bound(one, other):
    bound = Bound.fit(SCORES, VALUES)
    assert bound.of(min(one, other)) <= bound.of(max(one, other))


def test_a_bound_of_fewer_values_than_steps_has_as_many_steps_as_values():
    assert Bound.fit(np.array([2.0, 1.0]), np.array([5.0, 3.0])) == Bound((1.0,), (3.0, 5.0))


def test_what_nothing_is_known_of_has_no_bound():
    assert Bound().of(1.0) == inf


def test_scores_and_highest_that_do_not_go_together_are_refused():
    with pytest.raises(ValueError, match="1 highest do not go with 2 scores"):
        Bound((1.0, 2.0), (3.0,))
