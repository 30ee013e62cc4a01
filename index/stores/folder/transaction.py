"""Changes to the catalog in one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, replace
from typing import Any

import numpy as np

from index.chunking.passage_texts import keyword_column
from index.stores.base import Passage
from index.stores.checksums import chunk_checksum, document_checksum
from index.stores.document_fields import cells_of, describe_tables, record_fields
from index.stores.folder.catalog import Catalog
from index.stores.folder.schema import PIECE_BYTES
from index.stores.lock_holder import utc_now
from index.types import Document, Failure, Table


@contextmanager
def in_transaction(
    catalog: Catalog, meta: Mapping[str, str] | None = None, *, housekeeping: bool = False
) -> Iterator[FolderTransaction]:
    """All changes inside are committed together as the next revision; none of them when an error is raised.

    ``meta`` sets or replaces facts about the index as a whole. Housekeeping changes nothing that readers see,
    and keeps the revision.
    """
    connection = catalog.connection
    connection.execute("BEGIN IMMEDIATE")
    try:
        commit = FolderTransaction(connection)
        commit.set_meta(meta or {})
        yield commit
        commit.drop_loose_vectors()
        if not housekeeping:
            commit.set_meta({"revision": str(catalog.revision() + 1), "updated": utc_now()})
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


class FolderTransaction:
    """The writes of one transaction, begun and ended by ``in_transaction``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._loose: set[int] = set()  # ids of vectors whose chunks were removed

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Set or replace facts about the index as a whole."""
        self._connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def set_inputs(self, sources: Iterable[str], excluded: Iterable[tuple[str, str]]) -> None:
        """Replace the folders and files that later builds read, and the (source, path) of the files they skip."""
        self._connection.execute("DELETE FROM sources")
        self._connection.executemany("INSERT INTO sources VALUES (?)", [(path,) for path in sorted(set(sources))])
        self._connection.execute("DELETE FROM excluded")
        self._connection.executemany("INSERT INTO excluded VALUES (?, ?)", sorted(set(excluded)))

    def put(self, item: Document | Failure, passages: Sequence[Passage] = ()) -> None:
        """Store a document with its passages, or a failure, in place of what was at its source and path."""
        if isinstance(item, Document):
            self._put_document(item, passages)
        else:
            self._put_failure(item)

    def _put_document(self, document: Document, passages: Sequence[Passage]) -> None:
        columns = _columns(document, len(passages)) | {"checksum": document_checksum(document)}
        for known_id in self._ids_at(document.source, document.path):
            self._drop_parts(known_id)
            columns["id"] = known_id
        cursor = self._connection.execute(
            f"INSERT OR REPLACE INTO documents ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})",
            tuple(columns.values()),
        )
        document_id = int(cursor.lastrowid or 0)
        self._add_vectors(passages)
        self._put_tables(document_id, document.tables)
        for passage in passages:
            self._put_passage(document_id, document.title, passage)
        self._forget_failure(document.source, document.path)

    def move_document(self, document_id: int, source: str, path: str, title: str) -> None:
        """Give a document another path and title; its passages and vectors stay."""
        catalog = Catalog(self._connection)
        document = replace(catalog.documents([document_id])[document_id], title=title)
        self._connection.execute(
            "UPDATE documents SET source = ?, path = ?, title = ?, checksum = ? WHERE id = ?",
            (source, path, title, document_checksum(document), document_id),
        )
        chunks = catalog.chunks_of(document_id)
        titles = [(keyword_column(title, chunk), chunk.id) for chunk in chunks]
        self._connection.executemany("UPDATE passages SET title = ? WHERE rowid = ?", titles)

    def _put_failure(self, failure: Failure) -> None:
        if failure.sha256:  # its content was seen
            self.remove(self._ids_at(failure.source, failure.path))
        self._connection.execute(
            "INSERT OR REPLACE INTO failures (source, path, sha256, reason) VALUES (?, ?, ?, ?)",
            (failure.source, failure.path, failure.sha256, failure.reason),
        )

    def remove(self, document_ids: Collection[int] = (), failures: Collection[Failure] = ()) -> None:
        """Remove documents with their passages, and the records of unreadable files that no longer exist."""
        for document_id in document_ids:
            self._drop_parts(document_id)
            self._connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))
        for failure in failures:
            self._forget_failure(failure.source, failure.path)

    def drop_loose_vectors(self) -> None:
        """Remove the vectors whose last chunk was removed in this transaction."""
        if not self._loose:
            return
        ids = json.dumps(sorted(self._loose))
        gone = self._connection.execute(
            "DELETE FROM vectors WHERE id IN (SELECT value FROM json_each(?)) "
            "AND NOT EXISTS (SELECT 1 FROM chunks WHERE vector_id = vectors.id) RETURNING id",
            (ids,),
        ).fetchall()
        self._connection.executemany("INSERT OR IGNORE INTO dropped VALUES (?)", gone)

    def _ids_at(self, source: str, path: str) -> list[int]:
        """The id of the document with a source and path, if there is one."""
        rows = self._connection.execute("SELECT id FROM documents WHERE source = ? AND path = ?", (source, path))
        return [document_id for (document_id,) in rows]

    def _add_vectors(self, passages: Sequence[Passage]) -> None:
        """Store vectors under their keys, as float16."""
        rows = [(p.key, p.vector.astype(np.float16).tobytes()) for p in passages if p.vector is not None]
        self._connection.executemany("INSERT OR IGNORE INTO vectors (key, vector) VALUES (?, ?)", rows)

    def _put_passage(self, document_id: int, title: str, passage: Passage) -> None:
        chunk = passage.chunk
        cursor = self._connection.execute(
            'INSERT INTO chunks (document_id, ordinal, start, "end", page, heading, context, '
            "table_number, first_row, last_row, checksum, vector_id) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT id FROM vectors WHERE key = ?))",
            (
                *(document_id, chunk.ordinal, chunk.start, chunk.end, chunk.page, chunk.heading, chunk.context),
                *(astuple(chunk.rows) if chunk.rows else (None, None, None)),
                *(chunk_checksum(chunk), passage.key),
            ),
        )
        self._connection.execute(
            "INSERT INTO passages (rowid, text, title) VALUES (?, ?, ?)",
            (cursor.lastrowid, passage.words, keyword_column(title, chunk)),
        )

    def _put_tables(self, document_id: int, tables: Sequence[Table]) -> None:
        columns = 'document_id, number, columns, caption, page, start, "end", length, "offset"'
        for number, table in enumerate(describe_tables(tables)):
            header, *others = astuple(table)
            self._connection.execute(
                f"INSERT INTO tables ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (document_id, number, json.dumps(header), *others),
            )
        cells = cells_of(tables)
        pieces = (cells[start : start + PIECE_BYTES] for start in range(0, len(cells), PIECE_BYTES))
        self._connection.executemany(
            "INSERT INTO cells (document_id, number, piece) VALUES (?, ?, ?)",
            ((document_id, number, piece) for number, piece in enumerate(pieces)),
        )

    def _drop_parts(self, document_id: int) -> None:
        """Remove the passages and tables of a document."""
        self._connection.execute("DELETE FROM tables WHERE document_id = ?", (document_id,))
        self._connection.execute("DELETE FROM cells WHERE document_id = ?", (document_id,))
        self._drop_chunks(document_id)

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
    for name in ("metadata", "warnings", "empty_pages", "left_out"):
        columns[name] = json.dumps(columns[name])
    return columns | {
        "pages": json.dumps([astuple(page) for page in document.pages]),
        "headings": json.dumps([astuple(heading) for heading in document.headings]),
        "text": document.text,
    }
