"""A question is read with the numbers of each passage as they are written there."""

import pytest

from qa.answering.retrieval import numbers_as_written


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
        ("What does A4800 cost?", "A4800 costs 4,800 euros.", "What does A4800 cost?"),
    ],
)
def test_numbers_of_a_question_are_read_as_the_passage_writes_them(asked: str, text: str, read: str):
    assert numbers_as_written(asked, text) == read
