"""Misspelt words are asked as words of the documents; names, codes and known words are left alone."""

from __future__ import annotations

import pytest

from index import Document, DocumentIndex, build_documents
from qa.answering.spelling import corrected, corrections
from tests.support.hash_embedder import HashEmbedder

TEXT = (
    "The hotel limit in Switzerland is 210 euros. The astronomical clock was made by Ivo Brandt. Das Büro öffnet früh. "
    "Tea comes from Kenya. The lights are dimmed and the lamps dimmer."
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    embedder = HashEmbedder()
    location = tmp_path_factory.mktemp("spelling") / "index"
    build_documents([Document("limits.txt", "Limits", TEXT, "text/plain")], location, embedder=embedder)
    with DocumentIndex.open(location, embedder=embedder) as index:
        yield index


def asked(opened: DocumentIndex, question: str) -> str:
    with opened.snapshot() as view:
        return corrected(question, corrections(question, view, opened.embedder)[0])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hotel limmit in Switzerlnd", "hotel limit in Switzerland"),
        ("who made the astronomicl clok?", "who made the astronomical clock?"),
        ("wehn is the hotel open?", "when is the hotel open?"),
        ("wat is the limmit.", "what is the limit."),
        ("Who des the clokc, and wehn?", "Who does the clock, and when?"),  # "des" is a word of other languages
        ("where is the hotel locatd?", "where is the hotel located?"),  # a word that no document has
    ],
)
def test_a_misspelt_word_becomes_the_word_of_the_documents(opened, typed, meant):
    assert asked(opened, typed) == meant


@pytest.mark.parametrize(
    "question",
    [
        "What does part LIMM-7 cost?",
        "Who is Ivan?",
        "What is the limit of the motel?",
        "Wann öffnet das Büro?",
        "How many hotels are there?",
        "What is the limit for dads, moms and pies?",
        "Who was rehired, and what is nonrefundable?",
        "What if the clock dont work, and whats the cheapest or dirtiest hotel?",
    ],
)
def test_names_codes_known_words_and_other_languages_are_left_alone(opened, question):
    assert asked(opened, question) == question


@pytest.mark.parametrize(
    ("typed", "first", "second"),
    [
        ("What comes from Kenay?", {}, {"Kenay": "Kenya"}),  # a short name is asked as typed first
        ("Which lights are dimmerd?", {"dimmerd": "dimmed"}, {"dimmerd": "dimmer"}),
    ],
)
def test_a_word_that_may_be_meant_in_two_ways_is_asked_in_both(opened, typed, first, second):
    with opened.snapshot() as view:
        assert sorted(map(str, corrections(typed, view, opened.embedder))) == sorted(map(str, (first, second)))


def test_the_corrections_say_what_was_typed_and_what_was_asked(opened):
    with opened.snapshot() as view:
        assert corrections("hotel limmit", view, opened.embedder)[0] == {"limmit": "limit"}
