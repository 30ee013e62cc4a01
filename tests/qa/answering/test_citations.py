"""Every citation is a slice of its document; the same place counts once, the same answer elsewhere is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Chunk, DocumentRecord, Hit
from qa.answering.calibration import Calibration
from qa.answering.citations import Source, citations_of, cite, coverage, distinct, items_of, names_possessor, propose
from qa.types import Span

CALIBRATION = Calibration((1.0, 0.0, 0.0, 0.0), -1.0, 0.5)


def hit(text, start=0, end=None, document=1, rank=1, body_start=0, heading=None):
    end = len(text) if end is None else end
    record = DocumentRecord(
        id=document,
        path=f"{document}.txt",
        title=f"Document {document}",
        media_type="text/plain",
        sha256="",
        source="",
        date="2025-04-08",
        body_start=body_start,
        characters=len(text),
        page_count=0,
        chunk_count=1,
        metadata={},
        warnings=(),
    )
    chunk = Chunk(rank, document, 0, start, end, text[start:end], None, heading)
    return Hit(chunk, record, rank, 1.0, dense_score=0.5)


def source(text, question="Who?", **where):
    return Source.of(hit(text, **where), text, question)


def span(source, words, margin=5.0, passage=0):
    start = source.passage.text.index(words)
    return Span(passage, start, start + len(words), words, margin)


def proposals(sources, *spans):
    return propose(sources, sorted(spans, key=lambda s: -s.margin), CALIBRATION)


TEXT = "Kim flew to the station. He will stay for eight months.\n\nIt is far."


def test_a_citation_is_a_slice_of_the_whole_document():
    part = source(TEXT, start=25, end=55)
    citation = cite(proposals([part], span(part, "eight months"))[0])
    assert TEXT[citation.start : citation.end] == citation.quote == "eight months"
    assert citation.sentence == "He will stay for eight months."
    assert TEXT[citation.sentence_start :].startswith(citation.sentence)
    assert TEXT[citation.chunk_start :].startswith(citation.passage)


@given(st.text("aB. \n", max_size=80), st.data())
def test_every_part_of_a_citation_is_a_slice(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    first = data.draw(st.integers(0, end - start))
    last = data.draw(st.integers(first, end - start))
    part = source(text, start=start, end=end)
    one = Span(0, first, last, text[start + first : start + last], 1.0)
    citation = cite(proposals([part], one)[0])
    assert text[citation.start : citation.end] == citation.quote
    assert text[citation.sentence_start : citation.sentence_start + len(citation.sentence)] == citation.sentence
    assert citation.sentence_start <= citation.start <= citation.end <= citation.sentence_start + len(citation.sentence)


def test_a_sentence_never_begins_in_the_head_of_a_document():
    text = " date 2025-04-08 A rocket flew."
    part = source(text, body_start=17)
    assert cite(proposals([part], span(part, "rocket"))[0]).sentence == "A rocket flew."


@pytest.mark.parametrize(
    ("question", "read"),
    [("When did it fly?", 17), ("What is the date of the article?", 0), ("When was it published?", 0)],
)
def test_the_head_is_read_only_when_the_question_asks_for_the_date(question, read):
    assert source(" date 2025-04-08 A rocket flew.", question, body_start=17).passage.body_start == read


def test_the_same_place_in_overlapping_chunks_counts_once():
    first, second = source(TEXT, start=0, end=55), source(TEXT, start=25, end=66, rank=2)
    found = proposals([first, second], span(first, "eight months", 4.0), span(second, "eight months", 5.0, passage=1))
    assert [(p.text, p.span.margin) for p in found] == [("eight months", 5.0)]


def test_the_same_answer_in_two_documents_is_one_answer_with_two_citations():
    first, second = source(TEXT), source(TEXT, document=2, rank=2)
    found = proposals([first, second], span(first, "eight months"), span(second, "eight months", 4.0, passage=1))
    assert [c.path for c in citations_of(found[0], found, 0.5)] == ["1.txt", "2.txt"]


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
def test_a_place_says_the_same_when_just_these_words_stand_where_it_answers(best, other, text, quotes):
    first, second = source(TEXT), source(text, document=2, rank=2)
    found = proposals([first, second], span(first, best), span(second, other, 4.0, passage=1))
    assert [citation.quote for citation in citations_of(found[0], found, 0.5)] == quotes


def test_an_answer_nobody_would_believe_alone_is_no_second_citation():
    first, second = source(TEXT), source(TEXT, document=2, rank=2)
    found = proposals([first, second], span(first, "eight months"), span(second, "eight months", -9.0, passage=1))
    assert len(citations_of(found[0], found, 0.5)) == 1


def test_reading_more_passages_changes_no_probability():
    first, second = source(TEXT), source("Nothing else is here.", document=2, rank=2)
    best = span(first, "Kim")
    alone = proposals([first], best)[0].probability
    assert proposals([first, second], best, span(second, "Nothing", 3.0, passage=1))[0].probability == alone


def test_the_gap_of_the_best_span_is_over_the_best_other_place():
    part = source(TEXT)
    spans = [span(part, "Kim", 5.0), span(part, "Kim flew", 4.0), span(part, "eight months", 2.0)]
    assert [(s.text, gap) for s, gap in distinct(spans)] == [("Kim", 3.0), ("eight months", -3.0)]


CREW = "The crew were Kim, Ryzhikov and Zubritsky. Others stayed."


def test_a_question_for_several_gets_the_items_of_one_sentence():
    part = source(CREW)
    spans = [
        span(part, "Ryzhikov", 5.0),
        span(part, "Kim", 4.0),
        span(part, "Zubritsky", 3.5),
        span(part, "Others", 4.5),
    ]
    best = proposals([part], *spans)[0]
    assert items_of("Who are the crew?", best, spans) == ("Kim", "Ryzhikov", "Zubritsky")
    assert items_of("Who commands the crew?", best, spans) == ()


def test_an_answer_that_is_a_series_is_parted_into_its_items():
    part = source(CREW)
    best = proposals([part], span(part, "Kim, Ryzhikov and Zubritsky"))[0]
    assert items_of("Who were the crew?", best, [best.span]) == ("Kim", "Ryzhikov", "Zubritsky")


@pytest.mark.parametrize("answer", ["research and development", "1,000", "Kim (called Jonny, or J, by some)"])
def test_an_answer_that_is_no_series_stays_whole(answer):
    part = source(f"It is {answer} here.")
    best = proposals([part], span(part, answer))[0]
    assert items_of("What are they?", best, [best.span]) == ()


def test_places_that_are_not_in_a_series_are_no_list():
    part = source("Kim flew to the station, where after three days he met Onishi.")
    spans = [span(part, "Kim", 5.0), span(part, "Onishi", 4.5)]
    assert items_of("Who are the crew?", proposals([part], *spans)[0], spans) == ()


@pytest.mark.parametrize(
    ("question", "share"), [("What rocket was used?", 0.5), ("Who is it?", 1.0), ("Which rockets flew?", 1.0)]
)
def test_coverage_is_the_share_of_content_words(question, share):
    assert coverage(question, "The rocket flew.") == pytest.approx(share)


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
def test_nobody_is_the_answer_to_who_belongs_to_them(question, answer, names):
    assert names_possessor(question, answer, 0, len(answer)) is names


@pytest.mark.parametrize(("answer", "names"), [("Jonathan", True), ("Envoy Jonathan", True), ("Anna Berg", False)])
def test_nor_is_another_part_of_their_name(answer, names):
    text = "Then Envoy Jonathan Kim’s envoy spoke. Anna Berg is her name."
    start = text.index(answer)
    assert names_possessor("Who is Kim's envoy?", text, start, start + len(answer)) is names
