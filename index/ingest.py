"""Documents into the catalog: chunked, embedded where no vector is known yet, and committed in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from index import fingerprint, vectors
from index.catalog import Catalog
from index.chunking import Chunker, keyword_text, passage_key, passage_text
from index.embedder import Embedder
from index.settings import IndexSettings
from index.types import Chunk, Document, Failure, Progress
from index.write import transaction

OnProgress = Callable[[Progress], None]

_BATCH_CHARACTERS = 20_000_000


@dataclass(slots=True)
class Batch:
    """Documents and failures that are committed together, and the texts of the chunks by the keys of their vectors."""

    documents: list[tuple[Document, list[tuple[Chunk, bytes]]]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    texts: dict[bytes, str] = field(default_factory=dict)
    chunks: int = 0
    characters: int = 0


class Ingest:
    """One writer's way of putting documents into a catalog; holds the catalog's lock through its caller.

    Raises IndexMismatchError when the catalog was made with other settings.
    """

    def __init__(
        self, catalog: Catalog, location: Path, settings: IndexSettings, embedder: Embedder, progress: OnProgress
    ) -> None:
        self._catalog = catalog
        self._location = location
        self._settings = settings
        self._embedder = embedder
        self._progress = progress
        self._chunker = Chunker(embedder.tokenizer, settings.chunk_tokens)
        self._facts = fingerprint.fingerprint(embedder, self._chunker)
        self.embedded = 0
        fingerprint.check(catalog.meta(), self._facts)

    def take(self, parsed: Iterable[Document | Failure], total: int = 0) -> None:
        """Store documents, and the reasons of what could not be read, as they come; ``total`` is for progress."""
        known = set(self._catalog.failures())
        batch = Batch()
        for done, item in enumerate(parsed, start=1):
            if isinstance(item, Document):
                self._add(batch, item)
            elif item not in known:
                batch.failures.append(item)
            self._progress(Progress("parse", done, total, item.path))
            if batch.chunks >= self._settings.commit_chunks or batch.characters >= _BATCH_CHARACTERS:
                self._commit(batch)
                self._progress(Progress("embed", done, total, f"{self.embedded} passages"))
                batch = Batch()
        self._commit(batch)
        self._progress(Progress("embed", total, total, f"{self.embedded} passages"))

    def _add(self, batch: Batch, document: Document) -> None:
        keyed = []
        for chunk in self._chunker.chunk(document):
            key = passage_key(document, chunk)
            batch.texts[key] = passage_text(document, chunk)
            keyed.append((chunk, key))
        batch.documents.append((document, keyed))
        batch.chunks += len(keyed)
        batch.characters += len(document.text)

    def _commit(self, batch: Batch) -> None:
        """Embed what has no vector yet and write the batch as one revision."""
        if not batch.documents and not batch.failures:
            return
        missing = [key for key in batch.texts if not self._catalog.has_vector(key)]
        encoded = self._embedder.encode([batch.texts[key] for key in missing])
        with transaction(self._catalog) as commit:
            commit.set_meta(self._facts | {"dimensions": str(self._embedder.dimensions)})
            commit.add_vectors(dict(zip(missing, encoded, strict=True)))
            ids = commit.vector_ids(batch.texts)
            for document, keyed in batch.documents:
                commit.put_document(
                    document, [(chunk, keyword_text(document, chunk), ids[key]) for chunk, key in keyed]
                )
            for failure in batch.failures:
                commit.put_failure(failure)
            self._progress(Progress("commit", 0, 1))
        self._progress(Progress("commit", 1, 1))
        self.embedded += len(missing)


def tidy(location: Path, catalog: Catalog, progress: OnProgress) -> None:
    """Make the FAISS file again when it is behind the catalog."""
    if catalog.count("vectors") and vectors.is_behind(location, catalog):
        progress(Progress("write", 0, 1))
        renew_file(location, catalog)
        progress(Progress("write", 1, 1))


def renew_file(location: Path, catalog: Catalog) -> None:
    """Make the FAISS file of the catalog as it is now, and remove those of other revisions."""
    described = vectors.write_file(location, catalog)
    with transaction(catalog, housekeeping=True) as commit:
        commit.set_meta(described.as_meta())
        commit.clear_dropped()
    vectors.remove_other_files(location, described.name)
