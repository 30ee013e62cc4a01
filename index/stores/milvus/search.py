"""Searching an index in Milvus: HNSW over the vectors, and Milvus' own BM25 over stemmed words.

One request asks both sides, and Milvus fuses what they propose by reciprocal rank: its raw scores cannot be added to
anything (those of Milvus Lite are negative, and know only the frequencies of their segment). None is cut off, for the
order in the end is the folder's: an index must answer the same wherever it is kept. So the candidates' cosines and BM25
scores are counted here, from their own vectors and words, with frequencies of the whole index; of a sample of it, when
it is large. What each side proposes stays Milvus' choice.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from index.embedder import Vectors
from index.errors import DocumentNotFoundError, IndexDamagedError
from index.ranking.bm25 import bm25
from index.ranking.fusion import in_order
from index.ranking.terms import Terms
from index.stores.milvus.client import MilvusConnection, Row, among
from index.stores.milvus.filters import expression
from index.stores.milvus.reader import MilvusReader
from index.stores.milvus.rows import PASSAGE, Published, chunk_of, words_of
from index.stores.milvus.schema import Head, load
from index.stores.milvus.term_statistics import TermStatistics, frequencies
from index.stores.stemming import Stemmer
from index.types import Chunk, Filters

_LEAST_EF = 200  # candidates that the graph search keeps


class MilvusSession:
    """An index in Milvus, open for searching; safe to use from several threads."""

    def __init__(self, link: MilvusConnection) -> None:
        self._link = link
        self._stemmer = Stemmer()
        self._lock = threading.Lock()
        self._frequencies: TermStatistics | None = None
        self._loaded = -1

    @contextmanager
    def snapshot(self) -> Iterator[MilvusSnapshot]:
        """The index as it is named now.

        A document is seen whole, as it is or as it was; of a commit of several some may be seen before others.
        A renewed index is seen at once.
        """
        searching = MilvusSnapshot(self._link, self)
        head = searching.head()
        if head.generation != self._loaded:
            load(self._link, head)
            self._loaded = head.generation
        yield searching

    def bytes_on_disk(self) -> int:
        """Unknown: Milvus keeps its files where it is."""
        return 0

    def close(self) -> None:
        """End the connection."""
        self._link.close()

    def stems(self, text: str) -> list[str]:
        """The stems of a text."""
        return self._stemmer.stems([text])[0]

    def frequencies(self, head: Head) -> TermStatistics:
        """Frequencies that are about those of the index now."""
        with self._lock:
            known = self._frequencies
            if known is None or not known.still_of(head):
                known = self._frequencies = frequencies(self._link, head)
            return known


@dataclass(slots=True)
class _Seen:
    """What was fetched for one question."""

    rows: dict[int, Row] = field(default_factory=dict)
    documents: dict[int, Published | None] = field(default_factory=dict)


class MilvusSnapshot(MilvusReader):
    """Reads for one question, at the head that was found first."""

    def __init__(self, link: MilvusConnection, session: MilvusSession) -> None:
        super().__init__(link)
        self._session = session
        self._seen = _Seen()
        self._head = MilvusReader(link).head()

    def head(self) -> Head:
        """What the index was when the question came."""
        return self._head

    def passages(self) -> int:
        """How many passages there are."""
        return self._head.chunks

    def document_frequency(self, terms: Collection[str]) -> dict[str, int]:
        """In how many passages each stem stands, about."""
        known = self._session.frequencies(self._head)
        counts = {term: known.of(term, self._head.chunks) for term in terms}
        return {term: count for term, count in counts.items() if count}

    def candidates(
        self, vector: Vectors, terms: Terms, limit: int, filters: Filters | None
    ) -> tuple[dict[int, float], dict[int, float]]:
        """Of the chunks that the filters admit some by meaning and some by words: cosines, and BM25 scores."""
        stems = self._session.stems(" ".join(terms.chosen()))
        found = self._proposed(vector, stems, limit, filters)
        known = self._session.frequencies(self._head)
        weights = {stem: known.of(stem, self._head.chunks) for stem in set(stems)}
        dense = {row["id"]: float(np.asarray(row["vector"], dtype=np.float32) @ vector) for row in found}
        keyword = {row["id"]: bm25(row["terms"].split(), weights, self._head.chunks, known.words) for row in found}
        return dense, dict(in_order({chunk_id: score for chunk_id, score in keyword.items() if score})[:limit])

    def words(self, chunk_ids: Collection[int]) -> dict[int, tuple[str, str]]:
        """(text, title) of the chunks."""
        rows = self._rows(chunk_ids)
        return {chunk_id: (words_of(row), row["title"]) for chunk_id, row in rows.items()}

    def chunks(self, ids: Collection[int]) -> dict[int, Chunk]:
        """Chunks by id, with their words."""
        return {chunk_id: chunk_of(row) for chunk_id, row in self._rows(ids).items()}

    def published(self, ids: Iterable[int] | None = None) -> list[Published]:
        """Documents with the places of their parts, by path; those that were seen before, as they were then."""
        if ids is None:
            return super().published()
        found = [one for one in self._documents(set(ids)).values() if one]
        return sorted(found, key=lambda one: (one.record.path, one.record.source))

    def texts(self, ids: Collection[int]) -> dict[int, str]:
        """The texts that belong to the hits; raises DocumentNotFoundError when one was replaced since the search."""
        try:
            return super().texts(ids)
        except IndexDamagedError:
            if MilvusReader(self.link).published(ids) != self.published(ids):
                raise DocumentNotFoundError("a document was replaced while it was read: ask again") from None
            raise

    def _proposed(self, vector: Vectors, stems: list[str], limit: int, filters: Filters | None) -> list[Row]:
        """The rows of the admitted passages that are nearest to a vector, or by Milvus' BM25 best for stems."""
        where = self._condition(filters)
        if where is None:
            return []
        from pymilvus import AnnSearchRequest, RRFRanker

        def request(column: str, query: object, parameters: Row) -> AnnSearchRequest:
            return AnnSearchRequest([query], column, {"params": parameters}, limit, where)

        asked = [request("vector", vector.tolist(), {"ef": max(_LEAST_EF, 2 * limit)})]
        if stems:
            asked.append(request("sparse", " ".join(stems), {}))
        hits = self.link.call(
            "hybrid_search",
            self._passages(),
            asked,
            RRFRanker(),
            limit=len(asked) * limit,
            output_fields=[*PASSAGE, "terms", "vector"],
            consistency_level="Bounded",
        )[0]
        rows = [dict(hit["entity"]) | {"id": hit["id"]} for hit in hits]
        self._see(rows)
        self._documents({row["document"] for row in rows})
        return [row for row in rows if self._admitted(row["id"], filters)]

    def _condition(self, filters: Filters | None) -> str | None:
        """What filters ask, as Milvus' expression, empty for nothing; None when it admits no document."""
        if filters is None:
            return ""
        where = expression(filters)
        if not filters.metadata:
            return where
        ids = [record.id for record in super().records() if filters.admit(record)]
        return " and ".join(part for part in (where, among("document", ids)) if part) if ids else None

    def _admitted(self, chunk_id: int, filters: Filters | None) -> bool:
        """Whether a passage is one of its document as it is now, and the document is admitted."""
        held = self._seen.documents.get(self._seen.rows[chunk_id]["document"])
        return held is not None and held.owns(chunk_id) and (filters is None or filters.admit(held.record))

    def _documents(self, ids: Collection[int]) -> dict[int, Published | None]:
        seen = self._seen.documents
        if unseen := set(ids) - seen.keys():
            seen.update(dict.fromkeys(unseen))
            seen.update({one.record.id: one for one in super().published(unseen)})
        return {document_id: seen[document_id] for document_id in ids}

    def _rows(self, chunk_ids: Collection[int]) -> dict[int, Row]:
        if unseen := sorted(set(chunk_ids) - self._seen.rows.keys()):
            self._see(self.link.query_among(self._passages(), "id", unseen, PASSAGE, strong=False))
        return {chunk_id: self._seen.rows[chunk_id] for chunk_id in chunk_ids if chunk_id in self._seen.rows}

    def _see(self, rows: list[Row]) -> None:
        self._seen.rows.update({row["id"]: row for row in rows})

    def _passages(self) -> str:
        return self._head.collection("passages")
