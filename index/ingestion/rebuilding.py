"""Rebuilding an index: the old one answers questions until the finished new one replaces it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence, Set
from dataclasses import replace
from pathlib import Path

from index import fingerprint
from index.chunking import Chunker
from index.embedder import Embedder
from index.errors import IndexDamagedError
from index.ingestion.ingest import Engine, Ingest
from index.ingestion.planning import find_changes
from index.ingestion.updating import finish, take_documents, update
from index.reports import BuildReport, OnProgress, Plan, no_progress
from index.settings import IndexSettings
from index.stores.base import Place, Reader, Writer
from index.stores.locate import open_store
from index.types import DocumentRecord


def rebuild(
    sources: Sequence[Path],
    location: Place,
    *,
    settings: IndexSettings | None = None,
    progress: OnProgress | None = None,
    wait_seconds: float = 0.0,
    embedder: Embedder | None = None,
    engine: Engine | None = None,
) -> BuildReport:
    """Parse, chunk and embed all files of ``sources`` and the remembered sources again, with the present settings.

    The old index is unchanged until the rebuild ends; an interrupted rebuild continues where it stopped. Documents
    from ``build_documents`` are copied from the old index. An unreadable catalog is kept as ``catalog.damaged``.
    Raises like ``build``.
    """
    began = time.monotonic()
    settings = settings or IndexSettings()
    embedder = embedder or Embedder(settings)
    progress = progress or no_progress
    facts = fingerprint.facts_of(embedder, Chunker(embedder.tokenizer, settings.chunk_tokens))
    with open_store(location, settings).replacement(facts, wait_seconds) as replacement:
        old, new = replacement.old, replacement.new
        remembered = [Path(path) for path in old.summary().inputs.sources] if old else []
        ingest = Ingest(new, settings, embedder, no_progress)
        if old:
            _copy_documents(old, new, ingest)
        paths = list(dict.fromkeys([*remembered, *(source.resolve() for source in sources)]))
        if old and not paths:
            return finish(new, Plan(), (), ingest.embedded, progress, began)
        return update(new, paths, settings, progress, embedder, engine, began)


def upgrade(
    sources: Sequence[Path],
    location: Place,
    *,
    settings: IndexSettings,
    progress: OnProgress,
    wait_seconds: float,
    embedder: Embedder,
    engine: Engine | None,
) -> BuildReport:
    """Build an index of an older format again in the present one, with the vectors that it has.

    All files are parsed again. Documents without a file, or whose folder is missing, are chunked again from the stored
    text, and the missing folders stay remembered. Documents keep their ids; the old index is unchanged until the
    upgrade ends, and an interrupted upgrade continues where it stopped. Raises like ``build``.
    """
    began = time.monotonic()
    facts = fingerprint.facts_of(embedder, Chunker(embedder.tokenizer, settings.chunk_tokens))
    with open_store(location, settings).replacement(facts, wait_seconds) as replacement:
        old, new = replacement.old, replacement.new
        if old is None:
            raise IndexDamagedError(f"the index at {location} cannot be read: run `quoth index --rebuild`")
        summary = old.summary()
        fingerprint.check_upgrade(summary.meta, facts)
        remembered = [Path(path) for path in summary.inputs.sources]
        missing = {str(path) for path in remembered if not path.exists()}
        paths = [path for path in (*remembered, *(source.resolve() for source in sources)) if str(path) not in missing]
        planned = find_changes(paths, old, no_progress).plan if paths else Plan()
        ingest = Ingest(new, settings, embedder, no_progress, old)
        _copy_documents(old, new, ingest, missing)
        if not paths:
            return finish(new, planned, (), ingest.embedded, progress, began)
        report = update(new, list(dict.fromkeys(paths)), settings, progress, embedder, engine, began, old)
        return replace(report, plan=planned, embedded=report.embedded + ingest.embedded)


def _copy_documents(old: Reader, new: Writer, ingest: Ingest, missing: Set[str] = frozenset()) -> None:
    """Copy what cannot be read from files: documents from ``build_documents``, missing sources, and excluded files."""
    with new.transaction() as transaction:
        transaction.set_inputs({*new.summary().inputs.sources, *missing}, old.summary().inputs.excluded)
    ids = (record.id for record in old.records() if not record.source or _lies_in(record, missing))
    take_documents((document for i in ids for document in old.documents([i]).values()), new, ingest)


def _lies_in(record: DocumentRecord, places: Iterable[str]) -> bool:
    return any(Path(record.address).is_relative_to(place) for place in places)
