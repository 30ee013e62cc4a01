"""The measures of the SQuAD evaluation script and of probabilities, on cases computed by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.evaluation.metrics import auroc, best_f1, calibration_error, exact_match, f1, mentions, normalise, reliability

NORMALISED = [
    ("The  Eiffel Tower!", "eiffel tower"),
    ("an apple, a day", "apple day"),
    ("U.S. Army", "us army"),  # punctuation leaves no space
    ("Theatre", "theatre"),  # an article is a whole word
    ("state-of-the-art", "stateoftheart"),  # punctuation goes first, so no article is left
    ("$5,000", "5000"),
    ("l’été", "l’été"),  # only ASCII punctuation goes
    ("The", ""),
    ("", ""),
]


@pytest.mark.parametrize(("text", "expected"), NORMALISED)
def test_text_is_normalised_as_squad_does(text: str, expected: str):
    assert normalise(text) == expected


SCORED = [
    # prediction, accepted answers, exact match, F1
    ("Denver Broncos", ["Denver Broncos"], 1, 1),
    ("the Denver Broncos.", ["Denver Broncos"], 1, 1),
    ("Broncos", ["Denver Broncos"], 0, 2 / 3),  # precision 1, recall 1/2
    ("the Denver Broncos of Colorado", ["Denver Broncos"], 0, 2 / 3),  # precision 2/4, recall 1
    ("Carolina Panthers", ["Denver Broncos"], 0, 0),
    ("in the year 2015", ["2015", "year 2015"], 0, 0.8),  # the better of 1/2 and 4/5
    ("to be to be", ["to be"], 0, 2 / 3),  # a word counts as often as both have it
    ("ten ten", ["ten people"], 0, 1 / 2),
    ("Broncos Denver", ["Denver Broncos"], 0, 1),  # F1 does not see the order
    ("", ["Denver Broncos"], 0, 0),
    ("", [], 1, 1),  # rightly refused
    ("Denver", [], 0, 0),  # answered, though there is no answer
    ("the", [], 1, 1),  # an article alone is empty
    ("the", ["a"], 1, 1),  # both are empty
]


@pytest.mark.parametrize(("prediction", "golds", "exact", "overlap"), SCORED)
def test_answers_score_as_squad_scores_them(prediction: str, golds: list[str], exact: float, overlap: float):
    assert exact_match(prediction, golds) == exact
    assert f1(prediction, golds) == pytest.approx(overlap)


@given(st.text(max_size=40), st.lists(st.text(max_size=40), max_size=4))
def test_an_exact_match_has_f1_one_and_no_score_leaves_its_range(prediction: str, golds: list[str]):
    assert 0 <= f1(prediction, golds) <= 1
    assert exact_match(prediction, golds) <= f1(prediction, golds)


def test_a_passage_mentions_an_answer_as_whole_words():
    assert mentions("President Vladimir Putin’s envoy", ["Vladimir Putin"])
    assert mentions("It cost $5,000.", ["5000"])
    assert mentions("The Soyuz, again.", ["soyuz"]) and not mentions("Soyuzes", ["Soyuz"])
    assert not mentions("He often came.", ["ten"])


def test_auroc_is_the_share_of_pairs_in_the_right_order():
    assert auroc([0.9, 0.8, 0.7, 0.1], [True, False, True, False]) == 0.75  # 3 of 4 pairs
    assert auroc([0.5, 0.5], [True, False]) == 0.5
    assert auroc([0.5], [True]) == 0.5


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=30))
def test_auroc_agrees_with_counting_pairs(rows: list[tuple[int, bool]]):
    pairs = [(a > b) + (a == b) / 2 for a, yes in rows if yes for b, no in rows if not no]
    expected = sum(pairs) / len(pairs) if pairs else 0.5
    assert auroc([a for a, _ in rows], [yes for _, yes in rows]) == pytest.approx(expected)


def test_the_best_f1_is_that_of_the_best_threshold():
    # Giving the first two answers and refusing the rest earns 1 + 0.5 + 0 + 1 of 4.
    assert best_f1([4, 3, 2, 1], [1, 0.5, 0, 0], [True, True, True, False]) == 2.5 / 4
    assert best_f1([1], [0], [False]) == 1.0  # refusing everything is best


def test_calibrated_probabilities_have_no_calibration_error():
    assert calibration_error([0.5] * 10, [1, 0] * 5, bins=1) == 0
    assert calibration_error([0.9] * 4, [1, 0, 0, 1], bins=1) == pytest.approx(0.4)
    assert calibration_error([0.2, 0.2, 0.8, 0.8], [0, 0, 1, 1], bins=2) == pytest.approx(0.2)


def test_the_bins_have_equal_sizes_and_cover_everything():
    bins = reliability(np.linspace(0, 1, 25).tolist(), [1.0] * 25, bins=10)
    assert sum(weight for _, _, weight in bins) == pytest.approx(1)
    assert max(weight for *_, weight in bins) - min(weight for *_, weight in bins) < 0.05
    assert [said for said, *_ in bins] == sorted(said for said, *_ in bins)
