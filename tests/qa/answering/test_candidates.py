"""Spans become distinct proposals, each with evidence from its own passage alone."""

import pytest

from qa.answering.candidates import coverage, names_possessor, non_overlapping, restates
from tests.support.retrieved import TEXT, proposals, retrieve, span


@pytest.mark.parametrize(
    ("question", "read"),
    [("When did it fly?", 17), ("What is the date of the article?", 0), ("When was it published?", 0)],
)
def test_the_head_is_read_only_when_the_question_asks_for_the_date(question, read):
    assert retrieve(" date 2025-04-08 A rocket flew.", question, body_start=17).passage.body_start == read


def test_overlapping_chunks_propose_a_span_once():
    first, second = retrieve(TEXT, start=0, end=55), retrieve(TEXT, start=25, end=66, rank=2)
    found = proposals([first, second], span(first, "eight months", 4.0), span(second, "eight months", 5.0, passage=1))
    assert [(p.text, p.span.margin) for p in found] == [("eight months", 5.0)]


def test_reading_more_passages_changes_no_probability():
    first, second = retrieve(TEXT), retrieve("Nothing else is here.", document=2, rank=2)
    best = span(first, "Kim")
    alone = proposals([first], best)[0].probability
    assert proposals([first, second], best, span(second, "Nothing", 3.0, passage=1))[0].probability == alone


def test_the_gap_of_the_best_span_is_over_the_best_other_span():
    part = retrieve(TEXT)
    spans = [span(part, "Kim", 5.0), span(part, "Kim flew", 4.0), span(part, "eight months", 2.0)]
    assert [(s.text, gap) for s, gap in non_overlapping(spans)] == [("Kim", 3.0), ("eight months", -3.0)]


@pytest.mark.parametrize(
    ("question", "share"), [("What rocket was used?", 0.5), ("Who is it?", 1.0), ("Which rockets flew?", 1.0)]
)
def test_coverage_is_the_share_of_content_words(question, share):
    assert coverage(question, "The rocket flew.") == pytest.approx(share)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Wann darf die Turnhalle benutzt werden?", "Die Turnhalle darf ab 9 Uhr benutzt werden."),
        ("Où est la clé de la cave ?", "La clé de la cave est chez le gardien."),
        ("¿Cuándo se abre la biblioteca?", "La biblioteca abre a las diez."),
    ],
)
def test_function_words_of_the_questions_language_need_no_cover(question, text):
    assert coverage(question, text) == 1.0


def test_a_word_that_is_a_function_word_of_another_language_counts_in_english():
    assert coverage("What die was used?", "A rocket was used.") == pytest.approx(0.5)


def test_a_file_name_tells_the_reader_what_a_question_calls_its_document():
    found = retrieve(TEXT, "When did soyuz-26 fly?", path="flights/soyuz_26-log.txt").passage
    assert found.title == "Document 1 (soyuz 26)"
    assert retrieve(TEXT, "When did Kim fly?", path="flights/kim.txt").passage.title == "Document 1"


@pytest.mark.parametrize(
    ("answer", "says_nothing"),
    [
        ("how to join the rowing club", True),
        ("Who joins the club", True),
        ("how to join by letter", False),
        ("the rowing club", False),
        ("when the club opens", False),
    ],
)
def test_an_answer_that_only_repeats_the_question_is_none(answer, says_nothing):
    assert restates("How do I join the rowing club?", answer) is says_nothing


@pytest.mark.parametrize(
    ("question", "answer", "names"),
    [
        ("Who is Kim's envoy?", "Jonathan Kim", True),
        ("who was Meridian’s first director?", "Meridian", True),
        ("Who is Kim's envoy?", "Anna Berg", False),
        ("Who is Kim?", "Jonathan Kim", False),
        ("What is Meridian's address?", "12 Meridian Road", False),
    ],
)
def test_the_possessor_is_not_the_answer_to_a_question_about_a_possession(question, answer, names):
    assert names_possessor(question, answer, 0, len(answer)) is names


@pytest.mark.parametrize(("answer", "names"), [("Jonathan", True), ("Envoy Jonathan", True), ("Anna Berg", False)])
def test_another_part_of_the_possessors_name_is_not_the_answer(answer, names):
    text = "Then Envoy Jonathan Kim’s envoy spoke. Anna Berg is her name."
    start = text.index(answer)
    assert names_possessor("Who is Kim's envoy?", text, start, start + len(answer)) is names
