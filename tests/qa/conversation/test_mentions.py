"""The passages on a subject are those that hold its words, in every script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from index import DocumentIndex, build
from qa.conversation.mentions import grouped_mentions
from tests.support.hash_embedder import HashEmbedder

TEXTS = {
    "en.txt": "The pier lamps are lit at dusk.",
    "ja.txt": "館長は佐藤花子さんで、本は十冊まで。The network is called AobaNet, パスワードは受付です。",
    "zh.txt": "灯塔的灯是蓝色的，每天黄昏点亮。",
}


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DocumentIndex]:
    folder = tmp_path_factory.mktemp("mentions")
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    location = tmp_path_factory.mktemp("index")
    build([folder], location, embedder=HashEmbedder())
    with DocumentIndex.open(location, embedder=HashEmbedder()) as opened:
        yield opened


@pytest.mark.parametrize(
    ("subject", "path", "marked"),
    [
        ("lamp", "en.txt", ["lamps"]),
        ("灯塔", "zh.txt", ["灯塔"]),
        ("佐藤花子", "ja.txt", ["佐藤花子"]),
        ("AobaNet パスワード", "ja.txt", ["AobaNet", "パスワード"]),
    ],
)
def test_the_words_of_a_subject_are_marked(opened: DocumentIndex, subject: str, path: str, marked: list[str]):
    (group,) = grouped_mentions(subject, opened.search(subject, 3))
    (passage,) = group.passages
    assert group.path == path
    assert [passage.text[start:end] for start, end in passage.marks] == marked


@pytest.mark.parametrize("subject", ["塔灯", "佐藤花子 灯塔", "harbour", "lamp 灯塔"])
def test_a_passage_without_one_of_the_words_is_none_on_the_subject(opened: DocumentIndex, subject: str):
    assert grouped_mentions(subject, opened.search(subject, 3)) == ()
