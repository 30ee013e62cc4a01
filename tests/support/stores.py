"""The stores that the tests of indexes run on."""

from __future__ import annotations

from pathlib import Path

import pytest

from index import DocumentIndex, Embedder, Place

STORES = ("folder", "milvus")  # Milvus Lite, in a file


def place_in(parent: Path, store: str) -> Place:
    """A place for an index in a folder; skips the test when the store is not installed."""
    if store == "milvus":
        pytest.importorskip("pymilvus")
        return str(parent / "index.db")
    return parent / "index"


def ids_in(place: Place, embedder: Embedder) -> dict[str, int]:
    """The ids of the documents of an index by path."""
    with DocumentIndex.open(place, embedder=embedder) as opened:
        return {record.path: record.id for record in opened.documents()}
