"""BM25 scores are those of SQLite's FTS5."""

from __future__ import annotations

import sqlite3
from collections import Counter

import pytest

from index.ranking.bm25 import bm25_score

PASSAGES = [["iron", "melts", "iron"], ["tea", "is", "a", "leaf"], ["iron", "is", "old"], ["salt"], ["tea"], ["ash"]]


@pytest.mark.parametrize("question", [["iron"], ["iron", "tea"], ["melts", "iron"], ["gold"]])
def test_a_score_is_that_of_fts5(question: list[str]):
    table = sqlite3.connect(":memory:")
    table.execute("CREATE VIRTUAL TABLE passages USING fts5 (text)")
    table.executemany("INSERT INTO passages VALUES (?)", [(" ".join(words),) for words in PASSAGES])
    rows = table.execute(
        "SELECT rowid, -rank FROM passages WHERE passages MATCH ? ORDER BY rowid", (" OR ".join(question),)
    )
    expected = dict(rows)
    counts = Counter(word for words in PASSAGES for word in set(words))
    frequencies = {word: counts[word] for word in question}
    average = sum(map(len, PASSAGES)) / len(PASSAGES)
    scores = {n: bm25_score(words, frequencies, len(PASSAGES), average) for n, words in enumerate(PASSAGES, start=1)}
    assert {n: score for n, score in scores.items() if score} == pytest.approx(expected)
