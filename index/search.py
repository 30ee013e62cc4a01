"""Searching an index: meaning and words, fused; always at one revision."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np

from index import fingerprint, fusion
from index.catalog import Catalog
from index.closeness import BM25_WEIGHT, Closeness, light_stem, rarity
from index.embedder import Embedder, Vectors
from index.errors import DocumentNotFoundError, IndexDamagedError, IndexEmptyError, IndexNotFoundError
from index.keywords import TermReader, Terms
from index.schema import CATALOG, connect_to_read
from index.settings import IndexSettings
from index.types import Chunk, Document, DocumentRecord, Failure, Filters, Hit, IndexStatus
from index.vectors import VectorFile, VectorIndex, load_vectors

_LOOKED_AT_CLOSELY = 40  # candidates
_COMPARED_ONE_BY_ONE = 5_000  # vectors that filters leave


@dataclass(slots=True)
class _Known:
    """What was counted at one revision."""

    revision: int
    passages: int
    records: list[DocumentRecord] | None = None

    def admitted(self, catalog: Catalog, filters: Filters) -> set[int]:
        """Ids of the documents that the filters admit."""
        if self.records is None:
            self.records = catalog.records()
        return {record.id for record in self.records if filters.admit(record)}


class DocumentIndex:
    """An index open for reading; safe to use from several threads, and it follows the revisions of its writer.

    Every call sees one revision whole. Opening and searching never write.
    """

    def __init__(self, location: Path, settings: IndexSettings, embedder: Embedder) -> None:
        self.location = location
        self.settings = settings
        self.embedder = embedder
        self._connection = connect_to_read(location)
        self._catalog = Catalog(self._connection)
        self._terms = TermReader()
        self._lock = threading.RLock()
        self._vectors: VectorIndex | None = None
        self._vectors_at = (-1, "")
        self._known = _Known(-1, 0)

    @classmethod
    def open(
        cls, location: Path, *, settings: IndexSettings | None = None, embedder: Embedder | None = None
    ) -> DocumentIndex:
        """Open the index in a folder.

        Raises IndexNotFoundError, IndexDamagedError, or IndexMismatchError when it was built with another model or
        by a newer version.
        """
        if not (location / CATALOG).is_file():
            raise IndexNotFoundError(f"there is no index at {location}: run `quoth index FOLDER` to make one")
        settings = settings or IndexSettings()
        try:
            opened = cls(location, settings, embedder or Embedder(settings))
            opened._check(opened._catalog.meta())
        except sqlite3.DatabaseError as error:
            raise IndexDamagedError(f"the catalog in {location} cannot be read: {error}") from error
        return opened

    def __enter__(self) -> DocumentIndex:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self._connection.close()

    @property
    def revision(self) -> int:
        """The number of the last commit, looked up now."""
        with self._snapshot() as catalog:
            return catalog.revision()

    def status(self) -> IndexStatus:
        """A summary for people and for ``--json``."""
        with self._snapshot() as catalog:
            meta = catalog.meta()
            return IndexStatus(
                path=str(self.location),
                revision=catalog.revision(),
                documents=catalog.count("documents"),
                chunks=catalog.count("chunks"),
                failures=tuple(catalog.failures()),
                embedder=meta.get("embedder", ""),
                dimensions=int(meta.get("dimensions", 0)),
                bytes_on_disk=sum(file.stat().st_size for file in self.location.glob("*") if file.is_file()),
                updated=meta.get("updated", ""),
            )

    def documents(self) -> list[DocumentRecord]:
        """Every document, by path."""
        with self._snapshot() as catalog:
            return catalog.records()

    def failures(self) -> list[Failure]:
        """Every file that could not be read, by path."""
        with self._snapshot() as catalog:
            return catalog.failures()

    def document(self, document_id: int) -> Document:
        """A whole document; raises DocumentNotFoundError when the id is not (or no longer) there."""
        with self._snapshot() as catalog:
            document = catalog.document(document_id)
        if document is None:
            raise DocumentNotFoundError(f"there is no document {document_id}: it may have been removed")
        return document

    def text(self, document_id: int) -> str:
        """The canonical text of a document; raises DocumentNotFoundError when the id is not there."""
        with self._snapshot() as catalog:
            texts = catalog.texts([document_id])
        if document_id not in texts:
            raise DocumentNotFoundError(f"there is no document {document_id}: it may have been removed")
        return texts[document_id]

    def chunks(self, document_id: int) -> list[Chunk]:
        """The passages of a document in order; none when the id is not there."""
        with self._snapshot() as catalog:
            return catalog.chunks_of(document_id)

    def search(self, question: str, k: int = 10, *, filters: Filters | None = None) -> list[Hit]:
        """The k passages nearest to a question, best first, among documents that the filters admit.

        Raises IndexEmptyError when the index holds no passages.
        """
        vector = self.embedder.encode([question])[0]
        with self._snapshot() as catalog:
            known = self._known_of(catalog)
            if not known.passages:
                raise IndexEmptyError(f"the index at {self.location} holds no passages: add documents to it")
            only = None if filters is None else known.admitted(catalog, filters)
            terms = self._terms.read(question, catalog.document_frequency, known.passages)
            dense = self._dense(catalog, vector, only)
            keyword = catalog.matching(query, self.settings.candidates, only) if (query := terms.query()) else {}
            dense |= self._cosines(catalog, vector, keyword.keys() - dense.keys())
            best = self._ordered(catalog, terms, dense, keyword)[:k]
            return self._hits(catalog, dense, keyword, best)

    def _known_of(self, catalog: Catalog) -> _Known:
        """What need not be counted again before the next revision."""
        revision = catalog.revision()
        if self._known.revision != revision:
            self._known = _Known(revision, catalog.count("chunks"))
        return self._known

    def _dense(self, catalog: Catalog, vector: Vectors, only: set[int] | None) -> dict[int, float]:
        """Cosines of the nearest chunks, by chunk id."""
        held = self._current_vectors(catalog)
        if only is None:
            nearest = dict(held.search(vector, self.settings.candidates))
        else:
            nearest = self._among(catalog, held, vector, catalog.vector_ids_of(only))
        rows = catalog.chunks_with_vectors(nearest)
        return {chunk: nearest[v] for chunk, document, v in rows if only is None or document in only}

    def _among(self, catalog: Catalog, held: VectorIndex, vector: Vectors, vector_ids: list[int]) -> dict[int, float]:
        """Cosines of the nearest of some vectors; few enough are compared one by one."""
        if len(vector_ids) > _COMPARED_ONE_BY_ONE:
            return dict(held.search(vector, self.settings.candidates, vector_ids))
        ids, vectors = catalog.vectors_of(vector_ids)
        cosines = vectors @ vector
        best = np.argsort(-cosines, kind="stable")[: self.settings.candidates]
        return {ids[place]: float(cosines[place]) for place in best}

    def _cosines(self, catalog: Catalog, vector: Vectors, chunk_ids: Set[int]) -> dict[int, float]:
        """Cosines of chunks that only their words brought in."""
        stored = catalog.vectors_of_chunks(chunk_ids)
        return {chunk_id: float(vector @ other) for chunk_id, other in stored.items()}

    def _ordered(
        self, catalog: Catalog, terms: Terms, dense: dict[int, float], keyword: dict[int, float]
    ) -> list[tuple[int, float]]:
        """Chunk ids with their fused scores, best first; of the first of them the words are looked at more closely."""
        weight = self.settings.dense_weight
        fused = fusion.fuse(dense, keyword, weight)
        scores = fusion.z_scores(dense, keyword)
        closeness = Closeness({light_stem(w): rarity(n, terms.passages) for w, n in terms.counts.items()})
        words = catalog.words([chunk_id for chunk_id, _ in fused[:_LOOKED_AT_CLOSELY]])
        near = {
            chunk_id: weight * scores[chunk_id][0]
            + (1.0 - weight) * (BM25_WEIGHT * scores[chunk_id][1] + closeness.of(text, title))
            for chunk_id, (text, title) in words.items()
        }
        below = min(near.values(), default=0.0) - (fused[0][1] if fused else 0.0)
        far = {chunk_id: below + score for chunk_id, score in fused if chunk_id not in near}
        return fusion.in_order(near | far)

    def _hits(
        self, catalog: Catalog, dense: dict[int, float], keyword: dict[int, float], best: list[tuple[int, float]]
    ) -> list[Hit]:
        chunks = catalog.chunks([chunk_id for chunk_id, _ in best])
        records = {record.id: record for record in catalog.records({c.document_id for c in chunks.values()})}
        dense_ranks, keyword_ranks = fusion.ranks(dense), fusion.ranks(keyword)
        return [
            Hit(
                chunk=chunks[chunk_id],
                document=records[chunks[chunk_id].document_id],
                rank=rank,
                score=score,
                dense_score=dense.get(chunk_id),
                dense_rank=dense_ranks.get(chunk_id),
                keyword_score=keyword.get(chunk_id),
                keyword_rank=keyword_ranks.get(chunk_id),
            )
            for rank, (chunk_id, score) in enumerate(best, start=1)
        ]

    def _current_vectors(self, catalog: Catalog) -> VectorIndex:
        """The vectors at the revision of the snapshot, read again or extended when a writer has committed since."""
        meta = catalog.meta()
        self._check(meta)
        described = VectorFile.of(meta)
        at = (catalog.revision(), described.name if described else "")
        if self._vectors is None or at[1] != self._vectors_at[1]:
            self._vectors = load_vectors(self.location, catalog)
        elif at[0] != self._vectors_at[0]:
            self._vectors.follow(catalog)
        self._vectors_at = at
        return self._vectors

    def _check(self, meta: dict[str, str]) -> None:
        fingerprint.check_format(meta)
        fingerprint.check_embedder(meta, self.embedder.name)

    @contextmanager
    def _snapshot(self) -> Iterator[Catalog]:
        """The catalog at one revision, for this thread alone."""
        with self._lock:
            nested = self._connection.in_transaction
            if not nested:
                self._connection.execute("BEGIN")
            try:
                yield self._catalog
            finally:
                if not nested:
                    self._connection.execute("COMMIT")
