"""What an answer's words say about whether it answers the question."""

from __future__ import annotations

import pytest

from qa.answering.answer_checks import CHECKS, answer_checks
from qa.reader.windows import Passage

TEXT = "The Board met on 3 May. Kim Lee was paid 200 euros for the report. Ann got nothing."


def checks(question: str, answer: str, title: str = "") -> dict[str, float]:
    start = TEXT.index(answer)
    return dict(zip(CHECKS, answer_checks(question, Passage(TEXT, title), start, start + len(answer)), strict=True))


@pytest.mark.parametrize(
    ("question", "answer", "fits"),
    [
        ("Who was paid for the report?", "Kim Lee", 1),
        ("Who was paid for the report?", "nothing", -1),
        ("When did the Board meet?", "3 May", 1),
        ("When did the Board meet?", "Kim Lee", -1),
        ("How much was Kim Lee paid?", "200 euros", 1),
        ("How much was Kim Lee paid?", "The Board", -1),
        ("How many euros did she get?", "200", 1),
        ("What did Ann get?", "nothing", 0),
        ("report payment", "200 euros", 0),
    ],
)
def test_the_kind_of_an_answer_fits_the_question_or_not(question: str, answer: str, fits: float) -> None:
    assert checks(question, answer)["kind"] == fits


def test_a_name_that_the_passage_lacks_lowers_the_share_of_names() -> None:
    assert checks("How much was Kim Lee paid?", "200 euros")["names"] == 1
    assert checks("How much was Bob Lee paid?", "200 euros")["names"] == 0.5


def test_a_name_in_the_title_counts() -> None:
    assert checks("How much was Bob paid?", "200 euros", title="Letters of Bob")["names_near"] == 1


def test_words_of_another_sentence_do_not_count_for_the_sentence() -> None:
    assert checks("What did the Board pay for the report?", "200 euros")["sentence"] == pytest.approx(1 / 3)


def test_words_are_compared_by_their_stems() -> None:
    assert checks("Which reports were paid?", "200 euros")["sentence"] == 1


def test_an_answer_of_the_questions_words_repeats_it() -> None:
    assert checks("What did Kim Lee write?", "Kim Lee")["repeats"] == 1
    assert checks("What did Kim Lee write?", "the report")["repeats"] == 0


def test_a_longer_answer_has_a_larger_length() -> None:
    assert checks("What?", "200")["length"] < checks("What?", "200 euros for the report")["length"]
