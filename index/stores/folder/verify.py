"""Checking that the catalog and its FAISS file are complete and consistent; nothing is changed."""

from __future__ import annotations

import itertools
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

from index.errors import IndexDamagedError
from index.fingerprint import FORMAT
from index.reports import Problem, VerifyReport
from index.stores.folder.catalog import Catalog
from index.stores.folder.faiss_index import ids_in
from index.stores.folder.schema import CATALOG
from index.stores.folder.vectors import VectorFile, read_file
from index.stores.passage_checks import CheckedPassage, are_unit_length, passage_faults

_MAX_MESSAGES = 20  # of the database


def check(catalog: Catalog, location: Path) -> VerifyReport:
    """The report on an open catalog."""
    checks = (_database(catalog), _facts(catalog), _vectors(catalog), _documents(catalog), _words(catalog, location))
    problems = (*itertools.chain(*checks), *_file(catalog, location))
    return VerifyReport(
        revision=catalog.revision(),
        documents=catalog.count("documents"),
        chunks=catalog.count("chunks"),
        vectors=catalog.count("vectors"),
        problems=problems,
    )


def _database(catalog: Catalog) -> Iterator[Problem]:
    for (message,) in catalog.connection.execute(f"PRAGMA integrity_check({_MAX_MESSAGES})"):
        if message != "ok":
            yield Problem("database", message)
    for table, row, parent, _ in catalog.connection.execute("PRAGMA foreign_key_check"):
        yield Problem("catalog", f"row {row} of {table} refers to a missing row of {parent}")


def _facts(catalog: Catalog) -> Iterator[Problem]:
    meta = catalog.meta()
    if meta.get("format", str(FORMAT)) != str(FORMAT):
        yield Problem("catalog", f"it has format {meta['format']}, this version reads {FORMAT}")
    if catalog.count("documents") and not meta.get("dimensions", "").isdigit():
        yield Problem("catalog", "the number of dimensions of its vectors is not recorded")


def _vectors(catalog: Catalog) -> Iterator[Problem]:
    """Each vector has the right number of dimensions, length 1, and a chunk."""
    size = 2 * int(catalog.meta().get("dimensions", 0))
    wrong = {i for (i,) in catalog.connection.execute("SELECT id FROM vectors WHERE length(vector) != ?", (size,))}
    if not wrong:
        for ids, vectors in catalog.vectors_after(0):
            wrong.update(i for i, sound in zip(ids, are_unit_length(vectors), strict=True) if not sound)
    yield from (Problem("vector", f"vector {i} is damaged") for i in sorted(wrong))
    unused = catalog.connection.execute("SELECT id FROM vectors WHERE id NOT IN (SELECT vector_id FROM chunks)")
    yield from (Problem("vector", f"vector {i} belongs to no passage") for (i,) in unused)


def _documents(catalog: Catalog) -> Iterator[Problem]:
    """Each document is as it was stored, and its passages agree with its text."""
    for document_id in catalog.document_ids():
        try:
            yield from _document(catalog, document_id)
        except IndexDamagedError as error:
            yield Problem("document", str(error), document_id)


def _document(catalog: Catalog, document_id: int) -> Iterator[Problem]:
    for record in catalog.records([document_id]):
        document = catalog.documents([record.id])[record.id]
        chunks = catalog.chunks_of(record.id)
        keys, words = catalog.keys_of(record.id), catalog.words([chunk.id for chunk in chunks])
        passages = [CheckedPassage(chunk, words.get(chunk.id), keys.get(chunk.id)) for chunk in chunks]
        for detail in passage_faults(document, passages, record.chunk_count):
            yield Problem("document", f"{record.path}: {detail}", record.id)


def _words(catalog: Catalog, location: Path) -> Iterator[Problem]:
    """The keyword index is consistent; SQLite checks that only on a writable connection."""
    extra = catalog.count("passages") - catalog.count("chunks")
    if extra > 0:
        yield Problem("words", f"{extra} rows of the keyword index belong to no passage")
    # The check is skipped in a read-only folder.
    with suppress(sqlite3.OperationalError), closing(_writable(location)) as connection:
        connection.execute("BEGIN")
        try:
            connection.execute("INSERT INTO passages (passages) VALUES ('integrity-check')")
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            yield Problem("words", f"the keyword index is damaged: {error}")
        finally:
            connection.execute("ROLLBACK")


def _writable(location: Path) -> sqlite3.Connection:
    uri = f"{(location / CATALOG).resolve().as_uri()}?mode=rw"
    return sqlite3.connect(uri, uri=True, isolation_level=None, timeout=1.0)


def _file(catalog: Catalog, location: Path) -> Iterator[Problem]:
    """The FAISS file is unchanged and contains the vectors of the catalog."""
    described = VectorFile.of(catalog.meta())
    if described is None:  # none was written yet: searches read the vectors from the catalog
        return
    stored = read_file(location, described)
    if stored is None:
        missing = not (location / described.name).is_file()
        yield Problem("file", f"{described.name} is {'missing' if missing else 'not the file that was written'}")
        return
    known = set(catalog.vector_ids()) | set(catalog.dropped_vectors())
    if set(ids_in(stored).tolist()) != {vector_id for vector_id in known if vector_id <= described.last_id}:
        yield Problem("file", f"{described.name} and the catalog contain different vectors")
