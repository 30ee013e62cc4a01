"""Searching an index by meaning and by words, always at one revision."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from types import TracebackType

from index import fingerprint
from index.chunking.passage_texts import keyword_text, keyword_title
from index.embedder import Embedder
from index.errors import DocumentNotFoundError, IndexEmptyError
from index.ranking import fusion
from index.ranking.hits import Found, in_order, ranked_hits
from index.ranking.proximity import BM25_WEIGHT, Proximity, rarity
from index.ranking.search_forms import search_form
from index.ranking.stemming import Stemmer
from index.ranking.terms import TermReader, Terms
from index.ranking.vocabulary import Vocabulary
from index.reports import IndexStatus
from index.settings import IndexSettings
from index.stores.arrivals import Arrivals
from index.stores.base import Place, Snapshot, Store
from index.stores.document_collections import Collections
from index.stores.locate import open_store
from index.types import Chunk, Document, DocumentRecord, Failure, Filters, Hit, TablePart

PROXIMITY_CANDIDATES = 200
VOCABULARY_PASSAGES = 50_000  # more add hardly any word


class IndexView:
    """One revision of an index, so that everything searched and read through it is consistent.

    Made by ``DocumentIndex.snapshot`` and valid inside its block; for one thread.
    """

    def __init__(self, snapshot: Snapshot, opened: DocumentIndex) -> None:
        self._snapshot = snapshot
        self._opened = opened
        self._summary = snapshot.summary()

    @property
    def revision(self) -> int:
        """The number of the last commit before the snapshot."""
        return self._summary.revision

    def status(self) -> IndexStatus:
        """A summary for people and for ``--json``."""
        summary = self._summary
        return IndexStatus(
            path=self._opened.store.name,
            revision=summary.revision,
            documents=summary.documents,
            chunks=summary.chunks,
            failures=summary.inputs.failures,
            embedder=summary.meta.get("embedder", ""),
            dimensions=int(summary.meta.get("dimensions", 0)),
            bytes_on_disk=summary.bytes_on_disk,
            updated=summary.meta.get("updated", ""),
        )

    def documents(self, filters: Filters | None = None) -> list[DocumentRecord]:
        """The documents that the filters admit, by default every one, by path. Raises as ``resolved``."""
        records = self._snapshot.records()
        known = self.resolved(filters)
        return records if known is None else [record for record in records if known.admit(record)]

    def resolved(self, filters: Filters | None) -> Filters | None:
        """The filters with the present documents of their collection.

        Raises CollectionNotFoundError, CollectionDamagedError and CollectionError.
        """
        if filters is None or filters.collection is None or filters.members is not None:
            return filters
        return replace(filters, members=self._opened.collections.documents(filters.collection))

    def failures(self) -> list[Failure]:
        """Every file that could not be read, by path."""
        return list(self._summary.inputs.failures)

    def document(self, document_id: int) -> Document:
        """A whole document; raises DocumentNotFoundError when there is none with this id at this revision."""
        found = self._snapshot.documents([document_id])
        if document_id not in found:
            raise DocumentNotFoundError(f"there is no document {document_id}: it may have been removed")
        return found[document_id]

    def text(self, document_id: int) -> str:
        """The canonical text of a document; raises DocumentNotFoundError like ``document``."""
        return self.document(document_id).text

    def chunks(self, document_id: int) -> list[Chunk]:
        """The passages of a document in order; none when there is no document of this id."""
        passages = self._snapshot.passages([document_id]).get(document_id, [])
        return [passage.chunk for passage in passages]

    def table_parts(self, chunk_ids: Collection[int], around: int = 0) -> dict[int, TablePart]:
        """The table rows in chunks, and ``around`` more on either side if there are, by chunk id.

        Chunks outside tables are left out.
        """
        return self._snapshot.table_parts(chunk_ids, around)

    def contains(self, word: str) -> bool:
        """Whether a passage contains the word in any form."""
        return any(self._opened.terms.read(word, self._snapshot.document_frequency, 0).counts.values())

    def vocabulary(self) -> Vocabulary:
        """The words of the documents (of the first 50,000 passages), counted once for each revision."""
        return self._opened.vocabulary_at(self.revision, lambda: self._snapshot.keyword_texts(VOCABULARY_PASSAGES))

    def search(self, question: str, k: int = 10, *, filters: Filters | None = None) -> list[Hit]:
        """The k passages nearest to a question, best first, among documents that the filters admit.

        Raises IndexEmptyError when the index holds no passages, IndexMismatchError when it was built with a model other
        than the configured one, and as ``resolved``.
        """
        snapshot, opened = self._snapshot, self._opened
        opened.check(self._summary.meta)
        passages = self._summary.chunks
        if not passages:
            raise IndexEmptyError(f"the index at {opened.store.name} holds no passages: add documents to it")
        vector = opened.embedder.encode_questions([question])[0]
        fingerprint.check_dimensions(self._summary.meta, len(vector))
        terms = opened.terms.read(question, snapshot.document_frequency, passages)
        dense, keyword = snapshot.candidates(vector, terms, opened.settings.candidates, self.resolved(filters))
        fused = fusion.fuse(dense, keyword, opened.settings.dense_weight)[: max(k, PROXIMITY_CANDIDATES)]
        found = self._found([chunk_id for chunk_id, _ in fused])
        near = self._near(question, terms, dense, keyword, dict(islice(found.items(), PROXIMITY_CANDIDATES)))
        return ranked_hits(found, dense, keyword, in_order(fused, near)[:k])

    def by_words(self, text: str, k: int) -> list[tuple[Chunk, DocumentRecord]]:
        """At most k passages that share words with a text, with their documents, the likeliest to contain it first.

        Needs no model.
        """
        terms = self._opened.terms.read(text, self._snapshot.document_frequency, self._summary.chunks)
        return list(self._found(self._snapshot.by_words(text, terms, k)).values())

    def neighbours(self, chunks: Collection[Chunk], reach: int) -> dict[int, list[Chunk]]:
        """Each passage with at most ``reach`` passages before and after it in its document, in order, by its id."""
        steps = range(-reach, reach + 1)
        # Every store numbers the passages of a document in a row; where it did not, fewer neighbours are found.
        near = self._snapshot.chunks(
            sorted({chunk.id + step for chunk in chunks for step in steps if chunk.id + step > 0})
        )
        return {
            chunk.id: [
                other
                for step in steps
                if (other := near.get(chunk.id + step)) is not None
                and (other.document_id, other.ordinal) == (chunk.document_id, chunk.ordinal + step)
            ]
            for chunk in chunks
        }

    def _found(self, chunk_ids: Sequence[int]) -> dict[int, Found]:
        """Chunks and their documents by chunk id, in the given order."""
        chunks = self._snapshot.chunks(chunk_ids)
        records = {r.id: r for r in self._snapshot.records({chunk.document_id for chunk in chunks.values()})}
        return {i: (chunks[i], records[chunks[i].document_id]) for i in chunk_ids}

    def _near(
        self, question: str, terms: Terms, dense: dict[int, float], keyword: dict[int, float], found: dict[int, Found]
    ) -> dict[int, float]:
        """The scores of the found chunks, including the proximity of the question's words in them."""
        weight = self._opened.settings.dense_weight
        scores = fusion.z_scores(dense, keyword)
        asked = search_form(question)
        proximity = Proximity(asked, {word: rarity(n, terms.passages) for word, n in terms.counts.items()})
        return {
            chunk_id: weight * scores[chunk_id][0]
            + (1.0 - weight)
            * (
                BM25_WEIGHT * scores[chunk_id][1]
                + proximity.score(
                    search_form(keyword_text(record, chunk)), search_form(keyword_title(record.title, chunk))
                )
            )
            for chunk_id, (chunk, record) in found.items()
        }


class DocumentIndex:
    """An index open for reading; safe to use from several threads, and always at the latest revision.

    Each call sees one revision; use ``snapshot`` for several calls on the same one. Reading never writes.
    """

    def __init__(self, store: Store, settings: IndexSettings, embedder: Embedder) -> None:
        self.store = store
        self.settings = settings
        self.embedder = embedder
        self.collections = Collections.beside(store, settings)
        self.arrivals = Arrivals.beside(store, settings)
        self.terms = TermReader(Stemmer().stem)
        self._vocabulary: tuple[int, Vocabulary] = (-1, Vocabulary({}))

    @classmethod
    def open(
        cls, location: Place | None = None, *, settings: IndexSettings | None = None, embedder: Embedder | None = None
    ) -> DocumentIndex:
        """Open the index in a folder or another store, by default the one that the settings name.

        Raises IndexNotFoundError, IndexDamagedError, or IndexMismatchError when it was built with another model or
        by a newer version.
        """
        settings = settings or IndexSettings()
        opened = cls(open_store(location, settings), settings, embedder or Embedder(settings))
        with opened.store.snapshot() as snapshot:
            opened.check(snapshot.summary().meta)
        return opened

    def __enter__(self) -> DocumentIndex:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the files and connections of the store."""
        self.store.close()

    @contextmanager
    def snapshot(self) -> Iterator[IndexView]:
        """The index at its last revision, unchanged inside the block while writers go on."""
        with self.store.snapshot() as snapshot:
            yield IndexView(snapshot, self)

    @property
    def revision(self) -> int:
        """The number of the last commit, read now."""
        with self.snapshot() as view:
            return view.revision

    def status(self) -> IndexStatus:
        """A summary for people and for ``--json``."""
        with self.snapshot() as view:
            return view.status()

    def documents(self, filters: Filters | None = None) -> list[DocumentRecord]:
        """The documents that the filters admit, by default every one, by path; raises like ``IndexView.documents``."""
        with self.snapshot() as view:
            return view.documents(filters)

    def failures(self) -> list[Failure]:
        """Every file that could not be read, by path."""
        with self.snapshot() as view:
            return view.failures()

    def document(self, document_id: int) -> Document:
        """A whole document; raises DocumentNotFoundError when there is none with this id, or no longer."""
        with self.snapshot() as view:
            return view.document(document_id)

    def text(self, document_id: int) -> str:
        """The canonical text of a document; raises DocumentNotFoundError like ``document``."""
        with self.snapshot() as view:
            return view.text(document_id)

    def chunks(self, document_id: int) -> list[Chunk]:
        """The passages of a document in order; none when there is no document of this id."""
        with self.snapshot() as view:
            return view.chunks(document_id)

    def search(self, question: str, k: int = 10, *, filters: Filters | None = None) -> list[Hit]:
        """The k passages nearest to a question, best first; raises like ``IndexView.search``."""
        with self.snapshot() as view:
            return view.search(question, k, filters=filters)

    def vocabulary_at(self, revision: int, read_texts: Callable[[], list[str]]) -> Vocabulary:
        """The vocabulary of a revision, made of the texts unless it is the one that was made last."""
        made_at, vocabulary = self._vocabulary
        if made_at != revision:
            vocabulary = Vocabulary.of(read_texts())
            self._vocabulary = (revision, vocabulary)
        return vocabulary

    def check(self, meta: Mapping[str, str]) -> None:
        """Raise IndexMismatchError unless an index with this metadata can be searched with the present settings."""
        fingerprint.check_format(meta)
        fingerprint.check_embedder(meta, self.embedder.name)
