"""The catalog: documents, chunks, their words and their vectors in one SQLite file, the source of truth."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator
from typing import Any

import numpy as np

from index.embedder import Vectors
from index.errors import IndexDamagedError
from index.stores.base import Inputs, Passage
from index.stores.document_fields import restore_document
from index.types import Chunk, Document, DocumentRecord, Failure

_RECORD = (
    "id, path, title, media_type, sha256, source, date, body_start, characters, page_count, chunk_count, "
    "metadata, warnings, encoding, empty_pages"
)
_CHUNK = 'id, document_id, ordinal, start, "end", page, heading'


class Catalog:
    """Reads of one catalog."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def meta(self) -> dict[str, str]:
        """Facts about the index as a whole: format, fingerprints, revision, the vector file."""
        return dict(self.connection.execute("SELECT key, value FROM meta"))

    def revision(self) -> int:
        """The number of the last commit; 0 before the first."""
        row = self.connection.execute("SELECT value FROM meta WHERE key = 'revision'").fetchone()
        return int(row[0]) if row else 0

    def inputs(self) -> Inputs:
        """What builds read."""
        failures = self.connection.execute("SELECT path, source, reason, sha256 FROM failures ORDER BY path, source")
        return Inputs(
            tuple(path for (path,) in self.connection.execute("SELECT path FROM sources ORDER BY path")),
            frozenset(self.connection.execute("SELECT source, path FROM excluded")),
            tuple(Failure(*row) for row in failures),
        )

    def dropped_vectors(self) -> list[int]:
        """Ids of removed vectors that the FAISS file may still have."""
        return [vector_id for (vector_id,) in self.connection.execute("SELECT vector_id FROM dropped")]

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(self.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def count_after(self, vector_id: int) -> int:
        """How many vectors have greater ids."""
        return int(self.connection.execute("SELECT count(*) FROM vectors WHERE id > ?", (vector_id,)).fetchone()[0])

    def records(self, ids: Collection[int] | None = None) -> list[DocumentRecord]:
        """Documents without their texts, by path; of all or of the given ids."""
        where = "" if ids is None else "WHERE id IN (SELECT value FROM json_each(?))"
        given = () if ids is None else (json.dumps(list(ids)),)
        rows = self.connection.execute(f"SELECT {_RECORD} FROM documents {where} ORDER BY path, source", given)
        return [_record(row) for row in rows]

    def documents(self, ids: Collection[int]) -> dict[int, Document]:
        """Whole documents by id; ids that are not there are left out."""
        rows = self.connection.execute(
            f"SELECT {_RECORD}, pages, headings, text FROM documents WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(ids)),),
        )
        return {row[0]: _document(row) for row in rows}

    def texts(self, ids: Collection[int]) -> dict[int, str]:
        """The canonical texts of documents by id; ids that are not there are left out."""
        rows = self.connection.execute(
            "SELECT id, text FROM documents WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
        )
        return dict(rows)

    def chunks_of(self, document_id: int) -> list[Chunk]:
        """The passages of a document in order."""
        text = self.texts([document_id]).get(document_id, "")
        rows = self.connection.execute(
            f"SELECT {_CHUNK} FROM chunks WHERE document_id = ? ORDER BY ordinal", (document_id,)
        )
        return [_chunk(row, text) for row in rows]

    def passages(self, ids: Collection[int]) -> dict[int, list[Passage]]:
        """The passages of documents in order, with their vectors, by document id.

        One that lost its words, key or vector has empty ones.
        """
        return {document_id: self._passages_of(document_id) for document_id in ids}

    def _passages_of(self, document_id: int) -> list[Passage]:
        chunks = self.chunks_of(document_id)
        ids = [chunk.id for chunk in chunks]
        keys, words, vectors = self.keys_of(document_id), self.words(ids), self.vectors_of_chunks(ids)
        return [Passage(c, words.get(c.id, ("",))[0], keys.get(c.id, b""), vectors.get(c.id)) for c in chunks]

    def chunks(self, ids: Collection[int]) -> dict[int, Chunk]:
        """Chunks by id."""
        rows = self.connection.execute(
            f"SELECT {_CHUNK} FROM chunks WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
        ).fetchall()
        texts = self.texts({row[1] for row in rows})
        return {row[0]: _chunk(row, texts[row[1]]) for row in rows}

    def keys_of(self, document_id: int) -> dict[int, bytes]:
        """The keys of the vectors of a document's chunks, by chunk id."""
        rows = self.connection.execute(
            "SELECT chunks.id, key FROM chunks JOIN vectors ON vectors.id = vector_id WHERE document_id = ?",
            (document_id,),
        )
        return dict(rows)

    def words(self, chunk_ids: Collection[int]) -> dict[int, tuple[str, str]]:
        """(text, title) as the keyword index has them, by chunk id."""
        rows = self.connection.execute(
            "SELECT rowid, text, title FROM passages WHERE rowid IN (SELECT value FROM json_each(?))",
            (json.dumps(list(chunk_ids)),),
        )
        return {chunk_id: (text, title) for chunk_id, text, title in rows}

    def chunks_with_vectors(self, vector_ids: Collection[int]) -> list[tuple[int, int, int]]:
        """(chunk id, document id, vector id) of every chunk that has one of the vectors."""
        return self.connection.execute(
            "SELECT id, document_id, vector_id FROM chunks WHERE vector_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(vector_ids)),),
        ).fetchall()

    def vector_ids_of(self, document_ids: Collection[int]) -> list[int]:
        """The vectors of the chunks of some documents."""
        rows = self.connection.execute(
            "SELECT DISTINCT vector_id FROM chunks WHERE document_id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(document_ids)),),
        )
        return [vector_id for (vector_id,) in rows]

    def vector_ids(self) -> list[int]:
        """The ids of all vectors."""
        return [vector_id for (vector_id,) in self.connection.execute("SELECT id FROM vectors")]

    def some_vectors(self, wanted: int) -> Vectors:
        """About ``wanted`` vectors, spread over the catalog, float32 (n, dimensions)."""
        step = max(1, self.count("vectors") // max(1, wanted))
        rows = self.connection.execute("SELECT vector FROM vectors WHERE id % ? = 0 LIMIT ?", (step, wanted)).fetchall()
        if not rows:
            return np.empty((0, 0), dtype=np.float32)
        matrix = np.frombuffer(b"".join(row[0] for row in rows), dtype=np.float16)
        return matrix.reshape(len(rows), -1).astype(np.float32)

    def vectors_after(self, vector_id: int, batch: int = 16_384) -> Iterator[tuple[list[int], Vectors]]:
        """Vectors with greater ids in the order of ids, in batches: ids and float32 (n, dimensions).

        Raises IndexDamagedError when their lengths differ.
        """
        while True:
            rows = self.connection.execute(
                "SELECT id, vector FROM vectors WHERE id > ? ORDER BY id LIMIT ?", (vector_id, batch)
            ).fetchall()
            if not rows:
                return
            vector_id = rows[-1][0]
            if len({len(row[1]) for row in rows}) != 1:
                raise IndexDamagedError("stored vectors differ in length: run `quoth repair`")
            matrix = np.frombuffer(b"".join(row[1] for row in rows), dtype=np.float16)
            yield [row[0] for row in rows], matrix.reshape(len(rows), -1).astype(np.float32)

    def vectors_of(self, vector_ids: Collection[int]) -> tuple[list[int], Vectors]:
        """The ids that are there, and their vectors, float32 (n, dimensions)."""
        rows = self.connection.execute(
            "SELECT id, vector FROM vectors WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(vector_ids)),),
        ).fetchall()
        if not rows:
            return [], np.empty((0, int(self.meta().get("dimensions", 0))), dtype=np.float32)
        matrix = np.frombuffer(b"".join(row[1] for row in rows), dtype=np.float16)
        return [row[0] for row in rows], matrix.reshape(len(rows), -1).astype(np.float32)

    def vectors_of_chunks(self, chunk_ids: Collection[int]) -> dict[int, Vectors]:
        """The vector of each chunk, float32 (dimensions,)."""
        rows = self.connection.execute(
            "SELECT chunks.id, vector FROM chunks JOIN vectors ON vectors.id = vector_id "
            "WHERE chunks.id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(chunk_ids)),),
        )
        return {chunk_id: np.frombuffer(blob, dtype=np.float16).astype(np.float32) for chunk_id, blob in rows}

    def has_vector(self, key: bytes) -> bool:
        """Whether a vector is stored under the key."""
        return self.connection.execute("SELECT 1 FROM vectors WHERE key = ?", (key,)).fetchone() is not None

    def matching(self, query: str, limit: int, document_ids: Collection[int] | None = None) -> dict[int, float]:
        """Chunk ids with BM25 scores (higher is better) for an FTS5 query, best first."""
        if document_ids is None:
            rows = self.connection.execute(
                "SELECT rowid, -rank FROM passages WHERE passages MATCH ? ORDER BY rank LIMIT ?",
                (query, limit),
            )
        else:
            rows = self.connection.execute(
                "SELECT rowid, -rank FROM passages WHERE passages MATCH ? AND rowid IN "
                "(SELECT id FROM chunks WHERE document_id IN (SELECT value FROM json_each(?))) ORDER BY rank LIMIT ?",
                (query, json.dumps(list(document_ids)), limit),
            )
        return dict(rows)

    def document_frequency(self, terms: Collection[str]) -> dict[str, int]:
        """In how many chunks each (stemmed) term stands; absent terms are left out."""
        rows = self.connection.execute(
            "SELECT term, doc FROM passage_terms WHERE term IN (SELECT value FROM json_each(?))",
            (json.dumps(list(terms)),),
        )
        return dict(rows)


def _document(row: tuple[Any, ...]) -> Document:
    *record, pages, headings, text = row
    return restore_document(_record(tuple(record)), text, json.loads(pages), json.loads(headings))


def _record(row: tuple[Any, ...]) -> DocumentRecord:
    *plain, metadata, warnings, encoding, empty_pages = row
    lists = (json.loads(metadata), tuple(json.loads(warnings)), encoding, tuple(json.loads(empty_pages)))
    return DocumentRecord(*(*plain, *lists))


def _chunk(row: tuple[Any, ...], text: str) -> Chunk:
    chunk_id, document_id, ordinal, start, end, page, heading = row
    return Chunk(chunk_id, document_id, ordinal, start, end, text[start:end], page, heading)
