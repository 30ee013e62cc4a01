"""A span's sentence is read alone."""

import pytest

from qa.answerer import load_reader
from qa.reader.alone import NOT_FOUND, margin_alone, sentence_of, surroundings_of
from qa.reader.windows import CellRange, Passage
from qa.settings import ReaderSettings
from qa.types import Span

HOUSE = "Ada Wren signed the lease of the house. A guest who comes late pays 20 euros. Cleaning costs 45 euros an hour."


def span_of(text, words):
    start = text.index(words)
    return Span(0, start, start + len(words), words, 0.0)


def test_a_sentence_keeps_the_title_and_says_where_it_begins():
    at = HOUSE.index("20 euros")
    alone, start = sentence_of(Passage(HOUSE, "House rules", 10), at, at + 8)
    assert (alone.text, alone.title, alone.body_start) == ("A guest who comes late pays 20 euros.", "House rules", 0)
    assert HOUSE[start:].startswith(alone.text)


def test_a_span_over_two_sentences_keeps_both():
    start, end = HOUSE.index("house."), HOUSE.index("guest") + 5
    assert sentence_of(Passage(HOUSE), start, end)[0].text == HOUSE[: HOUSE.index(" Cleaning")]


def test_in_a_table_the_row_is_kept_with_its_cells():
    rows = "Town: Basel; Fee: 12.\nTown: Bern; Fee: 15.\nTown: Chur; Fee: 9."
    words = ["Basel", "12", "Bern", "15", "Chur", "9"]
    at = [rows.index(word) for word in words]
    cells = tuple(CellRange(start, start + len(word)) for start, word in zip(at, words, strict=True))
    alone, _ = sentence_of(Passage(rows, cells=cells), at[3], at[3] + 2)
    assert alone.text == "Town: Bern; Fee: 15."
    assert [alone.text[cell.start : cell.end] for cell in alone.cells] == ["Bern", "15"]


def test_a_line_of_a_form_keeps_the_lines_before_it():
    form = "The hut is open in summer.\n\nWarden\nIvo Lenz\n\nBeds\n24"
    at = form.index("24")
    assert sentence_of(Passage(form), at, at + 2)[0].text == form
    at = form.index("Ivo")
    assert sentence_of(Passage(form), at, at + 8)[0].text == form[: form.index("\n\nBeds")]


def test_what_surrounds_a_sentence_is_whole_sentences_near_it():
    far = "The mill stands by the river, and it has stood there longer than anybody in the village can remember. " * 3
    text = f"{far}{HOUSE} {far}".rstrip()
    at = text.index("20 euros")
    around, start = surroundings_of(Passage(text, "House rules"), at, at + 8)
    assert (around.title, text[start : start + len(around.text)]) == ("House rules", around.text)
    assert around.text.startswith("The mill") and HOUSE in around.text and around.text.endswith("remember.")
    assert len(HOUSE) < len(around.text) < len(text)


@pytest.fixture(scope="module")
def reader():
    return load_reader(ReaderSettings())


def test_an_answer_holds_alone_if_its_sentence_answers_the_question(reader):
    answer = span_of(HOUSE, "45 euros an hour")
    asked, other = "What does cleaning cost?", "What does parking cost?"
    assert margin_alone(reader, asked, Passage(HOUSE), answer) > margin_alone(reader, other, Passage(HOUSE), answer) + 4


def test_an_answer_holds_if_the_sentence_before_says_what_its_it_is(reader):
    walk = "The Blue line takes you from the ferry to Elm Square. It should take about 15 minutes and cost 3 francs."
    answer = span_of(walk, "about 15 minutes")
    asked = "How long does the Blue line take from the ferry?"
    only = sentence_of(Passage(walk), answer.start, answer.end)[0]
    within = Span(0, only.text.index("about"), len(only.text) - 1, "", 0.0)
    assert margin_alone(reader, asked, Passage(walk), answer) > margin_alone(reader, asked, only, within)


def test_a_span_that_its_sentence_does_not_propose_has_the_lowest_margin(reader):
    assert margin_alone(reader, "Who?", Passage("?!"), Span(0, 0, 2, "?!", 0.0)) == NOT_FOUND
