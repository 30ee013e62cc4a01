"""Rebuilding an index: the old one answers questions until the finished new one replaces it."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence, Set
from dataclasses import replace
from pathlib import Path

from index import fingerprint
from index.chunking.chunker import Chunker
from index.embedder import Embedder
from index.errors import IndexDamagedError
from index.ingestion.ingest import Engine, Ingest
from index.ingestion.leaving_out import Patterns
from index.ingestion.planning import Changes, find_changes
from index.ingestion.updating import finish, take_documents, update
from index.loaders.files import on_disk
from index.reports import BuildReport, OnProgress, Plan, no_progress
from index.settings import IndexSettings
from index.stores.base import Place, Reader, Writer
from index.stores.document_collections import Collections
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
    allow_deletions: bool = False,
) -> BuildReport:
    """Parse, chunk and embed all files of ``sources`` and the remembered sources again, with the present settings.

    The old index is unchanged until the rebuild ends; an interrupted rebuild continues where it stopped. Documents
    from ``build_documents``, and those in folders that cannot be read now, are copied from the old index. An
    unreadable catalog is kept as ``catalog.damaged``. Raises like ``build``.
    """
    began = time.monotonic()
    settings = settings or IndexSettings()
    embedder = embedder or Embedder(settings)
    progress = progress or no_progress
    facts = fingerprint.facts_of(embedder, Chunker(embedder.tokenizer, settings.chunk_tokens))
    store = open_store(location, settings)
    with store.replacement(facts, wait_seconds) as replacement:
        old, new = replacement.old, replacement.new
        remembered = [on_disk(path) for path in old.summary().inputs.sources] if old else []
        paths = list(dict.fromkeys([*remembered, *(source.resolve() for source in sources)]))
        before = find_changes(paths, old, settings, no_progress) if old and paths else None
        if before and not allow_deletions:
            before.check_deletions()
        ingest = Ingest(new, settings, embedder, no_progress)
        if old:
            _copy_documents(old, new, ingest, before)
        if old and not paths:
            return finish(new, Plan(), (), ingest.embedded, progress, began)
        changes = find_changes(paths, new, _with_patterns(settings, old), progress)
        with Collections.beside(store, settings).following(before.moves if before else {}):
            return update(new, replace(changes, reading=""), settings, progress, embedder, engine, began)


def upgrade(
    sources: Sequence[Path],
    location: Place,
    *,
    settings: IndexSettings,
    progress: OnProgress,
    wait_seconds: float,
    embedder: Embedder,
    engine: Engine | None,
    allow_deletions: bool,
) -> BuildReport:
    """Build an index of an older format again in the present one, with the vectors that it has.

    All files are parsed again. Documents without a file, or whose folder is missing, are chunked again from the stored
    text, and the missing folders stay remembered. Documents keep their ids; the old index is unchanged until the
    upgrade ends, and an interrupted upgrade continues where it stopped. Raises like ``build``.
    """
    began = time.monotonic()
    facts = fingerprint.facts_of(embedder, Chunker(embedder.tokenizer, settings.chunk_tokens))
    store = open_store(location, settings)
    with store.replacement(facts, wait_seconds) as replacement:
        old, new = replacement.old, replacement.new
        if old is None:
            raise IndexDamagedError(f"the index at {location} cannot be read: run `quoth index --rebuild`")
        summary = old.summary()
        fingerprint.check_upgrade(summary.meta, facts)
        missing = {path for path in summary.inputs.sources if not on_disk(path).exists()}
        remembered = [on_disk(path) for path in summary.inputs.sources if path not in missing]
        paths = list(dict.fromkeys([*remembered, *(source.resolve() for source in sources)]))
        before = find_changes(paths, old, settings, no_progress) if paths else None
        if before and not allow_deletions:
            before.check_deletions()
        planned = before.plan if before else Plan()
        ingest = Ingest(new, settings, embedder, no_progress, old)
        _copy_documents(old, new, ingest, before, missing)
        if not paths:
            return finish(new, planned, (), ingest.embedded, progress, began)
        changes = replace(find_changes(paths, new, _with_patterns(settings, old), progress), reading="")
        with Collections.beside(store, settings).following(before.moves if before else {}):
            report = update(new, changes, settings, progress, embedder, engine, began, old)
        return replace(report, plan=planned, embedded=report.embedded + ingest.embedded)


def _with_patterns(settings: IndexSettings, old: Reader | None) -> IndexSettings:
    """The settings, with the patterns that the old index remembers where they give none."""
    patterns = Patterns.of(settings, old.summary().meta if old else {})
    return settings.model_copy(update={"include": patterns.include, "exclude": patterns.exclude})


def _copy_documents(
    old: Reader, new: Writer, ingest: Ingest, before: Changes | None, missing: Set[str] = frozenset()
) -> None:
    """Copy what cannot be read from files, and the excluded files.

    That is documents from ``build_documents``, of missing sources, and of files that ``before`` found out of reach.
    """
    with new.transaction() as transaction:
        transaction.set_inputs({*new.summary().inputs.sources, *missing}, old.summary().inputs.excluded)
    hidden = {record.id for record in before.out_of_reach} if before else set()
    ids = (r.id for r in old.records() if not r.source or r.id in hidden or _lies_in(r, missing))
    take_documents((document for i in ids for document in old.documents([i]).values()), new, ingest)


def _lies_in(record: DocumentRecord, places: Iterable[str]) -> bool:
    address = on_disk(record.source, record.path)
    return any(address.is_relative_to(on_disk(place)) for place in places)
