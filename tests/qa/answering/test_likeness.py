"""A question resembles the rows and headers whose words it has, also with a typo; rare words count more."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answering.likeness import table_likeness

COLUMNS = (("Country",), ("Daily allowance (EUR)",), ("Hotel limit per night (EUR)",))
ROWS = (("Japan", "52", "190"), ("Switzerland", "64", "210"), ("New Zealand", "46", "155"))


def likeness(question, columns=COLUMNS, rows=ROWS):
    return table_likeness(question, columns, rows)


@pytest.mark.parametrize(
    ("question", "row", "column"),
    [
        ("hotel limit in Switzerland?", 1, 2),
        ("What is the hotel limit in Switserland?", 1, 2),
        ("daily alowance for japan", 0, 1),
        ("How much is the allowance in New Zealand?", 2, 1),
        ("Which country has a limit of 155?", 2, 0),
    ],
)
def test_a_question_is_most_like_the_row_and_the_column_that_it_names(question, row, column):
    found = likeness(question)
    assert found.rows[row, column] == found.rows.max() == 1.0
    assert (found.rows[:, column] == 1.0).sum() == 1
    assert found.headers[column] == 1.0


@pytest.mark.parametrize(
    ("question", "column"), [("When did Kim's term end?", 2), ("start of the term of Kim", 1), ("VAT rate of Kim", 3)]
)
def test_the_words_of_a_header_are_told_apart_in_camel_case_and_snake_case(question, column):
    found = likeness(
        question, (("Name",), ("TermStart",), ("term_end",), ("VATRate",)), (("Kim", "1999", "2004", "8"),)
    )
    assert found.headers[column] == 1.0 > np.delete(found.headers, column).max()


def test_a_cell_does_not_speak_for_itself():
    found = likeness("Which country has a limit of 210?")
    assert found.rows[1, 0] == 1.0 and found.rows[1, 2] == 0.0


def test_a_word_in_all_headers_tells_less_than_a_word_in_one():
    found = likeness("How much EUR is the daily rate?")
    assert found.headers[1] > found.headers[2] > 0.0


def test_numbers_are_the_same_or_different():
    assert likeness("Which country has 211?").rows.max() == 0.0


def test_a_question_about_something_else_resembles_nothing():
    found = likeness("Who won the cup?")
    assert not found.rows.any() and not found.headers.any() and not found.meanings.any()


def test_the_meaning_of_a_header_is_compared_with_the_nearest_one():
    cosines = np.array([0.1, 0.3, 0.5])
    assert table_likeness("room cap", COLUMNS, ROWS, cosines).meanings == pytest.approx([-0.4, -0.2, 0.0])


CELLS = st.text("ab1 .", max_size=6)


@given(st.text("ab1 ?", max_size=30), st.integers(1, 4), st.data())
def test_likenesses_are_shares_for_any_table(question, width, data):
    rows = data.draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=4))
    columns = data.draw(st.lists(st.lists(CELLS, max_size=2), min_size=width, max_size=width))
    found = table_likeness(question, columns, rows)
    assert found.rows.shape == (len(rows), width) and found.headers.shape == (width,)
    for values in (found.rows, found.headers):
        assert values.min() >= 0.0 and values.max() in (0.0, 1.0)
