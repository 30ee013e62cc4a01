"""Texts are stemmed as FTS5 stems them."""

from __future__ import annotations

from index.stores.stemming import Stemmer


def test_each_text_gets_its_own_stems_in_order():
    assert Stemmer().stem(["Melting irons", "", "The THIRD, café!"]) == [["melt", "iron"], [], ["the", "third", "cafe"]]


def test_a_stemmer_forgets_the_texts_before():
    stemmer = Stemmer()
    assert stemmer.stem(["Melting", "irons"]) == [["melt"], ["iron"]]
    assert stemmer.stem(["salts"]) == [["salt"]]
