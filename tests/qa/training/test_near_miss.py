"""A near miss asks for something that the passage almost says."""

import random

import pytest

from qa.training.near_miss import twist

PASSAGE = "The Soyuz rose from Baikonur on 8 April 2025 with Jonathan Kim aboard; a stage fell after 118 seconds."


def misses(question, passage=PASSAGE):
    return {twist(question, passage, random.Random(seed)) for seed in range(30)}


@pytest.mark.parametrize(
    ("question", "twisted"),
    [
        ("What fell before the docking?", "What fell after the docking?"),
        ("What happened in 2024?", "What happened in 2025?"),
        ("When did Alexei reach the station?", "When did Jonathan Kim reach the station?"),
        ("Which is the Northern site?", "Which is the Southern site?"),
    ],
)
def test_one_word_name_or_number_is_replaced(question, twisted):
    assert twisted in misses(question)


def test_a_name_is_not_replaced_by_one_that_shares_a_word_with_the_question():
    assert not any(miss and "Kim" in miss for miss in misses("Who is Jonathan of NASA?"))


def test_a_word_that_occurs_in_lower_case_is_no_name():
    assert misses("Is Anna here?", "The answer is no. Nothing in the house is here. In is in.") == {None}


def test_a_question_with_nothing_to_replace_has_no_near_miss():
    assert misses("what is it?") == {None}
