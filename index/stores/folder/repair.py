"""Repairing: what can be mended is, from the texts and vectors in the catalog; only what must be is embedded again."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.embedder import Embedder
from index.errors import IndexDamagedError, IndexNotFoundError
from index.ingestion.ingest import Ingest
from index.settings import IndexSettings
from index.stores.base import OnProgress
from index.stores.folder.catalog import Catalog
from index.stores.folder.schema import CATALOG, KEYWORDS
from index.stores.folder.verify import Problem, check
from index.stores.folder.writer import FolderWriter, renew_file, transaction, writer
from index.stores.passage_checks import are_unit_length
from index.types import Progress


@dataclass(frozen=True, slots=True)
class RepairReport:
    """The problems found before, those left after, and the passages embedded again."""

    mended: tuple[Problem, ...]
    left: tuple[Problem, ...]
    embedded: int


def repair_folder(
    location: Path, settings: IndexSettings, progress: OnProgress, wait_seconds: float, embedder: Embedder | None
) -> RepairReport:
    """Mend the index in a folder.

    Raises IndexNotFoundError, IndexLockedError, and IndexDamagedError when the database itself is broken: then a
    rebuild from the files is the way.
    """
    if not (location / CATALOG).is_file():
        raise IndexNotFoundError(f"there is no index at {location}")
    try:
        with writer(location, wait_seconds) as catalog:
            return _mend(catalog, location, settings, progress, embedder)
    except sqlite3.DatabaseError as error:
        raise IndexDamagedError(_broken(location, str(error))) from error


def _mend(
    catalog: FolderWriter, location: Path, settings: IndexSettings, progress: OnProgress, embedder: Embedder | None
) -> RepairReport:
    before = check(catalog, location).problems
    if any(problem.kind == "database" for problem in before):
        catalog.connection.execute("REINDEX")
        broken = [problem for problem in check(catalog, location).problems if problem.kind == "database"]
        if broken:
            raise IndexDamagedError(_broken(location, broken[0].detail))
    embedded = 0
    if any(problem.kind in ("words", "catalog", "vector", "document", "database") for problem in before):
        _drop_what_is_wrong(catalog)
        _rewrite_words(catalog)
        embedded = _put_again(catalog, location, settings, progress, embedder)
        with transaction(catalog, housekeeping=True):
            catalog.connection.execute("DELETE FROM vectors WHERE id NOT IN (SELECT vector_id FROM chunks)")
    if before:
        renew_file(location, catalog)
    left = check(catalog, location).problems
    return RepairReport(tuple(problem for problem in before if problem not in left), left, embedded)


def _drop_what_is_wrong(catalog: Catalog) -> None:
    """Take out damaged vectors with their chunks, and chunks of no document; sound vectors may be wanted again."""
    size = 2 * int(catalog.meta().get("dimensions", 0))
    damaged = [
        vector_id
        for vector_id, blob in catalog.connection.execute("SELECT id, vector FROM vectors")
        if len(blob) != size or not are_unit_length(np.frombuffer(blob, np.float16).astype(np.float32))
    ]
    with transaction(catalog, housekeeping=True):
        connection = catalog.connection
        connection.execute("PRAGMA defer_foreign_keys = 1")
        connection.executemany("DELETE FROM chunks WHERE vector_id = ?", [(vector_id,) for vector_id in damaged])
        connection.execute("DELETE FROM chunks WHERE document_id NOT IN (SELECT id FROM documents)")
        connection.execute("DELETE FROM chunks WHERE vector_id NOT IN (SELECT id FROM vectors)")
        connection.executemany("DELETE FROM vectors WHERE id = ?", [(vector_id,) for vector_id in damaged])


def _rewrite_words(catalog: Catalog) -> None:
    """Make the keyword index anew from the texts."""
    with transaction(catalog, housekeeping=True):
        connection = catalog.connection
        connection.execute("DROP TABLE passage_terms")
        connection.execute("DROP TABLE passages")
        for statement in KEYWORDS:
            connection.execute(statement)
        for record in catalog.records():
            text = catalog.texts([record.id])[record.id]
            connection.executemany(
                "INSERT INTO passages (rowid, text, title) VALUES (?, ?, ?)",
                [
                    (chunk.id, text[max(chunk.start, record.body_start) : chunk.end], record.title)
                    for chunk in catalog.chunks_of(record.id)
                ],
            )


def _put_again(
    catalog: FolderWriter, location: Path, settings: IndexSettings, progress: OnProgress, embedder: Embedder | None
) -> int:
    """Chunk the documents again that still have a problem; passages whose vectors are known are not embedded."""
    ids = {problem.document_id for problem in check(catalog, location).problems if problem.document_id is not None}
    if not ids:
        return 0
    progress(Progress("repair", 0, len(ids)))
    ingest = Ingest(catalog, settings, embedder or Embedder(settings), progress)
    documents = (document for i in sorted(ids) if (document := catalog.document(i)) is not None)
    ingest.take(documents, len(ids))
    return ingest.embedded


def _broken(location: Path, detail: str) -> str:
    return f"the database in {location} is broken ({detail}): run `quoth index --rebuild FOLDER` to make it anew"
