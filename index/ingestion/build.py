"""Building: documents in, an index at its next revision out. Only what differs is parsed and embedded."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from index.embedder import Embedder
from index.errors import SourceNotFoundError
from index.ingestion.ingest import Embedded, Engine, Ingest
from index.ingestion.parsing import parsed
from index.ingestion.plan import Changes, Plan
from index.ingestion.reconcile import changes_in, look, settle
from index.ingestion.sources import Scope, scopes
from index.settings import IndexSettings
from index.stores.base import OnProgress, Place, Reader
from index.stores.locate import store_at
from index.types import Document, DocumentRecord, Failure, Progress


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build found and did."""

    plan: Plan
    revision: int
    documents: int  # in the index now
    chunks: int  # in the index now
    embedded: int  # chunks that were embedded in this build
    seconds: float
    failures: tuple[Failure, ...] = ()  # the files of this build that could not be read


def plan(sources: Sequence[Path], location: Place, *, progress: OnProgress | None = None) -> Plan:
    """What ``build`` would do now; writes nothing.

    Raises SourceNotFoundError, NoDocumentsError.
    """
    with store_at(location).reading() as held:
        places = scopes(sources, held.sources())
        looked = look(places, held, progress or _silent)
        return changes_in(held, places, looked).plan


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
) -> BuildReport:
    """Bring the index at ``location`` up to date with the files under ``sources`` (without any: those remembered).

    Unchanged files are not parsed again, renamed ones keep their vectors, deleted ones leave the index. Batches are
    committed as they are ready, so that an interrupted build goes on where it stopped. ``dry_run`` stops after the plan
    and writes nothing. An ``engine`` parses and embeds elsewhere than in this process.
    Raises SourceNotFoundError, NoDocumentsError, IndexMismatchError, IndexLockedError.
    """
    began = time.monotonic()
    progress = progress or _silent
    settings = settings or IndexSettings()
    with store_at(location).reading() as held:
        revision = held.revision()
        places = scopes(sources, held.sources())
        looked = look(places, held, progress)
        if dry_run:
            return _report(held, changes_in(held, places, looked).plan, places, 0, began)
    with store_at(location).writing(wait_seconds) as held:
        if held.revision() != revision:  # another writer was at work meanwhile: files it took in are no deleted ones
            places = scopes(sources, held.sources())
            looked = look(places, held, progress)
        changes = changes_in(held, places, looked)
        ingest = Ingest(held, settings, embedder or Embedder(settings), progress)
        with closing(_read(changes, settings, held, engine)) as documents:
            settle(held, places, looked, changes)
            ingest.take(documents, len(changes.to_parse))
        held.compact(progress)
        return _report(held, changes.plan, places, ingest.embedded, began)


def add(
    paths: Sequence[Path],
    location: Place,
    *,
    settings: IndexSettings | None = None,
    progress: OnProgress | None = None,
    wait_seconds: float = 0.0,
    embedder: Embedder | None = None,
) -> BuildReport:
    """Add files or folders, also such as were removed before; they are looked at in later builds too.

    Raises SourceNotFoundError when no path is given or one does not exist; otherwise as ``build``.
    """
    if not paths:
        raise SourceNotFoundError("nothing was given to add")
    return build(paths, location, settings=settings, progress=progress, wait_seconds=wait_seconds, embedder=embedder)


def remove(
    paths: Sequence[Path | str],
    location: Place,
    *,
    progress: OnProgress | None = None,
    wait_seconds: float = 0.0,
) -> BuildReport:
    """Take documents out: by file, by folder, or by the path that a document is listed under.

    A folder that was indexed is forgotten; a single file of a folder that stays is remembered as taken out, until it is
    added again. The files themselves are not touched. Raises SourceNotFoundError when a path means nothing here.
    """
    began = time.monotonic()
    with store_at(location).writing(wait_seconds) as held:
        sources = {Path(path) for path in held.sources()}
        chosen: dict[int, DocumentRecord] = {}
        forgotten: set[Path] = set()
        for path in paths:
            matching = [record for record in held.records() if _is_meant(record, path)]
            within = {source for source in sources if source.is_relative_to(Path(path).resolve())}
            if not matching and not within:
                raise SourceNotFoundError(f"nothing in the index is at {path}")
            chosen |= {record.id: record for record in matching}
            forgotten |= within
        kept = sources - forgotten
        with held.transaction() as commit:
            commit.set_sources(str(source) for source in kept)
            for record in chosen.values():
                commit.remove_document(record.id)
            out = {(r.source, r.path) for r in chosen.values() if Path(r.source) in kept}
            commit.set_excluded(held.excluded() | out)
            commit.forget_failures([failure for failure in held.failures() if not _lies_in(failure, kept)])
        held.compact(progress or _silent)
        deleted = tuple(record.path for record in chosen.values())
        return _report(held, Plan(deleted=deleted), [], 0, began)


def build_documents(
    documents: Iterable[Document],
    location: Place,
    *,
    settings: IndexSettings | None = None,
    progress: OnProgress | None = None,
    wait_seconds: float = 0.0,
    embedder: Embedder | None = None,
) -> BuildReport:
    """Add documents that are already parsed; one of the same source and path is replaced, others stay.

    Raises IndexMismatchError, IndexLockedError.
    """
    began = time.monotonic()
    settings = settings or IndexSettings()
    with store_at(location).writing(wait_seconds) as held:
        ingest = Ingest(held, settings, embedder or Embedder(settings), progress or _silent)
        known = {(record.source, record.path): record.sha256 for record in held.records()}
        found: dict[str, list[str]] = {"added": [], "changed": [], "unchanged": []}

        def differing() -> Iterator[Document]:
            for given in documents:
                document = given if given.sha256 else replace(given, sha256=_digest(given))
                before = known.get((document.source, document.path))
                same = before == document.sha256
                found["unchanged" if same else "added" if before is None else "changed"].append(document.path)
                if not same:
                    yield document

        ingest.take(differing())
        held.compact(progress or _silent)
        done = Plan(tuple(found["added"]), tuple(found["changed"]), (), (), tuple(found["unchanged"]))
        return _report(held, done, [], ingest.embedded, began)


def _read(
    changes: Changes, settings: IndexSettings, held: Reader, engine: Engine | None
) -> Generator[Document | Embedded | Failure]:
    """What is in the files that must be parsed, embedded already where an engine did it."""
    if engine is None:
        return parsed(changes.to_parse, settings)
    replaced = {(file.source, file.path) for file in changes.to_parse}
    before = [record.id for record in held.records() if (record.source, record.path) in replaced]
    known = {
        passage.key
        for document_id in before  # one at a time, since their vectors come along
        for passage in held.passages_of([document_id])[document_id]
    }
    return engine.read(changes.to_parse, settings, known)


def _silent(progress: Progress) -> None:
    """Tell nobody."""


def _is_meant(record: DocumentRecord, path: Path | str) -> bool:
    if record.path == str(path):
        return True
    return bool(record.source) and Path(record.source, record.path).is_relative_to(Path(path).resolve())


def _lies_in(failure: Failure, sources: Iterable[Path]) -> bool:
    return any(Path(failure.source, failure.path).is_relative_to(source) for source in sources)


def _report(held: Reader, done: Plan, places: Sequence[Scope], embedded: int, began: float) -> BuildReport:
    return BuildReport(
        plan=done,
        revision=held.revision(),
        documents=held.count("documents"),
        chunks=held.count("chunks"),
        embedded=embedded,
        seconds=time.monotonic() - began,
        failures=tuple(f for f in held.failures() if any(place.covers(f.source, f.path) for place in places)),
    )


def _digest(document: Document) -> str:
    return hashlib.sha256(f"{document.title}\0{document.text}".encode()).hexdigest()
