"""Searching an index: meaning and words, fused; always at one revision."""

from __future__ import annotations

from types import TracebackType

from index import fingerprint
from index.embedder import Embedder
from index.errors import DocumentNotFoundError, IndexEmptyError
from index.ranking import fusion
from index.ranking.proximity import BM25_WEIGHT, Proximity, rarity
from index.ranking.terms import TermReader, Terms
from index.settings import IndexSettings
from index.stores.base import Place, Snapshot, Store
from index.stores.locate import store_at
from index.stores.stemming import Stemmer
from index.types import Chunk, Document, DocumentRecord, Failure, Filters, Hit, IndexStatus

PROXIMITY_CANDIDATES = 40  # candidates


class DocumentIndex:
    """An index open for reading; safe to use from several threads, and it follows the revisions of its writer.

    Every call sees one revision whole. Opening and searching never write.
    """

    def __init__(self, store: Store, settings: IndexSettings, embedder: Embedder) -> None:
        self.store = store
        self.settings = settings
        self.embedder = embedder
        self._session = store.session()
        self._terms = TermReader(Stemmer().stem)

    @classmethod
    def open(
        cls, location: Place, *, settings: IndexSettings | None = None, embedder: Embedder | None = None
    ) -> DocumentIndex:
        """Open the index in a folder or another store.

        Raises IndexNotFoundError, IndexDamagedError, or IndexMismatchError when it was built with another model or
        by a newer version.
        """
        settings = settings or IndexSettings()
        opened = cls(store_at(location), settings, embedder or Embedder(settings))
        with opened._session.snapshot() as held:
            opened._check(held.meta())
        return opened

    def __enter__(self) -> DocumentIndex:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store."""
        self._session.close()

    @property
    def revision(self) -> int:
        """The number of the last commit, looked up now."""
        with self._session.snapshot() as held:
            return held.revision()

    def status(self) -> IndexStatus:
        """A summary for people and for ``--json``."""
        with self._session.snapshot() as held:
            meta = held.meta()
            return IndexStatus(
                path=self.store.name,
                revision=held.revision(),
                documents=held.count("documents"),
                chunks=held.count("chunks"),
                failures=tuple(held.failures()),
                embedder=meta.get("embedder", ""),
                dimensions=int(meta.get("dimensions", 0)),
                bytes_on_disk=self._session.bytes_on_disk(),
                updated=meta.get("updated", ""),
            )

    def documents(self) -> list[DocumentRecord]:
        """Every document, by path."""
        with self._session.snapshot() as held:
            return held.records()

    def failures(self) -> list[Failure]:
        """Every file that could not be read, by path."""
        with self._session.snapshot() as held:
            return held.failures()

    def document(self, document_id: int) -> Document:
        """A whole document; raises DocumentNotFoundError when the id is not (or no longer) there."""
        with self._session.snapshot() as held:
            document = held.documents([document_id]).get(document_id)
        if document is None:
            raise DocumentNotFoundError(f"there is no document {document_id}: it may have been removed")
        return document

    def text(self, document_id: int) -> str:
        """The canonical text of a document; raises DocumentNotFoundError when the id is not there."""
        with self._session.snapshot() as held:
            texts = held.texts([document_id])
        if document_id not in texts:
            raise DocumentNotFoundError(f"there is no document {document_id}: it may have been removed")
        return texts[document_id]

    def chunks(self, document_id: int) -> list[Chunk]:
        """The passages of a document in order; none when the id is not there."""
        with self._session.snapshot() as held:
            return held.chunks_of(document_id)

    def search(self, question: str, k: int = 10, *, filters: Filters | None = None) -> list[Hit]:
        """The k passages nearest to a question, best first, among documents that the filters admit.

        Raises IndexEmptyError when the index holds no passages.
        """
        vector = self.embedder.encode([question])[0]
        with self._session.snapshot() as held:
            self._check(held.meta())
            passages = held.passages()
            if not passages:
                raise IndexEmptyError(f"the index at {self.store.name} holds no passages: add documents to it")
            terms = self._terms.read(question, held.document_frequency, passages)
            dense, keyword = held.candidates(vector, terms, self.settings.candidates, filters)
            best = self._ordered(held, question, terms, dense, keyword)[:k]
            return self._hits(held, dense, keyword, best)

    def _ordered(
        self, held: Snapshot, question: str, terms: Terms, dense: dict[int, float], keyword: dict[int, float]
    ) -> list[tuple[int, float]]:
        """Chunk ids with their fused scores, best first; of the first of them the words are looked at more closely."""
        weight = self.settings.dense_weight
        fused = fusion.fuse(dense, keyword, weight)
        scores = fusion.z_scores(dense, keyword)
        closeness = Proximity(question, {word: rarity(n, terms.passages) for word, n in terms.counts.items()})
        words = held.words([chunk_id for chunk_id, _ in fused[:PROXIMITY_CANDIDATES]])
        near = {
            chunk_id: weight * scores[chunk_id][0]
            + (1.0 - weight) * (BM25_WEIGHT * scores[chunk_id][1] + closeness.of(text, title))
            for chunk_id, (text, title) in words.items()
        }
        below = min(near.values(), default=0.0) - (fused[0][1] if fused else 0.0)
        far = {chunk_id: below + score for chunk_id, score in fused if chunk_id not in near}
        return fusion.in_order(near | far)

    def _hits(
        self, held: Snapshot, dense: dict[int, float], keyword: dict[int, float], best: list[tuple[int, float]]
    ) -> list[Hit]:
        chunks = held.chunks([chunk_id for chunk_id, _ in best])
        records = {record.id: record for record in held.records({c.document_id for c in chunks.values()})}
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

    def _check(self, meta: dict[str, str]) -> None:
        fingerprint.check_format(meta)
        fingerprint.check_embedder(meta, self.embedder.name)
