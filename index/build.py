"""Building: documents in, an index at its next revision out. Only what differs is parsed and embedded."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from index import fingerprint, vectors
from index.catalog import Catalog
from index.chunking import Chunker, keyword_text, passage_text
from index.embedder import Embedder
from index.errors import NoDocumentsError, UnreadableFileError
from index.loaders import load
from index.loaders.load import title_from
from index.plan import Changes, Plan, SourceFile, compare, scan
from index.settings import IndexSettings
from index.types import Chunk, Document, Failure, Progress
from index.write import transaction, writer

OnProgress = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build found and did."""

    plan: Plan
    revision: int
    documents: int  # in the index now
    chunks: int  # in the index now
    embedded: int  # chunks that were embedded in this build
    seconds: float
    failures: tuple[Failure, ...] = ()


def build(
    sources: Sequence[Path],
    location: Path,
    *,
    settings: IndexSettings | None = None,
    progress: OnProgress | None = None,
    dry_run: bool = False,
    embedder: Embedder | None = None,
) -> BuildReport:
    """Bring the index at ``location`` up to date with the files under ``sources`` (without any: those remembered).

    Unchanged files are not read again beyond their checksum, renamed ones keep their vectors, deleted ones leave the
    index. Raises SourceNotFoundError, NoDocumentsError, IndexMismatchError, IndexLockedError.
    """
    with writer(location) as catalog:
        building = _Build(catalog, location, settings or IndexSettings(), progress, embedder)
        return building.run(sources, dry_run)


def build_documents(
    documents: Iterable[Document],
    location: Path,
    *,
    settings: IndexSettings | None = None,
    progress: OnProgress | None = None,
    embedder: Embedder | None = None,
) -> BuildReport:
    """Add documents that are already parsed; one of the same source and path is replaced, others stay.

    Raises IndexMismatchError, IndexLockedError.
    """
    with writer(location) as catalog:
        building = _Build(catalog, location, settings or IndexSettings(), progress, embedder)
        return building.take(documents)


@dataclass(slots=True)
class _Batch:
    """Documents that will be committed together, and the texts of their chunks by the key of their vectors."""

    documents: list[tuple[Document, list[tuple[Chunk, bytes]]]] = field(default_factory=list)
    texts: dict[bytes, str] = field(default_factory=dict)

    @property
    def chunks(self) -> int:
        return sum(len(chunks) for _, chunks in self.documents)


class _Build:
    """One run of a build under the writer's lock."""

    def __init__(
        self,
        catalog: Catalog,
        location: Path,
        settings: IndexSettings,
        progress: OnProgress | None,
        embedder: Embedder | None,
    ) -> None:
        self.catalog = catalog
        self.location = location
        self.settings = settings
        self.progress = progress or (lambda _: None)
        self.embedder = embedder or Embedder(settings)
        self.chunker = Chunker(self.embedder.tokenizer, settings.chunk_tokens)
        self.facts = fingerprint.fingerprint(self.embedder, self.chunker)
        self.embedded = 0
        self.began = time.monotonic()
        fingerprint.check(catalog.meta(), self.facts)

    def run(self, sources: Sequence[Path], dry_run: bool) -> BuildReport:
        """Plan, and unless told otherwise carry the plan out."""
        roots = [source.resolve() for source in sources] or [Path(path) for path in self.catalog.sources()]
        files: list[SourceFile] = []
        failures: list[Failure] = []
        for done, root in enumerate(roots):
            self.progress(Progress("scan", done, len(roots), str(root)))
            found, unreadable = scan(root)
            files += found
            failures += unreadable
        if not files and not self.catalog.count("documents"):
            places = ", ".join(str(root) for root in roots) or "no folder"
            raise NoDocumentsError(f"nothing to index in {places}: no file there is of a kind that is read")
        under = {str(root if root.is_dir() else root.parent) for root in roots}
        known = [record for record in self.catalog.records() if record.source in under]
        changes = compare(files, known, failures)
        if dry_run:
            return self._report(changes.plan, ())
        return self._carry_out(changes, roots)

    def take(self, documents: Iterable[Document]) -> BuildReport:
        """Put given documents into the index, whatever is in it already."""
        known = {(record.source, record.path): record.sha256 for record in self.catalog.records()}
        added: list[str] = []
        changed: list[str] = []
        unchanged: list[str] = []

        def differing() -> Iterator[Document]:
            for given in documents:
                document = given if given.sha256 else replace(given, sha256=_digest(given))
                before = known.get((document.source, document.path))
                (added if before is None else unchanged if before == document.sha256 else changed).append(document.path)
                if before != document.sha256:
                    yield document

        self._store(differing(), 0)
        self._finish()
        return self._report(Plan(tuple(added), tuple(changed), (), (), tuple(unchanged)), ())

    def _carry_out(self, changes: Changes, roots: list[Path]) -> BuildReport:
        failures = list(changes.plan.failures)
        if changes.to_move or changes.to_remove or not set(map(str, roots)) <= set(self.catalog.sources()):
            with transaction(self.catalog) as commit:
                for root in roots:
                    commit.add_source(str(root))
                for record in changes.to_remove:
                    commit.remove_document(record.id)
                for record, file in changes.to_move:
                    title = record.title
                    if title == title_from(record.path, ""):
                        title = title_from(file.path, "")
                    commit.move_document(record.id, file.source, file.path, title)
        self._store(self._parsed(changes.to_parse, failures), len(changes.to_parse))
        self._keep_failures(failures, roots)
        self._finish()
        return self._report(changes.plan, tuple(failures))

    def _parsed(self, files: Sequence[SourceFile], failures: list[Failure]) -> Iterator[Document]:
        """The documents of the files; those that cannot be read go into ``failures``."""
        for file in files:
            try:
                yield load(Path(file.source, file.path), Path(file.source))
            except UnreadableFileError as error:
                failures.append(Failure(file.path, file.source, str(error)))

    def _keep_failures(self, failures: list[Failure], roots: list[Path]) -> None:
        sources = {str(root if root.is_dir() else root.parent) for root in roots}
        before = {failure for failure in self.catalog.failures() if failure.source in sources}
        if before != set(failures):
            with transaction(self.catalog) as commit:
                for source in sources:
                    commit.set_failures(source, [failure for failure in failures if failure.source == source])

    def _store(self, documents: Iterable[Document], total: int) -> None:
        """Chunk, embed and commit documents in batches."""
        batch = _Batch()
        done = 0
        for document in documents:
            self._add(batch, document)
            done += 1
            self.progress(Progress("parse", done, total, document.path))
            if batch.chunks >= self.settings.commit_chunks:
                self._commit(batch)
                self.progress(Progress("embed", done, total))
                batch = _Batch()
        if batch.documents:
            self._commit(batch)
            self.progress(Progress("embed", done, total))

    def _add(self, batch: _Batch, document: Document) -> None:
        keyed = []
        for chunk in self.chunker.chunk(document):
            text = passage_text(document, chunk)
            key = hashlib.sha256(text.encode()).digest()[:16]
            batch.texts[key] = text
            keyed.append((chunk, key))
        batch.documents.append((document, keyed))

    def _commit(self, batch: _Batch) -> None:
        """Embed what has no vector yet and write the batch as one revision."""
        missing = [key for key in batch.texts if not self.catalog.has_vector(key)]
        encoded = self.embedder.encode([batch.texts[key] for key in missing])
        with transaction(self.catalog) as commit:
            commit.set_meta(self.facts | {"dimensions": str(self.embedder.dimensions)})
            commit.add_vectors(dict(zip(missing, encoded, strict=True)))
            ids = commit.known_vectors(batch.texts)
            for document, keyed in batch.documents:
                rows = [(chunk, keyword_text(document, chunk), ids[key]) for chunk, key in keyed]
                commit.put_document(document, rows)
        self.embedded += len(missing)

    def _finish(self) -> None:
        """Make the FAISS file again when it is behind."""
        if not self.catalog.count("vectors") or not vectors.is_behind(self.location, self.catalog):
            return
        self.progress(Progress("write", 0, 1))
        with transaction(self.catalog, housekeeping=True) as commit:
            commit.drop_unused_vectors()
        described = vectors.write_file(self.location, self.catalog)
        with transaction(self.catalog, housekeeping=True) as commit:
            commit.set_meta(described.as_meta())
        vectors.remove_other_files(self.location, described.name)
        self.progress(Progress("write", 1, 1))

    def _report(self, plan: Plan, failures: tuple[Failure, ...]) -> BuildReport:
        return BuildReport(
            plan=plan,
            revision=self.catalog.revision(),
            documents=self.catalog.count("documents"),
            chunks=self.catalog.count("chunks"),
            embedded=self.embedded,
            seconds=time.monotonic() - self.began,
            failures=failures,
        )


def _digest(document: Document) -> str:
    return hashlib.sha256(f"{document.title}\0{document.text}".encode()).hexdigest()
