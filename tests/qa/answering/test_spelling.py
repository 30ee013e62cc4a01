"""Misspelt words are asked as words of the documents; names, codes and known words are left alone."""

from __future__ import annotations

import pytest

from index import Document, DocumentIndex, build_documents
from qa.answering.spelling import corrected, corrections
from tests.support.hash_embedder import HashEmbedder

TEXT = (
    "The hotel limit in Switzerland is 210 euros. The astronomical clock was made by Ivo Brandt. Das Büro öffnet früh."
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
        return corrected(question, corrections(question, view, opened.embedder.is_word))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hotel limmit in Switzerlnd", "hotel limit in Switzerland"),
        ("who made the astronomicl clok?", "who made the astronomical clock?"),
        ("wehn is the hotel open?", "when is the hotel open?"),
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
    ],
)
def test_names_codes_known_words_and_other_languages_are_left_alone(opened, question):
    assert asked(opened, question) == question


def test_the_corrections_say_what_was_typed_and_what_was_asked(opened):
    with opened.snapshot() as view:
        assert corrections("hotel limmit", view, opened.embedder.is_word) == {"limmit": "limit"}
