"""Building and updating an index: only changed documents are parsed and embedded."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from index.embedder import Embedder
from index.errors import SourceNotFoundError
from index.fingerprint import is_outdated
from index.ingestion.ingest import Engine, Ingest
from index.ingestion.planning import find_changes
from index.ingestion.rebuilding import upgrade
from index.ingestion.updating import finish, report, take_documents, update
from index.loaders.files import as_text, on_disk
from index.reports import BuildReport, OnProgress, Plan, no_progress
from index.settings import IndexSettings
from index.stores.arrivals import Arrivals
from index.stores.base import Place
from index.stores.document_collections import Collections
from index.stores.locate import open_store
from index.types import Document, DocumentRecord, Failure


def build(
    sources: Sequence[Path],
    location: Place,
    *,
    settings: IndexSettings | None = None,
    progress: OnProgress | None = None,
    dry_run: bool = False,
    wait_seconds: float = 0.0,
    embedder: Embedder | None = None,
    engine: Engine | None = None,
    allow_deletions: bool = False,
) -> BuildReport:
    """Bring the index at ``location`` up to date with the files under ``sources``, by default the remembered ones.

    Unchanged files are not parsed again, renamed ones keep their vectors, deleted ones are removed from the index.
    Batches are committed as they are ready, so that an interrupted build continues where it stopped. ``dry_run`` stops
    after the plan, writes nothing and takes no lock. An ``engine`` parses and embeds in other processes.
    An index of an older format is upgraded: its files are parsed again, and embedded where their passages changed.
    Without ``allow_deletions`` it raises DeletionsError when most files of a source are gone. Otherwise raises
    SourceNotFoundError, NoDocumentsError, IndexMismatchError, IndexLockedError.
    """
    began = time.monotonic()
    settings = settings or IndexSettings()
    progress = progress or no_progress
    store = open_store(location, settings)
    if dry_run:
        with store.reader() as reader:
            changes = find_changes(sources, reader, settings, progress)
            return report(reader, changes.plan, changes.scopes, 0, reader.summary().revision, began)
    embedder = embedder or Embedder(settings)
    with store.reader() as reader:
        outdated = is_outdated(reader.summary().meta)
    if outdated:
        return upgrade(
            sources,
            store,
            settings=settings,
            progress=progress,
            wait_seconds=wait_seconds,
            embedder=embedder,
            engine=engine,
            allow_deletions=allow_deletions,
        )
    with store.writer(wait_seconds) as writer:
        changes = find_changes(sources, writer, settings, progress)
        if not allow_deletions:
            changes.check_deletions()
        collections = Collections.beside(store, settings)
        with Arrivals.beside(store, settings).noting(changes.records, writer), collections.following(changes.moves):
            return update(writer, changes, settings, progress, embedder, engine, began)


def add(
    paths: Sequence[Path],
    location: Place,
    *,
    settings: IndexSettings | None = None,
    progress: OnProgress | None = None,
    wait_seconds: float = 0.0,
    embedder: Embedder | None = None,
) -> BuildReport:
    """Add files or folders, also ones that were removed before; later builds include them.

    Raises SourceNotFoundError when no path is given or one does not exist; otherwise like ``build``.
    """
    if not paths:
        raise SourceNotFoundError("no file or folder was given to add")
    return build(paths, location, settings=settings, progress=progress, wait_seconds=wait_seconds, embedder=embedder)


def remove(
    paths: Sequence[Path | str],
    location: Place,
    *,
    settings: IndexSettings | None = None,
    progress: OnProgress | None = None,
    wait_seconds: float = 0.0,
) -> BuildReport:
    """Remove documents by file, by folder, or by the path under which they are listed.

    An indexed folder is no longer a source; a single file in a source that stays is excluded until it is added again.
    The files themselves are not touched. Raises SourceNotFoundError when a path is not in the index.
    """
    began = time.monotonic()
    with open_store(location, settings).writer(wait_seconds) as writer:
        inputs = writer.summary().inputs
        records = writer.records()
        chosen: dict[int, DocumentRecord] = {}
        sources = set(inputs.sources)
        for path in paths:
            matching = {record.id: record for record in records if _matches(record, path)}
            within = {source for source in inputs.sources if on_disk(source).is_relative_to(Path(path).resolve())}
            if not matching and not within:
                raise SourceNotFoundError(f"the index has no documents from {as_text(path)}")
            chosen |= matching
            sources -= within
        with writer.transaction() as transaction:
            excluded = {(record.source, record.path) for record in chosen.values() if record.source in sources}
            transaction.set_inputs(sources, inputs.excluded | excluded)
            transaction.remove(chosen, [failure for failure in inputs.failures if not _lies_in(failure, sources)])
        deleted = tuple(record.path for record in chosen.values())
        return finish(writer, Plan(deleted=deleted), (), 0, progress or no_progress, began)


def build_documents(
    documents: Iterable[Document],
    location: Place,
    *,
    settings: IndexSettings | None = None,
    progress: OnProgress | None = None,
    wait_seconds: float = 0.0,
    embedder: Embedder | None = None,
) -> BuildReport:
    """Add documents that are already parsed; one with the same source and path is replaced, others stay.

    Raises IndexMismatchError, IndexLockedError.
    """
    began = time.monotonic()
    settings = settings or IndexSettings()
    progress = progress or no_progress
    with open_store(location, settings).writer(wait_seconds) as writer:
        ingest = Ingest(writer, settings, embedder or Embedder(settings), progress)
        plan = take_documents(documents, writer, ingest)
        return finish(writer, plan, (), ingest.embedded, progress, began)


def _matches(record: DocumentRecord, path: Path | str) -> bool:
    if record.path in (str(path), as_text(path)):
        return True
    return bool(record.source) and on_disk(record.source, record.path).is_relative_to(Path(path).resolve())


def _lies_in(failure: Failure, sources: Iterable[str]) -> bool:
    return any(on_disk(failure.source, failure.path).is_relative_to(on_disk(source)) for source in sources)
