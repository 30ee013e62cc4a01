"""Copying an index from one store to another, with its vectors."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

from index.errors import IndexMismatchError, IndexNotFoundError
from index.fingerprint import FACTS, check_format
from index.ingestion.updating import finish
from index.reports import BuildReport, OnProgress, Plan, Progress, no_progress
from index.settings import IndexSettings
from index.stores.base import Inputs, Place, Reader, Transaction, Writer
from index.stores.locate import open_store
from index.types import DocumentRecord

_BATCH = 1_000  # passages or documents in one commit


def copy(
    source: Place,
    target: Place,
    *,
    settings: IndexSettings | None = None,
    progress: OnProgress | None = None,
    wait_seconds: float = 0.0,
) -> BuildReport:
    """Copy the index at ``source`` into the index at ``target``, except documents that are already there unchanged.

    Other documents in the target stay. An interrupted copy continues where it stopped. Raises IndexNotFoundError,
    IndexLockedError, and IndexMismatchError when the target was built with other settings.
    """
    began = time.monotonic()
    progress = progress or no_progress
    origin, destination = open_store(source, settings), open_store(target, settings)
    if not origin.exists():
        raise IndexNotFoundError(f"there is no index at {origin.name} to copy")
    with origin.reader() as reader, destination.writer(wait_seconds) as writer:
        summary = reader.summary()
        check_format(summary.meta)
        meta = {key: value for key, value in summary.meta.items() if key in (*FACTS, "dimensions")}
        _check(writer.summary().meta, meta, destination.name)
        known = {(record.source, record.path): record.sha256 for record in writer.records()}
        differing = [r for r in reader.records() if known.get((r.source, r.path)) != r.sha256]
        done = 0
        for records in _batches(differing):
            with writer.transaction(meta) as transaction:
                _put(transaction, reader, [record.id for record in records])
            done += len(records)
            progress(Progress("copy", done, len(differing), records[-1].path))
        _copy_inputs(summary.inputs, writer)
        plan = Plan(
            added=tuple(record.path for record in differing if (record.source, record.path) not in known),
            changed=tuple(record.path for record in differing if (record.source, record.path) in known),
        )
        return finish(writer, plan, (), 0, progress, began)


def _check(target: Mapping[str, str], origin: Mapping[str, str], name: str) -> None:
    for key, value in origin.items():
        if target.get(key, value) != value:
            raise IndexMismatchError(
                f"the index at {name} has {key} {target[key]}, the one to copy has {value}: copy to an empty store"
            )


def _batches(records: Sequence[DocumentRecord]) -> Iterator[list[DocumentRecord]]:
    batch: list[DocumentRecord] = []
    chunks = 0
    for record in records:
        batch.append(record)
        chunks += record.chunk_count
        if chunks >= _BATCH or len(batch) >= _BATCH:
            yield batch
            batch, chunks = [], 0
    if batch:
        yield batch


def _put(transaction: Transaction, reader: Reader, ids: list[int]) -> None:
    passages = reader.passages(ids)
    for document_id, document in reader.documents(ids).items():
        transaction.put(document, passages[document_id])


def _copy_inputs(origin: Inputs, writer: Writer) -> None:
    """Copy the sources, the excluded files, and the files that could not be read."""
    known = writer.summary().inputs
    sources, excluded = {*known.sources, *origin.sources}, known.excluded | origin.excluded
    failures = [failure for failure in origin.failures if failure not in known.failures]
    if sources == set(known.sources) and excluded == known.excluded and not failures:
        return
    with writer.transaction() as transaction:
        transaction.set_inputs(sources, excluded)
        for failure in failures:
            transaction.put(failure)
