"""Verifying and mending an index in Milvus: what its rows promise, checked from the documents' texts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from index.chunking import keyword_text, passage_key
from index.embedder import Embedder
from index.errors import IndexDamagedError
from index.ingestion.ingest import Ingest
from index.settings import IndexSettings
from index.stores.base import OnProgress
from index.stores.folder.repair import RepairReport
from index.stores.folder.verify import Problem, VerifyReport
from index.stores.milvus.client import Row
from index.stores.milvus.reader import MilvusReader
from index.stores.milvus.rows import PASSAGE, chunk_of, words_of
from index.stores.milvus.writer import MilvusWriter
from index.types import Document

_TOGETHER = 200  # documents in one request


def check(held: MilvusReader) -> VerifyReport:
    """The report on an index that is open."""
    head = held.head()
    records = held.records()
    problems = [Problem("catalog", "a commit was interrupted: the next writer ends it")] if head.pending else []
    for place in range(0, len(records), _TOGETHER):
        some = records[place : place + _TOGETHER]
        documents = _documents(held, [record.id for record in some])
        rows = held.rows_of([record.id for record in some], [*PASSAGE, "key", "vector"])
        for record in some:
            details = _faults(documents.get(record.id), rows.get(record.id, []), record.chunk_count)
            problems += (Problem("document", f"{record.path}: {detail}", record.id) for detail in details)
    chunks = sum(record.chunk_count for record in records)
    if (head.documents, head.chunks) != (len(records), chunks):
        problems.append(Problem("catalog", f"{head.documents} documents and {head.chunks} passages were counted"))
    stored = _stored(held) if chunks or head.chunks else 0
    if stored > chunks and not head.pending:
        problems.append(Problem("catalog", f"{stored - chunks} passages belong to no document"))
    return VerifyReport(head.revision, len(records), chunks, stored, tuple(problems))


def mend(held: MilvusWriter, settings: IndexSettings, progress: OnProgress, embedder: Embedder | None) -> RepairReport:
    """Chunk and embed the documents again that have a problem, and sweep away what belongs to none."""
    before = check(held).problems
    broken = sorted({problem.document_id for problem in before if problem.document_id is not None})
    ingest = None
    if broken:
        documents = _documents(held, broken).values()
        held.distrust(broken)
        ingest = Ingest(held, settings, embedder or Embedder(settings), progress)
        ingest.take(documents, len(broken))
    if before:
        held.sweep_all()
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
    if len(rows) != chunk_count:
        yield f"{len(rows)} passages are stored where it has {chunk_count}"
    place = 0
    for ordinal, row in enumerate(rows):
        chunk = chunk_of(row)
        if chunk.ordinal != ordinal or not place <= chunk.start < chunk.end <= len(document.text):
            yield f"passage {chunk.ordinal} is no slice of the text"
        elif chunk.text != document.text[chunk.start : chunk.end] or words_of(row) != keyword_text(document, chunk):
            yield f"passage {chunk.ordinal} has other words than the text"
        elif bytes.fromhex(row["key"]) != passage_key(document, chunk):
            yield f"passage {chunk.ordinal} has the vector of another text"
        elif not abs(float(np.linalg.norm(row["vector"])) - 1.0) < 0.01:
            yield f"the vector of passage {chunk.ordinal} is damaged"
        place = chunk.end


def _stored(held: MilvusReader) -> int:
    rows = held.link.query(held.head().collection("passages"), "", ["count(*)"])
    return int(rows[0]["count(*)"])
