"""The catalog: documents, chunks, keyword index and vectors in one SQLite file, the source of truth."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from index.embedder import Vectors
from index.errors import IndexDamagedError
from index.stores.base import Inputs, Passage
from index.stores.checksums import chunk_checksum, document_checksum
from index.stores.document_fields import TableDescription, restore_document
from index.stores.folder.rows import REMEDY, chunk_of, intact, matrix, record_of, unchecked_chunk
from index.stores.folder.schema import PIECE_BYTES, has_tables
from index.types import Chunk, Document, DocumentRecord, Failure, TablePart, TableRows

_RECORD = (
    "id, path, title, media_type, sha256, source, date, body_start, characters, page_count, chunk_count, "
    "metadata, warnings, encoding, empty_pages, date_source, coverage, left_out"
)
_RECORD_1 = _RECORD.replace("date_source, coverage, left_out", "NULL, NULL, '[]'")  # in format 1
_CHUNK = 'id, document_id, ordinal, start, "end", page, heading, context, table_number, first_row, last_row'
_CHUNK_1 = _CHUNK.replace("context, table_number, first_row, last_row", "'', NULL, NULL, NULL")
_TABLE = 'columns, caption, page, start, "end", length, "offset"'


class Catalog:
    """Reads of one catalog."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self._has_tables = has_tables(connection)
        self._record, self._chunk = (_RECORD, _CHUNK) if self._has_tables else (_RECORD_1, _CHUNK_1)
        self._checksum = "checksum" if self._has_tables else "NULL"

    def meta(self) -> dict[str, str]:
        """Facts about the index as a whole: format, fingerprints, revision, the vector file."""
        return dict(self.connection.execute("SELECT key, value FROM meta"))

    def revision(self) -> int:
        """The number of the last commit; 0 before the first."""
        row = self.connection.execute("SELECT value FROM meta WHERE key = 'revision'").fetchone()
        return int(row[0]) if row else 0

    def inputs(self) -> Inputs:
        """The sources, excluded files and failures that builds start from."""
        failures = self.connection.execute("SELECT path, source, reason, sha256 FROM failures ORDER BY path, source")
        return Inputs(
            tuple(path for (path,) in self.connection.execute("SELECT path FROM sources ORDER BY path")),
            frozenset(self.connection.execute("SELECT source, path FROM excluded")),
            tuple(Failure(*row) for row in failures),
        )

    def dropped_vectors(self) -> list[int]:
        """Ids of removed vectors that the FAISS file may still contain."""
        return [vector_id for (vector_id,) in self.connection.execute("SELECT vector_id FROM dropped")]

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(self.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def count_after(self, vector_id: int) -> int:
        """How many vectors have greater ids."""
        return int(self.connection.execute("SELECT count(*) FROM vectors WHERE id > ?", (vector_id,)).fetchone()[0])

    def document_ids(self) -> list[int]:
        """The ids of all documents, by path."""
        return [document_id for (document_id,) in self.connection.execute("SELECT id FROM documents ORDER BY path")]

    def records(self, ids: Collection[int] | None = None) -> list[DocumentRecord]:
        """Documents without their texts, by path; of all or of the given ids."""
        select = f"SELECT {self._record} FROM documents"
        with intact():
            rows = self.connection.execute(select) if ids is None else self._rows_in(f"{select} WHERE id", ids)
            return sorted(map(record_of, rows), key=lambda record: (record.path, record.source))

    def documents(self, ids: Collection[int]) -> dict[int, Document]:
        """Whole documents by id; unknown ids are left out. Raises IndexDamagedError for one that was altered."""
        columns = f"{self._record}, {self._checksum}, pages, headings, text"
        with intact():
            rows = self._rows_in(f"SELECT {columns} FROM documents WHERE id", ids)
            return {row[0]: self._document(row) for row in rows}

    def chunks_of(self, document_id: int) -> list[Chunk]:
        """The passages of a document in order. Raises IndexDamagedError for one that was altered."""
        with intact():
            text = self._texts([document_id]).get(document_id, "")
            rows = self.connection.execute(
                f"SELECT {self._chunk}, {self._checksum} FROM chunks WHERE document_id = ? ORDER BY ordinal",
                (document_id,),
            )
            return [chunk_of(row, text[row[3] : row[4]]) for row in rows]

    def altered_chunks(self) -> list[int]:
        """The ids of the passages whose rows were altered."""
        rows = self.connection.execute(f"SELECT {self._chunk}, {self._checksum} FROM chunks")
        return [
            row[0] for row in rows if row[-1] is not None and row[-1] != chunk_checksum(unchecked_chunk(row[:-1], ""))
        ]

    def passages(self, ids: Collection[int]) -> dict[int, list[Passage]]:
        """The passages of documents in order, with their vectors, by document id.

        A passage without its words, key or vector has empty ones.
        """
        return {document_id: self._passages_of(document_id) for document_id in ids}

    def keyword_texts(self, limit: int) -> list[str]:
        """The texts and titles of at most ``limit`` passages, as keyword search covers them."""
        rows = self.connection.execute("SELECT title, text FROM passages LIMIT ?", (limit,))
        return [f"{title}\n{text}" for title, text in rows]

    def _passages_of(self, document_id: int) -> list[Passage]:
        chunks = self.chunks_of(document_id)
        ids = [chunk.id for chunk in chunks]
        keys, words, vectors = self.keys_of(document_id), self.words(ids), self.vectors_of_chunks(ids)
        return [Passage(c, words.get(c.id, ("",))[0], keys.get(c.id, b""), vectors.get(c.id)) for c in chunks]

    def chunks(self, ids: Collection[int]) -> dict[int, Chunk]:
        """Chunks by id; unknown ids are left out.

        Their text is that of the keyword index, so that no document is read whole, except for chunks that include
        part of their document's head.
        """
        with intact():
            words = self.words(ids)
            rows = self._rows_in(f"SELECT {self._chunk}, {self._checksum} FROM chunks WHERE id", ids)
            chunks = [chunk_of(row, words.get(row[0], ("",))[0]) for row in rows]
        texts = self._texts({chunk.document_id for chunk in chunks if len(chunk.text) != chunk.end - chunk.start})
        return {
            chunk.id: replace(chunk, text=texts[chunk.document_id][chunk.start : chunk.end])
            if chunk.document_id in texts
            else chunk
            for chunk in chunks
        }

    def table_parts(self, chunk_ids: Collection[int], around: int = 0) -> dict[int, TablePart]:
        """The table rows in chunks, and ``around`` more on either side if there are, by chunk id."""
        columns = "id, document_id, table_number, first_row, last_row"
        rows = self._rows_in(f"SELECT {columns} FROM chunks WHERE table_number IS NOT NULL AND id", chunk_ids)
        return {
            chunk_id: self._table_part(document_id, TableRows(*place), around) for chunk_id, document_id, *place in rows
        }

    def _table_part(self, document_id: int, rows: TableRows, around: int) -> TablePart:
        (table,) = self._tables(document_id, rows.table)
        return table.part(rows, around, self._cells(document_id, *table.bytes_of(rows, around)))

    def _tables(self, document_id: int, number: int | None = None) -> list[TableDescription]:
        """The descriptions of a document's tables in order, or of one of them."""
        rows = self.connection.execute(
            f"SELECT {_TABLE} FROM tables WHERE document_id = ? AND number = coalesce(?, number) ORDER BY number",
            (document_id, number),
        )
        return [TableDescription(json.loads(columns), *others) for columns, *others in rows]

    def _cells(self, document_id: int, start: int, end: int) -> bytes:
        """The cells of a document from the byte ``start`` to the byte ``end``."""
        first = start // PIECE_BYTES
        pieces = self.connection.execute(
            "SELECT piece FROM cells WHERE document_id = ? AND number BETWEEN ? AND ? ORDER BY number",
            (document_id, first, (end - 1) // PIECE_BYTES),
        )
        joined = b"".join(piece for (piece,) in pieces)
        return joined[start - first * PIECE_BYTES : end - first * PIECE_BYTES]

    def _document(self, row: tuple[Any, ...]) -> Document:
        *record, checksum, pages, headings, text = row
        tables = self._tables(row[0]) if self._has_tables else []
        size = tables[-1].offset + tables[-1].row_bytes * tables[-1].length if tables else 0
        cells = self._cells(row[0], 0, size) if size else b""
        known = record_of(tuple(record))
        document = restore_document(known, text, json.loads(pages), json.loads(headings), tables, cells)
        if checksum is not None and checksum != document_checksum(document):
            raise IndexDamagedError(f"what is stored of {known.path} was altered: {REMEDY}")
        return document

    def keys_of(self, document_id: int) -> dict[int, bytes]:
        """The keys of the vectors of a document's chunks, by chunk id."""
        rows = self.connection.execute(
            "SELECT chunks.id, key FROM chunks JOIN vectors ON vectors.id = vector_id WHERE document_id = ?",
            (document_id,),
        )
        return dict(rows)

    def words(self, chunk_ids: Collection[int]) -> dict[int, tuple[str, str]]:
        """(text, title) as stored in the keyword index, by chunk id."""
        rows = self._rows_in("SELECT rowid, text, title FROM passages WHERE rowid", chunk_ids)
        return {chunk_id: (text, title) for chunk_id, text, title in rows}

    def chunks_with_vectors(self, vector_ids: Collection[int]) -> list[tuple[int, int, int]]:
        """(chunk id, document id, vector id) of every chunk that has one of the vectors."""
        return self._rows_in("SELECT id, document_id, vector_id FROM chunks WHERE vector_id", vector_ids).fetchall()

    def vector_ids_of(self, document_ids: Collection[int]) -> list[int]:
        """The ids of the vectors of the documents' chunks."""
        rows = self._rows_in("SELECT DISTINCT vector_id FROM chunks WHERE document_id", document_ids)
        return [vector_id for (vector_id,) in rows]

    def vector_ids(self) -> list[int]:
        """The ids of all vectors."""
        return [vector_id for (vector_id,) in self.connection.execute("SELECT id FROM vectors")]

    def sample_vectors(self, size: int) -> Vectors:
        """About ``size`` vectors, spread over the catalog, float32 (n, dimensions)."""
        step = max(1, self.count("vectors") // max(1, size))
        rows = self.connection.execute("SELECT vector FROM vectors WHERE id % ? = 0 LIMIT ?", (step, size))
        return matrix([blob for (blob,) in rows])

    def vectors_after(self, vector_id: int, batch: int = 16_384) -> Iterator[tuple[list[int], Vectors]]:
        """Vectors with greater ids, in the order of their ids, in batches: ids and float32 (n, dimensions).

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
            yield [row[0] for row in rows], matrix([row[1] for row in rows])

    def vectors_of(self, vector_ids: Collection[int]) -> tuple[list[int], Vectors]:
        """Those of the ids that have a vector, and the vectors, float32 (n, dimensions)."""
        rows = self._rows_in("SELECT id, vector FROM vectors WHERE id", vector_ids).fetchall()
        return [row[0] for row in rows], matrix([row[1] for row in rows])

    def vectors_of_chunks(self, chunk_ids: Collection[int]) -> dict[int, Vectors]:
        """The vector of each chunk, float32 (dimensions,)."""
        joined = "chunks JOIN vectors ON vectors.id = vector_id"
        rows = self._rows_in(f"SELECT chunks.id, vector FROM {joined} WHERE chunks.id", chunk_ids)
        return {chunk_id: matrix([blob])[0] for chunk_id, blob in rows}

    def has_vector(self, key: bytes) -> bool:
        """Whether a vector is stored under the key."""
        return self.connection.execute("SELECT 1 FROM vectors WHERE key = ?", (key,)).fetchone() is not None

    def matching(self, query: str, limit: int, document_ids: Collection[int] | None = None) -> dict[int, float]:
        """Chunk ids with BM25 scores (higher is better) for an FTS5 query, best first."""
        if document_ids is None:
            rows = self.connection.execute(
                "SELECT rowid, -rank FROM passages WHERE passages MATCH ? ORDER BY rank LIMIT ?", (query, limit)
            )
        else:
            rows = self.connection.execute(
                "SELECT rowid, -rank FROM passages WHERE passages MATCH ? AND rowid IN "
                "(SELECT id FROM chunks WHERE document_id IN (SELECT value FROM json_each(?))) ORDER BY rank LIMIT ?",
                (query, json.dumps(list(document_ids)), limit),
            )
        return dict(rows)

    def document_frequency(self, terms: Collection[str]) -> dict[str, int]:
        """How many chunks contain each (stemmed) term; terms in none are left out."""
        return dict(self._rows_in("SELECT term, doc FROM passage_terms WHERE term", terms))

    def _texts(self, ids: Collection[int]) -> dict[int, str]:
        """The texts of documents by id."""
        return dict(self._rows_in("SELECT id, text FROM documents WHERE id", ids)) if ids else {}

    def _rows_in(self, query: str, values: Collection[int | str]) -> sqlite3.Cursor:
        """The rows of a query that ends with a column's name, where the column has one of the values."""
        return self.connection.execute(f"{query} IN (SELECT value FROM json_each(?))", (json.dumps(list(values)),))
