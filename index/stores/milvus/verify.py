"""Verifying and mending an index in Milvus: what its rows promise, checked from the documents' texts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from index.embedder import Embedder
from index.errors import IndexDamagedError
from index.ingestion.ingest import Ingest
from index.settings import IndexSettings
from index.stores.base import OnProgress
from index.stores.folder.repair import RepairReport
from index.stores.folder.verify import Problem, VerifyReport
from index.stores.milvus.client import Row
from index.stores.milvus.reader import MilvusReader
from index.stores.milvus.rows import PASSAGE_FIELDS, chunk_of, keyword_text_of
from index.stores.milvus.writer import MilvusWriter
from index.stores.passage_checks import CheckedPassage, are_unit_length, passage_faults
from index.types import Document

_TOGETHER = 200  # documents in one request


def check(held: MilvusReader) -> VerifyReport:
    """The report on an index that is open."""
    manifest = held.manifest()
    records = held.records()
    problems = [Problem("catalog", "a commit was interrupted: the next writer ends it")] if manifest.pending else []
    for place in range(0, len(records), _TOGETHER):
        some = records[place : place + _TOGETHER]
        documents = _documents(held, [record.id for record in some])
        rows = held.passage_rows([record.id for record in some], [*PASSAGE_FIELDS, "key", "vector"])
        for record in some:
            details = _faults(documents.get(record.id), rows.get(record.id, []), record.chunk_count)
            problems += (Problem("document", f"{record.path}: {detail}", record.id) for detail in details)
    chunks = sum(record.chunk_count for record in records)
    if (manifest.documents, manifest.chunks) != (len(records), chunks):
        problems.append(
            Problem("catalog", f"{manifest.documents} documents and {manifest.chunks} passages were counted")
        )
    stored = _stored(held) if chunks or manifest.chunks else 0
    if stored > chunks and not manifest.pending:
        problems.append(Problem("catalog", f"{stored - chunks} passages belong to no document"))
    return VerifyReport(manifest.revision, len(records), chunks, stored, tuple(problems))


def mend(held: MilvusWriter, settings: IndexSettings, progress: OnProgress, embedder: Embedder | None) -> RepairReport:
    """Chunk and embed the documents again that have a problem, and sweep away what belongs to none."""
    before = check(held).problems
    broken = sorted({problem.document_id for problem in before if problem.document_id is not None})
    ingest = None
    if broken:
        documents = _documents(held, broken).values()
        held.delete_passages(broken)
        ingest = Ingest(held, settings, embedder or Embedder(settings), progress)
        ingest.take(documents, len(broken))
    if before:
        held.delete_orphans()
        held.compact(progress)
    left = check(held).problems
    return RepairReport(tuple(p for p in before if p not in left), left, ingest.embedded if ingest else 0)


def _documents(held: MilvusReader, ids: list[int]) -> dict[int, Document]:
    """The documents of which nothing is lost."""
    try:
        return held.documents(ids)
    except IndexDamagedError:
        return {} if len(ids) == 1 else {key: one for i in ids for key, one in _documents(held, [i]).items()}


def _faults(document: Document | None, rows: list[Row], chunk_count: int) -> Iterator[str]:
    if document is None:
        yield "a part of its text is lost: index it again"
        return
    passages = [
        CheckedPassage(chunk_of(row), (keyword_text_of(row), row["title"]), bytes.fromhex(row["key"])) for row in rows
    ]
    yield from passage_faults(document, passages, chunk_count)
    for row in rows:
        if not are_unit_length(np.asarray(row["vector"], dtype=np.float32)):
            yield f"the vector of passage {row['ordinal']} is damaged"


def _stored(held: MilvusReader) -> int:
    rows = held.connection.query(held.manifest().collection("passages"), "", ["count(*)"])
    return int(rows[0]["count(*)"])
