"""A crop contains the whole evidence, begins and ends between words, and the rest does not contain the answer."""

import random

import pytest

from qa.evaluation.metrics import mentions
from qa.evaluation.questions import GoldQuestion
from qa.reader.windows import Passage
from qa.training.crops import SLACK, Crop, crop_passage, rest_of_passage

ROUNDS = range(20)


def crops(question: GoldQuestion, size: int) -> list[tuple[Passage, Crop]]:
    whole = Passage(question.context or "", question.title)
    return [(whole, crop_passage(whole, question.spans, question.question, size, random.Random(k))) for k in ROUNDS]


@pytest.mark.parametrize("size", [350, 700])
def test_a_crop_holds_an_answer_whole_and_little_more_than_was_asked_for(
    training_questions: list[GoldQuestion], size: int
):
    for question in training_questions:
        for whole, crop in crops(question, size):
            assert whole.text[slice(*crop.bounds)] == crop.passage.text
            assert size <= len(crop.passage.text) <= size * SLACK + 40
            assert {crop.passage.text[a:b] for a, b in crop.spans} <= set(question.answers)
            assert bool(crop.spans) == bool(question.answers)


def test_a_crop_cuts_no_word(training_questions: list[GoldQuestion]):
    for question in training_questions:
        for whole, crop in crops(question, 350):
            start, end = crop.bounds
            assert start == 0 or whole.text[start - 1].isspace()
            assert end == len(whole.text) or whole.text[end].isspace()


def test_crops_of_one_question_have_different_positions(training_questions: list[GoldQuestion]):
    answerable = next(one for one in training_questions if one.answers)
    assert len({crop.bounds for _, crop in crops(answerable, 350)}) > 5


def test_without_an_answer_the_crop_surrounds_the_words_of_the_question(seeds):
    text = next(seeds.glob("*.txt")).read_text(encoding="utf-8")
    question = GoldQuestion("Who met their companions once the hatches were opened?", context=text)
    assert all("Once the hatches were opened" in crop.passage.text for _, crop in crops(question, 500))


def test_a_short_passage_stays_whole():
    whole = Passage("The Soyuz rose at dawn.", "Soyuz")
    assert crop_passage(whole, ((4, 9),), "Which rocket?", 350, random.Random(1)) == Crop(whole, ((4, 9),), (0, 23))


def test_the_rest_of_a_passage_is_next_to_the_crop_and_does_not_contain_the_answer(
    training_questions: list[GoldQuestion],
):
    found = 0
    for question in training_questions:
        for whole, crop in crops(question, 350):
            rest = rest_of_passage(whole, crop.bounds, 300, question.answers)
            if rest is not None:
                found += 1
                place = whole.text.index(rest.text)
                assert place + len(rest.text) <= crop.bounds[0] or place >= crop.bounds[1]
                assert 150 < len(rest.text) <= 300 and not mentions(rest.text, question.answers)
    assert found > 20


def test_a_short_rest_is_no_rival():
    assert rest_of_passage(Passage("a " * 200), (0, 350), 500, ()) is None
