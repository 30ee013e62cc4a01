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


CAPITALS = (
    "北京是中国的首都，位于华北平原。",
    "東京は日本の首都である。皇居は千代田区にある。",
    "大阪城の入場料は大人六百円、開館時間は午前九時から午後五時までである。",
    "กรุงเทพมหานครเป็นเมืองหลวงของประเทศไทย",
    "เชียงใหม่อยู่ทางภาคเหนือ มีวัดเก่าแก่มากมาย",
    "上海港是世界上最大的集装箱港口。",
)
ASKED = {
    "中国的首都是哪里？": 0,
    "皇居はどこにありますか": 1,
    "入場料はいくらですか": 2,
    "เมืองหลวงของไทย": 3,
    "最大的港口": 5,
}


@pytest.mark.parametrize("store", STORES)
def test_text_without_spaces_between_words_is_found_by_its_words(tmp_path: Path, store: str):
    place, embedder = place_in(tmp_path, store), HashEmbedder()
    documents = [Document(f"{n}.txt", f"doc {n}", text, "text/plain") for n, text in enumerate(CAPITALS)]
    build_documents(documents, place, embedder=embedder)
    with DocumentIndex.open(place, embedder=embedder) as opened, opened.snapshot() as view:
        for question, number in ASKED.items():
            hits = {hit.document.path: hit for hit in view.search(question)}
            assert hits[f"{number}.txt"].keyword_rank == 1, question
            assert view.by_words(question, 3)[0][1].path == f"{number}.txt"
    assert verify(place).sound
