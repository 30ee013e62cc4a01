"""Every store finds words in their usual form, and gives them back as they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import Document, DocumentIndex, build_documents, verify
from tests.support.hash_embedder import HashEmbedder
from tests.support.stores import STORES, place_in

TEXT = "The oﬃce ＡＢＣ counted 48,250 visitors."
QUESTIONS = ("the 48250 visitors", "the 48,250 visitors", "the office ABC")


@pytest.mark.parametrize("store", STORES)
def test_words_are_found_in_their_usual_form_and_quoted_as_they_are_written(tmp_path: Path, store: str):
    place, embedder = place_in(tmp_path, store), HashEmbedder()
    others = [Document(f"{n}.txt", "other", f"The visitors number {n} came.", "text/plain") for n in range(3)]
    build_documents([Document("a.txt", "a", TEXT, "text/plain"), *others], place, embedder=embedder)
    with DocumentIndex.open(place, embedder=embedder) as opened:
        hits = [opened.search(question)[0] for question in QUESTIONS]
    assert [(hit.chunk.text, hit.keyword_rank) for hit in hits] == [(TEXT, 1)] * 3
    assert verify(place).sound
