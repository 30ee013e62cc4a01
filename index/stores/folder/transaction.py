"""What one transaction may change in the catalog."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import astuple
from typing import Any

import numpy as np

from index.embedder import Vectors
from index.stores.base import Passage
from index.stores.document_fields import record_fields
from index.types import Chunk, Document, Failure


class FolderTransaction:
    """Writes of one transaction; made by ``write.transaction``, which ends it with ``drop_loose_vectors``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._loose: set[int] = set()  # vectors that lost a chunk

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Set or replace facts about the index as a whole."""
        self._connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def set_sources(self, paths: Iterable[str]) -> None:
        """Replace the folders and files that later builds look at."""
        self._connection.execute("DELETE FROM sources")
        self._connection.executemany("INSERT INTO sources VALUES (?)", [(path,) for path in sorted(set(paths))])

    def set_excluded(self, files: Iterable[tuple[str, str]]) -> None:
        """Replace the (source, path) of files that must not come back by themselves."""
        self._connection.execute("DELETE FROM excluded")
        self._connection.executemany("INSERT INTO excluded VALUES (?, ?)", sorted(set(files)))

    def add_vectors(self, vectors: Mapping[bytes, Vectors]) -> None:
        """Store vectors under their keys, as float16."""
        rows = ((key, vector.astype(np.float16).tobytes()) for key, vector in vectors.items())
        self._connection.executemany("INSERT OR IGNORE INTO vectors (key, vector) VALUES (?, ?)", rows)

    def put_document(self, document: Document, passages: Sequence[Passage]) -> None:
        """Store a document with its passages; one of the same source and path keeps its id."""
        row = self._connection.execute(
            "SELECT id FROM documents WHERE source = ? AND path = ?", (document.source, document.path)
        ).fetchone()
        if row:
            self._drop_chunks(row[0])
        columns = _columns(document, len(passages)) | ({"id": row[0]} if row else {})
        cursor = self._connection.execute(
            f"INSERT OR REPLACE INTO documents ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
            tuple(columns.values()),
        )
        document_id = int(cursor.lastrowid or 0)
        vectors = self._vector_ids(key for _, _, key in passages)
        for chunk, words, key in passages:
            self._put_chunk(document_id, document.title, chunk, words, vectors[key])
        self._forget_failure(document.source, document.path)

    def remove_document(self, document_id: int) -> None:
        """Forget a document and its passages."""
        self._drop_chunks(document_id)
        self._connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))

    def move_document(self, document_id: int, source: str, path: str, title: str) -> None:
        """Give a document another path and title; its passages and vectors stay."""
        self._connection.execute(
            "UPDATE documents SET source = ?, path = ?, title = ? WHERE id = ?", (source, path, title, document_id)
        )
        self._connection.execute(
            "UPDATE passages SET title = ? WHERE rowid IN (SELECT id FROM chunks WHERE document_id = ?)",
            (title, document_id),
        )

    def put_failure(self, failure: Failure) -> None:
        """Keep why a file could not be read; the document that it was before leaves the index."""
        row = self._connection.execute(
            "SELECT id FROM documents WHERE source = ? AND path = ?", (failure.source, failure.path)
        ).fetchone()
        if row:
            self.remove_document(row[0])
        self._connection.execute(
            "INSERT OR REPLACE INTO failures (source, path, sha256, reason) VALUES (?, ?, ?, ?)",
            (failure.source, failure.path, failure.sha256, failure.reason),
        )

    def forget_failures(self, failures: Collection[Failure]) -> None:
        """Forget files that could not be read and are gone."""
        for failure in failures:
            self._forget_failure(failure.source, failure.path)

    def drop_loose_vectors(self) -> None:
        """Forget the vectors that lost their last chunk in this transaction."""
        if not self._loose:
            return
        ids = json.dumps(sorted(self._loose))
        gone = self._connection.execute(
            "DELETE FROM vectors WHERE id IN (SELECT value FROM json_each(?)) "
            "AND NOT EXISTS (SELECT 1 FROM chunks WHERE vector_id = vectors.id) RETURNING id",
            (ids,),
        ).fetchall()
        self._connection.executemany("INSERT OR IGNORE INTO dropped VALUES (?)", gone)
        self._loose.clear()

    def clear_dropped(self) -> None:
        """Forget which vectors are gone: the FAISS file was made anew and holds none of them."""
        self._connection.execute("DELETE FROM dropped")

    def _vector_ids(self, keys: Iterable[bytes]) -> dict[bytes, int]:
        """Ids of stored vectors by key."""
        found = {}
        for key in keys:
            row = self._connection.execute("SELECT id FROM vectors WHERE key = ?", (key,)).fetchone()
            if row:
                found[key] = int(row[0])
        return found

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
        rows = self._connection.execute("DELETE FROM chunks WHERE document_id = ? RETURNING vector_id", (document_id,))
        self._loose.update(vector_id for (vector_id,) in rows)

    def _forget_failure(self, source: str, path: str) -> None:
        self._connection.execute("DELETE FROM failures WHERE source = ? AND path = ?", (source, path))


def _columns(document: Document, chunk_count: int) -> dict[str, Any]:
    """A document's row, by column."""
    columns = record_fields(document, chunk_count)
    for name in ("metadata", "warnings", "empty_pages"):
        columns[name] = json.dumps(columns[name])
    return columns | {
        "pages": json.dumps([astuple(page) for page in document.pages]),
        "headings": json.dumps([astuple(heading) for heading in document.headings]),
        "text": document.text,
    }
