"""Every citation is a slice of its document; the same answer elsewhere is cited too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answering.citations import cite, list_items, supporting_citations
from qa.types import Span
from tests.support.retrieved import TEXT, proposals, retrieve, span


def test_a_citation_is_a_slice_of_the_whole_document():
    part = retrieve(TEXT, start=25, end=55)
    citation = cite(proposals([part], span(part, "eight months"))[0])
    assert TEXT[citation.start : citation.end] == citation.quote == "eight months"
    assert citation.sentence == "He will stay for eight months."
    assert TEXT[citation.sentence_start :].startswith(citation.sentence)
    assert TEXT[citation.chunk_start :].startswith(citation.passage)
    assert (citation.date, citation.date_source) == ("2025-04-08", "metadata")


@given(st.text("aB. \n", max_size=80), st.data())
def test_every_part_of_a_citation_is_a_slice(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    first = data.draw(st.integers(0, end - start))
    last = data.draw(st.integers(first, end - start))
    part = retrieve(text, start=start, end=end)
    one = Span(0, first, last, text[start + first : start + last], 1.0)
    citation = cite(proposals([part], one)[0])
    assert text[citation.start : citation.end] == citation.quote
    assert text[citation.sentence_start : citation.sentence_start + len(citation.sentence)] == citation.sentence
    assert citation.sentence_start <= citation.start <= citation.end <= citation.sentence_start + len(citation.sentence)


def test_a_sentence_never_begins_in_the_head_of_a_document():
    text = " date 2025-04-08 A rocket flew."
    part = retrieve(text, body_start=17)
    assert cite(proposals([part], span(part, "rocket"))[0]).sentence == "A rocket flew."


def test_the_same_answer_in_two_documents_is_one_answer_with_two_citations():
    first, second = retrieve(TEXT), retrieve(TEXT, document=2, rank=2)
    found = proposals([first, second], span(first, "eight months"), span(second, "eight months", 4.0, passage=1))
    assert [c.path for c in supporting_citations(found[0], found, 0.5)] == ["1.txt", "2.txt"]


@pytest.mark.parametrize(
    ("best", "other", "text", "quotes"),
    [
        ("eight months", "for eight months", TEXT, ["eight months", "eight months"]),
        ("for eight months", "eight months", TEXT, ["for eight months", "for eight months"]),
        ("eight months", "months", "He stays for a few months.", ["eight months"]),
        ("eight months", "eighteight months", "He stays eighteight months.", ["eight months"]),
        ("eight months", "Kim", "Kim stays for eight months.", ["eight months"]),
    ],
)
def test_a_proposal_supports_the_answer_if_its_span_overlaps_the_same_words(best, other, text, quotes):
    first, second = retrieve(TEXT), retrieve(text, document=2, rank=2)
    found = proposals([first, second], span(first, best), span(second, other, 4.0, passage=1))
    assert [citation.quote for citation in supporting_citations(found[0], found, 0.5)] == quotes


def test_a_proposal_below_the_threshold_is_no_second_citation():
    first, second = retrieve(TEXT), retrieve(TEXT, document=2, rank=2)
    found = proposals([first, second], span(first, "eight months"), span(second, "eight months", -9.0, passage=1))
    assert len(supporting_citations(found[0], found, 0.5)) == 1


CREW = "The crew were Kim, Ryzhikov and Zubritsky. Others stayed."


def test_a_question_for_a_list_gets_the_items_of_one_sentence():
    part = retrieve(CREW)
    spans = [
        span(part, "Ryzhikov", 5.0),
        span(part, "Kim", 4.0),
        span(part, "Zubritsky", 3.5),
        span(part, "Others", 4.5),
    ]
    best = proposals([part], *spans)[0]
    assert list_items("Who are the crew?", best, spans) == ("Kim", "Ryzhikov", "Zubritsky")
    assert list_items("Who commands the crew?", best, spans) == ()


def test_an_answer_that_is_a_series_is_split_into_its_items():
    part = retrieve(CREW)
    best = proposals([part], span(part, "Kim, Ryzhikov and Zubritsky"))[0]
    assert list_items("Who were the crew?", best, [best.span]) == ("Kim", "Ryzhikov", "Zubritsky")


@pytest.mark.parametrize("answer", ["research and development", "1,000", "Kim (called Jonny, or J, by some)"])
def test_an_answer_that_is_no_series_stays_whole(answer):
    part = retrieve(f"It is {answer} here.")
    best = proposals([part], span(part, answer))[0]
    assert list_items("What are they?", best, [best.span]) == ()


def test_spans_that_form_no_series_are_no_list():
    part = retrieve("Kim flew to the station, where after three days he met Onishi.")
    spans = [span(part, "Kim", 5.0), span(part, "Onishi", 4.5)]
    assert list_items("Who are the crew?", proposals([part], *spans)[0], spans) == ()
