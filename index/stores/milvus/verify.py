"""Checking an index in Milvus against the texts of its documents."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

import numpy as np

from index.chunking.passage_texts import keyword_column
from index.errors import IndexDamagedError
from index.reports import Problem, VerifyReport
from index.stores.base import Reader
from index.stores.milvus.client import Row
from index.stores.milvus.rows import chunk_of, keyword_text_of, passage_fields
from index.stores.milvus.schema import Manifest
from index.stores.passage_checks import CheckedPassage, are_unit_length, passage_faults
from index.types import Document

_BATCH = 200  # documents in one request

ReadRows = Callable[[Collection[int], list[str]], dict[int, list[Row]]]  # rows of passages by document id


def check(reader: Reader, manifest: Manifest, passage_rows: ReadRows, stored: int) -> VerifyReport:
    """The report on an index whose collection of passages has ``stored`` rows."""
    records = reader.records()
    problems: list[Problem] = []
    if manifest.pending:
        problems.append(Problem("catalog", "a commit was interrupted: the next writer completes it"))
    for start in range(0, len(records), _BATCH):
        batch = records[start : start + _BATCH]
        documents = readable_documents(reader, [record.id for record in batch])
        rows = passage_rows([record.id for record in batch], [*passage_fields(manifest.schema), "key", "vector"])
        for record in batch:
            details = _faults(documents.get(record.id), rows.get(record.id, []), record.chunk_count)
            problems += (Problem("document", f"{record.path}: {detail}", record.id) for detail in details)
    chunks = sum(record.chunk_count for record in records)
    if (manifest.documents, manifest.chunks) != (len(records), chunks):
        counted = f"{manifest.documents} documents and {manifest.chunks} passages"
        problems.append(Problem("catalog", f"the manifest counts {counted}, but there are {len(records)} and {chunks}"))
    if stored > chunks and not manifest.pending:
        problems.append(Problem("catalog", f"{stored - chunks} passages belong to no document"))
    return VerifyReport(manifest.revision, len(records), chunks, stored, tuple(problems))


def readable_documents(reader: Reader, ids: list[int]) -> dict[int, Document]:
    """The documents that are stored completely and as they were written, by id."""
    try:
        return reader.documents(ids)
    except IndexDamagedError:
        return {} if len(ids) == 1 else dict(item for i in ids for item in readable_documents(reader, [i]).items())


def _faults(document: Document | None, rows: list[Row], chunk_count: int) -> Iterator[str]:
    if document is None:
        yield "what is stored of it was altered, or is missing in part: run `quoth repair`, then `quoth index`"
        return
    try:
        chunks = list(map(chunk_of, rows))
    except IndexDamagedError as error:
        yield str(error)
        return
    passages = [
        CheckedPassage(chunk, (keyword_text_of(row), keyword_column(row["title"], chunk)), bytes.fromhex(row["key"]))
        for chunk, row in zip(chunks, rows, strict=True)
    ]
    yield from passage_faults(document, passages, chunk_count)
    for row in rows:
        if not are_unit_length(np.asarray(row["vector"], dtype=np.float32)):
            yield f"the vector of passage {row['ordinal']} is damaged"
