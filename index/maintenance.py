"""Checking and repairing an index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from index.embedder import Embedder
from index.errors import IndexDamagedError, IndexNotFoundError
from index.ingestion.ingest import Ingest
from index.reports import OnProgress, Progress, RepairReport, VerifyReport, no_progress
from index.settings import IndexSettings
from index.stores.base import Place, Reader, Store
from index.stores.locate import open_store
from index.types import Document


def verify(location: Place, *, settings: IndexSettings | None = None) -> VerifyReport:
    """Check the index at a location; changes nothing.

    Raises IndexNotFoundError, and IndexDamagedError when it cannot be read at all.
    """
    with _existing(location, settings).reader() as reader:
        return reader.verify()


def repair(
    location: Place,
    *,
    settings: IndexSettings | None = None,
    progress: OnProgress | None = None,
    wait_seconds: float = 0.0,
    embedder: Embedder | None = None,
) -> RepairReport:
    """Repair the index at a location: damaged data is removed, and the documents concerned are chunked again.

    Only passages without a stored vector are embedded again. Raises IndexNotFoundError, IndexLockedError, and
    IndexDamagedError when the store itself is broken; the remedy is then a rebuild from the files.
    """
    settings = settings or IndexSettings()
    progress = progress or no_progress
    with _existing(location, settings).writer(wait_seconds) as writer:
        before = writer.verify().problems
        if not before:
            return RepairReport((), (), 0)
        embedded = 0
        if ids := writer.discard_damage(before):
            progress(Progress("repair", 0, len(ids)))
            ingest = Ingest(writer, settings, embedder or Embedder(settings), progress)
            ingest.take(_readable(writer, ids), len(ids))
            embedded = ingest.embedded
        writer.finish(progress)
        left = writer.verify().problems
        return RepairReport(tuple(problem for problem in before if problem not in left), left, embedded)


def _existing(location: Place, settings: IndexSettings | None) -> Store:
    store = open_store(location, settings)
    if not store.exists():
        raise IndexNotFoundError(f"there is no index at {store.name}")
    return store


def _readable(reader: Reader, ids: Sequence[int]) -> Iterator[Document]:
    """The documents that are stored completely."""
    for document_id in ids:
        try:
            yield from reader.documents([document_id]).values()
        except IndexDamagedError:
            continue
