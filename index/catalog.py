"""The catalog: documents, chunks, their words and their vectors in one SQLite file, which is the truth."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from index.embedder import Vectors
from index.types import Chunk, Document, DocumentRecord, Failure, Heading, Page

_RECORD = (
    "id, path, title, media_type, sha256, source, date, body_start, characters, page_count, chunk_count, "
    "metadata, warnings, encoding, empty_pages"
)
_CHUNK = 'id, document_id, ordinal, start, "end", page, heading'


class Catalog:
    """Reads of one catalog; inside ``with catalog.snapshot()`` they all see the same revision."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def meta(self) -> dict[str, str]:
        """Everything known of the index as a whole: format, fingerprints, revision, the vector file."""
        return dict(self.connection.execute("SELECT key, value FROM meta"))

    def revision(self) -> int:
        """The number of the last commit; 0 before the first."""
        row = self.connection.execute("SELECT value FROM meta WHERE key = 'revision'").fetchone()
        return int(row[0]) if row else 0

    def sources(self) -> list[str]:
        """The folders and files that builds look at, as absolute paths."""
        return [path for (path,) in self.connection.execute("SELECT path FROM sources ORDER BY path")]

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(self.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    def records(self, ids: Collection[int] | None = None) -> list[DocumentRecord]:
        """Documents without their texts, by path; of all or of the given ids."""
        where = "" if ids is None else "WHERE id IN (SELECT value FROM json_each(?))"
        given = () if ids is None else (json.dumps(list(ids)),)
        rows = self.connection.execute(f"SELECT {_RECORD} FROM documents {where} ORDER BY path, source", given)
        return [_record(row) for row in rows]

    def failures(self) -> list[Failure]:
        """Files that could not be read, by path."""
        rows = self.connection.execute("SELECT path, source, reason FROM failures ORDER BY path, source")
        return [Failure(*row) for row in rows]

    def document(self, document_id: int) -> Document | None:
        """A whole document, or None when it is not there."""
        row = self.connection.execute(
            f"SELECT {_RECORD}, pages, headings, text FROM documents WHERE id = ?", (document_id,)
        ).fetchone()
        if row is None:
            return None
        record = _record(row[:-3])
        return Document(
            path=record.path,
            title=record.title,
            text=row[-1],
            media_type=record.media_type,
            sha256=record.sha256,
            source=record.source,
            date=record.date,
            body_start=record.body_start,
            pages=tuple(Page(*page) for page in json.loads(row[-3])),
            headings=tuple(Heading(*heading) for heading in json.loads(row[-2])),
            metadata=record.metadata,
            warnings=record.warnings,
            encoding=record.encoding,
            empty_pages=record.empty_pages,
        )

    def texts(self, ids: Collection[int]) -> dict[int, str]:
        """The canonical texts of documents."""
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

    def chunks(self, ids: Collection[int]) -> dict[int, Chunk]:
        """Chunks by id, with their words."""
        rows = self.connection.execute(
            f"SELECT {_CHUNK} FROM chunks WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),)
        ).fetchall()
        texts = self.texts({row[1] for row in rows})
        return {row[0]: _chunk(row, texts[row[1]]) for row in rows}

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

    def vectors_after(self, vector_id: int, batch: int = 16_384) -> Iterator[tuple[list[int], Vectors]]:
        """Vectors with greater ids in the order of ids, in batches: ids and float32 (n, dimensions)."""
        while True:
            rows = self.connection.execute(
                "SELECT id, vector FROM vectors WHERE id > ? ORDER BY id LIMIT ?", (vector_id, batch)
            ).fetchall()
            if not rows:
                return
            vector_id = rows[-1][0]
            matrix = np.frombuffer(b"".join(row[1] for row in rows), dtype=np.float16)
            yield [row[0] for row in rows], matrix.reshape(len(rows), -1).astype(np.float32)

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
                "SELECT rowid, -bm25(passages) FROM passages WHERE passages MATCH ? ORDER BY rank LIMIT ?",
                (query, limit),
            )
        else:
            rows = self.connection.execute(
                "SELECT rowid, -bm25(passages) FROM passages WHERE passages MATCH ? AND rowid IN "
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


class Commit:
    """Writes of one transaction; made by ``write.transaction``, which counts the revision."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Set or replace facts about the index as a whole."""
        self._connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def add_source(self, path: str) -> None:
        """Remember a folder or file for later builds."""
        self._connection.execute("INSERT OR IGNORE INTO sources VALUES (?)", (path,))

    def known_vectors(self, keys: Iterable[bytes]) -> dict[bytes, int]:
        """Ids of the vectors that are stored already, by key."""
        found: dict[bytes, int] = {}
        for key in keys:
            row = self._connection.execute("SELECT id FROM vectors WHERE key = ?", (key,)).fetchone()
            if row:
                found[key] = row[0]
        return found

    def add_vectors(self, vectors: Mapping[bytes, Vectors]) -> None:
        """Store vectors under their keys, as float16."""
        rows = ((key, vector.astype(np.float16).tobytes()) for key, vector in vectors.items())
        self._connection.executemany("INSERT OR IGNORE INTO vectors (key, vector) VALUES (?, ?)", rows)

    def put_document(self, document: Document, chunks: list[tuple[Chunk, str, int]]) -> int:
        """Store a document with its chunks (each with its keyword text and vector id) and return its id.

        A document of the same source and path is replaced and keeps its id.
        """
        row = self._connection.execute(
            "SELECT id FROM documents WHERE source = ? AND path = ?", (document.source, document.path)
        ).fetchone()
        if row:
            self._drop_chunks(row[0])
        columns = _columns(document, len(chunks)) | ({"id": row[0]} if row else {})
        names = ", ".join(columns)
        marks = ", ".join("?" * len(columns))
        cursor = self._connection.execute(
            f"INSERT OR REPLACE INTO documents ({names}) VALUES ({marks})", tuple(columns.values())
        )
        document_id = int(cursor.lastrowid or 0)
        for chunk, words, vector_id in chunks:
            self._put_chunk(document_id, document.title, chunk, words, vector_id)
        self._connection.execute("DELETE FROM failures WHERE source = ? AND path = ?", (document.source, document.path))
        return document_id

    def remove_document(self, document_id: int) -> None:
        """Forget a document and its chunks."""
        self._drop_chunks(document_id)
        self._connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))

    def move_document(self, document_id: int, source: str, path: str, title: str) -> None:
        """Give a document another path and title; its chunks and vectors stay."""
        self._connection.execute(
            "UPDATE documents SET source = ?, path = ?, title = ? WHERE id = ?", (source, path, title, document_id)
        )
        self._connection.execute(
            "UPDATE passages SET title = ? WHERE rowid IN (SELECT id FROM chunks WHERE document_id = ?)",
            (title, document_id),
        )

    def set_failures(self, source: str, failures: Collection[Failure]) -> None:
        """Replace what is known of the unreadable files of a source."""
        self._connection.execute("DELETE FROM failures WHERE source = ?", (source,))
        self._connection.executemany(
            "INSERT OR REPLACE INTO failures (source, path, reason) VALUES (?, ?, ?)",
            [(source, failure.path, failure.reason) for failure in failures],
        )

    def drop_unused_vectors(self) -> None:
        """Forget vectors that no chunk has."""
        self._connection.execute("DELETE FROM vectors WHERE id NOT IN (SELECT vector_id FROM chunks)")

    def _put_chunk(self, document_id: int, title: str, chunk: Chunk, words: str, vector_id: int) -> None:
        cursor = self._connection.execute(
            'INSERT INTO chunks (document_id, ordinal, start, "end", page, heading, vector_id) VALUES (?,?,?,?,?,?,?)',
            (document_id, chunk.ordinal, chunk.start, chunk.end, chunk.page, chunk.heading, vector_id),
        )
        self._connection.execute(
            "INSERT INTO passages (rowid, text, title) VALUES (?, ?, ?)", (cursor.lastrowid, words, title)
        )

    def _drop_chunks(self, document_id: int) -> None:
        self._connection.execute(
            "DELETE FROM passages WHERE rowid IN (SELECT id FROM chunks WHERE document_id = ?)", (document_id,)
        )
        self._connection.execute("DELETE FROM chunks WHERE document_id = ?", (document_id,))


def _columns(document: Document, chunk_count: int) -> dict[str, Any]:
    return {
        "source": document.source,
        "path": document.path,
        "sha256": document.sha256,
        "title": document.title,
        "media_type": document.media_type,
        "date": document.date,
        "body_start": document.body_start,
        "characters": len(document.text),
        "page_count": len(document.pages),
        "chunk_count": chunk_count,
        "encoding": document.encoding,
        "metadata": json.dumps(dict(document.metadata)),
        "warnings": json.dumps(document.warnings),
        "empty_pages": json.dumps(document.empty_pages),
        "pages": json.dumps([tuple(asdict(page).values()) for page in document.pages]),
        "headings": json.dumps([tuple(asdict(heading).values()) for heading in document.headings]),
        "text": document.text,
    }


def _record(row: tuple[Any, ...]) -> DocumentRecord:
    *plain, metadata, warnings, encoding, empty_pages = row
    lists = (json.loads(metadata), tuple(json.loads(warnings)), encoding, tuple(json.loads(empty_pages)))
    return DocumentRecord(*(*plain, *lists))


def _chunk(row: tuple[Any, ...], text: str) -> Chunk:
    chunk_id, document_id, ordinal, start, end, page, heading = row
    return Chunk(chunk_id, document_id, ordinal, start, end, text[start:end], page, heading)
