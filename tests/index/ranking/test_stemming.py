"""Texts are stemmed as FTS5 stems them."""

from __future__ import annotations

from index.ranking.stemming import Stemmer, stem_words


def test_each_text_gets_its_own_stems_in_order():
    assert Stemmer().stem(["Melting irons", "", "The THIRD, café!"]) == [["melt", "iron"], [], ["the", "third", "cafe"]]


def test_a_stemmer_forgets_the_texts_before():
    stemmer = Stemmer()
    assert stemmer.stem(["Melting", "irons"]) == [["melt"], ["iron"]]
    assert stemmer.stem(["salts"]) == [["salt"]]


def test_words_are_stemmed_one_by_one():
    assert stem_words(["flies", "flying", "Days", "day", "snake_case", "-"]) == [
        "fli",
        "fly",
        "dai",
        "dai",
        "snakecase",
        "",
    ]


def test_a_stemmer_that_forgets_its_cache_stems_the_same(monkeypatch):
    monkeypatch.setattr("index.ranking.stemming._CACHED_WORDS", 1)
    stemmer = Stemmer()
    assert [stemmer.stem_words(["irons", "salts", "melting"]) for _ in range(3)] == 3 * [["iron", "salt", "melt"]]
