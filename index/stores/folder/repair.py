"""Removing damage from a catalog: keywords are restored from the texts, other damaged rows are deleted."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import numpy as np

from index.chunking.passage_texts import keyword_column, keyword_text
from index.errors import IndexDamagedError
from index.reports import Problem
from index.stores.folder.catalog import Catalog
from index.stores.folder.schema import KEYWORDS, damaged
from index.stores.folder.transaction import in_transaction
from index.stores.folder.verify import check
from index.stores.passage_checks import are_unit_length


def discard(catalog: Catalog, location: Path, problems: Collection[Problem]) -> list[int]:
    """Remove the damaged rows that the problems name; returns the ids of the documents to chunk again.

    Raises IndexDamagedError when the database itself is broken.
    """
    kinds = {problem.kind for problem in problems}
    if "database" in kinds:
        catalog.connection.execute("REINDEX")
        for problem in check(catalog, location).problems:
            if problem.kind == "database":
                raise damaged(location, problem.detail)
    if kinds <= {"file"}:
        return []
    _drop_damaged_rows(catalog)
    _drop_damaged_documents(catalog)
    _rewrite_keywords(catalog)
    left = {problem.document_id for problem in check(catalog, location).problems}
    return sorted(document_id for document_id in left if document_id is not None)


def _drop_damaged_rows(catalog: Catalog) -> None:
    """Remove damaged vectors with their chunks, and chunks without a document; unused vectors may be needed again."""
    size = 2 * int(catalog.meta().get("dimensions", 0))
    wrong = [
        (vector_id,)
        for vector_id, blob in catalog.connection.execute("SELECT id, vector FROM vectors")
        if len(blob) != size or not are_unit_length(np.frombuffer(blob, np.float16).astype(np.float32))
    ]
    with in_transaction(catalog, housekeeping=True):
        connection = catalog.connection
        connection.execute("PRAGMA defer_foreign_keys = 1")
        connection.executemany("DELETE FROM chunks WHERE vector_id = ?", wrong)
        connection.executemany("DELETE FROM chunks WHERE id = ?", [(i,) for i in catalog.altered_chunks()])
        connection.execute("DELETE FROM chunks WHERE document_id NOT IN (SELECT id FROM documents)")
        connection.execute("DELETE FROM chunks WHERE vector_id NOT IN (SELECT id FROM vectors)")
        connection.executemany("DELETE FROM vectors WHERE id = ?", wrong)


def _drop_damaged_documents(catalog: Catalog) -> None:
    """Remove the documents that were altered, of which nothing can be trusted; a build reads their files again."""
    if altered := [document_id for document_id in catalog.document_ids() if not _is_intact(catalog, document_id)]:
        with in_transaction(catalog) as transaction:
            transaction.remove(altered)


def _is_intact(catalog: Catalog, document_id: int) -> bool:
    try:
        return bool(catalog.documents([document_id]))
    except IndexDamagedError:
        return False


def _rewrite_keywords(catalog: Catalog) -> None:
    """Write the keyword index again from the texts."""
    with in_transaction(catalog, housekeeping=True):
        connection = catalog.connection
        connection.execute("DROP TABLE passage_terms")
        connection.execute("DROP TABLE passages")
        for statement in KEYWORDS:
            connection.execute(statement)
        for record in catalog.records():
            connection.executemany(
                "INSERT INTO passages (rowid, text, title) VALUES (?, ?, ?)",
                [
                    (chunk.id, keyword_text(record, chunk), keyword_column(record.title, chunk))
                    for chunk in catalog.chunks_of(record.id)
                ],
            )
