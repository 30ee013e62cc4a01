"""Putting documents into an index: they are chunked, embedded unless a vector is stored, and committed in batches."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Protocol

from index import fingerprint
from index.chunking.chunker import Chunker
from index.chunking.passage_texts import keyword_text, passage_key, passage_text
from index.embedder import Embedder, Vectors
from index.ingestion.sources import SourceFile
from index.reports import OnProgress, Progress
from index.settings import IndexSettings
from index.stores.base import Passage, Reader, Writer
from index.types import Chunk, Document, Failure

_BATCH_CHARACTERS = 20_000_000


@dataclass(frozen=True, slots=True)
class Chunked:
    """A document that another process parsed and chunked.

    If it embedded it too, ``vectors`` has vectors, float32 (dimensions,), by passage key.
    """

    document: Document
    chunks: tuple[Chunk, ...]
    vectors: dict[bytes, Vectors] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The path of the document."""
        return self.document.path


@dataclass(slots=True)
class Batch:
    """Documents and failures that are committed together, and the texts to embed by passage key."""

    documents: list[tuple[Document, list[Passage]]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    texts: dict[bytes, str] = field(default_factory=dict)
    vectors: dict[bytes, Vectors] = field(default_factory=dict)  # that an engine delivered
    chunks: int = 0
    characters: int = 0


class Engine(Protocol):
    """Parses, chunks and embeds files in other processes."""

    def read(
        self, files: Sequence[SourceFile], settings: IndexSettings, known: Set[bytes]
    ) -> Generator[Chunked | Failure]:
        """Each file's content, or why it cannot be read, in any order; passages with known keys have no vectors."""


class Ingest:
    """Puts documents into an index through its one writer; vectors that ``former`` has are not computed again.

    Raises IndexMismatchError when the index was built with other settings.
    """

    def __init__(
        self,
        writer: Writer,
        settings: IndexSettings,
        embedder: Embedder,
        progress: OnProgress,
        former: Reader | None = None,
    ) -> None:
        self._writer = writer
        self._settings = settings
        self._embedder = embedder
        self._progress = progress
        self._former = former
        self._former_ids = {(r.source, r.path): r.id for r in former.records()} if former else {}
        self._chunker = Chunker(embedder.tokenizer, settings.chunk_tokens)
        self._facts = fingerprint.facts_of(embedder, self._chunker)
        self.embedded = 0
        self._built = writer.summary().meta
        fingerprint.check(self._built, self._facts)

    def take(self, parsed: Iterable[Document | Chunked | Failure], total: int = 0) -> None:
        """Store documents and failures in batches as they arrive; ``total`` is for progress."""
        known = set(self._writer.summary().inputs.failures)
        batch = Batch()
        for done, item in enumerate(parsed, start=1):
            if isinstance(item, Chunked):
                self._add(batch, item.document, item.chunks)
                batch.vectors |= item.vectors
            elif isinstance(item, Document):
                self._add(batch, *self._chunker.passages(item))
            elif item not in known:
                batch.failures.append(item)
            self._progress(Progress("parse", done, total, item.path))
            if batch.chunks >= self._settings.commit_chunks or batch.characters >= _BATCH_CHARACTERS:
                self._commit(batch)
                self._progress(Progress("embed", done, total, f"{self.embedded} passages"))
                batch = Batch()
        self._commit(batch)
        self._progress(Progress("embed", total, total, f"{self.embedded} passages"))

    def _add(self, batch: Batch, document: Document, chunks: Sequence[Chunk]) -> None:
        passages = [Passage(chunk, keyword_text(document, chunk), passage_key(document, chunk)) for chunk in chunks]
        batch.texts |= {passage.key: passage_text(document, passage.chunk) for passage in passages}
        batch.documents.append((document, passages))
        batch.chunks += len(passages)
        batch.characters += len(document.text)

    def _encoded(self, keys: Sequence[bytes], texts: Mapping[bytes, str]) -> dict[bytes, Vectors]:
        """The vectors of texts by key; progress is reported between parts, so that a build can be stopped."""
        vectors: dict[bytes, Vectors] = {}
        for start in range(0, len(keys), self._settings.commit_chunks):
            if start:
                self._progress(Progress("encode", start, len(keys)))
            part = keys[start : start + self._settings.commit_chunks]
            vectors |= dict(zip(part, self._embedder.encode([texts[key] for key in part]), strict=True))
        return vectors

    def _commit(self, batch: Batch) -> None:
        """Embed the passages without a stored vector, and write the batch as one revision."""
        if not batch.documents and not batch.failures:
            return
        missing = self._writer.missing(batch.texts)
        vectors = {key: batch.vectors[key] for key in missing if key in batch.vectors}
        former = self._former_vectors(batch, set(missing) - vectors.keys())
        vectors |= former
        if to_embed := [key for key in missing if key not in vectors]:
            vectors |= self._encoded(to_embed, batch.texts)
        dimensions = self._embedder.dimensions
        fingerprint.check_dimensions(self._built, dimensions)
        with self._writer.transaction(self._facts | {"dimensions": str(dimensions)}) as transaction:
            for document, passages in batch.documents:
                transaction.put(document, [replace(p, vector=vectors.get(p.key)) for p in passages])
            for failure in batch.failures:
                transaction.put(failure)
            self._progress(Progress("commit", 0, 1))
        self._progress(Progress("commit", 1, 1))
        self.embedded += len(missing) - len(former)

    def _former_vectors(self, batch: Batch, keys: Set[bytes]) -> dict[bytes, Vectors]:
        """The vectors under these keys of the batch's documents in the former index."""
        known = (self._former_ids.get((document.source, document.path)) for document, _ in batch.documents)
        return {
            passage.key: passage.vector
            for document_id in known
            if self._former and document_id is not None
            for passage in self._former.passages([document_id])[document_id]
            if passage.key in keys and passage.vector is not None
        }
