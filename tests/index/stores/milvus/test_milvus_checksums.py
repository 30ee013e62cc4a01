"""What citations show is checked in Milvus as in a folder: an altered row is noticed, and repaired."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from index import DocumentIndex, IndexDamagedError, build, repair, verify
from index.stores.milvus.client import MilvusConnection
from tests.support.hash_embedder import HashEmbedder

pytest.importorskip("pymilvus")

Row = dict[str, Any]


@pytest.fixture
def place(tmp_path: Path, folder: Path) -> str:
    place = str(tmp_path / "index.db")
    build([folder], place, embedder=HashEmbedder())
    return place


def alter(place: str, kind: str, where: str, change: Callable[[Row], Row]) -> None:
    """Change all rows of a collection that match an expression."""
    with closing(MilvusConnection(place)) as connection:
        collection = f"quoth_{kind}_1"
        connection.load_if_exists(collection)
        rows = connection.query(collection, where, ["*"])
        assert rows
        plain = [{k: list(map(float, v)) if k in ("vector", "unused") else v for k, v in row.items()} for row in rows]
        for row in plain:
            row.pop("sparse", None)  # Milvus makes it from the terms
        connection.upsert(collection, [row | change(row) for row in plain])


def record(**changed: object) -> Callable[[Row], Row]:
    """Changes fields of a document's record."""

    def change(row: Row) -> Row:
        fields, places = json.loads(row["record"])
        return {"record": json.dumps([fields | changed, places])}

    return change


ALTERED: dict[str, tuple[str, str, Callable[[Row], Row]]] = {
    "a date": ("documents", "id == 2", record(date="1999-01-01")),
    "a title": ("documents", "id == 2", record(title="Another")),
    "metadata": ("documents", "id == 2", record(metadata={"author": "Eve"})),
    "the file's checksum": ("documents", "id == 2", lambda row: {"sha256": "0" * 64}),
    "a text of the same length": (
        "texts",
        'document == 2 and key like "%text%"',
        lambda row: {"part": row["part"].replace("a", "e")},
    ),
    "pages": ("texts", 'document == 2 and key like "%layout%"', lambda row: {"part": "[[[7, 0, 9]], [], []]"}),
    "a layout that is no JSON": ("texts", 'document == 2 and key like "%layout%"', lambda row: {"part": "["}),
    "a passage's page": ("passages", "document == 2", lambda row: {"page": 7}),
    "a passage's heading": ("passages", "document == 2", lambda row: {"heading": "Eve"}),
    "a passage's context": ("passages", "document == 2", lambda row: {"context": "Eve"}),
    "a passage's rows": ("passages", "document == 2", lambda row: {"rows": "x"}),
}


@pytest.mark.parametrize("altered", ALTERED)
def test_what_citations_show_cannot_be_altered_unnoticed(place: str, folder: Path, altered: str):
    alter(place, *ALTERED[altered])
    assert 2 in {problem.document_id for problem in verify(place).problems}
    with DocumentIndex.open(place, embedder=HashEmbedder()) as opened, pytest.raises(IndexDamagedError, match="repair"):
        opened.document(2)
        opened.chunks(2)
    assert repair(place, embedder=HashEmbedder()).left == ()
    build([folder], place, embedder=HashEmbedder())
    report = verify(place)
    assert report.sound and report.documents == len(list(folder.iterdir()))


def test_a_record_that_cannot_be_read_is_damage(place: str):
    alter(place, "documents", "id == 2", lambda row: {"record": row["record"][:-1]})
    opened = DocumentIndex.open(place, embedder=HashEmbedder())
    with opened, pytest.raises(IndexDamagedError, match="rebuild"):
        opened.documents()


def test_front_matter_too_long_for_milvus_is_left_out_and_the_rest_is_sound(tmp_path: Path):
    front = "\n".join(f"key{n}: {'🍵' * 900}" for n in range(20))
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "long.md").write_text(f"---\n{front}\n---\nGreen tea is steeped at eighty degrees.\n")
    place = str(tmp_path / "index.db")
    build([tmp_path / "docs"], place, embedder=HashEmbedder())
    assert verify(place).sound
    with DocumentIndex.open(place, embedder=HashEmbedder()) as opened:
        (only,) = opened.documents()
        assert not only.metadata and "too long for the store" in only.warnings[-1]
