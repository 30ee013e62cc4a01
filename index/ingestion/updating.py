"""Updating an index through its writer: only changed documents are parsed and embedded."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from index.embedder import Embedder
from index.ingestion.ingest import Chunked, Engine, Ingest
from index.ingestion.leaving_out import META
from index.ingestion.parsing import parsed
from index.ingestion.planning import Changes
from index.ingestion.sources import Scope
from index.loaders.description.titles import TITLE_SAMPLE, title_from
from index.reports import BuildReport, OnProgress, PartlyRead, Plan
from index.settings import IndexSettings
from index.stores.base import Reader, Writer
from index.types import Document, DocumentRecord, Failure


def update(
    writer: Writer,
    changes: Changes,
    settings: IndexSettings,
    progress: OnProgress,
    embedder: Embedder,
    engine: Engine | None,
    began: float,
    former: Reader | None = None,
) -> BuildReport:
    """Apply planned changes; ``began`` is the start of the build by ``time.monotonic``.

    Vectors that the index ``former`` has are not computed again.
    """
    ingest = Ingest(writer, settings, embedder, progress, former)
    with closing(_read(changes, settings, former or writer, embedder, engine)) as documents:
        _apply(writer, changes)
        ingest.take(documents, len(changes.to_parse))
    return finish(writer, changes.plan, changes.scopes, ingest.embedded, progress, began)


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


def finish(
    writer: Writer, plan: Plan, scopes: Sequence[Scope], embedded: int, progress: OnProgress, began: float
) -> BuildReport:
    """Finish writing, and report; ``began`` is the start of the build by ``time.monotonic``."""
    result = report(writer, plan, scopes, embedded, 0, began)
    return replace(result, revision=writer.finish(progress), seconds=time.monotonic() - began)


def report(
    reader: Reader, plan: Plan, scopes: Sequence[Scope], embedded: int, revision: int, began: float
) -> BuildReport:
    """The report of a build of these scopes, which began at ``began``."""
    summary = reader.summary()
    return BuildReport(
        plan=plan,
        revision=revision,
        documents=summary.documents,
        chunks=summary.chunks,
        embedded=embedded,
        seconds=time.monotonic() - began,
        failures=tuple(f for f in summary.inputs.failures if any(scope.covers(f.source, f.path) for scope in scopes)),
        partly_read=PartlyRead.among(
            r for r in reader.records() if any(scope.covers(r.source, r.path) for scope in scopes)
        ),
    )


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
    facts = {"reading": changes.reading} if changes.reading else {}
    if changes.patterns != summary.meta.get(META, ""):
        facts[META] = changes.patterns
    changed = META in facts or changes.stale_failures or changes.new_failures or changes.to_move or changes.to_remove
    if same_inputs and same_reading and not changed:
        return
    with writer.transaction(facts or None) as transaction:
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


def _digest(document: Document) -> str:
    return hashlib.sha256(f"{document.title}\0{document.text}".encode()).hexdigest()
