"""The parts of replies: the library, mentions of a subject, small talk, and what an utterance is about."""

from __future__ import annotations

import pytest

from index import Document, DocumentIndex, Failure, build_documents
from qa.conversation.catalogue import about_library
from qa.conversation.courtesy import friendly_line, stands_in
from qa.conversation.mentions import grouped_mentions, is_scattered
from qa.conversation.subjects import documents_named, named_in, subject_of
from qa.conversation.summaries import key_sentences, summarise
from tests.support.hash_embedder import HashEmbedder

LEASE = Document(
    "lease.txt",
    "Lease of the mill",
    "The rent is 900 euros a month. The tenant repairs the wheel. Ada Finch signed on 3 May 2021. The mill stands idle "
    "on Sundays. Both sides may end the lease. Glass plates are kept in the loft. Notice is given in writing.",
    "text/plain",
    date="2021-05-03",
    date_source="text",
)
MENU = Document(
    "menu.txt", "Menu", "Soup costs 4 euros. Plates of glass are not used.", "text/plain", date="2023-01-01"
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    embedder = HashEmbedder()
    location = tmp_path_factory.mktemp("replies") / "index"
    build_documents([LEASE, MENU], location, embedder=embedder)
    with DocumentIndex.open(location, embedder=embedder) as index:
        yield index


@pytest.mark.parametrize(
    ("asked", "said", "path"),
    [
        ("what documents do you have?", "There are 2 documents", "lease.txt"),
        ("which document is the newest?", "“Menu” (2023-01-01)", "menu.txt"),
        ("what's the longest file", "“Lease of the mill”", "lease.txt"),
        ("do you have the menu?", "Yes", "menu.txt"),
        ("which documents are from 2023?", "1 of the 2 documents is from 2023", "menu.txt"),
        ("anything from before 2022?", "1 of the 2 documents is from before 2022", "lease.txt"),
        ("how many text files are there", "2 of the 2 documents are plain text", "lease.txt"),
        ("list the files by date", "There are 2 documents", "menu.txt"),
        ("which years do the documents cover", "from 2021-05-03 to 2023-01-01", "lease.txt"),
        ("what formats do you have", "2 documents: 2 txt", "lease.txt"),
        ("is lease.txt in there?", "Yes: lease.txt", "lease.txt"),
    ],
)
def test_questions_about_the_library_are_answered_from_the_catalogue(opened, asked, said, path):
    text, documents = about_library(asked, opened.documents(), [])
    assert said in text and documents[0].path == path


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("how many pdfs are there", "None of the 2 documents is PDF"),
        ("is roadmap.md in there?", "There is no file “roadmap.md”"),
        ("how can i remove a file", "quoth index"),
    ],
)
def test_what_the_library_does_not_hold_is_said(opened, asked, said):
    text, documents = about_library(asked, opened.documents(), [])
    assert said in text and documents == ()


def test_files_that_could_not_be_read_are_named_with_their_reason(opened):
    failure = Failure("scan.pdf", "/docs", "it has no text layer")
    text, _ = about_library("which files could not be read?", opened.documents(), [failure])
    assert "scan.pdf (it has no text layer)" in text


def test_mentions_are_grouped_by_document_with_the_words_marked(opened):
    found = grouped_mentions("glass plates", opened.search("glass plates", 50))
    assert [group.path for group in found] == ["lease.txt", "menu.txt"]
    marked = [found[0].passages[0].text[start:end] for start, end in found[0].passages[0].marks]
    assert marked == ["Glass", "plates"]


def test_keywords_that_stand_nowhere_in_a_row_are_scattered(opened):
    hits = opened.search("monthly rent mill", 50)
    assert is_scattered("rent tenant wheel", hits) and not is_scattered("end the lease", hits)


@pytest.mark.parametrize(
    ("utterance", "subject"),
    [
        ("mentions of Norvik Cloud", "Norvik Cloud"),
        ("everything about glass plates", "glass plates"),
        ("show me all passages on the loft", "the loft"),
        ("which documents mention Rabobank?", "Rabobank"),
        ("contract", "contract"),
    ],
)
def test_the_subject_of_a_search_is_found(utterance, subject):
    assert subject_of(utterance) == subject


def test_a_document_is_found_by_what_a_wish_for_a_summary_names(opened):
    assert named_in("summarise the document please") == ""
    named = documents_named(named_in("give me a summary of the lease of the mill"), opened.documents())
    assert [record.path for record in named] == ["lease.txt"]
    assert documents_named("annual report", opened.documents()) == []


def test_a_summary_quotes_and_lists_dates_amounts_and_names(opened):
    (record,) = [record for record in opened.documents() if record.path == "lease.txt"]
    made = summarise(LEASE, record.id, opened.chunks(record.id), opened.embedder)
    assert 5 <= len(made.sentences) <= 8
    assert {citation.date_source for citation in made.sentences} == {"text"}
    assert made.dates == ("3 May 2021",) and "900 euros" in made.amounts
    assert key_sentences(MENU, opened.embedder) == [(20, 49)] or len(key_sentences(MENU, opened.embedder)) <= 2


def test_a_document_s_own_words_are_no_small_talk():
    manual = ["#include <stdio.h>\nThe program prints Hello, world on the screen."]
    assert stands_in("hello world", manual)
    assert not stands_in("thank you", ["Thank you for your letter."]) and not stands_in("hello", manual)


def test_each_sort_of_small_talk_has_its_line():
    lines = {friendly_line(said) for said in ("hello", "thanks", "bye", "who are you?", "help", "wrong answer")}
    assert len(lines) == 6


@pytest.mark.parametrize("said", ["hello", "thanks", "bye", "who are you?", "help", "this is useless"])
def test_every_friendly_line_says_what_can_be_asked(said):
    assert any(word in friendly_line(said).lower() for word in ("ask", "question"))
