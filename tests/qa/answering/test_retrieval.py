"""A question is read with the numbers of each passage as they are written there."""

import pytest

from index import Chunk, DocumentRecord, Hit
from qa.answering.retrieval import asked_of_date, numbers_as_written

HEAD = "title: Survey of the locks.\nauthor: Ida Holm.\ndate: 2023-04-11.\n\nThe upper lock was built in 1811."


@pytest.mark.parametrize(
    ("asked", "text", "read"),
    [
        ("Who paid 48000 francs?", "The guild paid 48,000 francs.", "Who paid 48,000 francs?"),
        ("Who paid 48,000 francs?", "The guild paid 48000 francs.", "Who paid 48000 francs?"),
        ("Who paid 48.000 francs?", "The guild paid 48\u00a0000 francs.", "Who paid 48\u00a0000 francs?"),
        ("What is 1250000?", "A loan of 1'250'000 was given.", "What is 1'250'000?"),
        ("Who paid 48000 francs?", "The guild paid 48000 or 48,000 francs.", "Who paid 48000 francs?"),
        ("Who paid 48000 francs?", "The guild paid 49,000 francs.", "Who paid 48000 francs?"),
        ("What happened in 1984?", "In 1984 the mill closed.", "What happened in 1984?"),
        ("What is in room 12?", "Room 12 has 1,200 books.", "What is in room 12?"),
        ("Who paid three hundred and sixty francs?", "The guild paid 360 francs.", "Who paid 360 francs?"),
        ("Who paid twelve thousand francs?", "The guild paid 12,000 francs.", "Who paid 12,000 francs?"),
        ("Who paid 360 francs?", "It paid three hundred sixty francs.", "Who paid three hundred sixty francs?"),
        ("Who paid eighteen francs?", "It paid 18, not eighteen francs.", "Who paid eighteen francs?"),
        ("Who paid 60 francs?", "It paid 2,360 or sixty francs.", "Who paid sixty francs?"),
        ("What is in room 3-12?", "Room 3-12 has twelve seats.", "What is in room 3-12?"),
        ("Who paid nine francs?", "It paid 9 francs.", "Who paid nine francs?"),
        ("What does A4800 cost?", "A4800 costs 4,800 euros.", "What does A4800 cost?"),
    ],
)
def test_numbers_of_a_question_are_read_as_the_passage_writes_them(asked: str, text: str, read: str):
    assert numbers_as_written(asked, text) == read


def head(text: str, ordinal: int = 0) -> Hit:
    document = DocumentRecord(
        1, "a.md", "Survey of the locks", "text/markdown", "", "", None, 0, len(text), 0, 1, {}, ()
    )
    return Hit(Chunk(1, 1, ordinal, 0, len(text), text), document, 1, 1.0)


def test_when_a_document_was_published_is_asked_of_its_head_as_its_date():
    asked = "When was the survey of the locks report released?"
    assert asked_of_date(asked, head(HEAD)) == "What is the date of the survey of the locks report?"
    assert asked_of_date(asked, head(HEAD, ordinal=1)) == asked
    assert asked_of_date(asked, head(HEAD.replace("date", "day"))) == asked


@pytest.mark.parametrize(
    "asked",
    ["When was the upper lock built?", "When was the bridge report published?", "When were the locks made?",
     "Who published the survey report?"],
)  # fmt: skip
def test_other_questions_are_asked_of_a_head_as_they_are(asked: str):
    assert asked_of_date(asked, head(HEAD)) == asked
