"""Verifying: every promise that the catalog and its FAISS file make, checked; nothing is changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from index.errors import IndexDamagedError, IndexNotFoundError
from index.stores.folder.catalog import Catalog
from index.stores.folder.faiss_index import ids_in
from index.stores.folder.schema import CATALOG, FORMAT, connect_to_read
from index.stores.folder.vectors import VectorFile, read_file
from index.stores.passage_checks import CheckedPassage, are_unit_length, passage_faults
from index.types import Document

_MOST_TOLD = 20  # problems of one kind that are told one by one


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it should be."""

    kind: str  # "database", "catalog", "document", "vector", "words", "file"
    detail: str
    document_id: int | None = None


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What was checked and what was found."""

    revision: int
    documents: int
    chunks: int
    vectors: int
    problems: tuple[Problem, ...]

    @property
    def sound(self) -> bool:
        """Whether no problem was found."""
        return not self.problems


def verify_folder(location: Path) -> VerifyReport:
    """Check the index in a folder.

    Raises IndexNotFoundError, and IndexDamagedError when the file cannot be read as a catalog at all.
    """
    if not (location / CATALOG).is_file():
        raise IndexNotFoundError(f"there is no index at {location}")
    try:
        with closing(connect_to_read(location)) as connection:
            connection.execute("BEGIN")
            return check(Catalog(connection), location)
    except sqlite3.DatabaseError as error:
        raise IndexDamagedError(f"the catalog in {location} cannot be read: {error}") from error


def check(catalog: Catalog, location: Path) -> VerifyReport:
    """The report on a catalog that is open, at the revision that it shows."""
    checks = (_database(catalog), _facts(catalog), _vectors(catalog), _documents(catalog), _words(catalog, location))
    problems = [problem for each in checks for problem in each]
    problems += _file(catalog, location)
    return VerifyReport(
        revision=catalog.revision(),
        documents=catalog.count("documents"),
        chunks=catalog.count("chunks"),
        vectors=catalog.count("vectors"),
        problems=tuple(problems),
    )


def _database(catalog: Catalog) -> Iterator[Problem]:
    for (message,) in catalog.connection.execute(f"PRAGMA integrity_check({_MOST_TOLD})"):
        if message != "ok":
            yield Problem("database", message)
    for table, row, parent, _ in catalog.connection.execute("PRAGMA foreign_key_check"):
        yield Problem("catalog", f"row {row} of {table} refers to a row of {parent} that is not there")


def _facts(catalog: Catalog) -> Iterator[Problem]:
    meta = catalog.meta()
    if meta.get("format", str(FORMAT)) != str(FORMAT):
        yield Problem("catalog", f"it has format {meta['format']}, this version reads {FORMAT}")
    if catalog.count("documents") and not meta.get("dimensions", "").isdigit():
        yield Problem("catalog", "it does not say how long its vectors are")


def _vectors(catalog: Catalog) -> Iterator[Problem]:
    """Each vector has the right length, norm one, and a chunk."""
    size = 2 * int(catalog.meta().get("dimensions", 0))
    wrong = {i for (i,) in catalog.connection.execute("SELECT id FROM vectors WHERE length(vector) != ?", (size,))}
    if not wrong:
        for ids, vectors in catalog.vectors_after(0):
            wrong.update(i for i, sound in zip(ids, are_unit_length(vectors), strict=True) if not sound)
    yield from (Problem("vector", f"vector {i} is damaged") for i in sorted(wrong))
    unused = catalog.connection.execute("SELECT id FROM vectors WHERE id NOT IN (SELECT vector_id FROM chunks)")
    yield from (Problem("vector", f"vector {i} belongs to no passage") for (i,) in unused)


def _documents(catalog: Catalog) -> Iterator[Problem]:
    """Each chunk is a slice of its document, in order, with its own words and the vector of its own text."""
    for record in catalog.records():
        document = catalog.document(record.id)
        if document is not None:
            for detail in _faults(catalog, record.id, document, record.chunk_count):
                yield Problem("document", f"{record.path}: {detail}", record.id)


def _faults(catalog: Catalog, document_id: int, document: Document, chunk_count: int) -> Iterator[str]:
    keys, words = catalog.keys_of(document_id), catalog.words_of(document_id)
    chunks = catalog.chunks_of(document_id)
    return passage_faults(
        document, [CheckedPassage(chunk, words.get(chunk.id), keys.get(chunk.id)) for chunk in chunks], chunk_count
    )


def _words(catalog: Catalog, location: Path) -> Iterator[Problem]:
    """The keyword index agrees with its words; SQLite checks that only on a connection that could write."""
    extra = catalog.count("passages") - catalog.count("chunks")
    if extra > 0:
        yield Problem("words", f"{extra} rows of the keyword index belong to no passage")
    with suppress(sqlite3.OperationalError), closing(_writable(location)) as connection:  # read-only places pass
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
    """The FAISS file is the one that was written and holds what it should."""
    described = VectorFile.of(catalog.meta())
    if described is None:  # none was made yet: the vectors are read from the catalog, and the next build makes one
        return
    stored = read_file(location, described)
    if stored is None:
        missing = not (location / described.name).is_file()
        yield Problem("file", f"{described.name} is {'missing' if missing else 'not the file that was written'}")
        return
    known = set(catalog.vector_ids()) | set(catalog.dropped_vectors())
    if set(ids_in(stored).tolist()) != {vector_id for vector_id in known if vector_id <= described.last_id}:
        yield Problem("file", f"{described.name} holds other vectors than the catalog")
