"""Building and updating an index: only changed documents are parsed and embedded."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from index.embedder import Embedder
from index.errors import SourceNotFoundError
from index.ingestion.ingest import Chunked, Engine, Ingest
from index.ingestion.parsing import parsed
from index.ingestion.planning import Changes, find_changes
from index.ingestion.sources import Scope
from index.loaders.files import as_text, on_disk
from index.loaders.titles import TITLE_SAMPLE, title_from
from index.reports import BuildReport, OnProgress, Plan, no_progress
from index.settings import IndexSettings
from index.stores.base import Place, Reader, Writer
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
            return _report(reader, changes.plan, changes.scopes, 0, reader.summary().revision, began)
    with store.writer(wait_seconds) as writer:
        changes = find_changes(sources, writer, settings, progress)
        if not allow_deletions:
            changes.check_deletions()
        return update(writer, changes, settings, progress, embedder or Embedder(settings), engine, began)


def update(
    writer: Writer,
    changes: Changes,
    settings: IndexSettings,
    progress: OnProgress,
    embedder: Embedder,
    engine: Engine | None,
    began: float,
) -> BuildReport:
    """Apply planned changes; ``began`` is the start of the build by ``time.monotonic``."""
    ingest = Ingest(writer, settings, embedder, progress)
    with closing(_read(changes, settings, writer, embedder, engine)) as documents:
        _apply(writer, changes)
        ingest.take(documents, len(changes.to_parse))
    return finish(writer, changes.plan, changes.scopes, ingest.embedded, progress, began)


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


def take_documents(documents: Iterable[Document], writer: Writer, ingest: Ingest) -> Plan:
    """Put new and changed documents into the index; returns what was done."""
    known = {(record.source, record.path): record.sha256 for record in writer.records()}
    paths: dict[str, list[str]] = {"added": [], "changed": [], "unchanged": []}

    def differing() -> Iterator[Document]:
        for document in documents:
            sha256 = document.sha256 or _digest(document)
            before = known.get((document.source, document.path))
            unchanged = before == sha256
            paths["unchanged" if unchanged else "added" if before is None else "changed"].append(document.path)
            if not unchanged:
                yield replace(document, sha256=sha256)

    ingest.take(differing())
    return Plan(**{name: tuple(listed) for name, listed in paths.items()})  # type: ignore[arg-type]


def _read(
    changes: Changes, settings: IndexSettings, reader: Reader, embedder: Embedder, engine: Engine | None
) -> Generator[Chunked | Failure]:
    """The documents in the files to parse, or why they cannot be read; an engine embeds them too."""
    if engine is None:
        return parsed(changes.to_parse, settings, embedder.tokenizer)
    replaced = {(file.source, file.path) for file in changes.to_parse}
    known = {
        passage.key
        for record in reader.records()  # one at a time, because passages include vectors
        if (record.source, record.path) in replaced
        for passage in reader.passages([record.id])[record.id]
    }
    return engine.read(changes.to_parse, settings, known)


def _apply(writer: Writer, changes: Changes) -> None:
    """Commit the changes that need no parsing: sources, removals, renames, files that cannot be opened."""
    summary = writer.summary()
    same_inputs = (changes.sources, changes.excluded) == (summary.inputs.sources, summary.inputs.excluded)
    same_reading = not changes.reading or summary.meta.get("reading") in (changes.reading, None)
    changed = changes.stale_failures or changes.new_failures or changes.to_move or changes.to_remove
    if same_inputs and same_reading and not changed:
        return
    with writer.transaction({"reading": changes.reading} if changes.reading else None) as transaction:
        transaction.set_inputs(changes.sources, changes.excluded)
        transaction.remove([record.id for record in changes.to_remove], changes.stale_failures)
        for record, file in changes.to_move:
            transaction.move_document(record.id, file.source, file.path, _moved_title(writer, record, file.path))
        for failure in changes.new_failures:
            transaction.put(failure)


def _moved_title(reader: Reader, record: DocumentRecord, path: str) -> str:
    """The title under the new path: it changes only if it was made from the old path."""
    body = reader.documents([record.id])[record.id].text[record.body_start :][:TITLE_SAMPLE]
    return title_from(path, body) if record.title == title_from(record.path, body) else record.title


def _matches(record: DocumentRecord, path: Path | str) -> bool:
    if record.path in (str(path), as_text(path)):
        return True
    return bool(record.source) and on_disk(record.source, record.path).is_relative_to(Path(path).resolve())


def _lies_in(failure: Failure, sources: Iterable[str]) -> bool:
    return any(on_disk(failure.source, failure.path).is_relative_to(on_disk(source)) for source in sources)


def finish(
    writer: Writer, plan: Plan, scopes: Sequence[Scope], embedded: int, progress: OnProgress, began: float
) -> BuildReport:
    """Finish writing, and report; ``began`` is the start of the build by ``time.monotonic``."""
    report = _report(writer, plan, scopes, embedded, 0, began)
    return replace(report, revision=writer.finish(progress), seconds=time.monotonic() - began)


def _report(
    reader: Reader, plan: Plan, scopes: Sequence[Scope], embedded: int, revision: int, began: float
) -> BuildReport:
    summary = reader.summary()
    return BuildReport(
        plan=plan,
        revision=revision,
        documents=summary.documents,
        chunks=summary.chunks,
        embedded=embedded,
        seconds=time.monotonic() - began,
        failures=tuple(f for f in summary.inputs.failures if any(scope.covers(f.source, f.path) for scope in scopes)),
    )


def _digest(document: Document) -> str:
    return hashlib.sha256(f"{document.title}\0{document.text}".encode()).hexdigest()
