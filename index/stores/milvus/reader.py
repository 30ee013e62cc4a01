"""Reads of an index in Milvus."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable

from index.errors import IndexDamagedError
from index.stores.base import StoredPassage
from index.stores.milvus.client import MilvusConnection, Row, among
from index.stores.milvus.rows import PASSAGE, RECORD, Published, chunk_of, failure_of, published, stored, whole
from index.stores.milvus.schema import Head, read_head
from index.types import Chunk, Document, DocumentRecord, Failure

_PARTS = 200  # in one answer, of at most 60 kB each
_TRIES = 3


class MilvusReader:
    """Reads of the index in a slot; what was written by a commit that is not complete is not seen."""

    def __init__(self, link: MilvusConnection, slot: str = "index") -> None:
        self.link, self.slot = link, slot

    def head(self) -> Head:
        """What the index is now."""
        return read_head(self.link, self.slot) or Head(generation=0)

    def meta(self) -> dict[str, str]:
        """Everything known of the index as a whole."""
        return dict(self.head().meta)

    def revision(self) -> int:
        """The number of the last commit; 0 before the first."""
        return self.head().revision

    def count(self, table: str) -> int:
        """How many "documents" or "chunks" there are."""
        head = self.head()
        return {"documents": head.documents, "chunks": head.chunks}[table]

    def sources(self) -> list[str]:
        """The folders and files that builds look at."""
        return sorted(json.loads(value) for value in self.facts("source").values())

    def excluded(self) -> set[tuple[str, str]]:
        """(source, path) of the files that must not come back by themselves."""
        pairs = (json.loads(value) for value in self.facts("excluded").values())
        return {(source, path) for source, path in pairs}

    def failures(self) -> list[Failure]:
        """Files that could not be read, by path."""
        found = [failure_of(value) for value in self.facts("failure").values()]
        return sorted(found, key=lambda failure: (failure.path, failure.source))

    def records(self, ids: Collection[int] | None = None) -> list[DocumentRecord]:
        """Documents without their texts, by path."""
        return [one.record for one in self.published(ids)]

    def documents(self, ids: Collection[int]) -> dict[int, Document]:
        """Whole documents by id; those that are not there are left out.

        Raises IndexDamagedError when a part of one is gone.
        """
        held, parts = self._parted(ids, lambda one: one.text_keys() + one.layout_keys())
        return {
            one.record.id: whole(one, _joined(parts, one.text_keys()), _joined(parts, one.layout_keys()))
            for one in held
        }

    def texts(self, ids: Collection[int]) -> dict[int, str]:
        """The canonical texts of documents. Raises IndexDamagedError when a part of one is gone."""
        held, parts = self._parted(ids, Published.text_keys)
        return {one.record.id: _joined(parts, one.text_keys()) for one in held}

    def chunks_of(self, document_id: int) -> list[Chunk]:
        """The passages of a document in order."""
        return [chunk_of(row) for row in self.rows_of([document_id], PASSAGE).get(document_id, [])]

    def passages_of(self, ids: Collection[int]) -> dict[int, list[StoredPassage]]:
        """The passages of documents in order, with everything that is kept of them, by the ids of the documents."""
        rows = self.rows_of(ids, [*PASSAGE, "key", "vector"])
        return {document_id: [stored(row) for row in own] for document_id, own in rows.items()}

    def rows_of(self, ids: Collection[int], fields: list[str]) -> dict[int, list[Row]]:
        """The rows of documents' passages in order, by the ids of the documents; ``fields`` has the document's."""
        held = {one.record.id: one for one in self.published(ids)}
        chunk_ids = [one.first + n for one in held.values() for n in range(one.record.chunk_count)]
        rows = self.link.query_among(self.head().collection("passages"), "id", chunk_ids, fields)
        found: dict[int, list[Row]] = {document_id: [] for document_id in held}
        for row in sorted(rows, key=lambda row: row["id"]):
            if row["document"] in held and held[row["document"]].owns(row["id"]):
                found[row["document"]].append(row)
        return found

    def published(self, ids: Iterable[int] | None = None) -> list[Published]:
        """Documents with the places of their parts, by path."""
        head = self.head()
        if not head.generation:
            return []
        documents = head.collection("documents")
        if ids is None:
            rows = self.link.every(documents, "", RECORD)
        else:
            rows = self.link.query_among(documents, "id", sorted(set(ids)), RECORD)
        found = [published(row) for row in rows]
        return sorted(found, key=lambda one: (one.record.path, one.record.source))

    def facts(self, kind: str) -> dict[str, str]:
        """The facts of a kind by their keys."""
        head = self.head()
        if not head.generation:
            return {}
        rows = self.link.every(head.collection("facts"), f'key like "{kind}:%"', ["key", "value"])
        return {row["key"]: row["value"] for row in rows}

    def _parted(
        self, ids: Collection[int], keys_of: Callable[[Published], list[str]]
    ) -> tuple[list[Published], dict[str, str]]:
        """Documents, and their parts of some keys; asked for again when a writer replaced one in between."""
        lost: list[str] = []
        for _ in range(_TRIES):
            held = self.published(ids)
            parts = self._parts([key for one in held for key in keys_of(one)])
            lost = [one.record.path for one in held if any(key not in parts for key in keys_of(one))]
            if not lost:
                return held, parts
        raise IndexDamagedError(
            f"{lost[0]} has lost a part of its text in {self.link.uri}: run `quoth index --rebuild`"
        )

    def _parts(self, keys: list[str]) -> dict[str, str]:
        rows: list[Row] = []
        texts = self.head().collection("texts")
        for place in range(0, len(keys), _PARTS):
            rows += self.link.query(texts, among("key", keys[place : place + _PARTS]), ["key", "part"])
        return {row["key"]: row["part"] for row in rows}


def _joined(parts: dict[str, str], keys: list[str]) -> str:
    return "".join(parts[key] for key in keys)
